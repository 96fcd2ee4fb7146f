# SPDX-License-Identifier: MIT
"""The MPU-6500 family: who belongs to it, and what each of them does otherwise."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kneemon.drivers.chip import ChipOptions
from kneemon.drivers.chips import CHIPS
from kneemon.drivers.mpu import decode_samples
from kneemon.drivers.mpu6500 import IDENTITY, Mpu6500, factory_counts
from kneemon.errors import ForeignChipError

PART = "mpu6500"
Bus = Callable[..., Any]
FAMILY = {
    0x70: "MPU-6500",
    0x71: "MPU-9250",
    0x73: "MPU-9255",
    0x74: "MPU-6515",
    0x78: "MPU-6880",
    0x11: "ICM-20600",
    0x12: "ICM-20602",
    0xAF: "ICM-20608",
    0xAE: "ICM-20608D",
    0xA6: "ICM-20609",
    0x98: "ICM-20689",
    0x20: "ICM-20690",
    0xA9: "IAM-20680",
}
START = [(0x23, 0x00), (0x6A, 0x00), (0x6A, 0x04), (0x6A, 0x40), (0x23, 0x08)]


def made(bus: Any, identity: int, registers: type, values: dict[int, int]) -> Mpu6500:
    """A driver that has asked who it is."""
    driver = Mpu6500(bus({0x69: registers({0x75: identity, **values})}))
    driver.identify()
    return driver


def test_the_family() -> None:
    assert dict(IDENTITY.parts) == FAMILY


def test_sample_vectors(accel_vector: dict[str, Any]) -> None:
    assert decode_samples(bytes.fromhex(accel_vector["bytes"])).tolist() == [accel_vector["raw"]]


def test_a_full_fifo_is_started_afresh(fifo_status_vector: dict[str, Any], registers: type, bus_with: Bus) -> None:
    class Emptied(registers):  # type: ignore[misc]
        def read(self, register: int, length: int) -> bytes:
            return bytes(2) if register == 0x72 and self.written else super().read(register, length)

    high, low = bytes.fromhex(fifo_status_vector["bytes"])
    chip = Emptied({0x72: high, 0x73: low})
    drain = Mpu6500(bus_with({0x69: chip})).drain()
    assert drain.overrun is fifo_status_vector["overrun"] is True
    assert drain.misaligned
    assert chip.written == START


@pytest.mark.parametrize(("count", "given_up"), [(486, False), (493, False), (494, True), (512, True), (4096, True)])
def test_the_fifo_is_taken_to_hold_512_bytes(count: int, given_up: bool, registers: type, bus_with: Bus) -> None:
    chip = registers({0x72: count >> 8, 0x73: count & 0xFF})
    chip.answers[0x72] = [bytes([count >> 8, count & 0xFF]), bytes(2)]
    drain = Mpu6500(bus_with({0x69: chip})).drain()
    assert drain.overrun is given_up
    assert len(drain.counts) == (0 if given_up else count // 6)


def test_a_count_that_none_of_them_can_have_is_a_broken_transfer(registers: type, bus_with: Bus) -> None:
    with pytest.raises(OSError, match="FIFO_COUNT"):
        Mpu6500(bus_with({0x69: registers({0x72: 0x10, 0x73: 0x01})})).level()


def test_what_is_written_beside_what_an_mpu_6050_gets(registers: type, bus_with: Bus) -> None:
    chip = registers({})
    Mpu6500(bus_with({0x69: chip}), options=ChipOptions(rate_hz=50)).configure(lambda _seconds: None)
    assert chip.written == [
        (0x6B, 0x80),
        (0x6B, 0x01),
        (0x6C, 0x03),
        (0x1A, 0x03),  # a full FIFO goes on
        (0x19, 19),
        (0x1C, 0x10),
        (0x38, 0x10),
        (0x1D, 0x03),
    ]


@pytest.mark.parametrize("identity", [0x11, 0x12])
def test_the_temperature_behind_each_sample_is_dropped(identity: int, registers: type, bus_with: Bus) -> None:
    driver = made(bus_with, identity, registers, {0x73: 44})  # five samples and a half
    assert (driver.fifo_samples, driver.level()) == (64, 5)
    chip = registers({0x75: identity, 0x73: 44})
    words = b"".join(np.array([n, -n, 4096, 0x7777], ">i2").tobytes() for n in range(5))
    chip.answers[0x74] = [words[:32], words[32:]]
    driver = Mpu6500(bus_with({0x69: chip}))
    driver.identify()
    assert driver.drain().counts.tolist() == [[n, -n, 4096] for n in range(5)]
    assert chip.answers[0x74] == []


def test_temperature_vectors(misc_vector: dict[str, Any], registers: type, bus_with: Bus) -> None:
    high, low = bytes.fromhex(misc_vector["bytes"])
    driver = made(bus_with, 0x70, registers, {0x41: high, 0x42: low})
    assert driver.temperature_c() == pytest.approx(misc_vector["value"], abs=0.0005)


@pytest.mark.parametrize(
    ("identity", "zero_c", "per_c"), [(0x71, 21, 333.87), (0x78, 21, 333.87), (0x12, 25, 326.8), (0x98, 25, 326.8)]
)
def test_there_are_two_kinds_of_thermometer(
    identity: int, zero_c: float, per_c: float, registers: type, bus_with: Bus
) -> None:
    assert made(bus_with, identity, registers, {}).temperature_c() == zero_c
    cold = made(bus_with, identity, registers, {0x41: 0xF0, 0x42: 0x00})
    assert cold.temperature_c() == pytest.approx(zero_c - 4096 / per_c)


@pytest.mark.parametrize(("code", "counts"), [(1, 2620), (2, 2646), (3, 2672), (100, 7016), (200, 18978), (255, 32804)])
def test_the_factorys_trim(code: int, counts: int) -> None:
    """The table in InvenSense's own driver, which rounds down on its way."""
    assert factory_counts(code) == pytest.approx(counts, rel=0.001)


def test_without_a_trim_the_shift_itself_is_judged(registers: type, bus_with: Bus) -> None:
    class Moved(registers):  # type: ignore[misc]
        """Twenty samples at a time; x y z move by 0.5, -0.3 and 0.1 g when they are pushed."""

        def read(self, register: int, length: int) -> bytes:
            if register == 0x72:
                return (120 if self.memory[0x23] else 0).to_bytes(2, "big")
            if register == 0x74:
                counts = np.array([0.5, -0.3, 0.1]) * 16384 * (self.memory[0x1C] == 0xE0) + [0, 0, 16000]
                return counts.astype(">i2").tobytes() * (length // 6)
            return super().read(register, length)

    chip = Moved({0x75: 0x70, 0x0D: 100, 0x0E: 0, 0x0F: 90})
    result = Mpu6500(bus_with({0x69: chip})).self_test(lambda _seconds: None)
    assert result.unit == "g"
    assert result.limits == ((0.225, 0.675),) * 3
    assert result.shifts == pytest.approx((0.5, 0.3, 0.1), abs=1e-4)
    assert not result.passed
    assert (0x1C, 0xE0) in chip.written
    assert chip.memory[0x1C] == 0x10


def test_an_mpu_6050_is_sent_to_its_own_driver(registers: type, bus_with: Bus) -> None:
    with pytest.raises(ForeignChipError) as caught:
        made(bus_with, 0x68, registers, {})
    known = " or ".join(f"0x{identity:02x}" for identity in FAMILY)
    assert str(caught.value) == (
        f"MPU-6500 at 0x69: expected {known} in WHO_AM_I, saw 0x68, an MPU-6050, MPU-6000 or MPU-9150. "
        'Name chip = "mpu6050" or "auto" in the configuration.'
    )


def test_a_copy_is_driven_as_an_mpu_6500(registers: type, bus_with: Bus) -> None:
    chip = registers({0x75: 0x75})
    driver = Mpu6500(bus_with({0x69: chip}), options=ChipOptions(accept_identity=0x75))
    driver.identify()
    assert (driver.temperature_c(), driver.fifo_samples) == (21, 85)


def test_the_table_of_chips(bus_with: Bus) -> None:
    kind = CHIPS["mpu6500"]
    assert kind.addresses == (0x69, 0x68)
    chip = kind.make(bus_with({}), 0x68, ChipOptions())
    assert (chip.name, chip.nominal_hz, chip.fifo_samples, chip.rails, chip.watermark) == (
        "MPU-6500 at 0x68",
        100,
        85,
        (-32768, 32767),
        None,
    )
