# SPDX-License-Identifier: MIT
"""Which dose of an exercise holds, which level is reached, and what is said before it begins (evidence, section 7).

    routine_for(kind, rules, done, colours, physio=…, level=…, leg=…, minutes=…) -> Routine
    reached(rules, done, colours, physio=…) -> Level
    due_today(kind, rules, done, today) -> bool

`done` are the sets of the diary with their days, in its order; `colours` is how each day's walks went (a day without
one is unknown, and unknown is never GREEN). Pure. The doses are the plan's; the levels are a ladder that an expert
chose, without a trial behind it: isolated heel raises in knee osteoarthritis have none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from types import MappingProxyType

from kneemon.errors import PlanError
from kneemon.model.diary import DiaryEntry, ExerciseKind, ExerciseSet, Leg
from kneemon.model.exercises import Routine
from kneemon.model.plans import Colour, ExerciseRules
from kneemon.model.records import TimeAnchor
from kneemon.plan.history import place

EACH_LEG = (Leg.LEFT, Leg.RIGHT)
SESSIONS_UP = 2  # GREEN, one after the other, then comes the next level
FEWEST_DAYS = MappingProxyType({ExerciseKind.BALANCE: 3, ExerciseKind.CALF_STRETCH: 2})  # a week: WHO, ACSM
CHANGE_LEG_S = 10.0  # between two holds; expert choice
COLD_MIN = (5.0, 20.0)  # 57
UNLOCKED = 4  # this level is the physio's alone

_SUPPORT = "Have something steady to hold on to within reach: a counter, a heavy table. No chair on wheels."
_STOP = "Stop at once if you feel unsteady, or if the knee gives way."
_PAIN = (
    "The rules for pain are those for walking: up to your limit is acceptable if it settles by the next morning. "
    "Stop when it gets worse. Not today if the knee is newly swollen, red or warm."
)
SAFETY: Mapping[ExerciseKind, tuple[str, ...]] = MappingProxyType(
    {
        ExerciseKind.PUSH_OFF: (
            _SUPPORT,
            _STOP,
            _PAIN,
            "Go up and down slowly with the buzz, only as high as is comfortable.",
            "The sensor counts that you went up and down, and may miscount: correct the number.",
            "It cannot see how you did it: not a domed arch, not a bent knee, not which leg carried you.",
        ),
        ExerciseKind.BALANCE: (
            _SUPPORT,
            _STOP,
            _PAIN,
            "Lift the other foot only slightly.",
            "The sensor notices that you stood still, and most touch-downs.",
            "It cannot see whether the foot is in the air, or whether you hold on.",
        ),
        ExerciseKind.CALF_STRETCH: (
            _SUPPORT,
            _STOP,
            _PAIN,
            "A pull in the calf is meant, a pain is not: ease off.",
            "The sensor notices that you stood still.",
            "It cannot see whether the heel is flat, or how far you lean.",
        ),
        ExerciseKind.COLD: (
            "Never on skin that is numb, broken or badly supplied with blood; ask a professional when you do not know.",
            "Always with a cloth between the pack and the skin.",
            "Look at the skin now and then; stop when it hurts, burns or turns white or blotched.",
            "This is only a timer: nothing is measured.",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Level:
    """Where the heel raises stand: level 1 to 4; eased: the first, smaller dose of level 3."""

    number: int
    eased: bool = False


def routine_for(
    kind: ExerciseKind,
    rules: ExerciseRules,
    done: Sequence[tuple[date, ExerciseSet]] = (),
    colours: Mapping[date, Colour] = MappingProxyType({}),
    *,
    physio: bool = False,
    level: int | None = None,
    leg: Leg | None = None,
    minutes: float | None = None,
) -> Routine:
    """Today's dose. level: instead of the one reached, 1-4; leg: instead of the level's; minutes: of the cold timer.

    Raises PlanError for a level that is not reached or not unlocked, one leg before level 3, minutes out of 5 to 20.
    """
    if kind is ExerciseKind.COLD:
        return Routine(kind, (leg or Leg.BOTH,), hold_s=60.0 * _minutes(rules, minutes), rest_s=0.0, still=False)
    if kind is ExerciseKind.BALANCE:
        return Routine(kind, _legs(leg), hold_s=rules.balance_hold_s, rest_s=CHANGE_LEG_S)
    if kind is ExerciseKind.CALF_STRETCH:
        sets = rules.calf_stretch_times
        return Routine(kind, _legs(leg), sets=sets, hold_s=rules.calf_stretch_s, rest_s=CHANGE_LEG_S)
    return _push_off(rules, _asked(rules, reached(rules, done, colours, physio=physio), level, physio), leg, physio)


def sets_done(entries: Sequence[DiaryEntry], anchors: Mapping[str, TimeAnchor]) -> list[tuple[date, ExerciseSet]]:
    """Every set of the diary on its day, in its order."""
    done = []
    for entry in entries:
        if isinstance(entry.fact, ExerciseSet):
            at = entry.stamp
            day = place(at.boot_id, at.t_s, at.utc, at.tz, certain=at.certain, anchors=anchors).day
            done.append((day, entry.fact))
    return done


def reached(
    rules: ExerciseRules,
    done: Sequence[tuple[date, ExerciseSet]],
    colours: Mapping[date, Colour],
    *,
    physio: bool = False,
) -> Level:
    """The level of the heel raises after all that was done: two sessions running on GREEN days go one up.

    A session is a day on which the level's whole dose was done. AMBER or RED, or a dose not done, begins the two anew;
    a colour not known, or not known yet, counts neither way. Nothing goes down by itself: the walker chooses lower.
    """
    most = _most(rules, physio)
    now, green = Level(1), 0
    for day, sets in _by_day(done):
        colour = colours.get(day, Colour.PENDING)
        at_level = [each for each in sets if each.level == now.number]
        if not at_level or colour is Colour.PENDING:
            continue
        dose = _push_off(rules, now, None, physio)
        good = colour is Colour.GREEN and all(_whole(at_level, leg, dose) for leg in dose.legs)
        green = green + 1 if good else 0
        above = _above(now)
        if green >= SESSIONS_UP and above.number <= most:
            now, green = above, 0
    return now


def due_today(kind: ExerciseKind, rules: ExerciseRules, done: Sequence[tuple[date, ExerciseSet]], today: date) -> bool:
    """Whether today is a day for it: not done today, not on its days of this week of seven, and spread over them.

    The cold timer is never due: it is there when it is asked for.
    """
    if kind is ExerciseKind.COLD:
        return False
    days = FEWEST_DAYS.get(kind, rules.push_off_days)
    past = {day for day, each in done if each.exercise is kind and today - timedelta(days=7) < day <= today}
    return len(past) < days and not any(today - day < timedelta(days=7 // days) for day in past)


def _push_off(rules: ExerciseRules, level: Level, leg: Leg | None, physio: bool) -> Routine:
    sets, reps, legs = rules.push_off_sets, rules.push_off_reps, _legs(leg)
    if level.number <= 2:
        if leg not in (None, Leg.BOTH):
            raise PlanError(
                "push-off on one leg",
                expected="level 3, where it begins",
                seen=f"level {level.number}",
                remedy="Leave the leg out: both legs carry you now.",
            )
        legs = (Leg.BOTH,)
        sets = 3 if level.number == 2 else sets if physio else min(sets, 2)
    elif level.eased:
        sets, reps = 2, ceil(reps / 2)
    else:
        sets = 5 if level.number == UNLOCKED else 3
    return Routine(
        ExerciseKind.PUSH_OFF,
        legs,
        level=level.number,
        sets=sets,
        reps=reps,
        up_s=rules.push_off_up_s,
        down_s=rules.push_off_down_s,
        rest_s=rules.rest_between_sets_s,
    )


def _asked(rules: ExerciseRules, stands: Level, level: int | None, physio: bool) -> Level:
    """The level to do: the one reached or a lower one; where a physio set the plan, any that is unlocked."""
    if level is None or level == stands.number:
        return stands
    most = _most(rules, physio) if physio else stands.number
    if 1 <= level <= most:
        return Level(level, eased=level == 3 and stands.number < 3)
    remedy = "The next one comes after two whole sessions on days that went well."
    if level == UNLOCKED and most < UNLOCKED:
        remedy = "Level 4 is your physio's to unlock: push_off_level_max = 4 in a plan with physio = true."
    raise PlanError("push-off level", expected=f"1 to {most}", seen=str(level), remedy=remedy)


def _most(rules: ExerciseRules, physio: bool) -> int:
    return rules.push_off_level_max if physio else min(rules.push_off_level_max, UNLOCKED - 1)


def _above(level: Level) -> Level:
    if level.number == 3 and level.eased:
        return Level(3)
    return Level(level.number + 1, eased=level.number == 2)


def _by_day(done: Sequence[tuple[date, ExerciseSet]]) -> list[tuple[date, list[ExerciseSet]]]:
    """Heel raises of each day; of a set that was corrected the newest is taken."""
    days: dict[date, dict[tuple[int, Leg, int], ExerciseSet]] = {}
    for day, each in done:
        if each.exercise is ExerciseKind.PUSH_OFF:
            days.setdefault(day, {})[each.level, each.leg, each.number] = each
    return [(day, list(days[day].values())) for day in sorted(days)]


def _whole(sets: Sequence[ExerciseSet], leg: Leg, dose: Routine) -> bool:
    full = [each for each in sets if each.leg is leg and each.reps is not None and each.reps >= dose.reps]
    return len(full) >= dose.sets


def _legs(leg: Leg | None) -> tuple[Leg, ...]:
    return EACH_LEG if leg in (None, Leg.BOTH) else (leg,)


def _minutes(rules: ExerciseRules, minutes: float | None) -> float:
    asked = rules.cold_timer_min if minutes is None else minutes
    least, most = COLD_MIN
    if not least <= asked <= most:
        raise PlanError(
            "cold or heat timer",
            expected=f"{least:g} to {most:g} minutes",
            seen=f"{asked:g}",
            remedy="Use it for a shorter or longer time within these.",
        )
    return asked
