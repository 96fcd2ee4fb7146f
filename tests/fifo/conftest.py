# SPDX-License-Identifier: MIT
"""A live source on emulated wires, in stream time that its own reading leads."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from kneemon.clock import LeadingClock, PacedClock
from kneemon.drivers.bus import I2cBus
from kneemon.drivers.chip import Chip, ChipOptions
from kneemon.drivers.chips import CHIPS
from kneemon.model.samples import Array, SampleBlock, SensorReport, Wire
from kneemon.sensor.fifo import FifoSource
from kneemon.virtual.adxl345 import VirtualAdxl345
from kneemon.virtual.bus import EmulatedBus
from kneemon.virtual.mpu6050 import VirtualMpu6050

VIRTUAL = {"adxl345": VirtualAdxl345, "mpu6050": VirtualMpu6050}
COUNTS_PER_G = {"adxl345": 256, "mpu6050": 4096}
START_S = 1000.0  # of a PacedClock


@dataclass
class Heard:
    """What a source said."""

    blocks: list[SampleBlock] = field(default_factory=list)
    reports: list[SensorReport] = field(default_factory=list)

    @property
    def kinds(self) -> list[Wire]:
        return [report.kind for report in self.reports]

    @property
    def t_s(self) -> Array:
        return np.concatenate([block.t_s for block in self.blocks])

    @property
    def acc_g(self) -> Array:
        return np.concatenate([block.acc_g for block in self.blocks])

    @property
    def lost(self) -> int:
        return sum(block.lost_before for block in self.blocks)


class Rig:
    """Bus, chip and source. The signal spells the milliseconds of each sample: y the last three digits, z the rest."""

    def __init__(
        self,
        part: str = "adxl345",
        *,
        rate_hz: int = 100,
        rate_error: float = 0.0,
        frozen_after: int | None = 50,
        **options: Any,
    ) -> None:
        self.part = part
        self.rate_hz = rate_hz
        self.address = CHIPS[part].addresses[0]
        self.clock: LeadingClock = PacedClock().leader
        self.chip = VIRTUAL[part](self.signal, self.clock.now_s, rate_error)
        self.bus = EmulatedBus({self.address: self.chip}, self.clock.pass_by)
        self.source = FifoSource(
            self.bus.open,
            self.make_chip,
            self.clock,
            name=f"{part} on bus 1",
            where=" on bus 1",
            frozen_after=frozen_after,
            **options,
        )

    def make_chip(self, bus: I2cBus) -> Chip:
        return CHIPS[self.part].make(bus, self.address, ChipOptions(rate_hz=self.rate_hz))

    def signal(self, t_s: Array) -> Array:
        milliseconds = np.rint((t_s - START_S) * 1000)
        return np.column_stack([np.sin(t_s), milliseconds % 1000, milliseconds // 1000]) / [
            1,
            COUNTS_PER_G[self.part],
            COUNTS_PER_G[self.part],
        ]

    def true_s(self, acc_g: Array) -> Array:
        """When these samples were taken, to half a millisecond."""
        counts = acc_g * COUNTS_PER_G[self.part]
        return START_S + counts[:, 2] + counts[:, 1] / 1000

    def listen(self, seconds: float, into: Heard | None = None) -> Heard:
        """Read for so much stream time."""
        heard = into or Heard()
        until_s = self.clock.now_s() + seconds
        while self.clock.now_s() < until_s:
            said = self.source.read()
            assert said is not None
            if isinstance(said, SampleBlock):
                heard.blocks.append(said)
            else:
                heard.reports.append(said)
        return heard


@pytest.fixture(scope="session")
def rig() -> Callable[..., Rig]:
    """rig("adxl345", rate_error=0.05, …)"""
    return Rig


@pytest.fixture(params=["adxl345", "mpu6050"])
def part(request: pytest.FixtureRequest) -> str:
    return str(request.param)
