# SPDX-License-Identifier: MIT
"""Where in the day's plan a walk stands, from nothing but the walking seconds of this session.

The warm-up comes first, then what is left of the day's dose, then the cool-down; what is walked after that is over the
limit. Rests count for nothing, so they are not even an argument. Where nothing is left of the dose, all is over it.
"""

from dataclasses import dataclass

from kneemon.model.plans import Part, Prescription


@dataclass(frozen=True, slots=True)
class Standing:
    """part: where the walk stands. main_s: walked of the main part. remaining_s: still to walk there, None without a
    plan. over_s: walked past dose and cool-down."""

    part: Part
    main_s: float
    remaining_s: float | None
    over_s: float


def standing(prescription: Prescription | None, walking_s: float) -> Standing:
    """How the walking seconds of a session divide."""
    if prescription is None:
        return Standing(Part.FREE, walking_s, None, 0.0)
    limit_s = prescription.limit_s
    if limit_s <= 0:
        return Standing(Part.OVER, 0.0, 0.0, walking_s)
    after_warm_up_s = walking_s - prescription.warm_up_s
    after_main_s = after_warm_up_s - limit_s
    over_s = after_main_s - prescription.cool_down_s
    main_s = min(max(after_warm_up_s, 0.0), limit_s)
    if after_warm_up_s < 0:
        part = Part.WARM_UP
    elif after_main_s < 0:
        part = Part.MAIN
    elif over_s < 0:
        part = Part.COOL_DOWN
    else:
        part = Part.OVER
    return Standing(part, main_s, limit_s - main_s, max(over_s, 0.0))
