# SPDX-License-Identifier: MIT
"""The last walk's line: against the day's dose, or against what was left of it."""

from datetime import timedelta

import pytest
from handmade import MONDAY, Diary, reported

from kneemon.model.plans import Prescription


@pytest.fixture
def diary(tmp_path):
    return Diary(tmp_path / "kneemon.db")


def test_the_days_first_walk_is_held_against_its_dose(diary):
    diary.plan()
    diary.walk(MONDAY, 9.0)
    with reported(diary.close()) as (_, sheet):
        assert "9 minutes walked, 10 planned, 900 steps" in sheet.last_line.replace("9.0", "9")


def test_a_later_one_is_held_against_what_was_left(diary):
    diary.plan()
    diary.walk(MONDAY, 9.0)
    left = Prescription("p", MONDAY, 1, 600.0, 60.0, 180.0, 180.0, 110.0, 6)
    diary.walk(MONDAY, 1.0, hour=15, prescription=left)
    with reported(diary.close(), day=MONDAY + timedelta(days=15)) as (_, sheet):
        assert "1 minutes walked of 1.0 left that day (day's dose 10), 100 steps" in sheet.last_line
