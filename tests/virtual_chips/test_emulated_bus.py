# SPDX-License-Identifier: MIT
"""The bus without wires: what it costs, what it refuses, how it goes wrong."""

import errno

import pytest

from kneemon.clock import LeadingClock
from kneemon.virtual.bus import EmulatedBus, Trouble


class Memory:
    """Registers, and a log of the bursts."""

    def __init__(self) -> None:
        self.bytes = bytearray(range(256))
        self.reads: list[tuple[int, int]] = []

    def read(self, register: int, length: int) -> bytes:
        self.reads.append((register, length))
        return bytes(self.bytes[register : register + length])

    def write(self, register: int, value: int) -> None:
        self.bytes[register] = value


@pytest.fixture
def chip() -> Memory:
    return Memory()


@pytest.fixture
def bus(chip: Memory, clock: LeadingClock) -> EmulatedBus:
    return EmulatedBus({0x53: chip}, clock.pass_by).open()


def test_it_reads_and_writes_registers(bus: EmulatedBus) -> None:
    bus.write_byte_data(0x53, 0x20, 0xAB)
    assert bus.read_byte_data(0x53, 0x20) == 0xAB
    assert bus.read_i2c_block_data(0x53, 0x1F, 3) == [0x1F, 0xAB, 0x21]


@pytest.mark.parametrize(("length", "milliseconds"), [(1, 0.38), (8, 1.01), (30, 2.99)])
def test_a_transfer_takes_its_bits_at_100_khz(
    length: int, milliseconds: float, bus: EmulatedBus, clock: LeadingClock
) -> None:
    before_s = clock.now_s()
    bus.read_i2c_block_data(0x53, 0x32, length)
    assert (clock.now_s() - before_s) * 1000 == pytest.approx(milliseconds)


def test_it_refuses_more_than_an_smbus_block(bus: EmulatedBus) -> None:
    assert len(bus.read_i2c_block_data(0x53, 0, 32)) == 32
    for length in (0, 33):
        with pytest.raises(ValueError, match="1 to 32"):
            bus.read_i2c_block_data(0x53, 0, length)
    with pytest.raises(ValueError, match="not a byte"):
        bus.write_byte_data(0x53, 0, 256)


def test_it_refuses_a_closed_handle_and_an_absent_bus(bus: EmulatedBus) -> None:
    bus.close()
    with pytest.raises(OSError, match="Bad file descriptor") as caught:
        bus.read_byte_data(0x53, 0)
    assert caught.value.errno == errno.EBADF
    bus.plugged = False
    with pytest.raises(FileNotFoundError, match="i2c-1"):
        bus.open()
    bus.plugged = True
    assert bus.open().read_byte_data(0x53, 7) == 7
    assert bus.opened == 2


def test_nobody_acknowledges_at_an_empty_address(bus: EmulatedBus, chip: Memory) -> None:
    for act in (
        lambda: bus.read_byte_data(0x54, 0),
        lambda: bus.read_i2c_block_data(0x54, 0, 4),
        lambda: bus.write_byte_data(0x54, 0, 1),
    ):
        with pytest.raises(OSError, match="Remote I/O error") as caught:
            act()
        assert caught.value.errno == errno.EREMOTEIO
    bus.replace(0x54, chip)
    bus.replace(0x53, None)
    assert bus.read_byte_data(0x54, 9) == 9
    with pytest.raises(OSError, match="Remote I/O error"):
        bus.read_byte_data(0x53, 0)


def test_trouble_comes_after_and_as_often_as_was_asked_for(bus: EmulatedBus, chip: Memory) -> None:
    bus.misbehave(Trouble.NACK, times=2, after=1)
    assert bus.read_byte_data(0x53, 1) == 1
    for _ in range(2):
        with pytest.raises(OSError, match="Remote"):
            bus.read_byte_data(0x53, 1)
    assert bus.read_byte_data(0x53, 1) == 1
    assert chip.reads == [(1, 1), (1, 1)]  # what is not acknowledged does not touch the chip


def test_trouble_can_stay_until_it_is_over(bus: EmulatedBus) -> None:
    bus.misbehave(Trouble.NACK, times=None)
    for _ in range(50):
        with pytest.raises(OSError, match="Remote"):
            bus.write_byte_data(0x53, 1, 1)
    bus.behave()
    assert bus.read_byte_data(0x53, 1) == 1


def test_a_transfer_broken_off_has_taken_half_of_the_bytes(bus: EmulatedBus, chip: Memory) -> None:
    bus.misbehave(Trouble.BROKEN_OFF)
    with pytest.raises(OSError, match="Input/output") as caught:
        bus.read_i2c_block_data(0x53, 0x32, 8)
    assert caught.value.errno == errno.EIO
    assert chip.reads == [(0x32, 4)]
    bus.misbehave(Trouble.BROKEN_OFF)
    with pytest.raises(OSError, match="Input/output"):
        bus.write_byte_data(0x53, 0x32, 8)
    assert chip.bytes[0x32] == 0x32


def test_a_transfer_that_does_not_end_costs_time(bus: EmulatedBus, clock: LeadingClock) -> None:
    before_s = clock.now_s()
    bus.misbehave(Trouble.TIMED_OUT)
    with pytest.raises(OSError, match="timed out") as caught:
        bus.read_byte_data(0x53, 1)
    assert caught.value.errno == errno.ETIMEDOUT
    assert clock.now_s() - before_s == pytest.approx(0.1)


def test_floating_wires_read_ones_and_lose_writes(bus: EmulatedBus, chip: Memory) -> None:
    bus.misbehave(Trouble.FLOATING, times=3)
    assert bus.read_byte_data(0x53, 1) == 0xFF
    assert bus.read_i2c_block_data(0x53, 1, 3) == [0xFF] * 3
    bus.write_byte_data(0x53, 1, 0x55)
    assert chip.bytes[1] == 1
    assert bus.read_byte_data(0x53, 1) == 1


def test_a_short_block_lacks_a_byte_and_single_bytes_are_spared(bus: EmulatedBus) -> None:
    bus.misbehave(Trouble.SHORT)
    assert bus.read_byte_data(0x53, 1) == 1
    assert bus.read_i2c_block_data(0x53, 1, 3) == [1, 2]
    assert bus.read_i2c_block_data(0x53, 1, 3) == [1, 2, 3]
