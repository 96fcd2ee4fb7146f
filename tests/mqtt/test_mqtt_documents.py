# SPDX-License-Identifier: MIT
"""The documents, byte for byte, and what they promise to whoever reads them."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.model.cues import CueKind
from kneemon.model.plans import StateName
from kneemon.model.records import SessionRecord
from kneemon.model.sessions import Alert, EndReason
from kneemon.mqtt.documents import state_document, summary_document, summary_message
from kneemon.ports import LiveState

AT = datetime(2026, 11, 22, 9, 14, 5, 120_999, tzinfo=UTC)

STATE = (
    b'{"schema":"kneemon.state/1","ts":"2026-11-22T09:14:05.120Z","boot_id":"4f1c","seq":812,"session":"walking",'
    b'"session_id":"b17-3-9f2c","steps":812,"cadence_spm":101.5,"elapsed_s":660.0,"remaining_s":540.2,"limit_s":1200.0,'
    b'"over":["pace_high"]}'
)
SUMMARY = (
    b'{"schema":"kneemon.session.summary/1","device":"ab12cd34","session_id":"b17-3-9f2c","revision":2,"final":true,'
    b'"started_at":"2026-11-22T09:14:05.120Z","ended_at":"2026-11-22T09:34:09.720Z","tz":"Europe/Berlin",'
    b'"time_quality":"ntp","boot_id":"4f1c","mono_start_s":812.4,"duration_s":1204.6,"walking_s":1130.0,"rest_s":74.6,'
    b'"paused_s":0.0,"steps":1830,"cadence_mean_spm":97.1,"cadence_p95_spm":109.0,"plan_id":"gentle","limit_s":1200.0,'
    b'"over_pace_s":42.0,"over_limit_s":0.0,"alerts":[{"type":"pace_high","at_s":412.0,"value":121.0,"limit":110.0},'
    b'{"type":"pain_stop","at_s":1100.0,"value":7.0,"limit":6.0}],"pain":[{"at_s":700.0,"score":null},'
    b'{"at_s":1100.0,"score":7}],"pain_scale":"nrs-11","gave_way":{"times":0,"at_s":[]},"sensor":"lis3dh","worn":"waist","gaps_s":1.5,"gaps":2,'
    b'"interrupted":false,"end_reason":"command","sw":"0.1.0","pain_before":null,"plan_rev":null,'
    b'"plan_state":"baseline","moderate_s":0.0}'
)


def test_a_live_state():
    state = LiveState("walking", "b17-3-9f2c", 812, 101.499, 660.0, 540.21, 1200.0, ("pace_high",))
    assert state_document(state, at=AT, boot_id="4f1c", seq=812) == STATE


def test_what_is_not_known_is_null_and_not_zero():
    document = json.loads(state_document(LiveState("idle"), at=AT, boot_id="4f1c", seq=1))
    for key in ("session_id", "steps", "cadence_spm", "elapsed_s", "remaining_s", "limit_s"):
        assert document[key] is None
    assert document["over"] == []


def test_a_summary(record: SessionRecord):
    assert summary_document(record) == SUMMARY


def test_a_free_walk_without_cadence(record: SessionRecord):
    summary = replace(
        record.summary, prescription=None, cadence_mean_spm=None, cadence_p95_spm=None, alerts=(), pains=()
    )
    document = json.loads(summary_document(replace(record, summary=summary)))
    assert document["plan_id"] is document["limit_s"] is document["cadence_mean_spm"] is None
    assert document["plan_rev"] is document["plan_state"] is None
    assert document["alerts"] == document["pain"] == []


def test_a_pause_and_a_knee_that_gave_way(record: SessionRecord):
    summary = replace(record.summary, paused_s=60.04, gave_way_s=(412.04, 800.0))
    document = json.loads(summary_document(replace(record, summary=summary)))
    assert document["paused_s"] == 60.0
    assert document["rest_s"] == pytest.approx(74.6 - 60.0, abs=0.1)
    assert document["gave_way"] == {"times": 2, "at_s": [412.0, 800.0]}


def test_a_walk_of_a_kept_plan_and_what_it_was_like(record: SessionRecord):
    assert record.summary.prescription is not None
    dose = replace(record.summary.prescription, plan_rev=4, state=StateName.DELOAD)
    rest = Alert(CueKind.REST_DUE, 1800.0, 1800.0, 1800.0)
    summary = replace(record.summary, prescription=dose, pain_before=0, moderate_s=421.04, alerts=(rest,))
    document = json.loads(summary_document(replace(record, summary=summary)))
    assert (document["plan_rev"], document["plan_state"]) == (4, "deload")
    assert (document["pain_before"], document["moderate_s"]) == (0, 421.0)
    assert document["alerts"] == [{"type": "rest_due", "at_s": 1800.0, "value": 1800.0, "limit": 1800.0}]


def test_a_paused_walk_is_a_live_state():
    document = json.loads(state_document(LiveState("paused", "b17-3-9f2c", 812), at=AT, boot_id="4f1c", seq=1))
    assert (document["session"], document["cadence_spm"]) == ("paused", None)


def test_a_walk_that_power_ended_is_interrupted(record: SessionRecord):
    cut_short = replace(record, summary=replace(record.summary, end_reason=EndReason.POWER_LOSS))
    document = json.loads(summary_document(cut_short))
    assert (document["interrupted"], document["end_reason"]) == (True, "power_loss")


def test_pain_can_be_kept_at_home(record: SessionRecord):
    rose = Alert(CueKind.PAIN_ROSE, 900.0, 5.0, 5.0)
    summary = replace(record.summary, gave_way_s=(412.0,), pain_before=2, alerts=(*record.summary.alerts, rose))
    record = replace(record, summary=summary)
    document = json.loads(summary_document(record, pain=False))
    assert document["pain"] is document["gave_way"] is document["pain_before"] is document["plan_state"] is None
    assert [alert["type"] for alert in document["alerts"]] == ["pace_high"]
    assert b'"score"' not in summary_document(record, pain=False)


def test_the_message_is_addressed_and_keyed(record: SessionRecord):
    message = summary_message(record)
    assert message.key == "b17-3-9f2c/2"
    assert message.topic == "kneemon/v1/ab12cd34/session/summary"
    assert message.payload == SUMMARY
    assert b'"score"' not in summary_message(record, pain=False).payload


@given(
    at=st.datetimes(
        min_value=datetime(1970, 1, 2),  # noqa: DTZ001 - the zone comes from `timezones`
        max_value=datetime(9998, 1, 1),  # noqa: DTZ001
        timezones=st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
    ),
    cadence_spm=st.none() | st.floats(0, 300),
    elapsed_s=st.none() | st.floats(0, 1e6),
)
def test_times_are_utc_with_milliseconds_and_bytes_repeat(
    at: datetime, cadence_spm: float | None, elapsed_s: float | None
):
    state = LiveState("walking", cadence_spm=cadence_spm, elapsed_s=elapsed_s)
    first = state_document(state, at=at, boot_id="4f1c", seq=1)
    assert state_document(state, at=at.astimezone(UTC), boot_id="4f1c", seq=1) == first
    document = json.loads(first)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", document["ts"])
    told = datetime.fromisoformat(document["ts"])
    assert timedelta(0) <= at - told < timedelta(milliseconds=1)
    assert (document["cadence_spm"] is None) == (cadence_spm is None)


def test_documents_need_no_mqtt_library():
    code = "import sys, kneemon.mqtt.documents, kneemon.mqtt.publisher; sys.exit('paho' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
