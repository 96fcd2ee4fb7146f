# SPDX-License-Identifier: MIT
"""A walk longer than planned, in a boot whose clock was set afterwards: as `kneemon sessions` shows it."""

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kneemon.app.as_known import on_calendar
from kneemon.app.opened import opened
from kneemon.clock import PacedClock, SystemClock
from kneemon.config.plan_file import EXAMPLE
from kneemon.errors import ExitCode
from kneemon.model.diary import Aid, Knee, Profile, Stamp
from kneemon.model.plans import Prescription
from kneemon.model.records import SessionRecord, TimeAnchor, TimeQuality
from kneemon.model.sessions import EndReason, SessionSummary
from kneemon.store import Store, StoreReader

Kneemon = Callable[..., Any]

PLAN = f"""{EXAMPLE.read_text(encoding="utf-8").partition("[rules]")[0]}
[rules]
overshoot_percent = 140
"""


class TestMoreThanPlanned:
    """25 minutes of 20 in the main part, a minute and a half past dose and cool-down; the clock was not set."""

    LABEL = datetime(2026, 10, 1, 3, 0, tzinfo=UTC)
    ANCHOR = TimeAnchor("77aa", 4600.0, datetime(2026, 11, 22, 10, 0, tzinfo=UTC), synchronised=True)

    @pytest.fixture
    def long(self, tmp_path: Path) -> Path:
        path = tmp_path / "kneemon.db"
        dose = Prescription("gentle", date(2026, 11, 22), 1, 1200.0, 1200.0, 0.0, 0.0, None, 6)
        summary = replace(
            SessionSummary.begun(1000.0, dose),
            ended_s=2800.0,
            steps=3150,
            walking_s=1590.0,
            main_s=1500.0,
            over_limit_s=90.0,
            end_reason=EndReason.COMMAND,
        )
        clock = PacedClock(start=TimeAnchor("77aa", 2800.0, self.LABEL, synchronised=False))
        kept = Store.open(path, documents_of=lambda *_: (), clock=clock)
        record = SessionRecord(
            device=kept.device,
            session_id="b1-1-77aa",
            revision=1,
            boot_id="77aa",
            started_at=self.LABEL,
            ended_at=self.LABEL + timedelta(seconds=1800),
            tz="Europe/Berlin",
            time_quality=TimeQuality.UNSYNCED,
            worn="waist",
            sensor="canned",
            software="0",
            summary=summary,
            final=True,
        )
        kept.begin(record)
        kept.end(record)
        kept.close()
        return path

    def learn_the_time(self, store: Path) -> None:
        kept = Store.open(store, documents_of=lambda *_: (), clock=PacedClock(start=self.ANCHOR))
        kept.keep_anchor(self.ANCHOR)
        kept.close()

    def test_it_shows(self, kneemon: Kneemon, long: Path) -> None:
        told = kneemon("sessions", "--store", long)
        assert "  1:30 132%  " in told.out
        assert told.out.endswith("over, with %: much more than planned was walked, of the planned minutes\n")
        assert max(map(len, told.out.splitlines())) <= 120
        facts = json.loads(kneemon("sessions", "--json", "--store", long).out)
        assert facts["overshoot_percent"] == 132.5
        assert [facts[f"load_{which}"] for which in ("units", "low", "high")] == [1638.0, 1228.5, 2047.5]

    def test_the_rules_say_what_is_much(self, kneemon: Kneemon, long: Path) -> None:
        kept = Store.open(long, documents_of=lambda *_: (), clock=SystemClock())
        kept.keep_plan("example", PLAN)
        kept.close()
        assert "%" not in kneemon("sessions", "--store", long).out
        assert json.loads(kneemon("sessions", "--json", "--store", long).out)["overshoot_percent"] is None

    def test_the_load_with_a_weight_is_the_worked_example(self, long: Path) -> None:
        """30 minutes at 105 steps/min and 85 kg: about 1366 kN·s (evidence, section 5.2); none before it was told."""
        self.learn_the_time(long)
        for day, kns in ((23, None), (22, 1365.8)):
            kept = Store.open(long, documents_of=lambda *_: (), clock=SystemClock())
            at = datetime(2026, 11, day, 7, 0, tzinfo=UTC)
            kept.write(Profile(Knee.LEFT, weight_kg=85.0), Stamp("88bb", 1.0, at, certain=True, tz="Europe/Berlin"))
            kept.close()
            with opened(long, SystemClock()) as reading:
                seen = reading.walk("b1-1-77aa")
            assert seen.load_kns == (None if kns is None else pytest.approx(kns, abs=0.1))

    def test_the_time_is_the_label_until_the_boot_knows_better(self, kneemon: Kneemon, long: Path) -> None:
        assert "  2026-10-01 05:00  " in kneemon("sessions", "--store", long).out
        self.learn_the_time(long)
        assert "  2026-11-22 10:00  " in kneemon("sessions", "--store", long).out
        facts = json.loads(kneemon("sessions", "--json", "--store", long).out)
        assert facts["started_at"] == "2026-11-22T09:00:00+00:00"
        with StoreReader(long) as reader:
            (record,) = reader.sessions()
            shown = on_calendar(record, reader.anchors())
        assert (shown.ended_at - shown.started_at, shown.time_quality) == (timedelta(seconds=1800), TimeQuality.NTP)
        assert on_calendar(record, {}) == record

    def test_the_export_has_it_all(self, kneemon: Kneemon, long: Path, tmp_path: Path) -> None:
        self.learn_the_time(long)
        kept = Store.open(long, documents_of=lambda *_: (), clock=SystemClock())
        at = Stamp("88bb", 1.0, datetime(2026, 11, 22, 7, 0, tzinfo=UTC), certain=True, tz="Europe/Berlin")
        kept.write(Profile(Knee.LEFT, Aid.STICK_OPPOSITE, weight_kg=85.0), at)
        kept.close()
        assert kneemon("export", "--store", long, "--out", tmp_path / "out").code == ExitCode.OK
        with (tmp_path / "out" / "b1-1-77aa_summary.csv").open(encoding="utf-8-sig", newline="") as file:
            (row,) = csv.DictReader(file)
        figures = [row[name] for name in ("overshoot_percent", "load_units", "load_low", "load_high", "load_kns")]
        assert figures == ["132.5", "1474.2", "1105.65", "1842.75", "1229.262"]
        times = [row[name] for name in ("started_local_time", "ended_local_time", "time_quality")]
        assert times == ["2026-11-22 10:00:00", "2026-11-22 10:30:00", "ntp"]

    def test_a_clock_that_was_right_is_not_moved(self, store: Path) -> None:
        with StoreReader(store) as reader:
            anchors = {"4f1c": TimeAnchor("4f1c", 0.0, self.LABEL, synchronised=True)}
            assert [on_calendar(record, anchors) for record in reader.sessions()] == reader.sessions()
