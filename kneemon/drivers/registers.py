# SPDX-License-Identifier: MIT
"""Registers as typed declarations, and writes as data.

A `Field` knows its bits and what they mean in the data sheet's own unit: `RANGE_G.set(8)`, not 0b10. A plan is a tuple
of `Write`s that nobody has done yet; `apply` does them, one byte at a time, and reads each one back. Knows no chip.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from kneemon.drivers.bus import Device
from kneemon.errors import ReadbackError, SensorError

INSIST_TRIES = 4
V = TypeVar("V")
Wait = Callable[[float], object]


@dataclass(frozen=True, slots=True)
class Register:
    """Eight bits, by their data sheet name and address."""

    name: str
    address: int

    def write(self, *settings: "Setting", then_wait_s: float = 0.0, reads_back: bool = True) -> "Write":
        """The write that leaves `settings` in the register and 0 in its other bits."""
        value = used = 0
        for setting in settings:
            if setting.register is not self or setting.mask & used:
                raise ValueError(f"{setting} has no place in {self.name}")
            value |= setting.bits
            used |= setting.mask
        return Write(self, value, then_wait_s, reads_back)


@dataclass(frozen=True, slots=True)
class Setting:
    """Bits in their place: what one field is to hold."""

    register: Register
    mask: int
    bits: int


@dataclass(frozen=True, slots=True, eq=False)
class Field(Generic[V]):
    """Bits high … low of a register. codes: what they can mean, and the code of each meaning."""

    register: Register
    high: int
    low: int
    codes: Mapping[V, int]
    mask: int = field(init=False)
    _values: Mapping[int, V] = field(init=False, repr=False)  # the other way round: it is asked for every sample

    def __post_init__(self) -> None:
        object.__setattr__(self, "mask", (1 << self.high + 1) - (1 << self.low))
        object.__setattr__(self, "_values", {code: value for value, code in self.codes.items()})

    def set(self, value: V) -> Setting:
        """Raises KeyError for a value the chip has no code for."""
        return Setting(self.register, self.mask, self.codes[value] << self.low)

    def of(self, byte: int) -> V | None:
        """What `byte` says in this field; None when the code has no meaning."""
        return self._values.get((byte & self.mask) >> self.low)


def flag(register: Register, bit: int) -> Field[bool]:
    """A field of one bit."""
    return Field(register, bit, bit, {False: 0, True: 1})


def number(register: Register, high: int, low: int, most: int) -> Field[int]:
    """A field that counts from 0 to `most`; a higher code has no meaning."""
    return Field(register, high, low, {n: n for n in range(most + 1)})


@dataclass(frozen=True, slots=True)
class Write:
    """One byte to be written. reads_back: False where the chip clears the bits by itself."""

    register: Register
    value: int
    then_wait_s: float = 0.0
    reads_back: bool = True


def apply(device: Device, plan: Iterable[Write], wait: Wait | None = None) -> None:
    """Do the writes in order. `wait` lets seconds pass, a plan without waits needs none.

    Raises ReadbackError, and OSError for a transfer that was broken off.
    """
    for write in plan:
        device.write(write.register.address, write.value)
        if write.then_wait_s > 0:
            if wait is None:
                raise ValueError(f"{write} needs somebody to wait")
            wait(write.then_wait_s)
        if write.reads_back:
            seen = device.read(write.register.address)
            if seen != write.value:
                raise ReadbackError(
                    f"{device.name}, register {write.register.name}",
                    expected=f"0x{write.value:02x} as it was written",
                    seen=f"0x{seen:02x}",
                    remedy="Look for a loose wire, SDA and SCL first.",
                )


def insist(device: Device, plan: tuple[Write, ...]) -> None:
    """Do the writes of a plan without waits, from its first again when a transfer goes wrong, a few times.

    For what must not be left as it is, such as a self-test. Raises what the last try raised.
    """
    for _ in range(INSIST_TRIES - 1):
        with suppress(OSError, SensorError):
            apply(device, plan)
            return
    apply(device, plan)
