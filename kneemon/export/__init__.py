# SPDX-License-Identifier: MIT
"""Session logs as files: pure writers over the store's records."""

from kneemon.export.columns import EXPORT_COLUMNS, Column
from kneemon.export.csv_files import session_csv, write_session

__all__ = ["EXPORT_COLUMNS", "Column", "session_csv", "write_session"]
