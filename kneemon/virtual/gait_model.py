# SPDX-License-Identifier: MIT
"""How a place on the body moves within one stride, and how the ground's blow rings in it.

The centre of mass vaults over the standing leg like an inverted pendulum: lowest, and pushed up hardest, just after a
foot lands; so up and forward swing once a step, sideways once a stride. A thigh or shank also swings like a pendulum
once a stride, which turns gravity to and fro in a box worn there. Round figures for a healthy adult at `USUAL_SPM`.

Frame of a placement: forward, left, up along the body part. Phase: in strides, 0 where the foot of the side that wears
the box lands. Units: g, degrees, Hz, seconds.
"""

from dataclasses import dataclass

USUAL_SPM = 105.0


@dataclass(frozen=True, slots=True)
class Wave:
    """size·cos(2π·(harmonic·phase - lag)); harmonic 1 is the stride, 2 the step; lag in turns."""

    harmonic: int
    size: float
    lag: float = 0.0


@dataclass(frozen=True, slots=True)
class Ring:
    """A damped oscillation after each contact: size·exp(-age/fade)·sin(2π·hz·age)."""

    size_g: float
    hz: float
    fade_s: float


@dataclass(frozen=True, slots=True)
class Placement:
    """One place where the box is worn.

    forward, left, up: acceleration. swing: forward tilt of the body part, degrees.
    rings: the blow of a contact. far_leg: share of it that arrives from the other foot.
    forward_share, left_share: of the blow, beside its upward part (braking is backward; left turns with the foot).
    variety: how far each step's movement differs from the last, as a fraction.
    sit_deg: tilt when seated.
    """

    forward: tuple[Wave, ...]
    left: tuple[Wave, ...]
    up: tuple[Wave, ...]
    swing: tuple[Wave, ...]
    rings: tuple[Ring, ...]
    far_leg: float
    forward_share: float
    left_share: float
    variety: float
    sit_deg: float


PLACEMENTS = {
    "waist": Placement(
        forward=(Wave(2, 0.18, -0.16), Wave(4, 0.08, -0.05), Wave(6, 0.05, 0.0)),
        left=(Wave(1, 0.04, 0.25), Wave(3, 0.08, 0.1), Wave(5, 0.07, 0.3), Wave(7, 0.05, 0.0)),
        up=(Wave(2, 0.19, 0.09), Wave(4, 0.03, 0.1)),
        swing=(Wave(2, 1.5, 0.2),),
        rings=(Ring(0.55, 7.0, 0.07), Ring(0.35, 16.0, 0.03)),
        far_leg=0.9,
        forward_share=-0.6,
        left_share=0.4,
        variety=0.2,
        sit_deg=-15.0,
    ),
    "pocket": Placement(
        forward=(Wave(1, 0.16, 0.5), Wave(2, 0.22, -0.16), Wave(3, 0.08, 0.2), Wave(4, 0.1, 0.0)),
        left=(Wave(1, 0.08, 0.25), Wave(2, 0.05, 0.1), Wave(3, 0.08, 0.1)),
        up=(Wave(0, 0.03), Wave(1, 0.04), Wave(2, 0.25, 0.08), Wave(3, 0.06, 0.3), Wave(4, 0.06, 0.1)),
        swing=(Wave(1, 14.0, 0.0), Wave(2, 3.0, 0.1)),
        rings=(Ring(0.4, 7.0, 0.06), Ring(0.7, 14.0, 0.04)),
        far_leg=0.5,
        forward_share=-0.7,
        left_share=0.5,
        variety=0.2,
        sit_deg=80.0,
    ),
    "thigh": Placement(
        forward=(Wave(1, 0.25, 0.5), Wave(2, 0.45, -0.16), Wave(3, 0.18, 0.2), Wave(4, 0.15, 0.0)),
        left=(Wave(1, 0.08, 0.25), Wave(2, 0.1, 0.1), Wave(3, 0.08, 0.1)),
        up=(Wave(0, 0.08), Wave(1, 0.07), Wave(2, 0.22, 0.08), Wave(3, 0.08, 0.3), Wave(4, 0.05, 0.1)),
        swing=(Wave(1, 20.0, 0.0), Wave(2, 4.0, 0.1)),
        rings=(Ring(0.6, 7.5, 0.06), Ring(1.0, 15.0, 0.04)),
        far_leg=0.4,
        forward_share=-0.9,
        left_share=0.5,
        variety=0.2,
        sit_deg=85.0,
    ),
    "shank": Placement(
        forward=(Wave(1, 0.45, 0.55), Wave(2, 0.35, 0.2), Wave(3, 0.15, 0.4)),
        left=(Wave(1, 0.1, 0.25), Wave(3, 0.08, 0.1)),
        up=(Wave(1, 0.2, 0.6), Wave(2, 0.25, 0.05), Wave(3, 0.1, 0.2)),
        swing=(Wave(1, 30.0, 0.08), Wave(2, 12.0, 0.3)),
        rings=(Ring(1.4, 9.0, 0.05), Ring(0.8, 24.0, 0.025)),
        far_leg=0.2,
        forward_share=-0.8,
        left_share=0.3,
        variety=0.1,
        sit_deg=0.0,
    ),
}
