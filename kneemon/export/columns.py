# SPDX-License-Identifier: MIT
"""The columns of a walk's files: their names, units, meanings and cells, in one table that the manual is made from.

Steps are initial contacts of either foot, cadence is steps per minute (spm). Times of day are local to the record's
zone; elapsed_s, seconds after the start, is right even where the clock was not. None is an empty cell: not known.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from kneemon.model.questions import Ask
from kneemon.model.records import EventRow, SecondRow, SessionRecord
from kneemon.plan.load import Load

# A time is told as local time: an aware datetime, or a timedelta after the session's start.
Cell = str | int | float | bool | datetime | timedelta | None
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """One column; unit "" where there is none. `cell` takes the fact that the row tells."""

    name: str
    unit: str
    meaning: str
    cell: Callable[[T], Cell]


@dataclass(frozen=True, slots=True)
class Walked:
    """A walk, and what the diary makes known of it.

    pain: before, at the end, later and next morning, as far as it was told. worst: the highest told or marked during
    the walk, its end counted. gave_way: how often, at least once where it was told without a mark. load_kns: the load
    with the walker's weight, kN·s. overshoot_percent: of the planned minutes, None when that is no more
    than was planned or nearly so.
    """

    record: SessionRecord
    pain: Mapping[Ask, int | None] = field(default_factory=dict)
    load: Load | None = None
    load_kns: float | None = None
    overshoot_percent: float | None = None
    worst: int | None = None
    gave_way: int = 0


def _told(ask: Ask) -> Callable[[Walked], Cell]:
    return lambda walked: walked.pain.get(ask)


def _pain_before(walked: Walked) -> Cell:
    told = walked.pain.get(Ask.PAIN_BEFORE)
    return walked.record.summary.pain_before if told is None else told


def _dose(name: str) -> Callable[[Walked], Cell]:
    """That field of the prescription; not known without a plan."""
    return lambda walked: getattr(walked.record.summary.prescription, name, None)


def _against(limit: str, figure: str) -> Callable[[Walked], Cell]:
    """That figure of the summary; not known where the limit it is measured against was not set."""

    def cell(walked: Walked) -> Cell:
        summary = walked.record.summary
        return getattr(summary, figure) if getattr(summary.prescription, limit, None) is not None else None

    return cell


def _load(name: str) -> Callable[[Walked], Cell]:
    """That figure of the load."""
    return lambda walked: None if walked.load is None else float(getattr(walked.load, name))


def _of_kept_plan(name: str) -> Callable[[Walked], Cell]:
    """That field of the prescription; not known of walks without a plan that the store keeps."""

    def cell(walked: Walked) -> Cell:
        dose = walked.record.summary.prescription
        return getattr(dose, name) if dose is not None and dose.plan_rev else None

    return cell


def _utc_offset_min(walked: Walked) -> float | None:
    offset = walked.record.started_at.astimezone(ZoneInfo(walked.record.tz)).utcoffset()
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

SUMMARY_COLUMNS: tuple[Column[Walked], ...] = (
    Column("session_id", "", "the session's name, the same everywhere", lambda row: row.record.session_id),
    Column("revision", "", "how often this summary was issued; the highest holds", lambda row: row.record.revision),
    Column("final", "0 or 1", "1 when no further revision is expected", lambda row: row.record.final),
    Column("started_local_time", "", "start, time of day", lambda row: row.record.started_at),
    Column("ended_local_time", "", "end, time of day", lambda row: row.record.ended_at),
    Column("tz", "", "time zone of all times of day", lambda row: row.record.tz),
    Column("utc_offset_min", "min", "what local time was ahead of UTC at the start", _utc_offset_min),
    Column(
        "time_quality",
        "",
        "ntp; estimated: times of day too early by time_error_s at most; unsynced: they may be wrong",
        lambda row: row.record.time_quality.value,
    ),
    Column("time_error_s", "s", "how far off the times of day may be", lambda row: row.record.time_error_s),
    Column("duration_s", "s", "start to end", lambda row: row.record.summary.duration_s),
    Column("walking_s", "s", "time between steps at most 3 s apart", lambda row: row.record.summary.walking_s),
    Column("rest_s", "s", "all other time outside pauses, gaps included", lambda row: row.record.summary.rest_s),
    Column("paused_s", "s", "pauses: time that the walker took out", lambda row: row.record.summary.paused_s),
    Column("main_s", "s", "walking that counted against the day's dose", _against("dose_s", "main_s")),
    Column("steps", "steps", "steps of both feet", lambda row: row.record.summary.steps),
    Column(
        "cadence_mean_spm",
        "steps/min",
        "mean of seconds with a cadence",
        lambda row: row.record.summary.cadence_mean_spm,
    ),
    Column(
        "cadence_p95_spm", "steps/min", "95th percentile of the same", lambda row: row.record.summary.cadence_p95_spm
    ),
    Column("moderate_s", "s", "walking at a moderate or higher cadence", lambda row: row.record.summary.moderate_s),
    Column("vigorous_s", "s", "walking at a vigorous cadence", lambda row: row.record.summary.vigorous_s),
    Column("bouts", "bouts", "walking bouts: no pause in them over 3 s", lambda row: row.record.summary.bouts),
    Column("over_pace_s", "s", "walking above the cadence ceiling", _against("cadence_ceiling_spm", "over_pace_s")),
    Column("over_limit_s", "s", "walking after dose and cool-down", _against("dose_s", "over_limit_s")),
    Column(
        "overshoot_percent",
        "%",
        "walked, of the planned minutes, where that is over the plan's overshoot_percent",
        lambda row: row.overshoot_percent,
    ),
    Column(
        "load_units", "BW·s", "load on each knee, in body weights, roughly: to compare yourself with", _load("units")
    ),
    Column("load_low", "BW·s", "it may be as low as this", _load("low")),
    Column("load_high", "BW·s", "or as high as this", _load("high")),
    Column("load_kns", "kN·s", "load_units with your weight; empty without one", lambda row: row.load_kns),
    Column("pain_marks", "marks", "how often pain was marked", lambda row: len(row.record.summary.pains)),
    Column("pain_max_nrs", "0 to 10", "highest pain told during the walk or at its end", lambda row: row.worst),
    Column("pain_before_nrs", "0 to 10", "pain before the walk", _pain_before),
    Column("pain_end_nrs", "0 to 10", "pain at the end of the walk", _told(Ask.PAIN_END)),
    Column("pain_later_nrs", "0 to 10", "pain two hours later", _told(Ask.PAIN_LATER)),
    Column("pain_morning_nrs", "0 to 10", "pain next morning", _told(Ask.PAIN_MORNING)),
    Column("gave_way", "times", "how often the knee gave way, as marked or told", lambda row: row.gave_way),
    Column("plan", "", "name of the plan", _dose("plan")),
    Column("plan_rev", "", "version of the plan, as `kneemon plan versions` counts them", _of_kept_plan("plan_rev")),
    Column("plan_state", "", "where the plan stood: baseline, progress, hold, …", _of_kept_plan("state")),
    Column("plan_week", "", "week of the plan, the first is 1", _dose("week")),
    Column("rest_day", "0 or 1", "1 when no walk was planned", _dose("rest_day")),
    Column("dose_s", "s", "the day's dose, walking in the main part", _dose("dose_s")),
    Column("limit_s", "s", "what of the dose was left at the start", _dose("limit_s")),
    Column("warm_up_s", "s", "planned warm-up", _dose("warm_up_s")),
    Column("cool_down_s", "s", "planned cool-down", _dose("cool_down_s")),
    Column("cadence_ceiling_spm", "steps/min", "the cadence ceiling, not to be exceeded", _dose("cadence_ceiling_spm")),
    Column("bout_cap_s", "s", "longest stretch of walking without a long rest", _dose("bout_cap_s")),
    Column("pain_stop_nrs", "0 to 10", "pain at which the walk is to stop", _dose("pain_stop")),
    Column("end_reason", "", "why it ended; empty while it goes on", lambda row: row.record.summary.end_reason),
    Column("gaps", "gaps", "stretches without signal", lambda row: row.record.summary.gaps),
    Column("gaps_s", "s", "time without signal", lambda row: row.record.summary.gaps_s),
    Column("clipped_samples", "samples", "samples beyond the sensor's range", lambda row: row.record.summary.clipped),
    Column("worn", "", "where the device was worn", lambda row: row.record.worn),
    Column("sensor", "", "the sensor", lambda row: row.record.sensor),
    Column("device", "", "the device's random name", lambda row: row.record.device),
    Column("software", "", "what recorded it", lambda row: row.record.software),
)

EVENT_COLUMNS: tuple[Column[EventRow], ...] = (
    Column("elapsed_s", "s", "when, after the start", lambda row: row.at_s),
    Column("local_time", "", "the same as a time of day", lambda row: timedelta(seconds=row.at_s)),
    Column("kind", "", "what happened: a cue, a mark, a pause, a bout or a gap", lambda row: row.kind),
    Column("value", "see unit", "what was measured", lambda row: row.value),
    Column("limit", "see unit", "what it was measured against", lambda row: row.limit),
    Column("unit", "", "unit of value and limit", lambda row: row.unit),
)
