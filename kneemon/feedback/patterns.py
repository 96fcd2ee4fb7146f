# SPDX-License-Identifier: MIT
"""How each cue feels: rhythm and count, never strength, and pitch only where nobody walks yet. Pure tables; seconds.

People who walk tell counts and rhythms apart, strengths and frequencies hardly, least of all at the thigh (Karuei et
al. 2010; Martinsson 2011; Pomplun et al. 2022). Hence few messages, pulses that outlast a motor's spin-up of 50-100 ms
and silences of 200 ms and more; what asks the wearer to change something now is said twice. Cues that ask for the same
thing feel the same: three long pulses always mean that it is enough, one very long that the device needs you, a short
one and then long ones that something is asked: as many long ones as the question has its place before a walk.
"Get advice" has a rhythm of its own, to and fro: it must not be taken for an empty battery. Who misses its short pulses
while walking feels three long ones, which say stop as well. Ticks are numbers only where numbers were pressed: a
read-back follows presses, so it may count as other cues do; so may the beats of an exercise, where nothing else ticks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from kneemon.model.cues import Cue, CueKind
from kneemon.model.questions import MOST_REPS


class Pulse(NamedTuple):
    """On for on_s, then silent for off_s. pitch: times a piezo's own frequency; nothing else has one."""

    on_s: float
    off_s: float
    pitch: float = 1.0


@dataclass(frozen=True, slots=True)
class Pattern:
    """Pulses, said `times` times with again_after_s of silence between; apart_s: before another cue may follow."""

    pulses: tuple[Pulse, ...]
    times: int = 1
    again_after_s: float = 2.5
    apart_s: float = 0.6

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


READ_BACK_MOST = MOST_REPS  # pain ends at 10
EXAMPLE = 3  # what a read-back without a number is shown with

_ACKNOWLEDGED = Pattern(_pulses(1, 0.15))
_STANDS_STILL = Pattern(_pulses(2, 0.15))
_ENOUGH = Pattern(_pulses(3, 0.6, 0.4), times=2)
_NEEDS_YOU = Pattern(_pulses(1, 1.5))
_REST_A_WHILE = Pattern(_pulses(4, 0.4), times=2)
_UP = Pattern(_pulses(1, 0.4, 0.2), apart_s=0.3)  # at its quickest, an exercise has a beat a second
_DOWN = Pattern(_pulses(1, 0.15, 0.2), apart_s=0.3)
_GET_READY = Pattern((Pulse(0.15, 0.3), Pulse(0.15, 0.3), Pulse(0.6, 0.3)))
_NOT_SO = Pattern((Pulse(0.6, 0.3), Pulse(0.15, 0.3), Pulse(0.15, 0.3)))
_TWO_TONES = Pattern((Pulse(0.3, 0.3, pitch=0.75), Pulse(0.9, 0.3)))  # a fourth; its resonance is the loudest
_TO_AND_FRO = Pattern((*(Pulse(0.5, 0.3), Pulse(0.15, 0.3)) * 2, Pulse(0.5, 0.3)), times=2)


def _asks(place: int) -> Pattern:
    return Pattern((Pulse(0.15, 0.3), *_pulses(place, 0.6)))


def read_back(number: int) -> Pattern:
    """`number` ticks in groups of five; 0 is one long pulse. Raises ValueError for what is no number from 0 to 15."""
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
        CueKind.ASK_PAIN: _asks(1),
        CueKind.ASK_REPS: _asks(1),  # a number, too
        CueKind.ASK_SIGNS: _asks(2),
        CueKind.ASK_GRADE: _asks(3),
        CueKind.REFUSED: _NOT_SO,
        CueKind.READ_BACK: read_back(EXAMPLE),
        CueKind.PACE_HIGH: Pattern(_pulses(2, 0.4), times=2),
        CueKind.REST_DUE: _REST_A_WHILE,
        CueKind.PAIN_ROSE: _REST_A_WHILE,
        CueKind.LIMIT_NEAR: Pattern(_pulses(1, 0.8)),
        CueKind.LIMIT_REACHED: _ENOUGH,
        CueKind.OVER_LIMIT: _ENOUGH,
        CueKind.PAIN_STOP: _ENOUGH,
        CueKind.GAVE_WAY: _ENOUGH,
        CueKind.NOT_TODAY: _ENOUGH,
        CueKind.GET_ADVICE: _TO_AND_FRO,
        CueKind.BEAT_UP: _UP,
        CueKind.HOLD_BEGIN: _UP,
        CueKind.BEAT_DOWN: _DOWN,
        CueKind.SET_BEGIN: _GET_READY,
        CueKind.TOUCHED: _NOT_SO,
        CueKind.SET_DONE: _STANDS_STILL,
        CueKind.EXERCISE_DONE: _STANDS_STILL,
        CueKind.FAULT: _NEEDS_YOU,
        CueKind.BATTERY_LOW: _NEEDS_YOU,
        CueKind.POWER_OFF: _NEEDS_YOU,
        CueKind.READY: _TWO_TONES,
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
        CueKind.STOPPED: "over: the walk, the exercise, or the question that you broke off",
        CueKind.PAUSED: "the walk is paused: nothing counts",
        CueKind.ASK_PAIN: "how much does it hurt? press so many times, 1 to 10, or let it be",
        CueKind.ASK_REPS: "how many were they really? press so many times, or let it be",
        CueKind.ASK_SIGNS: "anything new? press once: nothing, twice: something; the card names the signs",
        CueKind.ASK_GRADE: "which list on the card? press its number, 1 to 4",
        CueKind.REFUSED: "that cannot be done now",
        CueKind.READ_BACK: "so many ticks as the number that was understood; one long pulse is 0",
        CueKind.PACE_HIGH: "slow down",
        CueKind.REST_DUE: "you have walked for long enough without a rest: sit down for a while",
        CueKind.PAIN_ROSE: "it hurts clearly more than before the walk: rest, or go slower or less far",
        CueKind.LIMIT_NEAR: "today's walk is nearly done",
        CueKind.LIMIT_REACHED: "today's walk is done: walk slowly to your end",
        CueKind.OVER_LIMIT: "that is more than today's plan: stop when you can",
        CueKind.PAIN_STOP: "you marked more pain than the plan allows: stop and rest",
        CueKind.GAVE_WAY: "your knee gave way: stop and rest. Press 1: steady, 2: not steady, 3: I fell",
        CueKind.NOT_TODAY: "no walk of the plan today: rest",
        CueKind.GET_ADVICE: "stop, and get medical advice: the card says where",
        CueKind.BEAT_UP: "exercise: up",
        CueKind.HOLD_BEGIN: "exercise: hold from now on",
        CueKind.BEAT_DOWN: "exercise: down",
        CueKind.SET_BEGIN: "exercise: get ready, the next set begins",
        CueKind.TOUCHED: "exercise: the foot came down, or the hold was broken",
        CueKind.SET_DONE: "exercise: the set is done, rest",
        CueKind.EXERCISE_DONE: "exercise: all done",
        CueKind.FAULT: "something is wrong with the sensor: steps may not be counted",
        CueKind.BATTERY_LOW: "the battery is low: walk home and charge it",
        CueKind.POWER_OFF: "kneemon switches off now",
        CueKind.READY: "the first boot is done, kneemon runs: on a piezo two tones, low and then high",
    }
)
