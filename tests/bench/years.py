# SPDX-License-Identifier: MIT
"""Years of simulated life in a store: half a year is lived, and goes on again and again with its dates moved on.

The rules look at the whole past each day, so that five years lived day by day would take an hour. Every walk, second,
answer and decision is kneemon's own; only names and dates are made anew.
"""

import re
import sqlite3
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

from kneemon.app.life import LifeOptions, Living
from kneemon.config.presets import preset_text
from kneemon.store.reader import StoreReader

WEEKS = 26
SPAN = timedelta(weeks=WEEKS)
DAY_OR_INSTANT = re.compile(r"\b20\d\d-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z))?")
WALK = re.compile(r"\bb(\d+)-(\d+)-([0-9a-f]{4})\b")
BOOT = re.compile(r"\b([0-9a-f]{8})(-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b")


def years_of_life(path: Path, halves: int, last: date, seed: int = 7) -> None:
    """A store of so many half years that ends on `last`."""
    start = last - halves * SPAN
    plan = preset_text("six_week", start)
    Living(LifeOptions(path, plan, Path("plan.toml"), start, weeks=WEEKS, seed=seed)).live(lambda *_: None)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        for half in range(1, halves):
            _go_on(connection, half)
    connection.close()
    with StoreReader(path) as reader:  # it can be read to its end
        assert reader.unreadable == 0
        reader.walks()


def _go_on(connection: sqlite3.Connection, half: int) -> None:
    """Append the first half year once more, moved on by `half` of them."""
    renamed = _renamed(half)
    firsts = {
        table: connection.execute(f"SELECT max({key}) FROM {table}").fetchone()[0] // half  # noqa: S608
        for table, key in (("session", "seq"), ("diary", "seq"), ("boot", "number"))
    }
    for table in ("boot", "session", "second", "event", "diary", "anchor"):
        columns = [row[1] for row in connection.execute(f"PRAGMA table_xinfo({table})") if row[6] == 0]
        names = ", ".join(f'"{name}"' for name in columns)
        key = {"session": "seq", "diary": "seq", "boot": "number"}.get(table)
        where = f"WHERE {key} <= {firsts[table]}" if key else "WHERE " + _of_the_first(table)
        rows = connection.execute(f"SELECT {names} FROM {table} {where}").fetchall()  # noqa: S608
        made = []
        for row in rows:
            cells = [renamed(cell) if isinstance(cell, str) else cell for cell in row]
            if key:
                cells[columns.index(key)] += half * firsts[table]
            if table == "event":
                cells[columns.index("seq")] = None
            made.append(cells)
        marks = ", ".join("?" * len(columns))
        connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", made)  # noqa: S608


def _of_the_first(table: str) -> str:
    """The rows of the half year that was lived: no later one has its names."""
    if table == "anchor":
        return f"boot_id NOT GLOB '{MARK}*'"
    return f"session_id NOT GLOB 'b{'[0-9]' * 6}*'"


MARK = "ffff"  # begins every boot id that was made anew


def _renamed(half: int) -> Callable[[str], str]:
    moved = half * SPAN

    def day(found: re.Match[str]) -> str:
        text = found[0]
        if found[1] is None:
            return (date.fromisoformat(text) + moved).isoformat()
        at = datetime.fromisoformat(text) + moved
        return at.isoformat(timespec="microseconds" if found[2] else "seconds")

    def cell(text: str) -> str:
        text = BOOT.sub(lambda boot: f"{MARK}{half:02x}{boot[1][6:]}{boot[2]}", text)
        text = WALK.sub(lambda walk: f"b{half * 100_000 + int(walk[1])}-{walk[2]}-{walk[3]}", text)
        return DAY_OR_INSTANT.sub(day, text)

    return cell
