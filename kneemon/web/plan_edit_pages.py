# SPDX-License-Identifier: MIT
"""The plan's editor: its fields or its text, a look at the weeks before saving, and saving, for who may set limits.

What was typed travels with every step, so that nothing is lost when something is wrong; so does the newest version that
was seen, so that nobody's is written over unseen. Only the running kneemon saves.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from kneemon.app.plan_draft import WEEK, WHOLE, Change, Draft, Wrong, changes, checked, draft_of, filled, text_of
from kneemon.app.reading import zone_of
from kneemon.config.plan_fields import DAYS
from kneemon.config.plan_file import plan_warnings
from kneemon.config.presets import preset_text
from kneemon.errors import PlanError
from kneemon.language import _
from kneemon.model.plans import Plan
from kneemon.web import plan_words
from kneemon.web.asking import asked, cut, whole
from kneemon.web.visit import BOTH, Answer, Door, Moved, Role, Shown, Visit

LONGEST_TEXT = 30_000  # characters; with its escapes it still is one request
MAIN = ("name", "start")
NUMBERS = (
    "sessions_per_week",
    "warm_up_min",
    "cool_down_min",
    "cadence_ceiling_spm",
    "weekly_cap_min",
    "session_top_min",
)
BAR = 100.0  # user units of the longest week


@dataclass(frozen=True, slots=True)
class WeekRow:
    """One week as it is looked at. before_min: minutes of the same week in the plan that holds, None without. bar,
    before_bar: their lengths, of BAR."""

    number: int
    minutes: float
    sessions: int
    weekly_min: float
    ceiling_spm: float | None
    before_min: float | None
    bar: float
    before_bar: float


def week_rows(plan: Plan, before: Plan | None) -> tuple[WeekRow, ...]:
    weekly = [week.minutes * (week.sessions or plan.sessions) for week in plan.weeks]
    old = [week.minutes * (week.sessions or before.sessions) for week in before.weeks] if before else []
    most = max((*weekly, *old))
    return tuple(
        WeekRow(
            number + 1,
            week.minutes,
            week.sessions or plan.sessions,
            weekly[number],
            week.cadence_ceiling_spm or plan.cadence_ceiling_spm,
            old[number] if number < len(old) else None,
            round(BAR * weekly[number] / most, 1),
            round(BAR * old[number] / most, 1) if number < len(old) else 0.0,
        )
        for number, week in enumerate(plan.weeks)
    )


def edit(visit: Visit) -> Answer:
    """The plan that holds, or a preset to begin from."""
    if not visit.may_set_limits:
        return _refused(visit)
    kept = visit.reading.versions
    preset = visit.query.one("preset")
    text = first_text(visit, preset or "six_week") if preset or not kept else kept[-1].text
    try:
        return _editor(visit, draft_of(text), {})
    except PlanError as error:
        return _as_text(visit, text, str(error))


def edited(visit: Visit) -> Answer:
    """A week more or less, the whole as text, or a look at it."""
    if not visit.may_set_limits:
        return _refused(visit)
    form, do = visit.form, visit.form.one("do")
    if do == "back":
        return _again(visit, form.one("text"))
    draft = filled(form.all)
    if do == "add":
        return _editor(visit, draft.more(), {})
    if do.startswith("remove-"):
        week = whole(do.removeprefix("remove-"))
        return _editor(visit, draft.without(week) if isinstance(week, int) else draft, {})
    text = text_of(draft)
    if do == "text":
        return _as_text(visit, text)
    plan, wrong = checked(text)
    if plan is None:
        return _editor(visit, draft, {each.field: each for each in wrong}, status=422)
    return preview(visit, text)


def as_text(visit: Visit) -> Answer:
    if not visit.may_set_limits:
        return _refused(visit)
    kept = visit.reading.versions
    return _as_text(visit, kept[-1].text if kept else first_text(visit, "six_week"))


def text_sent(visit: Visit) -> Answer:
    return preview(visit, visit.form.one("text")) if visit.may_set_limits else _refused(visit)


def preview(visit: Visit, text: str, note: str = "", error: str = "") -> Answer:
    """What the plan in the text means, and what it changes; where it is wrong, the text to be mended."""
    if not visit.may_set_limits:
        return _refused(visit)
    text = "\n".join(text.splitlines()) + "\n"  # a browser sends CR LF
    if len(text) > LONGEST_TEXT:
        said = visit.language.say("The text is longer than {most} characters.", most=LONGEST_TEXT)
        return _as_text(visit, text[:LONGEST_TEXT], said)
    plan, wrong = checked(text)
    if plan is None:
        lines = (f"{plan_words.named(visit.language, each.field)}: {_said(visit, each)}" for each in wrong)
        return _as_text(visit, text, " · ".join(lines))
    kept, held = visit.reading.versions, visit.reading.plan
    language = visit.language
    found: tuple[Change, ...] = ()
    if kept:
        with suppress(PlanError):  # an old text that is no longer read has nothing to be compared with
            found = changes(kept[-1].text, text)
    return Shown(
        "plan_preview.html",
        language.say("Look at the plan before it is saved"),
        {
            "plan": plan,
            "text": text,
            "rows": week_rows(plan, held),
            "held": held,
            "days": plan_words.days(language, [DAYS[day] for day in plan.walk_days]),
            "warnings": plan_warnings(plan),
            "changes": [
                (
                    plan_words.named(language, each.field),
                    plan_words.valued(language, each, each.before),
                    plan_words.valued(language, each, each.after),
                )
                for each in found
            ],
            "same": bool(kept) and kept[-1].text == text,
            "rev": _newest(visit),
            "meanwhile": _meanwhile(visit),
            "note": note,
            "error": error,
        },
        422 if error else 200,
    )


def saved(visit: Visit) -> Answer:
    """As a new version, with who saved it and why. What is refused is shown again, nothing lost."""
    if not visit.may_set_limits:
        return _refused(visit)
    text, note = visit.form.one("text") + "\n", cut(visit.form.one("note"))
    text = "\n".join(text.splitlines()) + "\n"
    outcome = asked(visit, "save-plan", text=text, author=visit.role.value, note=note, base=_seen(visit))
    return Moved("/plan", outcome.said) if outcome.done else preview(visit, text, note, outcome.said)


def first_text(visit: Visit, preset: str, minutes: float | None = None, start: date | None = None) -> str:
    """A plan made from a preset; an unknown one is the six weeks. Raises PlanError for minutes out of their range."""
    known = preset if preset in plan_words.PRESETS else "six_week"
    return preset_text(known, start or visit.reading.today, minutes=minutes)


DOORS = (
    Door("/plan/edit", edit, BOTH),
    Door("/plan/edit", edited, BOTH, post=True),
    Door("/plan/text", as_text, BOTH),
    Door("/plan/text", text_sent, BOTH, post=True),
    Door("/plan/save", saved, BOTH, post=True),
)


def _newest(visit: Visit) -> int:
    """0: there is no version yet."""
    kept = visit.reading.versions
    return kept[-1].rev if kept else 0


def _seen(visit: Visit) -> int:
    """The newest version when this change was begun."""
    newest, seen = _newest(visit), whole(visit.form.one("rev"))
    return min(seen, newest) if isinstance(seen, int) and seen >= 0 else newest


def _meanwhile(visit: Visit) -> str:
    """Who has saved another version since; the look at it compares with that one."""
    if _seen(visit) == _newest(visit):
        return ""
    kept = visit.reading.versions[-1]
    at, language = kept.kept_at.astimezone(zone_of(visit.reading.zone)), visit.language
    return language.say(
        "Version {rev} was saved meanwhile by {who}, on {day} at {time}. Look at what yours changes in it.",
        rev=kept.rev,
        who=plan_words.author(language, kept.author),
        day=language.day(at.date()),
        time=language.time(at),
    )


def _again(visit: Visit, text: str) -> Answer:
    try:
        return _editor(visit, draft_of(text), {})
    except PlanError as error:
        return _as_text(visit, text, str(error))


def _editor(visit: Visit, draft: Draft, wrong: Mapping[str, Wrong], status: int = 200) -> Shown:
    language = visit.language
    if visit.role is Role.PHYSIO and not visit.reading.versions:
        draft = replace(draft, physio=True)

    def line(name: str) -> plan_words.Line:
        return plan_words.line(language, name, draft.fields.get(name, ""), wrong)

    rows = [
        {
            "number": number,
            "cells": [
                {
                    "name": f"week_{name}",
                    "id": f"week-{number}-{name}",
                    "label": plan_words.named(language, f"week-{number}-{name}"),
                    "value": value,
                    "error": plan_words.in_words(language, wrong.get(f"week-{number}-{name}")),
                }
                for name, value in zip(WEEK, row, strict=True)
            ],
        }
        for number, row in enumerate(draft.weeks, start=1)
    ]
    return Shown(
        "plan_edit.html",
        language.say("Change the plan"),
        {
            "draft": draft,
            "rev": _seen(visit),
            "main": [line(name) for name in MAIN],
            "numbers": [line(name) for name in NUMBERS],
            "sections": [
                (language.say(title), [line(name) for name in draft.fields if name.startswith(f"{section}.")], section)
                for section, title in plan_words.SECTION_TITLES.items()
            ],
            "open": {name.partition(".")[0] for name in wrong},
            "weeks": rows,
            "day_names": plan_words.day_names(language),
            "locks": [(name, language.say(words)) for name, words in plan_words.LOCKS.items()],
            "presets": [(name, language.say(words)) for name, words in plan_words.PRESETS.items()],
            "wrong": [
                (plan_words.named(language, name), plan_words.in_words(language, each), _anchor(name))
                for name, each in wrong.items()
            ],
        },
        status,
    )


def _anchor(name: str) -> str:
    """The id of the field's control."""
    if name in (WHOLE, "week", "walk_days", "locked", "physio"):
        return {"walk_days": "days", "locked": "locks", "physio": "locks"}.get(name, "weeks")
    return name if name.startswith("week-") else f"f-{name}"


def _as_text(visit: Visit, text: str, error: str = "") -> Shown:
    title = visit.language.say("The plan as text")
    return Shown("plan_text.html", title, {"text": text, "rev": _seen(visit), "error": error}, 422 if error else 200)


def _said(visit: Visit, wrong: Wrong) -> str:
    return plan_words.in_words(visit.language, wrong)


def _refused(visit: Visit) -> Shown:
    lines = (
        _("A physiotherapist has a pass phrase on this device, so the physiotherapist sets the limits."),
        _("You can look at the plan, pause it, lower its limits for yourself, and talk about it."),
    )
    return Shown("plan_refused.html", visit.language.say("The physio sets the limits"), {"lines": lines}, 403)
