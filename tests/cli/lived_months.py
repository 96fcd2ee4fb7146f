# SPDX-License-Identifier: MIT
"""A store in which somebody has lived by the six weeks for two of them; decided by the real rules, day by day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from kneemon.app.plan_in_use import planned
from kneemon.app.programme import Programme
from kneemon.clock import PacedClock
from kneemon.config.presets import preset_text
from kneemon.model.diary import Knee, PainAnswer, Profile
from kneemon.model.questions import Ask
from kneemon.model.records import SessionRecord, TimeAnchor, TimeQuality
from kneemon.model.sessions import EndReason, SessionSummary
from kneemon.store import Store

START = date(2026, 11, 2)  # a Monday
TODAY = date(2026, 11, 17)
BOOT = "4f1c"


def clock_on(day: date, hour: int = 9) -> PacedClock:
    """It is that hour (UTC) of that day, known to be right."""
    utc = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    began = datetime(START.year, START.month, START.day, tzinfo=UTC)
    return PacedClock(start=TimeAnchor(BOOT, 1000.0 + (utc - began).total_seconds(), utc, synchronised=True))


def live(store_path: Path, plan_path: Path) -> None:
    """Two good weeks of three walks each; the walk of the second Friday hurt, up to 6."""
    plan_path.write_text(preset_text("six_week", START))
    for number in range((TODAY - START).days):
        day = START + timedelta(number)
        clock = clock_on(day)
        store = Store.open(store_path, documents_of=lambda *_: (), clock=clock)
        programme = Programme(planned(plan_path, store), store, clock)
        if number == 0:
            programme.tell(Profile(Knee.LEFT, usual_pain=2, tz="UTC", consent=True))
        programme.tell(PainAnswer(Ask.PAIN_MORNING, 2, "", None))
        if day.weekday() in (0, 2, 4):
            minutes = 10.0 if number < 7 else 15.0
            record = _walk(store, clock, minutes)
            programme.walked(record)
            end = 6 if number == 11 else 3
            programme.tell(
                PainAnswer(Ask.PAIN_BEFORE, 2, record.session_id), PainAnswer(Ask.PAIN_END, end, record.session_id)
            )
        store.close()


def _walk(store: Store, clock: PacedClock, minutes: float) -> SessionRecord:
    anchor = clock.anchor()
    begun = SessionRecord(
        device=store.device,
        session_id=store.next_session_id(BOOT),
        revision=1,
        boot_id=BOOT,
        started_at=anchor.utc,
        ended_at=anchor.utc,
        tz="UTC",
        time_quality=TimeQuality.NTP,
        worn="waist",
        sensor="canned",
        software="0",
        summary=SessionSummary.begun(anchor.monotonic_s, None),
        final=False,
    )
    store.begin(begun)
    seconds = 60.0 * minutes
    walked = replace(
        begun.summary,
        ended_s=anchor.monotonic_s + seconds,
        steps=int(100 * minutes),
        walking_s=seconds,
        main_s=seconds,
        moderate_s=seconds / 2,
        bouts=1,
        cadence_mean_spm=100.0,
        cadence_p95_spm=104.0,
        end_reason=EndReason.COMMAND,
    )
    ended = replace(begun, ended_at=anchor.utc + timedelta(seconds=seconds), summary=walked, final=True)
    store.end(ended)
    return ended
