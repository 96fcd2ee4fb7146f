# SPDX-License-Identifier: MIT
"""How a walk went: GREEN, AMBER or RED (evidence, sections 12.3 and 12.5).

A number that is not known is never taken for a good one: without the pain before, the pain of the walk or the next
morning's a walk is AMBER at best. What is RED by what is known already is RED at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from kneemon.model.plans import Colour, Rules
from kneemon.model.questions import Grade
from kneemon.plan.history import History, Outcome

BUCKLINGS_RED = 2  # in one walk (12.3)


@dataclass(frozen=True, slots=True)
class Judged:
    """The colour, and the conditions that made it no better, each a short phrase with its numbers."""

    colour: Colour
    because: tuple[str, ...] = ()


def judge(walk: Outcome, usual: float | None, rules: Rules, *, settled: bool) -> Judged:
    """The walk's colour against the usual pain B. settled: the time to answer is over, what is missing stays unknown.

    Until then a walk that is not over, or whose morning is not told, is PENDING unless it is RED already.
    """
    red = tuple(_red(walk, usual, rules))
    if red:
        return Judged(Colour.RED, red)
    amber = tuple(_amber(walk, usual, rules))
    if not settled and (walk.pm is None or not walk.ended):
        return Judged(Colour.PENDING, amber)
    return Judged(Colour.AMBER, amber) if amber else Judged(Colour.GREEN)


def by_day(past: History, rules: Rules, today: date) -> dict[date, Colour]:
    """How the walks of the plan went, by day; the worst of a day counts."""
    order = (Colour.GREEN, Colour.PENDING, Colour.AMBER, Colour.RED)
    worst: dict[date, Colour] = {}
    for walk in past.walks:
        if walk.counts:
            settled = today > walk.day + timedelta(days=1)
            colour = judge(walk, past.usual_pain(walk.day), rules, settled=settled).colour
            worst[walk.day] = max(colour, worst.get(walk.day, Colour.GREEN), key=order.index)
    return worst


def _red(walk: Outcome, usual: float | None, rules: Rules) -> Iterator[str]:
    if walk.pk is not None and walk.pk > rules.pain_acceptable_max:
        yield f"pain reached {walk.pk} (at most {rules.pain_acceptable_max})"
    if walk.pm is not None and usual is not None and walk.pm - usual >= rules.pain_rise + 1:
        yield _morning(walk.pm, usual, rules)
    if walk.bucklings >= BUCKLINGS_RED:
        yield f"the knee gave way {walk.bucklings} times"
    if walk.fell:
        yield "a fall when the knee gave way"
    if walk.grade is not None and walk.grade >= Grade.SAME_DAY:
        yield f"a sign on the {_list(walk.grade)} list was reported"


def _amber(walk: Outcome, usual: float | None, rules: Rules) -> Iterator[str]:
    if walk.p0 is None:
        yield "pain before the walk is not known"
    if walk.pk is None or (walk.unscored and walk.p1 is None):
        yield "pain during the walk is not known"
    if rules.rise_rule and walk.p0 is not None and walk.pk is not None and walk.pk - walk.p0 > rules.pain_rise:
        yield f"pain rose by {walk.pk - walk.p0} during the walk (at most {rules.pain_rise})"
    if walk.p0 is not None and walk.p2 is not None and walk.p2 - walk.p0 > rules.pain_noise:
        yield f"pain later was {walk.p2}, {walk.p2 - walk.p0} above the pain before (at most {rules.pain_noise})"
    if walk.pm is None:
        yield "pain next morning is not known"
    elif usual is None:
        yield "usual pain is not known"
    elif walk.pm - usual > rules.pain_noise:
        yield _morning(walk.pm, usual, rules)
    if walk.p0 is not None and walk.p0 >= rules.pain_no_start and not rules.no_start_above_usual:
        yield f"pain {walk.p0} before it (no walk of the plan from {rules.pain_no_start} on)"
    if walk.bucklings:
        yield "the knee gave way once"
    if walk.grade is Grade.SOON:
        yield f"a sign on the {_list(walk.grade)} list was reported"
    if walk.grade_open:
        yield "something new was reported, and not which list it is on"


def _morning(pm: int, usual: float, rules: Rules) -> str:
    return f"pain next morning was {pm}, {pm - usual:g} above usual (at most {rules.pain_noise})"


def _list(grade: Grade) -> str:
    return grade.name.lower().replace("_", "-")
