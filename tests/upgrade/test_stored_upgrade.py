# SPDX-License-Identifier: MIT
"""Real stores of every schema: what each old version said of its own is what today's says after the upgrade."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from left_behind import Left, Told
from old_versions import OLD_VERSIONS

from kneemon.app.reading import Reading
from kneemon.app.report import report
from kneemon.errors import ExitCode
from kneemon.store.reader import StoreReader
from kneemon.store.schema import SCHEMA

Kneemon = Callable[..., Told]
COUNTED = (
    "session_id",
    "started_at",
    "tz",
    "duration_s",
    "walking_s",
    "steps",
    "cadence_mean_spm",
    "over_pace_s",
    "over_limit_s",
    "end_reason",
)
ASKED = ("pain_before", "pain_end", "pain_later", "pain_morning", "pain_worst", "colour", "gave_way")


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def picked(row: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: row.get(name) for name in names}


def test_there_is_one_for_every_schema() -> None:
    assert [version.schema for version in OLD_VERSIONS] == list(range(1, SCHEMA + 1))


def test_it_is_what_it_is_said_to_be(left: Left) -> None:
    assert rows(left.path, "PRAGMA user_version") == [(left.version.schema,)]
    assert rows(left.path, "SELECT count(*) FROM session WHERE end_reason IS NULL") == [(1,)], "one was cut off"


def test_no_walk_is_lost_or_counted_otherwise(upgraded: Left, kneemon: Kneemon) -> None:
    assert rows(upgraded.path, "PRAGMA user_version") == [(SCHEMA,)]
    cut, *walks = kneemon("sessions", "--last", "1000", "--json").lines()
    assert [picked(walk, COUNTED) for walk in walks] == [picked(walk, COUNTED) for walk in upgraded.said["sessions"]]
    assert (cut["end_reason"], cut["steps"] > 10) == ("power_loss", True)


def test_no_answer_is_lost(upgraded: Left, kneemon: Kneemon) -> None:
    told = {entry["seq"]: entry for entry in kneemon("diary", "--last", "10000", "--json").lines()}
    for before in upgraded.said.get("diary", []):
        now = told[before["seq"]]
        assert (now["kind"], now["at"], now["day"]) == (before["kind"], before["at"], before["day"])
        assert before["fact"].items() <= now["fact"].items()
    walks = kneemon("sessions", "--last", "1000", "--json").lines()[1:]
    if upgraded.version.diary:
        assert [picked(walk, ASKED) for walk in walks] == [picked(walk, ASKED) for walk in upgraded.said["sessions"]]
        assert len(kneemon("plan", "versions").out.splitlines()) == upgraded.said["plans"]
    else:
        assert [walk["pain_worst"] for walk in walks] == [3]


def test_a_copy_of_the_store_as_it_was_is_kept(left: Left, request: pytest.FixtureRequest) -> None:
    tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name != 'sqlite_sequence' ORDER BY name"
    before = {name: rows(left.path, f"SELECT * FROM {name}") for (name,) in rows(left.path, tables)}  # noqa: S608
    request.getfixturevalue("upgraded")
    if left.version.schema == SCHEMA:
        assert list(left.path.parent.glob("*.bak")) == []
        return
    assert rows(left.copy, "PRAGMA user_version") == [(left.version.schema,)]
    assert rows(left.copy, "PRAGMA integrity_check") == [("ok",)]
    assert {name: rows(left.copy, f"SELECT * FROM {name}") for name in before} == before  # noqa: S608
    assert left.copy.stat().st_mode & 0o777 == left.path.stat().st_mode & 0o777


def test_what_the_broker_has_not_taken_still_waits(upgraded: Left) -> None:
    walks = {walk["session_id"] for walk in upgraded.said["sessions"] if walk["started_at"] > "2026-11"}
    with StoreReader(upgraded.path) as reader:
        waiting = reader.waiting(0, 1000)
        newest = reader.session().session_id
    summaries = [json.loads(message.payload) for message in waiting if message.topic.endswith("session/summary")]
    assert {summary["session_id"] for summary in summaries} >= {*walks, newest}
    assert {summary["schema"] for summary in summaries} == {"kneemon.session.summary/1"}


def test_every_export_has_every_walk(upgraded: Left, kneemon: Kneemon, tmp_path: Path) -> None:
    names = [walk["session_id"] for walk in upgraded.said["sessions"]]
    told = kneemon("export", "all", "--as", "csv,xlsx,fit,fhir,json", "--out", str(tmp_path / "out"))
    assert told.code == ExitCode.OK, told.err
    files = {path.name for path in (tmp_path / "out").iterdir()}
    assert files >= {f"{name}{end}" for name in names for end in (".fit", "_summary.csv", "_session.csv", "_diary.csv")}
    assert any(name.endswith(".xlsx") for name in files)
    assert "kneemon.fhir.json" in files
    (whole,) = (tmp_path / "out").glob("kneemon-everything-*.json")
    assert all(name in whole.read_text() for name in names)


def test_the_report_counts_what_the_old_version_counted(upgraded: Left) -> None:
    """As it is read for the sheet of paper and the page, when the week of the last walk is over."""
    with StoreReader(upgraded.path) as reader:
        reading = Reading(upgraded.path, reader, date(2026, 11, 30), "Europe/Berlin")
        made = report(reading, weeks=8)
        walked = {walk.record.session_id: round(walk.record.summary.walking_s, 1) for walk in reading.walks(1000)}
    before = {walk["session_id"]: walk["walking_s"] for walk in upgraded.said["sessions"]}
    assert before.items() <= walked.items()
    assert {walk.record.session_id for walk in made.walks} == walked.keys()


@pytest.mark.parametrize("words", [("sessions",), ("diary",), ("export", "all"), ("walk", "history", "latest")])
def test_who_only_reads_an_old_store_says_what_to_do_and_leaves_it_as_it_is(
    left: Left, kneemon: Kneemon, words: tuple[str, ...]
) -> None:
    if left.version.schema == SCHEMA:
        assert kneemon(*words).code == ExitCode.OK
        return
    told = kneemon(*words)
    assert told.code == ExitCode.STORE
    assert f"expected schema {SCHEMA}, saw schema {left.version.schema}" in told.err
    assert rows(left.path, "PRAGMA user_version") == [(left.version.schema,)]


def test_a_downgrade_is_refused_and_the_store_left_as_it_is(upgraded: Left, kneemon: Kneemon) -> None:
    """As today's kneemon sees a store of the next one."""
    with closing(sqlite3.connect(upgraded.path)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    before = upgraded.path.read_bytes()
    told = kneemon("sessions")
    assert told.code == ExitCode.STORE
    assert "was written by a newer kneemon" in told.err
    assert "Upgrade kneemon; the file was not touched." in told.err
    assert upgraded.path.read_bytes() == before
