# SPDX-License-Identifier: MIT
"""A whole recording through the engine, as live as it would have been: what was announced, and in which block.

One session covers the recording. Times are the recording's own, seconds.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from kneemon.engine import Engine, EngineParams, Event
from kneemon.model.commands import StartSession, StopSession, UsePrescription
from kneemon.model.cues import Cue
from kneemon.model.gait import BoutEnded, CadenceEstimate, InitialContact, SignalGap
from kneemon.model.plans import Prescription
from kneemon.model.samples import SampleBlock
from kneemon.model.sessions import SessionEnded, SessionSummary
from kneemon.ports import SampleSource
from kneemon.session.machine import SessionParams


@dataclass(slots=True)
class Replayed:
    """credited_at_s and the times of cadence are the ends of the blocks that told them: what the wearer saw live."""

    step_times_s: list[float] = field(default_factory=list)
    credited_at_s: list[float] = field(default_factory=list)
    cadence: list[tuple[float, float | None]] = field(default_factory=list)
    bouts: list[BoutEnded] = field(default_factory=list)
    gaps: list[SignalGap] = field(default_factory=list)
    cues: list[Cue] = field(default_factory=list)
    samples: int = 0
    summary: SessionSummary | None = None


def replay(
    source: SampleSource,
    prescription: Prescription | None = None,
    params: EngineParams = EngineParams(session=SessionParams(end_after_s=0.0)),
    on_block: Callable[[], None] = lambda: None,
) -> Replayed:
    """Run a source to its end. Raises what the source raises about a bad recording."""
    engine, out, now_s = Engine(params), Replayed(), 0.0
    while (item := source.read()) is not None:
        if not isinstance(item, SampleBlock):
            continue
        if not out.samples:
            first_s = float(item.t_s[0])
            _take(out, engine.command(UsePrescription(first_s, prescription)), first_s)
            _take(out, engine.command(StartSession(first_s)), first_s)
        now_s = float(item.t_s[-1])
        out.samples += len(item)
        _take(out, engine.feed(item), now_s)
        on_block()
    _take(out, engine.flush(), now_s)
    _take(out, engine.command(StopSession(now_s)), now_s)
    return out


def _take(out: Replayed, events: tuple[Event, ...], now_s: float) -> None:
    for event in events:
        if isinstance(event, InitialContact):
            out.step_times_s.append(event.t_s)
            out.credited_at_s.append(now_s)
        elif isinstance(event, CadenceEstimate):
            out.cadence.append((now_s, event.cadence_spm))
        elif isinstance(event, BoutEnded):
            out.bouts.append(event)
        elif isinstance(event, SignalGap):
            out.gaps.append(event)
        elif isinstance(event, Cue):
            out.cues.append(event)
        elif isinstance(event, SessionEnded):
            out.summary = event.summary
