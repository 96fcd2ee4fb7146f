# SPDX-License-Identifier: MIT
"""ADXL345: golden bytes in, planned bytes out."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kneemon.drivers.adxl345 import ENTRIES, X_G, Y_G, Z_G, Adxl345, decode_pops, plan_configuration, plan_start
from kneemon.drivers.chip import ChipOptions
from kneemon.drivers.chips import CHIPS
from kneemon.errors import ChipAbsentError, ConfigError, ForeignChipError, SensorError

PART = "adxl345"
Bus = Callable[..., Any]


def no_wait(seconds: float) -> None:
    raise AssertionError(f"nothing to wait {seconds} s for")


def test_sample_vectors(accel_vector: dict[str, Any]) -> None:
    pops = decode_pops([bytes.fromhex(accel_vector["bytes"]) + bytes([0x90, 3])])
    assert pops is not None
    assert pops.counts.dtype == np.int16
    assert pops.counts.tolist() == [accel_vector["raw"]]
    assert (pops.counts[0] * Adxl345.scale_g_per_count).tolist() == accel_vector["g"]


def test_status_vectors(fifo_status_vector: dict[str, Any]) -> None:
    assert ENTRIES.of(bytes.fromhex(fifo_status_vector["bytes"])[0]) == fifo_status_vector["samples"]


def test_pop_vectors(fifo_block_vector: dict[str, Any]) -> None:
    pops = decode_pops([bytes.fromhex(fifo_block_vector["bytes"])])
    if "glitch" in fifo_block_vector["mode"]:
        assert pops is None
    else:
        assert pops is not None
        assert (pops.counts * Adxl345.scale_g_per_count).tolist() == fifo_block_vector["expect"][:1]
        assert pops.entries == (5,)


@pytest.mark.parametrize(
    "bad",
    [
        "00 10 00 00 00 01 90 05",
        "ff ef 00 00 00 01 90 05",
        "00 00 00 e0 00 01 90 05",
        "00 00 00 00 00 01 10 05",
        "00 00 00 00 00 01 90 21",
    ],
)
def test_one_senseless_pop_spoils_the_drain(bad: str) -> None:
    good = bytes.fromhex("00 00 00 00 00 01 90 05")
    assert decode_pops([good, good]) is not None
    assert decode_pops([good, bytes.fromhex(bad)]) is None


def test_thirteen_bits_are_believed() -> None:
    pops = decode_pops([bytes.fromhex("00 f0 ff 0f ff ff 90 20")])
    assert pops is not None
    assert pops.counts.tolist() == [[-4096, 4095, -1]]
    assert pops.entries == (32,)


@pytest.mark.parametrize(("rate_hz", "code"), [(50, 0x09), (100, 0x0A), (200, 0x0B)])
def test_what_is_written(rate_hz: int, code: int, registers: type, bus_with: Bus) -> None:
    chip = registers({0x00: 0xE5, 0x1E: 3, 0x2E: 0xFF})
    driver = Adxl345(bus_with({0x53: chip}), options=ChipOptions(rate_hz=rate_hz))
    driver.configure(no_wait)
    assert chip.written == [
        (0x2D, 0x00),
        (0x2E, 0x00),
        (0x38, 0x00),
        (0x1E, 0x00),
        (0x1F, 0x00),
        (0x20, 0x00),
        (0x2C, code),
        (0x31, 0x0A),
    ]
    chip.written.clear()
    driver.start()
    assert chip.written == [(0x2D, 0x00), (0x38, 0x00), (0x38, 0x90), (0x2D, 0x08)]
    chip.written.clear()
    driver.stop()
    assert chip.written == [(0x2D, 0x00)]
    assert driver.nominal_hz == rate_hz


def test_the_interrupt_is_the_watermark_on_int1(registers: type, bus_with: Bus) -> None:
    chip = registers({0x2F: 0xFF})
    driver = Adxl345(bus_with({0x53: chip}), options=ChipOptions(interrupt=True))
    driver.configure(no_wait)
    assert chip.written[-3:] == [(0x31, 0x0A), (0x2F, 0x00), (0x2E, 0x02)]
    assert driver.watermark == 16
    assert Adxl345(bus_with({})).watermark is None


def test_every_configuration_register_is_read_back() -> None:
    assert all(
        write.reads_back and write.then_wait_s == 0 for write in plan_configuration(100, interrupt=True) + plan_start()
    )


@pytest.mark.parametrize("rate_hz", [0, 75, 3200])
def test_other_rates_are_refused(rate_hz: int, bus_with: Bus) -> None:
    with pytest.raises(ConfigError) as caught:
        Adxl345(bus_with({}), options=ChipOptions(rate_hz=rate_hz))
    assert str(caught.value) == (
        f"The output data rate of the ADXL345: expected 50, 100 or 200 Hz, saw {rate_hz} Hz. "
        "100 Hz is right for walking."
    )


def test_the_limits_of_the_self_test(misc_vector: dict[str, Any]) -> None:
    """The vectors are rounded to a tenth of a count."""
    for axis, (low_g, high_g) in zip("xyz", (X_G, Y_G, Z_G), strict=True):
        assert (low_g * 256, high_g * 256) == pytest.approx(misc_vector["value"][axis], abs=0.051)


def test_a_self_test_of_a_chip_that_takes_no_samples(registers: type, bus_with: Bus) -> None:
    chip = registers({0: 0xE5})
    with pytest.raises(SensorError) as caught:
        Adxl345(bus_with({0x53: chip})).self_test(lambda _seconds: None)
    assert str(caught.value) == (
        "ADXL345 at 0x53, self-test: expected at least 10 samples in 0.2 s, saw 0. "
        "Look for a loose wire, then try again."
    )
    assert all(not (register == 0x31 and value & 0x80) for register, value in chip.written)


def test_a_further_identity_is_accepted_when_it_is_named(registers: type, bus_with: Bus) -> None:
    bus = bus_with({0x53: registers({0: 0x42})})
    Adxl345(bus, options=ChipOptions(accept_identity=0x42)).identify()
    with pytest.raises(ForeignChipError, match="saw 0x42, which kneemon does not know"):
        Adxl345(bus, options=ChipOptions(accept_identity=0x43)).identify()


def test_it_has_no_thermometer(bus_with: Bus) -> None:
    assert Adxl345(bus_with({})).temperature_c() is None


def test_the_genuine_chip_is_accepted(registers: type, bus_with: Bus) -> None:
    driver = Adxl345(bus_with({0x1D: registers({0: 0xE5})}), 0x1D)
    driver.identify()
    assert driver.name == "ADXL345 at 0x1d"


@pytest.mark.parametrize(
    ("seen", "text"),
    [
        (
            0xAD,
            (
                "ADXL345 at 0x53: expected 0xe5 in DEVID, saw 0xad, an ADXL355, ADXL367 or ADXL372. "
                "Name the chip that is on the board in the configuration, or use a board with an ADXL345."
            ),
        ),
        (
            0xFF,
            (
                "ADXL345 at 0x53: expected 0xe5 in DEVID, saw 0xff, which no chip says. "
                "Check SDA, SCL, 3V3 and GND: a wire is loose or two are swapped."
            ),
        ),
        (
            0x42,
            (
                "ADXL345 at 0x53: expected 0xe5 in DEVID, saw 0x42, which kneemon does not know. "
                "Check the name and the address of the chip in the configuration, and what else is on the bus: two "
                "devices at one address answer both at once."
            ),
        ),
    ],
)
def test_a_foreign_chip_is_named(seen: int, text: str, registers: type, bus_with: Bus) -> None:
    chip = registers({0: seen})
    with pytest.raises(ForeignChipError) as caught:
        Adxl345(bus_with({0x53: chip})).identify()
    assert str(caught.value) == text
    assert chip.written == []


def test_nothing_at_the_address(bus_with: Bus) -> None:
    with pytest.raises(ChipAbsentError) as caught:
        Adxl345(bus_with({})).identify()
    assert str(caught.value) == (
        "ADXL345 at 0x53: expected an answer, saw none, errno 121 (Remote I/O error). "
        "Check 3V3, GND, SDA (pin 3) and SCL (pin 5). CS must be at 3V3; "
        "with SDO at GND the address is 0x53, at 3V3 0x1d."
    )


def test_a_level_that_cannot_be_is_a_broken_transfer(registers: type, bus_with: Bus) -> None:
    with pytest.raises(OSError, match="FIFO_STATUS"):
        Adxl345(bus_with({0x53: registers({0x39: 0xFF})})).level()


def pop(z: int, left: int) -> bytes:
    return bytes(4) + z.to_bytes(2, "little") + bytes([0x90, left])


def test_a_drain_pops_as_many_as_there_are(registers: type, bus_with: Bus) -> None:
    chip = registers({0x39: 0x83})
    chip.answers[0x32] = [pop(1, 2), pop(2, 1), pop(3, 1), pop(4, 0)]
    drain = Adxl345(bus_with({0x53: chip})).drain()
    assert drain.counts[:, 2].tolist() == [1, 2, 3]
    assert not drain.overrun
    assert not drain.misaligned


def test_an_empty_fifo_is_not_popped(registers: type, bus_with: Bus) -> None:
    chip = registers({})
    chip.answers[0x32] = [pop(1, 0)]
    assert Adxl345(bus_with({0x53: chip})).drain().counts.shape == (0, 3)
    assert len(chip.answers[0x32]) == 1


@pytest.mark.parametrize(
    ("level", "left", "overrun"), [(32, 31, True), (2, 31, True), (31, 30, False), (30, 30, False)]
)
def test_a_full_fifo_is_an_overrun_also_when_it_filled_after_the_level_was_read(
    level: int, left: int, overrun: bool, registers: type, bus_with: Bus
) -> None:
    chip = registers({0x39: level})
    chip.answers[0x32] = [pop(n, max(0, left - n)) for n in range(level)]
    drain = Adxl345(bus_with({0x53: chip})).drain()
    assert drain.overrun is overrun
    assert len(drain.counts) == level


def test_a_glitch_throws_the_drain_away_and_starts_the_fifo_afresh(registers: type, bus_with: Bus) -> None:
    chip = registers({0x39: 2})
    chip.answers[0x32] = [pop(1, 1), b"\xff" * 8]
    drain = Adxl345(bus_with({0x53: chip})).drain()
    assert drain.misaligned
    assert drain.counts.shape == (0, 3)
    assert chip.written == [(0x2D, 0x00), (0x38, 0x00), (0x38, 0x90), (0x2D, 0x08)]


def test_alive_is_the_full_scale_it_was_given(registers: type, bus_with: Bus) -> None:
    chip = registers({0x31: 0x0A})
    driver = Adxl345(bus_with({0x53: chip}))
    assert driver.alive()
    chip.memory[0x31] = 0x00
    assert not driver.alive()


def test_the_table_of_chips(registers: type, bus_with: Bus) -> None:
    kind = CHIPS["adxl345"]
    assert kind.addresses == (0x53, 0x1D)
    chip = kind.make(bus_with({0x1D: registers({0: 0xE5})}), 0x1D, ChipOptions(rate_hz=50))
    chip.identify()
    assert (chip.name, chip.nominal_hz, chip.fifo_samples, chip.rails) == ("ADXL345 at 0x1d", 50, 32, (-2048, 2047))
