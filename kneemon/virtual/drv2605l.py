# SPDX-License-Identifier: MIT
"""A DRV2605L made of its registers, written from the data sheet: what a driver can see of it over the bus.

Its past is kept: `drive` tells when the motor was driven in real time and how hard. Auto-calibration lasts 0.6 s and
ends as `motor_fixed` says. Not modelled: the library of effects, the sequencer, PWM and audio input, over-current and
over-temperature, and the supply's share in what the motor gets.

Source: TI DRV2605L data sheet (SLOS854) §8.6; reset values as in Linux drivers/input/misc/drv260x.c.
"""

from collections.abc import Callable
from dataclasses import dataclass

STATUS, MODE, RTP_INPUT, GO = 0x00, 0x01, 0x02, 0x0C
A_CAL_COMP, A_CAL_BEMF, FEEDBACK_CONTROL, CONTROL3 = 0x18, 0x19, 0x1A, 0x1D
LAST = 0x22
READ_ONLY = {STATUS, *range(0x23, 0x100)}

DEFAULTS = {
    MODE: 0x40,
    0x03: 0x01,
    0x04: 0x01,
    0x11: 0x05,
    0x12: 0x19,
    0x13: 0xFF,
    0x14: 0x19,
    0x15: 0xFF,
    0x16: 0x3E,
    0x17: 0x8C,
    A_CAL_COMP: 0x0C,
    A_CAL_BEMF: 0x6C,
    FEEDBACK_CONTROL: 0x36,
    0x1B: 0x93,
    0x1C: 0xF5,
    CONTROL3: 0xA0,
    0x1E: 0x20,
    0x1F: 0x80,
    0x20: 0x33,
}
DEVICE_RESET, STANDBY, REAL_TIME, AUTO_CALIBRATION = 0x80, 0x40, 5, 7
DIAG_FAILED = 0x08
CALIBRATING_S = 0.6


@dataclass(frozen=True, slots=True)
class Drive:
    """From t_s on the motor is driven with `level` of the whole, -1 to 1."""

    t_s: float
    level: float


class VirtualDrv2605l:
    """now: stream time, s. device_id: 7 for the L, 3 for the plain DRV2605.

    learns: compensation, back EMF and its gain as the calibration of this motor finds them.
    """

    def __init__(
        self, now: Callable[[], float], device_id: int = 7, learns: tuple[int, int, int] = (0x0E, 0x75, 1)
    ) -> None:
        self.motor_fixed = True  # False: a calibration fails
        self.hangs = False  # True: a calibration does not end
        self.drive: list[Drive] = []
        self._now = now
        self._device_id = device_id
        self._learns = learns
        self._registers = bytearray(LAST + 1)
        self._done_s: float | None = None
        self.reset()

    def reset(self) -> None:
        """Back door: a dip of the supply. Registers at their defaults, asleep, the motor still."""
        self._registers[:] = bytes(LAST + 1)
        for register, value in DEFAULTS.items():
            self._registers[register] = value
        self._registers[STATUS] = self._device_id << 5
        self._done_s = None
        self._driven()

    @property
    def level(self) -> float:
        """How hard the motor is driven now."""
        return self.drive[-1].level if self.drive else 0.0

    @property
    def pulses(self) -> list[tuple[float, float]]:
        """(start, length) of each time that the motor was driven and stood still again, s."""
        found: list[tuple[float, float]] = []
        start_s: float | None = None
        for change in self.drive:
            if change.level and start_s is None:
                start_s = change.t_s
            elif not change.level and start_s is not None:
                found.append((start_s, change.t_s - start_s))
                start_s = None
        return found

    def read(self, register: int, length: int) -> bytes:
        self._catch_up()
        burst = bytes(self._registers[at] if at <= LAST else 0 for at in range(register, register + length))
        if register == STATUS:
            self._registers[STATUS] &= ~DIAG_FAILED  # a flag that reading clears
        return burst

    def write(self, register: int, value: int) -> None:
        self._catch_up()
        if register in READ_ONLY:
            return
        if register == MODE and value & DEVICE_RESET:
            self.reset()
            return
        self._registers[register] = value
        if register == GO:
            running = bool(value & 1) and self._mode == AUTO_CALIBRATION and not self._asleep
            self._done_s = self._now() + CALIBRATING_S if running else None
        self._driven()

    @property
    def _mode(self) -> int:
        return self._registers[MODE] & 7

    @property
    def _asleep(self) -> bool:
        return bool(self._registers[MODE] & STANDBY)

    def _catch_up(self) -> None:
        """End a calibration whose time is over."""
        if self._done_s is None or self.hangs or self._now() < self._done_s:
            return
        self._done_s = None
        self._registers[GO] &= ~1
        if not self.motor_fixed:
            self._registers[STATUS] |= DIAG_FAILED
            return
        self._registers[STATUS] &= ~DIAG_FAILED
        compensation, back_emf, gain = self._learns
        self._registers[A_CAL_COMP] = compensation
        self._registers[A_CAL_BEMF] = back_emf
        self._registers[FEEDBACK_CONTROL] = self._registers[FEEDBACK_CONTROL] & ~3 | gain

    def _driven(self) -> None:
        """Note it when the motor is driven otherwise than before."""
        level = 0.0
        if self._mode == REAL_TIME and not self._asleep:
            byte = self._registers[RTP_INPUT]
            unsigned = bool(self._registers[CONTROL3] & 0x08)
            level = (byte - 128) / 127 if unsigned else (byte - 256 if byte > 127 else byte) / 127
        if level != self.level:
            self.drive.append(Drive(self._now(), level))
