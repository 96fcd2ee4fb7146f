# SPDX-License-Identifier: MIT
"""Walks and words written into a store by hand, and the report that is made of it."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from kneemon.app.opened import opened
from kneemon.app.report import Report, report
from kneemon.app.report_sheet import Sheet, on_paper, sheet
from kneemon.chart.words import PAPER, PAPER_WIDE, Look
from kneemon.clock import PacedClock
from kneemon.config.presets import preset_text
from kneemon.export.paper import pdf
from kneemon.language import Language
from kneemon.model.diary import Fact, PlanUsed, Stamp
from kneemon.model.plans import Decision, Dose, PlanState, StateName
from kneemon.model.plans import Prescription as Day
from kneemon.model.records import SessionRecord, TimeAnchor, TimeQuality
from kneemon.model.sessions import EndReason, SessionSummary
from kneemon.store import Store

MONDAY = date(2026, 11, 2)
TODAY = date(2026, 11, 17)  # two whole weeks, and a day
BOOT = "4f1c"
WEEKS = 5  # of the life
ENGLISH = Language("en")


def at(day: date, hour: int = 9) -> PacedClock:
    """It is that hour (UTC) of that day, known to be right."""
    utc = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    began = datetime(MONDAY.year, MONDAY.month, MONDAY.day, tzinfo=UTC)
    return PacedClock(start=TimeAnchor(BOOT, 1e6 + (utc - began).total_seconds(), utc, synchronised=True))


class Diary:
    """Writes a store, fact by fact; `close` before it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._store = Store.open(path, documents_of=lambda *_: (), clock=at(MONDAY))

    def tell(self, fact: Fact, day: date, hour: int = 9) -> None:
        anchor = at(day, hour).anchor()
        self._store.write(fact, Stamp(BOOT, anchor.monotonic_s, anchor.utc, True, "UTC"))

    def plan(self, day: date = MONDAY, minutes: float = 10.0, name: str = "six_week.toml") -> None:
        """Followed from that day on, at three walks a week."""
        rev = self._store.keep_plan(name, preset_text("six_week", day))
        self.tell(PlanUsed(rev), day)
        self.decide(day, StateName.BASELINE, minutes, "12.4-BEGIN", "The plan begins.")

    def decide(self, day: date, state: StateName, minutes: float, rule: str, reason: str) -> None:
        held = PlanState(state, day, day, 0, Dose(minutes, 3, 110.0, 30.0), day)
        self.tell(Decision(rule, day, day, None, held, reason), day)

    def walk(self, day: date, minutes: float = 10.0, *, hour: int = 10, ceiling: float | None = 110.0, **facts) -> str:
        """facts: of the summary."""
        anchor = at(day, hour).anchor()
        dose = Day("p", day, 1, 600.0, 600.0, 180.0, 180.0, ceiling, 6)
        begun = SessionRecord(
            device=self._store.device, session_id=self._store.next_session_id(BOOT), revision=1, boot_id=BOOT,
            started_at=anchor.utc, ended_at=anchor.utc, tz="UTC", time_quality=TimeQuality.NTP, worn="waist",
            sensor="canned", software="0", summary=SessionSummary.begun(anchor.monotonic_s, dose), final=False,
        )  # fmt: skip
        self._store.begin(begun)
        seconds = 60.0 * minutes
        known = {
            "ended_s": anchor.monotonic_s + seconds, "steps": int(100 * minutes), "walking_s": seconds,
            "main_s": seconds, "bouts": 1, "cadence_mean_spm": 100.0, "cadence_p95_spm": 106.0,
            "end_reason": EndReason.COMMAND,
        } | facts  # fmt: skip
        walked = replace(begun.summary, **known)
        self._store.end(
            replace(begun, ended_at=anchor.utc + timedelta(seconds=seconds), summary=walked, final=True)
        )  # fmt: skip
        return begun.session_id

    def close(self) -> Path:
        self._store.close()
        return self.path


@contextmanager
def reported(
    store: Path,
    weeks: int = 2,
    day: date = TODAY,
    language: Language = ENGLISH,
    looks: tuple[Look, Look] = (PAPER, PAPER_WIDE),
) -> Iterator[tuple[Report, Sheet]]:
    with opened(store, at(day), "UTC") as reading:
        made = report(reading, weeks)
        yield made, sheet(reading, made, language, *looks)


def printed(made: Sheet, folder: Path) -> tuple[dict[str, str], str]:
    """What poppler says of the PDF, and the text that it reads there."""
    file = folder / "report.pdf"
    file.write_bytes(pdf(on_paper(made)))
    about = subprocess.run(["pdfinfo", file], check=True, capture_output=True, text=True).stdout
    told = subprocess.run(["pdftotext", "-layout", file, "-"], check=True, capture_output=True, text=True).stdout
    return dict(line.split(":", 1) for line in about.splitlines() if ":" in line), told
