# SPDX-License-Identifier: MIT
"""Copies of a store that is being written, looking at copies, and another store in the place of the present one."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import pytest

from kneemon.errors import BackupError, StoreError, StoreNewerError
from kneemon.model.diary import Stamp, WalkNote
from kneemon.store import StoreReader, backup, connect
from kneemon.store.backup import checked, copy_store, remember, size_of, take_database
from kneemon.store.replacing import replacing
from kneemon.store.schema import SCHEMA
from kneemon.store.snapshot import KEYS, Rows, Snapshot, fill


def told(share):
    assert 0.0 <= share <= 1.0


def stamp(clock):
    anchor = clock.anchor()
    return Stamp(anchor.boot_id, anchor.monotonic_s, anchor.utc, certain=True, tz="UTC")


def walked(store, walk, seconds=60):
    store.begin(walk.record())
    for second in range(1, seconds + 1):
        store.progress(walk.session_id, walk.progress(float(second)))
    store.end(walk.ended(float(seconds)))
    store.flush()


def sql(path, statement, *values):
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(statement, values).fetchall()


@pytest.fixture
def written(open_store, walk, clock):
    """A closed store with one walk and one note."""
    store = open_store()
    walked(store, walk)
    store.write(WalkNote(walk.session_id, "it was windy"), stamp(clock))
    store.close()


def test_a_copy_holds_all_and_is_readable_alone(written, path, walk, tmp_path):
    target = tmp_path / "copy.db"
    contents = copy_store(path, target, told)
    assert contents.schema == SCHEMA
    assert {name: contents.rows[name] for name in ("session", "second", "diary")} == {
        "session": 1,
        "second": 60,
        "diary": 1,
    }
    assert [each.name for each in tmp_path.glob("copy*")] == ["copy.db"], "one file, without a journal"
    with StoreReader(target) as copy, StoreReader(path) as reader:
        assert copy.session() == reader.session() == walk.ended(60.0)
        assert copy.diary() == reader.diary()
    assert contents.device == sql(path, "SELECT value FROM meta WHERE key = 'device'")[0][0]


def test_copies_are_made_while_the_writer_writes(store, path, walk, new_walk, tmp_path):
    walked(store, walk)
    stop = Event()
    number = 0

    def go_on():
        nonlocal number
        while not stop.is_set():
            number += 1
            walked(store, new_walk(f"b1-{number + 1}-0000"), 5)

    writer = Thread(target=go_on)
    writer.start()
    try:
        for each in range(10):
            contents = copy_store(path, tmp_path / f"{each}.db", told)
            walks = contents.rows["session"]
            assert contents.rows["second"] <= 60 + 5 * (walks - 1)
            with StoreReader(tmp_path / f"{each}.db") as copy:
                assert len(copy.walks()) == walks
                assert copy.walks()[0] == walk.ended(60.0)
    finally:
        stop.set()
        writer.join()
    assert number > 1
    assert store.problem() is None


def test_what_was_erased_is_in_no_copy(written, path, tmp_path):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("DELETE FROM diary")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"it was windy" in path.read_bytes(), "a remnant, in a page that is free"
    copy_store(path, tmp_path / "copy.db", told)
    assert b"it was windy" not in (tmp_path / "copy.db").read_bytes()


def test_who_breaks_it_off_breaks_it_off(written, path, tmp_path, monkeypatch):
    monkeypatch.setattr(backup, "OPS_BETWEEN_LOOKS", 10)
    looks = 0

    def impatient(share):
        nonlocal looks
        looks += 1
        if looks > 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_store(path, tmp_path / "copy.db", impatient)
    assert looks < 10, "it was not gone on with"


def test_what_passes_through_the_outbox_is_no_damage(open_store, path, walk, tmp_path):
    store = open_store()
    walked(store, walk)
    (document,) = store.waiting(0, 10)
    copied = copy_store(path, tmp_path / "copy.db", told)

    def comes_and_goes(share):
        if share == 0.0:
            store.acknowledged(document.seq)
            store.flush()

    assert copied.rows["outbox"] == 1
    assert copy_store(path, tmp_path / "second.db", comes_and_goes).rows["outbox"] == 0


def test_the_size_is_known_before(written, path, tmp_path):
    copy_store(path, tmp_path / "copy.db", told)
    assert size_of(path) == pytest.approx((tmp_path / "copy.db").stat().st_size, rel=0.1)


def test_a_copy_where_nothing_can_be_written(written, path, tmp_path):
    with pytest.raises(BackupError) as caught:
        copy_store(path, tmp_path / "nowhere" / "copy.db", told)
    assert str(caught.value) == (
        f"no backup in {tmp_path}/nowhere: expected a folder that may be written, saw that it may not. "
        "Name another folder."
    )


def damage(path):
    """Every page but the first reads otherwise."""
    content = bytearray(path.read_bytes())
    for begin in range(4096, len(content), 4096):
        content[begin : begin + 100] = b"\xaa" * 100
    path.write_bytes(content)


def test_a_damaged_store_gives_no_backup(written, path, tmp_path):
    damage(path)
    with pytest.raises(StoreError, match="expected a sound database, saw a damaged one"):
        copy_store(path, tmp_path / "copy.db", told)


def test_a_damaged_copy_is_noticed(written, path, tmp_path):
    copy = tmp_path / "copy.db"
    copy_store(path, copy, told)
    damage(copy)
    with pytest.raises(BackupError, match="expected a sound database, saw"):
        checked(copy)


def test_rows_that_should_not_be_there_are_noticed(written, path, tmp_path):
    """SQLite reads such a database without a word: its tables are ours, a row of them is not."""
    copy = tmp_path / "copy.db"
    copy_store(path, copy, told)
    for statement in (
        "UPDATE sqlite_master SET sql = replace(sql, 'tz TEXT NOT NULL', 'tz TEXT') WHERE name = 'session'",
        "UPDATE session SET tz = NULL",
        "UPDATE sqlite_master SET sql = replace(sql, 'tz TEXT', 'tz TEXT NOT NULL') WHERE name = 'session'",
    ):
        with closing(sqlite3.connect(copy)) as connection, connection:
            connection.execute("PRAGMA writable_schema = ON")
            connection.execute(statement)
    assert sql(copy, "SELECT tz FROM session") == [(None,)]
    with pytest.raises(BackupError, match="expected a sound database, saw NULL value in session"):
        checked(copy)


def test_what_is_no_store_is_noticed(path, tmp_path):
    path.touch()
    with pytest.raises(BackupError, match="expected a database of kneemon, saw an empty one"):
        checked(path)
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(BackupError, match="file is not a database"):
        checked(path)
    sql(tmp_path / "other.db", "CREATE TABLE other (x)")
    with pytest.raises(StoreError, match="a database of another program"):
        checked(tmp_path / "other.db")


def test_an_older_one_is_looked_at_and_a_newer_one_refused(written, path, tmp_path):
    copy = tmp_path / "copy.db"
    copy_store(path, copy, told)
    for schema in range(1, SCHEMA):
        older = tmp_path / f"{schema}.db"
        with closing(sqlite3.connect(older)) as connection:
            connection.executescript((Path(__file__).parent / f"schema{schema}.sql").read_text(encoding="utf-8"))
        assert checked(older).schema == schema
    sql(copy, "PRAGMA user_version = 99")
    with pytest.raises(StoreNewerError, match="Upgrade kneemon"):
        checked(copy)


def test_a_bare_database_is_taken_with_its_journal(store, path, walk, tmp_path):
    walked(store, walk)
    assert path.with_name("kneemon.db-wal").stat().st_size > 0
    take_database(path, tmp_path / "taken.db")
    assert checked(tmp_path / "taken.db").rows["second"] == 60
    with pytest.raises(BackupError, match="expected a sound one, and room for a copy of it"):
        take_database(path, tmp_path / "taken.db")


def test_a_note_is_kept_only_while_no_kneemon_writes(open_store, path, walk):
    store = open_store()
    walked(store, walk)
    with pytest.raises(StoreError, match="another running kneemon"):
        remember(path, "backup", "2026-11-23T00:00:00+00:00")
    store.close()
    waiting = sql(path, "SELECT count(*) FROM outbox")
    remember(path, "backup", "2026-11-23T00:00:00+00:00")
    with StoreReader(path) as reader:
        assert reader.note("backup") == "2026-11-23T00:00:00+00:00"
    assert sql(path, "SELECT count(*) FROM outbox") == waiting, "what waits for the home still does"


class TestReplacing:
    def test_the_new_one_is_there_and_the_old_one_kept(self, written, path, tmp_path):
        before = path.read_bytes()
        with replacing(path, "now") as place:
            place.new.write_bytes(b"new")
        assert path.read_bytes() == b"new"
        assert place.kept == tmp_path / "kneemon.db.before-restore-now"
        assert place.kept.read_bytes() == before
        assert sorted(each.name for each in tmp_path.iterdir()) == [
            "kneemon.db",
            "kneemon.db.before-restore-now",
            "kneemon.db.lock",
        ]

    def test_nothing_changes_when_the_new_one_fails(self, written, path, tmp_path):
        before = path.read_bytes()

        def fail():
            with replacing(path, "now") as place:
                place.new.write_bytes(b"new")
                place.new.with_name(f"{place.new.name}-wal").write_bytes(b"new")
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        assert path.read_bytes() == before
        assert sorted(each.name for each in tmp_path.iterdir()) == ["kneemon.db", "kneemon.db.lock"]

    def test_twice_at_the_same_time_of_day(self, written, path):
        for content, name in ((b"1", "now"), (b"2", "now-2"), (b"3", "now-3")):
            with replacing(path, "now") as place:
                place.new.write_bytes(content)
            assert place.kept is not None
            assert place.kept.name == f"kneemon.db.before-restore-{name}"
        assert place.kept.read_bytes() == b"2"

    def test_the_old_ones_journal_goes_with_it(self, open_store, path, walk, tmp_path):
        """A store that was cut off leaves a journal, which must not be played into the new one."""
        store = open_store()
        walked(store, walk)
        for end in ("", "-wal"):
            (tmp_path / f"cut{end}").write_bytes(path.with_name(path.name + end).read_bytes())
        store.close()
        for end in ("", "-wal"):
            (tmp_path / f"cut{end}").replace(path.with_name(path.name + end))
        fill(tmp_path / "other.db", [Rows("meta", ("key", "value"), [("device", "other")])], 0)
        with replacing(path, "now") as place:
            (tmp_path / "other.db").rename(place.new)
        assert not place.kept.with_name(f"{place.kept.name}-wal").exists(), "it is one file that can be copied"
        assert sql(path, "SELECT value FROM meta") == [("other",)]
        assert sql(place.kept, "SELECT count(*) FROM second") == [(60,)]

    def test_a_reader_that_is_looking_goes_on_with_the_old_one(
        self, open_store, path, tmp_path, walk, new_walk, monkeypatch
    ):
        """Its look keeps the journal from being emptied: it must neither be lost nor be played into the new one."""
        monkeypatch.setattr(connect, "BUSY_S", 0.1)
        fill(tmp_path / "other.db", [], 0)
        store = open_store()
        walked(store, walk)
        with closing(Snapshot(path)) as looking:
            walked(store, new_walk("b1-2-0000"))
            store.close()
            assert path.with_name("kneemon.db-wal").stat().st_size > 0
            with replacing(path, "now") as place:
                (tmp_path / "other.db").rename(place.new)
            assert len(list(looking.rows("second", ("steps",)))) == 60
        with closing(Snapshot(path)) as looking:
            assert list(looking.rows("second", ("steps",))) == []
        assert sql(place.kept, "SELECT count(*) FROM second") == [(120,)]

    def test_not_while_a_kneemon_runs(self, store, path):
        with pytest.raises(StoreError, match="another running kneemon"), replacing(path, "now"):
            pytest.fail("another writes")

    def test_where_no_store_was(self, path, tmp_path):
        with replacing(path, "now") as place:
            place.new.write_bytes(b"new")
        assert place.kept is None
        assert path.read_bytes() == b"new"

    def test_it_belongs_to_whom_the_folder_belongs(self, path, tmp_path):
        if os.geteuid() == 0:
            os.chown(tmp_path, 12345, 12345)
        with replacing(path, "now") as place:
            place.new.write_bytes(b"new")
        owner = tmp_path.stat().st_uid
        assert {path.stat().st_uid, path.with_name("kneemon.db.lock").stat().st_uid} == {owner}


def test_a_snapshot_is_of_one_moment(store, path, walk, new_walk):
    walked(store, walk)
    with closing(Snapshot(path)) as moment:
        walked(store, new_walk("b1-2-0000"))
        assert list(moment.rows("session", ("session_id",))) == [(walk.session_id,)]
        assert len(list(moment.rows("second", ("steps",), "b1-2-0000"))) == 0


def test_every_table_is_known(store, path):
    found = {name for (name,) in sql(path, "SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert found - {"outbox", "sqlite_sequence"} == set(KEYS)


def test_only_tables_of_the_store_are_filled(tmp_path):
    with pytest.raises(ValueError, match="there is no table outbox"):
        fill(tmp_path / "new.db", [Rows("outbox", ("key",), [("1",)])], 0)
