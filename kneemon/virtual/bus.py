# SPDX-License-Identifier: MIT
"""An I2C bus without wires: chips at addresses, the four calls of smbus2 that kneemon uses, and time per bit.

It refuses what the real one refuses, and through its back door (`plugged`, `misbehave`, `power_cycle`) it goes wrong on
purpose: the drivers above see the errno of the Pi's own adapter, or any other. Registers and bytes only; knows no chip.

Sources: Linux i2c-dev and i2c-bcm2835 (errno values), NXP UM10204 §3.1 (bits of a transfer; both of two chips at one
address drive the open-drain SDA, so a 0 wins).
"""

import errno
import os
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Protocol, Self, runtime_checkable

import numpy as np

BUS_HZ = 100_000
BLOCK_MOST = 32
TIMEOUT_S = 0.1  # what an adapter waits for a transfer that does not end

BYTE_BITS = 9
READ_ADDRESSING_BITS = 3 * BYTE_BITS + 2  # start, address, register, start again, address
WRITE_BITS = 3 * BYTE_BITS + 2
NACK_BITS = BYTE_BITS + 2


class EmulatedChip(Protocol):
    """What sits at an address: registers."""

    def read(self, register: int, length: int) -> bytes:
        """One burst of `length` bytes."""
        ...

    def write(self, register: int, value: int) -> None: ...


@runtime_checkable
class PoweredChip(EmulatedChip, Protocol):
    """One that forgets when its supply goes."""

    def reset(self) -> None: ...


class Trouble(Enum):
    """How a transfer can go wrong."""

    NACK = "nobody acknowledges"
    BROKEN_OFF = "the chip gave half of the bytes, then the transfer ended"
    TIMED_OUT = "the transfer does not end"
    STUCK = "no transfer can begin, until the power was taken away"
    FLOATING = "every byte reads 0xff, writes are lost"
    STUCK_LOW = "every byte reads 0x00, writes are acknowledged and lost"
    SHORT = "a block comes with a byte missing"
    GARBAGE = "every byte read is a random one"
    FLIPPED = "one bit of what is read is the other way round"


ERRNO = {
    Trouble.NACK: errno.EREMOTEIO,
    Trouble.BROKEN_OFF: errno.EIO,
    Trouble.TIMED_OUT: errno.ETIMEDOUT,
    Trouble.STUCK: errno.ETIMEDOUT,
}
READS = {Trouble.FLOATING: b"\xff", Trouble.STUCK_LOW: b"\x00"}  # of each byte; writes are lost


class Shared:
    """Two chips at one address: both take what is written, and both drive the wire when they are read."""

    def __init__(self, one: EmulatedChip, other: EmulatedChip) -> None:
        self._chips = one, other

    def read(self, register: int, length: int) -> bytes:
        one, other = (chip.read(register, length) for chip in self._chips)
        return bytes(a & b for a, b in zip(one, other, strict=True))

    def write(self, register: int, value: int) -> None:
        for chip in self._chips:
            chip.write(register, value)

    def reset(self) -> None:
        for chip in self._chips:
            if isinstance(chip, PoweredChip):
                chip.reset()


class EmulatedBus:
    """took: told the seconds that each part of a transfer lasts, so that somebody can let them pass.

    seed: of what is garbage.
    """

    def __init__(
        self,
        chips: Mapping[int, EmulatedChip],
        took: Callable[[float], object] = lambda _seconds: None,
        seed: int = 0,
    ) -> None:
        self.plugged = True  # False: there is no such bus to open
        self.opened = 0
        self._chips = dict(chips)
        self._took = took
        self._chance = np.random.default_rng(seed)
        self._is_open = False
        self._trouble: Trouble | None = None
        self._number: int | None = None
        self._after = 0
        self._times: int | None = 0

    def open(self) -> Self:
        """A fresh handle on the bus. Raises FileNotFoundError while it is not plugged."""
        if not self.plugged:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "/dev/i2c-1")
        self._is_open = True
        self.opened += 1
        return self

    def close(self) -> None:
        self._is_open = False

    def read_byte_data(self, i2c_addr: int, register: int, /) -> int:
        return self._read(i2c_addr, register, 1)[0]

    def read_i2c_block_data(self, i2c_addr: int, register: int, length: int, /) -> list[int]:
        if not 1 <= length <= BLOCK_MOST:
            raise ValueError(f"a block has 1 to {BLOCK_MOST} bytes, not {length}")
        return list(self._read(i2c_addr, register, length))

    def write_byte_data(self, i2c_addr: int, register: int, value: int, /) -> None:
        if not 0 <= value <= 0xFF:
            raise ValueError(f"{value} is not a byte")
        chip, trouble = self._address(i2c_addr, block=False)
        self._pass_bits(WRITE_BITS)
        if trouble is Trouble.BROKEN_OFF:
            raise self._error(trouble)
        if trouble not in READS:
            chip.write(register, value)

    def misbehave(self, trouble: Trouble, *, times: int | None = 1, after: int = 0, number: int | None = None) -> None:
        """Back door: once `after` transfers went well, the next `times` go wrong; None: until `behave`.

        number: the errno to end with, for an adapter that is not the Pi's.
        """
        self._trouble, self._number, self._after = trouble, number, after
        self._times = None if trouble is Trouble.STUCK else times

    def behave(self) -> None:
        self._trouble = None

    def power_cycle(self) -> None:
        """Back door: the power goes for a moment; whoever held a wire lets it go, and every chip forgets."""
        self.behave()
        for chip in self._chips.values():
            if isinstance(chip, PoweredChip):
                chip.reset()

    def replace(self, address: int, chip: EmulatedChip | None) -> None:
        """Back door: another chip, or None for nothing, at the address."""
        self._chips.pop(address, None)
        if chip is not None:
            self._chips[address] = chip

    def _read(self, address: int, register: int, length: int) -> bytes:
        chip, trouble = self._address(address, block=length > 1)
        self._pass_bits(READ_ADDRESSING_BITS)
        if trouble in READS:
            self._pass_bits(length * BYTE_BITS)
            return READS[trouble] * length
        data = chip.read(register, length if trouble is not Trouble.BROKEN_OFF else (length + 1) // 2)
        self._pass_bits(len(data) * BYTE_BITS)
        match trouble:
            case Trouble.BROKEN_OFF:
                raise self._error(trouble)
            case Trouble.SHORT:
                return data[:-1]
            case Trouble.GARBAGE:
                return self._chance.bytes(len(data))
            case Trouble.FLIPPED:
                bit = 1 << int(self._chance.integers(8 * len(data)))
                return (int.from_bytes(data, "big") ^ bit).to_bytes(len(data), "big")
        return data

    def _address(self, address: int, *, block: bool) -> tuple[EmulatedChip, Trouble | None]:
        """The chip that acknowledges, and what will go wrong with this transfer; OSError when it ends here."""
        if not self._is_open:
            raise _os_error(errno.EBADF)
        trouble = self._due_trouble(block)
        if trouble in (Trouble.TIMED_OUT, Trouble.STUCK):
            self._took(TIMEOUT_S)
            raise self._error(trouble)
        chip = self._chips.get(address)
        if chip is None or trouble is Trouble.NACK:
            self._pass_bits(NACK_BITS)
            raise self._error(Trouble.NACK)
        return chip, trouble

    def _due_trouble(self, block: bool) -> Trouble | None:
        if self._trouble is None or (self._trouble is Trouble.SHORT and not block):
            return None
        if self._after > 0:
            self._after -= 1
            return None
        if self._times is not None:
            if self._times == 0:
                return None
            self._times -= 1
        return self._trouble

    def _error(self, trouble: Trouble) -> OSError:
        return _os_error(self._number if self._number is not None and trouble is self._trouble else ERRNO[trouble])

    def _pass_bits(self, bits: int) -> None:
        self._took(bits / BUS_HZ)


def _os_error(number: int) -> OSError:
    return OSError(number, os.strerror(number))
