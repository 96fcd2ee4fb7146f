# SPDX-License-Identifier: MIT
"""Any summary and any record come back from the database as they went in."""

import sqlite3
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.model.cues import CueKind
from kneemon.model.plans import Prescription, StateName
from kneemon.model.records import PainTold, SessionRecord, TimeQuality
from kneemon.model.sessions import Alert, EndReason, PainMark, SessionSummary
from kneemon.store import rows, schema

numbers = st.floats(allow_nan=False, allow_infinity=False)
perhaps = st.none() | numbers
counts = st.integers(0, 2**53)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=zones)  # noqa: DTZ001 zones are drawn

prescriptions = st.builds(
    Prescription,
    plan=st.text(),
    day=st.dates(),
    week=counts,
    dose_s=numbers,
    limit_s=numbers,
    warm_up_s=numbers,
    cool_down_s=numbers,
    cadence_ceiling_spm=perhaps,
    pain_stop=st.integers(0, 11),
    rest_day=st.booleans(),
    plan_rev=counts,
    state=st.sampled_from(StateName),
    locked=st.booleans(),
    bout_cap_s=perhaps,
    rest_s=numbers,
    prompt_s=numbers,
    pain_rise=st.none() | st.integers(0, 10),
)
alerts = st.builds(Alert, kind=st.sampled_from(CueKind), at_s=numbers, value=perhaps, limit=perhaps)
pains = st.builds(PainMark, at_s=numbers, score=st.none() | st.integers(0, 10))
summaries = st.builds(
    SessionSummary,
    started_s=numbers,
    ended_s=numbers,
    steps=counts,
    walking_s=numbers,
    main_s=numbers,
    over_pace_s=numbers,
    over_limit_s=numbers,
    gaps_s=numbers,
    gaps=counts,
    bouts=counts,
    clipped=counts,
    cadence_mean_spm=perhaps,
    cadence_p95_spm=perhaps,
    prescription=st.none() | prescriptions,
    alerts=st.lists(alerts, max_size=3).map(tuple),
    pains=st.lists(pains, max_size=3).map(tuple),
    end_reason=st.none() | st.sampled_from(EndReason),
    paused_s=numbers,
    gave_way_s=st.lists(numbers, max_size=3).map(tuple),
    pain_before=st.none() | st.integers(0, 10),
    moderate_s=numbers,
    vigorous_s=numbers,
)
records = st.builds(
    SessionRecord,
    device=st.text(),
    session_id=st.text(),
    revision=counts,
    boot_id=st.text(),
    started_at=instants,
    ended_at=instants,
    tz=st.text(),
    time_quality=st.sampled_from(TimeQuality),
    worn=st.text(),
    sensor=st.text(),
    software=st.text(),
    summary=summaries,
    final=st.booleans(),
    time_error_s=perhaps,
    pain_told=st.builds(PainTold, *[st.none() | st.integers(0, 10)] * 4),
)


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    path = tmp_path_factory.mktemp("rows") / "kneemon.db"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.row_factory = sqlite3.Row
    schema.migrate(connection, path, 0)
    connection.execute("PRAGMA synchronous = OFF")
    yield connection
    connection.close()


@given(summaries)
def test_any_summary_survives_json(summary):
    assert rows.summary_of(rows.summary_json(summary)) == summary


@given(record=records)
def test_any_record_survives_the_database(database, record):
    database.execute("DELETE FROM session")
    database.execute(rows.PUT_SESSION, rows.session_row(record))
    (row,) = database.execute("SELECT * FROM session").fetchall()
    assert rows.record_of(row) == record
    assert (row["steps"], row["end_reason"]) == (record.summary.steps, record.summary.end_reason)
    assert (row["walking_s"], row["main_s"]) == pytest.approx((record.summary.walking_s, record.summary.main_s))


@given(instants, instants)
def test_instants_sort_as_text(one, other):
    assert (rows.instant(one) < rows.instant(other)) == (one < other)
    assert datetime.fromisoformat(rows.instant(one)).utcoffset() == timedelta(0)
    assert datetime.fromisoformat(rows.instant(one)) == one.astimezone(UTC)
