# SPDX-License-Identifier: MIT
"""How each cue feels: rhythm and count, never pitch or strength. Pure tables; seconds.

People who walk tell counts and rhythms apart, strengths and frequencies hardly, least of all at the thigh (Karuei et
al. 2010; Martinsson 2011; Pomplun et al. 2022). Hence few messages, pulses that outlast a motor's spin-up of 50-100 ms
and silences of 200 ms and more; what asks the wearer to change something now is said twice. Cues that ask for the same
thing feel the same: three long pulses always mean that it is enough, one very long that the device needs you.

Ticks are numbers only where numbers were pressed: a read-back follows presses, so it may count as other cues do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from kneemon.model.cues import Cue, CueKind


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


READ_BACK_MOST = 10  # pain is a number from 0 to 10
EXAMPLE = 3  # what a read-back without a number is shown with

_ACKNOWLEDGED = Pattern(_pulses(1, 0.15))
_STANDS_STILL = Pattern(_pulses(2, 0.15))
_ENOUGH = Pattern(_pulses(3, 0.6, 0.4), times=2)
_NEEDS_YOU = Pattern(_pulses(1, 1.5))


def read_back(number: int) -> Pattern:
    """`number` ticks in groups of five; 0 is one long pulse. Raises ValueError for what is no number from 0 to 10."""
    if not 0 <= number <= READ_BACK_MOST:
        raise ValueError(f"a read-back counts from 0 to {READ_BACK_MOST}, not to {number}")
    if number == 0:
        return Pattern(_pulses(1, 0.8))
    ticks = (Pulse(0.15, 0.9 if tick % 5 == 0 else 0.3) for tick in range(1, number))
    return Pattern((*ticks, Pulse(0.15, 0.3)))


PATTERNS: Mapping[CueKind, Pattern] = MappingProxyType(
    {
        CueKind.TICK: Pattern(_pulses(1, 0.15, 0.2)),  # three presses a second shall each have theirs
        CueKind.STARTED: _ACKNOWLEDGED,
        CueKind.RESUMED: _ACKNOWLEDGED,
        CueKind.NOTED: _ACKNOWLEDGED,
        CueKind.MAIN_PART: _ACKNOWLEDGED,
        CueKind.STOPPED: _STANDS_STILL,
        CueKind.PAUSED: _STANDS_STILL,
        CueKind.ASK_PAIN: Pattern((Pulse(0.15, 0.3), Pulse(0.6, 0.3))),
        CueKind.REFUSED: Pattern((Pulse(0.6, 0.3), Pulse(0.15, 0.3), Pulse(0.15, 0.3))),
        CueKind.READ_BACK: read_back(EXAMPLE),
        CueKind.PACE_HIGH: Pattern(_pulses(2, 0.4), times=2),
        CueKind.LIMIT_NEAR: Pattern(_pulses(1, 0.8)),
        CueKind.LIMIT_REACHED: _ENOUGH,
        CueKind.OVER_LIMIT: _ENOUGH,
        CueKind.PAIN_STOP: _ENOUGH,
        CueKind.GAVE_WAY: _ENOUGH,
        CueKind.FAULT: _NEEDS_YOU,
        CueKind.BATTERY_LOW: _NEEDS_YOU,
        CueKind.POWER_OFF: _NEEDS_YOU,
    }
)


def pattern_of(cue: Cue) -> Pattern:
    """How this very cue feels: a read-back as its number. Raises ValueError for a number that cannot be read back."""
    if cue.kind is CueKind.READ_BACK and cue.value is not None:
        return read_back(round(cue.value))
    return PATTERNS[cue.kind]


MEANINGS: Mapping[CueKind, str] = MappingProxyType(
    {
        CueKind.TICK: "your press was felt",
        CueKind.STARTED: "the walk has begun",
        CueKind.RESUMED: "the walk goes on",
        CueKind.NOTED: "your pain mark is noted",
        CueKind.MAIN_PART: "the warm-up is done",
        CueKind.STOPPED: "the walk is over",
        CueKind.PAUSED: "the walk is paused: nothing counts",
        CueKind.ASK_PAIN: "how much does it hurt? press so many times, 1 to 10, or let it be",
        CueKind.REFUSED: "that cannot be done now",
        CueKind.READ_BACK: "so many ticks as the number that was understood; one long pulse is 0",
        CueKind.PACE_HIGH: "slow down",
        CueKind.LIMIT_NEAR: "today's walk is nearly done",
        CueKind.LIMIT_REACHED: "today's walk is done: walk slowly to your end",
        CueKind.OVER_LIMIT: "that is more than today's plan: stop when you can",
        CueKind.PAIN_STOP: "you marked more pain than the plan allows: stop and rest",
        CueKind.GAVE_WAY: "noted that your knee gave way: stop and rest",
        CueKind.FAULT: "something is wrong with the sensor: steps may not be counted",
        CueKind.BATTERY_LOW: "the battery is low: walk home and charge it",
        CueKind.POWER_OFF: "kneemon switches off now",
    }
)
