# SPDX-License-Identifier: MIT
"""`python tests/mqtt/renew_fixtures.py` writes the newest folder of fixtures anew: one example of each document, its
variants where something is not known, and what Home Assistant is told in both forms.

After a release its folder is never written again: a version that adds a key gets a folder of its own beside it, and
must still be able to read the old one.
"""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec

from kneemon.model.diary import LimitWish
from kneemon.model.home import (
    About,
    Health,
    LiveState,
    Moment,
    News,
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
from kneemon.model.records import Backlog, PainTold, SessionRecord, TimeQuality
from kneemon.model.sessions import EndReason, PainMark
from kneemon.mqtt.commands import Ack, ack_document
from kneemon.mqtt.discovery import announcements
from kneemon.mqtt.documents import (
    detail_documents,
    diag_document,
    event_document,
    news_document,
    state_document,
    summary_document,
)
from kneemon.mqtt.examples import DEVICE, SETTINGS_OF_IT, examples, record, seconds
from kneemon.mqtt.schemas import file_of
from kneemon.mqtt.settings import BrokerSettings
from kneemon.mqtt.shapes import CommandDocument, Status
from kneemon.mqtt.topics import TOPICS, CommandName, Desired, Level
from kneemon.mqtt.wishes import Wish

FIXTURES = Path(__file__).with_name("fixtures")
NEWEST = FIXTURES / "v1"
VARIANTS = "variants"  # the folders below it: document.variant.json,
DISCOVERY = "discovery"  # and topic → payload

AT = datetime(2026, 11, 22, 9, 14, 5, 120_000, tzinfo=UTC)
DAY = date(2026, 11, 22)
PACED = LimitWish(None, 90.0)
AT_HOME = replace(SETTINGS_OF_IT, publish_pain=False)
FORMS = {
    "device": SETTINGS_OF_IT,
    "device.no-pain": AT_HOME,
    "device.minimal": replace(SETTINGS_OF_IT, level=Level.MINIMAL),
    "component": replace(SETTINGS_OF_IT, discovery="component"),
}


def name_of(topic_document: type) -> str:
    """The fixture of a document, such as state-1.json."""
    return file_of(topic_document).replace(".schema", "")


def made() -> dict[str, str]:
    """The fixtures of this version by name."""
    shown = examples()
    return {
        name_of(topic.document): _pretty(json.loads(shown[topic])) for topic in TOPICS if topic.document is not None
    }


def made_variants() -> dict[str, str]:
    """The same documents where something is not known, not told, or the other way round."""
    walk = record()
    documents = {
        **_walks(walk),
        "session.detail-1.one-row": detail_documents(walk, seconds()[:10])[0],
        "state-1.idle": state_document(LiveState("idle"), at=AT, boot_id="4f1c", seq=1),
        "state-1.begun": state_document(
            LiveState("resting", walk.session_id, steps=0, remaining_s=1200.0, limit_s=1200.0),
            at=AT,
            boot_id="4f1c",
            seq=2,
        ),
        "state-1.no-plan": state_document(
            LiveState("walking", walk.session_id, 12, 101.5, 10.0), at=AT, boot_id="4f1c", seq=3
        ),
        "today-1.uncertain": _news(Today(DAY, "UTC", datetime(2026, 11, 23, tzinfo=UTC), False)),
        "plan-1.none": _news(PlanToday()),
        "plan-1.begun": _news(PlanToday("gentle", 1, walk_day=False, limit_s=0.0, rest_s=None, own_limit_s=0.0)),
        "plan-1.paused": _news(
            PlanToday(
                "gentle", 4, PlanStanding(StateName.PAUSED, 3, DAY, "You paused it."), PlanMode.PAUSE, wished=PACED
            )
        ),
        "plan-1.no-pain": _news(
            PlanToday("gentle", 4, PlanStanding(StateName.HOLD, 3, DAY, "It hurt."), limit_s=900.0), AT_HOME
        ),
        "settings-1.open": _news(
            Reported(mute=True, silent=True, raises=True), replace(SETTINGS_OF_IT, level=Level.DETAIL)
        ),
        "info-1.no-sensor": _news(About("0.1.0", "", "other")),
        "questions-1.none": _news(Questions()),
        "questions-1.all": _news(Questions(tuple(OpenQuestion(ask, walk.session_id, DAY) for ask in _asked()))),
        "questions-1.no-pain": _news(Questions((OpenQuestion(Ask.PAIN_END, walk.session_id, DAY),)), AT_HOME),
        "diag-1.unsynced": diag_document(Health(), Backlog(), at=AT, last_sync=None, denied=False),
        "diag-1.in-trouble": diag_document(
            Health(4.0, True, 0, False, "", tuple(Problem)),
            Backlog(70, AT - timedelta(days=9), dropped_summaries=2, dropped_detail=9),
            at=AT,
            last_sync=None,
            denied=True,
        ),
        "event-1.walk_started": event_document(Moment("walk_started", AT, walk.session_id), "3d07a1c2-1"),
        "event-1.gave_way": event_document(Moment("gave_way", AT), "3d07a1c2-2"),
        "command-1.bare": msgspec.json.encode(CommandDocument(cmd=CommandName.IDENTIFY)),
        "ack-1.done": ack_document(
            Ack(Status.DONE, "The walk is over.", id="c-1", cmd=CommandName.SESSION_STOP), at=AT
        ),
        "ack-1.unreadable": ack_document(Ack(Status.REJECTED, "That is no command.", "bad_json"), at=AT),
        "desired.result-1.accepted": Wish(DEVICE, Desired.MUTE, "ON").judged(
            None, "Muted until the walk is over.", accepted=True, at=AT
        ),
    }
    return {f"{name}.json": _pretty(json.loads(payload)) for name, payload in documents.items()}


def made_discovery() -> dict[str, str]:
    """What Home Assistant is told, in each form."""
    about = About("0.1.0", "lis3dh", "waist")
    return {
        f"{name}.json": _pretty(
            {
                topic: json.loads(payload) if payload else None
                for topic, payload in sorted(announcements(DEVICE, about, settings).items())
            }
        )
        for name, settings in FORMS.items()
    }


def folders() -> dict[Path, dict[str, str]]:
    """All that is kept of this version: each folder's files."""
    return {NEWEST: made(), NEWEST / VARIANTS: made_variants(), NEWEST / DISCOVERY: made_discovery()}


def _walks(walk: SessionRecord) -> dict[str, bytes]:
    summary = walk.summary
    bare = replace(
        summary,
        prescription=None,
        cadence_mean_spm=None,
        cadence_p95_spm=None,
        alerts=(),
        pains=(),
        gave_way_s=(),
        pain_before=None,
        bouts=0,
        steps=0,
        walking_s=0.0,
    )
    unsynced = replace(walk, time_quality=TimeQuality.UNSYNCED, time_error_s=None)
    often = replace(summary, gave_way_s=(12.0, 811.0, 1100.5))
    morning = replace(walk, revision=5, pain_told=PainTold(0, 10, 4, 2))
    return {
        "session.summary-1.no-pain": summary_document(walk, pain=False),
        "session.summary-1.no-plan": summary_document(replace(walk, summary=replace(summary, prescription=None))),
        "session.summary-1.unsynced": summary_document(unsynced),
        "session.summary-1.gave_way": summary_document(replace(walk, summary=often)),
        "session.summary-1.all-pain": summary_document(morning),
        "session.summary-1.no-answer": summary_document(
            replace(walk, summary=replace(summary, pains=(PainMark(7.0, None),)), pain_told=PainTold())
        ),
        "session.summary-1.no-end": summary_document(replace(walk, summary=replace(summary, end_reason=None))),
        "session.summary-1.power_loss": summary_document(
            replace(walk, summary=replace(bare, end_reason=EndReason.POWER_LOSS), pain_told=PainTold())
        ),
    }


def _asked() -> list[Ask]:
    return [Ask.PAIN_END, Ask.PAIN_LATER, Ask.PAIN_MORNING]


def _news(news: News, settings: BrokerSettings = SETTINGS_OF_IT) -> bytes:
    return news_document(news, at=AT, device=DEVICE, settings=settings)  # type: ignore[arg-type]


def _pretty(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for folder, files in folders().items():
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
