# SPDX-License-Identifier: MIT
"""A plan on its way: the fields of a form, the text of a plan's file, and what is wrong with it, field by field.

Fields hold what was typed, so that nothing is lost when it is wrong; what is right and what is not only `parse_plan`
says. It knows no page: a field's name is that of the plan's line, "rules.pain_noise" under [rules], and of a week
"week-3-minutes".
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from kneemon.config.fields import Field
from kneemon.config.plan_fields import (
    DAYS,
    EXERCISES_FIELDS,
    MOST_WEEKS,
    PLAN_FIELDS,
    RULES_FIELDS,
    WEEK_FIELDS,
)
from kneemon.config.plan_file import parse_plan
from kneemon.config.toml_text import as_toml, parse_toml
from kneemon.errors import PlanError
from kneemon.model.plans import Plan

NAMED = Path("plan")  # what an error calls it
WHOLE = ""  # the field of an error that belongs to none
TOP = (
    "name",
    "start",
    "preset",
    "sessions_per_week",
    "warm_up_min",
    "cool_down_min",
    "cadence_ceiling_spm",
    "weekly_cap_min",
    "session_top_min",
)
WEEK = tuple(WEEK_FIELDS)
SECTIONS: Mapping[str, Mapping[str, Field]] = {"rules": RULES_FIELDS, "exercises": EXERCISES_FIELDS}

_MISTAKE = re.compile(r"^\s*- (?P<where>.+?): expected (?P<expected>.*), saw (?P<seen>.*)$", re.MULTILINE)
_WHERE = re.compile(r"^plan(?::\d+)?: (?P<label>.*)$")
_WEEK = re.compile(r"^week (\d+): (\w+)$")
_SECTION = re.compile(r"^\[(rules|exercises)\] (\w+)$")


@dataclass(frozen=True, slots=True)
class Draft:
    """fields: what stands in each field of TOP, "rules.x" and "exercises.x", by name; "": not given. weeks: one row
    each, the fields of WEEK in order."""

    fields: Mapping[str, str]
    walk_days: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()
    physio: bool = False
    weeks: tuple[tuple[str, ...], ...] = ()

    def more(self) -> "Draft":
        """With a week more, as the last one is."""
        if len(self.weeks) >= MOST_WEEKS:
            return self
        return replace(self, weeks=(*self.weeks, self.weeks[-1] if self.weeks else ("10", "", "")))

    def without(self, number: int) -> "Draft":
        """Without the week of that number, from 1; one is always left."""
        if len(self.weeks) < 2:
            return self
        return replace(self, weeks=tuple(week for at, week in enumerate(self.weeks, start=1) if at != number))


@dataclass(frozen=True, slots=True)
class Wrong:
    """One mistake at a field; field WHOLE: it belongs to none. remedy "" where expected says enough."""

    field: str
    expected: str
    seen: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A line of the plan that is not as before; None: it was not there, or is no more."""

    field: str
    before: str | None
    after: str | None


def draft_of(text: str) -> Draft:
    """The fields of a plan's text, defaults filled in. Raises PlanError when it is no TOML."""
    table = parse_toml(text, NAMED, PlanError)
    fields = {name: _shown(table.get(name, PLAN_FIELDS[name].default), PLAN_FIELDS[name]) for name in TOP}
    for section, known in SECTIONS.items():
        held = table.get(section, {})
        given = held if isinstance(held, Mapping) else {}
        fields |= {f"{section}.{name}": _shown(given.get(name, each.default), each) for name, each in known.items()}
    weeks = table.get("week", [])
    rows = [week for week in weeks if isinstance(week, Mapping)] if isinstance(weeks, list) else []
    days = _words(table.get("walk_days"))
    if "sessions_per_week" not in table and days:
        fields["sessions_per_week"] = str(len(set(days)))
    return Draft(
        fields,
        days,
        _words(table.get("locked")),
        table.get("physio") is True,
        tuple(tuple(_shown(week.get(name), WEEK_FIELDS[name]) for name in WEEK) for week in rows),
    )


def filled(all_of: Callable[[str], Sequence[str]]) -> Draft:
    """The draft of a form: all_of gives what was sent under a name; a week's fields come row by row."""
    names = (*TOP, *(f"{section}.{name}" for section, known in SECTIONS.items() for name in known))
    sent = {name: next(iter(all_of(name)), "").strip() for name in names}
    columns = [all_of(f"week_{name}") for name in WEEK]
    count = max(map(len, columns), default=0)
    rows = tuple(tuple(column[row].strip() if row < len(column) else "" for column in columns) for row in range(count))
    days = tuple(day for day in DAYS if day in all_of("walk_days"))
    return Draft(sent, days, tuple(all_of("locked")), bool(all_of("physio")), rows[: MOST_WEEKS + 1])


def text_of(draft: Draft) -> str:
    """The text of a plan's file; what cannot be read as its kind stands there as it was typed."""
    return "\n".join(_lines(draft)) + "\n"


def checked(text: str) -> tuple[Plan | None, tuple[Wrong, ...]]:
    """The plan, or all that is wrong with it."""
    try:
        return parse_plan(text, NAMED), ()
    except PlanError as error:
        found = [(hit["where"], hit["expected"], hit["seen"]) for hit in _MISTAKE.finditer(error.seen)]
        if not found:
            field = _field(error.what)
            remedy = error.remedy if field == WHOLE else ""
            return None, (Wrong(field, error.expected, error.seen, remedy),)
        return None, tuple(Wrong(_field(where), expected, seen) for where, expected, seen in found)


def changes(before: str, after: str) -> tuple[Change, ...]:
    """What is not the same in two texts that can be read, in the order of the form."""
    old, new = draft_of(before), draft_of(after)
    found = [Change(name, old.fields[name], new.fields[name]) for name in old.fields]
    found += [
        Change("walk_days", " ".join(old.walk_days), " ".join(new.walk_days)),
        Change("locked", " ".join(old.locked), " ".join(new.locked)),
        Change("physio", as_toml(old.physio), as_toml(new.physio)),
    ]
    for number in range(max(len(old.weeks), len(new.weeks))):
        rows = [draft.weeks[number] if number < len(draft.weeks) else None for draft in (old, new)]
        for at, name in enumerate(WEEK):
            cells = [None if row is None else row[at] for row in rows]
            if None not in cells or name == "minutes":
                found.append(Change(f"week-{number + 1}-{name}", cells[0], cells[1]))
    return tuple(change for change in found if change.before != change.after)


def _lines(draft: Draft) -> Iterator[str]:
    yield "# A walking plan for kneemon, saved from its page. docs/plan.md tells what each line may be."
    yield ""
    yield "schema = 1"
    for name in TOP:
        word = draft.fields.get(name, "")
        if word or name in ("name", "start"):
            yield f"{name} = {_toml(PLAN_FIELDS[name], word)}"
    yield f"physio = {as_toml(draft.physio)}"
    if draft.walk_days:
        yield f"walk_days = {as_toml(draft.walk_days)}"
    if draft.locked:
        yield f"locked = {as_toml(draft.locked)}"
    for section, known in SECTIONS.items():
        held = {name: draft.fields.get(f"{section}.{name}", "") for name in known}
        said = [f"{name} = {_toml(known[name], word)}" for name, word in held.items() if _own(known[name], word)]
        if said:
            yield from ("", f"[{section}]", *said)
    for row in draft.weeks:
        yield from ("", "[[week]]")
        for name, word in zip(WEEK, row, strict=True):
            if word or name == "minutes":
                yield f"{name} = {_toml(WEEK_FIELDS[name], word)}"


def _own(field: Field, word: str) -> bool:
    """It says something else than the default."""
    return bool(word) and _shown(field.default, field) != word


def _toml(field: Field, word: str) -> str:
    """The word as a value of its kind; as text where it is none, for the parser to refuse in words."""
    if field.kind is date:
        with suppress(ValueError):
            return date.fromisoformat(word).isoformat()
        return as_toml(word)
    plain = word.replace(",", ".") if field.kind in (int, float) else word
    value = field.from_word(plain)
    if value in field.choices:
        return as_toml(value)
    number = _number(plain) if field.choices else None
    return as_toml(number if number is not None else value)


def _number(word: str) -> int | None:
    """A choice among numbers is a whole one."""
    return int(word) if re.fullmatch(r"[0-9]{1,9}", word) else None


def _shown(value: object, field: Field) -> str:
    """As a person types it: no quotation marks, no .0."""
    if value is None or (field.required and not isinstance(value, str | int | float | date)):
        return ""
    if isinstance(value, bool) or not isinstance(value, float | str):
        return as_toml(value)
    return f"{value:.10g}" if isinstance(value, float) else value


def _words(given: object) -> tuple[str, ...]:
    return tuple(str(part) for part in given) if isinstance(given, list) else ()


def _field(where: str) -> str:
    """The field of "plan:14: [rules] pain_rise"; WHOLE when it belongs to none."""
    found = _WHERE.match(where)
    label = found["label"] if found else ""
    if week := _WEEK.match(label):
        return f"week-{week[1]}-{week[2]}"
    if section := _SECTION.match(label):
        return f"{section[1]}.{section[2]}"
    return label if label in PLAN_FIELDS or label == "week" else WHOLE
