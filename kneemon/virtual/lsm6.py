# SPDX-License-Identifier: MIT
"""What the virtual LSM6DSO and LSM6DS3TR-C have in common: registers, sampling, self-test, thermometer, INT1.

A reset is over after the boot time; until then writes are lost and SW_RESET reads 1. The FIFO is the chip's own, below.
Not modelled: gyroscope, embedded functions, INT2, filters, BDU (a burst is always of one sample), the time that the
mass and the filters take to settle.

Sources: LSM6DSO data sheet DS12140 Rev. 2, Table 2 and §9; ST lsm6dso-pid and lsm6ds3tr-c-pid.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar

import numpy as np

from kneemon.model.samples import Array
from kneemon.virtual.sampler import Sampler, Signal

INT1_CTRL, WHO_AM_I, CTRL1_XL, CTRL3_C, CTRL5_C, CTRL9_XL, STATUS_REG = 0x0D, 0x0F, 0x10, 0x12, 0x14, 0x18, 0x1E
OUT_TEMP_L, OUT_TEMP_H, OUTX_L_A, OUTZ_H_A = 0x20, 0x21, 0x28, 0x2D
REGISTERS = 0x80
READ_ONLY = {WHO_AM_I, *range(0x1A, 0x56), *range(0x78, 0x7F)}
H_LACTIVE, IF_INC, SW_RESET = 0x20, 0x04, 0x01

BOOT_S = 0.01
ODR_HZ = (0.0, 12.5, 26.0, 52.0, 104.0, 208.0, 416.0, 833.0, 1666.0, 3332.0, 6667.0)  # by the code in CTRL1_XL
MG_PER_COUNT = (0.061, 0.488, 0.122, 0.244)  # ±2, ±16, ±4, ±8 g, by the code in CTRL1_XL
PUSH_G = np.array([0.42, 0.35, 0.61])  # how far the positive self-test moves a typical chip
PUSH_SIGN = (0.0, 1.0, -1.0, 0.0)  # by ST_XL in CTRL5_C

DATA_READY, THRESHOLD, OVERRUN, FULL = 0x01, 0x08, 0x10, 0x20  # what INT1_CTRL can route


class VirtualLsm6(ABC):
    """signal: sampled at the chip's own instants, `rate_error` away from what CTRL1_XL says. now: stream time, s.

    Back doors: temperature_c of the silicon; stuck_axes, 0 1 2 for x y z, which no self-test moves.
    """

    identity: ClassVar[int]
    wraps: ClassVar[tuple[int, int]]  # the last address of the FIFO's output, and where a burst goes on from it

    def __init__(
        self,
        signal: Signal,
        now: Callable[[], float],
        rate_error: float = 0.0,
        noise_g: float = 0.0,
        seed: int = 0,
    ) -> None:
        self.temperature_c = 25.0
        self.stuck_axes: set[int] = set()
        self.sampler = Sampler(signal, now, rate_error=rate_error, noise_g=noise_g, seed=seed)
        self._now = now
        self._registers = bytearray(REGISTERS)
        self.reset()
        self._ready_s = now()  # it was switched on long ago

    def reset(self) -> None:
        """Registers at their defaults, powered down, FIFO empty: SW_RESET, or by the back door a dip of the supply."""
        self._registers[:] = bytes(REGISTERS)
        self._registers[WHO_AM_I] = self.identity
        self._registers[CTRL3_C] = IF_INC
        self._registers[CTRL9_XL] = 0xE0
        self._ready_s = self._now() + BOOT_S
        self._fresh = False
        self._taken = 0  # samples since the power-up
        self.sampler.halt()
        self._flush()

    def read(self, register: int, length: int) -> bytes:
        self._catch_up()
        last, first = self.wraps
        burst = bytearray()
        address = register
        for _ in range(length):
            burst.append(self._read_byte(address) if address < REGISTERS else 0)
            if self._registers[CTRL3_C] & IF_INC:
                address = first if address == last else address + 1
        return bytes(burst)

    def write(self, register: int, value: int) -> None:
        self._catch_up()
        if register in READ_ONLY or register >= REGISTERS or self._now() < self._ready_s:
            return
        if register == CTRL3_C and value & SW_RESET:
            self.reset()
            return
        before = self._registers[register]
        self._registers[register] = value
        if register == CTRL1_XL and (before ^ value) & 0xF0:
            self._taken = 0
            if 0 < self._odr < len(ODR_HZ):
                self.sampler.run(ODR_HZ[self._odr])
            else:
                self.sampler.halt()
        self._written(register)

    @property
    def int1(self) -> bool:
        """The level of the line, as the registers have it now."""
        self._catch_up()
        raised = (self._fifo_flags() | (DATA_READY if self._fresh else 0)) & self._registers[INT1_CTRL]
        return bool(raised) != bool(self._registers[CTRL3_C] & H_LACTIVE)

    @property
    def _odr(self) -> int:
        return self._registers[CTRL1_XL] >> 4

    @abstractmethod
    def _flush(self) -> None:
        """The FIFO is empty, as after a reset."""

    @abstractmethod
    def _put(self, sample: bytes) -> None:
        """A sample of six bytes was taken; `_taken` counts it."""

    @abstractmethod
    def _written(self, register: int) -> None:
        """A register has got its value."""

    @abstractmethod
    def _fifo_flags(self) -> int:
        """THRESHOLD, OVERRUN and FULL as they stand."""

    @abstractmethod
    def _fifo_byte(self, address: int) -> int:
        """What a register of the FIFO reads, and what reading it does."""

    def _read_byte(self, address: int) -> int:
        if address == STATUS_REG:
            return int(self._fresh)
        if address == CTRL3_C:
            return self._registers[CTRL3_C] | (SW_RESET if self._now() < self._ready_s else 0)
        if address in (OUT_TEMP_L, OUT_TEMP_H):
            return self._temperature()[address - OUT_TEMP_L]
        if OUTX_L_A <= address <= OUTZ_H_A:
            self._fresh = self._fresh and address % 2 == 0  # a high byte was read
            return self._registers[address]
        return self._fifo_byte(address)

    def _temperature(self) -> bytes:
        counts = 0 if self.sampler.started_s is None else round((self.temperature_c - 25) * 256)
        return max(-32768, min(counts, 32767)).to_bytes(2, "little", signed=True)

    def _catch_up(self) -> None:
        for sample in self._words(self.sampler.due()):
            self._taken += 1
            self._registers[OUTX_L_A : OUTZ_H_A + 1] = sample
            self._fresh = True
            self._put(sample)

    def _words(self, acc_g: Array) -> list[bytes]:
        """Pushed, quantised and clipped as CTRL5_C and CTRL1_XL say; six bytes per sample."""
        push_g = PUSH_G * PUSH_SIGN[self._registers[CTRL5_C] & 0x03]
        push_g[list(self.stuck_axes)] = 0.0
        scale_g = MG_PER_COUNT[self._registers[CTRL1_XL] >> 2 & 0x03] / 1000
        counts = np.clip(np.rint((acc_g + push_g) / scale_g), -32768, 32767).astype("<i2")
        return [row.tobytes() for row in counts]

    def _every(self, rate_code: int) -> int:
        """Of how many samples one goes into the FIFO, for a FIFO rate by its code; no rate is above the chip's own."""
        return 1 << max(0, self._odr - rate_code)
