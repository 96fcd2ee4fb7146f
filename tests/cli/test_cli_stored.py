# SPDX-License-Identifier: MIT
"""`kneemon sessions` and `kneemon export`: the stored walks as a table, as JSON, as files; and stores that are none."""

import csv
import json
import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from kneemon.clock import PacedClock, SystemClock
from kneemon.config.plan_file import EXAMPLE
from kneemon.errors import ExitCode
from kneemon.model.diary import Knee, PainAnswer, Profile, Stamp
from kneemon.model.questions import Ask
from kneemon.model.records import TimeAnchor
from kneemon.store import Store, StoreReader

# As kneemon 0.1.0 wrote it.
BEFORE_PAUSES = (
    '{"started_s":812.4,"ended_s":2017.0,"steps":1830,"walking_s":1130.25,"main_s":830.0,"over_pace_s":42.0,'
    '"over_limit_s":0.0,"gaps_s":1.5,"gaps":1,"bouts":2,"clipped":7,"cadence_mean_spm":97.1,"cadence_p95_spm":null,'
    '"prescription":null,"alerts":[{"kind":"pace_high","at_s":412.0,"value":121.0,"limit":110.0}],'
    '"pains":[{"at_s":10.0,"score":null}],"end_reason":"command"}'
)
Kneemon = Callable[..., Any]
FILES = ("session", "summary", "events", "diary")


@pytest.fixture
def names(store: Path) -> list[str]:
    """The two walks, oldest first."""
    with StoreReader(store) as reader:
        return [record.session_id for record in reader.sessions()][::-1]


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    path = tmp_path / "empty.db"
    Store.open(path, documents_of=lambda *_: (), clock=SystemClock()).close()
    return path


class TestSessions:
    def test_a_table_newest_first(self, kneemon: Kneemon, store: Path, names: list[str]) -> None:
        told = kneemon("sessions", "--store", store)
        assert (told.code, told.err) == (ExitCode.OK, "")
        heading, newer, older, legend = (line.split() for line in told.out.splitlines())
        assert heading[:3] == ["session", "began", "lasted"]
        assert newer == [
            names[1],
            "2026-11-22",
            "11:00",
            "40:00",
            "40:00",
            "4800",
            "120",
            "0:00",
            "0:00",
            "–",
            "–",
            "–",
            "–",
            "(still",
            "open)",
        ]
        assert older == [
            names[0],
            "2026-11-22",
            "10:00",
            "1:05",
            "1:05",
            "130",
            "120",
            "0:00",
            "0:00",
            *"––––",
            "the",
            "walker",
        ]
        assert " ".join(legend) == "pain: before, the worst, next morning; – is not known"

    def test_only_the_last(self, kneemon: Kneemon, store: Path, names: list[str]) -> None:
        told = kneemon("sessions", "--last", "1", "--store", store)
        assert names[1] in told.out
        assert names[0] not in told.out

    def test_for_programs(self, kneemon: Kneemon, store: Path, names: list[str]) -> None:
        told = kneemon("sessions", "--json", "--store", store)
        newer, older = (json.loads(line) for line in told.out.splitlines())
        assert newer["end_reason"] is None
        assert older == {
            "session_id": names[0],
            "revision": 1,
            "started_at": "2026-11-22T09:00:00+00:00",
            "tz": "Europe/Berlin",
            "duration_s": 65.0,
            "walking_s": 65.0,
            "paused_s": 0.0,
            "steps": 130,
            "cadence_mean_spm": 120.0,
            "over_pace_s": 0.0,
            "over_limit_s": 0.0,
            "gave_way": 0,
            "end_reason": "command",
            "pain_before": None,
            "pain_worst": None,
            "pain_end": None,
            "pain_later": None,
            "pain_morning": None,
            "colour": None,
            "because": [],
            "overshoot_percent": None,
            "load_units": 67.6,
            "load_low": 50.7,
            "load_high": 84.5,
            "deleted": False,
            "notes": {},
        }

    def test_a_walk_stored_before_there_were_pauses(
        self, kneemon: Kneemon, store: Path, names: list[str], tmp_path: Path
    ) -> None:
        with closing(sqlite3.connect(store)) as connection, connection:
            connection.execute("UPDATE session SET summary = ? WHERE session_id = ?", (BEFORE_PAUSES, names[1]))
        told = kneemon("sessions", "--json", "--last", "1", "--store", store)
        assert (told.code, told.err) == (ExitCode.OK, "")
        facts = json.loads(told.out)
        assert (facts["steps"], facts["walking_s"], facts["paused_s"], facts["gave_way"]) == (1830, 1130.2, 0.0, 0)
        assert facts["duration_s"] == 1204.6
        assert kneemon("export", names[1], "--store", store, "--out", tmp_path).code == ExitCode.OK
        with (tmp_path / f"{names[1]}_summary.csv").open(encoding="utf-8-sig", newline="") as file:
            (row,) = csv.DictReader(file)
        assert (row["rest_s"], row["paused_s"], row["gave_way"]) == ("74.35", "0.0", "0")

    def test_as_configured(self, kneemon: Kneemon, store: Path) -> None:
        assert kneemon("sessions", "--set", f"store.path={store}").out == kneemon("sessions", "--store", store).out

    @pytest.mark.parametrize("how", [[], ["--json"]])
    def test_a_reader_that_has_seen_enough(self, how: list[str], store: Path) -> None:
        reading, writing = os.pipe()
        os.close(reading)
        command = [sys.executable, "-m", "kneemon", "sessions", "--store", str(store), *how]
        process = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False)
        os.close(writing)
        assert (process.returncode, process.stderr) == (ExitCode.OK, b"")


class TestExport:
    def test_the_newest_into_this_folder(
        self, kneemon: Kneemon, store: Path, names: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        here = tmp_path / "here"
        here.mkdir()
        monkeypatch.chdir(here)
        told = kneemon("export", "--store", store)
        assert (told.code, told.err) == (ExitCode.OK, "")
        expected = [f"{names[1]}_{kind}.csv" for kind in FILES]
        assert told.out.splitlines() == expected
        assert sorted(path.name for path in here.iterdir()) == sorted(expected)
        with (here / expected[0]).open(encoding="utf-8-sig", newline="") as file:
            assert len(list(csv.reader(file))) == 1 + 2400

    def test_one_by_name(self, kneemon: Kneemon, store: Path, names: list[str], tmp_path: Path) -> None:
        out = tmp_path / "for" / "the physio"
        told = kneemon("export", names[0], "--store", store, "--out", out)
        assert told.out.splitlines() == [str(out / f"{names[0]}_{kind}.csv") for kind in FILES]

    def test_all(self, kneemon: Kneemon, store: Path, tmp_path: Path) -> None:
        told = kneemon("export", "all", "--store", store, "--out", tmp_path / "out")
        assert told.code == ExitCode.OK
        assert len(told.out.splitlines()) == len(list((tmp_path / "out").iterdir())) == 10, "with the diary's"

    def test_a_name_that_is_none(self, kneemon: Kneemon, store: Path, names: list[str]) -> None:
        told = kneemon("export", names[0][:-1], "--store", store)
        assert told.code == ExitCode.STORE
        assert told.err.startswith(
            f"kneemon: there is no walk '{names[0][:-1]}': expected `latest` or a walk's name, such"
        )
        assert names[0] in told.err

    def test_a_folder_that_is_a_file(self, kneemon: Kneemon, store: Path) -> None:
        told = kneemon("export", "--store", store, "--out", store)
        assert told.code == ExitCode.EXPORT
        assert told.err == (
            f"kneemon: no export into {store}: expected a folder, saw something else of that name. "
            "Move it away, or choose another folder.\n"
        )

    def test_a_full_disk_leaves_no_half_of_it(self, store: Path, tmp_path: Path) -> None:
        """The child may write files of 64 KiB at most, which the kernel tells as it tells a full disk."""
        out = tmp_path / "out"
        process = subprocess.run(
            [sys.executable, "-m", "kneemon", "export", "--store", str(store), "--out", str(out)],
            capture_output=True,
            check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536)),
        )
        assert process.returncode == ExitCode.EXPORT
        assert process.stdout == b""
        assert process.stderr.decode() == (
            f"kneemon: no export into {out}: expected room on the disk, saw a full disk. "
            "Free some space, or choose another folder.\n"
        )
        assert list(out.iterdir()) == []


class TestNoWalks:
    @pytest.mark.parametrize("words", [("sessions",), ("sessions", "--json"), ("export",), ("export", "all")])
    def test_nothing_was_ever_stored(self, words: tuple[str, ...], kneemon: Kneemon, at_home: Path) -> None:
        told = kneemon(*words)
        assert (told.code, told.out) == (ExitCode.STORE, "")
        path = at_home / ".local" / "state" / "kneemon" / "kneemon.db"
        assert told.err == (
            f"kneemon: no walk has been stored yet at {path}: expected at least one, saw none. "
            "Walk once with `kneemon run`, or name another store.\n"
        )
        assert not path.parent.exists(), "to look changes nothing"

    def test_a_store_without_walks(self, kneemon: Kneemon, empty: Path) -> None:
        none_yet = f"No walk has been stored yet in {empty}.\n"
        assert kneemon("sessions", "--store", empty).out == none_yet
        assert kneemon("sessions", "--store", empty, "--json").out == ""
        assert kneemon("export", "all", "--store", empty).out == none_yet
        told = kneemon("export", "--store", empty)
        assert (told.code, told.out) == (ExitCode.STORE, "")
        assert told.err.startswith(f"kneemon: no walk has been stored yet at {empty}")

    @pytest.mark.parametrize("verb", ["sessions", "export"])
    def test_what_is_no_store(self, verb: str, kneemon: Kneemon, newer: Path, tmp_path: Path) -> None:
        text = tmp_path / "text.db"
        text.write_text("not a database, but long enough to look like one\n" * 100)
        for path, seen in ((newer, "was written by a newer kneemon"), (text, "a file that is none"), (tmp_path, "")):
            told = kneemon(verb, "--store", path)
            assert (told.code, told.out) == (ExitCode.STORE, "")
            assert told.err.startswith(f"kneemon: the store {path} ")
            assert seen in told.err
            assert told.err.count("\n") == 1


STAMP = Stamp("4f1c", 9000.0, datetime(2026, 11, 22, 12, 0, tzinfo=UTC), certain=True, tz="Europe/Berlin")
PLAN = f"""{EXAMPLE.read_text(encoding="utf-8").partition("[rules]")[0]}
[rules]
pain_rise = 3
"""


class TestDiary:
    """The older walk has been answered: 2 before, 5 at its end, 2 next morning."""

    @pytest.fixture
    def answered(self, store: Path, names: list[str]) -> Path:
        clock = PacedClock(start=TimeAnchor("4f1c", 9000.0, STAMP.utc, synchronised=True))
        kept = Store.open(store, documents_of=lambda *_: (), clock=clock)
        kept.write(Profile(Knee.LEFT, usual_pain=2, consent=True), STAMP)
        for ask, score in ((Ask.PAIN_BEFORE, 2), (Ask.PAIN_END, 5)):
            kept.write(PainAnswer(ask, score, names[0]), STAMP)
        kept.write(PainAnswer(Ask.PAIN_MORNING, 2, morning=date(2026, 11, 23)), STAMP)
        kept.close()
        return store

    def facts(self, kneemon: Kneemon, store: Path) -> dict[str, Any]:
        older: dict[str, Any] = json.loads(kneemon("sessions", "--json", "--store", store).out.splitlines()[1])
        return older

    def test_how_a_walk_went(self, kneemon: Kneemon, answered: Path) -> None:
        told = kneemon("sessions", "--store", answered)
        assert (told.code, told.err) == (ExitCode.OK, "")
        older = told.out.splitlines()[2].split()
        assert older[-6:] == ["amber", "2", "5", "2", "the", "walker"]
        facts = self.facts(kneemon, answered)
        pains = [facts[f"pain_{when}"] for when in ("before", "worst", "end", "later", "morning")]
        assert pains == [2, 5, 5, None, 2]
        assert (facts["colour"], facts["because"]) == ("amber", ["pain rose by 3 during the walk (at most 2)"])

    def test_the_rules_are_those_of_the_newest_plan(self, kneemon: Kneemon, answered: Path) -> None:
        clock = PacedClock(start=TimeAnchor("4f1c", 9000.0, STAMP.utc, synchronised=True))
        for text, colour in ((PLAN, "green"), ("no plan at all", "amber")):
            kept = Store.open(answered, documents_of=lambda *_: (), clock=clock)
            kept.keep_plan("example", text)
            kept.close()
            assert self.facts(kneemon, answered)["colour"] == colour

    def test_the_summary_has_what_was_told(
        self, kneemon: Kneemon, answered: Path, names: list[str], tmp_path: Path
    ) -> None:
        assert kneemon("export", names[0], "--store", answered, "--out", tmp_path).code == ExitCode.OK
        (row,) = rows(tmp_path / f"{names[0]}_summary.csv")
        assert [row[f"pain_{when}_nrs"] for when in ("before", "end", "later", "morning")] == ["2", "5", "", "2"]
        assert [row["question"] for row in rows(tmp_path / f"{names[0]}_diary.csv")] == ["pain_before", "pain_end"]

    def test_the_whole_diary(self, kneemon: Kneemon, answered: Path, tmp_path: Path) -> None:
        told = kneemon("export", "diary", "--store", answered, "--out", tmp_path)
        paths = [tmp_path / name for name in ("kneemon_diary.csv", "kneemon_decisions.csv")]
        assert (told.code, told.out.splitlines(), told.err) == (ExitCode.OK, [str(path) for path in paths], "")
        assert [row["kind"] for row in rows(paths[0])] == ["profile", *["pain_answer"] * 3]
        assert rows(paths[1]) == []

    def test_what_a_newer_kneemon_told_is_counted(self, kneemon: Kneemon, answered: Path, tmp_path: Path) -> None:
        with closing(sqlite3.connect(answered)) as connection, connection:
            connection.execute("UPDATE diary SET kind = 'mood' WHERE seq = 1")
        for what in ("diary", "latest"):
            told = kneemon("export", what, "--store", answered, "--out", tmp_path)
            assert told.code == ExitCode.OK
            assert told.out.startswith("(1 entries of the diary cannot be read by this kneemon and are left out.)\n")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
