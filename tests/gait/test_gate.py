# SPDX-License-Identifier: MIT
"""The gate: a belief that gathers looks, three thresholds, and the rule against one sharp push a cycle."""

from math import isfinite

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kneemon.gait.gate import Gate, Network, one_push
from kneemon.gait.gate_table import SCALING, UNITS
from kneemon.gait.gate_weights import GateWeights
from kneemon.gait.params import GateParams
from kneemon.gait.rhythm import FEATURES, WINDOW, Look, look
from kneemon.model.samples import Array
from kneemon.virtual.script import Segment, Stand, Walk
from kneemon.virtual.walker import Walker

SAYS = FEATURES.index("mean")
# A network of one unit that reads one figure and says it, to within a few per cent from -20 to 20.
ECHO = GateWeights(
    ((0.0, 10.0),) * len(FEATURES),
    ((100.0, 0.0, tuple(0.1 * (name == "mean") for name in FEATURES)),),
    0.0,
)
P = GateParams(weights=ECHO)
LONG = 40  # looks: 16 s while closed
ODDS = st.floats(-20.0, 20.0)


def seen(says: float = 0.0, comb: float = 3.0, **figures: float) -> Look:
    features = np.zeros(len(FEATURES))
    features[SAYS] = says
    for name, value in figures.items():
        features[FEATURES.index(name)] = value
    return Look(0.6, comb, features)


def after(*looks: Look, gate: Gate | None = None) -> Gate:
    gate = Gate(P) if gate is None else gate
    for each in looks:
        gate.see(each)
    return gate


def opens(gate: Gate, comb: float = 3.0, steps: int = P.run, *, soon: bool = False) -> bool:
    """Would the detector credit a run of so many steps now?"""
    return gate.may_open(seen(comb=comb), soon=soon) and gate.opens(steps, soon=soon)


def looks_to_open(gate: Gate, says: float) -> int:
    for number in range(1, LONG):
        gate.see(seen(says))
        if opens(gate):
            return number
    raise AssertionError(f"{LONG} looks that say {says:g} do not open")


def test_the_table_has_a_weight_for_every_figure_of_every_unit() -> None:
    assert tuple(SCALING) == FEATURES
    assert {len(unit[2]) for unit in UNITS} == {len(FEATURES)}
    assert all(scale > 0 for _, scale in SCALING.values())


def test_mild_evidence_is_believed_when_it_lasts_and_not_before() -> None:
    assert not opens(after(seen(2.0)))
    assert 2 < looks_to_open(Gate(P), 2.0) < 20


def test_mild_evidence_against_closes_when_it_lasts_and_not_before() -> None:
    walking = after(*[seen(4.0)] * LONG)
    assert not after(seen(-2.0), gate=walking).closes()
    assert after(*[seen(-2.0)] * LONG, gate=walking).closes()


def test_what_was_long_no_walking_must_be_seen_to_walk_for_some_looks() -> None:
    machine = after(*[seen(-4.0)] * LONG)
    fresh, late = looks_to_open(Gate(P), 20.0), looks_to_open(machine, 20.0)
    assert fresh < late
    assert 3 <= late <= 12


def test_a_belief_is_soon_given_up_however_long_it_was_held() -> None:
    long_held, held = after(*[seen(20.0)] * 1000), after(*[seen(20.0)] * LONG)
    assert long_held.belief == pytest.approx(held.belief, abs=0.05)
    after(*[seen(-20.0)] * 8, gate=long_held)
    assert long_held.closes()


@given(before=st.lists(ODDS, max_size=20), says=st.floats(-1e9, 1e9), other=st.floats(-1e9, 1e9))
def test_one_look_says_no_more_than_its_limits_either_way(before: list[float], says: float, other: float) -> None:
    history = [seen(each) for each in before]
    one, two = after(*history, seen(says)), after(*history, seen(other))
    assert abs(one.belief - two.belief) <= P.weight * (P.limit + P.against) + 1e-9
    most = after(*history, seen(P.limit + 1.0))
    least = after(*history, seen(-P.against - 1.0))
    assert least.belief <= one.belief <= most.belief


@given(st.lists(st.tuples(ODDS, st.floats(0.0, 5.0)), min_size=1, max_size=30))
def test_more_evidence_is_never_less_belief(looks: list[tuple[float, float]]) -> None:
    less, more = after(*(seen(says) for says, _ in looks)), after(*(seen(says + extra) for says, extra in looks))
    assert less.belief <= more.belief + 1e-9


def test_the_thresholds_leave_room_between_opening_and_closing() -> None:
    assert P.close_log_odds < P.reopen_log_odds < P.open_log_odds
    assert P.recomb < P.comb


@given(looks=st.lists(ODDS, min_size=1, max_size=20), steps=st.integers(P.run, 30))
def test_the_longer_the_run_the_less_the_looks_must_say(looks: list[float], steps: int) -> None:
    gate = after(*(seen(says) for says in looks))
    assert opens(gate, steps=steps) <= opens(gate, steps=steps + 1)
    assert gate.opens(steps, soon=False) <= gate.may_open(seen(), soon=False)  # a run that counts is always looked for


def test_a_rhythm_that_lasts_is_credited_on_less_evidence_but_not_against_the_looks() -> None:
    def least(steps: int) -> float:
        return next(says for says in np.arange(-3.0, 6.0, 0.05) if opens(after(*[seen(says)] * LONG), steps=steps))

    assert least(30) < least(P.run + 1) <= least(P.run)
    assert least(1000) > -1.0


def test_it_opens_more_easily_soon_after_walking() -> None:
    gate = after(*[seen(4.0)] * LONG)
    between = 0.5 * (P.comb + P.recomb)
    assert opens(gate, between, soon=True)
    assert not opens(gate, between)
    assert not opens(gate, P.recomb, soon=True)


def test_a_rhythm_too_poor_does_not_open_however_sure_the_belief_is() -> None:
    gate = after(*[seen(20.0)] * LONG)
    assert not opens(gate, P.comb)
    assert opens(gate, P.comb + 0.01)


@pytest.mark.parametrize("forget", ["still", "reset"])
@pytest.mark.parametrize("says", [20.0, -20.0])
def test_stillness_wipes_what_was_believed(says: float, forget: str) -> None:
    gate = after(*[seen(says)] * LONG)
    getattr(gate, forget)()
    assert gate.belief is None
    assert not opens(gate, soon=True)
    assert not gate.closes()
    assert after(seen(1.0), gate=gate).belief == after(seen(1.0)).belief


def test_one_sharp_push_a_cycle_closes_though_the_network_believes_it() -> None:
    rower = seen(20.0, r_step=-0.2, r_stride=0.9, skewness=2.0)
    assert after(*[seen(20.0)] * LONG, *[rower] * 10).closes()
    assert not opens(after(*[rower] * LONG))


@pytest.mark.parametrize(
    "figures",
    [
        {"r_step": 0.8, "r_stride": 0.9, "skewness": 3.0},  # a sharp strike at each step
        {"r_step": -0.5, "r_stride": 0.9, "skewness": -3.0},  # no push, a pull
        {"r_step": 0.6, "r_stride": 0.9, "skewness": 0.8},  # a limp
    ],
)
def test_what_is_no_single_push_is_left_to_the_network(figures: dict[str, float]) -> None:
    assert after(seen(2.0, **figures)).belief == after(seen(2.0)).belief


@given(st.floats(-1.0, 1.0), st.floats(-1.0, 1.0), st.floats(-5.0, 10.0), st.floats(0.0, 1.0))
def test_the_push_grows_with_what_half_the_cycle_lacks(r_step: float, r_stride: float, skew: float, by: float) -> None:
    push = one_push(seen(r_step=r_step, r_stride=r_stride, skewness=skew).features)
    more = one_push(seen(r_step=r_step - by, r_stride=r_stride, skewness=skew + by).features)
    assert 0.0 <= push <= more
    assert push == 0.0 or (r_stride > r_step and skew > 0.0)


FIGURES = st.lists(st.floats(-1e6, 1e6), min_size=len(FEATURES), max_size=len(FEATURES))


@settings(max_examples=40)
@given(st.lists(FIGURES, min_size=1, max_size=4), st.integers(1, 500))
def test_any_figures_give_finite_odds_and_a_finite_belief(rows: list[list[float]], times: int) -> None:
    gate = Gate()
    for figures in rows * times:
        gate.see(Look(0.6, 1.0, np.array(figures)))
    assert isfinite(Network().log_odds(np.array(rows[-1])))
    assert gate.belief is not None
    assert abs(gate.belief) < 40.0


def looked(acc_g: Array) -> Gate:
    """The shipped gate after looks every 0.4 s at 25 Hz acceleration."""
    gate = Gate()
    for end in range(WINDOW, len(acc_g) + 1, 10):
        window = acc_g[end - WINDOW : end]
        found = look(np.sqrt((window**2).sum(axis=1)) - 1.0, window, None, P.still_g)
        if found is None:
            gate.still()
        else:
            gate.see(found)
    return gate


def simulated(worn: str, *script: Segment) -> Array:
    walker = Walker(script, worn=worn, seed=4)
    return walker.acceleration(np.arange(int(walker.duration_s * 25)) / 25.0)


@pytest.mark.parametrize("worn", ["waist", "pocket", "thigh"])
@pytest.mark.parametrize("walk", [Walk(20, 60), Walk(20, 95), Walk(20, 120), Walk(20, 80, limp=0.2, strength=0.7)])
def test_the_shipped_gate_believes_a_walk(worn: str, walk: Walk) -> None:
    gate = looked(simulated(worn, walk)[:-25])
    assert opens(gate)
    assert not gate.closes()


def test_the_shipped_gate_believes_no_trembling() -> None:
    gate = looked(np.random.default_rng(1).normal([0.0, 0.0, 1.0], 0.1, (300, 3)))
    assert gate.closes()
    assert not opens(gate, soon=True)


@pytest.mark.parametrize("worn", ["waist", "pocket", "thigh"])
def test_the_shipped_gate_believes_nothing_of_who_stands_quietly(worn: str) -> None:
    assert looked(simulated(worn, Stand(20))).belief is None
