# SPDX-License-Identifier: MIT
"""A process that walks and stores until it is killed: python walk_until_killed.py DATABASE

Each line on standard output is a fact that the one who kills may rely on: `begun NAME`, `ended NAME`, `answered NAME`,
`revised NAME REVISION` and `stored NAME SECOND` once it is committed, `given NAME SECOND` before it is handed over.
"""

import json
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from kneemon.clock import SystemClock
from kneemon.model.diary import PainAnswer, Stamp
from kneemon.model.plans import Part
from kneemon.model.questions import Ask
from kneemon.model.records import DocumentKind, OutboxMessage, PainTold, SessionRecord, TimeQuality
from kneemon.model.sessions import Activity, EndReason, Progress, SessionSummary
from kneemon.ports import Seconds
from kneemon.store import Store

COMMIT_S = 0.02
SECONDS = 60  # of each walk, told as fast as the store takes them


def documents_of(record: SessionRecord, seconds: Seconds | None) -> list[OutboxMessage]:
    """A summary and a chunk of detail."""
    key = f"{record.session_id}/{record.revision}"
    content = {"session_id": record.session_id, "steps": record.summary.steps, "after": record.pain_told.after}
    messages = [OutboxMessage(key, "session/summary", json.dumps(content).encode())]
    if seconds is not None:
        detail = json.dumps([row.elapsed_s for row in seconds()]).encode()
        messages.append(OutboxMessage(f"{key}/0", "session/detail", detail, kind=DocumentKind.DETAIL))
    return messages


def summary(second: int) -> SessionSummary:
    return SessionSummary(
        started_s=100.0,
        ended_s=100.0 + second,
        steps=2 * second,
        walking_s=float(second),
        main_s=float(second),
        over_pace_s=0.0,
        over_limit_s=0.0,
        gaps_s=0.0,
        gaps=0,
        bouts=1,
        clipped=0,
        cadence_mean_spm=None,
        cadence_p95_spm=None,
        prescription=None,
    )


def progress(second: int) -> Progress:
    return Progress(
        t_s=100.0 + second,
        elapsed_s=float(second),
        steps=2,
        cadence_spm=None,
        activity=Activity.WALKING,
        part=Part.FREE,
        remaining_s=None,
        over_pace=False,
        so_far=summary(second),
    )


def tell(*words: object) -> None:
    os.write(1, (" ".join(str(word) for word in words) + "\n").encode())


def main() -> None:
    clock = SystemClock()
    boot_id = clock.anchor().boot_id
    store = Store.open(Path(sys.argv[1]), documents_of=documents_of, detail=True, commit_s=COMMIT_S, clock=clock)
    tell("open")
    for number in count(1):
        name = store.next_session_id(boot_id)
        now = datetime.now(UTC)
        quality, zeros = TimeQuality.NTP, summary(0)
        record = SessionRecord(
            store.device, name, 1, boot_id, now, now, "UTC", quality, "waist", "test", "0", zeros, False
        )
        store.begin(record)
        store.flush()
        tell("begun", name)
        for second in range(1, SECONDS + 1):
            tell("given", name, second)
            store.progress(name, progress(second))
            clock.wait(0.001)
            if second % (5 + number % 7) == 0:
                store.flush()
                tell("stored", name, second)
        record = replace(record, summary=replace(summary(SECONDS), end_reason=EndReason.COMMAND), final=True)
        store.end(record)
        store.flush()
        tell("ended", name)
        stamp = Stamp(boot_id, clock.now_s(), datetime.now(UTC), certain=True, tz="UTC")
        store.write(PainAnswer(Ask.PAIN_END, number % 11, name), stamp)
        store.flush()
        tell("answered", name)
        for revision in range(2, 6):
            store.revise(replace(record, revision=revision, pain_told=PainTold(after=revision)))
            if revision % 2:  # else the next one overtakes it
                store.flush()
                tell("revised", name, revision)


if __name__ == "__main__":
    main()
