# SPDX-License-Identifier: MIT
"""Opening the bus, and what an errno means."""

import errno
import os
from pathlib import Path

import pytest

from kneemon.drivers import bus as bus_module
from kneemon.drivers.bus import Device, broken_off, open_bus
from kneemon.errors import BusAbsentError, ChipAbsentError, ExitCode
from kneemon.virtual.bus import EmulatedBus, Trouble


class FakeSmbus:
    """What smbus2 does on opening: a file descriptor, or an OSError."""

    def __init__(self, number: int) -> None:
        self.fd = 1000 + number


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (
            errno.ENOENT,
            (
                "I2C bus 1: expected /dev/i2c-1, saw errno 2 (No such file or directory). "
                "Switch I2C on: `sudo raspi-config nonint do_i2c 0`, or `dtparam=i2c_arm=on` in "
                "/boot/firmware/config.txt, then restart."
            ),
        ),
        (
            errno.EACCES,
            (
                "I2C bus 1: expected /dev/i2c-1, saw errno 13 (Permission denied). "
                "Join the group i2c: `sudo usermod -aG i2c $USER`, then log in again."
            ),
        ),
        (
            errno.ENXIO,
            (
                "I2C bus 1: expected /dev/i2c-1, saw errno 6 (No such device or address). "
                "Check the bus number, and `dmesg` for what the kernel says about i2c."
            ),
        ),
    ],
)
def test_a_bus_that_cannot_be_opened_says_what_to_do(number: int, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(bus: int) -> FakeSmbus:
        raise OSError(number, os.strerror(number), f"/dev/i2c-{bus}")

    monkeypatch.setattr(bus_module, "SMBus", refuse)
    with pytest.raises(BusAbsentError) as caught:
        open_bus(1)
    assert str(caught.value) == text
    assert caught.value.exit_code is ExitCode.SENSOR


def test_a_machine_without_the_bus_says_so() -> None:
    assert not Path("/dev/i2c-97").exists()
    with pytest.raises(BusAbsentError, match="I2C bus 97"):
        open_bus(97)


def test_an_open_bus_does_not_wait_a_whole_second_for_a_stuck_wire(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, ...]] = []
    monkeypatch.setattr(bus_module, "SMBus", FakeSmbus)
    monkeypatch.setattr(bus_module, "ioctl", lambda *call: asked.append(call))
    assert isinstance(open_bus(3), FakeSmbus)
    assert asked == [(1003, 0x0702, 10)]


def test_a_bus_that_refuses_its_time_out_is_closed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[int] = []

    class Refusing(FakeSmbus):
        def close(self) -> None:
            closed.append(self.fd)

    def refuse(*_call: int) -> None:
        raise OSError(errno.ENOTTY, os.strerror(errno.ENOTTY))

    monkeypatch.setattr(bus_module, "SMBus", Refusing)
    monkeypatch.setattr(bus_module, "ioctl", refuse)
    with pytest.raises(BusAbsentError, match="errno 25"):
        open_bus(3)
    assert closed == [1003]


@pytest.fixture
def bus(registers: type) -> EmulatedBus:
    return EmulatedBus({0x53: registers({0x00: 0xE5, 0x01: 0x12})}).open()


@pytest.fixture
def device(bus: EmulatedBus) -> Device:
    return Device(bus, 0x53, part="ADXL345", wiring="Check the wires.")


@pytest.mark.parametrize("times", [1, 3])
def test_no_acknowledge_is_asked_again_at_once(bus: EmulatedBus, device: Device, times: int) -> None:
    bus.misbehave(Trouble.NACK, times=times)
    assert device.read(0x00) == 0xE5
    bus.misbehave(Trouble.NACK, times=times)
    device.write(0x01, 7)
    bus.misbehave(Trouble.NACK, times=times)
    assert device.read_block(0x00, 2) == b"\xe5\x07"


def test_no_acknowledge_at_all_is_an_absent_chip(bus: EmulatedBus, device: Device) -> None:
    bus.misbehave(Trouble.NACK, times=4)
    with pytest.raises(ChipAbsentError) as caught:
        device.read(0x00)
    assert str(caught.value) == (
        "ADXL345 at 0x53: expected an answer, saw none, errno 121 (Remote I/O error). Check the wires."
    )
    assert device.read(0x00) == 0xE5  # four times it was, not five


@pytest.mark.parametrize(("trouble", "number"), [(Trouble.BROKEN_OFF, errno.EIO), (Trouble.TIMED_OUT, errno.ETIMEDOUT)])
def test_a_transfer_broken_off_is_left_to_the_caller(
    bus: EmulatedBus, device: Device, trouble: Trouble, number: int
) -> None:
    for act in (lambda: device.read(0), lambda: device.read_block(0, 2), lambda: device.write(1, 2)):
        bus.misbehave(trouble)
        with pytest.raises(OSError, match=rf"\[Errno {number}\]"):
            act()


def test_a_block_with_a_byte_missing_is_a_broken_transfer(bus: EmulatedBus, device: Device) -> None:
    bus.misbehave(Trouble.SHORT)
    with pytest.raises(OSError, match="7 of 8 bytes came") as caught:
        device.read_block(0x00, 8)
    assert caught.value.errno == errno.EIO


def test_what_a_broken_transfer_means_to_a_person() -> None:
    error = broken_off("adxl345 at 0x53 on bus 1", OSError(errno.EIO, "Input/output error"))
    assert str(error) == (
        "adxl345 at 0x53 on bus 1: expected whole transfers on the I2C bus, saw errno 5 (Input/output error). "
        "Look for a loose or long wire. If it stays, take the power away for a moment: a chip may hold SDA."
    )


def test_a_foreign_errno_still_has_words() -> None:
    assert "errno 16 (Device or resource busy)" in str(broken_off("x", OSError(16, None)))
