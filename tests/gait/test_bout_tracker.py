# SPDX-License-Identifier: MIT
"""Bouts: contacts joined across breaks of up to three seconds."""

import pytest

from kneemon.gait.bouts import BoutTracker
from kneemon.gait.params import BoutParams
from kneemon.model.gait import BoutEnded, BoutStarted


def test_a_bout_runs_from_its_first_to_its_last_contact() -> None:
    tracker = BoutTracker()
    assert tracker.contact(10.0, 12.0) == (BoutStarted(10.0, 12.0),)
    assert tracker.contact(10.5, 12.0) == ()
    assert tracker.contact(11.0, 12.0) == ()
    assert tracker.passed(14.0, 15.0) == ()
    assert tracker.passed(14.01, 15.2) == (BoutEnded(10.0, 11.0, 15.2, 3, 120.0),)
    assert tracker.passed(30.0, 30.0) == ()


def test_a_contact_after_a_long_break_ends_one_bout_and_starts_the_next() -> None:
    tracker = BoutTracker(BoutParams(break_s=2.0))
    tracker.contact(10.0, 11.0)
    tracker.contact(12.0, 12.3)
    assert tracker.contact(14.1, 15.0) == (BoutEnded(10.0, 12.0, 15.0, 2, 30.0), BoutStarted(14.1, 15.0))


def test_a_bout_of_one_step_has_no_cadence() -> None:
    tracker = BoutTracker()
    tracker.contact(10.0, 11.0)
    assert tracker.end(12.0) == (BoutEnded(10.0, 10.0, 12.0, 1, None),)
    assert tracker.end(12.0) == ()


def test_steps_are_counted_anew_in_the_next_bout() -> None:
    tracker = BoutTracker()
    for t_s in (0.0, 0.5, 1.0, 10.0, 10.5):
        tracker.contact(t_s, t_s + 0.3)
    (ended,) = tracker.end(11.0)
    assert ended.steps == 2
    assert ended.cadence_spm == pytest.approx(120.0)


def test_reset_drops_the_bout_untold() -> None:
    tracker = BoutTracker()
    tracker.contact(10.0, 11.0)
    tracker.reset()
    assert tracker.end(12.0) == ()
