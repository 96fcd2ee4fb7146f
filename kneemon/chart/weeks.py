# SPDX-License-Identifier: MIT
"""A week's bars beside each other: minutes against the plan with the plan's state, sets of exercises, load."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kneemon.chart import Chart, Table
from kneemon.chart.canvas import BLUE, GREEN, ORANGE, PURPLE, RED, SKY, Canvas
from kneemon.chart.frame import Frame, Keyed
from kneemon.chart.plotted import Series, bars
from kneemon.chart.words import Look, Words, short_day
from kneemon.model.plans import StateName

STATE_ROW = 20.0
SIGNS = {
    StateName.BASELINE: ("ring", BLUE),
    StateName.PROGRESS: ("up", GREEN),
    StateName.HOLD: ("square", SKY),
    StateName.REGRESS: ("down", ORANGE),
    StateName.DELOAD: ("down", PURPLE),
    StateName.REVIEW: ("diamond", ORANGE),
    StateName.PAUSED: ("dotted", "#767676"),
    StateName.STOP_MEDICAL: ("cross", RED),
}


@dataclass(frozen=True, slots=True)
class Week:
    """first: its first day. planned_min, state: None where no plan held."""

    first: date
    walked_min: float
    walks: int
    planned_min: float | None
    planned_walks: int | None
    state: StateName | None


@dataclass(frozen=True, slots=True)
class Counted:
    """Something counted in a week, of which so much was to be; None: no goal, or not known."""

    first: date
    done: float | None
    goal: float | None


def weeks_chart(name: str, weeks: Sequence[Week], words: Words, look: Look) -> Chart:
    """Minutes walked in the main part against those planned."""
    title = words.say("Minutes walked each week, against the plan")
    canvas = Canvas(look)
    held = list(dict.fromkeys(week.state for week in weeks if week.state is not None))
    frame = Frame(
        canvas,
        (
            Keyed("square", BLUE, words.say("walked")),
            Keyed("box", look.ink, words.say("planned")),
            *(Keyed(*SIGNS[state], state_word(state, words)) for state in held),
        ),
        STATE_ROW if held else 0,
    )
    said = [
        words.say(
            "Week of {day}: {walked} minutes walked, {planned} planned; {state}",
            day=words.day(week.first),
            walked=words.number(week.walked_min),
            planned=words.number(week.planned_min),
            state=state_word(week.state, words),
        )
        for week in weeks
    ]
    series = (
        Series(BLUE, [week.walked_min for week in weeks], said),
        Series(look.ink, [week.planned_min for week in weeks], said, hollow=True),
    )
    if any(week.walked_min or week.planned_min for week in weeks):
        drawn = bars(_labels([week.first for week in weeks], words, look), series, look, frame.top - 4, look.height)
        canvas.raw(drawn.markup)
        size = min(5.5, 0.3 * look.width / max(1, len(weeks)))
        for week, x in zip(weeks, drawn.middles, strict=True):
            if week.state is not None:
                canvas.mark(SIGNS[week.state][0], x, frame.top - STATE_ROW + 6, size, SIGNS[week.state][1])
    else:
        frame.empty(words.say("No walk in this time."))
    description = _weeks_gist(weeks, words)
    heads = (
        words.say("Week of"), words.say("Minutes walked"), words.say("Minutes planned"), words.say("Walks"),
        words.say("Walk days planned"), words.say("Plan"),
    )  # fmt: skip
    rows = tuple(
        (
            words.day(week.first), words.number(week.walked_min), words.number(week.planned_min), str(week.walks),
            words.number(week.planned_walks), state_word(week.state, words),
        )
        for week in weeks
    )  # fmt: skip
    return Chart(name, title, description, canvas.done(name, title, description), Table(heads, rows))


def exercises_chart(name: str, weeks: Sequence[Counted], words: Words, look: Look) -> Chart:
    """Sets of push-offs done in each week, and those that the plan's rules ask for."""
    return _counted(
        name, weeks, words, look,
        title=words.say("Sets of push-offs each week"),
        done=words.say("done"),
        goal=words.say("goal"),
        said=words.say("Week of {day}: {done} sets, goal {goal}"),
        heads=(words.say("Week of"), words.say("Sets"), words.say("Goal")),
    )  # fmt: skip


def load_chart(name: str, weeks: Sequence[Counted], words: Words, look: Look) -> Chart:
    """Load units of each week beside the walker's own usual of the weeks before: a comparison, no force."""
    return _counted(
        name, weeks, words, look,
        title=words.say("Load units each week, against the usual"),
        done=words.say("this week"),
        goal=words.say("usual before"),
        said=words.say("Week of {day}: {done} load units, usual {goal}"),
        heads=(words.say("Week of"), words.say("Load units"), words.say("Usual before")),
        more=words.say("Load units are uncertain by a quarter at least; they are no force on a knee."),
    )  # fmt: skip


def state_word(state: StateName | None, words: Words) -> str:
    match state:
        case StateName.BASELINE:
            return words.say("first week")
        case StateName.PROGRESS:
            return words.say("grows")
        case StateName.HOLD:
            return words.say("the same again")
        case StateName.REGRESS:
            return words.say("a step back")
        case StateName.DELOAD:
            return words.say("less, in a flare")
        case StateName.REVIEW:
            return words.say("waits for a review")
        case StateName.PAUSED:
            return words.say("paused")
        case StateName.STOP_MEDICAL:
            return words.say("stopped")
        case _:
            return words.say("no plan")


def _counted(
    name: str,
    weeks: Sequence[Counted],
    words: Words,
    look: Look,
    *,
    title: str,
    done: str,
    goal: str,
    said: str,
    heads: tuple[str, ...],
    more: str = "",
) -> Chart:
    canvas = Canvas(look)
    frame = Frame(canvas, (Keyed("square", BLUE, done), Keyed("box", look.ink, goal)))
    told = [
        said.format(day=words.day(week.first), done=words.number(week.done), goal=words.number(week.goal))
        for week in weeks
    ]
    if any(week.done for week in weeks):
        series = (
            Series(BLUE, [week.done for week in weeks], told),
            Series(look.ink, [week.goal for week in weeks], told, hollow=True),
        )
        labels = _labels([week.first for week in weeks], words, look)
        canvas.raw(bars(labels, series, look, frame.top - 4, look.height).markup)
        total = sum(week.done or 0 for week in weeks)
        gist = words.say("{total} in all; the newest week has {newest}.", total=words.number(total),
                         newest=words.number(weeks[-1].done))  # fmt: skip
    else:
        frame.empty(words.say("Nothing was counted in this time."))
        gist = words.say("Nothing was counted in this time.")
    rows = tuple((words.day(week.first), words.number(week.done), words.number(week.goal)) for week in weeks)
    description = f"{gist} {more}".strip()
    return Chart(name, title, description, canvas.done(name, title, description), Table(heads, rows))


def _labels(firsts: Sequence[date], words: Words, look: Look) -> list[str]:
    """As many as have room; the newest has one."""
    every = -(-len(firsts) * 62 // (look.width - 50)) or 1
    last = len(firsts) - 1
    return [short_day(words, day) if (last - place) % every == 0 else "" for place, day in enumerate(firsts)]


def _weeks_gist(weeks: Sequence[Week], words: Words) -> str:
    planned = [week for week in weeks if week.planned_min is not None]
    walked = sum(week.walked_min for week in weeks)
    whole = words.say("{minutes} minutes were walked in all.", minutes=words.number(walked))
    if not planned:
        return f"{whole} {words.say('No plan held in this time.')}"
    reached = sum(week.walked_min >= (week.planned_min or 0.0) for week in planned)
    return f"{whole} " + words.say(
        "In {reached} of {weeks} weeks with a plan they were as many as planned.", reached=reached, weeks=len(planned)
    )
