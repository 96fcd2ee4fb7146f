# SPDX-License-Identifier: MIT
"""MPU-6050: golden bytes in, planned bytes out."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kneemon.drivers.chip import ChipOptions
from kneemon.drivers.chips import CHIPS
from kneemon.drivers.mpu import decode_count, decode_samples, plan_emptying, plan_filling, plan_stop
from kneemon.drivers.mpu6050 import Mpu6050, decode_trim, factory_counts
from kneemon.errors import ChipAbsentError, ConfigError, ForeignChipError, ReadbackError, SensorError

PART = "mpu6050"
Bus = Callable[..., Any]
START = [(0x23, 0x00), (0x6A, 0x00), (0x6A, 0x04), (0x6A, 0x40), (0x23, 0x08)]


def test_sample_vectors(accel_vector: dict[str, Any]) -> None:
    counts = decode_samples(bytes.fromhex(accel_vector["bytes"]))
    assert counts.dtype == np.int16
    assert counts.tolist() == [accel_vector["raw"]]
    if "8 g" in accel_vector["mode"]:
        assert counts[0] * Mpu6050.scale_g_per_count == pytest.approx(accel_vector["g"], abs=5e-10)


def test_block_vectors(fifo_block_vector: dict[str, Any]) -> None:
    counts = decode_samples(bytes.fromhex(fifo_block_vector["bytes"]))
    assert (counts * Mpu6050.scale_g_per_count).tolist() == fifo_block_vector["expect"]


def test_count_vectors(fifo_status_vector: dict[str, Any], registers: type, bus_with: Bus) -> None:
    high, low = data = bytes.fromhex(fifo_status_vector["bytes"])
    assert decode_count(data, 1024) == high * 256 + low
    drain = Mpu6050(bus_with({0x69: FifoRegisters(registers, high * 256 + low)})).drain()
    assert drain.overrun is fifo_status_vector["overrun"]
    assert len(drain.counts) == (fifo_status_vector["samples"] or 0)


def test_a_count_that_cannot_be_is_a_broken_transfer(registers: type, bus_with: Bus) -> None:
    assert decode_count(b"\x04\x01", 1024) is None
    with pytest.raises(OSError, match="FIFO_COUNT"):
        Mpu6050(bus_with({0x69: registers({0x72: 0xFF, 0x73: 0xFF})})).level()


class FifoRegisters:
    """A FIFO that counts what is read from it; the sample z of number n is n."""

    def __init__(self, registers: type, count: int) -> None:
        self.chip = registers({0x72: count >> 8, 0x73: count & 0xFF})
        self.bytes_read = 0
        self.reads: list[tuple[int, int]] = []
        self.overflow_after: int | None = None

    def read(self, register: int, length: int) -> bytes:
        self.reads.append((register, length))
        if register == 0x3A and self.overflow_after is not None and self.bytes_read >= self.overflow_after:
            return b"\x11"
        if register == 0x72 and self.chip.written:
            return bytes(2)  # it was emptied
        if register != 0x74:
            return self.chip.read(register, length)
        stream = b"".join(bytes(4) + n.to_bytes(2, "big") for n in range(200))
        self.bytes_read += length
        return stream[self.bytes_read - length : self.bytes_read]

    def write(self, register: int, value: int) -> None:
        self.chip.write(register, value)


@pytest.mark.parametrize("count", [0, 5, 6, 30, 31, 36, 64, 1000, 1005])
def test_only_whole_samples_are_read_in_blocks_of_thirty(count: int, registers: type, bus_with: Bus) -> None:
    chip = FifoRegisters(registers, count)
    drain = Mpu6050(bus_with({0x69: chip})).drain()
    assert chip.bytes_read == count // 6 * 6
    assert drain.counts[:, 2].tolist() == list(range(count // 6))
    assert (0x72, 2) in chip.reads  # both bytes of the count in one burst
    assert all(length <= 30 for _, length in chip.reads)
    assert not drain.misaligned


@pytest.mark.parametrize("count", [1006, 1018, 1024])
def test_with_less_than_three_samples_of_room_the_fifo_is_given_up(count: int, registers: type, bus_with: Bus) -> None:
    chip = FifoRegisters(registers, count)
    drain = Mpu6050(bus_with({0x69: chip})).drain()
    assert chip.bytes_read == 0
    assert drain.overrun
    assert drain.misaligned
    assert drain.counts.shape == (0, 3)
    assert chip.chip.written == START


def test_an_overflow_while_reading_throws_the_drain_away(registers: type, bus_with: Bus) -> None:
    chip = FifoRegisters(registers, 60)
    chip.overflow_after = 60
    drain = Mpu6050(bus_with({0x69: chip})).drain()
    assert drain.overrun
    assert drain.misaligned
    assert drain.counts.shape == (0, 3)
    assert chip.chip.written == START


@pytest.mark.parametrize(("rate_hz", "divider"), [(50, 19), (100, 9), (200, 4)])
def test_what_is_written(rate_hz: int, divider: int, registers: type, bus_with: Bus) -> None:
    chip = registers({0x75: 0x68})
    driver = Mpu6050(bus_with({0x69: chip}), options=ChipOptions(rate_hz=rate_hz))
    waits: list[float] = []
    driver.configure(waits.append)
    assert chip.written == [
        (0x6B, 0x80),
        (0x6B, 0x01),
        (0x6C, 0x03),
        (0x1A, 0x03),
        (0x19, divider),
        (0x1C, 0x10),
        (0x38, 0x10),
    ]
    assert waits == [0.1, 0.03]
    chip.written.clear()
    driver.start()
    assert chip.written == START
    chip.written.clear()
    driver.stop()
    assert chip.written == [(0x6B, 0x40)]


def test_a_fifo_that_does_not_empty_is_a_lost_write(registers: type, bus_with: Bus) -> None:
    chip = registers({0x73: 8})
    with pytest.raises(ReadbackError) as caught:
        Mpu6050(bus_with({0x69: chip})).start()
    assert str(caught.value) == (
        "MPU-6050 at 0x69, register FIFO_COUNTH: expected 0 bytes after a FIFO_RESET, saw 8. "
        "Look for a loose wire, SDA and SCL first."
    )
    assert chip.written == START[:3]


def test_a_block_of_ones_is_a_broken_transfer(registers: type, bus_with: Bus) -> None:
    chip = registers({0x73: 6})
    chip.answers[0x74] = [b"\xff" * 6]
    with pytest.raises(OSError, match="every bit"):
        Mpu6050(bus_with({0x69: chip})).drain()


def test_starting_and_stopping_need_no_wait() -> None:
    assert all(write.then_wait_s == 0 for write in plan_emptying() + plan_filling() + plan_stop())


def test_other_rates_are_refused(bus_with: Bus) -> None:
    with pytest.raises(ConfigError, match="of the MPU-6050: expected 50, 100 or 200 Hz, saw 1000 Hz"):
        Mpu6050(bus_with({}), options=ChipOptions(rate_hz=1000))


@pytest.mark.parametrize("address", [0x68, 0x69])
def test_the_genuine_chip_says_0x68_at_both_addresses(address: int, registers: type, bus_with: Bus) -> None:
    Mpu6050(bus_with({address: registers({0x75: 0x68})}), address).identify()


@pytest.mark.parametrize(
    ("seen", "part"), [(0x70, "MPU-6500"), (0x71, "MPU-9250"), (0x12, "ICM-20602"), (0x98, "ICM-20689")]
)
def test_a_relative_is_named_and_refused(seen: int, part: str, registers: type, bus_with: Bus) -> None:
    chip = registers({0x75: seen})
    with pytest.raises(ForeignChipError) as caught:
        Mpu6050(bus_with({0x69: chip})).identify()
    assert str(caught.value) == (
        f"MPU-6050 at 0x69: expected 0x68 in WHO_AM_I, saw 0x{seen:02x}, the {part} of the MPU-6500 family, or a copy. "
        'Name chip = "mpu6500" or "auto" in the configuration.'
    )
    assert chip.written == []


def test_a_copy_is_used_when_its_identity_is_named(registers: type, bus_with: Bus) -> None:
    bus = bus_with({0x69: registers({0x75: 0x72})})
    with pytest.raises(ForeignChipError) as caught:
        Mpu6050(bus).identify()
    assert str(caught.value) == (
        "MPU-6050 at 0x69: expected 0x68 in WHO_AM_I, saw 0x72, which kneemon does not know. "
        "Check the name and the address of the chip in the configuration, and what else is on the bus: two devices at "
        "one address answer both at once. "
        "A copy of the MPU-6050 is used all the same with sensor.accept_identity = 0x72."
    )
    Mpu6050(bus, options=ChipOptions(accept_identity=0x72)).identify()


def test_trim_and_temperature_vectors(misc_vector: dict[str, Any], registers: type, bus_with: Bus) -> None:
    what, value = misc_vector["what"], misc_vector["value"]
    if what.endswith("temperature"):
        high, low = bytes.fromhex(misc_vector["bytes"])
        driver = Mpu6050(bus_with({0x69: registers({0x41: high, 0x42: low})}))
        assert driver.temperature_c() == pytest.approx(value, abs=0.0005)
        return
    trim = dict.fromkeys(("SELF_TEST_X", "SELF_TEST_Y", "SELF_TEST_Z", "SELF_TEST_A"), 0)
    for word in misc_vector["bytes"].split():
        name, _, byte = word.partition("=")
        trim[name] = int(byte, 16)
    code = decode_trim(bytes(trim.values()))["XYZ".index(what[-1])]
    assert code == misc_vector["code"]
    assert factory_counts(code) == pytest.approx(value, abs=0.0005)


def test_without_the_factorys_trim_there_is_no_self_test(registers: type, bus_with: Bus) -> None:
    chip = registers({0x75: 0x68, 0x0D: 0xA0, 0x0E: 0x00, 0x0F: 0x20, 0x10: 0x20})
    with pytest.raises(SensorError) as caught:
        Mpu6050(bus_with({0x69: chip})).self_test(lambda _seconds: None)
    assert str(caught.value) == (
        "MPU-6050 at 0x69, self-test: expected the factory's trim of each axis, 1 to 31, saw 22, 0, 4. "
        "Most likely it is a copy, whose self-test tells nothing: trust `kneemon calibrate` instead."
    )
    assert all(not (register == 0x1C and value & 0xE0) for register, value in chip.written)


def test_nothing_at_the_address(bus_with: Bus) -> None:
    with pytest.raises(ChipAbsentError) as caught:
        Mpu6050(bus_with({})).identify()
    assert str(caught.value) == (
        "MPU-6050 at 0x69: expected an answer, saw none, errno 121 (Remote I/O error). "
        "Check 3V3, GND, SDA (pin 3) and SCL (pin 5). With AD0 at 3V3 the address is 0x69, at GND 0x68."
    )


def test_alive_is_the_full_scale_it_was_given(registers: type, bus_with: Bus) -> None:
    chip = registers({0x1C: 0x10})
    driver = Mpu6050(bus_with({0x69: chip}))
    assert driver.alive()
    chip.memory[0x1C] = 0x00
    assert not driver.alive()


def test_the_table_of_chips(registers: type, bus_with: Bus) -> None:
    kind = CHIPS["mpu6050"]
    assert kind.addresses == (0x69, 0x68)
    chip = kind.make(bus_with({0x68: registers({0x75: 0x68})}), 0x68, ChipOptions())
    chip.identify()
    assert (chip.name, chip.nominal_hz, chip.fifo_samples, chip.rails) == (
        "MPU-6050 at 0x68",
        100,
        170,
        (-32768, 32767),
    )
