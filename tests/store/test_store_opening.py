# SPDX-License-Identifier: MIT
"""Opening: new, known, newer, foreign and unusable files, each with its sentence."""

import os
import resource
import shutil
import sqlite3
from types import SimpleNamespace

import pytest

from kneemon.errors import ExitCode, StoreError, StoreNewerError
from kneemon.store import StoreReader, connect, schema


def connection_of(path):
    return sqlite3.connect(path, isolation_level=None)


def test_a_new_store_is_made_with_its_folder(open_store, tmp_path):
    path = tmp_path / "deep" / "down" / "kneemon.db"
    open_store(path=path).close()
    connection = connection_of(path)
    assert connection.execute("PRAGMA application_id").fetchone() == (int.from_bytes(b"knee"),)
    assert connection.execute("PRAGMA user_version").fetchone() == (4,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


@pytest.fixture
def umask():
    """Sets the umask for this test: most systems' own unless another is asked for."""
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


def modes(folder):
    return {file.name: oct(file.stat().st_mode & 0o777) for file in folder.iterdir()}


@pytest.mark.parametrize(
    ("mask", "of_folders", "of_files"),
    [(0o022, "0o750", "0o640"), (0o027, "0o750", "0o640"), (0o077, "0o700", "0o600")],
)
def test_a_new_store_is_closed_to_others(open_store, tmp_path, walk, umask, mask, of_folders, of_files):
    umask(mask)
    folder = tmp_path / "kneemon" / "demo"
    open_store(path=folder / "walks.db").begin(walk.record())
    assert modes(tmp_path) == {"kneemon": of_folders}
    assert modes(folder.parent) == {"demo": of_folders}
    assert modes(folder) == dict.fromkeys(("walks.db", "walks.db-wal", "walks.db-shm", "walks.db.lock"), of_files)


def test_a_store_that_others_could_read_is_closed_to_them(open_store, path, umask):
    open_store().close()
    for file in (path, path.with_name("kneemon.db.lock")):
        file.chmod(0o664)
    path.with_name("kneemon.db.csv").touch()
    open_store().close()
    assert modes(path.parent) == {"kneemon.db": "0o660", "kneemon.db.lock": "0o660", "kneemon.db.csv": "0o644"}


def test_the_writer_waits_for_the_disk(store):
    assert store._connection.execute("PRAGMA synchronous").fetchone()[0] == 2  # FULL
    assert store._connection.execute("PRAGMA busy_timeout").fetchone()[0] == 5000


def test_a_newer_store_is_left_alone(open_store, path):
    open_store().close()
    connection = connection_of(path)
    connection.execute("PRAGMA user_version = 7")
    connection.close()
    before = path.read_bytes()
    for opener in (open_store, lambda: StoreReader(path)):
        with pytest.raises(StoreNewerError) as told:
            opener()
        assert str(told.value) == (
            f"the store {path} was written by a newer kneemon: expected schema 4 at most, saw schema 7. "
            "Upgrade kneemon; the file was not touched."
        )
        assert told.value.exit_code is ExitCode.STORE
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"elapsed_s,steps\r\n1,2\r\n", b"x" * 5000])
def test_a_file_that_is_no_database(open_store, path, content):
    path.write_bytes(content)
    for opener in (open_store, lambda: StoreReader(path)):
        with pytest.raises(StoreError) as told:
            opener()
        assert str(told.value) == (
            f"the store {path} cannot be used: expected a database, saw a file that is none. "
            "Move it away, or choose another file for the store."
        )
    assert path.read_bytes() == content


def test_another_programs_database(open_store, path):
    connection = connection_of(path)
    connection.execute("CREATE TABLE photos (name TEXT)")
    connection.close()
    path.chmod(0o644)
    before = path.read_bytes()
    for opener in (open_store, lambda: StoreReader(path)):
        with pytest.raises(StoreError, match=r"expected a database of kneemon, saw a database of another program\."):
            opener()
    assert path.read_bytes() == before
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_folder_that_is_a_file(open_store, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreError) as told:
        open_store(path=tmp_path / "file" / "kneemon.db")
    assert str(told.value) == (
        f"the store {tmp_path / 'file' / 'kneemon.db'} cannot be used: expected a file in a folder, "
        "saw Not a directory. Check the path, or choose another file for the store."
    )


def test_a_store_that_is_a_folder(open_store, path):
    path.mkdir()
    with pytest.raises(StoreError, match="expected a file in a folder, saw unable to open database file"):
        open_store()


def test_a_damaged_store(open_store, path, walk):
    store = open_store()
    store.begin(walk.record())
    store.close()
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    with pytest.raises(StoreError, match="expected a sound database, saw a damaged one"):
        open_store()


def test_a_full_disk_at_the_first_opening(open_store, path, monkeypatch):
    class Full(sqlite3.Connection):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.execute("PRAGMA max_page_count = 4")

    with monkeypatch.context() as small:
        whole = sqlite3.connect
        small.setattr(connect.sqlite3, "connect", lambda *args, **kwargs: whole(*args, factory=Full, **kwargs))
        with pytest.raises(StoreError) as told:
            open_store()
    assert str(told.value) == (
        f"the store {path} cannot be used: expected room on its disk, saw a full disk. Free some space."
    )
    assert open_store().problem() is None, "nothing half-made stands in the way later"


@pytest.mark.parametrize(
    ("free", "seen"),
    [
        (0, "expected room on its disk, saw a full disk. Free some space."),
        (10**9, "expected a disk that answers, saw disk I/O error. Look into the system's log for faults of the disk."),
        (None, "expected a disk that answers, saw disk I/O error. Look into the system's log for faults of the disk."),
    ],
)
def test_a_disk_that_takes_nothing(open_store, path, monkeypatch, free, seen):
    """SQLite calls both an I/O error; here the process may write no more than a page to any file."""

    def disk_usage(_):
        if free is None:
            raise FileNotFoundError
        return SimpleNamespace(free=free)

    monkeypatch.setattr(shutil, "disk_usage", disk_usage)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with pytest.raises(StoreError) as told:
            open_store()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert str(told.value) == f"the store {path} cannot be used: {seen}"
    assert open_store().problem() is None


def test_a_reader_before_the_first_walk(path):
    for make in (lambda: None, lambda: path.touch()):
        make()
        with pytest.raises(StoreError) as told:
            StoreReader(path)
        assert str(told.value) == (
            f"no walk has been stored yet at {path}: expected at least one, saw none. "
            "Walk once with `kneemon run`, or name another store."
        )


def test_a_reader_of_an_older_store(open_store, path, monkeypatch):
    open_store().close()
    monkeypatch.setattr(connect, "SCHEMA", 5)
    with pytest.raises(StoreError, match=r"written by an older kneemon: expected schema 5, saw schema 4\. Start"):
        StoreReader(path)


def test_migrating_keeps_a_copy_of_what_was(open_store, path, walk):
    store = open_store()
    store.begin(walk.record())
    store.close()
    connection = connection_of(path)
    copy = path.with_name("kneemon.db.schema4.bak")
    copy.write_text("left by an attempt that failed")
    schema.migrate(connection, path, 4, (*schema.MIGRATIONS, "ALTER TABLE session ADD COLUMN note TEXT"))
    assert connection.execute("PRAGMA user_version").fetchone() == (5,)
    assert connection.execute("SELECT session_id, note FROM session").fetchall() == [(walk.session_id, None)]
    connection.close()
    with StoreReader(copy) as reader:
        assert reader.sessions() == [walk.record()]


def test_a_failed_migration_is_taken_back_whole(open_store, path):
    open_store().close()
    connection = connection_of(path)
    broken = (*schema.MIGRATIONS, "CREATE TABLE more (x); CREATE TABLE more (x)")
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        schema.migrate(connection, path, 4, broken)
    assert connection.execute("PRAGMA user_version").fetchone() == (4,)
    assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'more'").fetchone() == (0,)
    connection.close()
