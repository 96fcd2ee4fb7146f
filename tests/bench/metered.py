# SPDX-License-Identifier: MIT
"""An emulated bus whose cost and traffic are told apart: on a device it is silicon, here it takes CPU time.

Metering costs, too. Of that, what falls between the two looks at the clock is taken for the emulation's; the rest stays
with whoever is measured, and `metering_ns` says how much it is.
"""

import time
from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

from kneemon.drivers.bus import I2cBus
from kneemon.virtual.bus import EmulatedBus

CALLS = 20_000

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class MeteredBus:
    """cpu_ns: nanoseconds of CPU that went into the bus beneath. transfers; data_bytes: read and written by them."""

    def __init__(self, bus: I2cBus) -> None:
        self._bus = bus
        self.cpu_ns = 0
        self.transfers = 0
        self.data_bytes = 0

    def open(self) -> "MeteredBus":
        """A fresh handle, where what is beneath has handles; the figures go on."""
        if isinstance(self._bus, EmulatedBus):
            self._metered(self._bus.open)
        return self

    def close(self) -> None:
        self._metered(self._bus.close)

    def read_byte_data(self, i2c_addr: int, register: int, /) -> int:
        self._transferred(1)
        return self._metered(self._bus.read_byte_data, i2c_addr, register)

    def read_i2c_block_data(self, i2c_addr: int, register: int, length: int, /) -> list[int]:
        self._transferred(length)
        return self._metered(self._bus.read_i2c_block_data, i2c_addr, register, length)

    def write_byte_data(self, i2c_addr: int, register: int, value: int, /) -> None:
        self._transferred(1)
        self._metered(self._bus.write_byte_data, i2c_addr, register, value)

    def _transferred(self, length: int) -> None:
        self.transfers += 1
        self.data_bytes += length

    def _metered(self, call: Callable[[*Ts], T], *what: *Ts) -> T:
        before_ns = time.thread_time_ns()
        try:
            return call(*what)
        finally:
            self.cpu_ns += time.thread_time_ns() - before_ns


class _Nothing:
    """A bus whose transfers cost as good as nothing."""

    def read_byte_data(self, _address: int, _register: int, /) -> int:
        return 0

    def read_i2c_block_data(self, _address: int, _register: int, _length: int, /) -> list[int]:
        return []

    def write_byte_data(self, _address: int, _register: int, _value: int, /) -> None:
        return None

    def close(self) -> None:
        return None


def metering_ns(calls: int = CALLS) -> float:
    """Nanoseconds of CPU that metering one transfer adds to who is measured, rather more than less."""
    bus = MeteredBus(_Nothing())
    before_ns = time.thread_time_ns()
    for _ in range(calls):
        bus.read_byte_data(0, 0)
    return max(0.0, (time.thread_time_ns() - before_ns - bus.cpu_ns) / calls)
