# SPDX-License-Identifier: MIT
"""What a cue goes out on, by the sense that it reaches; and the hours in which nothing may be heard."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from enum import Enum
from functools import partial
from typing import Protocol

from kneemon.config.options import FeedbackOptions
from kneemon.ports import Clock

log = logging.getLogger(__name__)


class Switch(Protocol):
    """Something that can be on or off; the gpiozero devices are."""

    def on(self) -> None: ...

    def off(self) -> None: ...

    def close(self) -> None: ...


class Sense(Enum):
    """How an output reaches the wearer. What is felt shakes the sensor, too."""

    HEARD = "heard"
    FELT = "felt"
    SEEN = "seen"


class Output:
    """A switch, and the sense that it reaches. What goes wrong with it is told once; the other outputs go on."""

    def __init__(self, sense: Sense, switch: Switch, tune: Callable[[float], None] | None = None) -> None:
        """tune: give it a pitch, times its own; None where it has none."""
        self.sense = sense
        self._switch = switch
        self._tune = tune
        self._told = False

    def on(self, pitch: float = 1.0) -> bool:
        """False when it could not be switched."""
        if self._tune is not None and not self.tried(partial(self._tune, pitch)):
            return False
        return self.tried(self._switch.on)

    def off(self) -> bool:
        """False when it could not be switched."""
        return self.tried(self._switch.off)

    def close(self) -> None:
        self._switch.close()

    def tried(self, action: Callable[[], object]) -> bool:
        """Do it; False when it failed, which the log is told the first time."""
        try:
            action()
        except Exception as fault:  # noqa: BLE001  pin libraries raise what they like
            if not self._told:
                self._told = True
                log.warning("an output cannot be switched: %s", fault)
            return False
        return True


@dataclass(frozen=True, slots=True)
class Quiet:
    """When what can be heard stays still. hours: [from, to) in local time, across midnight where to is the earlier.

    A clock that nobody has set may say night by day: silence would then hide "stop", so it is not believed.
    """

    silent: bool = False
    hours: tuple[time, time] | None = None

    @classmethod
    def of(cls, options: FeedbackOptions) -> "Quiet":
        return cls(options.silent, options.quiet)

    def now(self, clock: Clock) -> bool:
        if self.silent or self.hours is None:
            return self.silent
        if not clock.anchor().synchronised:
            return False
        start, end = self.hours
        local = clock.time_of_day()
        return start <= local < end if start <= end else local >= start or local < end


NEVER_QUIET = Quiet()
