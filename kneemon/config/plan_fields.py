# SPDX-License-Identifier: MIT
"""Every line that a plan's file may have: type, default, range, unit and what it is for.

Ranges are those of the defaults table (docs/defaults.md); a sentence that ends in "Row 29." says which of its rows.
The walker may move within a range; what takes a physiotherapist says so. That a value lies in its range does not say
that it is safe. Names and defaults under [rules] and [exercises] are those of model.plans.
"""

from datetime import date
from typing import Annotated, Literal, get_args

from msgspec import Struct

from kneemon.config.fields import about, fields_of

SCHEMA = 1
MOST_WEEKS = 26
MOST_NAME = 80  # letters
SEVERE_CAP_MIN = 70.0  # row 10: the most that was tolerated with severe osteoarthritis (Wallis 2015)

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Weekday, ...] = get_args(Weekday)
PresetName = Literal["six_week", "gentle", "severe", "custom"]


class PlanTable(Struct, frozen=True):
    """What holds for the whole plan; it stands above the first week."""

    schema: Annotated[Literal[1], about("The version of this kind of file.")]
    name: Annotated[str, about("What the plan is called, in the log as well.", filled=True)]
    start: Annotated[date, about("The first day of week 1.")]
    preset: Annotated[
        PresetName, about("What it was made from; severe limits the week to 70 minutes when no line does. Row 1.")
    ] = "custom"
    physio: Annotated[
        bool, about("true: a physiotherapist set these numbers, and the limits that take one are open.")
    ] = False
    walk_days: Annotated[
        tuple[Weekday, ...], about("The days with a walk; without this line, or with an empty list, any day.")
    ] = ()
    sessions_per_week: Annotated[
        int, about("Walks in a week; without this line as many as walk_days, 3 when there are none. Row 3.", 1, 7)
    ] = 3
    warm_up_min: Annotated[
        float, about("Slow walking before; it comes on top of the minutes. Row 14.", 0, 10, "min")
    ] = 3.0
    cool_down_min: Annotated[
        float, about("Slow walking after; it comes on top of the minutes. Row 14.", 0, 10, "min")
    ] = 3.0
    cadence_ceiling_spm: Annotated[float, about("The pace not to be exceeded. Row 20.", 60, 140, "steps/min")] = 120.0
    weekly_cap_min: (
        Annotated[
            float, about("The most minutes of walking in a week; the preset severe has 70. Row 10.", 20, 150, "min")
        ]
        | None
    ) = None
    session_top_min: Annotated[float, about("The most minutes that a walk may grow to. Row 9.", 10, 60, "min")] = 35.0
    locked: Annotated[
        tuple[Literal["minutes", "days", "pace"], ...],
        about("What no rule changes, up or down; the physio's to decide."),
    ] = ()


class WeekTable(Struct, frozen=True):
    """One step of the plan, in the order of the file. The next one is taken when a week went well."""

    minutes: Annotated[float, about("Walking on each walk day, rests not counted.", 3, 60, "min")]
    sessions_per_week: (
        Annotated[int, about("Walks in this week; without this line the plan's. Row 3.", 1, 7)] | None
    ) = None
    cadence_ceiling_spm: (
        Annotated[
            float,
            about("The pace not to be exceeded in this week; without this line the plan's.", 60, 140, "steps/min"),
        ]
        | None
    ) = None


class RulesTable(Struct, frozen=True):
    """When the plan grows, stays and gives way; under `[rules]`. Pain is a number from 0 to 10."""

    pain_safe_max: Annotated[int, about("Pain up to here is as good as none. Row 28.", 1, 3)] = 2
    pain_acceptable_max: Annotated[
        int,
        about("Pain up to here is acceptable if it settles; above it, stop for the day. Row 29.", 3, 6, physio=5),
    ] = 5
    pain_no_start: Annotated[int, about("Pain before a walk from which on no walk begins. Row 30.", 4, 8, physio=6)] = 6
    no_start_above_usual: Annotated[
        bool,
        about(
            "true: no walk begins at two or more above the usual pain, whatever pain_no_start says; for people whose "
            "usual pain is 5 or more. Row 30.",
            physio=True,
        ),
    ] = False
    pain_rise: Annotated[int, about("A rise during a walk that is more than this counts. Row 31.", 1, 3)] = 2
    rise_rule: Annotated[
        bool, about("true: a walk with such a rise is amber, though pain stayed acceptable. Row 31.", physio=False)
    ] = True
    pain_noise: Annotated[int, about("A difference up to here is noise. Row 32.", 0, 2)] = 1
    later_h: Annotated[float, about("How long after a walk pain is asked again. Row 33.", 1, 4, "h")] = 2.0
    morning_from_h: Annotated[
        int, about("The hour from which on the morning's pain is asked. Row 33.", 5, 12, "o'clock")
    ] = 5
    morning_to_h: Annotated[
        int, about("The hour up to which the morning's pain is asked. Row 33.", 5, 12, "o'clock")
    ] = 12
    prompt_min: Annotated[
        float, about("How often pain is asked during a walk; 0 = never. Row 34.", 5, 20, "min", or_zero=True)
    ] = 10.0
    flare_mornings: Annotated[
        int, about("Mornings in a row with pain of 2 above the usual that begin a lighter time. Row 35.", 1, 3)
    ] = 2
    deload_days: Annotated[int, about("How long the lighter time lasts. Row 36.", 3, 8, "days")] = 5
    deload_percent: Annotated[float, about("Minutes in the lighter time, of those before. Row 37.", 25, 75, "%")] = 50.0
    unsettled_days: Annotated[
        int, about("A lighter time that lasts longer asks for a review. Row 38.", 7, 28, "days")
    ] = 14
    bucklings_review: Annotated[
        int, about("How often the knee gives way within 7 days until a review is asked for. Row 39.", 1, 5)
    ] = 2
    overshoot_percent: Annotated[
        float, about("A walk of more than this share of its minutes is pointed out. Row 15.", 105, 200, "%")
    ] = 120.0
    growth_percent: Annotated[
        float,
        about(
            "The most that a week may grow, of the mean of the two weeks before; 15 minutes are always open. Row 8.",
            10,
            50,
            "%",
        ),
    ] = 30.0
    consecutive_days_early: Annotated[
        bool, about("true: walks on days that follow each other, in the first two weeks as well. Row 4.")
    ] = False
    bout_cap_min: Annotated[
        float, about("The longest stretch of walking without a rest. Row 11.", 5, 60, "min", physio=45)
    ] = 30.0
    split_bout_min: Annotated[
        float, about("The stretch suggested when a walk is split, and after a step back. Row 12.", 3, 30, "min")
    ] = 15.0
    rest_min: Annotated[
        float, about("The rest after such a stretch; less than 60 is untested. Row 12.", 5, 120, "min")
    ] = 60.0
    shortest_bout_min: Annotated[
        float, about("A walk with less walking than this is none of the plan's. Row 13.", 0.5, 10, "min")
    ] = 1.0
    steps_goal: Annotated[int, about("Steps a day, for information only. Row 16.", 1000, 10000, "steps")] = 3000
    moderate_min: Annotated[
        Literal[45, 60, 150],
        about("The next milestone of brisk minutes a week, for information only. Row 17.", unit="min"),
    ] = 45
    moderate_spm: Annotated[float, about("From here on walking counts as brisk. Row 18.", 80, 120, "steps/min")] = 100.0
    vigorous_spm: Annotated[
        float, about("From here on walking counts as very brisk. Row 19.", 110, 150, "steps/min")
    ] = 130.0
    ceiling_relative: Annotated[
        bool, about("true: the ceiling also follows the walker's own comfortable pace, once that is known. Row 20.")
    ] = True
    ceiling_percent: Annotated[
        float, about("The ceiling in percent of the walker's own comfortable pace. Row 20.", 100, 125, "%")
    ] = 110.0
    impulse_bw_s: Annotated[
        float, about("Load units of one stride, body weights times seconds. Row 42.", 0.8, 1.3, "BW·s")
    ] = 1.04
    stick_factor: Annotated[
        float, about("Load with a stick in the opposite hand, of that without. Row 44.", 0.8, 1.0)
    ] = 0.90


class ExercisesTable(Struct, frozen=True):
    """The doses of the exercises; under `[exercises]`."""

    push_off_sets: Annotated[int, about("Sets of push-offs. Row 51.", 1, 5, physio=3)] = 2
    push_off_reps: Annotated[int, about("Push-offs in a set, for each leg. Row 51.", 5, 15)] = 10
    push_off_level_max: Annotated[
        int,
        about(
            "The hardest level: 1 and 2 on both legs, 3 on one, 4 the full five sets on one. Row 51.", 1, 4, physio=3
        ),
    ] = 3
    push_off_up_s: Annotated[float, about("Going up takes so long. Row 52.", 1, 4, "s")] = 2.0
    push_off_down_s: Annotated[float, about("Going down takes so long. Row 52.", 1, 4, "s")] = 2.0
    push_off_days: Annotated[int, about("Days with push-offs in a week. Row 53.", 2, 7)] = 3
    rest_between_sets_s: Annotated[float, about("The rest between two sets. Row 54.", 30, 180, "s")] = 60.0
    balance_hold_s: Annotated[float, about("How long to hold the balance. Row 55.", 3, 45, "s")] = 10.0
    calf_stretch_s: Annotated[float, about("How long to hold the calf stretch, each leg. Row 56.", 15, 120, "s")] = 60.0
    calf_stretch_times: Annotated[int, about("How often to hold it, each leg. Row 56.", 1, 2)] = 1
    cold_timer_min: Annotated[float, about("The timer for cold or heat. Row 57.", 5, 20, "min")] = 15.0


PLAN_FIELDS = fields_of(PlanTable)
WEEK_FIELDS = fields_of(WeekTable)
RULES_FIELDS = fields_of(RulesTable)
EXERCISES_FIELDS = fields_of(ExercisesTable)
