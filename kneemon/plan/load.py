# SPDX-License-Identifier: MIT
"""Relative knee load: the impulse index of evidence section 5.2, compared with the walker's own usual, never a force.

Steps are what was measured; the rest comes from small studies in a laboratory. So it compares one walker over time,
and its band is wide. Surface, shoes and posture have no factor: no source was found for one. Speed has none either
until a step length is calibrated.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kneemon.model.diary import Aid
from kneemon.model.plans import Rules
from kneemon.plan.history import Outcome

UNCERTAINTY = 0.25  # at least; expert choice (5.2)
WEEK = timedelta(days=7)
USUAL_WEEKS = 4  # our choice: long enough to even out one odd week, short enough to follow the plan


@dataclass(frozen=True, slots=True)
class Load:
    """Load units (BW·s per knee, body weights times seconds), low and high the band of its uncertainty."""

    units: float
    low: float
    high: float


def load_of(steps: int, aid: Aid, rules: Rules) -> Load:
    """Of so many steps, half of them on each leg; a stick counts only in the hand opposite the painful knee."""
    return _load(_units(steps, aid, rules))


def load_between(walks: Sequence[Outcome], first: date, past: date, rules: Rules) -> Load:
    """Of all walks on days in [first, past)."""
    return _load(sum(_units(walk.steps, walk.aid, rules) for walk in walks if first <= walk.day < past))


def per_minute(walks: Sequence[Outcome], first: date, past: date, rules: Rules) -> float | None:
    """Load units of a minute of walking, on days in [first, past); None without. Of all walking, as steps are: those
    of the warm-up, by the minutes of the main part alone, would make a short walk look hard."""
    walking_min = sum(walk.walking_min for walk in walks if first <= walk.day < past)
    units = load_between(walks, first, past, rules).units
    return units / walking_min if min(units, walking_min) > 0 else None


def against_usual(walks: Sequence[Outcome], first: date, rules: Rules) -> float | None:
    """The load of the week from `first` on over the mean of the walked ones of the four weeks before; None without."""
    weeks = [
        load_between(walks, first - back * WEEK, first - (back - 1) * WEEK, rules).units
        for back in range(1, USUAL_WEEKS + 1)
    ]
    walked = [units for units in weeks if units > 0]
    if not walked:
        return None
    return load_between(walks, first, first + WEEK, rules).units / (sum(walked) / len(walked))


def _units(steps: int, aid: Aid, rules: Rules) -> float:
    return rules.impulse_bw_s * steps / 2 * (rules.stick_factor if aid is Aid.STICK_OPPOSITE else 1.0)


def _load(units: float) -> Load:
    return Load(units, units * (1 - UNCERTAINTY), units * (1 + UNCERTAINTY))
