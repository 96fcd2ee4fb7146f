# SPDX-License-Identifier: MIT
"""The defaults table is the evidence's, number by number; what it calls a choice can be chosen, within its range."""

import re

import pytest

from kneemon.config.evidence import DEFAULTS, KEYS
from kneemon.config.evidence_row import Kind, Row
from kneemon.config.plan_fields import SEVERE_CAP_MIN

# Number, default and range of each row, as the evidence has them.
COPY = """\
1 | six_week | six_week, gentle, severe, custom
2 | 6 | 4-26
3 | 3 | 1-7
4 | no | yes/no
5 | 10 | 3-30
6 | +5 | 1-10
7 | max(2 min, 10 %) |
8 | max(+15 min, +30 % of last-2-week mean) | 10-50 %
9 | 35 | 10-60
10 | 70 | 20-150 (phys)
11 | 30 | 5-45 (phys 60)
12 | 15 / 60 | 3-30 / 5-120
13 | 1 | 0.5-10
14 | 3 / 3 | 0-10
15 | 120 | 105-200
16 | 3000 -> 6000 | 1000-10000
17 | 45, 60, 150 |
18 | 100 | 80-120
19 | 130 | 110-150
20 | min(1.10 x baseline, 120) | 1.00-1.25; 60-140
21 | 15 / 60 | 5-60 / 30-300
22 | off | on/off
23 | off; +5 | 0-10
24 | median of 3 comfortable walks of >=2 min |
25 | 40-140 | 30-180
26 | 100 | 50-200
27 | 5 (>=0.8 m/s), 10 (0.4-0.8) |
28 | 2 | 1-3
29 | 5 | 3-6 (phys)
30 | 6 | 4-8 (phys)
31 | 2 | 1-3
32 | 1 | 0-2
33 | 2 h and next morning | 1-4 h; 05-12 h
34 | 10 | 5-20, off
35 | Pm >= B+2 on 2 mornings | 1-3 mornings
36 | 5 | 3-8
37 | 50 | 25-75
38 | 14 | 7-28
39 | 2 | 1-5
40 | stop plan, same-day advice | fixed
41 | off (experimental) | on/off
42 | 1.04 | 0.8-1.3
43 | 2.6 | 2.0-3.5
44 | 0.90 | 0.8-1.0
45 | none (1.0) | fixed
46 | 20 | 10-100
47 | 0.07 | 0.05-0.12
48 | off; 110 | 105-125
49 | off; 10 deg for 30 s | 5-25; 10-120
50 | trend vs own baseline, 2 SD |
51 | 2 x 10, both legs, support | 1-5 sets x 5-15
52 | 2 up / 2 down | 1-4
53 | 3 | 2-7
54 | 60 | 30-180
55 | 10 | 3-45
56 | 60 s x 1 per leg | 15-120
57 | off; 15 | 5-20
58 | off | on/off
59 | until user deletes; local only |
"""

# What each line is by default and may be, written down a second time: default, least, most.
LINES = {
    "plan.sessions_per_week": (3, 1, 7),
    "plan.session_top_min": (35, 10, 60),
    "plan.weekly_cap_min": (None, 20, 150),
    "plan.warm_up_min": (3, 0, 10),
    "plan.cool_down_min": (3, 0, 10),
    "plan.cadence_ceiling_spm": (120, 60, 140),
    "plan.rules.consecutive_days_early": (False, None, None),
    "plan.rules.growth_percent": (30, 10, 50),
    "plan.rules.bout_cap_min": (30, 5, 60),
    "plan.rules.split_bout_min": (15, 3, 30),
    "plan.rules.rest_min": (60, 5, 120),
    "plan.rules.shortest_bout_min": (1, 0.5, 10),
    "plan.rules.overshoot_percent": (120, 105, 200),
    "plan.rules.steps_goal": (3000, 1000, 10000),
    "plan.rules.moderate_min": (45, None, None),
    "plan.rules.moderate_spm": (100, 80, 120),
    "plan.rules.vigorous_spm": (130, 110, 150),
    "plan.rules.ceiling_percent": (110, 100, 125),
    "plan.rules.ceiling_relative": (True, None, None),
    "plan.rules.pain_safe_max": (2, 1, 3),
    "plan.rules.pain_acceptable_max": (5, 3, 6),
    "plan.rules.pain_no_start": (6, 4, 8),
    "plan.rules.no_start_above_usual": (False, None, None),
    "plan.rules.pain_rise": (2, 1, 3),
    "plan.rules.rise_rule": (True, None, None),
    "plan.rules.pain_noise": (1, 0, 2),
    "plan.rules.later_h": (2, 1, 4),
    "plan.rules.morning_from_h": (5, 5, 12),
    "plan.rules.morning_to_h": (12, 5, 12),
    "plan.rules.prompt_min": (10, 5, 20),
    "plan.rules.flare_mornings": (2, 1, 3),
    "plan.rules.deload_days": (5, 3, 8),
    "plan.rules.deload_percent": (50, 25, 75),
    "plan.rules.unsettled_days": (14, 7, 28),
    "plan.rules.bucklings_review": (2, 1, 5),
    "plan.rules.impulse_bw_s": (1.04, 0.8, 1.3),
    "plan.rules.stick_factor": (0.90, 0.8, 1.0),
    "plan.exercises.push_off_sets": (2, 1, 5),
    "plan.exercises.push_off_reps": (10, 5, 15),
    "plan.exercises.push_off_level_max": (3, 1, 4),
    "plan.exercises.push_off_up_s": (2, 1, 4),
    "plan.exercises.push_off_down_s": (2, 1, 4),
    "plan.exercises.push_off_days": (3, 2, 7),
    "plan.exercises.rest_between_sets_s": (60, 30, 180),
    "plan.exercises.balance_hold_s": (10, 3, 45),
    "plan.exercises.calf_stretch_s": (60, 15, 120),
    "plan.exercises.calf_stretch_times": (1, 1, 2),
    "plan.exercises.cold_timer_min": (15, 5, 20),
    "kneemon.coach.grace_s": (15, 5, 60),
    "kneemon.coach.repeat_s": (60, 30, 300),
    "kneemon.sensor.rate_hz": (100, None, None),
    "kneemon.advice.cold": (False, None, None),
    "new.preset": ("six_week", None, None),
    "new.weeks": (6, 4, 26),
    "new.sessions": (3, 1, 7),
    "new.minutes": (10, 3, 30),
    "new.step_min": (5, 1, 10),
}

# No numbers of the table: the level of section 7, the second stretch of section 7.
BESIDE = {"plan.exercises.push_off_level_max", "plan.exercises.calf_stretch_times"}


def test_the_rows_are_those_of_the_evidence():
    copied = [tuple(part.strip() for part in line.split("|")) for line in COPY.splitlines()]
    assert [(str(row.number), row.default, row.range) for row in DEFAULTS] == copied
    assert len(DEFAULTS) == 59


def test_what_is_no_choice():
    kinds = {kind: [row.number for row in DEFAULTS if row.kind is kind] for kind in Kind}
    assert kinds[Kind.FIXED] == [7, 24, 25, 40, 45, 59]
    assert kinds[Kind.TARGET] == [27]
    assert kinds[Kind.LATER] == [22, 23, 41, 43, 46, 47, 48, 49, 50, 58]


@pytest.mark.parametrize("row", DEFAULTS, ids=lambda row: str(row.number))
def test_a_choice_has_a_key_and_only_a_choice_has(row: Row):
    assert bool(row.keys) is (row.kind is Kind.CHOICE)
    assert set(row.keys) <= KEYS.keys()
    assert row.source
    assert "|" not in "".join((row.parameter, row.default, row.range, row.unit, row.source, row.grade, row.note))


def test_every_key_stands_in_one_row():
    keys = [key for row in DEFAULTS for key in row.keys]
    assert sorted(keys) == sorted(LINES)


@pytest.mark.parametrize("key", LINES)
def test_each_line_has_the_default_and_the_range(key: str):
    field = KEYS[key]
    assert (field.default, field.low, field.high) == LINES[key]


@pytest.mark.parametrize("row", [row for row in DEFAULTS if row.kind is Kind.CHOICE], ids=lambda row: str(row.number))
def test_the_numbers_of_a_line_are_those_of_its_row(row: Row):
    for key in set(row.keys) - BESIDE:
        field = KEYS[key]
        percent = 100 if key == "plan.rules.ceiling_percent" else 1
        if (
            field.kind in (int, float)
            and field.default is not None
            and key not in ("plan.rules.morning_to_h", "plan.rules.morning_from_h")
        ):
            assert field.default / percent in _numbers(row.default), key
        for bound in (field.low, field.high):
            if bound is not None:
                assert bound / percent in _numbers(row.range), key


def _numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"\d+(?:\.\d+)?", text)]


@pytest.mark.parametrize("key", [key for key in KEYS if key.startswith(("plan.", "new.")) and "Row" in KEYS[key].help])
def test_each_line_names_the_row_that_names_it(key: str):
    (named,) = re.findall(r"Row (\d+)\.", KEYS[key].help)
    rows = [row.number for row in DEFAULTS if key in row.keys]
    assert rows == [int(named)] or (key, named) == ("plan.preset", "1")


def test_the_cap_of_severe_is_row_10():
    assert [float(row.default) for row in DEFAULTS if row.number == 10] == [SEVERE_CAP_MIN]
