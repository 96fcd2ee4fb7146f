# SPDX-License-Identifier: MIT
"""FIT of whatever a store may hold: seconds with gaps, without cadence, none at all; clocks that were never set."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from math import ceil

import pytest
from foreign import Rows, fit_tool_rows, fitdecode_rows
from hypothesis import given, settings
from hypothesis import strategies as st

from kneemon.app.reading import WalkRead
from kneemon.errors import ExportError
from kneemon.export.fit import activity_fit, strides
from kneemon.export.fit_file import crc
from kneemon.model.diary import Surface
from kneemon.model.plans import Part, Rules
from kneemon.model.records import EventRow, SecondRow, SessionRecord, TimeQuality
from kneemon.model.sessions import Activity, EndReason, PainMark, SessionSummary
from kneemon.plan.history import Outcome
from kneemon.plan.load import load_of

READ = {"fitdecode": fitdecode_rows, "fit-tool": fit_tool_rows}
START = datetime(2026, 11, 2, 9, 0, 0, 250000, UTC)


def walk(duration_s: float, steps: int = 0, start: datetime = START, **summary) -> WalkRead:
    told = replace(
        SessionSummary.begun(100.0, None),
        ended_s=100.0 + duration_s,
        steps=steps,
        end_reason=EndReason.COMMAND,
        **summary,
    )
    record = SessionRecord(
        device="du9y29z609wp",
        session_id="b1-1-626a",
        revision=1,
        boot_id="boot",
        started_at=start,
        ended_at=start + timedelta(seconds=duration_s),
        tz="Europe/Berlin",
        time_quality=TimeQuality.UNSYNCED,
        worn="waist",
        sensor="",
        software="0.1.0",
        summary=told,
        final=True,
    )
    outcome = Outcome("b1-1-626a", date(2026, 11, 2), False, 0.0, duration_s / 60, steps, None, None)
    return WalkRead(record, outcome, None, None, load_of(steps, outcome.aid, Rules()), None)


seconds = st.lists(
    st.builds(
        lambda step, *rest: (step, *rest),
        st.sampled_from([1.0, 1.0, 1.0, 0.4, 7.0, 300.0]),
        st.integers(0, 6),
        st.none() | st.floats(0.0, 600.0),
        st.sampled_from(list(Activity)),
        st.sampled_from(list(Part)),
        st.booleans(),
    ),
    max_size=12,
)
events = st.lists(
    st.builds(
        EventRow,
        st.floats(0.0, 4000.0),
        st.sampled_from(["pace_high", "limit_reached", "rest_due", "pause", "bout", "gap", "over_limit", "pain_rose"]),
        st.none() | st.floats(0.0, 1e6),
        st.none() | st.floats(0.0, 1e6),
        st.just("s"),
    ),
    max_size=4,
)


@settings(max_examples=25)
@given(seconds, events, st.floats(0.0, 2000.0), st.integers(0, 100_000), st.lists(st.floats(0.0, 3000.0), max_size=3))
def test_every_reader_takes_any_walk_and_has_equal_totals(rows, noted, longer_s, steps, pains):
    ends, elapsed_s = [], 0.0
    for step, *rest in rows:
        elapsed_s += step
        ends.append(SecondRow(elapsed_s, *rest))
    duration_s = elapsed_s + longer_s
    marks = tuple(PainMark(at_s, score) for at_s, score in zip(pains, (None, 0, 10), strict=False))
    content = activity_fit(walk(duration_s, steps, pains=marks), ends, sorted(noted, key=lambda row: row.at_s))
    kept = [row for row in ends if row.activity is not Activity.PAUSED or row.steps]
    for name, read in READ.items():
        told: Rows = read(content, None)
        (session,) = told["session"]
        assert len(told["record"]) == max(len(kept), 1), name
        assert sum(row.get("steps", 0) for row in told["record"]) == sum(row.steps for row in ends), name
        assert sum(lap["steps"] for lap in told["lap"]) == sum(row.steps for row in ends), name
        assert sum(lap["total_elapsed_time"] for lap in told["lap"]) == pytest.approx(duration_s, abs=0.05), name
        assert session["steps"] == steps, name
        assert session["total_elapsed_time"] == pytest.approx(duration_s, abs=0.001), name
        assert [row["pain_nrs"] for row in told["event"] if "pain_nrs" in row] == [
            mark.score
            for mark in sorted(marks, key=lambda mark: min(ceil(mark.at_s), ceil(duration_s)))
            if mark.score is not None
        ], name
        stamps = [row["timestamp"] for row in told["record"]]
        assert stamps == sorted(stamps), name


@pytest.mark.parametrize("read", READ.values(), ids=READ)
def test_a_walk_without_seconds_has_one_lap_and_a_record_that_tells_nothing(read):
    told = read(activity_fit(walk(12.5, 9), [], []), None)
    assert [lap["total_elapsed_time"] for lap in told["lap"]] == [12.5]
    assert [row.keys() for row in told["record"]] == [{"timestamp"}]


@pytest.mark.parametrize(
    ("start", "shown"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), datetime(1998, 7, 3, 21, 24, 16, tzinfo=UTC)),  # FIT's first civil time
        (datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)),
    ],
)
def test_a_clock_that_was_not_set_is_told(start, shown):
    told = fitdecode_rows(activity_fit(walk(60.0, start=start), [], []), None)
    assert told["session"][0]["time_quality"] == "unsynced"
    assert "time_error_s" not in told["session"][0]
    assert told["session"][0]["start_time"] == shown


def test_local_time_is_told():
    told = fitdecode_rows(activity_fit(walk(60.0), [], []), None)
    (activity,) = told["activity"]
    assert activity["local_timestamp"].replace(tzinfo=UTC) == datetime(2026, 11, 2, 10, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("surface", "sub_sport"),
    [(None, "generic"), (Surface.PAVED, "generic"), (Surface.TREADMILL, "indoor_walking"), (Surface.TRAIL, "trail")],
)
def test_the_surface_is_the_kind_of_walking(surface, sub_sport):
    told = fitdecode_rows(activity_fit(replace(walk(60.0), surface=surface), [], []), None)
    assert told["session"][0]["sub_sport"] == told["lap"][0]["sub_sport"] == sub_sport


def test_a_pace_above_the_ceiling_begins_and_ends():
    rows = [SecondRow(float(at), 2, 130.0, "walking", "main", 20 <= at < 50) for at in range(1, 101)]
    noted = [EventRow(at_s, "pace_high", 65.0, 110.0, "steps/min") for at_s in (25.0, 40.0)]
    told = fitdecode_rows(activity_fit(walk(100.0, 200), rows, noted), None)
    high = [row for row in told["event"] if row["event"] == "cad_high_alert"]
    assert [row["event_type"] for row in high] == ["start", "marker", "stop"]
    assert [(row["timestamp"] - START.replace(microsecond=0)).seconds for row in high] == [25, 40, 50]
    assert {row["cad_high_alert"] for row in high} == {55}


@given(st.floats(0.0, 509.0))
def test_cadence_is_kept_to_a_64th_of_a_step(cadence_spm):
    whole, part = strides(cadence_spm)
    assert 2 * (whole + part / 128) == pytest.approx(cadence_spm, abs=1 / 64)


def test_the_checksum_is_crc_16_arc():
    assert crc(b"123456789") == 0xBB3D  # the catalogue's check value


def test_an_unknown_zone_is_told():
    lost = walk(60.0)
    with pytest.raises(ExportError, match="expected a time zone this machine knows, saw 'Europe/Atlantis'"):
        activity_fit(replace(lost, record=replace(lost.record, tz="Europe/Atlantis")), [], [])
