# SPDX-License-Identifier: MIT
"""`kneemon cues`: what each cue feels like, drawn and played, and what it means."""

import argparse
import logging
from difflib import get_close_matches

from kneemon.app.cues import speaker
from kneemon.cli.settings import configuration
from kneemon.clock import SystemClock
from kneemon.errors import ConfigError, ExitCode
from kneemon.feedback.patterns import MEANINGS, PATTERNS, Pattern
from kneemon.model.cues import CueKind

PAUSE_S = 1.5  # between two cues, so that each is heard on its own
BLOCK_S = 0.15  # what one block of the drawing lasts
TWICE = " twice"


def run(args: argparse.Namespace) -> int:
    kinds = [_kind(name) for name in args.names] or list(CueKind)
    if args.list:
        print("\n".join(map(_line, kinds)))
        return ExitCode.OK
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    config, places = configuration(args)
    clock = SystemClock()
    with speaker(config, places, clock) as found:
        print(found.where, flush=True)
        for kind in kinds:
            print(_line(kind), flush=True)
            if found.say is not None:
                clock.wait(found.say(kind) + PAUSE_S)
    return ExitCode.OK


def drawn(pattern: Pattern) -> str:
    """The rhythm as blocks, a block for each 0.15 s of sound or silence: ▂▂▂  ▂▂▂ twice."""
    blocks = "".join(_blocks("▂", pulse.on_s) + _blocks(" ", pulse.off_s) for pulse in pattern.pulses)
    return blocks.rstrip() + TWICE * (pattern.times > 1)


def _line(kind: CueKind) -> str:
    return f"{kind.value:<{NAME_WIDTH}}  {drawn(PATTERNS[kind]):<{DRAWN_WIDTH}}  {MEANINGS[kind]}"


def _blocks(block: str, seconds: float) -> str:
    return block * max(1, round(seconds / BLOCK_S))


def _kind(name: str) -> CueKind:
    """Raises ConfigError, which names the nearest one."""
    spelt = name.lower().replace("-", "_")
    if spelt in set(CueKind):
        return CueKind(spelt)
    (nearest,) = get_close_matches(spelt, list(CueKind), n=1, cutoff=0.0)
    raise ConfigError(
        "kneemon cues",
        expected="the name of a cue",
        seen=repr(name),
        remedy=f"The nearest is {nearest}; `kneemon cues --list` shows them all.",
    )


NAME_WIDTH = max(map(len, CueKind))
DRAWN_WIDTH = max(len(drawn(pattern)) for pattern in PATTERNS.values())
