# SPDX-License-Identifier: MIT
"""LIS2DW12: golden bytes in, planned bytes out."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kneemon.drivers.chip import ChipOptions
from kneemon.drivers.lis2dw12 import (
    Lis2dw12,
    decode_samples,
    decode_temperature_c,
    plan_configuration,
    plan_start,
)
from kneemon.errors import ChipAbsentError, ConfigError, ForeignChipError, ReadbackError

Bus = Callable[..., Any]

# Computed from the data sheet's Table 4 (0.976 mg per digit) and its register layout, not by any driver.
SAMPLES = [
    ("00 00 00 00 04 10", [0, 0, 1025], [0.0, 0.0, 1.0004]),
    ("fc ff 04 00 fc ef", [-1, 1, -1025], [-0.000976, 0.000976, -1.0004]),
    ("fc 7f 00 80 00 00", [8191, -8192, 0], [7.994416, -7.995392, 0.0]),
]
LEVELS = [("00", 0, False), ("90", 16, False), ("1f", 31, False), ("a0", 32, True), ("e0", 32, True)]
EMPTYING = [(0x2E, 0x00), (0x20, 0x54), (0x2E, 0xD0)]


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


def no_wait(seconds: float) -> None:
    """Nobody's time passes."""


def sample(z: int) -> bytes:
    return bytes(4) + (z << 2).to_bytes(2, "little", signed=True)


@pytest.mark.parametrize(("data", "counts", "acc_g"), SAMPLES)
def test_sample_vectors(data: str, counts: list[int], acc_g: list[float]) -> None:
    decoded = decode_samples(bytes.fromhex(data))
    assert decoded is not None
    assert decoded.dtype == np.int16
    assert decoded.tolist() == [counts]
    assert (decoded[0] * Lis2dw12.scale_g_per_count).tolist() == pytest.approx(acc_g, abs=1e-9)


@pytest.mark.parametrize("at", range(0, 6, 2))
@pytest.mark.parametrize("bit", [0x01, 0x02])
def test_a_lower_bit_that_is_set_spoils_the_block(at: int, bit: int) -> None:
    data = bytearray(sample(1025) * 2)
    data[6 + at] |= bit
    assert decode_samples(bytes(data)) is None


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


def test_every_configuration_register_is_read_back() -> None:
    assert all(write.reads_back and write.then_wait_s == 0 for write in plan_configuration(True) + plan_start(100))


def test_a_reset_that_does_not_end_is_told(registers: type, bus_with: Bus) -> None:
    chip = registers({})
    with pytest.raises(ReadbackError) as caught:
        Lis2dw12(bus_with({0x19: chip})).configure(no_wait)
    assert str(caught.value) == (
        "LIS2DW12 at 0x19, register CTRL2: expected an end of the reset within 50 ms, saw its bit still set. "
        "Look for a loose wire, SDA and SCL first."
    )
    assert chip.written == [(0x21, 0x40)]


def test_a_register_that_does_not_take_its_byte_is_named(registers: type, bus_with: Bus) -> None:
    chip = registers({})
    chip.stuck.add(0x25)
    with pytest.raises(ReadbackError) as caught:
        Lis2dw12(bus_with({0x19: Resetting(chip, looks=0)})).configure(no_wait)
    assert str(caught.value) == (
        "LIS2DW12 at 0x19, register CTRL6: expected 0x20 as it was written, saw 0x00. "
        "Look for a loose wire, SDA and SCL first."
    )


def test_other_rates_are_refused(bus_with: Bus) -> None:
    with pytest.raises(ConfigError) as caught:
        Lis2dw12(bus_with({}), options=ChipOptions(rate_hz=25))
    assert str(caught.value) == (
        "The output data rate of the LIS2DW12: expected 50, 100 or 200 Hz, saw 25 Hz. 100 Hz is right for walking."
    )


def test_the_genuine_chip_is_accepted(registers: type, bus_with: Bus) -> None:
    driver = Lis2dw12(bus_with({0x18: registers({0x0F: 0x44})}), 0x18)
    driver.identify()
    assert driver.name == "LIS2DW12 at 0x18"
    assert (driver.fifo_samples, driver.rails) == (32, (-8192, 8191))


@pytest.mark.parametrize(
    ("seen", "text"),
    [
        (
            0x33,
            (
                "LIS2DW12 at 0x19: expected 0x44 in WHO_AM_I, saw 0x33, an LIS3DH or LIS2DH12. "
                "Name the chip that is on the board in the configuration, or use a board with an LIS2DW12."
            ),
        ),
        (
            0xFF,
            (
                "LIS2DW12 at 0x19: expected 0x44 in WHO_AM_I, saw 0xff, which no chip says. "
                "Check SDA, SCL, 3V3 and GND: a wire is loose or two are swapped."
            ),
        ),
        (
            0x12,
            (
                "LIS2DW12 at 0x19: expected 0x44 in WHO_AM_I, saw 0x12, which kneemon does not know. "
                "Check the name and the address of the chip in the configuration, and what else is on the bus: "
                "two devices at one address answer both at once."
            ),
        ),
    ],
)
def test_a_foreign_chip_is_named(seen: int, text: str, registers: type, bus_with: Bus) -> None:
    chip = registers({0x0F: seen})
    with pytest.raises(ForeignChipError) as caught:
        Lis2dw12(bus_with({0x19: chip})).identify()
    assert str(caught.value) == text
    assert chip.written == []


def test_an_identity_that_was_allowed_is_accepted(registers: type, bus_with: Bus) -> None:
    bus = bus_with({0x19: registers({0x0F: 0x12})})
    Lis2dw12(bus, options=ChipOptions(accept_identity=0x12)).identify()
    with pytest.raises(ForeignChipError):
        Lis2dw12(bus, options=ChipOptions(accept_identity=0x13)).identify()


def test_nothing_at_the_address(bus_with: Bus) -> None:
    with pytest.raises(ChipAbsentError) as caught:
        Lis2dw12(bus_with({})).identify()
    assert str(caught.value) == (
        "LIS2DW12 at 0x19: expected an answer, saw none, errno 121 (Remote I/O error). "
        "Check 3V3, GND, SDA (pin 3) and SCL (pin 5). CS must be at 3V3; "
        "with SA0 (SDO) at 3V3 or open the address is 0x19, at GND 0x18."
    )


def test_a_drain_reads_blocks_of_five(registers: type, bus_with: Bus) -> None:
    chip = registers({0x2F: 0x02})
    chip.answers[0x2F] = [bytes([0x07])]
    chip.answers[0x28] = [b"".join(map(sample, range(1, 6))), sample(6) + sample(7)]
    drain = Lis2dw12(bus_with({0x19: chip})).drain()
    assert drain.counts[:, 2].tolist() == list(range(1, 8))
    assert not drain.overrun
    assert not drain.misaligned
    assert chip.answers[0x28] == []


def test_an_empty_fifo_is_not_read(registers: type, bus_with: Bus) -> None:
    chip = registers({})
    chip.answers[0x28] = [sample(1)]
    assert Lis2dw12(bus_with({0x19: chip})).drain().counts.shape == (0, 3)
    assert len(chip.answers[0x28]) == 1


@pytest.mark.parametrize(("left", "overrun"), [(0x9B, True), (0x9A, False)])
@pytest.mark.parametrize("full_before", [1, 2])
def test_a_fifo_that_was_full_before_a_block_is_an_overrun(
    left: int, overrun: bool, full_before: int, registers: type, bus_with: Bus
) -> None:
    chip = registers({})
    levels = [0x0A, 0x05, 0x01]
    levels[full_before] = left
    chip.answers[0x2F] = [bytes([level]) for level in levels]
    drain = Lis2dw12(bus_with({0x19: chip})).drain()
    assert drain.overrun is overrun
    assert len(drain.counts) == 10


def test_a_glitch_throws_the_drain_away_and_starts_the_fifo_afresh(registers: type, bus_with: Bus) -> None:
    chip = registers({0x2F: 0x06})
    chip.answers[0x28] = [sample(1) * 5, b"\xff" * 6]
    drain = Lis2dw12(bus_with({0x19: chip})).drain()
    assert drain.misaligned
    assert drain.counts.shape == (0, 3)
    assert chip.written == EMPTYING


def test_alive_is_the_full_scale_it_was_given(registers: type, bus_with: Bus) -> None:
    chip = registers({0x25: 0x20})
    driver = Lis2dw12(bus_with({0x19: chip}))
    assert driver.alive()
    chip.memory[0x25] = 0x00
    assert not driver.alive()


def test_the_self_test_compares_two_means_of_five(registers: type, bus_with: Bus) -> None:
    chip = registers({})
    chip.answers[0x2F] = [b"\x07", b"\x02", b"\x00", b"\x06", b"\x01", b"\x00"]
    rest = [bytes(4) + (4 * z).to_bytes(2, "little") for z in (1998, 1999, 2000, 2001, 2002)]
    pushed = [b"\xa0\x0f\x60\xf0" + (4 * z).to_bytes(2, "little") for z in (2098, 2099, 2100, 2101, 2102)]
    chip.answers[0x28] = [b"".join(rest), bytes(12), b"".join(pushed), bytes(6)]
    waits: list[float] = []
    result = Lis2dw12(bus_with({0x19: chip})).self_test(waits.append)
    assert result.shifts == pytest.approx((0.488, -0.488, 0.0488))
    assert result.limits == ((0.07, 1.5),) * 3
    assert result.unit == "g"
    assert not result.passed
    assert waits == [0.1, 0.14, 0.1, 0.14]
    assert chip.written == [
        *[(0x20, 0x00), (0x2E, 0x00), (0x21, 0x0C), (0x22, 0x00), (0x23, 0x00), (0x25, 0x10), (0x20, 0x44)],
        *[(0x2E, 0x00), (0x2E, 0xD0), (0x22, 0x40), (0x2E, 0x00), (0x2E, 0xD0), (0x22, 0x00)],
    ]


def test_a_self_test_without_samples_leaves_the_mass_alone(registers: type, bus_with: Bus) -> None:
    chip = registers({})
    chip.answers[0x2F] = [b"\x05", b"\x00", b"\x00"]
    with pytest.raises(OSError, match="0 samples came where 5 were due"):
        Lis2dw12(bus_with({0x19: chip})).self_test(no_wait)
    assert (0x22, 0x40) in chip.written
    assert chip.written[-1] == (0x22, 0x00)
