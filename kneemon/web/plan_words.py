# SPDX-License-Identifier: MIT
"""The lines of a plan as a form names them, in the visitor's language; and what is wrong or different, in words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kneemon.app.plan_draft import SECTIONS, Change, Wrong
from kneemon.config.evidence import DEFAULTS
from kneemon.config.fields import Field
from kneemon.config.plan_fields import DAYS, PLAN_FIELDS, WEEK_FIELDS
from kneemon.config.toml_text import as_toml
from kneemon.language import WEEKDAYS, Language, _
from kneemon.model.plans import Variable

LABELS: Mapping[str, str] = {
    "name": _("Name of the plan"),
    "start": _("First day"),
    "preset": _("Made from"),
    "sessions_per_week": _("Walks in a week"),
    "warm_up_min": _("Warm-up"),
    "cool_down_min": _("Cool-down"),
    "cadence_ceiling_spm": _("Ceiling of the pace"),
    "weekly_cap_min": _("The most minutes in a week"),
    "session_top_min": _("The most minutes of a walk"),
    "walk_days": _("Walk days"),
    "locked": _("Locked"),
    "physio": _("A physiotherapist set the numbers"),
    "week": _("Weeks"),
}
WEEK_LABELS: Mapping[str, str] = {
    "minutes": _("Minutes of a walk"),
    "sessions_per_week": _("Walks"),
    "cadence_ceiling_spm": _("Ceiling"),
}
PRESETS: Mapping[str, str] = {
    "six_week": _("Six weeks of walking: 10 to 35 minutes, three days a week"),
    "gentle": _("Gentle walking: twelve weeks, growing by 2 minutes or a tenth"),
    "severe": _("Short walks: for knees that allow little, at most 70 minutes a week"),
    "custom": _("My own numbers"),
}
LOCKS: Mapping[str, str] = {
    Variable.MINUTES.value: _("Minutes: no rule changes how long the walks are"),
    Variable.DAYS.value: _("Days: no rule changes how many walks there are"),
    Variable.PACE.value: _("Pace: no rule changes the ceiling"),
}
SECTION_TITLES: Mapping[str, str] = {
    "rules": _("Rules: when the plan grows, stays and gives way"),
    "exercises": _("Doses of the exercises"),
}
UNITS: Mapping[str, str] = {
    "min": _("minutes"),
    "steps/min": _("steps per minute"),
    "h": _("hours"),
    "s": _("seconds"),
    "days": _("days"),
    "%": "%",
    "steps": _("steps"),
}
_ROW = re.compile(r" Rows? [0-9, and]+\.$")
_OF_THE_FILE = re.compile(r"^true: |; without this line[^.;]*|; severe limits[^.;]*|, whatever pain_no_start says")
_GRADES = {key.removeprefix("plan."): row.grade for row in DEFAULTS for key in row.keys if key.startswith("plan.")}


@dataclass(frozen=True, slots=True)
class Line:
    """One field of a form. choices: (value, words) where it is one of a few."""

    name: str
    label: str
    value: str
    hint: str
    error: str
    unit: str
    choices: Sequence[tuple[str, str]] = ()


def line(language: Language, name: str, value: str, wrong: Mapping[str, Wrong]) -> Line:
    """name: as `Draft.fields` has it."""
    field = field_of(name)
    known = name in LABELS
    label = language.say(LABELS[name] if known else plain_help(field))
    may_be = language.sentence(field.values)
    if field.kind is bool:
        may_be = language.say("as a rule {usual}", usual=_usual(language, field))
    elif field.default is not None:
        may_be = language.say("{range}; as a rule {usual}", range=may_be, usual=_usual(language, field))
    parts = [language.say(plain_help(field)) if known else "", may_be if not field.required else ""]
    if grade := _GRADES.get(name):
        parts.append(language.say("Grade of the evidence: {grade}", grade=language.sentence(grade)))
    return Line(
        name,
        label,
        value,
        " · ".join(filter(None, parts)),
        in_words(language, wrong.get(name)),
        unit_of(language, field),
        _choices(language, field),
    )


def field_of(name: str) -> Field:
    """name: as `Draft.fields` has it, or "week-3-minutes"."""
    section, dot, inner = name.partition(".")
    if dot:
        return SECTIONS[section][inner]
    if name.startswith("week-"):
        return WEEK_FIELDS[name.split("-")[2]]
    return PLAN_FIELDS[name]


def plain_help(field: Field) -> str:
    """What it is for, without the row of the defaults table and what only concerns who writes the plan's file."""
    told = _OF_THE_FILE.sub("", _ROW.sub("", field.help))
    return told[:1].upper() + told[1:]


def unit_of(language: Language, field: Field) -> str:
    return language.say(UNITS[field.unit]) if field.unit in UNITS else field.unit


def in_words(language: Language, wrong: Wrong | None) -> str:
    """What is wrong at a field; "" for nothing."""
    if wrong is None:
        return ""
    expected = wrong.expected.replace(" in quotation marks", "")  # which a form needs none of
    said = language.say("Expected {expected}, saw {seen}.", expected=language.sentence(expected), seen=wrong.seen)
    return f"{said} {language.sentence(wrong.remedy)}".strip()


def named(language: Language, name: str) -> str:
    """The field's name for a list of changes or mistakes."""
    if name.startswith("week-"):
        _week, number, inner = name.split("-")
        return language.say("Week {number}: {what}", number=number, what=language.say(WEEK_LABELS[inner]))
    if name in LABELS:
        return language.say(LABELS[name])
    return language.say(plain_help(field_of(name))) if name else language.say("The plan")


def valued(language: Language, change: Change, value: str | None) -> str:
    """One side of a change."""
    if value is None:
        return language.say("not there")
    if not value:
        return language.say("nothing set")
    if change.field == "walk_days":
        return days(language, value.split())
    if change.field == "locked":
        return ", ".join(language.say(LOCKS[each]).partition(":")[0] for each in value.split() if each in LOCKS)
    if value in ("true", "false"):
        return language.say("yes") if value == "true" else language.say("no")
    if change.field in ("name", "start"):
        return value
    if change.field == "preset":
        return language.say(PRESETS.get(value, value))
    return f"{value} {unit_of(language, field_of(change.field))}".strip()


def days(language: Language, chosen: Sequence[str]) -> str:
    names = dict(day_names(language))
    return ", ".join(names.get(day, day) for day in chosen) or language.say("any day")


def author(language: Language, kept: str) -> str:
    """Who saved a version."""
    said = {"walker": _("the walker"), "physio": _("the physio"), "": _("the plan's file")}
    return language.say(said.get(kept, kept))


def day_names(language: Language) -> list[tuple[str, str]]:
    """("mon", "Monday") and so on."""
    return [(day, language.say(name)) for day, name in zip(DAYS, WEEKDAYS, strict=True)]


def _usual(language: Language, field: Field) -> str:
    default = field.default
    if isinstance(default, bool):
        return language.say("yes") if default else language.say("no")
    return f"{default:g}" if isinstance(default, float) else as_toml(default)


def _choices(language: Language, field: Field) -> Sequence[tuple[str, str]]:
    if field.kind is bool:
        return (("true", language.say("yes")), ("false", language.say("no")))
    if field.many or not field.choices:
        return ()
    return tuple((str(choice), str(choice)) for choice in field.choices)
