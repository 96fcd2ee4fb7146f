# SPDX-License-Identifier: MIT
"""Twelve weeks of a life, exported and imported: the same store, row by row, byte by byte; and what is refused."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from kneemon.app.importing import import_whole
from kneemon.app.life import LifeOptions, live
from kneemon.app.whole import whole_of
from kneemon.clock import SystemClock
from kneemon.config.presets import preset_text
from kneemon.errors import BackupError, StoreError
from kneemon.store import Store, StoreReader
from kneemon.store.snapshot import KEYS

START = date(2026, 8, 31)

# Exports what it is told to and says what that took beside the interpreter and its modules, in kB.
MEASURED = """
import resource, sys
from pathlib import Path
from kneemon.app.whole import whole_of
from kneemon.clock import SystemClock
def most(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = most()
with open(sys.argv[2], "wb") as file:
    file.writelines(whole_of(Path(sys.argv[1]), SystemClock()))
print(most() - before)
assert "numpy" not in sys.modules
"""


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("life") / "life.db"
    options = LifeOptions(path, preset_text("six_week", START), Path("six_week.toml"), START, 12, 7)
    live(options, lambda *_: None)
    return path


def all_rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as connection:
        return {
            table: connection.execute(f"SELECT * FROM {table} ORDER BY {', '.join(keys)}").fetchall()  # noqa: S608
            for table, keys in KEYS.items()
        }


def exported(store: Path, file: Path) -> bytes:
    """But for the time that it was made at."""
    file.write_bytes(b"".join(whole_of(store, SystemClock(), raw=True)))
    content = file.read_bytes()
    begin = content.index(b'"made_at"')
    end = content.rindex(b'"sha256"')
    return content[:begin] + content[begin + 50 : end]


def test_twelve_weeks_come_back_row_by_row_and_byte_by_byte(life, tmp_path):
    before = exported(life, tmp_path / "whole.json")
    imported = import_whole(tmp_path / "whole.json", tmp_path / "fresh.db", SystemClock())
    rows = all_rows(life)
    assert len(rows["session"]) > 30
    assert len(rows["second"]) > 30_000
    assert all_rows(tmp_path / "fresh.db") == rows
    assert imported.rows["second"] == len(rows["second"])
    assert exported(tmp_path / "fresh.db", tmp_path / "again.json") == before
    with StoreReader(tmp_path / "fresh.db") as fresh, StoreReader(life) as old:
        assert fresh.walks() == old.walks()
        assert fresh.diary() == old.diary()
        assert fresh.unreadable == 0


def test_an_imported_store_is_gone_on_with(life, tmp_path):
    exported(life, tmp_path / "whole.json")
    import_whole(tmp_path / "whole.json", tmp_path / "fresh.db", SystemClock())
    before = all_rows(tmp_path / "fresh.db")
    clock = SystemClock()
    store = Store.open(tmp_path / "fresh.db", documents_of=lambda *_: (), clock=clock)
    try:
        assert store.device == dict(before["meta"])["device"]
        assert store.next_session_id(clock.anchor().boot_id).startswith(f"b{len(before['boot']) + 1}-1-")
        assert len(store.diary()) == len(before["diary"])
    finally:
        store.close()


def test_a_store_with_walks_is_not_touched(life, tmp_path):
    exported(life, tmp_path / "whole.json")
    store = tmp_path / "mine.db"
    import_whole(tmp_path / "whole.json", store, SystemClock())
    before = store.read_bytes()
    with pytest.raises(BackupError) as caught:
        import_whole(tmp_path / "whole.json", store, SystemClock())
    assert str(caught.value) == (
        f"nothing is imported into {store}: expected a device on which nobody has walked yet, saw a store with walks "
        "or answers in it. Name another store with --store; `kneemon restore` replaces one, and keeps what was there."
    )
    assert store.read_bytes() == before
    assert not list(tmp_path.glob("*.new*"))


def test_a_device_that_was_only_switched_on_takes_it_and_keeps_what_it_had(life, tmp_path):
    exported(life, tmp_path / "whole.json")
    store = tmp_path / "fresh.db"
    Store.open(store, documents_of=lambda *_: (), clock=SystemClock()).close()
    fresh = all_rows(store)
    assert fresh["boot"]
    imported = import_whole(tmp_path / "whole.json", store, SystemClock())
    assert all_rows(store) == all_rows(life)
    assert imported.kept is not None
    assert all_rows(imported.kept) == fresh


def test_not_while_a_kneemon_runs(life, tmp_path):
    exported(life, tmp_path / "whole.json")
    store = Store.open(tmp_path / "fresh.db", documents_of=lambda *_: (), clock=SystemClock())
    try:
        with pytest.raises(StoreError, match="another running kneemon"):
            import_whole(tmp_path / "whole.json", tmp_path / "fresh.db", SystemClock())
    finally:
        store.close()


def test_memory_is_bounded_by_a_walk_not_by_the_store(life, tmp_path):
    """Ten times the walks take no more memory; numpy is not among what is imported."""
    many = tmp_path / "many.db"
    many.write_bytes(life.read_bytes())
    columns = (
        "revision, device, boot_id, started_at, ended_at, tz, time_quality, worn, sensor, software, final, summary, "
        "time_error_s, pain_told"
    )
    names = "SELECT session_id FROM session WHERE session_id NOT LIKE '%#%'"
    with closing(sqlite3.connect(many)) as connection, connection:
        for copy in range(9):
            connection.execute(
                f"INSERT INTO session (session_id, {columns}) SELECT session_id || '#' || ?, {columns} FROM session "  # noqa: S608
                f"WHERE session_id IN ({names})",
                (copy,),
            )
            connection.execute(
                "INSERT INTO second SELECT session_id || '#' || ?, elapsed_s, steps, cadence_spm, activity, part, "  # noqa: S608
                f"over_pace FROM second WHERE session_id IN ({names})",
                (copy,),
            )
    took = [
        int(subprocess.check_output([sys.executable, "-c", MEASURED, store, tmp_path / "whole.json"], text=True))
        for store in (life, many)
    ]
    assert (tmp_path / "whole.json").stat().st_size > 30e6
    assert took[1] < took[0] + 8_000, took
