# SPDX-License-Identifier: MIT
"""Finding a chip by its address and what it says, between strangers and faults."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kneemon.clock import PacedClock
from kneemon.drivers.chip import ChipOptions
from kneemon.drivers.chips import CHIPS
from kneemon.drivers.find import AUTO, Found, chip_maker, find_chips
from kneemon.errors import ChipAbsentError
from kneemon.model.samples import Array
from kneemon.virtual.bus import EmulatedBus, EmulatedChip, Shared, Trouble
from kneemon.virtual.chips import VIRTUAL_CHIPS
from kneemon.virtual.mpu6500 import VirtualMpu6500

Bus = Callable[..., Any]
ALL = "0x53 or 0x1d or 0x69 or 0x68 or 0x6a or 0x6b or 0x18 or 0x19"
WIRING = (
    "Check 3V3, GND, SDA (pin 3) and SCL (pin 5); the CS of an ADXL345, LIS3DH or LIS2DW12 must be at 3V3. "
    "`sudo i2cdetect -y 1` shows who answers at all."
)
FOREIGN = (
    " What answered is not known: two devices at one address answer both at once, and a copy is used all the same with "
    "chip and sensor.accept_identity named."
)


def weightless(t_s: Array) -> Array:
    return np.zeros((len(t_s), 3))


def silicon(kind: str) -> EmulatedChip:
    return VIRTUAL_CHIPS[kind](weightless, PacedClock().now_s)


@pytest.mark.parametrize(("kind", "address"), [(kind, at) for kind in CHIPS for at in CHIPS[kind].addresses])
def test_each_chip_is_found_at_each_of_its_addresses(kind: str, address: int, bus_with: Bus) -> None:
    bus = bus_with({address: silicon(kind)})
    (found,) = find_chips(bus)
    assert (found.kind, found.address) == (kind, address)
    assert found.part in CHIPS[kind].identity.parts.values()
    driver = chip_maker(AUTO, 0, ChipOptions())(bus)
    assert type(driver) is CHIPS[kind].make
    assert driver.name.endswith(f"at 0x{address:02x}")
    driver.identify()


def test_the_part_of_a_family_is_told(bus_with: Bus) -> None:
    chip = VirtualMpu6500(weightless, PacedClock().now_s, identity=0x12)
    assert find_chips(bus_with({0x68: chip})) == (Found("mpu6500", "ICM-20602", 0x68),)


def test_of_several_the_first_of_the_table_is_taken_and_all_are_told(bus_with: Bus) -> None:
    bus = bus_with({0x19: silicon("lis3dh"), 0x68: silicon("mpu6050"), 0x6A: silicon("lsm6dso")})
    assert find_chips(bus) == (
        Found("mpu6050", "MPU-6050", 0x68),
        Found("lsm6dso", "LSM6DSO", 0x6A),
        Found("lis3dh", "LIS3DH", 0x19),
    )
    options = ChipOptions(rate_hz=50)
    assert chip_maker(AUTO, 0, options)(bus).name == "MPU-6050 at 0x68"
    assert chip_maker(AUTO, 0x19, options)(bus).name == "LIS3DH at 0x19"
    assert chip_maker(AUTO, 0x19, options)(bus).nominal_hz == 50
    assert find_chips(bus, 0x6A) == (Found("lsm6dso", "LSM6DSO", 0x6A),)


@pytest.mark.parametrize("kind", CHIPS)
def test_a_named_chip_is_not_looked_for(kind: str, bus_with: Bus) -> None:
    bus = bus_with({})
    bus.misbehave(Trouble.TIMED_OUT, times=None)
    first, second = CHIPS[kind].addresses
    assert chip_maker(kind, 0, ChipOptions())(bus).name.endswith(f"at 0x{first:02x}")
    assert chip_maker(kind, second, ChipOptions())(bus).name.endswith(f"at 0x{second:02x}")


def test_strangers_are_passed_over_and_nothing_is_written(registers: type, bus_with: Bus) -> None:
    clock, eeprom, adxl372 = registers({0x75: 0x37}), registers({0x00: 0xFF}), registers({0x00: 0xAD})
    bus = bus_with({0x68: clock, 0x53: eeprom, 0x1D: adxl372, 0x6B: silicon("lsm6ds3trc")})
    assert find_chips(bus) == (Found("lsm6ds3trc", "LSM6DS3TR-C", 0x6B),)
    assert chip_maker(AUTO, 0, ChipOptions())(bus).name == "LSM6DS3TR-C at 0x6b"
    assert clock.written == eeprom.written == adxl372.written == []


def refusal(bus: EmulatedBus, address: int = 0) -> str:
    assert find_chips(bus, address) == ()
    with pytest.raises(ChipAbsentError) as caught:
        chip_maker(AUTO, address, ChipOptions())(bus)
    return str(caught.value)


def test_an_empty_bus(bus_with: Bus) -> None:
    assert refusal(bus_with({})) == (
        f"The accelerometer on the I2C bus: expected a known chip at {ALL}, saw no answer. {WIRING}"
    )


def test_strangers_alone(registers: type, bus_with: Bus) -> None:
    assert refusal(bus_with({0x68: registers({0x75: 0x37}), 0x53: registers({0x00: 0xAD})})) == (
        f"The accelerometer on the I2C bus: expected a known chip at {ALL}, saw 0xad in DEVID at 0x53, "
        f"0x37 in WHO_AM_I at 0x68. {WIRING}{FOREIGN}"
    )


def test_two_devices_at_one_address(registers: type, bus_with: Bus) -> None:
    """A 0 on the wire wins: 0x6c and 0x71 together read 0x60."""
    both = Shared(silicon("lsm6dso"), registers({0x0F: 0x71}))
    assert refusal(bus_with({0x6A: both}), 0x6A) == (
        "The accelerometer on the I2C bus: expected a known chip at 0x6a, saw 0x60 in WHO_AM_I at 0x6a. "
        f"{WIRING}{FOREIGN}"
    )


def test_two_equal_chips_at_one_address_look_like_one(bus_with: Bus) -> None:
    assert find_chips(bus_with({0x53: Shared(silicon("adxl345"), silicon("adxl345"))})) == (
        Found("adxl345", "ADXL345", 0x53),
    )


@pytest.mark.parametrize(
    ("trouble", "words"), [(Trouble.TIMED_OUT, "errno 110 (Connection timed out)"), (Trouble.BROKEN_OFF, "errno 5")]
)
def test_a_transfer_that_fails_does_not_end_the_search(trouble: Trouble, words: str, bus_with: Bus) -> None:
    bus = bus_with({0x53: silicon("adxl345"), 0x19: silicon("lis2dw12")})
    bus.misbehave(trouble, times=1)
    assert find_chips(bus) == (Found("lis2dw12", "LIS2DW12", 0x19),)
    alone = bus_with({0x53: silicon("adxl345")})
    alone.misbehave(trouble, times=None)
    with pytest.raises(ChipAbsentError) as caught:
        chip_maker(AUTO, 0x53, ChipOptions())(alone)
    assert str(caught.value).startswith(f"The accelerometer on the I2C bus: expected a known chip at 0x53, saw {words}")
    assert "accept_identity" not in str(caught.value)


def test_no_acknowledge_now_and_then_is_asked_again(bus_with: Bus) -> None:
    bus = bus_with({0x53: silicon("adxl345")})
    bus.misbehave(Trouble.NACK, times=3)
    assert find_chips(bus) == (Found("adxl345", "ADXL345", 0x53),)


def test_an_address_where_no_chip_can_sit(bus_with: Bus) -> None:
    assert refusal(bus_with({0x20: silicon("adxl345")}), 0x20) == (
        f"The address of the accelerometer: expected a known chip at {ALL}, saw 0x20. "
        "Leave it 0: then all of them are asked."
    )
