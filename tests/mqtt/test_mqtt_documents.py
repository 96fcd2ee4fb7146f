# SPDX-License-Identifier: MIT
"""The documents, byte for byte, and what they promise to whoever reads them."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import pytest
from contract_check import check, check_payload
from hypothesis import given
from hypothesis import strategies as st

from kneemon.model.cues import LIMIT_CUES, CueKind
from kneemon.model.diary import LimitWish
from kneemon.model.home import (
    About,
    Health,
    LastWalk,
    LiveState,
    Moment,
    OpenQuestion,
    PlanMode,
    PlanStanding,
    PlanToday,
    Problem,
    Questions,
    Reported,
    Today,
)
from kneemon.model.plans import StateName
from kneemon.model.questions import Ask
from kneemon.model.records import Backlog, DocumentKind, PainTold, SecondRow, SessionRecord, TimeQuality
from kneemon.model.sessions import Alert, EndReason
from kneemon.mqtt.documents import (
    MOMENTS_OF_PAIN,
    detail_documents,
    diag_document,
    documents_of,
    event_document,
    last_document,
    news_document,
    rfc3339,
    state_document,
    summary_document,
    summary_message,
    told,
)
from kneemon.mqtt.examples import record as example_record
from kneemon.mqtt.settings import BrokerSettings
from kneemon.mqtt.shapes import EVENT_TYPES
from kneemon.mqtt.topics import (
    DIAG,
    EVENT,
    INFO,
    PLAN,
    QUESTIONS,
    SESSION_DETAIL,
    SESSION_SUMMARY,
    SETTINGS,
    STATE,
    TODAY,
    Level,
)

AT = datetime(2026, 11, 22, 9, 14, 5, 120_999, tzinfo=UTC)
DEVICE = "ab12cd34"
HOME = BrokerSettings("homeassistant.local")
DISCREET = replace(HOME, publish_pain=False)

STATE_BYTES = (
    b'{"schema":"kneemon.state/1","ts":"2026-11-22T09:14:05.120Z","boot_id":"4f1c","seq":812,"session":"walking",'
    b'"session_id":"b17-3-9f2c","steps":812,"cadence_spm":101.5,"elapsed_s":660.0,"remaining_s":540.2,"limit_s":1200.0,'
    b'"over":["pace_high"]}'
)
SUMMARY_BYTES = (
    b'{"schema":"kneemon.session.summary/1","device":"ab12cd34","session_id":"b17-3-9f2c","revision":2,"final":true,'
    b'"started_at":"2026-11-22T09:14:05.120Z","ended_at":"2026-11-22T09:34:09.720Z","tz":"Europe/Berlin",'
    b'"time_quality":"ntp","time_error_s":null,"boot_id":"4f1c","mono_start_s":812.4,"duration_s":1204.6,'
    b'"walking_s":1130.0,"rest_s":74.6,"paused_s":0.0,"steps":1830,"cadence_mean_spm":97.1,"cadence_p95_spm":109.0,'
    b'"moderate_s":0.0,"plan_id":"gentle","plan_rev":null,"plan_state":"baseline","limit_s":1200.0,"over_pace_s":42.0,'
    b'"over_limit_s":0.0,"alerts":[{"type":"pace_high","at_s":412.0,"value":121.0,"limit":110.0},'
    b'{"type":"pain_stop","at_s":1100.0,"value":7.0,"limit":6.0}],"pain":{"before":null,"after":null,"later":null,'
    b'"morning":null,"marks":[{"at_s":700.0,"score":null},{"at_s":1100.0,"score":7}],"scale":"nrs-11"},'
    b'"gave_way":{"times":0,"at_s":[]},"sensor":"lis3dh","worn":"waist","gaps_s":1.5,"gaps":2,"interrupted":false,'
    b'"end_reason":"command","sw":"0.1.0"}'
)


def news(what: Questions | Today | PlanToday | Reported | About, settings: BrokerSettings = HOME) -> Any:
    """The document of a piece of news, read back, once it is found valid."""
    topics = {Questions: QUESTIONS, Today: TODAY, PlanToday: PLAN, Reported: SETTINGS, About: INFO}
    payload = news_document(what, at=AT, device=DEVICE, settings=settings)
    check_payload(topics[type(what)], payload)
    return json.loads(payload)


def test_a_live_state():
    state = LiveState("walking", "b17-3-9f2c", 812, 101.499, 660.0, 540.21, 1200.0, ("pace_high",))
    assert state_document(state, at=AT, boot_id="4f1c", seq=812) == STATE_BYTES


def test_what_is_not_known_is_null_and_not_zero():
    document = json.loads(state_document(LiveState("idle"), at=AT, boot_id="4f1c", seq=1))
    for key in ("session_id", "steps", "cadence_spm", "elapsed_s", "remaining_s", "limit_s"):
        assert document[key] is None
    assert document["over"] == []


@pytest.mark.parametrize("session", ["idle", "walking", "resting", "paused", "over_limit"])
def test_every_word_of_the_walk_now_is_in_the_schema(session: str):
    check_payload(STATE, state_document(LiveState(session), at=AT, boot_id="4f1c", seq=1))


def test_a_summary(record: SessionRecord):
    assert summary_document(record) == SUMMARY_BYTES


def test_a_free_walk_without_cadence(record: SessionRecord):
    summary = replace(
        record.summary, prescription=None, cadence_mean_spm=None, cadence_p95_spm=None, alerts=(), pains=()
    )
    document = json.loads(summary_document(replace(record, summary=summary)))
    for key in ("plan_id", "plan_rev", "plan_state", "limit_s", "over_pace_s", "over_limit_s", "cadence_mean_spm"):
        assert document[key] is None
    assert document["alerts"] == document["pain"]["marks"] == []


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
    assert (document["pain"]["before"], document["moderate_s"]) == (0, 421.0)
    assert document["alerts"] == [{"type": "rest_due", "at_s": 1800.0, "value": 1800.0, "limit": 1800.0}]


def test_what_was_answered_about_a_walk(record: SessionRecord):
    record = replace(record, pain_told=PainTold(after=3, later=4, morning=0))
    pain = json.loads(summary_document(record))["pain"]
    assert (pain["before"], pain["after"], pain["later"], pain["morning"]) == (None, 3, 4, 0)
    record = replace(record, summary=replace(record.summary, pain_before=5))
    assert json.loads(summary_document(record))["pain"]["before"] == 5
    record = replace(record, pain_told=PainTold(before=4))  # told once more, and better
    assert json.loads(summary_document(record))["pain"]["before"] == 4


def test_a_walk_whose_time_was_found_out_later(record: SessionRecord):
    late = replace(record, time_quality=TimeQuality.ESTIMATED, time_error_s=900.04)
    document = json.loads(summary_document(late))
    assert (document["time_quality"], document["time_error_s"]) == ("estimated", 900.0)
    check_payload(SESSION_SUMMARY, summary_document(late))


@pytest.mark.parametrize(
    ("reason", "interrupted"), [(EndReason.POWER_LOSS, True), (EndReason.SHUTDOWN, True), (EndReason.STILLNESS, False)]
)
def test_a_walk_that_was_cut_short_is_interrupted(record: SessionRecord, reason: EndReason, interrupted: bool):
    document = json.loads(summary_document(replace(record, summary=replace(record.summary, end_reason=reason))))
    assert (document["interrupted"], document["end_reason"]) == (interrupted, reason.value)


def test_pain_can_be_kept_at_home(record: SessionRecord):
    rose = Alert(CueKind.PAIN_ROSE, 900.0, 5.0, 5.0)
    summary = replace(record.summary, gave_way_s=(412.0,), pain_before=2, alerts=(*record.summary.alerts, rose))
    record = replace(record, summary=summary, pain_told=PainTold(2, 3, 4, 5))
    payload = summary_document(record, pain=False)
    document = json.loads(payload)
    assert document["pain"] is document["gave_way"] is document["plan_state"] is None
    assert [alert["type"] for alert in document["alerts"]] == ["pace_high"]
    assert b'"score"' not in payload
    check_payload(SESSION_SUMMARY, payload)


def test_the_message_is_addressed_and_keyed(record: SessionRecord):
    message = summary_message(record)
    assert message.key == "b17-3-9f2c/2"
    assert message.topic == "kneemon/v1/ab12cd34/session/summary"
    assert message.payload == SUMMARY_BYTES
    assert (message.session_id, message.kind, message.expiry_s) == ("b17-3-9f2c", DocumentKind.SUMMARY, None)
    assert b'"score"' not in summary_message(record, pain=False).payload


def test_the_newest_walk_or_none(record: SessionRecord):
    assert last_document(LastWalk(record), pain=True) == SUMMARY_BYTES
    assert last_document(LastWalk(record), pain=False) == summary_document(record, pain=False)
    assert last_document(LastWalk(), pain=True) == b""


def walked(seconds: int) -> list[SecondRow]:
    return [SecondRow(float(at_s), 2, 100.0, "walking", "main", False) for at_s in range(1, seconds + 1)]


def test_rows_of_ten_seconds(record: SessionRecord):
    seconds = [
        *walked(10),
        SecondRow(11.0, 1, 120.04, "walking", "main", True),
        SecondRow(20.0, 1, 100.0, "resting", "main", False),
        SecondRow(40.4, 0, None, "paused", "main", False),  # the last one may be a part of a second
    ]
    (chunk,) = detail_documents(record, seconds)
    check_payload(SESSION_DETAIL, chunk)
    document = json.loads(chunk)
    assert (document["session_id"], document["revision"], document["device"]) == ("b17-3-9f2c", 2, DEVICE)
    assert (document["chunk"], document["chunks"], document["t0_s"], document["dt_s"]) == (1, 1, 0.0, 10.0)
    assert document["steps"] == [20, 2, None, 0]
    assert document["cadence_spm"] == [100.0, 110.0, None, None]
    assert document["flags"] == [0, 1 + 2, None, 4]


def test_a_walk_of_which_no_second_is_kept_has_no_rows(record: SessionRecord):
    assert detail_documents(record, ()) == ()


@given(
    st.lists(
        st.builds(
            SecondRow,
            elapsed_s=st.floats(0, 16_000),
            steps=st.integers(0, 4),
            cadence_spm=st.none() | st.floats(0, 300),
            activity=st.sampled_from(["walking", "resting", "paused"]),
            part=st.just("main"),
            over_pace=st.booleans(),
        ),
        max_size=60,
    ).map(lambda seconds: sorted(seconds, key=lambda second: second.elapsed_s))
)
def test_chunks_are_small_in_order_and_hold_every_step(seconds: list[SecondRow]):
    chunks = detail_documents(example_record(), seconds)
    documents = [json.loads(chunk) for chunk in chunks]
    assert all(len(chunk) <= 16_000 for chunk in chunks)
    assert [document["chunk"] for document in documents] == list(range(1, len(chunks) + 1))
    assert all(document["chunks"] == len(chunks) for document in documents)
    for document, following in pairwise(documents):
        assert following["t0_s"] == document["t0_s"] + document["dt_s"] * len(document["steps"])
    steps = sum(count or 0 for document in documents for count in document["steps"])
    assert steps == sum(second.steps for second in seconds)


def test_a_full_chunk_of_the_longest_values_is_small_enough(record: SessionRecord):
    chunks = detail_documents(record, [replace(second, cadence_spm=None) for second in walked(4 * 3600)])
    assert len(chunks) == 2
    assert 5_000 < len(chunks[0]) <= 16_000


@pytest.mark.parametrize(
    ("level", "summaries", "rows"),
    [(Level.OFF, 0, 0), (Level.MINIMAL, 0, 0), (Level.SUMMARY, 1, 2), (Level.DETAIL, 1, 2)],
)
def test_what_a_walk_becomes_at_each_level(record: SessionRecord, level: Level, summaries: int, rows: int):
    documents = documents_of(replace(HOME, level=level))
    assert len(documents(record, None)) == summaries
    messages = documents(record, lambda: walked(7201))
    assert [message.kind for message in messages] == [DocumentKind.SUMMARY] * summaries + [DocumentKind.DETAIL] * rows
    for message in messages:
        check(message.topic, message.payload, False, 1, message.expiry_s)
        assert message.session_id == "b17-3-9f2c"


def test_the_rows_are_addressed_and_keyed(record: SessionRecord):
    _, first, second = documents_of(HOME)(record, lambda: walked(7201))
    assert (first.key, second.key) == ("b17-3-9f2c/2/1", "b17-3-9f2c/2/2")
    assert second.topic == "kneemon/v1/ab12cd34/session/detail/b17-3-9f2c/2"
    assert second.expiry_s == SESSION_DETAIL.expiry_s


def test_the_seconds_are_read_only_where_they_are_told(record: SessionRecord):
    def unread() -> list[SecondRow]:
        raise AssertionError("nobody asked for them")

    assert documents_of(replace(HOME, level=Level.MINIMAL))(record, unread) == ()


def test_pain_stays_at_home_in_what_a_walk_becomes(record: SessionRecord):
    (message,) = documents_of(DISCREET)(record, None)
    assert message.payload == summary_document(record, pain=False)


def test_open_questions():
    asked = Questions((OpenQuestion(Ask.PAIN_LATER, "b1", AT.date()), OpenQuestion(Ask.GRADE, "", date(2026, 11, 21))))
    assert news(asked) == {
        "schema": "kneemon.questions/1",
        "ts": "2026-11-22T09:14:05.120Z",
        "open": [
            {"ask": "pain_later", "session_id": "b1", "day": "2026-11-22", "least": 0, "most": 10},
            {"ask": "grade", "session_id": "", "day": "2026-11-21", "least": 1, "most": 4},
        ],
    }
    assert news(asked, DISCREET)["open"] == []


def test_today():
    berlin = timezone(timedelta(hours=1))
    today = Today(AT.date(), "Europe/Berlin", datetime(2026, 11, 23, tzinfo=berlin), True, 2140, 1510.97, 2)
    assert news(today) == {
        "schema": "kneemon.today/1",
        "date": "2026-11-22",
        "tz": "Europe/Berlin",
        "steps": 2140,
        "walking_s": 1510,
        "sessions": 2,
        "resets_at": "2026-11-22T23:00:00.000Z",
        "certain": True,
    }


STANDING = PlanStanding(StateName.DELOAD, 3, AT.date(), "The knee was worse on two mornings.")


def test_a_plan():
    plan = PlanToday(
        plan="gentle",
        rev=4,
        standing=STANDING,
        mode=PlanMode.PAUSE,
        walk_day=True,
        limit_s=1200.04,
        cadence_ceiling_spm=110.0,
        rest_s=3600.0,
        own_limit_s=1500.0,
        own_ceiling_spm=112.0,
        wished=LimitWish(20.0, 100.0),
    )
    assert news(plan) == {
        "schema": "kneemon.plan/1",
        "plan_id": "gentle",
        "plan_rev": 4,
        "mode": "pause",
        "state": "deload",
        "week": 3,
        "since": "2026-11-22",
        "reason": "The knee was worse on two mornings.",
        "walk_day": True,
        "limit_s": 1200.0,
        "cadence_ceiling_spm": 110.0,
        "rest_s": 3600.0,
        "own_limit_s": 1500.0,
        "own_ceiling_spm": 112.0,
        "wished_min": 20.0,
        "wished_pace_spm": 100.0,
    }


def test_a_plan_does_not_tell_of_pain_that_stays_at_home():
    document = news(PlanToday("gentle", 4, STANDING, limit_s=600.0), DISCREET)
    assert document["state"] is document["reason"] is document["since"] is None
    assert (document["plan_id"], document["week"], document["limit_s"]) == ("gentle", 3, 600.0)


def test_a_plan_that_stops_is_not_told_of_where_pain_stays_at_home():
    stopped = PlanToday("gentle", 4, STANDING, walk_day=False, limit_s=0.0, own_limit_s=0.0)
    assert news(stopped, HOME)["own_limit_s"] == 0.0
    document = news(stopped, DISCREET)
    assert document["walk_day"] is document["limit_s"] is document["own_limit_s"] is None


def test_a_device_without_a_plan_or_with_one_that_is_not_kept():
    document = news(PlanToday())
    assert {key for key, value in document.items() if value is not None} == {"schema", "mode"}
    assert news(PlanToday("gentle", standing=STANDING))["plan_rev"] is None


def test_settings_in_force():
    assert news(Reported(True, False, "22:00-07:00", True), replace(HOME, level=Level.DETAIL)) == {
        "schema": "kneemon.settings/1",
        "mute": True,
        "silent": False,
        "quiet_hours": "22:00-07:00",
        "level": "detail",
        "raises": True,
    }


def test_what_the_device_speaks():
    about = About("0.1.0", "lis3dh", "waist")
    everything = news(about, replace(HOME, level=Level.DETAIL))
    assert (everything["device"], everything["contract"], everything["level"]) == (DEVICE, "kneemon/v1", "detail")
    assert news(about)["schemas"] == everything["schemas"]  # rows of ten seconds come on request
    assert {"pain.report", "answer", "session.start"} <= set(everything["commands"])
    assert not {"pain.report", "answer"} & set(news(about, DISCREET)["commands"])
    least = news(about, replace(HOME, level=Level.MINIMAL))
    assert least["schemas"] == ["kneemon.info/1", "kneemon.diag/1"]
    assert least["commands"] == least["desired"] == []


def test_how_the_device_does():
    health = Health(81.04, True, 5120, True, "lis3dh", (Problem.STORAGE,))
    backlog = Backlog(3, AT - timedelta(hours=1), 4, 1)
    payload = diag_document(health, backlog, at=AT, last_sync=AT - timedelta(days=1), denied=True)
    check_payload(DIAG, payload)
    assert json.loads(payload) == {
        "schema": "kneemon.diag/1",
        "ts": "2026-11-22T09:14:05.120Z",
        "battery_pct": 81.0,
        "charging": True,
        "disk_free_mb": 5120,
        "outbox": 3,
        "outbox_oldest": "2026-11-22T08:14:05.120Z",
        "dropped": 5,
        "clock": "ntp",
        "last_sync": "2026-11-21T09:14:05.120Z",
        "sensor": "lis3dh",
        "problems": ["storage", "mqtt_denied"],
    }


def test_a_device_of_which_nothing_is_known():
    payload = diag_document(Health(), Backlog(), at=AT, last_sync=None, denied=False)
    check_payload(DIAG, payload)
    document = json.loads(payload)
    for key in ("battery_pct", "charging", "disk_free_mb", "outbox_oldest", "last_sync"):
        assert document[key] is None
    assert (document["outbox"], document["clock"], document["problems"]) == (0, "unsynced", [])


def test_a_problem_is_named_once():
    health = Health(problems=(Problem.DENIED,))
    assert json.loads(diag_document(health, Backlog(), at=AT, last_sync=None, denied=True))["problems"] == [
        "mqtt_denied"
    ]


def test_a_moment():
    payload = event_document(Moment(CueKind.PACE_HIGH, AT, "b1", 121.04, 110.0), "e-4")
    check_payload(EVENT, payload)
    assert json.loads(payload) == {
        "schema": "kneemon.event/1",
        "event_type": "pace_high",
        "event_id": "e-4",
        "ts": "2026-11-22T09:14:05.120Z",
        "session_id": "b1",
        "value": 121.0,
        "limit": 110.0,
    }


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_which_moments_the_home_may_know_of(kind: str):
    moment = Moment(kind, AT)
    assert told(moment, HOME)
    assert told(moment, DISCREET) == (kind not in MOMENTS_OF_PAIN)
    assert not told(moment, replace(HOME, level=Level.MINIMAL))


def test_the_moments_of_pain():
    assert set(MOMENTS_OF_PAIN) == {"pain_rose", "pain_stop", "gave_way", "get_advice"}
    assert set(map(str, LIMIT_CUES)) < set(EVENT_TYPES)


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
    assert document["ts"] == rfc3339(at)
    told_at = datetime.fromisoformat(document["ts"])
    assert timedelta(0) <= at - told_at < timedelta(milliseconds=1)
    assert (document["cadence_spm"] is None) == (cadence_spm is None)


def test_documents_need_no_mqtt_library():
    code = "import sys, kneemon.mqtt.documents, kneemon.mqtt.publisher; sys.exit('paho' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
