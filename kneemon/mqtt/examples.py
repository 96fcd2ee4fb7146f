# SPDX-License-Identifier: MIT
"""A document of each kind, made of one invented walk by the same builders as the real ones: for the reference page, and
kept as what a later version must still be able to read."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import msgspec

from kneemon.model.cues import CueKind
from kneemon.model.diary import LimitWish
from kneemon.model.home import (
    About,
    Health,
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
from kneemon.model.plans import Part, Prescription, StateName
from kneemon.model.questions import Ask
from kneemon.model.records import Backlog, PainTold, SecondRow, SessionRecord, TimeQuality
from kneemon.model.sessions import Activity, Alert, EndReason, PainMark, SessionSummary
from kneemon.mqtt.commands import Ack, Code, ack_document
from kneemon.mqtt.documents import (
    detail_documents,
    diag_document,
    event_document,
    news_document,
    rfc3339,
    state_document,
    summary_document,
)
from kneemon.mqtt.settings import BrokerSettings
from kneemon.mqtt.shapes import CommandDocument, Going, Status, StoredDocument
from kneemon.mqtt.topics import (
    ACK,
    AVAILABILITY,
    COMMAND,
    DESIRED,
    DESIRED_RESULT,
    DIAG,
    EVENT,
    INFO,
    PLAN,
    QUESTIONS,
    SESSION_ACK,
    SESSION_DETAIL,
    SESSION_LAST,
    SESSION_SUMMARY,
    SETTINGS,
    STATE,
    TODAY,
    CommandName,
    Desired,
    Topic,
)
from kneemon.mqtt.wishes import Wish

DEVICE = "ab12cd34"
SETTINGS_OF_IT = BrokerSettings("homeassistant.local")

_SESSION = "b17-3-9f2c"
_AT = datetime(2026, 11, 22, 9, 14, 5, 120_000, tzinfo=UTC)
_DAY = _AT.date()
_SOFTWARE = "0.1.0"


def record() -> SessionRecord:
    """A walk with something in every field."""
    summary = SessionSummary(
        started_s=812.4,
        ended_s=2017.0,
        steps=1830,
        walking_s=1130.0,
        main_s=900.0,
        over_pace_s=42.0,
        over_limit_s=0.0,
        gaps_s=1.5,
        gaps=2,
        bouts=3,
        clipped=0,
        cadence_mean_spm=97.1,
        cadence_p95_spm=109.0,
        prescription=Prescription(
            "gentle", _DAY, 3, 1500.0, 1200.0, 180.0, 180.0, 110.0, 6, plan_rev=4, state=StateName.PROGRESS
        ),
        alerts=(Alert(CueKind.PACE_HIGH, 412.0, 121.0, 110.0), Alert(CueKind.PAIN_ROSE, 700.0, 5.0, 4.0)),
        pains=(PainMark(700.0, 5), PainMark(940.0, None)),
        end_reason=EndReason.COMMAND,
        paused_s=20.0,
        gave_way_s=(811.0,),
        pain_before=2,
        moderate_s=421.0,
    )
    return SessionRecord(
        device=DEVICE,
        session_id=_SESSION,
        revision=2,
        boot_id="4f1c",
        started_at=_AT,
        ended_at=_AT + timedelta(seconds=summary.duration_s),
        tz="Europe/Berlin",
        time_quality=TimeQuality.NTP,
        worn="waist",
        sensor="lis3dh",
        software=_SOFTWARE,
        summary=summary,
        final=True,
        time_error_s=0.1,
        pain_told=PainTold(before=2, after=3),
    )


def seconds() -> tuple[SecondRow, ...]:
    """Forty seconds of the walk: walking, too fast, without signal, resting."""
    walking = [SecondRow(at_s, 2, 98.0, Activity.WALKING, Part.WARM_UP, False) for at_s in range(1, 11)]
    fast = [SecondRow(at_s, 2, 118.0, Activity.WALKING, Part.MAIN, at_s > 14) for at_s in range(11, 21)]
    resting = [SecondRow(at_s, 0, None, Activity.RESTING, Part.MAIN, False) for at_s in range(31, 41)]
    return (*walking, *fast, *resting)


def examples() -> Mapping[Topic, bytes]:
    """What each topic may carry."""
    walk = record()
    return {
        AVAILABILITY: b"online",
        INFO: _news(About(_SOFTWARE, "lis3dh", "waist")),
        STATE: state_document(
            LiveState(Going.WALKING, _SESSION, 812, 101.5, 660.0, 540.0, 1200.0, (CueKind.PACE_HIGH,)),
            at=_AT,
            boot_id="4f1c",
            seq=132,
        ),
        TODAY: _news(Today(_DAY, "Europe/Berlin", datetime(2026, 11, 22, 23, tzinfo=UTC), True, 2140, 1510.0, 2)),
        PLAN: _news(
            PlanToday(
                "gentle",
                4,
                PlanStanding(StateName.PROGRESS, 3, _DAY, "Last week went well: two minutes more."),
                PlanMode.FOLLOW,
                True,
                1200.0,
                110.0,
                3600.0,
                1500.0,
                110.0,
                LimitWish(20.0, None),
            )
        ),
        SETTINGS: _news(Reported(quiet_hours="22:00-07:00")),
        DIAG: diag_document(
            Health(81.0, False, 5120, True, "lis3dh", (Problem.STORAGE,)),
            Backlog(2, _AT - timedelta(hours=1)),
            at=_AT,
            last_sync=_AT - timedelta(hours=2),
            denied=False,
        ),
        EVENT: event_document(Moment(CueKind.PACE_HIGH, _AT, _SESSION, 121.0, 110.0), "3d07a1c2-4"),
        SESSION_SUMMARY: summary_document(walk),
        SESSION_LAST: summary_document(walk),
        SESSION_DETAIL: detail_documents(walk, seconds())[0],
        QUESTIONS: _news(Questions((OpenQuestion(Ask.PAIN_LATER, _SESSION, _DAY),))),
        COMMAND: msgspec.json.encode(
            CommandDocument(
                cmd=CommandName.PAIN_REPORT,
                id="c-7f",
                args={"score": 3},
                expires_at=rfc3339(_AT + timedelta(seconds=30)),
            )
        ),
        ACK: ack_document(
            Ack(Status.REJECTED, "A walk is on already.", Code.ALREADY_WALKING, "c-80", CommandName.SESSION_START),
            at=_AT,
        ),
        DESIRED: b"20",
        DESIRED_RESULT: Wish(DEVICE, Desired.LIMIT_MIN, "45").judged(
            Code.LIMIT_LOCKED, "The plan allows 25 minutes; more only with allow_remote_raise.", accepted=False, at=_AT
        ),
        SESSION_ACK: msgspec.json.encode(StoredDocument(session_id=_SESSION, revision=2)),
    }


def _news(news: Questions | Today | PlanToday | Reported | About) -> bytes:
    return news_document(news, at=_AT, device=DEVICE, settings=SETTINGS_OF_IT)
