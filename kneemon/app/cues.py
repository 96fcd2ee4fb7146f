# SPDX-License-Identifier: MIT
"""Cues said on request: by the kneemon that runs, which has the pins, or else on the pins themselves."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from kneemon.config.options import Config
from kneemon.config.places import Places
from kneemon.controls.socket import alive, ask
from kneemon.drivers.bus import I2cBus, open_bus
from kneemon.errors import ControlError
from kneemon.feedback.outputs import Quiet
from kneemon.feedback.patterns import EXAMPLE, PATTERNS
from kneemon.feedback.pins import pin_factory
from kneemon.feedback.player import PinPlayer
from kneemon.feedback.wired import wired_outputs
from kneemon.model.cues import Cue, CueKind
from kneemon.ports import Clock

AUDIBLE = {"buzzer", "piezo"}


@dataclass(frozen=True, slots=True)
class Speaker:
    """say: begin a cue, and how long it lasts in seconds; None where there is nothing to say it with.

    where: who says it, and what keeps part of it still, as one sentence.
    """

    say: Callable[[CueKind], float] | None
    where: str


@contextmanager
def speaker(
    config: Config, places: Places, clock: Clock, bus_opener: Callable[[int], I2cBus] = open_bus
) -> Iterator[Speaker]:
    """Who says cues here. Raises PinsError for pins that cannot be had, ControlError for a kneemon that is stuck."""
    options = config.feedback
    if alive(places.socket):
        yield Speaker(lambda kind: _asked(places, kind), f"The running kneemon plays them{_held_back(config, clock)}.")
    elif not options.outputs:
        yield Speaker(None, "Nothing can be heard here: feedback.outputs is empty.")
    elif options.pins == "none" and "haptic" not in options.outputs:
        yield Speaker(None, 'Nothing can be heard here: feedback.pins is "none".')
    else:
        with ExitStack() as opened:
            factory = None
            if options.pins != "none":
                factory = pin_factory(options.pins)
                opened.callback(factory.close)
            outputs = wired_outputs(options, factory, lambda: bus_opener(config.sensor.bus), clock.wait)
            player = PinPlayer(outputs, clock, Quiet.of(options))
            opened.callback(player.close)

            def say(kind: CueKind) -> float:
                player.play(Cue(clock.now_s(), kind, important=True))
                return PATTERNS[kind].lasts_s

            used = [name for name in options.outputs if factory or name == "haptic"]
            mocked = " (mock pins: nothing real will sound)" if options.pins == "mock" else ""
            yield Speaker(say, f"They are played on {', '.join(used)}{mocked}{_held_back(config, clock)}.")


def _asked(places: Places, kind: CueKind) -> float:
    """Ask the running kneemon for the cue. Raises ControlError when it refuses."""
    example = {"value": EXAMPLE} if kind is CueKind.READ_BACK else {}
    answer = ask(places.socket, "cue", {"name": kind.value, **example})
    lasts_s = answer.get("lasts_s")
    if not answer.get("ok") or not isinstance(lasts_s, int | float):
        raise ControlError(
            f"the cue {kind.value}",
            expected="the running kneemon to play it",
            seen="a refusal",
            remedy=str(answer.get("error", "It gave no reason.")),
        )
    return float(lasts_s)


def _held_back(config: Config, clock: Clock) -> str:
    options = config.feedback
    if not AUDIBLE & set(options.outputs) or not Quiet.of(options).now(clock):
        return ""
    why = "feedback.silent is set" if options.silent else f"it is quiet now, {options.quiet_hours}"
    return f"; without a sound, as {why}"
