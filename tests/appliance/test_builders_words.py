# SPDX-License-Identifier: MIT
"""What the builder's page says beside pins and addresses: options, commands, faults, hours, links, and no claim."""

import ast
import re
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from kneemon.app.check.files import UNVERIFIED
from kneemon.cli.parser import VERBS, build_parser
from kneemon.config.loader import load_config
from kneemon.config.options import OPTIONS, DeviceOptions, Output, PowerOptions
from kneemon.drivers.gauge import GAUGES
from kneemon.power.level import BatteryParams
from tests.appliance.plans import HARDWARE
from tests.appliance.test_builders_page import PAGE, ROOT, table

WORN = set(get_args(get_type_hints(DeviceOptions)["worn"])) - {"other"}
SETTINGS = sorted(set(re.findall(r"`(\w+) = ([^`]+)`", PAGE)))


def test_every_output_every_place_and_every_gauge_has_its_row() -> None:
    assert {row[1].strip('`"') for row in table("part | `outputs`")} == set(get_args(Output))
    assert {row[1].strip("`") for row in table("where")} == WORN
    assert {row[0].strip("`") for row in table("`gauge`")} == GAUGES.keys()


def test_what_was_not_verified_stands_out() -> None:
    """And nothing else does; `kneemon check` says the same of the same places."""
    bold = {row[1].strip("`"): re.findall(r"\*\*(.*)\*\*", row[3]) for row in table("where")}
    assert {worn for worn, told in bold.items() if told} == UNVERIFIED.keys()
    assert bold["thigh"] == ["no recorded walk with counted steps was at hand"]
    assert bold["shank"] == ["unverified: simulation only"]


@pytest.mark.parametrize(("name", "value"), SETTINGS)
def test_every_setting_is_one(name: str, value: str, tmp_path: Path) -> None:
    (section,) = [section for section, options in OPTIONS.items() if name in options]
    file = tmp_path / "kneemon.toml"
    file.write_text(f"[{section}]\n{name} = {value}\n")
    load_config(file, environ={})


def test_every_command_is_one() -> None:
    parser = build_parser()
    told = [words.split() for words in re.findall(r"kneemon ((?:check|calibrate|cues|sessions)(?: six)?)`", PAGE)]
    assert {words[0] for words in told} == {"check", "calibrate", "cues", "sessions"} <= VERBS.keys()
    told += [["calibrate", action] for action in re.findall(r"`(?:… )?calibrate (\w+)`", PAGE)]
    assert {tuple(words) for words in told} >= {("calibrate", action) for action in ("six", "rest", "show", "undo")}
    for words in told:
        parser.parse_args(words)


def test_every_fault_of_check_has_its_row() -> None:
    """A part of `kneemon check` can be red where its code calls one of two functions with its name."""
    red = set()
    for file in (ROOT / "kneemon/app/check").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("fault", "of_error"):
                part = node.args[0]
                if isinstance(part, ast.Constant):
                    red.add(part.value)
                else:
                    assert file.name == "finding.py", f"{file.name}:{node.lineno} names its part elsewhere"
    assert {"bus", "chip", "rest"} <= red
    assert {part for row in table("part | what it found") for part in row[0].split(", ")} == red


@pytest.mark.parametrize("row", table("pack"), ids=lambda row: row[0])
def test_the_hours_are_arithmetic(row: list[str]) -> None:
    pack, *hours = row
    mah = int(re.search(r"(\d+) mAh", pack)[1])
    currents_ma = [int(each) for each in re.findall(r"\| (\d+) mA: ", PAGE)]
    assert [f"{mah * 3.7 * 0.85 / (5 * current):.0f} h" for current in currents_ma] == [
        told.strip("*") for told in hours
    ]


def test_the_battery_is_looked_at_as_the_page_tells() -> None:
    options = PowerOptions()
    params = BatteryParams(options.low_v, options.empty_v)
    assert (params.every_s, params.readings, params.empty_for_s) == (30, 5, 60)
    words = " ".join(PAGE.split())
    assert "every half minute and believes the median of five looks" in words
    assert f"At {options.low_v:.2f} V a cell it is *low*" in words
    assert f"At {options.empty_v:.2f} V for a minute it is *empty*" in words


def test_the_links_lead_somewhere() -> None:
    for page in (HARDWARE / "README.md", HARDWARE / "../systemd/README.md", HARDWARE / "../firmware/README.md"):
        for target, anchor in re.findall(r"\]\(([^)#]*)#?([^)]*)\)", page.read_text()):
            linked = page.parent / target
            assert linked.exists(), f"{page}: {target}"
            if anchor:
                headings = re.findall(r"^#+ (.*)$", linked.read_text(), re.MULTILINE)
                assert anchor in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(
    "claim", [r"\btreats (?!none)", r"\bdiagnos", r"\bdetects?\b", r"prevents?\b", r"safe for your", r"you must walk"]
)
def test_the_page_claims_nothing_medical(claim: str) -> None:
    assert not re.search(claim, PAGE, re.IGNORECASE)


def test_nobody_is_told_that_it_was_built() -> None:
    assert "nobody has built one yet" in PAGE
