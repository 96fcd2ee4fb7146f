# SPDX-License-Identifier: MIT
"""The bus without wires: what it costs, what it refuses, how it goes wrong."""

import errno
import os

import pytest

from kneemon.clock import LeadingClock
from kneemon.virtual.bus import EmulatedBus, Shared, Trouble


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

    def reset(self) -> None:
        self.bytes[:] = range(256)


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


def test_a_wire_held_low_reads_zeros_and_loses_writes(bus: EmulatedBus, chip: Memory) -> None:
    bus.misbehave(Trouble.STUCK_LOW, times=3)
    assert bus.read_byte_data(0x53, 1) == 0
    assert bus.read_i2c_block_data(0x53, 1, 3) == [0] * 3
    bus.write_byte_data(0x53, 1, 0x55)
    assert chip.bytes[1] == 1
    assert chip.reads == []
    assert bus.read_byte_data(0x53, 1) == 1


def test_a_stuck_bus_times_out_until_the_power_was_away(bus: EmulatedBus, chip: Memory, clock: LeadingClock) -> None:
    bus.write_byte_data(0x53, 1, 0x55)
    bus.misbehave(Trouble.STUCK)
    before_s = clock.now_s()
    for _ in range(5):
        bus.close()
        bus.open()
        with pytest.raises(OSError, match="timed out") as caught:
            bus.write_byte_data(0x54, 1, 1)  # an address at which nobody sits: not even that is found out
        assert caught.value.errno == errno.ETIMEDOUT
    assert clock.now_s() - before_s == pytest.approx(0.5)
    bus.power_cycle()
    assert bus.read_byte_data(0x53, 1) == 1  # and what was written is forgotten


@pytest.mark.parametrize("number", [errno.ENXIO, errno.EAGAIN, errno.EBUSY, errno.EOPNOTSUPP])
@pytest.mark.parametrize("trouble", [Trouble.NACK, Trouble.BROKEN_OFF, Trouble.TIMED_OUT, Trouble.STUCK])
def test_another_adapter_uses_another_errno(trouble: Trouble, number: int, bus: EmulatedBus) -> None:
    bus.misbehave(trouble, number=number)
    with pytest.raises(OSError, match=os.strerror(number)) as caught:
        bus.read_byte_data(0x53, 1)
    assert caught.value.errno == number
    bus.behave()
    with pytest.raises(OSError, match="Remote I/O error"):
        bus.read_byte_data(0x54, 1)


def test_garbage_is_random_and_the_same_for_the_same_seed(chip: Memory) -> None:
    seen = []
    for seed in (3, 3, 4):
        bus = EmulatedBus({0x53: chip}, seed=seed).open()
        bus.misbehave(Trouble.GARBAGE, times=2)
        seen.append([*bus.read_i2c_block_data(0x53, 0, 32), bus.read_byte_data(0x53, 7)])
        assert bus.read_i2c_block_data(0x53, 0, 3) == [0, 1, 2]
    assert seen[0] == seen[1] != seen[2]
    assert len(set(seen[0])) > 20
    assert chip.reads[:2] == [(0, 32), (7, 1)]  # the chip gave its bytes


def test_one_bit_of_a_burst_is_flipped(bus: EmulatedBus) -> None:
    flipped = set()
    for _ in range(200):
        bus.misbehave(Trouble.FLIPPED)
        burst = bytes(bus.read_i2c_block_data(0x53, 0x10, 2))
        difference = int.from_bytes(burst, "big") ^ 0x1011
        assert difference.bit_count() == 1
        flipped.add(difference)
    assert len(flipped) == 16


def test_two_chips_at_one_address_answer_at_once(clock: LeadingClock) -> None:
    one, other = Memory(), Memory()
    other.bytes[5] = 0b1010_0110
    one.bytes[5] = 0b0110_0101
    bus = EmulatedBus({0x53: Shared(one, other)}, clock.pass_by).open()
    assert bus.read_i2c_block_data(0x53, 4, 3) == [4, 0b0010_0100, 6]
    bus.write_byte_data(0x53, 5, 0x77)
    assert (one.bytes[5], other.bytes[5]) == (0x77, 0x77)
    bus.power_cycle()
    assert (one.bytes[5], other.bytes[5]) == (5, 5)
