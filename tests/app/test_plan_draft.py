# SPDX-License-Identifier: MIT
"""A plan as the fields of a form and back: nothing changes on the way, nothing that was typed is lost."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.app.plan_draft import (
    NAMED,
    SECTIONS,
    TOP,
    WEEK,
    WHOLE,
    Change,
    changes,
    checked,
    draft_of,
    filled,
    text_of,
)
from kneemon.config.plan_fields import PLAN_FIELDS
from kneemon.config.plan_file import EXAMPLE, parse_plan
from kneemon.config.presets import PRESETS, preset_text
from kneemon.errors import PlanError

START = date(2026, 11, 23)
TEXT = preset_text("six_week", START)
NAMES = (*TOP, *(f"{section}.{name}" for section, fields in SECTIONS.items() for name in fields))
typed = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=30) | st.integers().map(str)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_comes_back_as_the_same_plan(preset: str) -> None:
    text = preset_text(preset, START)
    again = text_of(draft_of(text))
    assert parse_plan(again, NAMED) == parse_plan(text, NAMED)
    assert changes(text, again) == ()


def test_the_example_of_the_manual_comes_back() -> None:
    text = EXAMPLE.read_text()
    assert parse_plan(text_of(draft_of(text)), NAMED) == parse_plan(text, NAMED)


def test_every_rule_and_lock_comes_back() -> None:
    text = TEXT.replace("physio = false", 'physio = true\nlocked = ["pace", "days"]\nweekly_cap_min = 120')
    text += "cadence_ceiling_spm = 110.5\nsessions_per_week = 2\n[rules]\nrise_rule = false\nmoderate_min = 60\n"
    text += "prompt_min = 0\n[exercises]\nbalance_hold_s = 12.5\n"
    plan = parse_plan(text_of(draft_of(text)), NAMED)
    assert plan == parse_plan(text, NAMED)
    assert not plan.rules.rise_rule
    assert plan.rules.moderate_min == 60
    assert plan.weeks[-1].cadence_ceiling_spm == 110.5


def test_only_what_differs_from_the_rule_is_written() -> None:
    assert "[rules]" not in text_of(draft_of(TEXT))


def test_a_form_brings_its_fields_row_by_row() -> None:
    sent = {
        "name": [" Mine "],
        "start": ["2026-11-23"],
        "walk_days": ["fri", "mon"],
        "physio": ["true"],
        "locked": ["pace"],
        "week_minutes": ["10", "12,5"],
        "week_sessions_per_week": ["", "2"],
        "week_cadence_ceiling_spm": ["", ""],
    }
    draft = filled(lambda name: sent.get(name, []))
    assert draft.fields["name"] == "Mine"
    assert draft.walk_days == ("mon", "fri")
    assert draft.weeks == (("10", "", ""), ("12,5", "2", ""))
    plan, wrong = checked(text_of(draft))
    assert wrong == ()
    assert plan is not None
    assert plan.weeks[1].minutes == 12.5
    assert plan.physio


@pytest.mark.parametrize(
    ("field", "word", "expected"),
    [
        ("start", "soon", "a date such as 2026-11-23"),
        ("name", "", "text in quotation marks, not empty"),
        ("sessions_per_week", "8", "a whole number from 1 to 7"),
        ("warm_up_min", "ten", "a number from 0 to 10 min"),
        ("cadence_ceiling_spm", "200", "a number from 60 to 140 steps/min"),
        ("rules.pain_noise", "3", "a whole number from 0 to 2"),
        ("rules.moderate_min", "50", "45, 60 or 150 min"),
        ("rules.rise_rule", "perhaps", "true or false"),
        ("rules.bout_cap_min", "50", "at most 45; more takes physio = true"),
        ("exercises.push_off_days", "1", "a whole number from 2 to 7"),
    ],
)
def test_a_mistake_is_told_at_its_field(field: str, word: str, expected: str) -> None:
    draft = draft_of(TEXT)
    plan, wrong = checked(text_of(replace(draft, fields={**draft.fields, field: word})))
    assert plan is None
    (one,) = wrong
    assert one.field == field
    assert one.expected.startswith(expected)


def test_mistakes_of_several_fields_are_told_at_once() -> None:
    draft = draft_of(TEXT)
    wrong_draft = replace(
        draft,
        fields={**draft.fields, "start": "soon", "rules.pain_noise": "x"},
        weeks=(("99", "", ""), ("", "9", "x")),
    )
    _plan, wrong = checked(text_of(wrong_draft))
    assert {one.field for one in wrong} == {
        "start",
        "rules.pain_noise",
        "week-1-minutes",
        "week-2-minutes",
        "week-2-sessions_per_week",
        "week-2-cadence_ceiling_spm",
    }


def test_what_cannot_be_meant_together_is_told_at_the_first_of_its_fields() -> None:
    draft = draft_of(TEXT)
    _plan, wrong = checked(text_of(replace(draft, weeks=(("50", "", ""),))))
    assert [one.field for one in wrong] == ["week-1-minutes"]
    assert "session_top_min" in wrong[0].expected


def test_a_text_that_is_no_toml_belongs_to_no_field() -> None:
    plan, (wrong,) = checked("a = ")
    assert plan is None
    assert wrong.field == WHOLE
    assert wrong.remedy.startswith("Look at that line")
    with pytest.raises(PlanError, match="expected lines such as name = 5"):
        draft_of("a = ")


def test_weeks_come_and_go() -> None:
    draft = draft_of(TEXT)
    more = draft.more()
    assert more.weeks == (*draft.weeks, draft.weeks[-1])
    assert more.without(7) == draft
    assert draft.without(1).weeks == draft.weeks[1:]
    assert draft.without(99) == draft
    one = replace(draft, weeks=draft.weeks[:1])
    assert one.without(1) == one
    most = replace(draft, weeks=draft.weeks[:1] * 26)
    assert most.more() == most


def test_changes_are_named_with_both_sides() -> None:
    draft = draft_of(TEXT)
    other = replace(
        draft,
        fields={**draft.fields, "rules.pain_noise": "0"},
        walk_days=("tue", "thu", "sat"),
        weeks=(*draft.weeks[:4], ("22", "", "100")),
    )
    assert changes(TEXT, text_of(other)) == (
        Change("rules.pain_noise", "1", "0"),
        Change("walk_days", "mon wed fri", "tue thu sat"),
        Change("week-5-minutes", "30", "22"),
        Change("week-5-cadence_ceiling_spm", "", "100"),
        Change("week-6-minutes", "35", None),
    )


@given(st.dictionaries(st.sampled_from(NAMES), typed, max_size=6), st.lists(st.tuples(typed, typed, typed), max_size=3))
def test_whatever_is_typed_is_a_plan_or_told_at_fields_of_the_form(
    fields: dict[str, str], rows: list[tuple[str, str, str]]
) -> None:
    draft = draft_of(TEXT)
    draft = replace(draft, fields={**draft.fields, **fields}, weeks=(*draft.weeks, *rows))
    text = text_of(draft)
    plan, wrong = checked(text)
    assert (plan is None) == bool(wrong)
    weeks = {f"week-{number}-{name}" for number in range(1, 11) for name in WEEK}
    assert {one.field for one in wrong} <= weeks | set(NAMES) | set(PLAN_FIELDS) | {"week", WHOLE}
    assert len(draft_of(text).weeks) == len(draft.weeks)
    if plan is not None:
        assert parse_plan(text_of(draft_of(text)), NAMED) == plan
