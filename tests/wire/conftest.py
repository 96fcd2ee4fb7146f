# SPDX-License-Identifier: MIT
"""A walk through the whole of acquisition and engine, on a wire that goes wrong at appointed times."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import numpy as np
import pytest

from kneemon.clock import PacedClock
from kneemon.drivers.bus import I2cBus
from kneemon.drivers.chip import Chip, ChipOptions
from kneemon.drivers.chips import CHIPS
from kneemon.engine import Engine
from kneemon.model.gait import InitialContact, SignalGap
from kneemon.model.samples import Array, SampleBlock, SensorReport, Wire
from kneemon.sensor.fifo import FifoSource
from kneemon.virtual.bus import EmulatedBus
from kneemon.virtual.chips import VIRTUAL_CHIPS
from kneemon.virtual.script import Segment, Stand, Walk
from kneemon.virtual.walker import Walker

NOISE_G = {"lis3dh": 0.00073}  # 220 µg/√Hz behind its filter of 11 Hz: less than a quarter of a count
OTHERS_NOISE_G = 0.003
Appointment = tuple[float, Callable[[], object]]


class FatedClock:
    """The face of a PacedClock for its leader; at appointed times something happens, in the midst of whatever is on."""

    def __init__(self) -> None:
        self._leader = PacedClock().leader
        self.began_s = self._leader.now_s()
        self._appointments: list[Appointment] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._leader, name)

    def appoint(self, appointments: Iterable[Appointment]) -> None:
        """Seconds since the beginning, and what to do then."""
        self._appointments = sorted(((self.began_s + s, act) for s, act in appointments), key=lambda one: one[0])

    def wait(self, seconds: float, until: Event | None = None) -> bool:
        if until is not None and until.is_set():
            return True
        self.pass_by(max(0.0, seconds))
        return until is not None and until.is_set()

    def pass_by(self, seconds: float) -> None:
        end_s = self._leader.now_s() + seconds
        while self._appointments and self._appointments[0][0] <= end_s:
            at_s, act = self._appointments.pop(0)
            self._leader.pass_by(max(0.0, at_s - self._leader.now_s()))
            act()
        self._leader.pass_by(max(0.0, end_s - self._leader.now_s()))


@dataclass
class Heard:
    """What source and engine said; times in seconds since the beginning, but those of blocks and reports."""

    blocks: list[SampleBlock] = field(default_factory=list)
    reports: list[SensorReport] = field(default_factory=list)
    steps_s: list[float] = field(default_factory=list)
    known_s: list[float] = field(default_factory=list)  # when each of the steps was known
    gaps_s: list[tuple[float, float]] = field(default_factory=list)

    @property
    def kinds(self) -> Counter[Wire]:
        return Counter(report.kind for report in self.reports)

    @property
    def lost(self) -> int:
        return sum(block.lost_before for block in self.blocks)

    @property
    def samples(self) -> int:
        return sum(map(len, self.blocks))


class Outing:
    """Walker, chip, bus, source and engine. `signal` replaces the walker's."""

    def __init__(
        self,
        part: str,
        *script: Segment,
        signal: Callable[[Array], Array] | None = None,
        rate_error: float = 0.02,
        seed: int = 5,
        **options: Any,
    ) -> None:
        self.kind = CHIPS[part]
        self.address = self.kind.addresses[0]
        self.clock = FatedClock()
        self.walker = Walker(script or (Stand(3.0), Walk(45.0, 104.0)), seed=seed)
        self.signal = signal or (lambda t_s: self.walker.acceleration(t_s - self.clock.began_s))
        self.chip: Any = VIRTUAL_CHIPS[part](
            self.signal, self.clock.now_s, rate_error, NOISE_G.get(part, OTHERS_NOISE_G), seed
        )
        self.bus = EmulatedBus({self.address: self.chip}, took=self.clock.pass_by, seed=seed)
        self.source = FifoSource(self.bus.open, self.make_chip, self.clock, name=part, where=" on bus 1", **options)
        self.engine = Engine()
        self.heard = Heard()

    def make_chip(self, bus: I2cBus) -> Chip:
        return self.kind.make(bus, self.address, ChipOptions())

    def listen(self, until_s: float) -> Heard:
        """Read until so many seconds since the beginning."""
        while self.clock.now_s() - self.clock.began_s < until_s:
            said = self.source.read()
            assert said is not None
            if isinstance(said, SensorReport):
                self.heard.reports.append(said)
                continue
            self.heard.blocks.append(said)
            self._take(self.engine.feed(said))
        return self.heard

    def walked(self) -> Heard:
        """Read until the walker's script is over."""
        heard = self.listen(self.walker.duration_s)
        self._take(self.engine.flush())
        return heard

    def _take(self, events: Iterable[object]) -> None:
        for event in events:
            if isinstance(event, InitialContact):
                self.heard.steps_s.append(event.t_s - self.clock.began_s)
                self.heard.known_s.append(event.known_at_s - self.clock.began_s)
            elif isinstance(event, SignalGap):
                self.heard.gaps_s.append((event.start_s - self.clock.began_s, event.end_s - self.clock.began_s))


def whole(outing: Outing) -> float:
    """What came and what was lost, against what the chip's clock says should have come; samples."""
    first_s, last_s = outing.heard.blocks[0].t_s[0], outing.heard.blocks[-1].t_s[-1]
    due = (last_s - first_s) * outing.chip.sampler.rate_hz
    return float(outing.heard.samples - 1 + outing.heard.lost - due)


@pytest.fixture(scope="session")
def outing() -> Callable[..., Outing]:
    """outing("adxl345", Stand(3), Walk(45, 104), rate_error=0.02, …)"""
    return Outing


@pytest.fixture(scope="session")
def account() -> Callable[[Outing], float]:
    return whole


@pytest.fixture(scope="session")
def still() -> Callable[[float], Callable[[Array], Array]]:
    """still(0.5): a sensor that lies on a table and reads half of one g."""
    return lambda size_g: lambda t_s: np.tile([0.0, 0.6 * size_g, 0.8 * size_g], (len(t_s), 1))


@pytest.fixture(params=list(CHIPS))
def part(request: pytest.FixtureRequest) -> str:
    return str(request.param)
