# SPDX-License-Identifier: MIT
"""DRV2605L: a haptic motor driver at 0x5A, played in real time: one register for on and off.

The chip's own library of effects is not used: the rhythms of kneemon's cues are the only language. An LRA runs in
closed loop, so the chip finds the motor's resonance and brakes it; an ERM runs in open loop, as its library would.
Voltages are for the common motors (`LRA`, `ERM`): the register formulas stand in public notes on the data sheet and
were not confirmed in it, so both stay at the motor's rating without overdrive.

Sources: TI DRV2605L data sheet (SLOS854) §7.5, §8.6; Linux drivers/input/misc/drv260x.c (addresses, reset values);
TI E2E 342477 (0x53 for 2 V rms at 175 Hz).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

from kneemon.drivers.bus import Device, I2cBus
from kneemon.drivers.chip import FLOATING
from kneemon.drivers.registers import Register, Wait, Write, apply, flag, number
from kneemon.errors import ForeignChipError

ADDRESS = 0x5A  # its only one


class Mode(IntEnum):
    """What makes the motor move."""

    TRIGGER = 0
    REAL_TIME = 5
    AUTO_CALIBRATION = 7


STATUS = Register("STATUS", 0x00)
DEVICE_ID = number(STATUS, 7, 5, 7)
DIAG_RESULT = flag(STATUS, 3)
MODE = Register("MODE", 0x01)
STANDBY = flag(MODE, 6)
MODE_OF = number(MODE, 2, 0, 7)
RTP_INPUT = Register("RTP_INPUT", 0x02)
RTP = number(RTP_INPUT, 6, 0, 127)  # signed, so 127 is the whole rated voltage
LIBRARY_SELECTION = Register("LIBRARY_SELECTION", 0x03)
LIBRARY = number(LIBRARY_SELECTION, 2, 0, 6)
GO_REGISTER = Register("GO", 0x0C)
GO = flag(GO_REGISTER, 0)
RATED_VOLTAGE = Register("RATED_VOLTAGE", 0x16)
RATED = number(RATED_VOLTAGE, 7, 0, 255)
OD_CLAMP = Register("OD_CLAMP", 0x17)
CLAMP = number(OD_CLAMP, 7, 0, 255)
A_CAL_COMP = Register("A_CAL_COMP", 0x18)
COMPENSATION = number(A_CAL_COMP, 7, 0, 255)
A_CAL_BEMF = Register("A_CAL_BEMF", 0x19)
BACK_EMF = number(A_CAL_BEMF, 7, 0, 255)
FEEDBACK_CONTROL = Register("FEEDBACK_CONTROL", 0x1A)
IS_LRA = flag(FEEDBACK_CONTROL, 7)
BRAKE_FACTOR = number(FEEDBACK_CONTROL, 6, 4, 7)
LOOP_GAIN = number(FEEDBACK_CONTROL, 3, 2, 3)
BEMF_GAIN = number(FEEDBACK_CONTROL, 1, 0, 3)
CONTROL1 = Register("CONTROL1", 0x1B)
STARTUP_BOOST = flag(CONTROL1, 7)
DRIVE_TIME = number(CONTROL1, 4, 0, 31)
CONTROL3 = Register("CONTROL3", 0x1D)
NOISE_GATE = number(CONTROL3, 7, 6, 3)
ERM_OPEN_LOOP = flag(CONTROL3, 5)

READY = MODE.write(MODE_OF.set(Mode.REAL_TIME))
ASLEEP = MODE.write(STANDBY.set(True))
ON = RTP_INPUT.write(RTP.set(127))
OFF = RTP_INPUT.write(RTP.set(0))

PARTS: Mapping[int | None, str] = MappingProxyType({7: "DRV2605L", 3: "DRV2605"})
CALIBRATION_S = 1.3  # the data sheet's longest is 1.2 s; ours is set to 0.5-0.7 s
LOOK_S = 0.05


@dataclass(frozen=True, slots=True)
class Motor:
    """What hangs on the driver, in codes of its registers.

    drive_time: half of an LRA's period, in steps of 0.1 ms above 0.5 ms; of no account for an ERM in open loop.
    """

    lra: bool
    rated: int
    clamp: int
    drive_time: int


LRA = Motor(lra=True, rated=0x53, clamp=0x85, drive_time=0x18)  # 2 V rms at 175 Hz, and its peak of 2.8 V
ERM = Motor(lra=False, rated=0x3E, clamp=0x8C, drive_time=0x13)  # reset values: 3 V at most


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the chip learnt of the motor. The first values are those it wakes up with."""

    compensation: int = 0x0C
    back_emf: int = 0x6C
    gain: int = 2


CHIPS_OWN = Calibration()


def plan_setup(motor: Motor, calibration: Calibration) -> tuple[Write, ...]:
    """Out of standby, still, the motor's own values, then ready for real time."""
    return (
        MODE.write(MODE_OF.set(Mode.TRIGGER)),
        OFF,
        RATED_VOLTAGE.write(RATED.set(motor.rated)),
        OD_CLAMP.write(CLAMP.set(motor.clamp)),
        A_CAL_COMP.write(COMPENSATION.set(calibration.compensation)),
        A_CAL_BEMF.write(BACK_EMF.set(calibration.back_emf)),
        FEEDBACK_CONTROL.write(
            IS_LRA.set(motor.lra), BRAKE_FACTOR.set(3), LOOP_GAIN.set(1), BEMF_GAIN.set(calibration.gain)
        ),
        CONTROL1.write(STARTUP_BOOST.set(True), DRIVE_TIME.set(motor.drive_time)),
        CONTROL3.write(NOISE_GATE.set(2), ERM_OPEN_LOOP.set(not motor.lra)),
        LIBRARY_SELECTION.write(LIBRARY.set(6 if motor.lra else 1)),
        READY,
    )


class Drv2605l:
    """identify, configure; then on and off as often as one likes; stop. Beside SensorError, each raises OSError."""

    def __init__(self, bus: I2cBus, motor: Motor = LRA, calibration: Calibration = CHIPS_OWN) -> None:
        self._motor = motor
        self._calibration = calibration
        self._device = Device(
            bus,
            ADDRESS,
            part="DRV2605L",
            wiring="Check 3V3, GND, SDA (pin 3) and SCL (pin 5) of the haptic driver; IN stays open.",
        )

    @property
    def name(self) -> str:
        """Part and address: DRV2605L at 0x5a."""
        return self._device.name

    def identify(self) -> str:
        """The part that answers. Raises ChipAbsentError or ForeignChipError."""
        seen = self._device.read(STATUS.address)
        part = PARTS.get(DEVICE_ID.of(seen))
        if part is None or seen in FLOATING:
            raise ForeignChipError(
                self.name,
                expected="device 7 or 3 in STATUS",
                seen=f"0x{seen:02x}",
                remedy="Check what else sits at this address, and the wires, SDA and SCL first.",
            )
        return part

    def configure(self) -> None:
        """Write every register that is used, each read back, calibration included. Raises ReadbackError."""
        apply(self._device, plan_setup(self._motor, self._calibration))

    def calibrate(self, wait: Wait) -> Calibration | None:
        """Let the chip learn the motor, which buzzes for about 0.6 s; afterwards it is configured again.

        What was learnt is written from now on. None when it could not learn, as from a motor that is not fixed to
        anything: the values from before stay, and playing works.
        """
        self.configure()
        apply(
            self._device,
            (
                MODE.write(MODE_OF.set(Mode.AUTO_CALIBRATION)),
                GO_REGISTER.write(GO.set(True), reads_back=False),
            ),
        )
        learnt = self._learnt(wait)
        if learnt is not None:
            self._calibration = learnt
        self.configure()
        return learnt

    def alive(self) -> bool:
        """False when the chip has lost its configuration: it was reset behind our back."""
        return self._device.read(MODE.address) == READY.value

    def on(self) -> None:
        self._device.write(ON.register.address, ON.value)

    def off(self) -> None:
        """Read back, unlike `on`: a pulse that does not end is worse than one that is not felt."""
        apply(self._device, (OFF,))

    def stop(self) -> None:
        """Still, and asleep."""
        apply(self._device, (OFF, ASLEEP))

    def _learnt(self, wait: Wait) -> Calibration | None:
        waited_s = 0.0
        while GO.of(self._device.read(GO_REGISTER.address)):
            if waited_s >= CALIBRATION_S:
                apply(self._device, (GO_REGISTER.write(GO.set(False)),))
                return None
            wait(LOOK_S)
            waited_s += LOOK_S
        if DIAG_RESULT.of(self._device.read(STATUS.address)):
            return None
        return Calibration(
            self._device.read(A_CAL_COMP.address),
            self._device.read(A_CAL_BEMF.address),
            self._device.read(FEEDBACK_CONTROL.address) & BEMF_GAIN.mask,
        )
