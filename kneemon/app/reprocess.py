# SPDX-License-Identifier: MIT
"""Old walks counted again by the present engine, from their raw samples.

What comes from steps is new: steps, walking, main part, pace, cadence, bouts, moderate and vigorous minutes. What the
walker or the wire said stays: beginning and end, pauses, pain, a knee that gave way, gaps, clipping, the dose, the cues
that were felt. So do the stored seconds and events: they are what was known when the cues were given. A walk whose
samples are not whole is not counted again, nor one that was corrected by hand.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from enum import StrEnum
from math import floor
from pathlib import Path

from kneemon import __version__
from kneemon.engine import Engine, EngineParams
from kneemon.model.commands import Command, Pause, Resume, StartSession, StopSession, UsePrescription
from kneemon.model.records import EventRow, SessionRecord
from kneemon.model.samples import SampleBlock
from kneemon.model.sessions import EndReason, SessionEnded, SessionSummary
from kneemon.store.raw import RawWalk
from kneemon.store.reader import StoreReader

ENGINE = "engine"  # the author of a better count
LOOKS_S = 0.8  # the step engine looks so far apart, from the signal's beginning on
EARLIER_S = 1e-6  # a walk that began by walking began with its first step, found anew a hair's breadth beside itself
HAIR = 1.5  # seconds, or steps a minute: a second may be told of as one side of a limit or the other
FIGURES = (
    "steps",
    "walking_s",
    "main_s",
    "over_pace_s",
    "over_limit_s",
    "bouts",
    "cadence_mean_spm",
    "cadence_p95_spm",
    "moderate_s",
    "vigorous_s",
)


class Outcome(StrEnum):
    """What became of a walk."""

    BETTER = "counted anew"
    SAME = "the same count"
    LEFT = "left as it is"


@dataclass(frozen=True, slots=True)
class Recounted:
    """before: as stored; after: its next revision, the same as before unless it is BETTER. why: of what is LEFT."""

    outcome: Outcome
    before: SessionRecord
    after: SessionRecord
    why: str = ""


def recount(
    path: Path,
    reader: StoreReader,
    record: SessionRecord,
    params: EngineParams,
    on_block: Callable[[float], None] = lambda _share: None,
) -> Recounted:
    """One walk; nothing is written. on_block: told the share of the samples that was read. Raises StoreError."""
    left = _why_left(reader, record)
    if left is None:
        with closing(RawWalk(path, record.session_id)) as raw:
            summary = _counted(raw, record, reader.events(record.session_id), params, on_block)
            left = raw.incomplete(record.summary.started_s)
    if left is not None:
        return Recounted(Outcome.LEFT, record, record, left)
    figures = {name: getattr(summary, name) for name in FIGURES}
    if all(_same(getattr(record.summary, name), value) for name, value in figures.items()):
        return Recounted(Outcome.SAME, record, record)
    better = replace(record.summary, **figures)
    return Recounted(
        Outcome.BETTER,
        record,
        replace(record, revision=record.revision + 1, software=__version__, summary=better),
    )


def because(before: SessionRecord) -> str:
    """Why there is a new revision, for its history."""
    return f"counted anew by kneemon {__version__}, before by {before.software}"


def _why_left(reader: StoreReader, record: SessionRecord) -> str | None:
    if not record.final:
        return "it is not over"
    former = reader.former(record.session_id)
    if former and former[-1].author != ENGINE:
        return "it was corrected by hand"
    return None


def _counted(
    raw: RawWalk,
    record: SessionRecord,
    events: Sequence[EventRow],
    params: EngineParams,
    on_block: Callable[[float], None],
) -> SessionSummary:
    """The walk's samples through the engine, and the walker's commands at their times."""
    summary = record.summary
    engine = Engine(replace(params, session=replace(params.session, start_by_walking=False, end_after_s=0.0)))
    ended: list[SessionSummary] = []

    def command(given: Command) -> None:
        ended.extend(event.summary for event in engine.command(given) if isinstance(event, SessionEnded))

    todo = _commands(summary, events, raw.began_by_walking)
    begun = False
    while (block := raw.read()) is not None:
        if not begun:
            begun = True
            command(UsePrescription(float(block.t_s[0]), summary.prescription))
            engine.feed(_in_step(block, raw.since_s))
        while todo and todo[0].t_s < float(block.t_s[-1]):
            command(todo.pop(0))
        engine.feed(block)
        on_block(1.0 - raw.left / raw.blocks)
    for each in todo:
        command(each)
    if summary.end_reason is EndReason.SHUTDOWN:
        engine.flush()
    command(StopSession(summary.ended_s))
    return ended[0]


def _commands(summary: SessionSummary, events: Sequence[EventRow], by_walking: bool) -> list[Command]:
    """Beginning and pauses, in order; a pause in which the walk ended does not end before."""
    started_s = summary.started_s
    found: list[Command] = [StartSession(started_s - EARLIER_S if by_walking else started_s)]
    for event in events:
        if event.kind == "pause" and event.value is not None:
            begins_s = started_s + event.at_s
            found.append(Pause(begins_s))
            if begins_s + event.value < summary.ended_s - EARLIER_S:
                found.append(Resume(begins_s + event.value))
    return found


def _in_step(block: SampleBlock, since_s: float | None) -> SampleBlock:
    """The first sample once more, a little earlier, so that the engine looks when it looked then."""
    first_s = float(block.t_s[0])
    since_s = first_s if since_s is None else since_s
    looked_s = since_s + floor((first_s - since_s) / LOOKS_S) * LOOKS_S
    held = slice(0, 1 if looked_s < first_s else 0)
    return SampleBlock(block.t_s[held] - (first_s - looked_s), block.acc_g[held])


def _same(before: object, after: object) -> bool:
    """A step is a step; of a time or a pace a hair's breadth is none."""
    if isinstance(before, float) and isinstance(after, float):
        return abs(before - after) < HAIR
    return before == after
