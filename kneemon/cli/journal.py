# SPDX-License-Identifier: MIT
"""What a service of ours logs, as systemd's journal or a terminal wants to read it."""

import logging
import os
import sys


def log_to_stderr(level: str) -> None:
    """Under systemd with its level prefixes, which the journal reads; in a terminal with the time."""
    handler = logging.StreamHandler(sys.stderr)
    if "JOURNAL_STREAM" in os.environ:
        handler.setFormatter(_JournalFormatter("%(name)s: %(message)s"))
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler])


class _JournalFormatter(logging.Formatter):
    """sd-daemon(3) levels: <3> error … <7> debug."""

    def format(self, record: logging.LogRecord) -> str:
        level = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4}.get(record.levelno, 3)
        return f"<{level}>{super().format(record)}"
