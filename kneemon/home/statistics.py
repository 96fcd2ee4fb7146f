# SPDX-License-Identifier: MIT
"""Walks as hourly rows of Home Assistant's long-term statistics; pure.

Home Assistant keeps a running sum for each hour and shows the differences. So the sums are made anew over the whole
history, held against the rows that it has, and each row that differs is written: importing twice changes nothing, and a
walk that arrives late or finds another time moves its hours. An hour that no walk is in any longer keeps its row, with
the sum of the hour before: a single row can be overwritten, but not deleted. Hours are whole hours of UTC.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import fsum

from kneemon.model.records import SecondRow, SessionRecord, TimeQuality
from kneemon.model.sessions import Activity

SOURCE = "kneemon"
DECIMALS = 4
SAME = 10.0**-DECIMALS / 2
INSTANT = timedelta(microseconds=1)

SecondsOf = Callable[[str], Sequence[SecondRow]]
PerHour = Mapping[datetime, float]


@dataclass(frozen=True, slots=True)
class Statistic:
    """What Home Assistant is told about a statistic. summed: its rows are running sums, else mean, min and max."""

    statistic_id: str
    name: str
    unit: str | None
    unit_class: str | None
    summed: bool


@dataclass(frozen=True, slots=True)
class HourRow:
    """One hour of a statistic, from `start` (aware) on; None: it says nothing."""

    start: datetime
    sum: float | None = None
    mean: float | None = None
    min: float | None = None
    max: float | None = None

    def says_as(self, other: "HourRow | None") -> bool:
        """Are the numbers the same, as far as they are written?"""
        return other is not None and all(
            mine is theirs or (mine is not None and theirs is not None and abs(mine - theirs) < SAME)
            for mine, theirs in (
                (self.sum, other.sum),
                (self.mean, other.mean),
                (self.min, other.min),
                (self.max, other.max),
            )
        )


@dataclass(frozen=True, slots=True)
class Felt:
    """Pain 0-10 at an instant (aware)."""

    at: datetime
    score: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """The walks that count, in order of beginning, and how many do not."""

    walks: tuple[SessionRecord, ...]
    unsynced: int
    estimated: int
    going_on: int


def steps_of(device: str) -> Statistic:
    return Statistic(f"{SOURCE}:steps_{device}", "Kneemon steps", "steps", None, summed=True)


def walking_of(device: str) -> Statistic:
    return Statistic(f"{SOURCE}:walking_{device}", "Kneemon walking time", "min", "duration", summed=True)


def pain_of(device: str) -> Statistic:
    return Statistic(f"{SOURCE}:pain_{device}", "Kneemon pain", None, None, summed=False)


def choose(records: Iterable[SessionRecord], *, estimated: bool) -> Chosen:
    """Walks that are over, at a time that is known, or with `estimated` nearly so."""
    over, going_on = [], 0
    for record in records:
        if record.summary.end_reason is None:
            going_on += 1
        else:
            over.append(record)
    allowed = {TimeQuality.NTP, TimeQuality.ESTIMATED} if estimated else {TimeQuality.NTP}
    walks = [record for record in over if record.time_quality in allowed]
    return Chosen(
        walks=tuple(sorted(walks, key=lambda record: (record.started_at, record.session_id))),
        unsynced=sum(record.time_quality is TimeQuality.UNSYNCED for record in over),
        estimated=0 if estimated else sum(record.time_quality is TimeQuality.ESTIMATED for record in over),
        going_on=going_on,
    )


def hour_of(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def walked(walks: Iterable[SessionRecord], seconds_of: SecondsOf) -> tuple[PerHour, PerHour]:
    """Steps, and minutes of walking, of each hour. The stored seconds are asked for only where a border is crossed."""
    steps: dict[datetime, list[float]] = {}
    walking_min: dict[datetime, list[float]] = {}
    for walk in walks:
        for hour, (number, walking_s) in _split(walk, seconds_of).items():
            steps.setdefault(hour, []).append(number)
            walking_min.setdefault(hour, []).append(walking_s / 60.0)
    return _totals(steps), _totals(walking_min)


def sum_rows(per_hour: PerHour, held: Sequence[HourRow], since: datetime | None = None) -> tuple[HourRow, ...]:
    """The rows to write so that each hour's change is as in `per_hour`.

    held: the rows that Home Assistant has. since: what it has of earlier hours stays, and the sums go on from there.
    """
    has = {row.start: row for row in held}
    before = [row.sum for row in sorted(held, key=lambda row: row.start) if since is not None and row.start < since]
    earlier = next((each for each in reversed(before) if each is not None), 0.0)
    counted: list[float] = []
    rows = []
    for hour in _hours(per_hour, has, since):
        counted.append(per_hour.get(hour, 0.0))
        rows.append(HourRow(hour, sum=round(earlier + fsum(counted), DECIMALS)))
    return _differing(rows, has)


def pain_rows(felt: Iterable[Felt], held: Sequence[HourRow], since: datetime | None = None) -> tuple[HourRow, ...]:
    """The rows to write so that each hour shows what was felt in it; an hour of which nothing is left says nothing."""
    has = {row.start: row for row in held}
    scores: dict[datetime, list[int]] = {}
    for each in felt:
        scores.setdefault(hour_of(each.at), []).append(each.score)
    return _differing([_pain_row(hour, scores.get(hour, [])) for hour in _hours(scores, has, since)], has)


def felt_during(walks: Iterable[SessionRecord]) -> list[Felt]:
    """Pain as told before and during the walks, where it has a number."""
    felt = []
    for walk in walks:
        if walk.summary.pain_before is not None:
            felt.append(Felt(walk.started_at, walk.summary.pain_before))
        felt += [
            Felt(walk.started_at + timedelta(seconds=mark.at_s), mark.score)
            for mark in walk.summary.pains
            if mark.score is not None
        ]
    return felt


def _split(walk: SessionRecord, seconds_of: SecondsOf) -> Mapping[datetime, tuple[int, float]]:
    """Steps and walking seconds of each of the walk's hours; together they are always those of its summary."""
    summary = walk.summary
    first, last = hour_of(walk.started_at), hour_of(max(walk.started_at, walk.ended_at - INSTANT))
    if first == last:
        return {first: (summary.steps, summary.walking_s)}
    steps: dict[datetime, int] = {}
    walking_s: dict[datetime, float] = {}
    for second in seconds_of(walk.session_id):  # it tells of the second before elapsed_s
        hour = min(hour_of(walk.started_at + timedelta(seconds=max(0.0, second.elapsed_s - 1.0))), last)
        steps[hour] = steps.get(hour, 0) + second.steps
        walking_s[hour] = walking_s.get(hour, 0.0) + (second.activity == Activity.WALKING)
    return {
        hour: (round(number), lasted_s)
        for hour, number, lasted_s in zip(
            sorted(steps) or [first],
            _held_to(summary.steps, [steps[hour] for hour in sorted(steps)]),
            _held_to(summary.walking_s, [walking_s[hour] for hour in sorted(steps)]),
            strict=True,
        )
    }


def _held_to(total: float, parts: Sequence[float]) -> list[float]:
    """The parts, in order, as long as there is enough; the last one takes what is left. One part when there is none."""
    left = total
    held: list[float] = []
    for part in parts[:-1]:
        held.append(min(part, left))
        left -= held[-1]
    return [*held, left]


def _totals(amounts: Mapping[datetime, Sequence[float]]) -> PerHour:
    """As many decimals as are written: so it does not matter where sums begin. fsum: nor in which order walks come."""
    return {hour: total for hour, several in amounts.items() if (total := round(fsum(several), DECIMALS)) > 0}


def _hours(walked_in: Iterable[datetime], held: Iterable[datetime], since: datetime | None) -> list[datetime]:
    return sorted(hour for hour in {*walked_in, *held} if since is None or hour >= since)


def _differing(rows: Iterable[HourRow], held: Mapping[datetime, HourRow]) -> tuple[HourRow, ...]:
    return tuple(row for row in rows if not row.says_as(held.get(row.start)))


def _pain_row(hour: datetime, scores: Sequence[int]) -> HourRow:
    if not scores:
        return HourRow(hour)
    return HourRow(hour, mean=round(sum(scores) / len(scores), DECIMALS), min=min(scores), max=max(scores))
