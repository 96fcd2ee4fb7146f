# SPDX-License-Identifier: MIT
"""Numbers as people read them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from kneemon.model.records import SessionRecord


def minutes(seconds: float) -> str:
    """65.4 -> "1:05"."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def several(number: int, thing: str) -> str:
    """1 -> "1 gap", 2 -> "2 gaps"."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def spm(cadence: float | None) -> str:
    """Whole steps/min, a dash where it is not known."""
    return "–" if cadence is None else f"{cadence:.0f}"


def local(record: SessionRecord) -> datetime:
    """When the session began, on the walker's clock."""
    return record.started_at.astimezone(ZoneInfo(record.tz))
