# SPDX-License-Identifier: MIT
"""A whole recording through the engine, as live as it would have been: what was announced, and in which block.

One session covers the recording. Times are the recording's own, seconds.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from kneemon.engine import Engine, EngineParams, Event
from kneemon.model.commands import StartSession, StopSession, UsePrescription
from kneemon.model.cues import Cue
from kneemon.model.gait import BoutEnded, CadenceEstimate, GaitState, InitialContact, SignalGap
from kneemon.model.plans import Prescription
from kneemon.model.samples import Array, SampleBlock
from kneemon.model.sessions import SessionEnded, SessionSummary
from kneemon.plot.picture import Label, ReplayPicture, norm_less_gravity
from kneemon.ports import SampleSource
from kneemon.session.machine import SessionParams


@dataclass(slots=True)
class Replayed:
    """credited_at_s and the times of cadence are the ends of the blocks that told them: what the wearer saw live.

    states: what the engine believed at the end of each block. readings: cadence with its uncertainty, told as above.
    signal: times and norm less 1 g of each block, kept only when asked for.
    """

    step_times_s: list[float] = field(default_factory=list)
    credited_at_s: list[float] = field(default_factory=list)
    cadence: list[tuple[float, float | None]] = field(default_factory=list)
    bouts: list[BoutEnded] = field(default_factory=list)
    gaps: list[SignalGap] = field(default_factory=list)
    cues: list[Cue] = field(default_factory=list)
    states: list[tuple[float, GaitState]] = field(default_factory=list)
    readings: list[CadenceEstimate] = field(default_factory=list)
    signal: list[tuple[Array, Array]] = field(default_factory=list)
    samples: int = 0
    summary: SessionSummary | None = None


def replay(
    source: SampleSource,
    prescription: Prescription | None = None,
    params: EngineParams = EngineParams(session=SessionParams(end_after_s=0.0)),
    on_block: Callable[[], None] = lambda: None,
    *,
    keep_signal: bool = False,
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
        out.states.append((now_s, engine.gait_state))
        if keep_signal:
            out.signal.append((item.t_s, norm_less_gravity(item.acc_g)))
        on_block()
    _take(out, engine.flush(), now_s)
    _take(out, engine.command(StopSession(now_s)), now_s)
    return out


def pictured(
    done: Replayed,
    title: str,
    prescription: Prescription | None = None,
    truth_s: tuple[float, ...] | None = None,
    labels: tuple[Label, ...] = (),
    params: EngineParams = EngineParams(),
) -> ReplayPicture:
    """What a replay that kept its signal looks like. params: those of the replay."""
    return ReplayPicture(
        title=title,
        t_s=np.concatenate([t_s for t_s, _ in done.signal]),
        norm_g=np.concatenate([norm_g for _, norm_g in done.signal]),
        gate=tuple(done.states),
        open_log_odds=params.gait.gate.open_log_odds,
        close_log_odds=params.gait.gate.close_log_odds,
        steps_s=tuple(done.step_times_s),
        cadence=tuple(done.readings),
        gaps=tuple(done.gaps),
        truth_s=truth_s,
        cues=None if prescription is None else tuple(done.cues),
        ceiling_spm=None if prescription is None else prescription.cadence_ceiling_spm,
        labels=labels,
    )


def _take(out: Replayed, events: tuple[Event, ...], now_s: float) -> None:
    for event in events:
        if isinstance(event, InitialContact):
            out.step_times_s.append(event.t_s)
            out.credited_at_s.append(now_s)
        elif isinstance(event, CadenceEstimate):
            out.cadence.append((now_s, event.cadence_spm))
            out.readings.append(replace(event, t_s=now_s))
        elif isinstance(event, BoutEnded):
            out.bouts.append(event)
        elif isinstance(event, SignalGap):
            out.gaps.append(event)
        elif isinstance(event, Cue):
            out.cues.append(event)
        elif isinstance(event, SessionEnded):
            out.summary = event.summary
