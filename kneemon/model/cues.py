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
    GAVE_WAY = "gave_way"  # the knee gave way: noted, stop and rest
    REFUSED = "refused"  # that cannot be done now
    MAIN_PART = "main_part"  # the warm-up is done
    PACE_HIGH = "pace_high"  # slow down
    LIMIT_NEAR = "limit_near"  # the end of the plan's main part is near
    LIMIT_REACHED = "limit_reached"  # today's dose is done: cool down
    OVER_LIMIT = "over_limit"  # walked on after the cool-down: stop for today
    PAIN_STOP = "pain_stop"  # pain reached the plan's stop line
    FAULT = "fault"  # the sensor is gone
    BATTERY_LOW = "battery_low"
    POWER_OFF = "power_off"  # the device goes off now


LIMIT_CUES = (CueKind.PACE_HIGH, CueKind.LIMIT_NEAR, CueKind.LIMIT_REACHED, CueKind.OVER_LIMIT, CueKind.PAIN_STOP)


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
