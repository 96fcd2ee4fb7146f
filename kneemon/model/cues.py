# SPDX-License-Identifier: MIT
"""What the coach wants said. How it feels is decided in `feedback.patterns`."""

from dataclasses import dataclass
from enum import StrEnum


class CueKind(StrEnum):
    """The words of the device; the limit cues carry the event names of the MQTT contract."""

    STARTED = "started"
    STOPPED = "stopped"
    TICK = "tick"  # a press was felt
    PAUSED = "paused"
    RESUMED = "resumed"
    NOTED = "noted"  # a pain mark was taken
    ASK_PAIN = "ask_pain"  # how much? the presses that follow are counted
    READ_BACK = "read_back"  # the number that was understood, in ticks; `value` holds it
    GAVE_WAY = "gave_way"  # the knee gave way: noted, stop and rest; steady, not steady, or did you fall?
    ASK_SIGNS = "ask_signs"  # anything new? one press: nothing, two: something
    ASK_GRADE = "ask_grade"  # which list on the card?
    ASK_REPS = "ask_reps"  # how many repetitions were they really?
    NOT_TODAY = "not_today"  # no walk of the plan today
    GET_ADVICE = "get_advice"  # stop, and get medical advice: the card says where
    REFUSED = "refused"  # that cannot be done now
    MAIN_PART = "main_part"  # the warm-up is done
    PACE_HIGH = "pace_high"  # slow down
    REST_DUE = "rest_due"  # walked for long enough without a rest
    PAIN_ROSE = "pain_rose"  # it hurts clearly more than before the walk: slower, shorter, or rest
    LIMIT_NEAR = "limit_near"  # the end of the plan's main part is near
    LIMIT_REACHED = "limit_reached"  # today's dose is done: cool down
    OVER_LIMIT = "over_limit"  # walked on after the cool-down: stop for today
    PAIN_STOP = "pain_stop"  # pain reached the plan's stop line
    BEAT_UP = "beat_up"  # exercise: up
    BEAT_DOWN = "beat_down"  # exercise: down
    HOLD_BEGIN = "hold_begin"  # exercise: hold from now on
    SET_DONE = "set_done"  # exercise: that is enough, rest
    SET_BEGIN = "set_begin"  # exercise: the next one begins
    TOUCHED = "touched"  # exercise: the foot came down, or the hold was broken
    EXERCISE_DONE = "exercise_done"
    FAULT = "fault"  # the sensor is gone
    BATTERY_LOW = "battery_low"
    POWER_OFF = "power_off"  # the device goes off now
    READY = "ready"  # the first boot is done


LIMIT_CUES = (
    CueKind.PACE_HIGH,
    CueKind.REST_DUE,
    CueKind.PAIN_ROSE,
    CueKind.LIMIT_NEAR,
    CueKind.LIMIT_REACHED,
    CueKind.OVER_LIMIT,
    CueKind.PAIN_STOP,
)


@dataclass(frozen=True, slots=True)
class Cue:
    """Say `kind` at stream time t_s.

    important: never dropped; a passing cue is dropped when it could not be played within `fresh_s`.
    value and limit: what was measured against what, in `unit`, for the log.
    """

    t_s: float
    kind: CueKind
    important: bool = False
    fresh_s: float = 3.0
    value: float | None = None
    limit: float | None = None
    unit: str = ""
