# SPDX-License-Identifier: MIT
"""One batch, one transaction: all of it is on disk afterwards, or nothing of it."""

import sqlite3

from kneemon.store import rows
from kneemon.store.batch import Batch
from kneemon.store.outgoing import Outgoing
from kneemon.store.raw_rows import RawRoom


def commit(connection: sqlite3.Connection, outgoing: Outgoing, room: RawRoom, batch: Batch) -> sqlite3.Error | None:
    """The error where it could not be done."""
    try:
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(rows.PUT_SESSION, batch.sessions.values())
            connection.executemany(rows.PUT_SECOND, batch.seconds)
            for statement, values in batch.statements:
                connection.execute(statement, values)
            room.do(batch.raw)
            connection.executemany(rows.PUT_META, [(rows.NOTE + name, text) for name, text in batch.notes.items()])
            if batch.publications:
                outgoing.publish(batch.publications.values())
            backlog = outgoing.count()
    except sqlite3.Error as error:
        room.taken_back()
        return error
    outgoing.committed(backlog)
    room.committed(batch.statements)
    return None
