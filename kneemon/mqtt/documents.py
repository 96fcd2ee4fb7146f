# SPDX-License-Identifier: MIT
"""The documents kneemon publishes, made of the model's words in the shapes of `shapes`: pure, and the same bytes for
the same facts.

Where pain stays at home no document tells of pain, of a knee that gave way, or of where the plan stands because of it.
What goes out at which level is the business of the topics' table and of whoever publishes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from kneemon.model.cues import CueKind
from kneemon.model.home import (
    About,
    Health,
    LastWalk,
    LiveState,
    Moment,
    OpenQuestion,
    PlanToday,
    Problem,
    Questions,
    Reported,
    Today,
)
from kneemon.model.questions import ANSWERS
from kneemon.model.records import Backlog, DocumentKind, OutboxMessage, SecondRow, SessionRecord
from kneemon.model.sessions import INTERRUPTED, Activity, Alert
from kneemon.mqtt import shapes
from kneemon.mqtt.settings import BrokerSettings
from kneemon.mqtt.shapes import encoded
from kneemon.mqtt.topics import (
    ABOUT_PAIN,
    SESSION_DETAIL,
    SESSION_SUMMARY,
    TOPICS,
    CommandName,
    Desired,
    Direction,
    Level,
)
from kneemon.ports import DocumentsOf, Seconds

ALERTS_OF_PAIN = (CueKind.PAIN_ROSE, CueKind.PAIN_STOP)
MOMENTS_OF_PAIN = (*map(str, ALERTS_OF_PAIN), "gave_way", "get_advice")
ROW_S = 10
ROWS = 720  # two hours: at most 13 kB
RESTING, OVER_PACE, PAUSED = 1, 2, 4  # the flags of a row


def rfc3339(at: datetime) -> str:
    """An instant (aware) as every document writes it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def state_document(state: LiveState, *, at: datetime, boot_id: str, seq: int) -> bytes:
    """The live state as of `at` (aware)."""
    return encoded(
        shapes.StateDocument(
            ts=rfc3339(at),
            boot_id=boot_id,
            seq=seq,
            session=shapes.Going(state.session),
            session_id=state.session_id,
            steps=state.steps,
            cadence_spm=_tenth_or_null(state.cadence_spm),
            elapsed_s=_tenth_or_null(state.elapsed_s),
            remaining_s=_tenth_or_null(state.remaining_s),
            limit_s=_tenth_or_null(state.limit_s),
            over=state.over,
        )
    )


def news_document(
    news: Questions | Today | PlanToday | Reported | About, *, at: datetime, device: str, settings: BrokerSettings
) -> bytes:
    """What is told of each kind of news, as of `at` (aware)."""
    match news:
        case Questions():
            return encoded(_questions(news, at, pain=settings.publish_pain))
        case Today():
            return encoded(_today(news))
        case PlanToday():
            return encoded(_plan(news, pain=settings.publish_pain))
        case Reported():
            return encoded(_settings(news, settings.level))
        case About():
            return encoded(_info(news, device, settings))


def diag_document(health: Health, backlog: Backlog, *, at: datetime, last_sync: datetime | None, denied: bool) -> bytes:
    """How the device does as of `at` (aware). denied: the broker refuses a topic."""
    problems = (*health.problems, Problem.DENIED) if denied else health.problems
    return encoded(
        shapes.DiagDocument(
            ts=rfc3339(at),
            battery_pct=_tenth_or_null(health.battery_percent),
            charging=health.charging,
            disk_free_mb=health.disk_free_mb,
            outbox=backlog.documents,
            outbox_oldest=None if backlog.oldest is None else rfc3339(backlog.oldest),
            dropped=backlog.dropped_detail + backlog.dropped_summaries,
            clock="ntp" if health.clock_known else "unsynced",
            last_sync=None if last_sync is None else rfc3339(last_sync),
            sensor=health.sensor,
            problems=tuple(dict.fromkeys(problems)),
        )
    )


def told(moment: Moment, settings: BrokerSettings) -> bool:
    """The home may know of this moment."""
    return settings.level >= Level.SUMMARY and (settings.publish_pain or moment.kind not in MOMENTS_OF_PAIN)


def event_document(moment: Moment, event_id: str) -> bytes:
    """What has just happened."""
    return encoded(
        shapes.EventDocument(
            event_type=moment.kind,
            event_id=event_id,
            ts=rfc3339(moment.at),
            session_id=moment.session_id,
            value=_tenth_or_null(moment.value),
            limit=_tenth_or_null(moment.limit),
        )
    )


def last_document(walk: LastWalk, *, pain: bool) -> bytes:
    """The summary of the newest walk; nothing at all when there is none."""
    return b"" if walk.record is None else summary_document(walk.record, pain=pain)


def documents_of(settings: BrokerSettings) -> DocumentsOf:
    """What a walk that is over becomes at the settings' level: its summary and, given its seconds, its rows."""

    def documents(record: SessionRecord, seconds: Seconds | None) -> Sequence[OutboxMessage]:
        if settings.level < Level.SUMMARY:
            return ()
        rows = () if seconds is None else detail_documents(record, seconds())
        return (
            summary_message(record, pain=settings.publish_pain),
            *(_detail_message(record, chunk, payload) for chunk, payload in enumerate(rows, 1)),
        )

    return documents


def summary_message(record: SessionRecord, *, pain: bool = True) -> OutboxMessage:
    """The summary on its way out; its key makes a second delivery harmless."""
    return OutboxMessage(
        key=f"{record.session_id}/{record.revision}",
        topic=SESSION_SUMMARY.path(record.device),
        payload=summary_document(record, pain=pain),
        session_id=record.session_id,
        kind=DocumentKind.SUMMARY,
        expiry_s=SESSION_SUMMARY.expiry_s,
    )


def summary_document(record: SessionRecord, *, pain: bool = True) -> bytes:
    """The session's summary."""
    summary = record.summary
    plan = summary.prescription
    return encoded(
        shapes.SummaryDocument(
            device=record.device,
            session_id=record.session_id,
            revision=record.revision,
            final=record.final,
            started_at=rfc3339(record.started_at),
            ended_at=rfc3339(record.ended_at),
            tz=record.tz,
            time_quality=record.time_quality,
            time_error_s=_tenth_or_null(record.time_error_s),
            boot_id=record.boot_id,
            mono_start_s=_tenth(summary.started_s),
            duration_s=_tenth(summary.duration_s),
            walking_s=_tenth(summary.walking_s),
            rest_s=_tenth(summary.rest_s),
            paused_s=_tenth(summary.paused_s),
            steps=summary.steps,
            cadence_mean_spm=_tenth_or_null(summary.cadence_mean_spm),
            cadence_p95_spm=_tenth_or_null(summary.cadence_p95_spm),
            moderate_s=_tenth(summary.moderate_s),
            plan_id=None if plan is None else plan.plan,
            plan_rev=None if plan is None else plan.plan_rev or None,
            plan_state=plan.state if plan is not None and pain else None,
            limit_s=None if plan is None else _tenth(plan.limit_s),
            over_pace_s=None if plan is None or plan.cadence_ceiling_spm is None else _tenth(summary.over_pace_s),
            over_limit_s=None if plan is None else _tenth(summary.over_limit_s),
            alerts=_alerts(summary.alerts, pain=pain),
            pain=_pain(record) if pain else None,
            gave_way=_gave_way(summary.gave_way_s) if pain else None,
            sensor=record.sensor,
            worn=record.worn,
            gaps_s=_tenth(summary.gaps_s),
            gaps=summary.gaps,
            interrupted=summary.end_reason in INTERRUPTED,
            end_reason=summary.end_reason,
            sw=record.software,
        )
    )


def detail_documents(record: SessionRecord, seconds: Sequence[SecondRow]) -> tuple[bytes, ...]:
    """The walk in rows of ten seconds, in as many chunks as it takes; none when no second was stored."""
    rows = _rows(seconds)
    chunks = [rows[first : first + ROWS] for first in range(0, len(rows), ROWS)]
    return tuple(
        encoded(
            shapes.DetailDocument(
                device=record.device,
                session_id=record.session_id,
                revision=record.revision,
                chunk=number,
                chunks=len(chunks),
                t0_s=float((number - 1) * ROWS * ROW_S),
                dt_s=float(ROW_S),
                steps=tuple(sum(second.steps for second in row) if row else None for row in chunk),
                cadence_spm=tuple(map(_cadence, chunk)),
                flags=tuple(map(_flags, chunk)),
            )
        )
        for number, chunk in enumerate(chunks, 1)
    )


def _detail_message(record: SessionRecord, chunk: int, payload: bytes) -> OutboxMessage:
    return OutboxMessage(
        key=f"{record.session_id}/{record.revision}/{chunk}",
        topic=SESSION_DETAIL.path(record.device, session_id=record.session_id, chunk=chunk),
        payload=payload,
        session_id=record.session_id,
        kind=DocumentKind.DETAIL,
        expiry_s=SESSION_DETAIL.expiry_s,
    )


def _rows(seconds: Sequence[SecondRow]) -> list[list[SecondRow]]:
    """The seconds of each row; a second is told at its end."""
    rows: list[list[SecondRow]] = []
    for second in seconds:
        place = max(0, int((second.elapsed_s - 0.5) // ROW_S))
        rows.extend([] for _ in range(place + 1 - len(rows)))
        rows[place].append(second)
    return rows


def _cadence(row: Sequence[SecondRow]) -> float | None:
    known = [second.cadence_spm for second in row if second.cadence_spm is not None]
    return _tenth(sum(known) / len(known)) if known else None


def _flags(row: Sequence[SecondRow]) -> int | None:
    if not row:
        return None
    activities = {second.activity for second in row}
    flags = RESTING if Activity.RESTING in activities else 0
    flags += OVER_PACE if any(second.over_pace for second in row) else 0
    return flags + (PAUSED if Activity.PAUSED in activities else 0)


def _questions(questions: Questions, at: datetime, *, pain: bool) -> shapes.QuestionsDocument:
    open_ones = questions.open if pain else ()
    return shapes.QuestionsDocument(ts=rfc3339(at), open=tuple(map(_question, open_ones)))


def _question(question: OpenQuestion) -> shapes.QuestionEntry:
    allowed = ANSWERS[question.ask]
    return shapes.QuestionEntry(question.ask, question.session_id, question.day.isoformat(), allowed[0], allowed[-1])


def _today(today: Today) -> shapes.TodayDocument:
    return shapes.TodayDocument(
        date=today.day.isoformat(),
        tz=today.tz,
        steps=today.steps,
        walking_s=int(today.walking_s),  # whole seconds, and never more than were walked: it only grows
        sessions=today.sessions,
        resets_at=rfc3339(today.ends_at),
        certain=today.certain,
    )


def _plan(plan: PlanToday, *, pain: bool) -> shapes.PlanDocument:
    standing = plan.standing
    why = standing if pain else None
    if not pain and plan.own_limit_s == 0:  # a plan that stops tells of a warning sign
        plan = replace(plan, walk_day=None, limit_s=None, own_limit_s=None)
    return shapes.PlanDocument(
        plan_id=plan.plan,
        plan_rev=plan.rev or None,
        mode=plan.mode,
        state=None if why is None else why.state,
        week=None if standing is None else standing.week,
        since=None if why is None else why.since.isoformat(),
        reason=None if why is None else why.reason,
        walk_day=plan.walk_day,
        limit_s=_tenth_or_null(plan.limit_s),
        cadence_ceiling_spm=_tenth_or_null(plan.cadence_ceiling_spm),
        rest_s=_tenth_or_null(plan.rest_s),
        own_limit_s=_tenth_or_null(plan.own_limit_s),
        own_ceiling_spm=_tenth_or_null(plan.own_ceiling_spm),
        wished_min=_tenth_or_null(plan.wished.minutes),
        wished_pace_spm=_tenth_or_null(plan.wished.pace_spm),
    )


def _settings(reported: Reported, level: Level) -> shapes.SettingsDocument:
    return shapes.SettingsDocument(
        mute=reported.mute,
        silent=reported.silent,
        quiet_hours=reported.quiet_hours,
        level=level.name.lower(),
        raises=reported.raises,
    )


def _info(about: About, device: str, settings: BrokerSettings) -> shapes.InfoDocument:
    """Which documents may come, and what may be sent."""
    level = settings.level
    heard = level >= Level.SUMMARY
    shown = [topic for topic in TOPICS if topic.direction is Direction.OUT and min(topic.level, Level.SUMMARY) <= level]
    schemas = (shapes.schema_of(topic.document) for topic in shown if topic.document)
    return shapes.InfoDocument(
        device=device,
        sw=about.software,
        sensor=about.sensor,
        worn=about.worn,
        level=level.name.lower(),
        schemas=tuple(dict.fromkeys(filter(None, schemas))),
        commands=tuple(c for c in CommandName if settings.publish_pain or c not in ABOUT_PAIN) if heard else (),
        desired=tuple(Desired) if heard else (),
    )


def _alerts(alerts: Iterable[Alert], *, pain: bool) -> tuple[shapes.AlertEntry, ...]:
    return tuple(
        shapes.AlertEntry(alert.kind, _tenth(alert.at_s), _tenth_or_null(alert.value), _tenth_or_null(alert.limit))
        for alert in alerts
        if pain or alert.kind not in ALERTS_OF_PAIN
    )


def _pain(record: SessionRecord) -> shapes.PainReport:
    told_so_far, summary = record.pain_told, record.summary
    return shapes.PainReport(
        before=summary.pain_before if told_so_far.before is None else told_so_far.before,
        after=told_so_far.after,
        later=told_so_far.later,
        morning=told_so_far.morning,
        marks=tuple(shapes.PainEntry(_tenth(mark.at_s), mark.score) for mark in summary.pains),
    )


def _gave_way(times_s: tuple[float, ...]) -> shapes.GaveWayEntry:
    return shapes.GaveWayEntry(len(times_s), tuple(_tenth(at_s) for at_s in times_s))


def _tenth(value: float) -> float:
    return round(value, 1)


def _tenth_or_null(value: float | None) -> float | None:
    return None if value is None else _tenth(value)
