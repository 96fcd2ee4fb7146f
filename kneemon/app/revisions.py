# SPDX-License-Identifier: MIT
"""Walks that are over, brought up to what has become known since: when they really were, and how much they hurt.

A walk made while the clock was wrong gets its true time from its boot's anchor, exactly. One of a boot that never
learned the time can only be fenced in: not before its own label, for a clock that stood still goes on from where it
stood, nor before anything known of an earlier boot; and over when the next boot began whose time is known. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from kneemon.model.records import PainTold, SessionRecord, TimeAnchor, TimeQuality

SYNCED_ERROR_S = 1.0  # of a clock that the network keeps right


def dated(
    records: Sequence[SessionRecord], anchors: Mapping[str, TimeAnchor], boots: Mapping[str, int], boot_id: str
) -> list[SessionRecord]:
    """The same walks, in order of beginning, each at its time as far as that is known now.

    boots: which boot was the how many-th, by boot id. boot_id: of the one that runs, whose time may still come.
    """
    fences = _Fences(records, anchors, boots)
    return [record if not record.final else _dated(record, anchors, fences, boot_id) for record in records]


def revised(
    records: Sequence[SessionRecord], dates: Sequence[SessionRecord], told: Mapping[str, PainTold]
) -> list[SessionRecord]:
    """The walks of `records` that became known better, a new revision each.

    dates: the same walks, as `dated`. told: what was answered about them by session_id, so far.
    """
    found = []
    for record, at in zip(records, dates, strict=True):
        better = replace(at, pain_told=told.get(at.session_id, at.pain_told)) if at.final else record
        if better != record:
            found.append(replace(better, revision=record.revision + 1))
    return found


class _Fences:
    """Between which instants the walks of a boot lie that never learned the time."""

    def __init__(
        self, records: Sequence[SessionRecord], anchors: Mapping[str, TimeAnchor], boots: Mapping[str, int]
    ) -> None:
        self._boots = boots
        self._labels: dict[str, datetime] = {}  # of each boot's first walk
        for record in records:
            self._labels.setdefault(record.boot_id, record.started_at)
        numbered = {boots[boot]: anchor for boot, anchor in anchors.items() if boot in boots}
        self._began = {
            number: anchor.utc - timedelta(seconds=anchor.monotonic_s) for number, anchor in numbered.items()
        }
        self._alive = [(number, anchor.utc) for number, anchor in numbered.items()]
        self._alive += [
            (boots[record.boot_id], record.ended_at)
            for record in records
            if record.time_quality is TimeQuality.NTP and record.boot_id in boots
        ]

    def of(self, record: SessionRecord) -> tuple[datetime, datetime] | None:
        """The earliest and the latest beginning; None when nothing known came later, or it makes no sense."""
        number = self._boots.get(record.boot_id)
        later = [began for other, began in self._began.items() if number is not None and other > number]
        if number is None or not later:
            return None
        label = self._labels[record.boot_id]
        earlier = max((at for other, at in self._alive if other < number), default=label)
        earliest = record.started_at + max(timedelta(0), earlier - label)
        latest = min(later) - timedelta(seconds=record.summary.duration_s)
        return (earliest, latest) if earliest <= latest else None


def _dated(record: SessionRecord, anchors: Mapping[str, TimeAnchor], fences: _Fences, boot_id: str) -> SessionRecord:
    if record.time_quality is TimeQuality.NTP:
        return record
    anchor = anchors.get(record.boot_id)
    if anchor is not None:
        started_at = anchor.utc + timedelta(seconds=record.summary.started_s - anchor.monotonic_s)
        return _at(record, started_at, TimeQuality.NTP, SYNCED_ERROR_S)
    if record.boot_id == boot_id or record.time_quality is TimeQuality.ESTIMATED:
        return record  # its time may still become known; or all is said that there is to say
    between = fences.of(record)
    if between is None:
        return record
    earliest, latest = between
    return _at(record, earliest, TimeQuality.ESTIMATED, (latest - earliest).total_seconds())


def _at(record: SessionRecord, started_at: datetime, quality: TimeQuality, error_s: float) -> SessionRecord:
    ended_at = started_at + timedelta(seconds=record.summary.duration_s)
    return replace(record, started_at=started_at, ended_at=ended_at, time_quality=quality, time_error_s=error_s)
