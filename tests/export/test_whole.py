# SPDX-License-Identifier: MIT
"""Everything as one document: whatever is in a store comes back out of it, and nothing else passes for it."""

import hashlib
import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.app import whole_reference
from kneemon.app.importing import import_whole
from kneemon.app.whole import whole_of
from kneemon.clock import PacedClock
from kneemon.errors import BackupError, StoreError
from kneemon.export import whole
from kneemon.export.whole import opened_whole
from kneemon.model.diary import Corrected, DiaryEntry, Override, PainAnswer, Stamp, Struck, WalkNote
from kneemon.model.names import names_a_walk
from kneemon.model.plans import StateName
from kneemon.model.questions import Ask
from kneemon.model.records import EventRow, Former, PainTold, SessionRecord, TimeAnchor, TimeQuality
from kneemon.model.sessions import EndReason, SessionSummary
from kneemon.store import rows
from kneemon.store.facts import entry_row
from kneemon.store.snapshot import KEYS, Rows, fill

DOCS = Path(__file__).parents[2] / "docs"
CLOCK = PacedClock(start=TimeAnchor("4f1c", 1000.0, datetime(2026, 11, 23, tzinfo=UTC), synchronised=True))
RENEW = "run `python -m kneemon.app.whole_reference` and look at what changed"

# The table of each shape; the rest of the table's columns are made anew.
TABLES = {
    "boot": whole.Boot,
    "anchor": whole.Anchor,
    "plan": whole.Plan,
    "session": whole.WalkRow,
    "second": whole.Seconds,
    "event": whole.Events,
    "former": whole.Former,
    "raw": whole.Block,
    "diary": whole.Entry,
}
GENERATED = {"session": {"steps", "walking_s", "main_s", "end_reason"}}

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
walk_names = st.from_regex(r"[A-Za-z0-9-]{1,64}", fullmatch=True).filter(names_a_walk)
real = st.floats(allow_nan=False, allow_infinity=False)
whole_number = st.integers(-(2**63), 2**63 - 1)
instants = st.datetimes(timezones=st.just(UTC))


@st.composite
def records(draw: st.DrawFn, session_id: str) -> SessionRecord:
    summary = SessionSummary.begun(draw(real), None)
    reason = draw(st.sampled_from([None, *EndReason]))
    return SessionRecord(
        device=draw(texts),
        session_id=session_id,
        revision=draw(st.integers(1, 9)),
        boot_id=draw(texts),
        started_at=draw(instants),
        ended_at=draw(instants),
        tz=draw(texts),
        time_quality=draw(st.sampled_from(TimeQuality)),
        worn=draw(texts),
        sensor=draw(texts),
        software=draw(texts),
        summary=replace(summary, steps=draw(st.integers(0, 10**9)), cadence_mean_spm=draw(real), end_reason=reason),
        final=reason is not None,
        time_error_s=draw(st.none() | real),
        pain_told=PainTold(draw(st.none() | st.integers(0, 10)), None, 3),
    )


@st.composite
def diaries(draw: st.DrawFn, walks: list[str]) -> list[rows.Row]:
    about = st.sampled_from(["", *walks])
    fact = st.one_of(
        st.builds(WalkNote, about, texts, texts),
        st.builds(PainAnswer, st.sampled_from(Ask), st.none() | st.integers(0, 10), about),
        st.builds(Corrected, about, st.none() | st.integers(0, 9999), st.none() | real, texts, texts),
        st.builds(Struck, about, st.integers(0, 99), texts),
        st.builds(Override, st.sampled_from(StateName), st.none() | st.integers(0, 9), texts),
    )
    stamp = st.builds(Stamp, texts, real, instants, st.booleans(), texts)
    entry = st.builds(DiaryEntry, stamp, fact, st.integers(1, 2**53))
    entries = [entry_row(each) for each in draw(st.lists(entry, max_size=5, unique_by=lambda each: each.seq))]
    if draw(st.booleans()):
        entries.append((2**60, "b", 1.0, "2026-11-23T00:00:00+00:00", 1, "", "of_tomorrow", '{"x": [1.50, "ü"]}'))
    return entries


SECOND = st.tuples(real, whole_number, st.none() | real, texts, texts, st.booleans().map(int))


@st.composite
def stores(draw: st.DrawFn) -> list[Rows]:
    walks = draw(st.lists(walk_names, max_size=3, unique=True))
    tables = [
        Rows("meta", ("key", "value"), draw(st.lists(st.tuples(texts, texts), unique_by=lambda row: row[0]))),
        Rows("boot", ("number", "boot_id"), list(enumerate(draw(st.lists(texts, unique=True)), 1))),
        Rows(
            "anchor", ("boot_id", "monotonic_s", "utc"), [(w, draw(real), rows.instant(draw(instants))) for w in walks]
        ),
        Rows(
            "plan",
            ("rev", "name", "text", "kept_at", "author", "note"),
            [(3, draw(texts), draw(texts), rows.instant(draw(instants)), draw(texts), draw(texts))],
        ),
    ]
    number = 0
    for walk in walks:
        record = draw(records(walk))
        names = "session_id revision device boot_id started_at ended_at tz time_quality worn sensor software final"
        columns = ("owed", *names.split(), "summary", "time_error_s", "pain_told")
        tables.append(Rows("session", columns, [(draw(st.integers(0, 1)), *rows.session_row(record))]))
        seconds = draw(st.lists(SECOND, max_size=5, unique_by=lambda row: row[0]))
        tables.append(
            Rows("second", ("session_id", *whole.Seconds.__struct_fields__), [(walk, *row) for row in seconds])
        )
        event = st.builds(EventRow, real, texts, st.none() | real, st.none() | real, texts)
        for each in draw(st.lists(event, max_size=3)):
            number += 1
            columns = ("seq", "session_id", "at_s", "kind", "value", "limit", "unit")
            tables.append(Rows("event", columns, [(number, *rows.event_row(walk, each))]))
        former = Former(record, draw(texts), draw(texts), draw(instants))
        columns = ("session_id", "revision", "record", "why", "author", "kept_at")
        tables.append(Rows("former", columns, [rows.former_row(former)]))
        block = st.tuples(real, whole_number, st.binary(max_size=30))
        blocks = draw(st.lists(block, max_size=2, unique_by=lambda row: row[0]))
        tables.append(Rows("raw", ("session_id", *whole.Block.__struct_fields__), [(walk, *row) for row in blocks]))
    columns = ("seq", "boot_id", "at_s", "utc", "certain", "tz", "kind", "body")
    return [*tables, Rows("diary", columns, draw(diaries(walks)))]


def all_rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Of every table but the outbox, generated columns and the counter of the diary's numbers included."""
    with closing(sqlite3.connect(path)) as connection:
        found = {
            table: connection.execute(f"SELECT * FROM {table} ORDER BY {', '.join(keys)}").fetchall()  # noqa: S608
            for table, keys in KEYS.items()
        }
        sequence = "SELECT * FROM sqlite_sequence WHERE name = 'diary'"
        return found | {"sqlite_sequence": connection.execute(sequence).fetchall()}


def exported(store: Path, file: Path, *, raw: bool = True) -> Path:
    file.write_bytes(b"".join(whole_of(store, CLOCK, raw=raw)))
    return file


@given(tables=stores(), higher=st.integers(0, 5))
def test_an_imported_store_is_the_same_store(tmp_path_factory, tables, higher):
    folder = tmp_path_factory.mktemp("whole")
    newest = max((int(row[0]) for row in tables[-1].rows), default=0) + higher
    fill(folder / "old.db", tables, newest)
    file = exported(folder / "old.db", folder / "whole.json")
    imported = import_whole(file, folder / "new.db", CLOCK)
    assert all_rows(folder / "new.db") == all_rows(folder / "old.db")
    assert imported.rows == Counter({table: len(all_rows(folder / "old.db")[table]) for table in KEYS})
    assert exported(folder / "new.db", folder / "again.json").read_bytes() == file.read_bytes()


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a small store with something in every table."""
    folder = tmp_path_factory.mktemp("document")
    summary = replace(SessionSummary.begun(1000.0, None), steps=12, end_reason=EndReason.COMMAND)
    moment = datetime(2026, 11, 22, 9, tzinfo=UTC)
    record = SessionRecord(
        "dev", "w", 2, "b", moment, moment, "UTC", TimeQuality.NTP, "waist", "s", "0", summary, final=True
    )
    names = "session_id revision device boot_id started_at ended_at tz time_quality worn sensor software final"
    stamp = Stamp("b", 1000.0, moment, certain=True, tz="UTC")
    tables = [
        Rows("meta", ("key", "value"), [("device", "dev"), ("note:backup", "2026-11-22T09:00:00+00:00")]),
        Rows("boot", ("number", "boot_id"), [(1, "b")]),
        Rows("anchor", ("boot_id", "monotonic_s", "utc"), [("b", 1.5, rows.instant(moment))]),
        Rows("session", (*names.split(), "summary", "time_error_s", "pain_told"), [rows.session_row(record)]),
        Rows("second", ("session_id", *whole.Seconds.__struct_fields__), [("w", 1.0, 2, None, "walking", "free", 0)]),
        Rows("event", ("session_id", "at_s", "kind", "value", "limit", "unit"), [("w", 0.5, "gap", 1.0, None, "s")]),
        Rows("raw", ("session_id", "at_s", "samples", "body"), [("w", 1000.0, 100, b"\x00\xff")]),
        Rows(
            "former",
            ("session_id", "revision", "record", "why", "author", "kept_at"),
            [rows.former_row(Former(replace(record, revision=1), "miscounted", "physio", moment))],
        ),
        Rows(
            "plan", ("rev", "name", "text", "kept_at", "author", "note"), [(1, "p", "x", rows.instant(moment), "", "")]
        ),
        Rows(
            "diary",
            ("seq", "boot_id", "at_s", "utc", "certain", "tz", "kind", "body"),
            [entry_row(DiaryEntry(stamp, WalkNote("w", "wind", "walker"), 1))],
        ),
    ]
    fill(folder / "store.db", tables, 4)
    return exported(folder / "store.db", folder / "whole.json")


def test_every_column_of_every_table_is_in_it(document):
    with closing(sqlite3.connect(document.with_name("store.db"))) as connection:
        for table, shape in TABLES.items():
            columns = {row[1] for row in connection.execute(f"PRAGMA table_xinfo({table})")}
            named = {"session_id"} if table in ("second", "event", "former", "raw") else set()
            assert columns == set(shape.__struct_fields__) | named | GENERATED.get(table, set()), table
    assert set(TABLES) | {"meta"} == set(KEYS)


def test_it_is_what_a_person_would_expect(document):
    found = json.loads(document.read_text(encoding="utf-8"))
    assert (found["format"], found["version"], found["device"], found["with_raw"]) == ("kneemon-export", 1, "dev", True)
    (walk,) = found["walks"]
    assert walk["summary"]["steps"] == 12
    assert walk["seconds"] == {
        "elapsed_s": [1.0],
        "steps": [2],
        "cadence_spm": [None],
        "activity": ["walking"],
        "part": ["free"],
        "over_pace": [False],
    }
    assert walk["former"][0]["record"]["revision"] == 1
    assert walk["raw"] == [{"at_s": 1000.0, "samples": 100, "body": "AP8="}]
    assert found["diary"][0]["body"] == {"session_id": "w", "text": "wind", "author": "walker"}
    assert found["diary_told"] == 4


def test_samples_are_in_it_only_when_asked_for(document):
    without = exported(document.with_name("store.db"), document.with_name("without.json"), raw=False)
    found = json.loads(without.read_text(encoding="utf-8"))
    assert found["with_raw"] is False
    assert found["walks"][0]["raw"] == []


def test_the_schema_is_what_the_code_makes():
    assert (DOCS / whole_reference.FILE).read_text(encoding="utf-8") == whole_reference.text(), RENEW


def test_the_document_keeps_its_schema_and_the_schema_can_refuse(document):
    schema = whole_reference.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema)
    found = json.loads(document.read_text(encoding="utf-8"))
    check.validate(found)
    wrong = [
        found | {"version": 2},
        found | {"more": 1},
        found | {"walks": [found["walks"][0] | {"summary": {}}]},
        found | {"walks": [found["walks"][0] | {"pain_told": {"before": "much"}}]},
        found | {"diary": [found["diary"][0] | {"body": {"text": "no walk is named"}}]},
    ]
    assert [check.is_valid(each) for each in wrong] == [False] * len(wrong)


def test_a_row_that_is_no_json_is_told(document, tmp_path):
    store = tmp_path / "store.db"
    store.write_bytes(document.with_name("store.db").read_bytes())
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute("UPDATE session SET pain_told = '{broken'")
    with pytest.raises(BackupError) as caught:
        exported(store, tmp_path / "whole.json")
    assert str(caught.value) == (
        "the whole export: expected a store whose every row can be read, saw '{broken', which is no JSON. "
        "`kneemon backup` keeps it as it is; please report this."
    )


def signed(content: bytes) -> bytes:
    """With the digest that belongs to it, as a forger would."""
    body = content.rpartition(b'\n"sha256"')[0]
    return body + b'\n"sha256":"%s"}\n' % hashlib.sha256(body).hexdigest().encode()


class TestRefused:
    @given(data=st.data())
    def test_a_cut_one(self, document, tmp_path_factory, data):
        content = document.read_bytes()
        cut = tmp_path_factory.mktemp("cut") / "cut.json"
        cut.write_bytes(content[: data.draw(st.integers(0, len(content) - 2))])
        with pytest.raises(BackupError):
            opened_whole(cut, cut.parent)

    @given(data=st.data())
    def test_a_changed_one(self, document, tmp_path_factory, data):
        content = bytearray(document.read_bytes())
        where = data.draw(st.integers(0, len(content) - 2))
        content[where] ^= data.draw(st.integers(1, 255))
        changed = tmp_path_factory.mktemp("changed") / "changed.json"
        changed.write_bytes(content)
        with pytest.raises(BackupError):
            opened_whole(changed, changed.parent)

    @pytest.mark.parametrize(
        ("content", "seen", "remedy"),
        [
            (b"", "an empty file", "Take another copy of it."),
            (
                b"PK\x03\x04",
                "another file",
                "`kneemon export all --as json` makes one; `kneemon restore` reads backups.",
            ),
            (b'{"format":"other","version":1}', "another file", "`kneemon export all --as json` makes one; "),
            (b'{"format":"kneemon-export","version":2,', "version 2", "A newer kneemon made it: upgrade this one."),
            (b'{"format":"kneemon-export","version":1,', "one that ends too early", "It was not copied whole; "),
        ],
    )
    def test_what_is_none(self, tmp_path, content, seen, remedy):
        file = tmp_path / "whole.json"
        file.write_bytes(content)
        with pytest.raises(BackupError) as caught:
            opened_whole(file, tmp_path)
        expected = f"the file {file}: expected everything of a kneemon, version 1, saw {seen}. {remedy}"
        assert str(caught.value).startswith(expected)

    def test_a_file_that_is_not_there(self, tmp_path):
        with pytest.raises(BackupError, match="saw No such file or directory"):
            opened_whole(tmp_path / "nowhere.json", tmp_path)
        with pytest.raises(BackupError, match="saw Is a directory"):
            opened_whole(tmp_path, tmp_path)

    @pytest.mark.parametrize(
        ("old", "new", "seen"),
        [
            (b'"steps":[2]', b'"steps":[2,3]', "argument"),
            (b'"steps":[2]', b'"steps":["2"]', "int"),
            (b'"tz":"UTC","time_q', b'"tz":"UTC","x":1,"time_q', "unknown field"),
            (b'"time_quality":"ntp"', b'"time_quality":"guess"', "guess"),
            (b'"started_at":"2026', b'"started_at":"sometime', "RFC3339"),
            (b'"revision":2', b'"revision":9223372036854775808', "too large"),
            (b'"number":1,"boot_id":"b"}', b'"number":1,"boot_id":"b"},{"number":1,"boot_id":"c"}', "UNIQUE"),
        ],
    )
    def test_rows_that_make_no_store(self, document, tmp_path, old, new, seen):
        content = document.read_bytes()
        assert old in content
        file = tmp_path / "forged.json"
        file.write_bytes(signed(content.replace(old, new, 1)))
        with pytest.raises((BackupError, StoreError)) as caught:
            import_whole(file, tmp_path / "new.db", CLOCK)
        assert isinstance(caught.value, BackupError), str(caught.value)
        assert seen in str(caught.value)
        assert sorted(each.name for each in tmp_path.iterdir()) == ["forged.json", "new.db.lock"]

    def test_the_forger_can_forge(self, document, tmp_path):
        """The tests above would pass as well if no forged file were ever read."""
        file = tmp_path / "forged.json"
        file.write_bytes(signed(document.read_bytes().replace(b'"steps":[2]', b'"steps":[3]')))
        import_whole(file, tmp_path / "new.db", CLOCK)
        assert all_rows(tmp_path / "new.db")["second"] == [("w", 1.0, 3, None, "walking", "free", 0)]
        assert msgspec.json.decode(file.read_bytes())["device"] == "dev"
