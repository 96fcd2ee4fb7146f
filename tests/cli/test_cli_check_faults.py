# SPDX-License-Identifier: MIT
"""Each fault that a builder makes gives exactly one red line, and that line names the right cause."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from check_desk import FAULT, Desk, at_rest, faults
from gpiozero.pins.mock import MockFactory, MockPin

from kneemon.app.check import Finding
from kneemon.virtual.bus import Shared, Trouble
from kneemon.virtual.chips import VIRTUAL_CHIPS
from kneemon.virtual.drv2605l import VirtualDrv2605l
from kneemon.virtual.mpu6500 import VirtualMpu6500

Builder = Callable[[Desk], dict[str, str] | None]

WIRES = (
    "Check 3V3 (pin 1), GND (pin 6), SDA (pin 3) and SCL (pin 5); CS of an ADXL345, LIS3DH or LIS2DW12 must be at 3V3."
)
POWER_OFF = "Take the power away for a moment. If it stays, unplug one board after the other."
FAULTS: dict[str, tuple[Builder, Finding]] = {}


def makes(part: str, text: str, cause: str, remedy: str) -> Callable[[Builder], Builder]:
    """What the builder did comes out as this one finding; # stands for a number that noise and time decide."""

    def entered(builder: Builder) -> Builder:
        FAULTS[builder.__name__] = (builder, Finding(part, FAULT, text, cause, remedy))
        return builder

    return entered


class Registers:
    """Somebody who is no chip of ours: the same byte everywhere."""

    def __init__(self, value: int) -> None:
        self.value = value

    def read(self, register: int, length: int) -> bytes:
        return bytes([self.value] * length)

    def write(self, register: int, value: int) -> None:
        raise AssertionError("the check writes to nobody but the sensor")


@makes(
    "bus",
    "I2C bus 97: expected /dev/i2c-97, saw errno 2 (No such file or directory).",
    "I2C is not switched on",
    "Switch I2C on: `sudo raspi-config nonint do_i2c 0`, or `dtparam=i2c_arm=on` in /boot/firmware/config.txt, "
    "then restart.",
)
def absent_bus(desk: Desk) -> dict[str, str]:
    desk.bus.plugged = False
    return {"sensor__bus": "97", "feedback__outputs": "haptic", "power__gauge": "max17048"}


@makes(
    "bus",
    "/dev/i2c-1 is there, and nobody answers.",
    "SDA and SCL are exchanged, or the board has no 3V3 or no GND",
    f"{WIRES} `sudo i2cdetect -y 1` shows who answers at all.",
)
def absent_chip_and_everything(_: Desk) -> dict[str, str]:
    return {"feedback__outputs": "haptic", "power__gauge": "max17048"}


@makes(
    "chip",
    "a known sensor does not answer; others do: 0x5a.",
    "the sensor's own wires, or CS (ADXL345, LIS3DH, LIS2DW12) is not at 3V3",
    WIRES,
)
def absent_chip_beside_another_part(desk: Desk) -> dict[str, str]:
    desk.put(0x5A, VirtualDrv2605l(desk.clock.now_s))
    return {"feedback__outputs": "haptic"}


@makes(
    "chip",
    "ADXL345 at 0x53 does not answer.",
    "the sensor there is an LSM6DSO at 0x6a",
    'Set sensor.chip = "auto", or "lsm6dso" with sensor.address = 0x6a.',
)
def another_chip_than_named(desk: Desk) -> dict[str, str]:
    desk.lay("lsm6dso")
    return {"sensor__chip": "adxl345"}


@makes(
    "chip",
    "ADXL345 at 0x53 does not answer.",
    "the sensor there is an ADXL345 at 0x1d",
    'Set sensor.chip = "auto", or "adxl345" with sensor.address = 0x1d.',
)
def another_address_than_usual(desk: Desk) -> dict[str, str]:
    desk.lay("adxl345", at=0x1D)
    return {"sensor__chip": "adxl345"}


@makes(
    "chip",
    "no known sensor; 0x53 says 0xff in DEVID.",
    "a wire is loose, or SDA and SCL are exchanged, or two devices at one address, which answer both at once",
    f"{WIRES} Then take other boards off the bus, one after the other.",
)
def floating_wires(desk: Desk) -> None:
    desk.lay("adxl345")
    desk.bus.misbehave(Trouble.FLOATING, times=None)


@makes(
    "chip",
    "ADXL345 at 0x53: expected 0xe5 in DEVID, saw 0x00.",
    "a wire is loose, or SDA and SCL are exchanged, or two devices at one address, which answer both at once",
    "Check SDA, SCL, 3V3 and GND: a wire is loose or two are swapped.",
)
def a_wire_that_is_low(desk: Desk) -> dict[str, str]:
    desk.lay("adxl345")
    desk.bus.misbehave(Trouble.STUCK_LOW, times=None)
    return {"sensor__chip": "adxl345"}


@makes("bus", "/dev/i2c-1: every address answers.", "SDA touches GND, or a chip holds it", POWER_OFF)
def sda_at_ground(desk: Desk) -> None:
    for address in range(0x08, 0x78):
        desk.put(address, Registers(0x00))


@makes(
    "chip",
    "no known sensor; 0x18 says 0x3f in WHO_AM_I.",
    "the board carries an LIS3DSH",
    "Use a board with a chip that kneemon knows: ADXL345, MPU-6050, MPU-6500, LSM6DSO, LSM6DS3TR-C, LIS3DH, LIS2DW12.",
)
def foreign_chip(desk: Desk) -> None:
    desk.put(0x18, Registers(0x3F))


@makes(
    "chip",
    "no known sensor; 0x69 says 0x72 in WHO_AM_I.",
    "a copy with an identity of its own, or two devices at one address, which answer both at once",
    'Take other boards off the bus; for a copy set sensor.chip = "mpu6500" and sensor.accept_identity = 0x72.',
)
def clone(desk: Desk) -> None:
    desk.put(0x69, VirtualMpu6500(at_rest, desk.clock.now_s, identity=0x72))


@makes(
    "chip",
    "MPU-6050 at 0x69: expected 0x68 in WHO_AM_I, saw 0x98.",
    "the board carries the ICM-20689 of the MPU-6500 family, or a copy",
    'Name chip = "mpu6500" or "auto" in the configuration.',
)
def clone_of_the_named_one(desk: Desk) -> dict[str, str]:
    desk.put(0x69, VirtualMpu6500(at_rest, desk.clock.now_s, identity=0x98))
    return {"sensor__chip": "mpu6050"}


@makes(
    "rest",
    "0.500 g where 0.85 to 1.15 g was expected.",
    "an LSM6DSO32 sold as LSM6DSO (0.5 g), or a copy with another scale",
    "Read what is printed on the chip; use another board.",
)
def dso32_at_half_a_g(desk: Desk) -> None:
    desk.lay("lsm6dso", lambda t_s: 0.5 * at_rest(t_s), noise_g=0.001)


@makes(
    "rest",
    "2.000 g where 0.85 to 1.15 g was expected.",
    "a copy with another scale, another chip than configured, or two devices at one address",
    "Read what is printed on the chip; use another board.",
)
def clone_with_another_scale(desk: Desk) -> None:
    desk.lay("lis2dw12", lambda t_s: 2.0 * at_rest(t_s), noise_g=0.001)


@makes(
    "noise",
    "x # y # z # mg where 20 mg is the most.",
    "the supply is not steady, or the table is not",
    "Lay it on a firm table, try another supply, keep the motor's wires away, then check again.",
)
def noisy_supply(desk: Desk) -> None:
    desk.lay("adxl345", noise_g=0.025)


@makes(
    "self-test",
    "y moved +0.00 where -3.73 to -0.35 g was expected.",
    "the chip is damaged (a fall, 5 V), or a copy",
    "Check again with the box on a firm table; if it stays, replace the board.",
)
def failed_axis(desk: Desk) -> None:
    desk.lay("adxl345", noise_g=0.001).stuck_axes = {1}


@makes(
    "rate",
    "# Hz measured, 100 Hz nominal.",
    "a copy whose clock is more than 10 % off",
    "Try another board.",
)
def clone_that_is_too_fast(desk: Desk) -> None:
    desk.lay("mpu6050", rate_error=0.12)


@makes(
    "loss",
    "# of # samples were lost.",
    "a loose or long wire breaks transfers off, or the computer was busy",
    "Press each plug, shorten the wires to 30 cm, stop other programs, then check again.",
)
def lost_samples(desk: Desk) -> None:
    chip = desk.lay("adxl345")
    begun_s = desk.clock.now_s()

    def stall() -> None:
        if chip.sampler.started_s is not None and desk.clock.now_s() > begun_s + 3.0:
            desk.clock.listeners.remove(stall)
            desk.clock.pass_by(1.0)

    desk.clock.listeners.append(stall)


@makes(
    "loss",
    "# of # samples were lost.",
    "the bus is too slow",
    "Set i2c_arm_baudrate=100000, restart, then check again.",
)
def slow_bus(desk: Desk) -> None:
    desk.lay("adxl345")
    desk.slowness = 12.0


@makes(
    "samples",
    "ADXL345 at 0x53: expected samples with some noise, saw the very same sample again and again. "
    "It is set up again by itself; if this comes back, replace the board.",
    "a loose wire, or a supply that dips",
    "Press each plug, shorten the wires, check again; if it stays, replace the board.",
)
def frozen_chip(desk: Desk) -> None:
    desk.lay("adxl345", noise_g=0.0)


@makes(
    "button",
    "GPIO27 reads pressed.",
    "its wires are swapped or touch each other",
    "Let go of it; if nobody presses, look at its wires: one to the pin, the other to GND.",
)
def pressed_button(desk: Desk) -> dict[str, str]:
    desk.lay("adxl345")
    desk.pins = MockFactory(pin_class=Shorted)
    return {"feedback__pins": "mock"}


@makes(
    "pins",
    "GPIO 17 for the buzzer: expected a free pin of the header, saw GPIO busy.",
    "another program holds it, perhaps a second kneemon",
    "Another program holds it, perhaps a second kneemon: stop that one; `gpioinfo` shows which it is.",
)
def busy_pin(desk: Desk) -> dict[str, str]:
    desk.lay("adxl345")
    desk.pins = Busy()
    return {"feedback__pins": "mock"}


@makes(
    "bus",
    "/dev/i2c-1: no transfer ends well, errno 110 (Connection timed out).",
    "a chip or a short circuit holds SDA or SCL",
    POWER_OFF,
)
def stuck_bus(desk: Desk) -> dict[str, str]:
    desk.lay("adxl345")
    desk.bus.misbehave(Trouble.STUCK)
    return {"feedback__outputs": "haptic", "power__gauge": "max17048"}


@makes(
    "chip",
    "no known sensor; 0x6a says 0x68 in WHO_AM_I.",
    "another chip, or two devices at one address, which answer both at once",
    "Use a board with a chip that kneemon knows: ADXL345, MPU-6050, MPU-6500, LSM6DSO, LSM6DS3TR-C, LIS3DH, LIS2DW12.",
)
def two_chips_at_one_address(desk: Desk) -> None:
    one, other = (VIRTUAL_CHIPS[kind](at_rest, desk.clock.now_s) for kind in ("lsm6dso", "lsm6ds3trc"))
    desk.put(0x6A, Shared(one, other))


@makes(
    "interrupt",
    "GPIO22 (pin 15) stays low with 24 samples waiting.",
    "the wire from INT1 is loose or goes to another pin",
    "Check the wire from the sensor's INT1 to GPIO22 (pin 15); without one set sensor.interrupt = false.",
)
def silent_interrupt_line(desk: Desk) -> dict[str, str]:
    desk.lay("adxl345")
    return {"feedback__pins": "mock", "sensor__interrupt": "true"}


@makes(
    "interrupt",
    "GPIO22 (pin 15) is high though nothing is waiting.",
    "it is wired to 3V3 or to another pin of the sensor than INT1",
    "Check the wire from the sensor's INT1 to GPIO22 (pin 15); without one set sensor.interrupt = false.",
)
def interrupt_line_at_3v3(desk: Desk) -> dict[str, str]:
    desk.lay("adxl345")
    desk.wire_int1(22, lambda: True)
    return {"feedback__pins": "mock", "sensor__interrupt": "true"}


@makes(
    "haptic",
    "DRV2605L at 0x5a: expected an answer, saw none, errno 121 (Remote I/O error).",
    "its own wires, or no haptic driver is wired",
    "Check 3V3, GND, SDA (pin 3) and SCL (pin 5) of the haptic driver; IN stays open.",
)
def absent_haptic_driver(desk: Desk) -> dict[str, str]:
    desk.lay("adxl345")
    return {"feedback__outputs": "haptic"}


class Shorted(MockPin):
    """No pull-up lifts it."""

    def _set_pull(self, value: str) -> None:
        super()._set_pull(value)
        self._change_state(False)


class Busy(MockFactory):
    """As lgpio says it, with a bare exception of its own."""

    def pin(self, name: int) -> MockPin:
        raise RuntimeError("'GPIO busy'")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize("name", FAULTS)
def test_it_is_the_one_red_line(name: str, desk: Desk) -> None:
    builder, finding = FAULTS[name]
    (told,) = faults(desk.check(**(builder(desk) or {})))
    assert re.fullmatch(re.escape(finding.text).replace(r"\#", r"[\d.]+"), told.text), told
    assert replace(told, text=finding.text) == finding


@pytest.mark.parametrize("name", FAULTS)
def test_everything_is_left_as_it_was(name: str, desk: Desk) -> None:
    """The chip measures no more, its self-test is off, and the others got nothing written."""
    builder, _ = FAULTS[name]
    desk.check(**(builder(desk) or {}))
    desk.bus.behave()
    for chip in desk.chips.values():
        if hasattr(chip, "sampler"):
            assert chip.sampler.started_s is None
