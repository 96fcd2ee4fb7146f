# SPDX-License-Identifier: MIT
"""What each chip asks of the bus: its driver and the FIFO source on its emulated self, in led time.

How long a transfer lasts follows from its bits alone (NXP UM10204 §3.1). What an adapter and the kernel add is not in
it, nor the clock's stretching. Emulated chips measure at their nominal rate.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from kneemon.clock import PacedClock
from kneemon.config.options import SensorOptions
from kneemon.drivers.chip import ChipOptions
from kneemon.drivers.chips import CHIPS
from kneemon.model.samples import Array, SampleBlock
from kneemon.sensor.fifo import FifoSource
from kneemon.virtual.bus import BUS_HZ, EmulatedBus
from kneemon.virtual.chips import VIRTUAL_CHIPS
from tests.bench.metered import MeteredBus
from tests.bench.signals import NOISE_G
from tests.bench.telling import BenchError

FAST_HZ = 400_000
SETTLING_S = 5.0
SECONDS = 60.0
SHORTEST_S, LONGEST_S, FINE_S = 0.02, 12.0, 0.01  # of a stall: below and above every chip's, and how finely it is found


@dataclass(frozen=True, slots=True)
class Traffic:
    """Of one chip at its nominal rate. stall_s: how long nobody may come beyond the usual, without a sample lost.

    bus_s: seconds in each second that the bus is busy, at BUS_HZ.
    """

    kind: str
    nominal_hz: float
    drain_s: float
    transfers_a_s: float
    data_bytes_a_s: float
    bus_s: float
    stall_s: float

    @property
    def fast_bus_s(self) -> float:
        """At FAST_HZ."""
        return self.bus_s * BUS_HZ / FAST_HZ


def traffic_of_all() -> Sequence[Traffic]:
    return [traffic(kind) for kind in CHIPS]


def traffic(kind: str) -> Traffic:
    """Raises BenchError when samples are lost without a reason."""
    bench = _Bench(kind)
    bench.pass_by(SETTLING_S)
    before_s, before = bench.clock.now_s(), bench.figures()
    drains = bench.pass_by(SECONDS)
    took_s = bench.clock.now_s() - before_s
    transfers, data_bytes, busy_s = (
        (after - first) / took_s for after, first in zip(bench.figures(), before, strict=True)
    )
    if bench.lost:
        raise BenchError(f"{kind}: {bench.lost} samples were lost on a bus without a fault")
    return Traffic(kind, bench.nominal_hz, took_s / drains, transfers, data_bytes, busy_s, _stall_s(kind))


def longest(survives: Callable[[float], bool], low: float, high: float, fine: float) -> float:
    """The longest that is survived, to within `fine`, by halving; low is, high is not. Raises ValueError otherwise."""
    if not survives(low) or survives(high):
        raise ValueError(f"expected that {low:g} is survived and {high:g} is not")
    while high - low > fine:
        middle = (low + high) / 2
        low, high = (middle, high) if survives(middle) else (low, middle)
    return low


def _stall_s(kind: str) -> float:
    def survives(stall_s: float) -> bool:
        bench = _Bench(kind)
        bench.pass_by(SETTLING_S)
        bench.clock.leader.pass_by(stall_s)
        bench.pass_by(SETTLING_S)
        return bench.lost == 0

    return longest(survives, SHORTEST_S, LONGEST_S, FINE_S)


class _Bench:
    """A chip at rest, its bus and the source on it. lost: samples that the source says are missing."""

    def __init__(self, kind: str) -> None:
        chip, address = CHIPS[kind], CHIPS[kind].addresses[0]
        self.clock = PacedClock()
        self.lost = 0
        self._busy_s = 0.0
        leader = self.clock.leader
        silicon = VIRTUAL_CHIPS[kind](_at_rest, self.clock.now_s, noise_g=NOISE_G)
        self._bus = MeteredBus(EmulatedBus({address: silicon}, took=self._took))
        driver = chip.make(self._bus, address, ChipOptions())
        self.nominal_hz = driver.nominal_hz
        self._source = FifoSource(
            self._bus.open,
            lambda opened: chip.make(opened, address, ChipOptions()),
            leader,
            name=kind,
            drain_s=SensorOptions().drain_s,
        )

    def pass_by(self, seconds: float) -> int:
        """Let samples come for as long; how many blocks of them came."""
        until_s, blocks = self.clock.now_s() + seconds, 0
        while self.clock.now_s() < until_s:
            item = self._source.read()
            if not isinstance(item, SampleBlock):
                raise BenchError(f"an emulated {self._source.describe} was not read: {item}")
            blocks += 1
            self.lost += item.lost_before
        return blocks

    def figures(self) -> tuple[float, float, float]:
        """Transfers, bytes of data, seconds on the bus."""
        return self._bus.transfers, self._bus.data_bytes, self._busy_s

    def _took(self, seconds: float) -> None:
        self._busy_s += seconds
        self.clock.leader.pass_by(seconds)


def _at_rest(t_s: Array) -> Array:
    return np.tile((0.0, 0.0, 1.0), (len(t_s), 1))
