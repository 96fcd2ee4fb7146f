# SPDX-License-Identifier: MIT
"""What was stored as it is known by now: when a walk really was, and the rules of the newest plan."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from kneemon.config.plan_file import parse_plan
from kneemon.errors import PlanError
from kneemon.model.diary import PlanVersion
from kneemon.model.plans import Rules
from kneemon.model.records import SessionRecord, TimeAnchor, TimeQuality
from kneemon.plan.history import place


def on_calendar(record: SessionRecord, anchors: Mapping[str, TimeAnchor]) -> SessionRecord:
    """The walk at the time it really began, where its boot learned the time later; else as it is."""
    if record.time_quality is TimeQuality.NTP:
        return record
    began_s = record.summary.started_s
    began = place(record.boot_id, began_s, record.started_at, record.tz, certain=False, anchors=anchors)
    if not began.certain:
        return record
    lasted = timedelta(seconds=record.summary.duration_s)
    return replace(record, started_at=began.at, ended_at=began.at + lasted, time_quality=TimeQuality.NTP)


def rules_of(versions: Sequence[PlanVersion]) -> Rules:
    """The defaults where there is no plan, or its file is of a form that is no longer read."""
    with suppress(PlanError):
        return parse_plan(versions[-1].text, Path(versions[-1].name)).rules if versions else Rules()
    return Rules()
