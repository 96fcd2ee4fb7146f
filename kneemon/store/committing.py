# SPDX-License-Identifier: MIT
"""One batch, one transaction: all of it is on disk afterwards, or nothing of it.

But for what can never be erased: a deletion that SQLite refuses for another reason than the disk is left out, and told
in the log, or nothing would be stored any more.
"""

import logging
import sqlite3

from kneemon.store import rows
from kneemon.store.batch import Batch
from kneemon.store.outgoing import Outgoing
from kneemon.store.raw_rows import RawRoom

logger = logging.getLogger(__name__)

NEVER = ("SQLITE_ERROR", "SQLITE_CONSTRAINT", "SQLITE_MISMATCH")  # and whatever extends them


def commit(connection: sqlite3.Connection, outgoing: Outgoing, room: RawRoom, batch: Batch) -> sqlite3.Error | None:
    """The error where it could not be done."""
    try:
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(rows.PUT_SESSION, batch.sessions.values())
            connection.executemany(rows.PUT_SECOND, batch.seconds)
            room.do(batch.raw)  # before what erases it
            for statement, values in batch.statements:
                _execute(connection, statement, values)
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


def _execute(connection: sqlite3.Connection, statement: str, values: rows.Row) -> None:
    try:
        connection.execute(statement, values)
    except sqlite3.Error as error:
        if not (statement.lstrip().startswith("DELETE") and error.sqlite_errorname.startswith(NEVER)):
            raise
        logger.error("something cannot be erased and is left in the store: %s (%s)", error, statement.strip())
