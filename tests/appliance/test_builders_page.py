# SPDX-License-Identifier: MIT
"""Header, code, wiring plan, picture and builder's page agree on every pin."""

import re
from html import unescape
from pathlib import Path

import pytest
from gpiozero.pins.pi import PiBoardInfo

from kneemon.config.pins import PINS, HeaderPin

HARDWARE = Path(__file__).parents[2] / "hardware"
PAGE = (HARDWARE / "README.md").read_text()
PLAN = (HARDWARE / "wiring.yml").read_text()

ZERO_2_W = PiBoardInfo.from_revision(0x902120)
SUPPLIES = ("3V3", "5V", "GND")


def plan_pins() -> dict[int, str]:
    """Physical pin -> label, as the wiring plan has it for the Pi."""
    numbers = re.search(r"^    pins: \[(.*)\]$", PLAN, re.MULTILINE)
    labels = re.search(r"^    pinlabels: \[(3V3.*)\]$", PLAN, re.MULTILINE)
    assert numbers is not None
    assert labels is not None
    return {int(n): label for n, label in zip(numbers[1].split(", "), labels[1].split(", "), strict=True)}


def page_rows() -> dict[str, tuple[str, set[int]]]:
    """Signal -> (BCM number or "", physical pins), from the wiring table."""
    rows = re.findall(r"^\| `?(\w+)`? \| (\d*) ?\| ([\d, ]+) \|", PAGE, re.MULTILINE)
    return {signal: (bcm, {int(pin) for pin in pins.split(",")}) for signal, bcm, pins in rows}


@pytest.mark.parametrize("pin", PINS.values(), ids=PINS.keys())
def test_the_table_is_right_about_the_header(pin: HeaderPin) -> None:
    ((_, on_board),) = ZERO_2_W.find_pin(pin.bcm)
    assert on_board.number == pin.physical


@pytest.mark.parametrize("name", ["buzzer", "motor", "led"])
def test_outputs_are_low_at_reset(name: str) -> None:
    assert PINS[name].bcm > 8


def test_names_and_pins_are_each_used_once() -> None:
    assert all(name == pin.name for name, pin in PINS.items())
    assert len({pin.bcm for pin in PINS.values()}) == len({pin.physical for pin in PINS.values()}) == len(PINS)


@pytest.mark.parametrize("pin", PINS.values(), ids=PINS.keys())
def test_page_and_plan_have_the_pins_of_the_code(pin: HeaderPin) -> None:
    assert page_rows()[pin.name] == (str(pin.bcm), {pin.physical})
    assert plan_pins()[pin.physical] == f"GPIO{pin.bcm} {pin.name}"


def test_supply_ground_and_bus_are_where_the_header_has_them() -> None:
    for physical, label in plan_pins().items():
        assert label.split()[0] == ZERO_2_W.headers["J8"].pins[physical].name
    for supply in SUPPLIES:
        assert page_rows()[supply] == ("", {physical for physical, label in plan_pins().items() if label == supply})
    assert page_rows()["SDA"] == ("2", {3})
    assert page_rows()["SCL"] == ("3", {5})


def test_every_pin_of_the_plan_has_one_wire() -> None:
    wired = [int(n) for pins in re.findall(r"\{PI: \[([\d, ]+)\]\}", PLAN) for n in pins.split(",")]
    assert sorted(wired) == sorted(plan_pins())


def test_no_supply_goes_to_a_wrong_place() -> None:
    """First wire of each board is its supply: 5 V for the motor board alone."""
    supplies = {part: plan_pins()[int(pin)] for pin, part in re.findall(r"PI: \[(\d+),.*\{(\w+): \[1-", PLAN)}
    assert supplies == {"ACC": "3V3", "BUZ": "3V3", "BTN": "GPIO27 button", "LED": "GPIO24 led", "MOT": "5V"}


def test_the_picture_is_drawn_from_the_plan() -> None:
    picture = (HARDWARE / "wiring.svg").read_text()
    drawn = {unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", picture)}
    for pins, part in re.findall(r"PI: \[([\d, ]+)\]\}, \{W\d: \[[\d-]+\]\}, \{(\w+): ", PLAN):
        assert part in drawn
        assert {f"PI:{pin}:{plan_pins()[int(pin)]}" for pin in pins.split(", ")} <= drawn
    for note in ("ADXL345 - CS to VCC, SDO to GND (address 0x53)", "MPU-6050 - AD0 to VCC (address 0x69)"):
        assert note in PLAN
        assert note in drawn


def test_the_links_lead_somewhere() -> None:
    for page in (HARDWARE / "README.md", HARDWARE / "../systemd/README.md", HARDWARE / "../firmware/README.md"):
        for target, anchor in re.findall(r"\]\(([^)#]*)#?([^)]*)\)", page.read_text()):
            linked = page.parent / target
            assert linked.exists(), f"{page}: {target}"
            if anchor:
                headings = re.findall(r"^#+ (.*)$", linked.read_text(), re.MULTILINE)
                assert anchor in {heading.lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(
    "claim", [r"\btreats (?!none)", r"\bdiagnos", r"\bdetects?\b", r"prevents?\b", r"safe for your", r"you must walk"]
)
def test_the_page_claims_nothing_medical(claim: str) -> None:
    assert not re.search(claim, PAGE, re.IGNORECASE)
