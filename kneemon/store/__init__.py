# SPDX-License-Identifier: MIT
"""The SQLite store: migrations, one writer, a read-only reader, the outbox."""
