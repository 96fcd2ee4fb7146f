# SPDX-License-Identifier: MIT
"""How each cue feels: rhythm and count, never pitch or strength. Pure tables; seconds.

People who walk tell counts and rhythms apart, strengths and frequencies hardly, least of all at the thigh (Karuei et
al. 2010; Martinsson 2011; Pomplun et al. 2022). Hence few messages, pulses that outlast a motor's spin-up of 50-100 ms
and silences of 200 ms and more; what asks the wearer to change something now is said twice. Cues that ask for the same
thing feel the same: three long pulses always mean that it is enough.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from kneemon.model.cues import CueKind


class Pulse(NamedTuple):
    """On for on_s, then silent for off_s."""

    on_s: float
    off_s: float


@dataclass(frozen=True, slots=True)
class Pattern:
    """Pulses, said `times` times with again_after_s of silence between."""

    pulses: tuple[Pulse, ...]
    times: int = 1
    again_after_s: float = 2.5

    @property
    def on_s(self) -> float:
        """All the time that it sounds, repeats included."""
        return self.times * sum(pulse.on_s for pulse in self.pulses)

    @property
    def lasts_s(self) -> float:
        """From the first pulse to the last silence."""
        once_s = sum(pulse.on_s + pulse.off_s for pulse in self.pulses)
        return self.times * once_s + (self.times - 1) * self.again_after_s


def _pulses(count: int, on_s: float, off_s: float = 0.3) -> tuple[Pulse, ...]:
    return (Pulse(on_s, off_s),) * count


_ACKNOWLEDGED = Pattern(_pulses(1, 0.15))
_ENOUGH = Pattern(_pulses(3, 0.6, 0.4), times=2)

PATTERNS: Mapping[CueKind, Pattern] = MappingProxyType(
    {
        CueKind.STARTED: _ACKNOWLEDGED,
        CueKind.NOTED: _ACKNOWLEDGED,
        CueKind.MAIN_PART: _ACKNOWLEDGED,
        CueKind.STOPPED: Pattern(_pulses(2, 0.15)),
        CueKind.PACE_HIGH: Pattern(_pulses(2, 0.4), times=2),
        CueKind.LIMIT_NEAR: Pattern(_pulses(1, 0.8)),
        CueKind.LIMIT_REACHED: _ENOUGH,
        CueKind.OVER_LIMIT: _ENOUGH,
        CueKind.PAIN_STOP: _ENOUGH,
        CueKind.FAULT: Pattern(_pulses(1, 1.5)),
    }
)

MEANINGS: Mapping[CueKind, str] = MappingProxyType(
    {
        CueKind.STARTED: "the walk has begun",
        CueKind.NOTED: "your pain mark is noted",
        CueKind.MAIN_PART: "the warm-up is done",
        CueKind.STOPPED: "the walk is over",
        CueKind.PACE_HIGH: "slow down",
        CueKind.LIMIT_NEAR: "today's walk is nearly done",
        CueKind.LIMIT_REACHED: "today's walk is done: walk slowly to your end",
        CueKind.OVER_LIMIT: "that is more than today's plan: stop when you can",
        CueKind.PAIN_STOP: "you marked more pain than the plan allows: stop and rest",
        CueKind.FAULT: "the sensor does not answer: steps are not counted",
    }
)
