# SPDX-License-Identifier: MIT
"""Any sequence of faults ends in a running source, whose steps are the undisturbed run's outside of what is excused.

Excused is a gap and the 5 s after it. The tolerances: a step is the same step within 0.15 s, and a gap's edges are
known as well, because a contact is dated before the maximum that shows it. What the undisturbed run knew of a step by
samples alone that the gap took (the next step, or at a walk's beginning the first steps together) is excused, too. A
gap of up to 1 s is drawn across: how many steps lie in it counts, not where.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kneemon.drivers.chips import CHIPS
from kneemon.model.samples import Wire
from kneemon.virtual.bus import Trouble
from kneemon.virtual.script import Stand, Walk

OutingOf = Callable[..., Any]
Fault = tuple[str | Trouble, float, float]  # what, how long after the one before, how long

SAME_S = 0.15
EXCUSED_S = 5.0
SHORT_GAP_S = 1.0
SCRIPTS = {
    "brisk": (Stand(3.0), Walk(48.0, 112.0), Stand(5.0)),
    "slow": (Stand(3.0), Walk(48.0, 78.0), Stand(5.0)),
    "limping": (Stand(3.0), Walk(48.0, 92.0, limp=0.15), Stand(5.0)),
    "resting": (Stand(3.0), Walk(20.0, 104.0), Stand(6.0), Walk(24.0, 96.0), Stand(5.0)),
}
# No driver can see a single flipped bit in a chip that sends no check along: the samples are wrong, and in no gap.
# What is garbage, is thrown away by its size.
TROUBLES = [trouble for trouble in Trouble if trouble is not Trouble.FLIPPED]
KINDS = [*TROUBLES, "reset", "freeze", "unplug", "stall", "absent"]


@cache
def undisturbed(outing: OutingOf, part: str, script: str, rate_error: float) -> tuple[tuple[float, float], ...]:
    """Each step, and when it was known."""
    it = outing(part, *SCRIPTS[script], rate_error=rate_error)
    heard = it.walked()
    assert heard.reports == []
    assert heard.gaps_s == []
    assert len(heard.steps_s) > 50
    return tuple(zip(heard.steps_s, heard.known_s, strict=True))


def disturbed(it: Any, faults: list[Fault]) -> Any:
    """The walk, with each fault in its turn."""

    def unplug() -> None:
        it.bus.close()
        it.bus.plugged = False

    def freeze() -> None:
        """With a jump: where a coarse chip freezes softly, the steps of a minute are the price (see `doubts`)."""
        it.chip.sampler._newest = it.chip.sampler._newest + 0.05
        it.chip.sampler.frozen = True

    def put(chip: Any) -> None:
        it.bus.replace(it.address, chip)

    appointments, now_s = [], 3.0
    for what, after_s, lasts_s in faults:
        begin_s, end_s = now_s + after_s, now_s + after_s + lasts_s
        now_s = end_s
        if isinstance(what, Trouble):
            appointments += [
                (begin_s, lambda what=what: it.bus.misbehave(what, times=None)),
                (end_s, it.bus.power_cycle if what is Trouble.STUCK else it.bus.behave),
            ]
        elif what == "reset":
            appointments.append((begin_s, it.chip.reset))
        elif what == "freeze":  # fewer than 50 identical samples are believed
            now_s = end_s = begin_s + max(lasts_s, 0.8)
            appointments += [
                (begin_s, freeze),
                (end_s, lambda: setattr(it.chip.sampler, "frozen", False)),
            ]
        elif what == "unplug":
            appointments += [(begin_s, unplug), (end_s, lambda: setattr(it.bus, "plugged", True))]
        elif what == "absent":
            appointments += [(begin_s, lambda: put(None)), (end_s, lambda: put(it.chip))]
        else:
            appointments.append((begin_s, lambda seconds=lasts_s: it.clock.pass_by(seconds)))
    it.clock.appoint(appointments)
    return it.walked()


def unmatched(ones: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Of `ones`, those without a partner among `others`."""
    return np.array([s for s in ones if not len(others) or np.abs(others - s).min() > SAME_S])


def outside(steps_s: np.ndarray, gaps_s: list[tuple[float, float]], after_s: float) -> np.ndarray:
    kept = np.ones(len(steps_s), bool)
    for start_s, end_s in gaps_s:
        kept &= (steps_s < start_s - SAME_S) | (steps_s > end_s + after_s + SAME_S)
    return steps_s[kept]


def examine(it: Any, truth: tuple[tuple[float, float], ...], heard: Any) -> None:
    walked, (true, known) = np.array(heard.steps_s), np.array(truth).T
    assert heard.blocks[-1].t_s[-1] > it.clock.now_s() - 0.5, "it runs at the end"
    unknown = np.zeros(len(true), bool)
    for start_s, _ in heard.gaps_s:
        unknown |= (true < start_s) & (start_s < known + SAME_S)
    missing = outside(unmatched(true[~unknown], walked), heard.gaps_s, EXCUSED_S)
    invented = outside(unmatched(walked, true), heard.gaps_s, EXCUSED_S)
    assert len(missing) == 0, f"missing {missing}, gaps {heard.gaps_s}"
    assert len(invented) == 0, f"invented {invented}, gaps {heard.gaps_s}"
    for start_s, end_s in heard.gaps_s:
        inside = walked[(walked > start_s + SAME_S) & (walked < end_s - SAME_S)]
        could = (true > start_s - SAME_S) & (true < end_s + SAME_S) & (end_s - start_s <= SHORT_GAP_S)
        assert len(inside) <= np.count_nonzero(could), f"walked {inside} in the gap {start_s}-{end_s}"
    assert heard.kinds[Wire.FAULT] == heard.kinds[Wire.BACK]
    assert heard.kinds[Wire.DOUBT] == 0


@settings(max_examples=25, deadline=None)
@example(part="adxl345", script="limping", rate_error=-0.05, faults=[("stall", 7.424, 2.01)])
@example(part="adxl345", script="brisk", rate_error=0.03, faults=[("freeze", 10.0, 2.0), (Trouble.STUCK, 9.0, 3.0)])
@given(
    part=st.sampled_from(list(CHIPS)),
    script=st.sampled_from(sorted(SCRIPTS)),
    rate_error=st.sampled_from([-0.05, 0.03]),
    faults=st.lists(st.tuples(st.sampled_from(KINDS), st.floats(0.2, 16.0), st.floats(0.005, 4.0)), max_size=4),
)
def test_any_faults_cost_steps_only_in_their_gaps(
    outing: OutingOf, part: str, script: str, rate_error: float, faults: list[Fault]
) -> None:
    it = outing(part, *SCRIPTS[script], rate_error=rate_error)
    heard = disturbed(it, [fault for i, fault in enumerate(faults) if sum(a + b for _, a, b in faults[: i + 1]) < 38])
    examine(it, undisturbed(outing, part, script, rate_error), heard)
