# SPDX-License-Identifier: MIT
"""The plan drawn in text: its weeks, the doses that were held, how the last walks went. Coloured on a terminal."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from kneemon.model.plans import Colour, Decision, Plan, StateName
from kneemon.plan.colours import Judged
from kneemon.plan.history import Outcome

WIDEST = 30  # characters of the longest bar
STYLES = {
    Colour.GREEN: "green",
    Colour.AMBER: "yellow",
    Colour.RED: "red",
    Colour.PENDING: "dim",
}
STATES = {
    StateName.BASELINE: "first week",
    StateName.PROGRESS: "grown, or may grow",
    StateName.HOLD: "the same again",
    StateName.REGRESS: "a step back",
    StateName.DELOAD: "less, in a flare",
    StateName.REVIEW: "waits for a review",
    StateName.PAUSED: "paused",
    StateName.STOP_MEDICAL: "stopped",
}
EVENTFUL = {StateName.DELOAD: "yellow", StateName.REVIEW: "yellow", StateName.STOP_MEDICAL: "red"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text, and how a terminal shows it: a style of rich, "" for plain."""

    text: str = ""
    style: str = ""


def weeks(plan: Plan, here: int | None) -> list[Line]:
    """A bar for each week of the plan; here: the step where the walker stands, from 0, None when nowhere yet."""
    most = max(week.minutes for week in plan.weeks)
    lines = []
    for number, week in enumerate(plan.weeks):
        walks = plan.sessions if week.sessions is None else week.sessions
        drawn = f"  week {number + 1:>2}  {week.minutes:>4g} min × {walks}  {bar(week.minutes, most)}"
        lines.append(Line(f"{drawn}  < you are here", "bold") if number == here else Line(drawn))
    return lines


def held(decisions: Sequence[Decision]) -> list[Line]:
    """The doses that actually held, from which day on and in which state; what followed at once is not a dose held."""
    kept: list[Decision] = []
    for decision in decisions:
        if kept and kept[-1].taken_on == decision.taken_on:
            kept.pop()
        before = kept[-1].state if kept else None
        if before is None or (before.dose, before.name) != (decision.state.dose, decision.state.name):
            kept.append(decision)
    most = max((decision.state.dose.minutes for decision in kept), default=0.0)
    lines = []
    for decision in kept:
        state = decision.state
        stopped = state.name is StateName.STOP_MEDICAL
        minutes = 0.0 if stopped else state.dose.minutes
        drawn = f"{minutes:>4.3g} min × {state.dose.sessions}  {bar(minutes, most):<{WIDEST}}"
        lines.append(Line(f"  from {decision.taken_on}  {drawn}  {STATES[state.name]}", EVENTFUL.get(state.name, "")))
    return lines


def walks(judged: Iterable[tuple[Outcome, Judged]]) -> list[Line]:
    """How each walk went, and why it is not better."""
    lines = []
    for walk, verdict in judged:
        planned = "" if walk.planned_min is None else f" of {walk.planned_min:.3g}"
        pains = f"before {score(walk.p0)}, most {score(walk.pk)}, 2 h later {score(walk.p2)}, morning {score(walk.pm)}"
        colour = "waits for the morning" if verdict.colour is Colour.PENDING else verdict.colour.value
        text = f"  {walk.day}  {f'{walk.walked_min:.3g}{planned} min':<13}  pain {pains}  {colour}"
        lines.append(Line(text, STYLES[verdict.colour]))
        lines += [Line(f"              {because}") for because in verdict.because]
    return lines


def bar(value: float, most: float) -> str:
    """A bar of at most WIDEST characters; something that is more than nothing has at least one."""
    if value <= 0 or most <= 0:
        return ""
    return "█" * max(1, round(WIDEST * value / most))


def score(pain: int | None) -> str:
    """A dash where it is not known."""
    return "–" if pain is None else str(pain)


def step_on(decisions: Sequence[Decision], day: date) -> int | None:
    """The step of the plan that held on that day; None before its first decision."""
    steps = [decision.state.step for decision in decisions if decision.taken_on <= day]
    return steps[-1] if steps else None


def show(lines: Iterable[Line]) -> None:
    """Print them, in colour where that is a terminal."""
    if not sys.stdout.isatty():
        for line in lines:
            print(line.text)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    for line in lines:
        console.print(Text(line.text, line.style))
