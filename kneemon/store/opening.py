# SPDX-License-Identifier: MIT
"""What a store does before its writer starts: it names the device and the boot, and closes walks that were cut off.

All of it is one transaction.
"""

import secrets
import sqlite3
import string
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from kneemon.model.records import SessionRecord
from kneemon.model.sessions import EndReason
from kneemon.store import rows
from kneemon.store.batch import Publication
from kneemon.store.outgoing import Outgoing

DEVICE_LENGTH = 12
TOLD = f"{rows.NOTE}told"


def opened(
    connection: sqlite3.Connection, outgoing: Outgoing, boot_id: str, told: str
) -> tuple[str, int, Mapping[str, int], int]:
    """The device, the boot's number, every boot's, and how many walks this one had. told: as `Store.open` takes it."""
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        found = (
            device(connection),
            boot_number(connection, boot_id),
            MappingProxyType(boots(connection)),
            sessions_in_boot(connection, boot_id),
        )
        owe_what_was_told_otherwise(connection, told)
        closed = [Publication(record, outgoing.detail) for record in close_interrupted(connection)]
        outgoing.publish((*outgoing.owed(), *closed))
        backlog = outgoing.count()
    outgoing.committed(backlog)
    return found


def device(connection: sqlite3.Connection) -> str:
    """The device's name, random at first and kept for ever: it tells nothing about its owner or its hardware."""
    name = "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(DEVICE_LENGTH))
    connection.execute("INSERT OR IGNORE INTO meta VALUES ('device', ?)", (name,))
    (kept,) = connection.execute("SELECT value FROM meta WHERE key = 'device'").fetchone()
    return str(kept)


def boot_number(connection: sqlite3.Connection, boot_id: str) -> int:
    """How many-th boot of this device it is; the same for every start within the boot."""
    connection.execute("INSERT INTO boot (boot_id) VALUES (?) ON CONFLICT DO NOTHING", (boot_id,))
    (number,) = connection.execute("SELECT number FROM boot WHERE boot_id = ?", (boot_id,)).fetchone()
    return int(number)


def boots(connection: sqlite3.Connection) -> dict[str, int]:
    """The number of every boot so far, by boot id."""
    return dict(map(tuple, connection.execute("SELECT boot_id, number FROM boot ORDER BY number")))


def sessions_in_boot(connection: sqlite3.Connection, boot_id: str) -> int:
    (count,) = connection.execute("SELECT count(*) FROM session WHERE boot_id = ?", (boot_id,)).fetchone()
    return int(count)


def close_interrupted(connection: sqlite3.Connection) -> list[SessionRecord]:
    """End every walk without an end at its last stored second; those are returned."""
    found = connection.execute("SELECT * FROM session WHERE end_reason IS NULL ORDER BY seq").fetchall()
    records = [_cut_off(connection, rows.record_of(row)) for row in found]
    connection.executemany(rows.PUT_SESSION, map(rows.session_row, records))
    return records


def owe_what_was_told_otherwise(connection: sqlite3.Connection, told: str) -> None:
    """Delete what waits when it was not made as `told`: it would tell what the owner no longer wants told.

    Its walks owe their documents then. Where no note says as what it was made, it counts as made otherwise.
    """
    kept = connection.execute("SELECT value FROM meta WHERE key = ?", (TOLD,)).fetchone()
    if kept is not None and kept["value"] == told:
        return
    connection.execute("UPDATE session SET owed = 1 WHERE session_id IN (SELECT session_id FROM outbox)")
    connection.execute("DELETE FROM outbox")
    connection.execute(rows.PUT_META, (TOLD, told))


def notes(connection: sqlite3.Connection) -> dict[str, str]:
    """What was kept, by name."""
    found = connection.execute("SELECT key, value FROM meta WHERE key GLOB ?", (f"{rows.NOTE}*",))
    return {key.removeprefix(rows.NOTE): value for key, value in found}


def _cut_off(connection: sqlite3.Connection, record: SessionRecord) -> SessionRecord:
    (elapsed_s,) = connection.execute(
        "SELECT coalesce(max(elapsed_s), 0.0) FROM second WHERE session_id = ?", (record.session_id,)
    ).fetchone()
    ended_s = record.summary.started_s + elapsed_s
    summary = replace(record.summary, ended_s=ended_s, end_reason=EndReason.POWER_LOSS)
    return replace(rows.brought_up_to(record, summary), final=True)
