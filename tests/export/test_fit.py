# SPDX-License-Identifier: MIT
"""A walk as FIT, read by programs not of ours: their numbers are the store's."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from math import ceil
from pathlib import Path

import pytest
from foreign import Reader, Rows, readers

from kneemon.app.reading import Reading, WalkRead
from kneemon.export.fit import activity_fit, serial_number
from kneemon.model.records import EventRow, SecondRow

WALKING = ("walking", 11)
INDOOR = ("indoor_walking", 27)
START, STOP, STOP_ALL = ("start", 0), ("stop", 1), ("stop_all", 4)

EVERY_WALK = "fitdecode"


@dataclass(frozen=True)
class Told:
    """A walk as the store has it, its seconds up to its end, and as a foreign program read it."""

    walk: WalkRead
    seconds: list[SecondRow]
    events: list[EventRow]
    rows: Rows


@pytest.fixture(scope="module", params=readers("FIT"), ids=str)
def reader(request: pytest.FixtureRequest) -> Reader:
    return request.param


@pytest.fixture(scope="module")
def told(life: Reading, reader: Reader, npm: Path) -> list[Told]:
    """Every walk by one reader; by the others the newest, and those that show something."""
    walks = [
        (walk, life.seconds(walk.record.session_id), life.events(walk.record.session_id)) for walk in life.walks(100)
    ]
    assert len(walks) > 20
    if reader.name != EVERY_WALK:
        shown = {row.kind: number for number, (_, _, events) in enumerate(walks) for row in events}
        assert shown.keys() >= {"pause", "pace_high", "limit_reached", "over_limit", "pain"}, "not in this life"
        walks = [walks[number] for number in sorted({0, *shown.values()})]
    found = []
    for walk, seconds, events in walks:
        rows = reader.read(activity_fit(walk, seconds, events), npm)
        lasting = [row for row in seconds if row.elapsed_s - 1 < walk.record.summary.duration_s]
        found.append(Told(walk, lasting, events, rows))
    return found


def test_seconds_are_records_and_nothing_else_is(told):
    for each in told:
        rows = each.rows["record"]
        kept = [row for row in each.seconds if row.activity != "paused" or row.steps]
        assert len(rows) == len(kept)
        assert [row["steps"] for row in rows] == [row.steps for row in kept]
        begun = when(rows[0]["timestamp"]) - timedelta(seconds=ceil(kept[0].elapsed_s))
        assert begun == each.walk.record.started_at.replace(microsecond=0)
        assert [(when(row["timestamp"]) - begun).total_seconds() for row in rows] == [
            ceil(row.elapsed_s) for row in kept
        ]
        for row, second in zip(rows, kept, strict=True):
            assert ("cadence" in row) == (second.cadence_spm is not None)
            if second.cadence_spm is not None:
                assert 2 * (row["cadence"] + row["fractional_cadence"]) == pytest.approx(second.cadence_spm, abs=1 / 64)
            assert not {"distance", "position_lat", "step_length", "stance_time_balance", "speed"} & row.keys()


def test_pain_stands_at_its_second_and_as_an_event(told):
    marked = 0
    for each in told:
        begun = each.walk.record.started_at.replace(microsecond=0)
        marks = {ceil(mark.at_s): mark.score for mark in each.walk.record.summary.pains if mark.score is not None}
        there = {ceil(row.elapsed_s) for row in each.seconds if row.activity != "paused" or row.steps}
        found = {
            int((when(row["timestamp"]) - begun).total_seconds()): row["pain_nrs"] for row in has(each.rows, "record")
        }
        assert found == {at: score for at, score in marks.items() if at in there}
        assert [row["pain_nrs"] for row in has(each.rows, "event")] == list(marks.values())
        marked += len(marks)
    assert marked


def has(rows: Rows, message: str) -> list[dict]:
    return [row for row in rows[message] if "pain_nrs" in row]


def test_the_session_says_what_the_summary_says(told):
    for each in told:
        summary, dose = each.walk.record.summary, each.walk.record.summary.prescription
        (session,) = each.rows["session"]
        assert session["sport"] in WALKING
        assert (session["sub_sport"] in INDOOR) == (each.walk.surface in ("treadmill", "indoor"))
        assert session["total_elapsed_time"] == pytest.approx(summary.duration_s, abs=0.001)
        assert session["total_timer_time"] == pytest.approx(summary.duration_s - summary.paused_s, abs=0.001)
        assert session["total_moving_time"] == pytest.approx(summary.walking_s, abs=0.001)
        strides = session.get("total_strides", session.get("total_cycles")) + session["total_fractional_cycles"]
        assert 2 * strides == session["steps"] == summary.steps
        assert 2 * (session["avg_cadence"] + session["avg_fractional_cadence"]) == pytest.approx(
            summary.cadence_mean_spm, abs=1 / 64
        )
        assert session["session_id"] == each.walk.record.session_id
        assert session["time_quality"] == each.walk.record.time_quality
        pain = {"before": "p0", "max": "pk", "end": "p1", "later": "p2", "morning": "pm"}
        for name, field in pain.items():
            assert session.get(f"pain_{name}_nrs") == getattr(each.walk.outcome, field), name
        assert session["cadence_ceiling_spm"] == pytest.approx(dose.cadence_ceiling_spm, rel=1e-6)
        assert session["dose_s"] == dose.dose_s
        assert session["main_s"] == pytest.approx(summary.main_s, rel=1e-6)
        assert "total_distance" not in session


def test_parts_of_the_plan_are_laps(told):
    for each in told:
        (session,) = each.rows["session"]
        runs = [
            (part, sum(row.steps for row in rows)) for part, rows in groupby(each.seconds, key=lambda row: row.part)
        ]
        assert [(lap["part"], lap["steps"]) for lap in each.rows["lap"]] == runs
        assert session["num_laps"] == len(runs)
        total_s = sum(lap["total_elapsed_time"] for lap in each.rows["lap"])
        assert total_s == pytest.approx(session["total_elapsed_time"], abs=0.01)
        timer_s = sum(lap["total_timer_time"] for lap in each.rows["lap"])
        assert timer_s == pytest.approx(session["total_timer_time"], abs=0.01)
        for lap, after in zip(each.rows["lap"], each.rows["lap"][1:], strict=False):
            assert when(lap["timestamp"]) == when(after["start_time"])


def test_alerts_are_native_events_with_the_ceiling_in_strides(told):
    for each in told:
        rows = each.rows["event"]
        fast = [row for row in each.events if row.kind == "pace_high"]
        high = [row for row in rows if row["event"] in ("cad_high_alert", 17) and row["event_type"] not in STOP]
        assert len(high) == len(fast)
        for row, event in zip(high, fast, strict=True):
            limits = [row[name] for name in ("data", "cad_high_alert") if name in row]
            assert limits == [round(event.limit / 2)]
            assert row["value"] == pytest.approx(event.value, rel=1e-6)
            assert row["limit"] == pytest.approx(event.limit, rel=1e-6)
            assert row["kind"] == "pace_high"
        reached = [row.limit for row in each.events if row.kind in ("limit_reached", "rest_due", "over_limit")]
        timed = [row for row in rows if row["event"] in ("time_duration_alert", 23)]
        assert [row["limit"] for row in timed] == pytest.approx(reached, rel=1e-6)


def test_the_timer_stops_for_pauses_and_at_the_end(told):
    for each in told:
        timer = [row for row in each.rows["event"] if row["event"] in ("timer", 0)]
        pauses = [row for row in each.events if row.kind == "pause"]
        kinds = [row["event_type"] for row in timer]
        assert kinds[0] in START
        assert kinds[-1] in STOP_ALL
        assert sum(kind in STOP for kind in kinds) == len(pauses)


def test_a_damaged_file_is_refused(life, reader, npm):
    walk = life.walk()
    content = bytearray(activity_fit(walk, life.seconds(walk.record.session_id), []))
    content[len(content) // 2] ^= 1
    with pytest.raises(Exception, match=r"(?i)crc"):
        reader.read(bytes(content), npm)


def test_the_same_walk_is_the_same_file_and_of_the_same_device(life):
    walk = life.walk()
    seconds, events = life.seconds(walk.record.session_id), life.events(walk.record.session_id)
    assert activity_fit(walk, seconds, events) == activity_fit(walk, seconds, events)
    assert serial_number(walk.record.device) == serial_number(walk.record.device) != serial_number("another")


def when(told: datetime | str) -> datetime:
    """As UTC, whatever the reader makes of it."""
    at = datetime.fromisoformat(told) if isinstance(told, str) else told
    return at if at.tzinfo else at.replace(tzinfo=UTC)
