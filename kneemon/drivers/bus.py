# SPDX-License-Identifier: MIT
"""The I2C bus as the drivers see it: the four calls of smbus2 they use, and one chip's address on it.

Two kinds of failure leave this module. OSError: a transfer was broken off, and how much of it happened only the caller
can judge. SensorError: nobody acknowledged although asked again at once, or there is no bus. A chip that does not
acknowledge was not touched, so asking again costs nothing.

Sources: smbus2; Linux, Documentation/i2c/fault-codes and drivers/i2c/busses/i2c-bcm2835.c (errno values).
"""

import errno
import os
from collections.abc import Callable
from fcntl import ioctl
from typing import Protocol, TypeVar, TypeVarTuple

from smbus2 import SMBus

from kneemon.errors import BusAbsentError, ChipAbsentError, SensorError

BLOCK_MOST = 32  # bytes in one SMBus block transfer
NACK = (errno.EREMOTEIO, errno.ENXIO)  # "no acknowledge", in the words of two families of adapters
NACK_RETRIES = 3

I2C_TIMEOUT = 0x0702  # from <linux/i2c-dev.h>, in units of 10 ms
TIMEOUT_10MS = 10  # the adapter's own second would cost a FIFO of 32 samples a third of them

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class I2cBus(Protocol):
    """The part of smbus2.SMBus that kneemon uses. A failed transfer is an OSError."""

    def read_byte_data(self, i2c_addr: int, register: int, /) -> int: ...

    def write_byte_data(self, i2c_addr: int, register: int, value: int, /) -> None: ...

    def read_i2c_block_data(self, i2c_addr: int, register: int, length: int, /) -> list[int]:
        """At most 32 bytes; ValueError above."""
        ...

    def close(self) -> None: ...


def open_bus(number: int) -> I2cBus:
    """/dev/i2c-<number>. Raises BusAbsentError, which says what to do."""
    try:
        bus = SMBus(number)
        try:
            if bus.fd is not None:
                ioctl(bus.fd, I2C_TIMEOUT, TIMEOUT_10MS)
        except OSError:
            bus.close()
            raise
    except OSError as error:
        raise _no_bus(number, error) from error
    return bus


def broken_off(name: str, error: OSError) -> SensorError:
    """What a transfer that failed again and again means to a person."""
    return SensorError(
        name,
        expected="whole transfers on the I2C bus",
        seen=in_words(error),
        remedy="Look for a loose or long wire. If it stays, take the power away for a moment: a chip may hold SDA.",
    )


class Device:
    """One chip's address on the bus.

    part: the chip's name in messages. wiring: what to look at when nothing answers, as a sentence.
    """

    def __init__(self, bus: I2cBus, address: int, *, part: str, wiring: str) -> None:
        self._bus = bus
        self._address = address
        self._wiring = wiring
        self.name = f"{part} at 0x{address:02x}"

    def read(self, register: int) -> int:
        return self._acknowledged(self._bus.read_byte_data, self._address, register)

    def read_block(self, register: int, length: int) -> bytes:
        """Exactly `length` bytes, at most 32."""
        data = bytes(self._acknowledged(self._bus.read_i2c_block_data, self._address, register, length))
        if len(data) != length:
            raise OSError(errno.EIO, f"{len(data)} of {length} bytes came")
        return data

    def write(self, register: int, value: int) -> None:
        self._acknowledged(self._bus.write_byte_data, self._address, register, value)

    def _acknowledged(self, transfer: Callable[[*Ts], T], *what: *Ts) -> T:
        for _ in range(1 + NACK_RETRIES):
            try:
                return transfer(*what)
            except OSError as error:
                if error.errno not in NACK:
                    raise
                silence = error
        raise ChipAbsentError(
            self.name, expected="an answer", seen=f"none, {in_words(silence)}", remedy=self._wiring
        ) from silence


def _no_bus(number: int, error: OSError) -> BusAbsentError:
    match error.errno:
        case errno.ENOENT:
            remedy = (
                "Switch I2C on: `sudo raspi-config nonint do_i2c 0`, or `dtparam=i2c_arm=on` in "
                "/boot/firmware/config.txt, then restart."
            )
        case errno.EACCES | errno.EPERM:
            remedy = "Join the group i2c: `sudo usermod -aG i2c $USER`, then log in again."
        case _:
            remedy = "Check the bus number, and `dmesg` for what the kernel says about i2c."
    return BusAbsentError(f"I2C bus {number}", expected=f"/dev/i2c-{number}", seen=in_words(error), remedy=remedy)


def in_words(error: OSError) -> str:
    """errno 121 (Remote I/O error)"""
    return f"errno {error.errno} ({error.strerror or os.strerror(error.errno or 0)})"
