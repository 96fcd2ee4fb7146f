# SPDX-License-Identifier: MIT
"""`kneemon plan show`: today's dose in words, the weeks, where the walker stands and why, and how it went lately.

It only looks: what the rules would decide today is shown as it will be, and nothing is written. Without a store the
plan is shown by the calendar.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

from kneemon.app.dose_words import in_words
from kneemon.app.told import in_words as wishes_in_words
from kneemon.cli.advice import tip_for
from kneemon.cli.plan_drawing import Line, held, show, step_on, walks, weeks
from kneemon.config.plan_file import load_plan, plan_text
from kneemon.model.diary import DiaryEntry, LimitWish, PlanVersion
from kneemon.model.plans import Decision, Plan, PlanState, Rules, StateName
from kneemon.model.records import SessionRecord, TimeAnchor
from kneemon.plan.advice import Moment
from kneemon.plan.amended import counted
from kneemon.plan.baseline import baseline_spm, overshoot
from kneemon.plan.colours import Judged, judge
from kneemon.plan.decide import due
from kneemon.plan.history import History, Outcome, history
from kneemon.plan.load import against_usual, load_between
from kneemon.ports import Clock
from kneemon.store.reader import StoreReader

LAST_WALKS, LAST_DECISIONS = 6, 3
WEEK = timedelta(days=7)
MILESTONES_MIN = (60.0, 150.0)  # after the plan's own first one; row 17 of the defaults table

IN_PLAIN_WORDS = {
    StateName.BASELINE: "The first week: its dose is walked and nothing grows in it.",
    StateName.PROGRESS: "It goes well: one thing at a time may grow.",
    StateName.HOLD: "The same dose again; nothing grows this week.",
    StateName.REGRESS: "A step back: fewer minutes and shorter stretches on the same number of days.",
    StateName.DELOAD: "A flare: less walking for a few days, or rest if you prefer (`kneemon plan rest`).",
    StateName.REVIEW: "Nothing grows until it has been looked at: book a review with your physio or doctor.",
    StateName.PAUSED: "Paused. A walk, or `kneemon plan resume`, goes on.",
    StateName.STOP_MEDICAL: "Stopped: get medical advice. When a professional has advised, `kneemon plan advised`.",
}


@dataclass(frozen=True, slots=True)
class Stored:
    """What counts of what the store holds; all of it empty where nothing was ever stored. known: there is a store."""

    records: Sequence[SessionRecord] = ()
    entries: Sequence[DiaryEntry] = ()
    anchors: Mapping[str, TimeAnchor] = field(default_factory=dict)
    versions: Sequence[PlanVersion] = ()
    known: bool = False


def stored(path: Path | None) -> Stored:
    """Raises StoreError when there is a store that cannot be read."""
    if path is None:
        return Stored()
    with suppress(PermissionError):  # the reader tells it in words
        if not path.exists():
            return Stored()
    with StoreReader(path) as reader:
        return Stored(*counted(reader.walks(), reader.diary()), reader.anchors(), reader.plan_versions(), known=True)


def as_followed(path: Path, versions: Sequence[PlanVersion]) -> Plan:
    """The plan in the file, as the version that it is; a text that was not followed yet will be the next one."""
    plan = load_plan(path)
    if not versions:
        return plan
    newest = versions[-1]
    same = (newest.text, newest.author) == (plan_text(path), "")
    return replace(plan, rev=newest.rev if same else newest.rev + 1)


def saved_by(version: PlanVersion) -> str:
    """ "version 2, saved by the physio on 2026-11-17: more slowly"; the file's versions have nobody's name."""
    who = f"saved by the {version.author} on" if version.author else "of the plan's file, kept on"
    note = f": {' '.join(version.note.split())}" if version.note else ""
    return f"version {version.rev}, {who} {version.kept_at:%Y-%m-%d}{note}"


def show_plan(plan: Plan, kept: Stored, clock: Clock, day: date | None, tips: Collection[str] = ()) -> None:
    """Print it. day: None is today. tips: the keys of those that may be shown."""
    today = clock.today()
    day = day or today
    past = history(kept.records, kept.entries, kept.anchors, plan.rules)
    anchor = clock.anchor()
    certain = anchor.synchronised or anchor.boot_id in kept.anchors
    coming = due(plan, past, today, certain=certain) if kept.known else ()
    decisions = (*past.decisions, *coming)
    show(
        [
            Line(_dose(plan, past, decisions, day, today=day == today), "bold"),
            *(_wished(kept) if day == today else ()),
            *_stands(decisions, day),
            Line(),
            Line(f"{plan.name}, from {plan.start}:"),
            *(Line(f"  ({saved_by(each)})") for each in kept.versions if each.rev == plan.rev and each.author),
            *weeks(plan, _here(plan, decisions, day)),
            *_titled("What was held:", held([decision for decision in decisions if decision.taken_on <= day])),
            *_titled("The last walks:", walks(_judged(plan, past, today, day)[-LAST_WALKS:])),
            *_week(plan, past, kept.records, day),
            *(_tip(kept, past, day, tips) if day == today else ()),
        ]
    )


def _dose(plan: Plan, past: History, decisions: Sequence[Decision], day: date, *, today: bool) -> str:
    state = _state(decisions, day)
    first = state.week_start + WEEK * ((day - state.week_start).days // 7) if state else day
    in_week = [walk for walk in past.walks if first <= walk.day <= day]
    return in_words(
        plan,
        day,
        60.0 * sum(walk.walked_min for walk in past.walks if walk.day == day),
        state,
        today=today,
        walked_days=sorted({walk.day for walk in past.walks if walk.walked_min or walk.walking_min}),
        week_main_s=60.0 * sum(walk.walked_min for walk in in_week),
        baseline_spm=baseline_spm(past.walks, plan.start, plan.rules, past.usual_pain),
    )


def _wished(kept: Stored) -> list[Line]:
    """Limits beside the plan's."""
    wishes = [entry.fact for entry in kept.entries if isinstance(entry.fact, LimitWish)]
    words = wishes_in_words(wishes[-1]) if wishes else ""
    return [Line(f"Asked for beside the plan: {words} (`kneemon plan limits` lifts it).")] if words else []


def _state(decisions: Sequence[Decision], day: date) -> PlanState | None:
    states = [decision.state for decision in decisions if decision.taken_on <= day]
    return states[-1] if states else None


def _here(plan: Plan, decisions: Sequence[Decision], day: date) -> int | None:
    """The step that held; by the calendar where nothing was decided yet."""
    step = step_on(decisions, day)
    if step is not None or day < plan.start:
        return step
    return min((day - plan.start).days // 7, len(plan.weeks) - 1)


def _stands(decisions: Sequence[Decision], day: date) -> list[Line]:
    """The state in plain words, and the newest reasons."""
    known = [decision for decision in decisions if decision.taken_on <= day]
    if not known:
        return []
    lines = [Line(IN_PLAIN_WORDS[known[-1].state.name])]
    for decision in known[-LAST_DECISIONS:][::-1]:
        late = ", decided late" if decision.late else ""
        lines.append(Line(f"  {decision.day}  {decision.reason} ({decision.rule}{late})"))
    return lines


def _judged(plan: Plan, past: History, today: date, day: date) -> list[tuple[Outcome, Judged]]:
    """The walks up to that day; a walk much longer than planned has that among the reasons, whatever its colour."""
    found = []
    for walk in past.walks:
        if walk.walking_min >= plan.rules.shortest_bout_min and walk.day <= day:
            settled = today > walk.day + timedelta(days=1)
            verdict = judge(walk, past.usual_pain(walk.day), plan.rules, settled=settled)
            found.append((walk, replace(verdict, because=(*verdict.because, *_longer(walk, plan.rules)))))
    return found


def _longer(walk: Outcome, rules: Rules) -> tuple[str, ...]:
    percent = overshoot(walk, rules)
    if percent is None:
        return ()
    return (f"longer than planned: {percent:.0f} % of its minutes; stop at the signal, also on a good day",)


def _tip(kept: Stored, past: History, day: date, tips: Collection[str]) -> list[Line]:
    said = tip_for(Moment.WEEKLY, day, tips, past.profile, kept.entries, kept.anchors)
    return [Line(), Line(f"A tip: {said} (`kneemon advice`)")] if said else []


def _week(plan: Plan, past: History, records: Sequence[SessionRecord], day: date) -> list[Line]:
    """The last seven days, for information only: moderate pace, steps, load."""
    if not any(walk.day <= day for walk in past.walks):
        return []
    first, past_end = day - timedelta(days=6), day + timedelta(days=1)
    recent = {walk.session_id: walk for walk in past.walks if first <= walk.day < past_end}
    moderate_min = sum(record.summary.moderate_s for record in records if record.session_id in recent) / 60.0
    goals = [plan.rules.moderate_min, *(goal for goal in MILESTONES_MIN if goal > plan.rules.moderate_min)]
    goal = next((goal for goal in goals if moderate_min < goal), goals[-1])
    steps = max((sum(walk.steps for walk in recent.values() if walk.day == each) for each in _days(first)), default=0)
    load = load_between(past.walks, first, past_end, plan.rules)
    usual = against_usual(past.walks, first, plan.rules)
    compared = "" if usual is None else f", {usual:.1f} times your usual week"
    return [
        Line(),
        Line(f"The last seven days, to {day}, for information; never a reason to walk on:"),
        Line(f"  at {plan.rules.moderate_spm:g} steps/min or more: {moderate_min:.0f} min, of {goal:g}"),
        Line(f"  steps on walks, on the day with most: {steps}, of {plan.rules.steps_goal}"),
        Line(f"  load units: {load.units:.0f}, somewhere from {load.low:.0f} to {load.high:.0f}{compared}"),
    ]


def _days(first: date) -> list[date]:
    return [first + timedelta(days=number) for number in range(7)]


def _titled(title: str, lines: list[Line]) -> list[Line]:
    return [Line(), Line(title), *lines] if lines else []
