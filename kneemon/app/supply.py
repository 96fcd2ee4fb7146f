# SPDX-License-Identifier: MIT
"""The device's own power: what the battery says, radios that sleep during a walk, and switching off in order.

Switching off: the wearer is told, the walk is closed and stored, then the system is asked. Where the system does not
listen, the walk is stored all the same, kneemon goes on and says so.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from kneemon.engine import Event
from kneemon.feedback.patterns import PATTERNS
from kneemon.model.cues import Cue, CueKind
from kneemon.model.power import BatteryLevel, BatteryReading, BatteryState
from kneemon.model.sessions import SessionEnded, SessionStarted
from kneemon.ports import Clock, CuePlayer, PowerSwitch, Radios

log = logging.getLogger(__name__)

SAID_BEFORE_S = 4.0  # an important cue said once, and the silence after it
ANSWER_S = 60.0  # a shutdown that takes longer does not come


@dataclass(frozen=True, slots=True)
class Energy:
    """What there is to switch; None: nothing, or the owner does not want it."""

    switch: PowerSwitch | None = None
    radios: Radios | None = None


class Supply:
    """close_walk: ends a running walk as interrupted and sees it stored."""

    def __init__(self, energy: Energy, clock: Clock, player: CuePlayer, close_walk: Callable[[], None]) -> None:
        self._energy = energy
        self._clock = clock
        self._player = player
        self._close_walk = close_walk
        self._battery: BatteryState | None = None
        self._asked = False  # the system, to switch off
        self._due_s: float | None = None  # when it is asked, the cue having been felt; then, when it must have answered

    def battery(self, state: BatteryState) -> None:
        """A look at the gauge: low is told once, empty ends everything."""
        before = self._battery.level if self._battery else BatteryLevel.GOOD
        self._battery = state
        if state.level is before:
            return
        log.info("battery: %s", in_words(state))
        if state.level is BatteryLevel.LOW and before is BatteryLevel.GOOD:  # not when it is charged again
            self._player.play(Cue(state.t_s, CueKind.BATTERY_LOW, important=True))
        elif state.level is BatteryLevel.EMPTY:
            self.switch_off("the battery is empty")

    @property
    def state(self) -> BatteryState | None:
        """As the gauge said last; None without one."""
        return self._battery

    def in_words(self) -> str | None:
        """For `kneemon status`; None without a gauge."""
        return in_words(self._battery) if self._battery else None

    def follow(self, event: Event) -> None:
        """The radios sleep while somebody walks."""
        if self._energy.radios and isinstance(event, SessionStarted):
            self._energy.radios.off()
        elif self._energy.radios and isinstance(event, SessionEnded):
            self._energy.radios.on()

    @property
    def may_switch_off(self) -> bool:
        return self._energy.switch is not None

    def switch_off(self, why: str) -> None:
        """Tell, close and store; `passed` then asks the system, and SIGTERM ends kneemon."""
        now_s = self._clock.now_s()
        if self._energy.switch is None:
            log.warning("%s; the walk is stored, and the device stays on as configured", why)
            self._player.play(Cue(now_s, CueKind.BATTERY_LOW, important=True))
        else:
            log.warning("switching off: %s", why)
            self._player.play(Cue(now_s, CueKind.POWER_OFF, important=True))
        self._close_walk()
        if self._energy.switch and self._due_s is None:
            self._due_s = now_s + SAID_BEFORE_S + PATTERNS[CueKind.POWER_OFF].lasts_s

    def passed(self, t_s: float) -> None:
        """It is t_s now."""
        if self._energy.switch is None or self._due_s is None or t_s < self._due_s:
            return
        if not self._asked:
            self._asked, self._due_s = True, t_s + ANSWER_S
            self._energy.switch.off()
        else:
            self._asked, self._due_s = False, None
            log.error("nobody has switched the device off; is kneemon-poweroff.path installed (systemd/README.md)?")
            self._player.play(Cue(t_s, CueKind.REFUSED, important=True))


def in_words(state: BatteryState) -> str:
    """good, 3.91 V, 76 %, charging"""
    if state.fault:
        return f"not known: {state.fault}"
    return ", ".join([str(state.level), *_figures(state.reading)])


def _figures(reading: BatteryReading) -> list[str]:
    parts = []
    if reading.volts is not None:
        parts.append(f"{reading.volts:.2f} V")
    if reading.percent is not None:
        parts.append(f"{reading.percent:.0f} %")
    if reading.plugged:
        parts.append("charging")
    return parts
