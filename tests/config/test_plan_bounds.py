# SPDX-License-Identifier: MIT
"""Texts that no plan needs are refused before they are read, in words, and every plan that is offered passes."""

from datetime import date
from pathlib import Path

import pytest

from kneemon.config import plan_file
from kneemon.config.plan_file import EXAMPLE, load_plan, parse_plan
from kneemon.config.presets import preset_text
from kneemon.errors import PlanError

PLAN = preset_text("six_week", date(2026, 11, 23))
DOTS = "expected a name of one or two parts, saw one of "


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a." * 19000 + "b = 1", "p.toml:1: expected at most 500 letters in a line, saw 38005."),
        ("\n" + "a." * 200 + "b = 1", f"p.toml:2: {DOTS}201."),
        ('a."x.y"' + ".a" * 9 + " = 1", f"p.toml:1: {DOTS}11."),
        ("[" + "a." * 9 + "b]", f"p.toml:1: {DOTS}10."),
        ("x = [\n" + "[\n" * 17, "p.toml:17: expected at most 16 brackets within each other, saw more."),
        ("x = " + "{a=" * 17, "p.toml:1: expected at most 16 brackets within each other, saw more."),
        ("x = " + "9" * 6000, "p.toml:1: expected at most 500 letters in a line, saw 6004."),
    ],
)
def test_what_no_plan_needs_is_not_even_read(text: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_file, "parse_toml", lambda *_: pytest.fail("it was read"))
    with pytest.raises(PlanError) as caught:
        parse_plan(text, Path("p.toml"))
    assert str(caught.value) == f"{said} {plan_file.REMEDY}"


def test_text_and_remarks_may_hold_what_they_like() -> None:
    name = "[[[[[[[[[[[[[[[[[[ a.b.c.d.e.f.g.h.i.j = #"
    text = PLAN.replace(f'name = "{parse_plan(PLAN, Path("p")).name}"', f'name = "{name}"  # [[[[[[[[[[[[[[[[[[[[[[')
    assert parse_plan(text, Path("p.toml")).name == name
    assert load_plan(EXAMPLE).name


def test_of_very_many_mistakes_not_all_are_told() -> None:
    with pytest.raises(PlanError) as caught:
        parse_plan("".join(f"a{number}=1\n" for number in range(4000)), Path("p.toml"))
    assert str(caught.value).count("expected") == plan_file.MOST_MISTAKES + 1
    assert "There may be more. docs/plan.md" in str(caught.value)


def test_a_name_is_short() -> None:
    old = parse_plan(PLAN, Path("p")).name
    assert parse_plan(PLAN.replace(old, "N" * 80), Path("p.toml")).name == "N" * 80
    with pytest.raises(PlanError) as caught:
        parse_plan(PLAN.replace(old, "N" * 81), Path("p.toml"))
    assert "name: expected at most 80 letters, saw 81." in str(caught.value)
