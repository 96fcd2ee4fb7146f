# SPDX-License-Identifier: MIT
"""Walks whose time or pain became known later: dated exactly by their boot, else fenced in, and said so."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kneemon.app import revisions
from kneemon.app.revisions import SYNCED_ERROR_S, dated
from kneemon.model.records import PainTold, SessionRecord, TimeAnchor, TimeQuality
from kneemon.model.sessions import EndReason, SessionSummary

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LABEL = datetime(2026, 11, 20, 6, tzinfo=UTC)  # what the clock said that nobody had set


BOOTS = {"boot-1": 1, "boot-2": 2, "boot-3": 3, "boot-4": 4}


def revised(
    records: list[SessionRecord], told: dict[str, PainTold], anchors: dict[str, TimeAnchor], boot_id: str
) -> list[SessionRecord]:
    return revisions.revised(records, dated(records, anchors, BOOTS, boot_id), told)


def walk(
    name: str = "b2-1-aaaa",
    boot: str = "boot-2",
    label: datetime = LABEL,
    *,
    began_s: float = 100.0,
    lasted_s: float = 600.0,
    quality: TimeQuality = TimeQuality.UNSYNCED,
    final: bool = True,
) -> SessionRecord:
    summary = replace(SessionSummary.begun(began_s, None), ended_s=began_s + lasted_s, end_reason=EndReason.COMMAND)
    return SessionRecord(
        device="ab12cd34ef56",
        session_id=name,
        revision=1,
        boot_id=boot,
        started_at=label,
        ended_at=label + timedelta(seconds=lasted_s),
        tz="UTC",
        time_quality=quality,
        worn="waist",
        sensor="adxl345",
        software="0.1.0",
        summary=summary,
        final=final,
    )


def anchor(boot: str, monotonic_s: float, utc: datetime) -> TimeAnchor:
    return TimeAnchor(boot, monotonic_s, utc, synchronised=True)


@given(began_s=st.floats(0.0, 1e6), lasted_s=st.floats(0.0, 1e5), known_s=st.floats(0.0, 1e6))
def test_a_boot_that_learned_the_time_dates_its_walks_exactly(began_s: float, lasted_s: float, known_s: float) -> None:
    record = walk(began_s=began_s, lasted_s=lasted_s)
    (better,) = revised([record], {}, {"boot-2": anchor("boot-2", known_s, NOON)}, "boot-2")
    assert better.started_at == NOON + timedelta(seconds=began_s - known_s)
    assert better.ended_at - better.started_at == timedelta(seconds=record.summary.duration_s)
    assert (better.time_quality, better.time_error_s, better.revision) == (TimeQuality.NTP, SYNCED_ERROR_S, 2)
    assert better.summary == record.summary, "what was walked does not change"


def test_nothing_is_revised_twice() -> None:
    anchors = {"boot-2": anchor("boot-2", 900.0, NOON)}
    told = {"b2-1-aaaa": PainTold(before=2, after=3)}
    better = revised([walk()], told, anchors, "boot-2")
    assert len(better) == 1
    assert revised(better, told, anchors, "boot-2") == []


def test_a_boot_that_never_learned_the_time_is_fenced_in() -> None:
    before = walk("b1-1-aaaa", "boot-1", NOON - timedelta(days=2), quality=TimeQuality.NTP)
    lost = walk(label=NOON - timedelta(days=1))
    anchors = {
        "boot-1": anchor("boot-1", 0.0, NOON - timedelta(days=2, hours=1)),
        "boot-3": anchor("boot-3", 60.0, NOON + timedelta(seconds=60)),
    }
    (better,) = revised([before, lost], {}, anchors, "boot-3")
    assert better.started_at == lost.started_at, "its label is the earliest that can be"
    assert better.time_quality is TimeQuality.ESTIMATED
    assert better.time_error_s == 86400.0 - 600.0, "and the next boot the latest"


def test_a_clock_that_fell_back_for_years_is_pushed_behind_the_last_known_walk() -> None:
    before = walk("b1-1-aaaa", "boot-1", NOON - timedelta(days=1), quality=TimeQuality.NTP)
    first = walk("b2-1-aaaa", label=datetime(1970, 1, 1, tzinfo=UTC))
    second = walk("b2-2-bbbb", label=datetime(1970, 1, 1, 1, tzinfo=UTC))
    one, two = revised([before, first, second], {}, {"boot-3": anchor("boot-3", 0.0, NOON)}, "boot-3")
    assert one.started_at == before.ended_at
    assert two.started_at - one.started_at == timedelta(hours=1), "what is known between them stays"


def test_a_boot_before_is_no_upper_fence() -> None:
    """Boot 2 knew the time and walked nowhere; the clock of boot 3 stood still at an earlier label."""
    day = timedelta(days=1)
    before = walk("b1-1-aaaa", "boot-1", NOON, quality=TimeQuality.NTP)
    lost = walk("b3-1-aaaa", "boot-3", NOON + day)
    anchors = {
        "boot-1": anchor("boot-1", 0.0, NOON - day),
        "boot-2": anchor("boot-2", 0.0, NOON + 9 * day),
        "boot-4": anchor("boot-4", 0.0, NOON + 19 * day),
    }
    (better,) = revised([before, lost], {}, anchors, "boot-4")
    assert better.started_at == NOON + 9 * day
    assert better.time_error_s == 10 * 86400.0 - 600.0


def test_what_cannot_be_is_left_as_it_is() -> None:
    """The next boot began before the walk can have been over: some clock was wrong, and nobody knows which."""
    lost = walk(label=NOON)
    assert revised([lost], {}, {"boot-3": anchor("boot-3", 0.0, NOON + timedelta(minutes=5))}, "boot-3") == []


def test_a_walk_that_is_dated_anew_gets_the_morning_of_its_new_day_at_once() -> None:
    record = walk()
    dates = dated([record], {"boot-2": anchor("boot-2", 0.0, NOON)}, BOOTS, "boot-2")
    (better,) = revisions.revised([record], dates, {record.session_id: PainTold(morning=8)})
    assert (better.revision, better.pain_told.morning, better.time_quality) == (2, 8, TimeQuality.NTP)


def test_while_its_own_boot_runs_the_time_may_still_come() -> None:
    assert revised([walk()], {}, {}, "boot-2") == []


def test_a_walk_that_goes_on_is_left_alone() -> None:
    assert revised([walk(final=False)], {}, {"boot-2": anchor("boot-2", 0.0, NOON)}, "boot-2") == []


def test_what_was_answered_later_is_a_new_revision() -> None:
    record = walk(quality=TimeQuality.NTP)
    (better,) = revised([record], {record.session_id: PainTold(after=4)}, {}, "boot-2")
    assert (better.revision, better.pain_told) == (2, PainTold(after=4))


@given(labels=st.lists(st.integers(0, 10**6), min_size=1, max_size=6))
def test_an_estimate_is_never_before_its_label_nor_after_the_next_boot(labels: list[int]) -> None:
    records = [
        walk(f"b2-{n}-aaaa", label=LABEL + timedelta(seconds=at_s)) for n, at_s in enumerate(sorted(labels), start=1)
    ]
    next_boot = LABEL + timedelta(seconds=10**7)
    for record, better in zip(
        records, revised(records, {}, {"boot-3": anchor("boot-3", 0.0, next_boot)}, "boot-3"), strict=True
    ):
        assert better.started_at >= record.started_at
        assert better.time_error_s is not None
        assert better.ended_at + timedelta(seconds=better.time_error_s) == next_boot
