# SPDX-License-Identifier: MIT
"""The SQLite store: migrations, one writer, a read-only reader, the outbox."""

from kneemon.store.reader import StoreReader
from kneemon.store.writer import Store

__all__ = ["Store", "StoreReader"]
