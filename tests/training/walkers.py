# SPDX-License-Identifier: MIT
"""Outings of the simulated walker as signals: short walks of any impaired kind, with something else between them.

It is the only source of the shank, and of limping and stick-assisted gait on the thigh; its signal is a model.
"""

import numpy as np

from kneemon.virtual.script import Fidget, Segment, Sit, Stand, Turn, Walk
from kneemon.virtual.walker import Walker
from tests.training.signals import MARGIN_S, RATE_HZ, Kind, Signal, instants_s

PLACES = ("waist", "pocket", "thigh", "shank")
PERSONS = 6  # made-up ones, as many as folds: each fold is left without some of them
WALKS = 6
WALK_S = (4.0, 14.0)  # the bouts of a day are short
REST_S = (2.0, 5.0)
CADENCES_SPM = (45.0, 130.0)
STRENGTHS = (0.4, 1.2)  # of the usual
NOISE_G = 0.002
# The resampler gives the mean over its interval: this many instants of it, evenly spread.
INSTANTS = 4


def simulated(rng: np.random.Generator, person: int) -> Signal:
    """One outing of about a minute and a half, with its contacts."""
    worn = str(rng.choice(PLACES))
    script: list[Segment] = []
    for _ in range(WALKS):
        script.append(_walk(rng))
        script.append((Stand, Sit, Turn, Fidget)[int(rng.integers(4))](float(rng.uniform(*REST_S))))
    walker = Walker(script, worn=worn, seed=int(rng.integers(2**30)))
    at_s = instants_s(int(walker.duration_s * RATE_HZ))
    within_s = (np.arange(INSTANTS) + 0.5 - INSTANTS / 2) / (INSTANTS * RATE_HZ)
    acc_g = np.mean([walker.acceleration(at_s + offset_s) for offset_s in within_s], axis=0)
    rests = [part for part in walker.truth.segments if isinstance(part.segment, Stand | Sit | Fidget)]
    return Signal(
        name=f"simulated {worn} {rng.integers(2**30)}",
        group=worn,
        person=f"made up {person % PERSONS}",
        activity="simulated",
        kind=Kind.COUNTED,
        acc_g=acc_g + NOISE_G * rng.standard_normal(acc_g.shape),
        contacts_s=walker.initial_contacts,
        quiet_s=tuple((part.start_s + MARGIN_S, part.end_s - MARGIN_S) for part in rests),
        made="simulated",
    )


def _walk(rng: np.random.Generator) -> Walk:
    """A limp, a shuffle and a stick are each in half of the walks."""

    def sometimes(most: float) -> float:
        return float(rng.uniform(0.0, most) * rng.integers(2))

    return Walk(
        float(rng.uniform(*WALK_S)),
        float(rng.uniform(*CADENCES_SPM)),
        strength=float(np.exp(rng.uniform(*np.log(STRENGTHS)))),
        limp=sometimes(0.3),
        irregularity=float(rng.uniform(0.01, 0.07)),
        shuffle=sometimes(0.8),
        stick=sometimes(1.0),
    )
