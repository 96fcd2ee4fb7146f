# SPDX-License-Identifier: MIT
"""Databases in which another program has put something: not restored, and told when a backup is made."""

import sqlite3
from contextlib import closing

import pytest

from kneemon.errors import BackupError
from kneemon.store.backup import checked, copy_store, take_database


def told(share):
    assert 0.0 <= share <= 1.0


def sql(path, statement, *values):
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(statement, values).fetchall()


@pytest.fixture
def written(open_store, walk):
    """A closed store with one walk."""
    store = open_store()
    store.begin(walk.record())
    store.end(walk.ended(60.0))
    store.close()


TRIGGER = "CREATE TRIGGER t AFTER INSERT ON diary BEGIN DELETE FROM session; END"
ONE_SECOND = (
    "SELECT 'b1' session_id, 1.0 elapsed_s, 1 steps, 1.0 cadence_spm, 'walking' activity, 'main' part, 0 over_pace"
)


@pytest.mark.parametrize(
    ("statements", "seen"),
    [
        ([TRIGGER], "the trigger 't'"),
        (["CREATE VIEW v AS SELECT 1"], "the view 'v'"),
        (["ALTER TABLE second RENAME TO s2", f"CREATE VIEW second AS {ONE_SECOND}"], "the table 's2'"),
        (["CREATE TABLE mine (x)"], "the table 'mine'"),
        (["CREATE INDEX mine ON second (steps)"], "the index 'mine'"),
        (["DROP TABLE second"], "no table 'second'"),
        (["ALTER TABLE diary ADD COLUMN x TEXT AS (hex(zeroblob(seq)))"], "the table 'diary'"),
    ],
)
def test_what_kneemon_never_puts_there_is_refused(written, path, tmp_path, statements, seen):
    copy = tmp_path / "copy.db"
    copy_store(path, copy, told)
    for statement in statements:
        sql(copy, statement)
    expected = (
        f"the database {copy} cannot be used: expected only what kneemon puts into its database, saw {seen}. "
        "Another program changed it: undo that there, or take a backup from before."
    )
    with pytest.raises(BackupError) as caught:
        checked(copy)
    assert str(caught.value) == expected
    with pytest.raises(BackupError) as caught:
        take_database(copy, tmp_path / "taken.db")
    assert str(caught.value) == expected


def test_what_could_not_be_restored_is_not_copied(written, path, tmp_path):
    sql(path, TRIGGER)
    with pytest.raises(BackupError, match=f"the database {path} cannot be used: .* saw the trigger 't'"):
        copy_store(path, tmp_path / "copy.db", told)
    assert not (tmp_path / "copy.db").exists()


def test_statistics_and_an_index_that_is_missing_are_taken(written, path, tmp_path):
    copy = tmp_path / "copy.db"
    copy_store(path, copy, told)
    sql(copy, "DROP INDEX diary_utc")
    sql(copy, "ANALYZE")
    assert sql(copy, "SELECT count(*) FROM sqlite_stat1") > [(0,)]
    assert checked(copy).rows["session"] == 1


@pytest.mark.parametrize("name", ["../../x", "/etc/x", "all", "latest", "diary", "", "a b", "b1\n", "x" * 65])
def test_a_name_that_is_no_walks_is_refused(written, path, tmp_path, name):
    copy = tmp_path / "copy.db"
    copy_store(path, copy, told)
    sql(copy, "UPDATE session SET session_id = ?", name)
    with pytest.raises(BackupError) as caught:
        checked(copy)
    assert str(caught.value) == (
        f"the database {copy} cannot be used: expected walks named by letters, digits and hyphens, "
        f"saw {name[:40]!r}. Another program changed it: undo that there, or take a backup from before."
    )
