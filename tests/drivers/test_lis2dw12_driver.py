# SPDX-License-Identifier: MIT
"""LIS2DW12: golden bytes in, planned bytes out. What it does as the LIS3DH does is examined for both."""

from collections.abc import Callable
from typing import Any

import pytest

from kneemon.drivers.chip import ChipOptions
from kneemon.drivers.lis2dw12 import Lis2dw12, decode_temperature_c
from kneemon.errors import ReadbackError

Bus = Callable[..., Any]

LEVELS = [("00", 0, False), ("90", 16, False), ("1f", 31, False), ("5f", 31, True), ("a0", 32, True), ("e0", 32, True)]


class Resetting:
    """A chip of registers whose reset ends after some looks at CTRL2."""

    def __init__(self, chip: Any, looks: int) -> None:
        self.chip = chip
        self.looks = looks

    def read(self, register: int, length: int) -> bytes:
        if register == 0x21 and self.looks > 0:
            self.looks -= 1
            return b"\x44"
        if register == 0x21 and self.chip.memory[0x21] & 0x40:
            self.chip.memory[0x21] = 0x04
        data: bytes = self.chip.read(register, length)
        return data

    def write(self, register: int, value: int) -> None:
        self.chip.write(register, value)


@pytest.mark.parametrize(("status", "samples", "overrun"), LEVELS)
def test_status_vectors(status: str, samples: int, overrun: bool, registers: type, bus_with: Bus) -> None:
    chip = registers({0x2F: bytes.fromhex(status)[0]})
    driver = Lis2dw12(bus_with({0x19: chip}))
    assert driver.level() == samples
    chip.answers[0x2F] = [bytes.fromhex(status)]
    chip.memory[0x2F] = 0x00
    drain = driver.drain()
    assert drain.overrun is overrun
    assert len(drain.counts) == samples


@pytest.mark.parametrize("status", [0xFF, 0x21, 0x3F])
def test_a_level_that_cannot_be_is_a_broken_transfer(status: int, registers: type, bus_with: Bus) -> None:
    with pytest.raises(OSError, match="FIFO_SAMPLES tells of more samples than there are"):
        Lis2dw12(bus_with({0x19: registers({0x2F: status})})).level()


@pytest.mark.parametrize(
    ("data", "celsius"),
    [("00 00", 25.0), ("00 01", 26.0), ("10 00", 25.0625), ("f0 ff", 24.9375), ("00 f6", 15.0), ("00 fb", 20.0)],
)
def test_temperature(data: str, celsius: float, registers: type, bus_with: Bus) -> None:
    assert decode_temperature_c(bytes.fromhex(data)) == celsius
    chip = registers({})
    chip.memory[0x0D:0x0F] = bytes.fromhex(data)
    assert Lis2dw12(bus_with({0x19: chip})).temperature_c() == celsius


@pytest.mark.parametrize(("rate_hz", "code"), [(50, 0x44), (100, 0x54), (200, 0x64)])
@pytest.mark.parametrize(("interrupt", "routed", "watermark"), [(False, 0x00, None), (True, 0x02, 16)])
def test_what_is_written(
    rate_hz: int, code: int, interrupt: bool, routed: int, watermark: int | None, registers: type, bus_with: Bus
) -> None:
    chip = registers({0x0F: 0x44, 0x22: 0xC8})
    driver = Lis2dw12(
        bus_with({0x19: Resetting(chip, looks=2)}), options=ChipOptions(rate_hz=rate_hz, interrupt=interrupt)
    )
    waits: list[float] = []
    driver.configure(waits.append)
    assert chip.written == [
        *[(0x21, 0x40), (0x20, 0x00), (0x2E, 0x00), (0x21, 0x0C), (0x22, 0x00), (0x23, routed), (0x25, 0x20)]
    ]
    assert waits == [0.001] * 3
    chip.written.clear()
    driver.start()
    assert chip.written == [(0x2E, 0x00), (0x20, code), (0x2E, 0xD0)]
    chip.written.clear()
    driver.stop()
    assert chip.written == [(0x20, 0x00)]
    assert driver.nominal_hz == rate_hz
    assert driver.watermark == watermark
    assert driver.fifo_samples == 32


def test_a_reset_that_does_not_end_is_told(registers: type, bus_with: Bus) -> None:
    chip = registers({})
    with pytest.raises(ReadbackError) as caught:
        Lis2dw12(bus_with({0x19: chip})).configure(lambda _s: None)
    assert str(caught.value) == (
        "LIS2DW12 at 0x19, register CTRL2: expected an end of the reset within 50 ms, saw its bit still set. "
        "Look for a loose wire, SDA and SCL first."
    )
    assert chip.written == [(0x21, 0x40)]


def test_the_self_test_compares_two_means_of_five(registers: type, bus_with: Bus) -> None:
    chip = registers({})
    chip.answers[0x2F] = [b"\x07", b"\x02", b"\x00", b"\x06", b"\x01", b"\x00"]
    rest = [bytes(4) + (4 * z).to_bytes(2, "little") for z in (1998, 1999, 2000, 2001, 2002)]
    pushed = [b"\xa0\x0f\x60\xf0" + (4 * z).to_bytes(2, "little") for z in (2098, 2099, 2100, 2101, 2102)]
    chip.answers[0x28] = [b"".join(rest), bytes(12), b"".join(pushed), bytes(6)]
    waits: list[float] = []
    result = Lis2dw12(bus_with({0x19: chip})).self_test(waits.append)
    assert result.shifts == pytest.approx((0.488, 0.488, 0.0488))
    assert result.limits == ((0.07, 1.5),) * 3
    assert result.unit == "g"
    assert not result.passed
    assert waits == [0.1, 0.14, 0.1, 0.14]
    assert chip.written == [
        *[(0x20, 0x00), (0x2E, 0x00), (0x21, 0x0C), (0x22, 0x00), (0x23, 0x00), (0x25, 0x10), (0x20, 0x44)],
        *[(0x2E, 0x00), (0x2E, 0xD0), (0x22, 0x40), (0x2E, 0x00), (0x2E, 0xD0), (0x22, 0x00)],
    ]
