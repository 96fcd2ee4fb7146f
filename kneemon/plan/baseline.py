# SPDX-License-Identifier: MIT
"""What a walker's own walks say about the pace, and which walks were longer than planned."""

from collections.abc import Callable, Sequence
from datetime import date
from statistics import median

from kneemon.model.plans import Colour, Rules
from kneemon.plan.colours import judge
from kneemon.plan.history import Outcome


def baseline_spm(
    walks: Sequence[Outcome], since: date, rules: Rules, usual_of: Callable[[date], float | None] | None = None
) -> float | None:
    """The median cadence of the plan's first comfortable walks, steps/min; None until there are enough (row 24).

    Comfortable: over, long enough, not RED, and with a known pain that stayed acceptable. since: the first day of the
    plan. usual_of: the usual pain of a day (`History.usual_pain`), without which the next morning cannot make it RED.
    """
    found = [
        walk.cadence_spm
        for walk in walks
        if walk.day >= since
        and walk.cadence_spm is not None
        and _comfortable(walk, usual_of(walk.day) if usual_of else None, rules)
    ]
    first = found[: rules.baseline_walks]
    return float(median(first)) if first and len(first) == rules.baseline_walks else None


def overshoot(walk: Outcome, rules: Rules) -> float | None:
    """Percent of the planned minutes walked, when that is more than rules.overshoot_percent; None when not, or without
    a plan. Walking past dose and cool-down counts, warm-up and cool-down do not (row 15)."""
    if not walk.planned_min:
        return None
    percent = 100.0 * (walk.walked_min + walk.over_s / 60.0) / walk.planned_min
    return percent if percent > rules.overshoot_percent else None


def _comfortable(walk: Outcome, usual: float | None, rules: Rules) -> bool:
    known = walk.pk is not None and (walk.p1 is not None or not walk.unscored)
    long_enough = walk.ended and walk.walking_min >= rules.baseline_walk_min
    return known and long_enough and judge(walk, usual, rules, settled=True).colour is not Colour.RED
