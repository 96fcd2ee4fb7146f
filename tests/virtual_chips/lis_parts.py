# SPDX-License-Identifier: MIT
"""The LIS3DH and the LIS2DW12 in the words of their data sheets: for what both are asked in the same way."""

import struct
from dataclasses import dataclass

import numpy as np

from kneemon.drivers.lis import Lis
from kneemon.drivers.lis2dw12 import Lis2dw12
from kneemon.drivers.lis3dh import Lis3dh
from kneemon.model.samples import Array
from kneemon.virtual.lis import VirtualLis
from kneemon.virtual.lis2dw12 import VirtualLis2dw12
from kneemon.virtual.lis3dh import VirtualLis3dh

Writes = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Part:
    """Registers, bytes, and what they mean."""

    silicon: type[VirtualLis]
    driver: type[Lis]
    address: int
    output: int  # where a burst begins
    shift: int  # of a count in its 16 bits, at ±8 g
    scale_g: float
    rails: tuple[int, int]
    level: int  # the bits of 0x2F that count
    empty: int  # 0x2F of an empty FIFO
    measuring: Writes  # ±8 g, 100 Hz, the FIFO overwriting its oldest
    asleep: int  # CTRL1 at 0 Hz
    stopping: int  # 0x2E of a FIFO that stops when full
    watermark: tuple[int, int]  # what routes it to INT1
    data_ready: tuple[int, int]
    active_low: tuple[int, int]
    told: str  # by the driver, of wires that float

    def z_counts(self, burst: bytes) -> list[int]:
        return [word >> self.shift for word in words(burst)[2::3]]

    def counting(self, t_s: Array) -> Array:
        """z rises by 100 counts a second, so that at 100 Hz each sample is one count more than the last."""
        return np.column_stack([np.full_like(t_s, 0.5), np.full_like(t_s, -0.25), (t_s - 1000.0) * 100 * self.scale_g])


LIS3DH = Part(
    VirtualLis3dh,
    Lis3dh,
    address=0x18,
    output=0xA8,
    shift=4,
    scale_g=0.004,
    rails=(-2048, 2047),
    level=0x1F,
    empty=0x20,
    measuring=((0x23, 0xA8), (0x24, 0x40), (0x2E, 0x8F), (0x20, 0x57)),
    asleep=0x07,
    stopping=0x40,
    watermark=(0x22, 0x04),
    data_ready=(0x22, 0x10),
    active_low=(0x25, 0x02),
    told="empty and full",
)
LIS2DW12 = Part(
    VirtualLis2dw12,
    Lis2dw12,
    address=0x19,
    output=0x28,
    shift=2,
    scale_g=0.000976,
    rails=(-8192, 8191),
    level=0x3F,
    empty=0x00,
    measuring=((0x25, 0x20), (0x2E, 0xD0), (0x20, 0x54)),
    asleep=0x04,
    stopping=0x30,
    watermark=(0x23, 0x02),
    data_ready=(0x23, 0x01),
    active_low=(0x22, 0x08),
    told="more samples than there are",
)


def measuring(part: Part, chip: VirtualLis, **changed: int) -> None:
    """As `Part.measuring` has it, but for registers that are named: r20=0x47."""
    for register, value in part.measuring:
        chip.write(register, changed.pop(f"r{register:02x}", value))
    for name, value in changed.items():
        chip.write(int(name[1:], 16), value)


def words(burst: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(burst) // 2}h", burst))
