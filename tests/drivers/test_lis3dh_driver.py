# SPDX-License-Identifier: MIT
"""LIS3DH: golden bytes in, planned bytes out."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kneemon.drivers.chip import ChipOptions
from kneemon.drivers.lis3dh import Lis3dh, decode_level, decode_samples, plan_configuration, plan_start
from kneemon.errors import ChipAbsentError, ConfigError, ForeignChipError, ReadbackError

Bus = Callable[..., Any]

# Computed from the data sheet's Table 4 (4 mg per digit) and its register layout, not by any driver.
SAMPLES = [
    ("00 00 00 00 a0 0f", [0, 0, 250], [0.0, 0.0, 1.0]),
    ("60 f0 10 00 f0 ff", [-250, 1, -1], [-1.0, 0.004, -0.004]),
    ("f0 7f 00 80 00 00", [2047, -2048, 0], [8.188, -8.192, 0.0]),
]
LEVELS = [("20", 0, False), ("0a", 10, False), ("90", 16, False), ("1f", 31, False), ("df", 32, True)]
CONFIGURATION = [(0x24, 0x80), (0x20, 0x00), (0x2E, 0x00), (0x21, 0x00)]
EMPTYING = [(0x2E, 0x00), (0x20, 0x57), (0x2E, 0x8F)]


def no_wait(seconds: float) -> None:
    """Nobody's time passes."""


def sample(z: int) -> bytes:
    return bytes(4) + (z << 4).to_bytes(2, "little", signed=True)


@pytest.mark.parametrize(("data", "counts", "acc_g"), SAMPLES)
def test_sample_vectors(data: str, counts: list[int], acc_g: list[float]) -> None:
    decoded = decode_samples(bytes.fromhex(data))
    assert decoded is not None
    assert decoded.dtype == np.int16
    assert decoded.tolist() == [counts]
    assert (decoded[0] * Lis3dh.scale_g_per_count).tolist() == pytest.approx(acc_g, abs=1e-12)


def test_a_block_is_samples_one_after_the_other() -> None:
    decoded = decode_samples(bytes.fromhex("00 00 00 00 a0 0f 60 f0 10 00 f0 ff"))
    assert decoded is not None
    assert decoded.tolist() == [[0, 0, 250], [-250, 1, -1]]


@pytest.mark.parametrize("at", range(0, 6, 2))
@pytest.mark.parametrize("bit", [0x01, 0x02, 0x04, 0x08])
def test_a_lower_bit_that_is_set_spoils_the_block(at: int, bit: int) -> None:
    data = bytearray(sample(250) * 2)
    data[6 + at] |= bit
    assert decode_samples(bytes(data)) is None


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


def test_every_configuration_register_is_read_back_but_the_boot() -> None:
    boot, *others = plan_configuration(100, interrupt=True) + plan_start(100)
    assert not boot.reads_back
    assert all(write.reads_back for write in others)


def test_a_register_that_does_not_take_its_byte_is_named(registers: type, bus_with: Bus) -> None:
    chip = registers({})
    chip.stuck.add(0x23)
    with pytest.raises(ReadbackError) as caught:
        Lis3dh(bus_with({0x18: chip})).configure(no_wait)
    assert str(caught.value) == (
        "LIS3DH at 0x18, register CTRL_REG4: expected 0xa8 as it was written, saw 0x00. "
        "Look for a loose wire, SDA and SCL first."
    )


def test_other_rates_are_refused(bus_with: Bus) -> None:
    with pytest.raises(ConfigError) as caught:
        Lis3dh(bus_with({}), options=ChipOptions(rate_hz=400))
    assert str(caught.value) == (
        "The output data rate of the LIS3DH: expected 50, 100 or 200 Hz, saw 400 Hz. 100 Hz is right for walking."
    )


def test_the_genuine_chip_is_accepted(registers: type, bus_with: Bus) -> None:
    driver = Lis3dh(bus_with({0x19: registers({0x0F: 0x33})}), 0x19)
    driver.identify()
    assert driver.name == "LIS3DH at 0x19"
    assert (driver.fifo_samples, driver.rails, driver.temperature_c()) == (32, (-2048, 2047), None)


@pytest.mark.parametrize(
    ("seen", "text"),
    [
        (
            0x44,
            (
                "LIS3DH at 0x18: expected 0x33 in WHO_AM_I, saw 0x44, an LIS2DW12. "
                "Name the chip that is on the board in the configuration, or use a board with an LIS3DH."
            ),
        ),
        (
            0x00,
            (
                "LIS3DH at 0x18: expected 0x33 in WHO_AM_I, saw 0x00, which no chip says. "
                "Check SDA, SCL, 3V3 and GND: a wire is loose or two are swapped."
            ),
        ),
        (
            0x12,
            (
                "LIS3DH at 0x18: expected 0x33 in WHO_AM_I, saw 0x12, which kneemon does not know. "
                "Check the name and the address of the chip in the configuration, and what else is on the bus: "
                "two devices at one address answer both at once."
            ),
        ),
    ],
)
def test_a_foreign_chip_is_named(seen: int, text: str, registers: type, bus_with: Bus) -> None:
    chip = registers({0x0F: seen})
    with pytest.raises(ForeignChipError) as caught:
        Lis3dh(bus_with({0x18: chip})).identify()
    assert str(caught.value) == text
    assert chip.written == []


def test_an_identity_that_was_allowed_is_accepted(registers: type, bus_with: Bus) -> None:
    bus = bus_with({0x18: registers({0x0F: 0x12})})
    Lis3dh(bus, options=ChipOptions(accept_identity=0x12)).identify()
    with pytest.raises(ForeignChipError):
        Lis3dh(bus, options=ChipOptions(accept_identity=0x13)).identify()


def test_nothing_at_the_address(bus_with: Bus) -> None:
    with pytest.raises(ChipAbsentError) as caught:
        Lis3dh(bus_with({})).identify()
    assert str(caught.value) == (
        "LIS3DH at 0x18: expected an answer, saw none, errno 121 (Remote I/O error). "
        "Check 3V3, GND, SDA (pin 3) and SCL (pin 5). CS must be at 3V3; "
        "with SDO at GND the address is 0x18, at 3V3 0x19."
    )


def test_a_drain_reads_blocks_of_five_with_auto_increment(registers: type, bus_with: Bus) -> None:
    chip = registers({0x2F: 0x02})
    chip.answers[0x2F] = [bytes([0x0C])]
    chip.answers[0xA8] = [
        b"".join(map(sample, range(1, 6))),
        b"".join(map(sample, range(6, 11))),
        sample(11) + sample(12),
    ]
    drain = Lis3dh(bus_with({0x18: chip})).drain()
    assert drain.counts[:, 2].tolist() == list(range(1, 13))
    assert not drain.overrun
    assert not drain.misaligned
    assert chip.answers[0xA8] == []


def test_an_empty_fifo_is_not_read(registers: type, bus_with: Bus) -> None:
    chip = registers({0x2F: 0x20})
    chip.answers[0xA8] = [sample(1)]
    assert Lis3dh(bus_with({0x18: chip})).drain().counts.shape == (0, 3)
    assert len(chip.answers[0xA8]) == 1


@pytest.mark.parametrize(("left", "overrun"), [(0x9B, True), (0x9A, False)])
@pytest.mark.parametrize("full_before", [1, 2])
def test_a_fifo_that_was_full_before_a_block_is_an_overrun(
    left: int, overrun: bool, full_before: int, registers: type, bus_with: Bus
) -> None:
    chip = registers({0x2F: 0x20})
    levels = [0x0A, 0x05, 0x01]
    levels[full_before] = left
    chip.answers[0x2F] = [bytes([level]) for level in levels]
    drain = Lis3dh(bus_with({0x18: chip})).drain()
    assert drain.overrun is overrun
    assert len(drain.counts) == 10


def test_a_glitch_throws_the_drain_away_and_starts_the_fifo_afresh(registers: type, bus_with: Bus) -> None:
    chip = registers({0x2F: 0x06})
    chip.answers[0xA8] = [sample(1) * 5, b"\xff" * 6]
    drain = Lis3dh(bus_with({0x18: chip})).drain()
    assert drain.misaligned
    assert drain.counts.shape == (0, 3)
    assert chip.written == EMPTYING


def test_alive_is_the_full_scale_it_was_given(registers: type, bus_with: Bus) -> None:
    chip = registers({0x23: 0xA8})
    driver = Lis3dh(bus_with({0x18: chip}))
    assert driver.alive()
    chip.memory[0x23] = 0x00
    assert not driver.alive()


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


def test_a_self_test_without_samples_leaves_the_mass_alone(registers: type, bus_with: Bus) -> None:
    chip = registers({})
    chip.answers[0x2F] = [b"\x05", b"\x00", b"\x20"]
    with pytest.raises(OSError, match="0 samples came where 5 were due"):
        Lis3dh(bus_with({0x18: chip})).self_test(no_wait)
    assert (0x23, 0x82) in chip.written
    assert chip.written[-1] == (0x23, 0x80)
