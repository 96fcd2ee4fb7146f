# SPDX-License-Identifier: MIT
"""What the virtual LIS3DH and LIS2DW12 have in common: registers, the FIFO, sampling, self-test, INT1.

The FIFO holds 32 samples; the last byte of a sample takes it out, and a burst goes round from there. Not modelled:
filters, how long they and the mass take to settle, BDU (a burst is always of whole samples).

Sources: those of lis3dh.py and lis2dw12.py.
"""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from kneemon.model.samples import Array
from kneemon.virtual.sampler import Sampler, Signal

WHO_AM_I, RATE, STATUS, OUT_X_L, OUT_Z_H, FIFO_CTRL, FIFO_LEVEL = 0x0F, 0x20, 0x27, 0x28, 0x2D, 0x2E, 0x2F
REGISTERS = 0x40

FIFO_ENTRIES = 32
BYPASS, FIFO = 0, 1
PUSH_SIGN = (0.0, 1.0, -1.0, 0.0)  # by the two bits of ST


@dataclass(frozen=True, slots=True)
class Format:
    """How a sample becomes a word. bits: of a digit, the upper of 16. push_g: of the self-test. order: a numpy type."""

    bits: int
    g_per_digit: float
    push_g: float
    order: str = "<i2"


@dataclass(frozen=True, slots=True)
class Int1:
    """control: the register that routes to INT1. causes: its bit, and the bit of FIFO_LEVEL that it lets through.

    data_ready: its bit for a sample that nobody has read. active_low: register and bit.
    """

    control: int
    causes: tuple[tuple[int, int], ...]
    data_ready: int
    active_low: tuple[int, int]


class VirtualLis(ABC):
    """signal: sampled at the chip's own instants, `rate_error` away from what it was set to. now: stream time, s.

    Back doors: temperature_c of the silicon; stuck_axes, 0 1 2 for x y z, which no self-test moves.
    """

    defaults: ClassVar[tuple[tuple[int, int], ...]]  # registers that are not 0 after a reset
    writable: ClassVar[frozenset[int]]
    reset_s: ClassVar[float]  # writes are lost for so long
    interrupt: ClassVar[Int1]

    def __init__(
        self,
        signal: Signal,
        now: Callable[[], float],
        rate_error: float = 0.0,
        noise_g: float = 0.0,
        seed: int = 0,
    ) -> None:
        self.sampler = Sampler(signal, now, rate_error=rate_error, noise_g=noise_g, seed=seed)
        self.temperature_c = 25.0
        self.stuck_axes: set[int] = set()
        self._now = now
        self._registers = bytearray(REGISTERS)
        self._waiting: deque[bytes] = deque()
        self.reset()
        self._ready_s = now()  # it was switched on long ago

    def reset(self) -> None:
        """Registers at their defaults, powered down, FIFO empty: a reset over the bus, or a dip of the supply."""
        self._registers[:] = bytes(REGISTERS)
        for register, value in self.defaults:
            self._registers[register] = value
        self._waiting.clear()
        self._output = bytes(6)
        self._unread = False
        self._overwritten = False
        self._ready_s = self._now() + self.reset_s
        self.sampler.halt()

    @property
    def int1(self) -> bool:
        """The level of the INT1 line."""
        self._catch_up()
        routed = self._registers[self.interrupt.control]
        level = self._fifo_level()
        active = bool(routed & self.interrupt.data_ready and self._unread) or any(
            routed & route and level & cause for route, cause in self.interrupt.causes
        )
        register, bit = self.interrupt.active_low
        return active != bool(self._registers[register] & bit)

    def read(self, register: int, length: int) -> bytes:
        self._catch_up()
        address, onward = self._begin_burst(register)
        burst = bytearray()
        for _ in range(length):
            burst.append(self._read_byte(address, onward))
            if onward:
                address = OUT_X_L if address == OUT_Z_H and self._mode != BYPASS else address + 1
        return bytes(burst)

    def write(self, register: int, value: int) -> None:
        self._catch_up()
        if register not in self.writable or self._now() < self._ready_s:
            return
        changed = self._registers[register] != value
        self._registers[register] = value
        if register == RATE and changed:
            rate_hz = self._rate_hz
            if rate_hz > 0:
                self.sampler.run(rate_hz)
            else:
                self.sampler.halt()
        self._written(register)
        if self._mode == BYPASS:
            self._waiting.clear()
            self._overwritten = False

    @property
    @abstractmethod
    def _rate_hz(self) -> float:
        """As RATE says; 0: powered down."""

    @property
    @abstractmethod
    def _mode(self) -> int:
        """BYPASS: the FIFO is off. FIFO: it stops when full. Any other: the oldest is overwritten."""

    @property
    @abstractmethod
    def _format(self) -> Format:
        """As the control registers have it now."""

    @abstractmethod
    def _begin_burst(self, register: int) -> tuple[int, bool]:
        """The address meant, and whether it goes up from byte to byte."""

    @abstractmethod
    def _written(self, register: int) -> None:
        """A register has got its value; what else that does."""

    @abstractmethod
    def _status(self) -> int: ...

    @abstractmethod
    def _fifo_level(self) -> int: ...

    def _read_byte(self, address: int, onward: bool) -> int:
        if address >= REGISTERS:
            return 0
        if address == STATUS:
            return self._status()
        if address == FIFO_LEVEL:
            return self._fifo_level()
        if not OUT_X_L <= address <= OUT_Z_H:
            return self._registers[address]
        sample = self._waiting[0] if self._waiting else self._output
        if address == OUT_Z_H and onward:
            self._unread = self._overwritten = False
            self._output = sample
            if self._waiting:
                self._waiting.popleft()
        return sample[address - OUT_X_L]

    def _catch_up(self) -> None:
        for sample in self._words(self.sampler.due()):
            self._unread = True
            if self._mode == BYPASS:
                self._output = sample
            elif len(self._waiting) < FIFO_ENTRIES:
                self._waiting.append(sample)
            elif self._mode != FIFO:
                self._waiting.popleft()
                self._waiting.append(sample)
                self._overwritten = True

    def _words(self, acc_g: Array) -> list[bytes]:
        """Pushed, quantised, clipped and justified; six bytes per sample."""
        form = self._format
        push_g = np.full(3, form.push_g)
        push_g[list(self.stuck_axes)] = 0.0
        rail = 1 << form.bits - 1
        digits = np.clip(np.rint((acc_g + push_g) / form.g_per_digit), -rail, rail - 1).astype(np.int16)
        return [row.tobytes() for row in (digits << 16 - form.bits).astype(form.order)]
