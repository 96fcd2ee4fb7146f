# SPDX-License-Identifier: MIT
"""A week of the plan, and what it leads to (evidence, section 12.4): forward, the same again, or a step back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import fmean

from kneemon.model.plans import Colour, Dose, Rules, Value
from kneemon.plan.colours import judge
from kneemon.plan.growth import Room
from kneemon.plan.history import History, Outcome
from kneemon.plan.load import per_minute

WEEK = timedelta(days=7)
ENOUGH = (2, 3)  # 12.4: walks made, of walks planned
AMBER_MOST = 1  # 12.4; beside a GREEN walk
UNSCORED_MOST = 1  # 12.4
MEAN_RISE = 0.5  # 12.4: of mean morning pain; more than that is no progress
NEAR_MIN = 0.5  # a walk that ends so much before its dose is whole
NOTHING = 1e-9


@dataclass(frozen=True, slots=True)
class Week:
    """What a week was like. mean_before: of the week before, or the usual pain after a beginning.

    colours: by session id; late: earlier walks that are RED and were not counted as such. by_pain: the colours with the
    best assumed for all that is not known and without the knee that gave way, so that AMBER there is because of pain.
    walked_min, planned_min: of the main part, in the week. days_at_dose: with a walk for which the present minutes were
    prescribed already. facts: place in the diary of the newest fact about its walks.
    """

    first: date
    days_walked: int
    planned: int
    walked_min: float
    planned_min: float
    days_at_dose: int
    colours: Mapping[str, Colour]
    by_pain: Mapping[str, Colour]
    late: tuple[str, ...]
    unscored: int
    bucklings: int
    usual: float | None
    mean_now: float | None
    mean_before: float | None
    facts: int

    @property
    def values(self) -> dict[str, Value]:
        return {
            "week": self.first.isoformat(),
            "usual_pain": self.usual,
            "days_walked": self.days_walked,
            "days_planned": self.planned,
            "walked_min": round(self.walked_min, 1),
            "days_at_dose": self.days_at_dose,
            "colours": " ".join(f"{walk}={colour}" for walk, colour in self.colours.items()),
            "late_red": " ".join(self.late),
            "mornings_now": self.mean_now,
            "mornings_before": self.mean_before,
            "walks_without_morning": self.unscored,
            "bucklings": self.bucklings,
            "facts": self.facts,
        }


def look_at(
    history: History,
    walks: Sequence[Outcome],
    first: date,
    dose: Dose,
    rules: Rules,
    *,
    since: date,
    judged: Sequence[Mapping[str, Value]],
    settled: date,
) -> Week:
    """The week from `first` on. since: the day of the newest beginning. judged: the values of the weeks before, in
    order. settled: walks up to that day that were in no week are not looked for."""
    past = first + WEEK
    of_week = _within(walks, first, past)
    usual = history.usual_pain(past - timedelta(days=1))
    before = _mean_morning(_within(walks, first - WEEK, first)) if first - WEEK >= since else None
    late = _late_red(history, [walk for walk in walks if walk.day < first], rules, judged, settled)
    return Week(
        first=first,
        days_walked=len({walk.day for walk in of_week}),
        planned=dose.sessions,
        walked_min=sum(walk.walked_min for walk in of_week),
        planned_min=dose.weekly_min,
        days_at_dose=len({walk.day for walk in of_week if _at_dose(walk, dose)}),
        colours={each.session_id: _colour(history, each, rules) for each in (*of_week, *late)},
        by_pain={each.session_id: _colour_by_pain(history, each, rules) for each in of_week},
        late=tuple(each.session_id for each in late),
        unscored=sum(walk.pm is None for walk in of_week),
        bucklings=sum(walk.bucklings for walk in of_week)
        + sum(first <= each.day < past for each in history.gave_way_off_walks()),
        usual=usual,
        mean_now=_mean_morning(of_week),
        mean_before=usual if before is None else before,
        facts=max((walk.seq for walk in (*of_week, *late)), default=0),
    )


def verdict(week: Week, rules: Rules, *, held_for_pain: bool) -> tuple[str, str]:
    """The rule, and the reason in a sentence. held_for_pain: so was the week before."""
    red = [walk for walk, colour in week.by_pain.items() if colour is Colour.RED]
    rise = _rise(week)
    if week.late or red:
        count = len(week.late) + len(red)
        earlier = ", before this week" if week.late and not red else ""
        return "12.4-REGRESS-red", f"{_count(count, 'walk')} {'was' if count == 1 else 'were'} RED{earlier}."
    if rise is not None and rise >= rules.pain_rise - NOTHING:
        return "12.4-REGRESS-mean", f"Mean morning pain is up by {rise:.2g}; {rules.pain_rise} is a meaningful rise."
    held = _held(week, rise)
    if held is None:
        return "12.4-PROGRESS", f"The week went well: walks on {week.days_walked} of {_count(week.planned, 'day')}."
    if held[0] == "12.4-HOLD-pain" and held_for_pain:
        return "12.4-REGRESS-two-holds", f"Two weeks in a row held because of pain. {held[1]}"
    return held


def room(walks: Sequence[Outcome], first: date, rules: Rules, *, since: date, dose: Dose) -> Room:
    """How far the week after the one from `first` on may grow, from what was walked in it and the week before.

    The second guard (5.2): the next week at this week's load per minute, less the present plan at the usual one, may
    not be more than the same growth.
    """
    past = first + WEEK
    from_day = first - WEEK if first - WEEK >= since else first
    weeks = (past - from_day) // WEEK
    growth_min = max(rules.growth_min, rules.growth_percent / 100 * _walked_min(walks, from_day, past) / weeks)
    space = Room(growth_min, None, len({walk.day for walk in _within(walks, first, past)}))
    now, usual = per_minute(walks, first, past, rules), per_minute(walks, from_day, past, rules)
    if now is None or usual is None:
        return space
    return replace(space, load_weekly_min=(dose.minutes * space.days(dose) + growth_min) * usual / now)


def at_best(walk: Outcome) -> Outcome:
    """The walk with the best assumed for what is not known, and without the knee that gave way or a sign: those have
    rules of their own."""
    known = [score for score in (walk.pk, walk.p1, walk.p2) if score is not None]
    p0 = max(known, default=0) if walk.p0 is None else walk.p0
    return replace(
        walk,
        p0=p0,
        pk=p0 if walk.pk is None else walk.pk,
        p1=(p0 if walk.pk is None else walk.pk) if walk.p1 is None else walk.p1,
        p2=p0 if walk.p2 is None else walk.p2,
        pm=0 if walk.pm is None else walk.pm,
        unscored=False,
        bucklings=0,
        fell=False,
        grade=None,
        grade_open=False,
    )


def _held(week: Week, rise: float | None) -> tuple[str, str] | None:
    """What keeps the week from leading on; None when nothing does."""
    ambers = sum(colour is not Colour.GREEN for colour in week.colours.values())
    of_pain = sum(colour is Colour.AMBER for colour in week.by_pain.values())
    if of_pain > _forgiven(week.by_pain):
        return "12.4-HOLD-pain", f"{_count(of_pain, 'walk')} {'was' if of_pain == 1 else 'were'} AMBER because of pain."
    if rise is not None and rise > MEAN_RISE + NOTHING:
        return "12.4-HOLD-pain", f"Mean morning pain is up by {rise:.2g}; more than {MEAN_RISE:g} holds."
    if week.bucklings:
        return "12.4-HOLD-buckling", "The knee gave way."
    made = f"Walks on {week.days_walked} of {_count(week.planned, 'day')}"
    if not _enough(week.days_walked, week.planned):
        return "12.4-HOLD-adherence", f"{made}; what was in the way?"
    if not _enough(week.walked_min + NEAR_MIN * week.days_walked, week.planned_min):
        minutes = f"{week.walked_min:.2g} of {week.planned_min:g} minutes"
        return "12.4-HOLD-adherence", f"{made}, {minutes}; what was in the way?"
    if not _enough(week.days_at_dose, week.planned):
        return "12.4-HOLD-little-data", f"{made}; these walks were still at the dose before."
    if week.usual is None:
        return "12.4-HOLD-little-data", "The usual pain is not known; the setup asks for it."
    if week.unscored > UNSCORED_MOST:
        return "12.4-HOLD-little-data", f"{week.unscored} walks lack their morning score."
    if ambers > _forgiven(week.colours):
        walks = f"{_count(ambers, 'walk')} {'was' if ambers == 1 else 'were'}"
        return "12.4-HOLD-little-data", f"{walks} AMBER, answers missing."
    if rise is None:
        return "12.4-HOLD-little-data", "There is no morning pain to compare."
    return None


def _enough(done: float, planned: float) -> bool:
    return done * ENOUGH[1] >= planned * ENOUGH[0] - NOTHING


def _forgiven(colours: Mapping[str, Colour]) -> int:
    """How many AMBER walks do not hold the week."""
    return AMBER_MOST if Colour.GREEN in colours.values() else 0


def _at_dose(walk: Outcome, dose: Dose) -> bool:
    """False where a smaller dose was prescribed: it says nothing about how the present one is borne."""
    return walk.planned_min is None or walk.planned_min >= dose.minutes - NEAR_MIN


def _rise(week: Week) -> float | None:
    return None if week.mean_now is None or week.mean_before is None else week.mean_now - week.mean_before


def _colour(history: History, walk: Outcome, rules: Rules) -> Colour:
    return judge(walk, history.usual_pain(walk.day), rules, settled=True).colour


def _colour_by_pain(history: History, walk: Outcome, rules: Rules) -> Colour:
    best = at_best(walk)
    usual = history.usual_pain(walk.day)
    return judge(best, best.pm if usual is None else usual, rules, settled=True).colour


def _late_red(
    history: History, walks: Sequence[Outcome], rules: Rules, judged: Sequence[Mapping[str, Value]], settled: date
) -> list[Outcome]:
    """Earlier walks that are RED by pain and were not counted so: by a fact newer than the week that judged them, or by
    the plan and in no week, after `settled`."""
    known = {}
    for values in judged:
        for entry in str(values.get("colours", "")).split():
            walk_id, colour = entry.rsplit("=", 1)
            known[walk_id] = colour, values.get("facts", 0)
    found = []
    for walk in walks:
        if walk.session_id in known:
            colour, facts = known[walk.session_id]
            counts = colour != Colour.RED and isinstance(facts, int) and walk.seq > facts
        else:
            counts = walk.day > settled and walk.planned_min is not None
        if counts and _colour_by_pain(history, walk, rules) is Colour.RED:
            found.append(walk)
    return found


def _within(walks: Sequence[Outcome], first: date, past: date) -> list[Outcome]:
    return [walk for walk in walks if first <= walk.day < past]


def _mean_morning(walks: Sequence[Outcome]) -> float | None:
    """One score a morning, however many walks the day before had."""
    mornings = {walk.day: walk.pm for walk in walks if walk.pm is not None}
    return fmean(mornings.values()) if mornings else None


def _walked_min(walks: Sequence[Outcome], first: date, past: date) -> float:
    return sum(walk.walked_min for walk in _within(walks, first, past))


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'s' * (number != 1)}"
