# SPDX-License-Identifier: MIT
"""Lines of a plan that are right one by one and cannot be meant together, or that take a physiotherapist.

Pure over what was read, defaults filled in. What is judged here is the file, never a person.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import floor
from typing import Any, NamedTuple

from kneemon.config.fields import Field
from kneemon.config.plan_fields import EXERCISES_FIELDS, RULES_FIELDS, SEVERE_CAP_MIN
from kneemon.config.toml_lines import Place
from kneemon.config.toml_text import as_toml

PHYSIO = "physio = true above the first [[week]], which says that a physiotherapist set the numbers"

# The first must be less than the second.
_LESS = (
    ("pain_acceptable_max", "pain_no_start"),
    ("pain_noise", "pain_rise"),
    ("morning_from_h", "morning_to_h"),
    ("deload_days", "unsettled_days"),
    ("moderate_spm", "vigorous_spm"),
    ("shortest_bout_min", "split_bout_min"),
)


class Given(NamedTuple):
    """What a file says, defaults filled in; of a week only what it says itself."""

    plan: Mapping[str, Any]
    weeks: Sequence[Mapping[str, Any]]
    rules: Mapping[str, Any]
    exercises: Mapping[str, Any]


class Contradiction(NamedTuple):
    """places: the lines that cannot be meant together, first the one to look at."""

    places: tuple[Place, ...]
    expected: str
    seen: str


def weekly_cap_min(plan: Mapping[str, Any]) -> float | None:
    """The most minutes of a week: as the line has it, else as the preset has it."""
    cap_min: float | None = plan["weekly_cap_min"]
    return SEVERE_CAP_MIN if cap_min is None and plan["preset"] == "severe" else cap_min


def contradictions(given: Given) -> Iterator[Contradiction]:
    """All of them."""
    yield from _days(given)
    yield from _minutes(given)
    yield from _rules(given.rules)
    if not given.plan["physio"]:
        yield from _for_the_physio(given)


def _days(given: Given) -> Iterator[Contradiction]:
    days, sessions = given.plan["walk_days"], given.plan["sessions_per_week"]
    if len(set(days)) < len(days):
        yield Contradiction((("walk_days",),), "each day once", as_toml(days))
        return
    if not days:
        return
    most = f"at most {len(days)}, as many as walk_days"
    if sessions > len(days):
        yield Contradiction((("sessions_per_week",), ("walk_days",)), most, str(sessions))
    for number, week in enumerate(given.weeks):
        in_week = week.get("sessions_per_week")
        if in_week is not None and in_week > len(days):
            yield Contradiction((("week", number, "sessions_per_week"), ("walk_days",)), most, str(in_week))


def _minutes(given: Given) -> Iterator[Contradiction]:
    plan = given.plan
    top_min, cap_min = plan["session_top_min"], weekly_cap_min(plan)
    if len(set(plan["walk_days"])) < len(plan["walk_days"]):
        return
    for number, week in enumerate(given.weeks):
        minutes = week.get("minutes")
        if minutes is None:
            continue
        place: Place = ("week", number, "minutes")
        if minutes > top_min:
            expected = f"at most {top_min:g}, or a higher session_top_min above the first [[week]]"
            yield Contradiction((place, ("session_top_min",)), expected, f"{minutes:g}")
        sessions = week.get("sessions_per_week") or plan["sessions_per_week"]
        if cap_min is not None and minutes * sessions > cap_min:
            walks = f"{sessions} walk{'s' * (sessions != 1)}"
            expected = (
                f"at most {floor(10 * cap_min / sessions) / 10:g} in each of {walks}, for weekly_cap_min = {cap_min:g}"
            )
            places = (place, ("week", number, "sessions_per_week"), ("sessions_per_week",), ("walk_days",))
            yield Contradiction((*places, ("weekly_cap_min",), ("preset",)), expected, f"{minutes:g}")


def _rules(rules: Mapping[str, Any]) -> Iterator[Contradiction]:
    for less, more in _LESS:
        if rules[less] >= rules[more]:
            expected = f"more than {less}, which is {rules[less]:g}"
            yield Contradiction((("rules", more), ("rules", less)), expected, f"{rules[more]:g}")
    if rules["split_bout_min"] > rules["bout_cap_min"]:
        places = (("rules", "split_bout_min"), ("rules", "bout_cap_min"))
        expected = f"at most bout_cap_min, which is {rules['bout_cap_min']:g}"
        yield Contradiction(places, expected, f"{rules['split_bout_min']:g}")


def _for_the_physio(given: Given) -> Iterator[Contradiction]:
    cap_min = given.plan["weekly_cap_min"]
    if given.plan["preset"] == "severe" and cap_min is not None and cap_min > SEVERE_CAP_MIN:
        places: tuple[Place, ...] = (("weekly_cap_min",), ("preset",), ("physio",))
        expected = f'at most {SEVERE_CAP_MIN:g} with preset = "severe"; more takes {PHYSIO}'
        yield Contradiction(places, expected, f"{cap_min:g}")
    yield from _beyond("rules", given.rules, RULES_FIELDS)
    yield from _beyond("exercises", given.exercises, EXERCISES_FIELDS)


def _beyond(table: str, values: Mapping[str, Any], fields: Mapping[str, Field]) -> Iterator[Contradiction]:
    for name, field in fields.items():
        if field.beyond_walker(values[name]):
            usual = as_toml(field.default) if field.kind is bool else f"at most {field.physio:g}"
            other = as_toml(values[name]) if field.kind is bool else "more"
            yield Contradiction(((table, name), ("physio",)), f"{usual}; {other} takes {PHYSIO}", as_toml(values[name]))
