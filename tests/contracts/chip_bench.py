# SPDX-License-Identifier: MIT
"""A chip of CHIPS on emulated wires, under its own driver, and strangers in its place."""

from collections.abc import Callable
from typing import Any

import numpy as np

from kneemon.clock import LeadingClock, PacedClock
from kneemon.drivers.chip import Chip, ChipOptions, Counts
from kneemon.drivers.chips import CHIPS
from kneemon.model.samples import Array
from kneemon.virtual.bus import EmulatedBus, EmulatedChip
from kneemon.virtual.chips import VIRTUAL_CHIPS

KINDS = tuple(CHIPS)
REST = np.array([0.02, -0.03, 0.99])
MARKS = 20_000


def still(t_s: Array) -> Array:
    return np.tile(REST, (len(t_s), 1))


class LoggedBus(EmulatedBus):
    """Notes what was written, what was read byte by byte, and every block."""

    def __init__(self, chips: dict[int, EmulatedChip], took: Callable[[float], object]) -> None:
        super().__init__(chips, took)
        self.transfers = 0
        self.written: list[tuple[int, int]] = []
        self.read_singly: set[int] = set()
        self.blocks: list[bytes] = []

    def read_byte_data(self, i2c_addr: int, register: int, /) -> int:
        self.transfers += 1
        self.read_singly.add(register)
        return super().read_byte_data(i2c_addr, register)

    def read_i2c_block_data(self, i2c_addr: int, register: int, length: int, /) -> list[int]:
        self.transfers += 1
        block = super().read_i2c_block_data(i2c_addr, register, length)
        self.blocks.append(bytes(block))
        return block

    def write_byte_data(self, i2c_addr: int, register: int, value: int, /) -> None:
        self.transfers += 1
        self.written.append((register, value))
        super().write_byte_data(i2c_addr, register, value)


class Bench:
    """One chip on emulated wires, its driver, and time that passes as they need it."""

    def __init__(
        self,
        kind: str,
        signal: Callable[[Array], Array] = still,
        *,
        options: ChipOptions = ChipOptions(),
        rate_error: float = 0.0,
        noise_g: float = 0.0,
    ) -> None:
        self.clock: LeadingClock = PacedClock().leader
        self.signal = signal
        self.silicon = VIRTUAL_CHIPS[kind](
            lambda t_s: self.signal(t_s), self.clock.now_s, rate_error=rate_error, noise_g=noise_g
        )
        self.address = CHIPS[kind].addresses[0]
        self.bus = LoggedBus({self.address: self.silicon}, self.clock.pass_by)
        self.driver: Chip = CHIPS[kind].make(self.bus.open(), self.address, options)

    def begin(self) -> "Bench":
        self.driver.identify()
        self.driver.configure(self.clock.wait)
        self.driver.start()
        return self

    def wait_samples(self, samples: float) -> None:
        self.clock.wait(samples / self.silicon.sampler.rate_hz)

    def settled(self) -> "Bench":
        """What a chip drops after a start is behind us."""
        self.wait_samples(8.5)
        self.driver.drain()
        return self


class Marked:
    """Sample i since the chip began to measure: y and z spell i, x is random within the rails."""

    def __init__(self, kind: str, seed: int = 0) -> None:
        driver = CHIPS[kind].make(EmulatedBus({}), CHIPS[kind].addresses[0], ChipOptions())
        low, high = driver.rails
        index = np.arange(MARKS)
        x = np.random.default_rng(seed).uniform(0.9 * low, 0.9 * high, MARKS)
        counts = np.column_stack([x, index % 1000, index // 1000])
        self.acc_g = counts * driver.scale_g_per_count
        self._index_of = {row.tobytes(): number for number, row in enumerate(np.rint(counts).astype(np.int16))}
        self.bench: Bench | None = None

    def signal(self, t_s: Array) -> Array:
        assert self.bench is not None
        sampler = self.bench.silicon.sampler
        assert sampler.started_s is not None
        return self.acc_g[np.rint((t_s - sampler.started_s) * sampler.rate_hz).astype(int) % MARKS]

    def indices(self, counts: Counts) -> list[int]:
        """Which samples these are; KeyError for counts that are not exactly one."""
        return [self._index_of[row.tobytes()] for row in counts]


def marked(kind: str, seed: int = 0, **how: Any) -> tuple[Marked, Bench]:
    marks = Marked(kind, seed)
    bench = marks.bench = Bench(kind, marks.signal, **how)
    return marks, bench


class Answering:
    """A stranger: one byte in every register."""

    def __init__(self, byte: int) -> None:
        self.byte = byte
        self.written: list[tuple[int, int]] = []

    def read(self, register: int, length: int) -> bytes:
        return bytes([self.byte]) * length

    def write(self, register: int, value: int) -> None:
        self.written.append((register, value))


class Stuck:
    """A chip of which one register reads back with a bit the other way round."""

    def __init__(self, chip: EmulatedChip, register: int) -> None:
        self.chip, self.register = chip, register

    def read(self, register: int, length: int) -> bytes:
        data = self.chip.read(register, length)
        return bytes([data[0] ^ 0x10]) if (register, length) == (self.register, 1) else data

    def write(self, register: int, value: int) -> None:
        self.chip.write(register, value)
