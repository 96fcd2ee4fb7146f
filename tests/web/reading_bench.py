# SPDX-License-Identifier: MIT
"""Made-up lives and hand-made walks for the tests of the pages that are read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kneemon.clock import PacedClock, SystemClock
from kneemon.model.diary import Aid, Fact, Knee, PainAnswer, Profile, Stamp, Tags, WalkNote
from kneemon.model.plans import Part
from kneemon.model.questions import Ask
from kneemon.model.records import EventRow, SessionRecord, TimeAnchor, TimeQuality
from kneemon.model.sessions import Activity, EndReason, Progress, SessionSummary
from kneemon.store import Store

HOSTILE = "<script>alert('x')</script> =1+1 & \"so\""
BOOT = "4f1c"
LASTED_S = 120.0
GAP_S = 30.0


def now() -> datetime:
    return SystemClock().anchor().utc.replace(microsecond=0)


def walk(name: str, began: datetime, quality: TimeQuality = TimeQuality.NTP) -> SessionRecord:
    """Two minutes without a plan, half a minute of it without signal."""
    summary = replace(
        SessionSummary.begun(1000.0, None),
        ended_s=1000.0 + LASTED_S,
        steps=150,
        walking_s=LASTED_S - GAP_S,
        main_s=LASTED_S - GAP_S,
        gaps=1,
        gaps_s=GAP_S,
        cadence_mean_spm=100.0,
        cadence_p95_spm=104.0,
        end_reason=EndReason.COMMAND,
    )
    ended = began + timedelta(seconds=LASTED_S)
    return SessionRecord(
        "dev1", name, 1, BOOT, began, ended, "Asia/Tokyo", quality, "waist", HOSTILE, "0.1.0", summary, True
    )


def hand_made(path: Path) -> None:
    """Walk "plain" with a gap and hostile words about it, "lost" at an hour that nobody knows. No plan."""
    at = now() - timedelta(days=1)
    clock = PacedClock(start=TimeAnchor(BOOT, 1000.0, at, synchronised=True))
    store = Store.open(path, documents_of=lambda *_: (), clock=clock)
    for record in (walk("plain", at), replace(walk("lost", at, TimeQuality.UNSYNCED), boot_id="never-known")):
        begun = replace(record, final=False, summary=SessionSummary.begun(1000.0, None))
        store.begin(begun)
        for second in range(int(LASTED_S)):
            if not 40 <= second < 40 + GAP_S:
                elapsed_s = second + 1.0
                store.progress(
                    record.session_id,
                    Progress(
                        1000.0 + elapsed_s, elapsed_s, 2, 100.0, Activity.WALKING, Part.FREE, None, False,
                        begun.summary,
                    ),
                )  # fmt: skip
        store.note(record.session_id, EventRow(40.0, "gap", GAP_S, unit="s"))
        store.end(record)
    tell(store, at, PainAnswer(Ask.PAIN_BEFORE, 2, "plain"))
    tell(store, at, WalkNote("plain", HOSTILE, "physio"))
    tell(store, at, Tags("plain", shoes=HOSTILE))
    store.close()


def tell(store: Store, at: datetime, fact: Fact) -> None:
    store.write(fact, Stamp(BOOT, 1000.0, at.astimezone(UTC), True, "Asia/Tokyo"))


def set_up(path: Path) -> None:
    """A store that knows the knee and nothing else."""
    clock = PacedClock(start=TimeAnchor(BOOT, 1000.0, now(), synchronised=True))
    store = Store.open(path, documents_of=lambda *_: (), clock=clock)
    tell(store, now(), Profile(Knee.LEFT, Aid.NONE, consent=True))
    store.close()
