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
from pathlib import Path
from typing import Any

import pytest

from kneemon.clock import SystemClock
from kneemon.errors import ExitCode
from kneemon.store import Store, StoreReader

# As kneemon 0.1.0 wrote it.
BEFORE_PAUSES = (
    '{"started_s":812.4,"ended_s":2017.0,"steps":1830,"walking_s":1130.25,"main_s":830.0,"over_pace_s":42.0,'
    '"over_limit_s":0.0,"gaps_s":1.5,"gaps":1,"bouts":2,"clipped":7,"cadence_mean_spm":97.1,"cadence_p95_spm":null,'
    '"prescription":null,"alerts":[{"kind":"pace_high","at_s":412.0,"value":121.0,"limit":110.0}],'
    '"pains":[{"at_s":10.0,"score":null}],"end_reason":"command"}'
)
Kneemon = Callable[..., Any]
FILES = ("session", "summary", "events")


@pytest.fixture
def names(store: Path) -> list[str]:
    """The two walks, oldest first."""
    with StoreReader(store) as reader:
        return [record.session_id for record in reader.sessions()][::-1]


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    path = tmp_path / "empty.db"
    Store.open(path, document_of=lambda _: None, clock=SystemClock()).close()
    return path


class TestSessions:
    def test_a_table_newest_first(self, kneemon: Kneemon, store: Path, names: list[str]) -> None:
        told = kneemon("sessions", "--store", store)
        assert (told.code, told.err) == (ExitCode.OK, "")
        heading, newer, older = (line.split() for line in told.out.splitlines())
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
            "(still",
            "open)",
        ]
        assert older == [names[0], "2026-11-22", "10:00", "1:05", "1:05", "130", "120", "0:00", "0:00", "the", "walker"]

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
        assert len(told.out.splitlines()) == len(list((tmp_path / "out").iterdir())) == 6

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
