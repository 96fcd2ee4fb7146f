# SPDX-License-Identifier: MIT
"""The day's dose in the loop: what is left of it, for whom, and when it is a new day."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from app_bench import Act, Bench

from kneemon.clock import PacedClock
from kneemon.errors import StoreError
from kneemon.model.cues import CueKind
from kneemon.model.plans import Plan, PlanWeek, Prescription
from kneemon.model.records import TimeAnchor
from kneemon.model.samples import SampleBlock
from kneemon.plan.prescribe import prescribe
from kneemon.store import Store
from kneemon.virtual.walker import Walker

NewBench = Callable[..., Bench]
Outing = tuple[Walker, list[SampleBlock]]

SUNDAY, MONDAY = date(2026, 11, 22), date(2026, 11, 23)
MORNING = TimeAnchor("4f1c", 1000.0, datetime(2026, 11, 22, 9, 0, tzinfo=UTC), synchronised=True)
BEFORE_MIDNIGHT = TimeAnchor("4f1c", 1000.0, datetime(2026, 11, 22, 23, 59, tzinfo=UTC), synchronised=True)
PLAN = Plan("gentle", SUNDAY, (PlanWeek(1.0),), warm_up_s=5.0, cool_down_s=5.0)

pytestmark = pytest.mark.usefixtures("in_utc")


def doses(kneemon: Bench) -> list[Prescription]:
    """What each stored walk was prescribed."""
    prescriptions = [record.summary.prescription for record in kneemon.records()]
    assert None not in prescriptions
    return [replace(prescription, plan_rev=0, prompt_s=0.0) for prescription in prescriptions if prescription]


def due(plan: Plan, day: date) -> Prescription:
    """The dose of the plan's first week; nobody is asked during these walks, for the bench has no button to answer."""
    dose = prescribe(plan, day)
    assert dose is not None
    return replace(dose, prompt_s=0.0)


def both_walks(kneemon: Bench, *, second_at_s: float = 56.0) -> dict[float, Act]:
    held = kneemon.hold()
    return {2.0: kneemon.press(), 50.0: held, second_at_s: kneemon.press(), 92.0: held}


def test_a_walk_has_todays_dose(bench: NewBench, outing: Outing) -> None:
    kneemon = bench(plan=PLAN, clock=PacedClock(start=MORNING))
    kneemon.walk(outing[1], {2.0: kneemon.press(), 40.0: kneemon.ask("status")})
    assert doses(kneemon) == [due(PLAN, SUNDAY)]
    (status,) = kneemon.answers
    assert status["plan"] == "gentle"
    assert status["part"] == "main"
    assert status["remaining_s"] == pytest.approx(60.0 - 30.0, abs=2.0)


def test_its_end_is_told(bench: NewBench, outing: Outing) -> None:
    kneemon = bench(plan=replace(PLAN, weeks=(PlanWeek(0.5),)), clock=PacedClock(start=MORNING))
    kneemon.walk(outing[1], {2.0: kneemon.press(), 92.0: kneemon.hold()})
    cues = {cue.kind: cue for cue in kneemon.player.cues}
    assert [kind for kind in cues if kind is not CueKind.TICK] == [
        CueKind.STARTED,
        CueKind.MAIN_PART,
        CueKind.LIMIT_REACHED,
        CueKind.OVER_LIMIT,
        CueKind.STOPPED,
    ]
    assert cues[CueKind.LIMIT_REACHED].important
    summary = kneemon.record().summary
    assert summary.main_s == 30.0
    assert summary.over_limit_s == pytest.approx(69.0 - 5.0 - 30.0 - 5.0, abs=2.0)
    assert kneemon.home.states[-2].over == ("over_limit",)


def test_the_second_walk_of_the_day_has_what_is_left(bench: NewBench, outing: Outing) -> None:
    kneemon = bench(plan=PLAN, clock=PacedClock(start=MORNING))
    kneemon.walk(outing[1], both_walks(kneemon))
    first, second = doses(kneemon)
    walked_s = kneemon.records()[0].summary.main_s
    assert walked_s == pytest.approx(35.0, abs=2.0)
    assert second == replace(first, limit_s=60.0 - walked_s)


@pytest.mark.parametrize("boot_id", ["4f1c", "5a2d"], ids=["the same boot", "a new boot"])
def test_also_after_the_service_was_started_anew(boot_id: str, bench: NewBench, outing: Outing) -> None:
    before = bench(plan=PLAN, clock=PacedClock(start=MORNING))
    before.walk(outing[1][:200], {2.0: before.press(), 49.0: before.hold()})
    later = TimeAnchor(boot_id, 5000.0, MORNING.utc.replace(hour=11), synchronised=True)
    kneemon = bench(plan=PLAN, clock=PacedClock(start=later))
    kneemon.walk(outing[1], both_walks(kneemon))
    records = kneemon.records()
    assert [record.boot_id for record in records] == ["4f1c", boot_id, boot_id]
    walked_s = [record.summary.main_s for record in records]
    assert [dose.limit_s for dose in doses(kneemon)] == [
        60.0,
        pytest.approx(60.0 - walked_s[0]),
        pytest.approx(max(0.0, 60.0 - walked_s[0] - walked_s[1])),
    ]


@pytest.mark.parametrize(("boot_id", "whole"), [("5a2d", True), ("4f1c", False)], ids=["a new boot", "the same boot"])
def test_a_clock_that_nobody_has_set_may_say_yesterday(
    boot_id: str, whole: bool, bench: NewBench, outing: Outing
) -> None:
    """A Pi without a network resumes where its clock was: what was walked then need not have been today."""
    before = bench(plan=PLAN, clock=PacedClock(start=MORNING))
    before.walk(outing[1][:200], {2.0: before.press(), 49.0: before.hold()})
    resumed = TimeAnchor(boot_id, 5000.0, MORNING.utc.replace(hour=11), synchronised=False)
    kneemon = bench(plan=PLAN, clock=PacedClock(start=resumed))
    kneemon.walk(outing[1][:100], {2.0: kneemon.press()})
    assert (doses(kneemon)[-1].limit_s == 60.0) is whole


def test_a_walk_that_was_cut_off_counts(bench: NewBench, outing: Outing) -> None:
    kneemon = bench(plan=PLAN, clock=PacedClock(start=MORNING))
    kneemon.walk(outing[1][:160], {2.0: kneemon.press()})  # the source ends in the middle of it
    kneemon.walk(outing[1][:20], {2.0: kneemon.press()})
    first, second = doses(kneemon)
    assert second.limit_s == pytest.approx(first.limit_s - kneemon.records()[0].summary.main_s)
    assert second.limit_s < 40.0


class TestMidnight:
    """60 s into the walk."""

    PLAN = replace(PLAN, start=date(2026, 11, 16), weeks=(PlanWeek(1.0), PlanWeek(2.0)))

    def test_a_new_day_has_a_new_dose(self, bench: NewBench, outing: Outing) -> None:
        kneemon = bench(plan=self.PLAN, clock=PacedClock(start=BEFORE_MIDNIGHT))
        kneemon.walk(outing[1], both_walks(kneemon, second_at_s=75.0))
        assert [(dose.day, dose.limit_s) for dose in doses(kneemon)] == [(SUNDAY, 60.0), (MONDAY, 60.0)]

    def test_a_walk_across_it_keeps_its_own_and_takes_nothing_from_the_next(
        self, bench: NewBench, outing: Outing
    ) -> None:
        kneemon = bench(plan=self.PLAN, clock=PacedClock(start=BEFORE_MIDNIGHT))
        held = kneemon.hold()
        kneemon.walk(outing[1], {2.0: kneemon.press(), 80.0: held, 84.0: kneemon.press(), 92.0: held})
        assert [(dose.day, dose.limit_s) for dose in doses(kneemon)] == [(SUNDAY, 60.0), (MONDAY, 60.0)]
        assert kneemon.records()[0].summary.main_s > 40.0


def test_before_the_plan_begins_there_is_no_dose(bench: NewBench, outing: Outing) -> None:
    kneemon = bench(plan=replace(PLAN, start=MONDAY), clock=PacedClock(start=MORNING))
    kneemon.walk(outing[1][:40], {2.0: kneemon.press()})
    assert kneemon.record().summary.prescription is None


def test_a_rest_day_says_so(bench: NewBench, outing: Outing) -> None:
    kneemon = bench(plan=replace(PLAN, walk_days=(0, 2, 4)), clock=PacedClock(start=MORNING))
    kneemon.walk(outing[1][:40], {2.0: kneemon.press()})
    assert doses(kneemon)[0].rest_day


def test_a_store_that_cannot_be_read_is_no_reason_not_to_walk(
    bench: NewBench, outing: Outing, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def unreadable(self: Store) -> float:
        raise StoreError("the store", expected="a disk that answers", seen="none", remedy="Look at the card.")

    monkeypatch.setattr(Store, "walks", unreadable)
    kneemon = bench(plan=PLAN, clock=PacedClock(start=MORNING))
    with caplog.at_level(logging.WARNING):
        kneemon.walk(outing[1][:40], {2.0: kneemon.press()})
    assert doses(kneemon) == [due(PLAN, SUNDAY)]
    assert [record.getMessage() for record in caplog.records] == [
        (
            "today's dose is given whole, and the plan stays as it is: "
            "the store: expected a disk that answers, saw none. Look at the card."
        )
    ]
