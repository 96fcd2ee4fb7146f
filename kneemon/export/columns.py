# SPDX-License-Identifier: MIT
"""The columns of the CSV files: their names, units, meanings and cells, in one table that the manual is made from.

Steps are initial contacts of either foot, cadence is steps per minute (spm). Times of day are local to the record's
zone; elapsed_s, seconds after the start, is right even where the clock was not. None is an empty cell: not known.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from kneemon.model.records import EventRow, SecondRow, SessionRecord

# A time is told as local time: a datetime as it is, a timedelta as so long after the session's start.
Cell = str | int | float | bool | datetime | timedelta | None
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """One column; unit "" where there is none. `cell` takes the fact that the row tells."""

    name: str
    unit: str
    meaning: str
    cell: Callable[[T], Cell]


def _dose(name: str) -> Callable[[SessionRecord], Cell]:
    """That field of the prescription; not known without a plan."""
    return lambda record: getattr(record.summary.prescription, name, None)


def _against(limit: str, figure: str) -> Callable[[SessionRecord], Cell]:
    """That figure of the summary; not known where the limit it is measured against was not set."""

    def cell(record: SessionRecord) -> Cell:
        known = getattr(record.summary.prescription, limit, None) is not None
        return getattr(record.summary, figure) if known else None

    return cell


def _pain_max(record: SessionRecord) -> int | None:
    return max((mark.score for mark in record.summary.pains if mark.score is not None), default=None)


def _utc_offset_min(record: SessionRecord) -> float | None:
    offset = record.started_at.astimezone(ZoneInfo(record.tz)).utcoffset()
    return None if offset is None else offset.total_seconds() / 60


SECOND_COLUMNS: tuple[Column[SecondRow], ...] = (
    Column("elapsed_s", "s", "end of the second, after the start", lambda row: row.elapsed_s),
    Column("local_time", "", "the same as a time of day", lambda row: timedelta(seconds=row.elapsed_s)),
    Column("steps", "steps", "steps announced in this second", lambda row: row.steps),
    Column("cadence_spm", "steps/min", "cadence of the recent strides", lambda row: row.cadence_spm),
    Column("activity", "", "walking, resting or paused", lambda row: row.activity),
    Column("part", "", "part of the plan: free, warm_up, main, cool_down or over", lambda row: row.part),
    Column("over_pace", "0 or 1", "1 while the cadence is above its ceiling", lambda row: row.over_pace),
)

SUMMARY_COLUMNS: tuple[Column[SessionRecord], ...] = (
    Column("session_id", "", "the session's name, the same everywhere", lambda row: row.session_id),
    Column("revision", "", "how often this summary was issued; the highest holds", lambda row: row.revision),
    Column("final", "0 or 1", "1 when no further revision is expected", lambda row: row.final),
    Column("started_local_time", "", "start, time of day", lambda row: row.started_at),
    Column("ended_local_time", "", "end, time of day", lambda row: row.ended_at),
    Column("tz", "", "time zone of all times of day", lambda row: row.tz),
    Column("utc_offset_min", "min", "what local time was ahead of UTC at the start", _utc_offset_min),
    Column("time_quality", "", "ntp, or unsynced: times of day may be wrong", lambda row: row.time_quality.value),
    Column("duration_s", "s", "start to end", lambda row: row.summary.duration_s),
    Column("walking_s", "s", "time between steps at most 3 s apart", lambda row: row.summary.walking_s),
    Column("rest_s", "s", "all other time outside pauses, gaps included", lambda row: row.summary.rest_s),
    Column("paused_s", "s", "pauses: time that the walker took out", lambda row: row.summary.paused_s),
    Column("main_s", "s", "walking that counted against the day's dose", _against("dose_s", "main_s")),
    Column("steps", "steps", "steps of both feet", lambda row: row.summary.steps),
    Column("cadence_mean_spm", "steps/min", "mean of seconds with a cadence", lambda row: row.summary.cadence_mean_spm),
    Column("cadence_p95_spm", "steps/min", "95th percentile of the same", lambda row: row.summary.cadence_p95_spm),
    Column("bouts", "bouts", "walking bouts: no pause in them over 3 s", lambda row: row.summary.bouts),
    Column("over_pace_s", "s", "walking above the cadence ceiling", _against("cadence_ceiling_spm", "over_pace_s")),
    Column("over_limit_s", "s", "walking after dose and cool-down", _against("dose_s", "over_limit_s")),
    Column("pain_marks", "marks", "how often pain was marked", lambda row: len(row.summary.pains)),
    Column("pain_max_nrs", "0 to 10", "highest pain marked with a score", _pain_max),
    Column("gave_way", "times", "how often the knee gave way, as marked", lambda row: len(row.summary.gave_way_s)),
    Column("plan", "", "name of the plan", _dose("plan")),
    Column("plan_week", "", "week of the plan, the first is 1", _dose("week")),
    Column("rest_day", "0 or 1", "1 when no walk was planned", _dose("rest_day")),
    Column("dose_s", "s", "the day's dose, walking in the main part", _dose("dose_s")),
    Column("limit_s", "s", "what of the dose was left at the start", _dose("limit_s")),
    Column("warm_up_s", "s", "planned warm-up", _dose("warm_up_s")),
    Column("cool_down_s", "s", "planned cool-down", _dose("cool_down_s")),
    Column("cadence_ceiling_spm", "steps/min", "the cadence ceiling, not to be exceeded", _dose("cadence_ceiling_spm")),
    Column("pain_stop_nrs", "0 to 10", "pain at which the walk is to stop", _dose("pain_stop")),
    Column("end_reason", "", "why it ended; empty while it goes on", lambda row: row.summary.end_reason),
    Column("gaps", "gaps", "stretches without signal", lambda row: row.summary.gaps),
    Column("gaps_s", "s", "time without signal", lambda row: row.summary.gaps_s),
    Column("clipped_samples", "samples", "samples beyond the sensor's range", lambda row: row.summary.clipped),
    Column("worn", "", "where the device was worn", lambda row: row.worn),
    Column("sensor", "", "the sensor", lambda row: row.sensor),
    Column("device", "", "the device's random name", lambda row: row.device),
    Column("software", "", "what recorded it", lambda row: row.software),
)

EVENT_COLUMNS: tuple[Column[EventRow], ...] = (
    Column("elapsed_s", "s", "when, after the start", lambda row: row.at_s),
    Column("local_time", "", "the same as a time of day", lambda row: timedelta(seconds=row.at_s)),
    Column("kind", "", "what happened: a cue, a mark, a pause, a bout or a gap", lambda row: row.kind),
    Column("value", "see unit", "what was measured", lambda row: row.value),
    Column("limit", "see unit", "what it was measured against", lambda row: row.limit),
    Column("unit", "", "unit of value and limit", lambda row: row.unit),
)

# By the ending of the file's name.
EXPORT_COLUMNS: Mapping[str, tuple[Column[Any], ...]] = {
    "session": SECOND_COLUMNS,
    "summary": SUMMARY_COLUMNS,
    "events": EVENT_COLUMNS,
}
