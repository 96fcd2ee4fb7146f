# SPDX-License-Identifier: MIT
"""The manual and the reference pages say what the code does."""

import re
import tomllib
from pathlib import Path

import pytest

from kneemon.config import reference
from kneemon.config.loader import load_config
from kneemon.config.options import OPTIONS, Config
from kneemon.config.plan_fields import EXERCISES_FIELDS, PLAN_FIELDS, RULES_FIELDS, WEEK_FIELDS
from kneemon.config.plan_file import EXAMPLE
from kneemon.errors import ExitCode

DOCS = Path(__file__).parents[2] / "docs"
RENEW = "run `python -m kneemon.config.reference` and look at what changed"


def test_the_default_file_is_what_the_options_say():
    assert reference.DEFAULT_FILE.read_text(encoding="utf-8") == reference.default_toml(), RENEW


def test_the_example_is_the_preset():
    assert EXAMPLE.read_text(encoding="utf-8") == reference.example_plan(), RENEW


def test_the_default_file_holds_every_option_with_its_default_and_no_other():
    read = tomllib.loads(reference.DEFAULT_FILE.read_text(encoding="utf-8"))
    assert {section: list(table) for section, table in read.items()} == {
        section: list(options) for section, options in OPTIONS.items()
    }
    config = load_config(reference.DEFAULT_FILE, environ={})
    for section in OPTIONS:
        assert getattr(config, section) == getattr(Config(), section)


@pytest.mark.parametrize("name", reference.PAGES)
def test_the_pages_are_what_the_code_makes(name):
    page = (DOCS / name).read_text(encoding="utf-8")
    assert reference.renewed(page) == page, RENEW


def test_the_pages_hold_every_part():
    pages = "".join((DOCS / name).read_text(encoding="utf-8") for name in reference.PAGES)
    for section, options in OPTIONS.items():
        assert f"### `[{section}]`" in pages
        assert all(f"| `{name}` | `{field.shown(field.default)}` |" in pages for name, field in options.items())
    assert all(f"| `{name}` |" in pages for name in PLAN_FIELDS | WEEK_FIELDS | RULES_FIELDS | EXERCISES_FIELDS)
    assert all(f"| {code.value} | `{code.name.lower()}` |" in pages for code in ExitCode)
    assert EXAMPLE.read_text(encoding="utf-8") in pages


def test_the_example_in_the_introduction_is_a_configuration(write):
    page = (DOCS / "configuration.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    config = load_config(write(example), environ={})
    assert config.sensor.chip == "mpu6050"
    assert config.mqtt.encrypted


def test_running_it_renews_default_file_and_pages(tmp_path, monkeypatch):
    monkeypatch.setattr(reference, "DEFAULT_FILE", tmp_path / "default.toml")
    monkeypatch.setattr(reference, "EXAMPLE", tmp_path / "plan-example.toml")
    for name in reference.PAGES:
        page = (DOCS / name).read_text(encoding="utf-8")
        stale = re.sub(r"(<!-- generated: [a-z ]+ -->\n).*?(<!-- end)", r"\1stale\n\2", page, flags=re.DOTALL)
        assert "stale" in stale
        (tmp_path / name).write_text(stale, encoding="utf-8")
    reference.main(tmp_path)
    assert (tmp_path / "default.toml").read_text(encoding="utf-8") == reference.default_toml()
    assert (tmp_path / "plan-example.toml").read_text(encoding="utf-8") == reference.example_plan()
    for name in reference.PAGES:
        assert (tmp_path / name).read_text(encoding="utf-8") == (DOCS / name).read_text(encoding="utf-8")
