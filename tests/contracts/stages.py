# SPDX-License-Identifier: MIT
"""The streaming stages under examination, behind one face, and the streams they are fed.

A new stage joins by an entry in STAGES; what it gives must be dataclasses whose stream times are named as in
`kneemon.model` (see STREAM_TIMES) and tell when they are known (see `moment_s`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date
from itertools import cycle
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from kneemon.coach.coach import CoachParams
from kneemon.dsp.resample import Resampler
from kneemon.engine import Engine, EngineParams
from kneemon.gait.detector import GaitDetector
from kneemon.model.commands import (
    Command,
    MarkGaveWay,
    MarkPain,
    PainBefore,
    Pause,
    Resume,
    ScorePain,
    StartSession,
    StopSession,
    UsePrescription,
)
from kneemon.model.gait import SignalGap
from kneemon.model.plans import Prescription
from kneemon.model.samples import Array, SampleBlock
from kneemon.session.machine import SessionParams
from kneemon.virtual.script import Segment, Sit, Stand, Walk
from kneemon.virtual.walker import Walker

STREAM_TIMES = ("t_s", "start_s", "end_s", "started_s", "ended_s", "known_at_s")
DOSE = Prescription(
    plan="contract",
    day=date(2026, 11, 22),
    week=1,
    dose_s=5.0,
    limit_s=5.0,
    warm_up_s=3.0,
    cool_down_s=1.0,
    cadence_ceiling_spm=95.0,
    pain_stop=5,
    bout_cap_s=4.0,
    rest_s=7.0,
    prompt_s=3.0,
    pain_rise=2,
)
ENGINE = EngineParams(
    session=SessionParams(start_by_walking=True, start_after_s=3.0, give_up_s=8.0, rest_after_s=2.0, end_after_s=5.0),
    coach=CoachParams(grace_s=1.0, repeat_s=2.0, near_end_s=2.0, settle_s=1.0, ask_apart_s=0.5, ask_spacing_s=1.5),
)
COMMANDS = (
    UsePrescription(0.5, DOSE),
    StartSession(2.25),
    PainBefore(3.5, 1),
    MarkPain(6.5, 7),
    ScorePain(8.75, 3),
    Pause(10.125),
    Resume(12.5),
    MarkGaveWay(13.25),
    StopSession(17.5),
    MarkPain(23.0),
)


class Stage(Protocol):
    def feed(self, block: SampleBlock) -> Sequence[object]: ...
    def flush(self) -> Sequence[object]: ...
    def reset(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Begun:
    """The resampler's signal began, or began anew."""

    known_at_s: float
    gap_s: float | None


@dataclass(frozen=True, slots=True)
class EvenSample:
    """One output of the resampler."""

    number: int
    known_at_s: float
    acc_g: tuple[float, ...]


class EvenSamples:
    """The resampler, told sample by sample."""

    def __init__(self) -> None:
        self._stage = Resampler()

    def feed(self, block: SampleBlock) -> list[object]:
        told: list[object] = []
        for stretch in self._stage.feed(block.t_s, block.acc_g):
            if stretch.first == 0 and not len(stretch.acc_g):
                told.append(Begun(stretch.origin_s, stretch.gap_s))
            for number, acc_g in enumerate(stretch.acc_g.tolist(), start=stretch.first):
                told.append(EvenSample(number, stretch.origin_s + (number + 1) / 50.0, tuple(acc_g)))
        return told

    def flush(self) -> Sequence[object]:
        return self._stage.flush()

    def reset(self) -> None:
        self._stage.reset()


class CommandedEngine:
    """The engine with COMMANDS, each given after the last sample that is not newer."""

    def __init__(self, later_s: float = 0.0) -> None:
        self._stage = Engine(ENGINE)
        self._later_s = later_s
        self.reset()

    def feed(self, block: SampleBlock) -> list[object]:
        told: list[object] = []
        begin = 0
        while self._due and len(block) and block.t_s[-1] > self._due[0].t_s:
            end = max(begin, int(np.searchsorted(block.t_s, self._due[0].t_s, side="right")))
            told += self._stage.feed(_part(block, begin, end))
            told += self._stage.command(self._due.pop(0))
            begin = end
        return [*told, *self._stage.feed(_part(block, begin, len(block)))]

    def flush(self) -> Sequence[object]:
        return self._stage.flush()

    def reset(self) -> None:
        self._stage.reset()
        self._due: list[Command] = [_later(command, self._later_s) for command in COMMANDS]


STAGES: Mapping[str, Callable[[], Stage]] = {
    "resampler": EvenSamples,
    "gait": GaitDetector,
    "engine": CommandedEngine,
}


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """A source's samples; lost: how many are known to be lost directly before a sample, by its index.

    shaken: where the motor ran, shape (n,).
    """

    t_s: Array
    acc_g: Array
    lost: Mapping[int, int] = field(default_factory=dict)
    shaken: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        self.t_s.setflags(write=False)
        self.acc_g.setflags(write=False)

    def blocks(self, sizes: Sequence[int]) -> Iterator[SampleBlock]:
        """The samples in blocks of these sizes, over and over; a loss always begins a block."""
        begin, n = 0, len(self.t_s)
        for size in cycle(sizes):
            if begin == n:
                return
            end = min([begin + size, n, *(i for i in self.lost if i > begin)])
            lost = self.lost.get(begin, 0) if end > begin else 0
            shaken = None if self.shaken is None else self.shaken[begin:end]
            yield SampleBlock(self.t_s[begin:end], self.acc_g[begin:end], lost, shaken=shaken)
            begin = end

    def until(self, n: int) -> "Stream":
        return Stream(self.t_s[:n], self.acc_g[:n], self.lost, None if self.shaken is None else self.shaken[:n])

    def later(self, seconds: float) -> "Stream":
        return Stream(self.t_s + seconds, self.acc_g, self.lost, self.shaken)


def told(stage: Stage, stream: Stream, sizes: Sequence[int]) -> list[object]:
    """All events of a stream in blocks of these sizes, to its end."""
    return [*(event for block in stream.blocks(sizes) for event in stage.feed(block)), *stage.flush()]


def moment_s(event: Any) -> float:
    """The stream time by which an event claims to be known."""
    if isinstance(event, SignalGap):
        return event.end_s
    return event.known_at_s if hasattr(event, "known_at_s") else event.t_s


def facts(event: object, later_s: float = 0.0) -> Iterator[tuple[str, object]]:
    """Every field of an event, by name; stream times are told as if the stream were not later_s late."""
    if not is_dataclass(event):
        yield type(event).__name__, event
        return
    for item in fields(event):
        value = getattr(event, item.name)
        for part in value if isinstance(value, tuple) else (value,):
            if item.name in STREAM_TIMES:
                yield item.name, part - later_s
            else:
                yield from ((f"{item.name}.{name}", fact) for name, fact in facts(part, later_s))


OUTING: tuple[Segment, ...] = (Stand(4), Walk(12, 100), Stand(7), Walk(6, 76), Sit(2.5))


def plain_walk() -> Stream:
    """128 Hz, so that every stamp is exact in binary."""
    walker = Walker(OUTING, seed=3)
    t_s = np.arange(int(walker.duration_s * 128)) / 128.0
    return Stream(t_s, walker.acceleration(t_s))


def fine_counts() -> Stream:
    """200 Hz in counts of 2^-14 g: every other output of the resampler lies half way between two of its quanta."""
    walker = Walker((Stand(4), Walk(11, 104)), worn="thigh", seed=4)
    t_s = np.arange(int(walker.duration_s * 200)) / 200.0
    return Stream(t_s, np.round(walker.acceleration(t_s) * 2.0**14) / 2.0**14)


def rough_wire() -> Stream:
    """50 Hz with jitter, rows that are no measurement, losses small and large, and stamps that repeat and run back."""
    walker, rng = Walker(OUTING, worn="pocket", seed=5), np.random.default_rng(5)
    t_s = np.arange(int(walker.duration_s * 50)) / 50.0 + rng.uniform(-0.004, 0.004, int(walker.duration_s * 50))
    acc_g = walker.acceleration(t_s) + rng.normal(0.0, 0.003, (len(t_s), 3))
    acc_g[[60, 61, 440]] = np.nan
    acc_g[300:312] = 0.0
    acc_g[370, 1], acc_g[371, 2] = np.inf, 1e300
    kept = np.ones(len(t_s), dtype=bool)
    kept[520:530] = kept[600:680] = False
    t_s, acc_g = t_s[kept], acc_g[kept]
    t_s[450] = t_s[449]
    t_s[1000:] -= 0.25
    return Stream(t_s, acc_g, {520: 10, 590: 80})


def buzzed_walk() -> Stream:
    """A motor that shakes the sensor while its wearer stands and walks; 100 Hz."""
    walker, rng = Walker(OUTING, seed=8), np.random.default_rng(8)
    t_s = np.arange(int(walker.duration_s * 100)) / 100.0
    shaken = (t_s % 3.0 < 0.75) | (np.abs(t_s - 9.0) < 0.15)
    return Stream(t_s, walker.acceleration(t_s) + shaken[:, None] * rng.normal(0.0, 0.5, (len(t_s), 3)), shaken=shaken)


def midst_of_a_walk() -> Stream:
    """No stillness at its beginning, in which a stage could forget by itself."""
    t_s = np.arange(1000) / 100.0
    return Stream(t_s, Walker((Walk(20, 96),), seed=6).acceleration(t_s + 5.0))


def trembling() -> Stream:
    """Movement that is surely no walking."""
    return Stream(np.arange(1000) / 100.0, np.random.default_rng(1).normal([0.0, 0.0, 1.0], 0.1, (1000, 3)))


STREAMS: Mapping[str, Stream] = {make.__name__: make() for make in (plain_walk, fine_counts, rough_wire, buzzed_walk)}


def _part(block: SampleBlock, begin: int, end: int) -> SampleBlock:
    lost = block.lost_before if begin == 0 and end > begin else 0
    shaken = None if block.shaken is None else block.shaken[begin:end]
    return SampleBlock(block.t_s[begin:end], block.acc_g[begin:end], lost, shaken=shaken)


def _later(command: Command, seconds: float) -> Command:
    return replace(command, t_s=command.t_s + seconds)
