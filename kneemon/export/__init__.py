# SPDX-License-Identifier: MIT
"""Walks and diary as files: pure writers over the store's records."""

from kneemon.export.csv_files import EXPORT_COLUMNS, dated, diary_csv, session_csv, write_files

__all__ = ["EXPORT_COLUMNS", "dated", "diary_csv", "session_csv", "write_files"]
