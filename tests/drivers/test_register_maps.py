# SPDX-License-Identifier: MIT
"""The declarations themselves: no register twice, no bit twice, every value there and back."""

from collections.abc import Callable
from itertools import combinations
from types import ModuleType
from typing import Any

import pytest

from kneemon.drivers import adxl345, lis2dw12, lis3dh, lsm6, lsm6ds3trc, lsm6dso, mpu, mpu6500
from kneemon.drivers.bus import Device
from kneemon.drivers.registers import Field, Register, Write, apply, flag, insist, number
from kneemon.errors import ReadbackError
from kneemon.virtual.bus import Trouble

MAPS = [adxl345, lis2dw12, lis3dh, lsm6, lsm6ds3trc, lsm6dso, mpu, mpu6500]


def declared(module: ModuleType, kind: type) -> list[Any]:
    return [thing for thing in vars(module).values() if isinstance(thing, kind)]


@pytest.mark.parametrize("module", MAPS)
def test_every_register_is_declared_once_under_its_own_name(module: ModuleType) -> None:
    registers = {name: thing for name, thing in vars(module).items() if isinstance(thing, Register)}
    assert len(registers) > 2
    assert all(name == register.name for name, register in registers.items())
    assert len({register.address for register in registers.values()}) == len(registers)
    assert all(0 <= register.address <= 0x7F for register in registers.values())


@pytest.mark.parametrize("module", MAPS)
def test_fields_of_a_register_do_not_overlap(module: ModuleType) -> None:
    for one, other in combinations(declared(module, Field), 2):
        if one.register == other.register:
            assert one.mask & other.mask == 0, (one, other)


@pytest.mark.parametrize("module", MAPS)
def test_every_value_of_a_field_goes_there_and_back(module: ModuleType) -> None:
    for field in declared(module, Field):
        assert 0 <= field.low <= field.high <= 7
        assert len(set(field.codes.values())) == len(field.codes)
        for value in field.codes:
            setting = field.set(value)
            assert setting.bits & ~field.mask == 0, (field, value)
            assert field.of(setting.bits) == value
            assert field.of(setting.bits | (0xFF & ~field.mask)) == value  # other bits do not matter


def test_a_write_holds_what_it_was_given_and_zero_elsewhere() -> None:
    register = Register("FIFO_CTL", 0x38)
    mode, samples = Field(register, 7, 6, {"stream": 2}), number(register, 4, 0, 31)
    assert register.write(mode.set("stream"), samples.set(16)) == Write(register, 0x90)
    assert register.write() == Write(register, 0x00)


def test_a_write_refuses_a_field_of_another_register_and_bits_set_twice() -> None:
    one, other = Register("ONE", 1), Register("OTHER", 2)
    with pytest.raises(ValueError, match="no place in OTHER"):
        other.write(flag(one, 3).set(True))
    with pytest.raises(ValueError, match="no place in ONE"):
        one.write(flag(one, 3).set(True), number(one, 3, 0, 15).set(1))


def test_a_value_without_a_code_cannot_be_set_and_a_code_without_a_value_means_nothing() -> None:
    entries = number(Register("FIFO_STATUS", 0x39), 5, 0, 32)
    with pytest.raises(KeyError):
        entries.set(33)
    assert entries.of(0x20) == 32
    assert entries.of(0x21) is None


def test_apply_writes_in_order_waits_and_reads_back(registers: type, bus_with: Callable[..., Any]) -> None:
    chip = registers({})
    device = Device(bus_with({0x10: chip}), 0x10, part="CHIP", wiring="")
    waits: list[float] = []
    first, second = Register("FIRST", 0x20), Register("SECOND", 0x10)
    apply(device, (Write(first, 1, then_wait_s=0.25), Write(second, 2), Write(first, 3)), waits.append)
    assert chip.written == [(0x20, 1), (0x10, 2), (0x20, 3)]
    assert waits == [0.25]


def test_apply_names_the_register_that_did_not_take_the_byte(registers: type, bus_with: Callable[..., Any]) -> None:
    chip = registers({0x31: 0x0B})
    chip.stuck.add(0x31)
    device = Device(bus_with({0x53: chip}), 0x53, part="ADXL345", wiring="")
    with pytest.raises(ReadbackError) as caught:
        apply(device, (adxl345.FORMAT,))
    assert str(caught.value) == (
        "ADXL345 at 0x53, register DATA_FORMAT: expected 0x0a as it was written, saw 0x0b. "
        "Look for a loose wire, SDA and SCL first."
    )


def test_a_bit_that_clears_itself_is_not_read_back(registers: type, bus_with: Callable[..., Any]) -> None:
    chip = registers({})
    chip.stuck.add(0x6A)
    apply(
        Device(bus_with({0x10: chip}), 0x10, part="CHIP", wiring=""),
        (Write(Register("USER_CTRL", 0x6A), 4, reads_back=False),),
    )
    assert chip.written == [(0x6A, 4)]


def test_a_plan_that_waits_needs_somebody_to_wait(registers: type, bus_with: Callable[..., Any]) -> None:
    device = Device(bus_with({0x10: registers({})}), 0x10, part="CHIP", wiring="")
    with pytest.raises(ValueError, match="wait"):
        apply(device, (Write(Register("R", 1), 1, then_wait_s=0.1),))


@pytest.mark.parametrize("trouble", [Trouble.BROKEN_OFF, Trouble.TIMED_OUT, Trouble.FLOATING])
def test_insisting_is_asking_again(trouble: Trouble, registers: type, bus_with: Callable[..., Any]) -> None:
    chip = registers({0x31: 0x8B})
    bus = bus_with({0x53: chip})
    device = Device(bus, 0x53, part="ADXL345", wiring="")
    bus.misbehave(trouble, times=3)
    insist(device, (adxl345.FORMAT,))
    assert chip.memory[0x31] == 0x0A


def test_insisting_ends(registers: type, bus_with: Callable[..., Any]) -> None:
    bus = bus_with({0x53: registers({})})
    bus.misbehave(Trouble.TIMED_OUT, times=4)
    with pytest.raises(OSError, match="Errno 110"):
        insist(Device(bus, 0x53, part="ADXL345", wiring=""), (adxl345.FORMAT,))
    assert bus.read_byte_data(0x53, 0x31) == 0x00  # four times it was, not five
