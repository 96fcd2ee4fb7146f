# SPDX-License-Identifier: MIT
"""Walks that are over, brought up to what has become known since: when they really were, and how much they hurt.

A walk made while the clock was wrong gets its true time from its boot's anchor, exactly. One of a boot that never
learned the time can only be fenced in: not before the last walk whose time is known nor before its own label, for a
clock that stood still goes on from where it stood, and not after the next boot whose time is known began. Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from kneemon.model.records import PainTold, SessionRecord, TimeAnchor, TimeQuality

SYNCED_ERROR_S = 1.0  # of a clock that the network keeps right


def revised(
    records: Iterable[SessionRecord], told: Mapping[str, PainTold], anchors: Mapping[str, TimeAnchor], boot_id: str
) -> list[SessionRecord]:
    """The walks that became known better, a new revision each; `records` and these are in order of beginning.

    told: answers by session_id, so far. boot_id: of the boot that runs.
    """
    found = []
    known_end: datetime | None = None
    first: dict[str, datetime] = {}  # label of each boot's first walk
    for record in records:
        if not record.final:
            continue
        label = first.setdefault(record.boot_id, record.started_at)
        behind = max(timedelta(0), known_end - label) if known_end else timedelta(0)
        better = _dated(record, anchors, boot_id, behind)
        better = replace(better, pain_told=told.get(record.session_id, record.pain_told))
        if better.time_quality is TimeQuality.NTP:
            known_end = better.ended_at
        if better != record:
            found.append(replace(better, revision=record.revision + 1))
    return found


def _dated(record: SessionRecord, anchors: Mapping[str, TimeAnchor], boot_id: str, behind: timedelta) -> SessionRecord:
    """behind: by how much its boot's labels are too early at least."""
    if record.time_quality is TimeQuality.NTP:
        return record
    anchor = anchors.get(record.boot_id)
    if anchor is not None:
        started_at = anchor.utc + timedelta(seconds=record.summary.started_s - anchor.monotonic_s)
        return _at(record, started_at, TimeQuality.NTP, SYNCED_ERROR_S)
    if record.boot_id == boot_id or record.time_quality is TimeQuality.ESTIMATED:
        return record  # its time may still become known; or all is said that there is to say
    earliest = record.started_at + behind
    later = [began for began in map(_began, anchors.values()) if began >= earliest]
    if not later:
        return record
    latest = min(later) - timedelta(seconds=record.summary.duration_s)
    return _at(record, earliest, TimeQuality.ESTIMATED, max(0.0, (latest - earliest).total_seconds()))


def _at(record: SessionRecord, started_at: datetime, quality: TimeQuality, error_s: float) -> SessionRecord:
    ended_at = started_at + timedelta(seconds=record.summary.duration_s)
    return replace(record, started_at=started_at, ended_at=ended_at, time_quality=quality, time_error_s=error_s)


def _began(anchor: TimeAnchor) -> datetime:
    """When the anchor's boot began."""
    return anchor.utc - timedelta(seconds=anchor.monotonic_s)
