# SPDX-License-Identifier: MIT
"""The plan as it is: today, the weeks, where it stands and why, what walker and physio may choose, its versions."""

from datetime import datetime
from difflib import unified_diff

from kneemon.app.dose_read import own_pace
from kneemon.app.plan_today import PLAIN, dose_in_words, dose_today, wish_now
from kneemon.app.reading import Reading, zone_of
from kneemon.config.plan_fields import DAYS
from kneemon.config.plan_file import plan_warnings
from kneemon.language import _
from kneemon.model.diary import ChoiceKind, LimitWish, PlanVersion
from kneemon.model.plans import Decision, Plan, PlanState, StateName
from kneemon.plan.limits import would_raise
from kneemon.web import plan_words
from kneemon.web.asking import cut, decimal, moved, whole
from kneemon.web.plan_edit_pages import preview, week_rows
from kneemon.web.visit import BOTH, OWNER, Answer, Door, Missing, Moved, Role, Shown, Visit

DECISIONS = 12
STOPPED = (StateName.STOP_MEDICAL, StateName.REVIEW)
CHOICES = {
    ChoiceKind.PAUSE: (_("Pause the plan"), _("For a holiday or an illness. Nothing is asked of you meanwhile.")),
    ChoiceKind.RESUME: (_("Go on with the plan"), _("After a pause. A walk goes on with it as well.")),
    ChoiceKind.STAY: (_("Not more this week"), _("The dose before goes on; nothing grows this week.")),
    ChoiceKind.REST: (_("Rest rather than walk less"), _("In a flare: rest days instead of short walks.")),
}
STATES = {
    StateName.BASELINE: _("First week"),
    StateName.PROGRESS: _("Grown, or may grow"),
    StateName.HOLD: _("The same again"),
    StateName.REGRESS: _("A step back"),
    StateName.DELOAD: _("Less, in a flare"),
    StateName.REVIEW: _("Waits for a review"),
    StateName.PAUSED: _("Paused"),
    StateName.STOP_MEDICAL: _("Stopped"),
}


def plan(visit: Visit) -> Answer:
    reading, say = visit.reading, visit.language.say
    held, state = reading.plan, reading.state
    decided = [entry.fact for entry in reading.decisions(DECISIONS) if isinstance(entry.fact, Decision)]
    wish = wish_now(reading)
    return Shown(
        "plan.html",
        say("The plan"),
        {
            "plan": held,
            "version": reading.versions[-1] if reading.versions else None,
            "dose": dose_in_words(reading, visit.language),
            "own_pace": own_pace(reading, visit.language),
            "state": say(STATES[state.name]) if state else "",
            "state_words": say(PLAIN[state.name]) if state else say("The plan has not begun."),
            "since": state.since if state else None,
            "stopped": state is not None and state.name in STOPPED,
            "decided": decided,
            "rows": week_rows(held, None) if held else (),
            "days": plan_words.days(visit.language, [DAYS[day] for day in held.walk_days]) if held else "",
            "place": _here(held, reading),
            "choices": [(kind.value, say(CHOICES[kind][0]), say(CHOICES[kind][1])) for kind in _open_choices(state)],
            "states": [
                (name.value, say(words)) for name, words in STATES.items() if name is not StateName.STOP_MEDICAL
            ],
            "wish": wish,
            "warnings": plan_warnings(held) if held else (),
        },
    )


def chosen(visit: Visit) -> Answer:
    kind = visit.form.one("kind")
    if kind not in tuple(each.value for each in CHOICES):
        return Moved("/plan", visit.language.say("There is no such choice."), bad=True)
    return moved(visit, "/plan", "tell", kind="choice", fields={"kind": kind})


def advised(visit: Visit) -> Answer:
    lines = (
        _("Only you can say this: a doctor, a physiotherapist or another professional has advised you."),
        _("The plan then goes on, with less at first. kneemon cannot know whether your knee is safe to walk on."),
    )
    return Shown(
        "confirm.html",
        visit.language.say("Has a professional advised you?"),
        {
            "action": "/plan/advised",
            "cancel": "/plan",
            "subject": visit.language.say("The plan is stopped, or waits for a review."),
            "lines": lines,
            "why": False,
            "sure": _("Yes, a professional has advised me, and I may walk again."),
            "button": _("Confirm it"),
        },
    )


def advised_told(visit: Visit) -> Answer:
    if not visit.form.one("sure"):
        return Moved("/plan/advised", visit.language.say("Nothing was confirmed: tick the box if it is so."), bad=True)
    return moved(visit, "/plan", "tell", kind="choice", fields={"kind": ChoiceKind.ADVISED.value})


def overridden(visit: Visit) -> Answer:
    """The physio's: a state, perhaps the week, and why."""
    form = visit.form
    week = whole(form.one("week"))
    fields = {
        "state": form.one("state"),
        "step": week - 1 if isinstance(week, int) else week,
        "note": cut(form.one("note")),
    }
    return moved(visit, "/plan", "tell", kind="override", fields=fields)


def limited(visit: Visit) -> Answer:
    """Limits beside the plan's; empty: the plan's own."""
    minutes, pace_spm = decimal(visit.form.one("minutes")), decimal(visit.form.one("pace"))
    if not visit.may_set_limits and _raised(visit, minutes, pace_spm):
        said = visit.language.say(
            "The physio sets the limits: you may set lower ones than the plan's, not higher ones."
        )
        return Moved("/plan", said, bad=True)
    fields = {"minutes": minutes, "pace_spm": pace_spm}
    return moved(visit, "/plan", "tell", kind="limits", fields=fields)


def versions(visit: Visit) -> Answer:
    kept = visit.reading.versions
    rows = [
        {
            "version": version,
            "at": _at(visit, version),
            "author": plan_words.author(visit.language, version.author),
            "lines": _diff(before, version),
        }
        for before, version in zip((None, *kept), kept, strict=False)
    ]
    return Shown("plan_versions.html", visit.language.say("Versions of the plan"), {"rows": rows[::-1], "whole": None})


def version(visit: Visit) -> Answer:
    """One of them whole."""
    found = _version(visit)
    if found is None:
        return Missing(visit.language.say("There is no such version of the plan."))
    title = visit.language.say("Version {rev} of the plan", rev=found.rev)
    return Shown(
        "plan_versions.html",
        title,
        {
            "rows": (),
            "whole": found,
            "at": _at(visit, found),
            "author": plan_words.author(visit.language, found.author),
        },
    )


def taken_back(visit: Visit) -> Answer:
    """An earlier version as a new one: looked at first, as any other change."""
    found = _version(visit)
    if found is None:
        return Missing(visit.language.say("There is no such version of the plan."))
    note = visit.language.say("Version {rev} taken back", rev=found.rev)
    return preview(visit, found.text, note)


DOORS = (
    Door("/plan", plan),
    Door("/plan/choice", chosen, OWNER, post=True),
    Door("/plan/advised", advised, OWNER),
    Door("/plan/advised", advised_told, OWNER, post=True),
    Door("/plan/override", overridden, frozenset({Role.PHYSIO}), post=True),
    Door("/plan/limits", limited, BOTH, post=True),
    Door("/plan/versions", versions),
    Door("/plan/versions/{rev}", version),
    Door("/plan/versions/{rev}/take-back", taken_back, BOTH),
)


def _open_choices(state: PlanState | None) -> tuple[ChoiceKind, ...]:
    """What a choice can change where the plan stands."""
    if state is None or state.name in STOPPED:
        return ()
    if state.name is StateName.PAUSED:
        return (ChoiceKind.RESUME,)
    rest = (ChoiceKind.REST,) if state.name is StateName.DELOAD else (ChoiceKind.STAY,)
    return (*rest, ChoiceKind.PAUSE)


def _raised(visit: Visit, minutes: float | str | None, pace_spm: float | str | None) -> bool:
    """Is one of them higher than today's own? What is no number is refused elsewhere."""
    dose = dose_today(visit.reading)
    wish = LimitWish(minutes if isinstance(minutes, float) else None, pace_spm if isinstance(pace_spm, float) else None)
    if dose is None:
        return False
    return would_raise(dose, wish) or (wish.minutes is not None and 60.0 * wish.minutes > dose.dose_s)


def _here(held: Plan | None, reading: Reading) -> int | None:
    """The week of the plan where it stands, from 1."""
    state = reading.state
    return state.step + 1 if held and state else None


def _version(visit: Visit) -> PlanVersion | None:
    return next((each for each in visit.reading.versions if str(each.rev) == visit.path["rev"]), None)


def _at(visit: Visit, kept: PlanVersion) -> datetime:
    """When it was kept, where the walker lives."""
    return kept.kept_at.astimezone(zone_of(visit.reading.zone))


def _diff(before: PlanVersion | None, after: PlanVersion) -> list[tuple[str, str]]:
    """("-" | "+" | " ", line), with a line around each change."""
    if before is None:
        return []
    lines = unified_diff(before.text.splitlines(), after.text.splitlines(), lineterm="", n=1)
    return [(line[:1], line[1:]) for line in list(lines)[2:]]
