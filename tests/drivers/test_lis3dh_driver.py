# SPDX-License-Identifier: MIT
"""LIS3DH: golden bytes in, planned bytes out. What it does as the LIS2DW12 does is examined for both."""

from collections.abc import Callable
from typing import Any

import pytest

from kneemon.drivers.chip import ChipOptions
from kneemon.drivers.lis import decode_samples
from kneemon.drivers.lis3dh import UNUSED_BITS, Lis3dh, decode_level

Bus = Callable[..., Any]

LEVELS = [("20", 0, False), ("0a", 10, False), ("90", 16, False), ("1f", 31, False), ("df", 32, True)]
CONFIGURATION = [(0x24, 0x80), (0x20, 0x00), (0x2E, 0x00), (0x21, 0x00)]


def test_a_block_is_samples_one_after_the_other() -> None:
    decoded = decode_samples(bytes.fromhex("00 00 00 00 a0 0f 60 f0 10 00 f0 ff"), UNUSED_BITS)
    assert decoded is not None
    assert decoded.tolist() == [[0, 0, 250], [-250, 1, -1]]


@pytest.mark.parametrize(("status", "samples", "overrun"), LEVELS)
def test_status_vectors(status: str, samples: int, overrun: bool, registers: type, bus_with: Bus) -> None:
    byte = bytes.fromhex(status)[0]
    assert decode_level(byte) == samples
    chip = registers({0x2F: 0x01})
    chip.answers[0x2F] = [bytes([byte])]
    assert Lis3dh(bus_with({0x18: chip})).drain().overrun is overrun


@pytest.mark.parametrize("status", [0xFF, 0x60, 0x7F])
def test_a_level_that_cannot_be_is_a_broken_transfer(status: int, registers: type, bus_with: Bus) -> None:
    with pytest.raises(OSError, match="FIFO_SRC_REG tells of a FIFO that is empty and full"):
        Lis3dh(bus_with({0x18: registers({0x2F: status})})).level()


@pytest.mark.parametrize(("rate_hz", "code"), [(50, 0x47), (100, 0x57), (200, 0x67)])
@pytest.mark.parametrize(("interrupt", "routed", "watermark"), [(False, 0x00, None), (True, 0x04, 16)])
def test_what_is_written(
    rate_hz: int, code: int, interrupt: bool, routed: int, watermark: int | None, registers: type, bus_with: Bus
) -> None:
    chip = registers({0x0F: 0x33, 0x21: 3, 0x25: 0xFF})
    driver = Lis3dh(bus_with({0x18: chip}), options=ChipOptions(rate_hz=rate_hz, interrupt=interrupt))
    waits: list[float] = []
    driver.configure(waits.append)
    assert chip.written == [*CONFIGURATION, (0x22, routed), (0x23, 0xA8), (0x24, 0x40), (0x25, 0x00), (0x20, code)]
    assert waits == [0.01, 7 / rate_hz]
    chip.written.clear()
    driver.start()
    assert chip.written == [(0x2E, 0x00), (0x20, code), (0x2E, 0x8F)]
    chip.written.clear()
    driver.stop()
    assert chip.written == [(0x20, 0x00)]
    assert driver.nominal_hz == rate_hz
    assert driver.watermark == watermark
    assert driver.fifo_samples == 32


def test_the_self_test_compares_two_means_of_five(registers: type, bus_with: Bus) -> None:
    chip = registers({})
    chip.answers[0x2F] = [b"\x07", b"\x02", b"\x00", b"\x06", b"\x01", b"\x00"]
    rest = [b"\x00\x00" + (16 * z).to_bytes(2, "little") + b"\x00\x40" for z in (96, 98, 100, 102, 104)]
    pushed = [b"\x40\x06" + (16 * (z + 500)).to_bytes(2, "little") + b"\x40\x6f" for z in (96, 98, 100, 102, 104)]
    chip.answers[0xA8] = [b"".join(rest), bytes(12), b"".join(pushed), bytes(6)]
    waits: list[float] = []
    result = Lis3dh(bus_with({0x18: chip})).self_test(waits.append)
    assert result.shifts == pytest.approx((0.1, 0.5, 0.756))
    assert result.limits == ((0.068, 1.44),) * 3
    assert result.unit == "g"
    assert result.passed
    assert waits == [0.09, 0.14, 0.09, 0.14]
    assert chip.written == [
        *[(0x20, 0x00), (0x2E, 0x00), (0x21, 0x00), (0x22, 0x00), (0x24, 0x40), (0x23, 0x80), (0x20, 0x47)],
        *[(0x2E, 0x00), (0x2E, 0x8F), (0x23, 0x82), (0x2E, 0x00), (0x2E, 0x8F), (0x23, 0x80)],
    ]
