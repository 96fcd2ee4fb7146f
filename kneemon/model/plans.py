# SPDX-License-Identifier: MIT
"""The programme, the rules it is lived by, and the dose that it prescribes for one day.

Minutes of a plan are minutes of walking in the main part: rests do not count, warm-up and cool-down come on top. The
weeks are steps: a plan goes on to the next one when a week went well, not by the calendar. Numbers in comments are rows
of the defaults table (docs/defaults.md), which names each value's source.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Variable(StrEnum):
    """What can grow; in this order, and one at a time."""

    MINUTES = "minutes"
    DAYS = "days"
    PACE = "pace"


@dataclass(frozen=True, slots=True)
class PlanWeek:
    """One step of the programme: the walking minutes of a walk day and, where they differ from the plan's, how many
    walks a week and the fixed cadence ceiling."""

    minutes: float
    cadence_ceiling_spm: float | None = None
    sessions: int | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """When the plan grows, stays and gives way. Pain is 0-10 (numeric rating scale)."""

    pain_safe_max: int = 2  # 28
    pain_acceptable_max: int = 5  # 29: more than that, and the walk ends for today
    pain_no_start: int = 6  # 30
    no_start_above_usual: bool = False  # 30, 12.1: more than usual pain + 1 instead of pain_no_start
    pain_rise: int = 2  # 31
    rise_rule: bool = True  # 12.5: a rise above pain_rise during a walk makes it AMBER
    pain_noise: int = 1  # 32
    later_h: float = 2.0  # 33
    morning_from_h: int = 5  # 33
    morning_to_h: int = 12  # 33
    prompt_min: float = 10.0  # 34; 0 = off
    flare_mornings: int = 2  # 35
    deload_days: int = 5  # 36
    deload_percent: float = 50.0  # 37
    unsettled_days: int = 14  # 38
    bucklings_review: int = 2  # 39
    overshoot_percent: float = 120.0  # 15
    growth_min: float = 15.0  # 8
    growth_percent: float = 30.0  # 8
    consecutive_days_early: bool = False  # 4: walks on days that follow each other in the first two weeks
    bout_cap_min: float = 30.0  # 11
    split_bout_min: float = 15.0  # 12: also the longest stretch after a step back
    rest_min: float = 60.0  # 12: a rest so long begins a new stretch
    shortest_bout_min: float = 1.0  # 13: walks with less walking than this are no walks of the plan
    steps_goal: int = 3000  # 16, information only
    moderate_min: float = 45.0  # 17, information only
    moderate_spm: float = 100.0  # 18
    vigorous_spm: float = 130.0  # 19
    ceiling_relative: bool = True  # 20: also held to the walker's own baseline, once that is known
    ceiling_percent: float = 110.0  # 20, of the baseline cadence
    baseline_walks: int = 3  # 24
    baseline_walk_min: float = 2.0  # 24
    impulse_bw_s: float = 1.04  # 42, per stride and leg
    stick_factor: float = 0.90  # 44


@dataclass(frozen=True, slots=True)
class ExerciseRules:
    """The doses of the exercises."""

    push_off_sets: int = 2  # 51
    push_off_reps: int = 10  # 51, per set and leg
    push_off_level_max: int = 3  # 7.: level 4, five sets on one leg, is the physio's to unlock
    push_off_up_s: float = 2.0  # 52
    push_off_down_s: float = 2.0  # 52
    push_off_days: int = 3  # 53, per week
    rest_between_sets_s: float = 60.0  # 54
    balance_hold_s: float = 10.0  # 55
    calf_stretch_s: float = 60.0  # 56, per leg
    calf_stretch_times: int = 1  # 56
    cold_timer_min: float = 15.0  # 57


@dataclass(frozen=True, slots=True)
class Plan:
    """The programme as its file says it. walk_days: 0 = Monday … 6 = Sunday, empty = any day.

    sessions: walks a week. locked: what no rule may change. physio: a physiotherapist set the numbers, so that the
    limits marked "phys" hold. rev: its number among the versions kept in the store, 0 when it is not kept there.
    """

    name: str
    start: date
    weeks: tuple[PlanWeek, ...]
    walk_days: tuple[int, ...] = ()
    sessions: int = 3
    warm_up_s: float = 180.0
    cool_down_s: float = 180.0
    cadence_ceiling_spm: float | None = None
    weekly_cap_min: float | None = None
    session_top_min: float = 35.0
    preset: str = "custom"
    physio: bool = False
    locked: tuple[Variable, ...] = ()
    rules: Rules = field(default_factory=Rules)
    exercises: ExerciseRules = field(default_factory=ExerciseRules)
    rev: int = 0


@dataclass(frozen=True, slots=True)
class Dose:
    """What holds for every walk until the next decision. at_baseline: the pace may not exceed the own baseline."""

    minutes: float
    sessions: int
    cadence_ceiling_spm: float | None
    bout_cap_min: float
    at_baseline: bool = False

    @property
    def weekly_min(self) -> float:
        return self.minutes * self.sessions


class StateName(StrEnum):
    """Where the plan stands (evidence, section 12.4)."""

    BASELINE = "baseline"
    PROGRESS = "progress"
    HOLD = "hold"
    REGRESS = "regress"
    DELOAD = "deload"
    REVIEW = "review"
    PAUSED = "paused"
    STOP_MEDICAL = "stop_medical"


class Colour(StrEnum):
    """How a walk went; PENDING until the next morning's pain is known, or the day after it has passed."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class PlanState:
    """Where the plan stands since a day.

    week_start: the first day of the running week of seven. step: place in the plan's weeks, from 0. dose: what holds
    now. before: the dose that held before it, to go back to. decided_to: the first day not yet settled.
    """

    name: StateName
    since: date
    week_start: date
    step: int
    dose: Dose
    decided_to: date
    before: Dose | None = None


Value = str | float | int | bool | None


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision: what holds from now on, by which rule, and from which values.

    rule: a number of `plan.rulebook`. day: the day it was due. late: taken on a later day, the clock or the device
    having been away. values: the inputs, by name. reason: one sentence for walker and physio.
    """

    rule: str
    day: date
    taken_on: date
    was: StateName | None
    state: PlanState
    reason: str
    values: dict[str, Value] = field(default_factory=dict)

    @property
    def late(self) -> bool:
        return self.taken_on > self.day


@dataclass(frozen=True, slots=True)
class Prescription:
    """Today's dose; fixed for a session once it has begun.

    limit_s: walking seconds of the main part still to do when the session starts (the day's dose less what was
    walked). dose_s: the day's whole dose. rest_day: no walk is planned; the limit then is the most that may be walked.
    locked: the plan is stopped, nothing may be walked. week: the step of the plan, from 1. pain_rise: in-walk pain so
    much above the pain before asks for a slower pace. bout_cap_s: the longest stretch without a rest of rest_s.
    prompt_s: how often pain is asked during a walk, 0 never.
    """

    plan: str
    day: date
    week: int
    dose_s: float
    limit_s: float
    warm_up_s: float
    cool_down_s: float
    cadence_ceiling_spm: float | None
    pain_stop: int
    rest_day: bool = False
    plan_rev: int = 0
    state: StateName = StateName.BASELINE
    locked: bool = False
    bout_cap_s: float | None = None
    rest_s: float = 3600.0
    prompt_s: float = 0.0
    pain_rise: int | None = None


class Part(StrEnum):
    """Where in the day's plan a walking second falls."""

    FREE = "free"  # no plan: everything counts, nothing is limited
    WARM_UP = "warm_up"
    MAIN = "main"
    COOL_DOWN = "cool_down"
    OVER = "over"
