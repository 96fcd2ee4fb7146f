# SPDX-License-Identifier: MIT
"""What a sample source hands to the engine: acceleration with its own times, and facts about the wire.

Frame: the sensor's own axes, whatever way the box is worn. Unit: g including gravity. Time: stream time in seconds, the
source's own clock, the only time the core knows. A loss is data: samples are never invented to fill it.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class SampleBlock:
    """Consecutive samples of one source.

    t_s: shape (n,), strictly increasing stream time of each sample, seconds.
    acc_g: shape (n, 3), acceleration in g including gravity, sensor frame.
    lost_before: samples known to be lost directly before the first one (0: none known).
    clipped: how many of these samples sit on the rail of the full scale.
    shaken: shape (n,), True where kneemon's own motor shook the sensor; None: nowhere.
    rate_hz: the measured output data rate, None where the source does not measure one.
    """

    t_s: Array
    acc_g: Array
    lost_before: int = 0
    clipped: int = 0
    rate_hz: float | None = None
    shaken: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.t_s)


class Wire(StrEnum):
    """What a source reports about its sensor, between blocks."""

    FAULT = "fault"  # it has stopped answering as it should
    RECOVERY = "recovery"  # a step was taken to bring it back
    BACK = "back"  # samples flow again
    DOUBT = "doubt"  # samples flow, and cannot be right


@dataclass(frozen=True, slots=True)
class SensorReport:
    """A fact about the wire at stream time t_s, in words a person can act on."""

    t_s: float
    kind: Wire
    text: str
