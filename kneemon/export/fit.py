# SPDX-License-Identifier: MIT
"""A walk as a FIT activity: `activity_fit`. Parts of the plan are laps, cues and marks are events, seconds are records.

Nothing is invented: no distance, no position, no record where there was no signal or a pause. FIT cannot say that a
time is a guess; the developer fields time_quality and time_error_s do.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from math import ceil
from zlib import crc32

from kneemon.export.facts import WalkFacts, zone_of
from kneemon.export.fit_file import Written, fit_file, fit_time
from kneemon.export.fit_profile import (
    ACTIVITY,
    DEVELOPMENT,
    DEVICE_INFO,
    EVENT,
    FILE_ID,
    GENERIC,
    INTENSITIES,
    LAP,
    LAP_BY_END,
    LAP_BY_TIME,
    PRODUCT,
    RECORD,
    SESSION,
    SUB_SPORTS,
    WALKING,
    Event,
    EventType,
    File,
    Intensity,
    own_fields,
)
from kneemon.model.cues import CueKind
from kneemon.model.plans import Part
from kneemon.model.records import EventRow, SecondRow, SessionRecord
from kneemon.model.sessions import Activity

STRETCHES = ("bout", "gap", "pause")  # told by laps, missing records and the timer
MARKED = ("pain", "pain_before", "gave_way")  # told from the summary, where the newest number stands
ALERTS = {
    CueKind.LIMIT_REACHED: Event.TIME_DURATION_ALERT,
    CueKind.REST_DUE: Event.TIME_DURATION_ALERT,
    CueKind.OVER_LIMIT: Event.TIME_DURATION_ALERT,
}

Timed = tuple[int, Written]  # a message at so many whole seconds after the start


@dataclass(frozen=True, slots=True)
class _Lap:
    part: str
    start_s: float
    end_s: float
    rows: tuple[SecondRow, ...]


def activity_fit(walk: WalkFacts, seconds: Sequence[SecondRow], events: Iterable[EventRow]) -> bytes:
    """The file. seconds and events: of this walk, in order. ExportError for a time zone that is not known here.

    Seconds after the end are left out: an end by stillness is known only minutes later.
    """
    record, noted = walk.record, list(events)
    summary = record.summary
    seconds = [row for row in seconds if row.elapsed_s - 1 < summary.duration_s]
    start, zone = fit_time(record.started_at), zone_of(record)
    laps = _laps(seconds, summary.duration_s)
    end_s = ceil(max([summary.duration_s, *(lap.end_s for lap in laps)]))
    pauses = [(row.at_s, row.at_s + (row.value or 0.0)) for row in noted if row.kind == "pause"]
    timer_s = max(0.0, summary.duration_s - summary.paused_s)
    sub_sport = SUB_SPORTS.get(walk.surface, GENERIC) if walk.surface else GENERIC
    timed: list[Timed] = [
        *_timer(start, pauses, end_s),
        *_records(start, seconds, record),
        *_alerts(start, end_s, noted, seconds),
        *_marks(start, end_s, record),
        *_lap_rows(start, laps, pauses, sub_sport),
    ]
    timed.sort(key=lambda each: each[0])
    end = start + end_s
    offset = (record.started_at + timedelta(seconds=summary.duration_s)).astimezone(zone).utcoffset() or timedelta()
    serial = serial_number(record.device)
    return fit_file(
        [
            FILE_ID.data(
                type=File.ACTIVITY,
                manufacturer=DEVELOPMENT,
                product=0,
                serial_number=serial,
                time_created=start,
                product_name=PRODUCT,
            ),
            *own_fields(),
            DEVICE_INFO.data(
                timestamp=start,
                device_index=0,
                manufacturer=DEVELOPMENT,
                serial_number=serial,
                product=0,
                software_version=_version(record.software),
                product_name=PRODUCT,
            ),
            *(message for _, message in timed),
            _event(end, Event.TIMER, EventType.STOP_ALL),
            _session(walk, start, end, timer_s, sub_sport, laps, seconds),
            ACTIVITY.data(
                timestamp=end,
                total_timer_time=timer_s,
                num_sessions=1,
                type=0,
                event=Event.ACTIVITY,
                event_type=EventType.STOP,
                local_timestamp=end + round(offset.total_seconds()),
            ),
        ]
    )


def serial_number(device: str) -> int:
    """Of the device's random name: the same for the same device, never 0."""
    return crc32(device.encode()) or 1


def strides(cadence_spm: float | None) -> tuple[int | None, int | None]:
    """Strides/min, whole and in 1/128."""
    if cadence_spm is None:
        return None, None
    whole, part = divmod(round(cadence_spm / 2 * 128), 128)
    return (whole, part) if 0 <= whole < 255 else (254, 127)


def _timer(start: int, pauses: Sequence[tuple[float, float]], end_s: int) -> Iterator[Timed]:
    yield 0, _event(start, Event.TIMER, EventType.START)
    for since_s, until_s in pauses:
        at_s = min(ceil(since_s), end_s)
        yield at_s, _event(start + at_s, Event.TIMER, EventType.STOP)
        if until_s < end_s:
            yield ceil(until_s), _event(start + ceil(until_s), Event.TIMER, EventType.START)


def _records(start: int, seconds: Iterable[SecondRow], record: SessionRecord) -> Iterator[Timed]:
    pains = {ceil(mark.at_s): mark.score for mark in record.summary.pains}
    kept = [row for row in seconds if row.activity != Activity.PAUSED or row.steps]
    if not kept:
        yield 0, RECORD.data(timestamp=start)  # a file has to have one: it tells nothing
    for row in kept:
        at_s = ceil(row.elapsed_s)
        cadence, fraction = strides(row.cadence_spm)
        yield (
            at_s,
            RECORD.data(
                timestamp=start + at_s,
                cadence=cadence,
                fractional_cadence=fraction,
                steps=row.steps,
                pain_nrs=pains.get(at_s),
            ),
        )


def _alerts(start: int, end_s: int, noted: Iterable[EventRow], seconds: Sequence[SecondRow]) -> Iterator[Timed]:
    over_until_s = 0.0
    for row in noted:
        if row.kind in STRETCHES or row.kind in MARKED:
            continue
        at_s = min(ceil(row.at_s), end_s)
        if row.kind != CueKind.PACE_HIGH:
            native = ALERTS.get(CueKind(row.kind)) if row.kind in ALERTS else None
            limit_ms = round(row.limit * 1000) if native and row.limit is not None else None
            yield at_s, _event(start + at_s, native or Event.USER_MARKER, EventType.MARKER, row, data=limit_ms)
            continue
        limit = None if row.limit is None else round(row.limit / 2)
        again = row.at_s < over_until_s
        kind = EventType.MARKER if again else EventType.START
        yield at_s, _event(start + at_s, Event.CAD_HIGH_ALERT, kind, row, data=limit)
        if not again:
            below = (each.elapsed_s for each in seconds if each.elapsed_s > row.at_s and not each.over_pace)
            over_until_s = next(below, seconds[-1].elapsed_s if seconds else row.at_s)
            past_s = min(ceil(over_until_s), end_s)
            yield past_s, _event(start + past_s, Event.CAD_HIGH_ALERT, EventType.STOP, data=limit)


def _marks(start: int, end_s: int, record: SessionRecord) -> Iterator[Timed]:
    for mark in record.summary.pains:
        at_s = min(ceil(mark.at_s), end_s)
        yield at_s, _event(start + at_s, Event.USER_MARKER, EventType.MARKER, EventRow(at_s, "pain"), pain=mark.score)
    for gave_s in record.summary.gave_way_s:
        at_s = min(ceil(gave_s), end_s)
        yield at_s, _event(start + at_s, Event.USER_MARKER, EventType.MARKER, EventRow(at_s, "gave_way"))


def _event(
    at: int,
    event: Event,
    event_type: EventType,
    row: EventRow | None = None,
    *,
    data: int | None = None,
    pain: int | None = None,
) -> Written:
    if event is Event.TIMER:
        data = 0  # by hand
    told = row or EventRow(0.0, "")
    return EVENT.data(
        timestamp=at,
        event=event,
        event_type=event_type,
        data=data,
        kind=told.kind or None,
        value=told.value,
        limit=told.limit,
        pain_nrs=pain,
    )


def _laps(seconds: Sequence[SecondRow], duration_s: float) -> list[_Lap]:
    """One for each part, from the end of the part before to its own; one without seconds for a walk without."""
    runs = [(part, tuple(rows)) for part, rows in groupby(seconds, key=lambda row: row.part)]
    ends = [rows[-1].elapsed_s for _, rows in runs]
    if not runs:
        return [_Lap(Part.FREE, 0.0, duration_s, ())]
    ends[-1] = max([duration_s, *ends[-2:-1]])
    return [
        _Lap(part, start_s, end_s, rows)
        for (part, rows), start_s, end_s in zip(runs, [0.0, *ends[:-1]], ends, strict=True)
    ]


def _lap_rows(
    start: int, laps: Sequence[_Lap], pauses: Sequence[tuple[float, float]], sub_sport: int
) -> Iterator[Timed]:
    for index, lap in enumerate(laps):
        steps = sum(row.steps for row in lap.rows)
        paused_s = sum(max(0.0, min(until, lap.end_s) - max(since, lap.start_s)) for since, until in pauses)
        known = [row.cadence_spm for row in lap.rows if row.cadence_spm is not None]
        mean, mean_part = strides(sum(known) / len(known) if known else None)
        most, most_part = strides(max(known, default=None))
        whole_s = lap.end_s - lap.start_s
        cycles, half = _cycles(steps)
        message = LAP.data(
            message_index=index,
            timestamp=start + ceil(lap.end_s),
            event=Event.LAP,
            event_type=EventType.STOP,
            start_time=start + ceil(lap.start_s),
            total_elapsed_time=whole_s,
            total_timer_time=max(0.0, whole_s - paused_s),
            total_cycles=cycles,
            avg_cadence=mean,
            max_cadence=most,
            intensity=INTENSITIES.get(Part(lap.part), Intensity.ACTIVE),
            lap_trigger=LAP_BY_END if index == len(laps) - 1 else LAP_BY_TIME,
            sport=WALKING,
            sub_sport=sub_sport,
            avg_fractional_cadence=mean_part,
            max_fractional_cadence=most_part,
            total_fractional_cycles=half,
            steps=steps,
            part=str(lap.part),
        )
        yield ceil(lap.end_s), message


def _session(
    walk: WalkFacts,
    start: int,
    end: int,
    timer_s: float,
    sub_sport: int,
    laps: Sequence[_Lap],
    seconds: Sequence[SecondRow],
) -> Written:
    record, seen = walk.record, walk.outcome
    summary = record.summary
    dose = summary.prescription
    mean, mean_part = strides(summary.cadence_mean_spm)
    most, most_part = strides(max((row.cadence_spm for row in seconds if row.cadence_spm is not None), default=None))
    cycles, half = _cycles(summary.steps)
    ceiling = None if dose is None else dose.cadence_ceiling_spm
    return SESSION.data(
        message_index=0,
        timestamp=end,
        event=Event.SESSION,
        event_type=EventType.STOP,
        start_time=start,
        sport=WALKING,
        sub_sport=sub_sport,
        total_elapsed_time=summary.duration_s,
        total_timer_time=timer_s,
        total_cycles=cycles,
        avg_cadence=mean,
        max_cadence=most,
        first_lap_index=0,
        num_laps=len(laps),
        trigger=0,
        total_moving_time=summary.walking_s,
        avg_fractional_cadence=mean_part,
        max_fractional_cadence=most_part,
        total_fractional_cycles=half,
        steps=summary.steps,
        pain_before_nrs=seen.p0,
        pain_max_nrs=seen.pk,
        pain_end_nrs=seen.p1,
        pain_later_nrs=seen.p2,
        pain_morning_nrs=seen.pm,
        cadence_ceiling_spm=ceiling,
        over_pace_s=None if ceiling is None else summary.over_pace_s,
        dose_s=None if dose is None else dose.dose_s,
        main_s=None if dose is None else summary.main_s,
        gave_way=seen.bucklings,
        time_quality=record.time_quality.value,
        time_error_s=record.time_error_s,
        session_id=record.session_id,
    )


def _cycles(steps: int) -> tuple[int, int]:
    """Strides, whole and in 1/128, so that an odd step is not lost."""
    return steps // 2, steps % 2 * 64


def _version(software: str) -> float | None:
    """ "1.2.3" as 1.2, all that the field can hold."""
    numbers = software.split(".")[:2]
    return float(".".join(numbers)) if len(numbers) == 2 and all(part.isdigit() for part in numbers) else None
