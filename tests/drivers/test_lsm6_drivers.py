# SPDX-License-Identifier: MIT
"""LSM6DSO and LSM6DS3TR-C, what they do alike: all but the FIFO."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from kneemon.drivers import lsm6, lsm6ds3trc, lsm6dso
from kneemon.drivers.chip import ChipOptions
from kneemon.drivers.registers import Write
from kneemon.errors import ChipAbsentError, ConfigError, ForeignChipError, ReadbackError

Bus = Callable[..., Any]


@dataclass(frozen=True)
class Part:
    """obedient: what is written first, whatever follows."""

    driver: type[lsm6dso.Lsm6dso] | type[lsm6ds3trc.Lsm6ds3trc]
    name: str
    known: str
    configuration: tuple[Write, ...]
    start: tuple[Write, ...]
    obedient: tuple[tuple[int, int], ...]
    limits_g: tuple[float, float]


LSM6DSO = Part(
    lsm6dso.Lsm6dso,
    name="LSM6DSO",
    known="0x6c",
    configuration=lsm6dso.plan_configuration(ChipOptions()),
    start=(lsm6dso.BYPASS, lsm6dso.CONTINUOUS),
    obedient=((0x12, 0x01), (0x12, 0x44), (0x18, 0xE2)),
    limits_g=(0.05, 1.7),
)
LSM6DS3TRC = Part(
    lsm6ds3trc.Lsm6ds3trc,
    name="LSM6DS3TR-C",
    known="0x6a or 0x69",
    configuration=lsm6ds3trc.plan_configuration(ChipOptions()),
    start=(lsm6ds3trc.BYPASS, *lsm6ds3trc.plan_filling(100)),
    obedient=((0x12, 0x01), (0x12, 0x44)),
    limits_g=(0.09, 1.7),
)


@pytest.fixture(params=[LSM6DSO, LSM6DS3TRC], ids=lambda part: part.name)
def part(request: pytest.FixtureRequest) -> Part:
    chosen: Part = request.param
    return chosen


def test_the_scale_of_the_self_test() -> None:
    counts = lsm6.decode_samples(bytes.fromhex("00 00 00 00 04 20 69 16 97 e9 00 00"))
    assert counts * lsm6.SELF_TEST_SCALE_G == pytest.approx(np.array([[0, 0, 0.999912], [0.699914, -0.699914, 0]]))


@pytest.mark.parametrize(("data", "celsius"), [("00 00", 25.0), ("00 01", 26.0), ("00 fb", 20.0), ("80 19", 50.5)])
def test_temperature_vectors(data: str, celsius: float, part: Part, registers: type, bus_with: Bus) -> None:
    low, high = bytes.fromhex(data)
    assert part.driver(bus_with({0x6A: registers({0x20: low, 0x21: high})})).temperature_c() == celsius


def test_every_write_is_read_back_but_the_reset(part: Part) -> None:
    reset, *others = (*part.configuration, *part.start, *lsm6.STILL, *lsm6.PUSHED, *lsm6.OFF)
    assert not reset.reads_back
    assert all(write.reads_back for write in others)


def test_a_fifo_that_does_not_empty_is_a_lost_write(part: Part, registers: type, bus_with: Bus) -> None:
    with pytest.raises(ReadbackError) as caught:
        part.driver(bus_with({0x6A: registers({0x3A: 1})})).start()
    assert str(caught.value) == (
        f"{part.name} at 0x6a, register FIFO_STATUS1: expected 0 words in the FIFO after it was switched off, saw 1. "
        "Look for a loose wire, SDA and SCL first."
    )


@pytest.mark.parametrize("rate_hz", [104, 400])
def test_other_rates_are_refused(rate_hz: int, part: Part, bus_with: Bus) -> None:
    with pytest.raises(ConfigError, match=f"of the {part.name}: expected 50, 100 or 200 Hz, saw {rate_hz} Hz"):
        part.driver(bus_with({}), options=ChipOptions(rate_hz))


@pytest.mark.parametrize(
    ("part", "seen", "meaning"),
    [
        (LSM6DSO, 0x6B, "an ISM330DHCX"),
        (LSM6DSO, 0x6A, "an LSM6DS3TR-C or LSM6DSL"),
        (LSM6DSO, 0x69, "an LSM6DS3 or LSM6DS33"),
        (LSM6DS3TRC, 0x6B, "an ISM330DHCX"),
        (LSM6DS3TRC, 0x6C, "an LSM6DSO, LSM6DSOX or LSM6DSO32"),
    ],
)
def test_a_relative_is_named_and_refused(part: Part, seen: int, meaning: str, registers: type, bus_with: Bus) -> None:
    chip = registers({0x0F: seen})
    with pytest.raises(ForeignChipError) as caught:
        part.driver(bus_with({0x6A: chip})).identify()
    assert str(caught.value) == (
        f"{part.name} at 0x6a: expected {part.known} in WHO_AM_I, saw 0x{seen:02x}, {meaning}. "
        f"Name the chip that is on the board in the configuration, or use a board with an {part.name}."
    )
    assert chip.written == []


@pytest.mark.parametrize("address", [0x6A, 0x6B])
def test_nothing_at_the_address(address: int, part: Part, bus_with: Bus) -> None:
    with pytest.raises(ChipAbsentError) as caught:
        part.driver(bus_with({}), address).identify()
    assert str(caught.value) == (
        f"{part.name} at 0x{address:02x}: expected an answer, saw none, errno 121 (Remote I/O error). "
        "Check 3V3, GND, SDA (pin 3) and SCL (pin 5). CS must be at 3V3; "
        "with SDO (SA0) at GND the address is 0x6a, at 3V3 0x6b."
    )


@pytest.mark.parametrize("lost", [0x00, 0x48])
def test_alive_is_the_rate_and_scale_it_was_given(lost: int, part: Part, registers: type, bus_with: Bus) -> None:
    chip = registers({0x10: 0x4C})
    driver = part.driver(bus_with({0x6A: chip}))
    assert driver.alive()
    chip.memory[0x10] = lost
    assert not driver.alive()


@pytest.mark.parametrize("sign", [1, -1])
def test_the_self_test_drops_one_sample_and_takes_the_mean_of_five(
    sign: int, part: Part, registers: type, bus_with: Bus
) -> None:
    chip = registers({0x1E: 0x05})
    junk = struct.pack("<3h", 30000, -30000, 30000)
    before = [struct.pack("<3h", 100 + n, 0, 8196) for n in (-2, -1, 0, 1, 2)]
    after = [struct.pack("<3h", 100 + sign * 4098, sign * -500 + n, 8196 + 14000) for n in (-2, -1, 0, 1, 2)]
    chip.answers[0x28] = [junk, *before, junk, *after]
    waits: list[float] = []
    result = part.driver(bus_with({0x6A: chip})).self_test(waits.append)
    assert result.shifts == pytest.approx((0.499956, 0.061, 1.708))
    assert result.limits == (part.limits_g,) * 3
    assert result.unit == "g"
    assert not result.passed  # z moved too far
    assert chip.written == [
        *[*part.obedient, (0x14, 0x00), (0x10, 0x38)],
        *[(0x14, 0x01), (0x14, 0x00), (0x10, 0x00)],
    ]
    assert waits == pytest.approx([0.015, 0.1, *[1.2 / 52] * 6, 0.1, *[1.2 / 52] * 6])
