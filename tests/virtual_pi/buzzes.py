# SPDX-License-Identifier: MIT
"""How long each pulse on the buzzer's line is to be, from the tables of kneemon itself, and whether it was so."""

from collections.abc import Iterable, Sequence

from kneemon.feedback.patterns import PATTERNS, Pattern, read_back
from kneemon.model.cues import CueKind

LATE_S = 0.06  # what a thread and the emulation may add to a pulse; the shortest two differ by 0.25 s
TICK = CueKind.TICK


def pulses_of(pattern: Pattern) -> list[float]:
    """How long it is on, each time it is, with what is said twice said twice."""
    return [pulse.on_s for _ in range(pattern.times) for pulse in pattern.pulses]


def expected(cues: Iterable[CueKind | int]) -> list[float]:
    """Of cues in that order; a number is its read-back."""
    patterns = (read_back(cue) if isinstance(cue, int) else PATTERNS[cue] for cue in cues)
    return [on_s for pattern in patterns for on_s in pulses_of(pattern)]


def same(seen: Sequence[tuple[float, float]], wanted: Sequence[float]) -> bool:
    """seen: (when, how long) of each pulse."""
    return len(seen) == len(wanted) and all(
        abs(on_s - want_s) <= LATE_S for (_, on_s), want_s in zip(seen, wanted, strict=True)
    )


def drawn(lengths: Iterable[float]) -> str:
    """To be read by people: `0.15 0.60`."""
    return " ".join(f"{on_s:.2f}" for on_s in lengths)
