# SPDX-License-Identifier: MIT
"""The gate: log-odds mixed over looks, and three thresholds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kneemon.gait import gate
from kneemon.gait.gate import Gate, log_odds
from kneemon.gait.gate_table import SCALING, UNITS
from kneemon.gait.params import GateParams
from kneemon.gait.rhythm import FEATURES, WINDOW, Look, look
from kneemon.model.samples import Array
from kneemon.virtual.script import Walk
from kneemon.virtual.walker import Walker

P = GateParams()


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the network says, look after look."""
    answers: list[float] = []
    monkeypatch.setattr(gate, "log_odds", lambda _: answers.pop(0))
    return answers


def seen(comb: float = 2.0) -> Look:
    return Look(0.6, comb, np.zeros(len(FEATURES)))


def after(gate_: Gate, looks: int) -> Gate:
    for _ in range(looks):
        gate_.see(seen())
    return gate_


def test_the_table_has_a_weight_for_every_figure_of_every_unit() -> None:
    assert tuple(SCALING) == FEATURES
    assert {len(unit[2]) for unit in UNITS} == {len(FEATURES)}


def test_the_first_look_counts_whole_and_later_ones_are_mixed_in(said: list[float]) -> None:
    said += [3.0, -3.0, -3.0, -3.0]
    gate_ = after(Gate(), 1)
    assert gate_.opens(seen(), soon=False)
    assert not after(gate_, 2).closes()  # 3.0 -> 0.6 -> -0.84
    assert after(gate_, 1).closes()  # -1.7


def test_no_single_look_can_say_more_than_the_limit(said: list[float]) -> None:
    said += [1e9, *[-6.0] * 3]
    assert after(Gate(), 4).closes()


def test_it_opens_more_easily_soon_after_walking(said: list[float]) -> None:
    said += [1.0]
    gate_ = after(Gate(), 1)
    assert gate_.opens(seen(0.9), soon=True)
    assert not gate_.opens(seen(0.9), soon=False)
    assert not gate_.opens(seen(0.5), soon=True)


def test_a_rhythm_too_poor_does_not_open_however_sure_the_network_is(said: list[float]) -> None:
    said += [6.0]
    gate_ = after(Gate(), 1)
    assert not gate_.opens(seen(P.comb), soon=False)
    assert gate_.opens(seen(P.comb + 0.01), soon=False)


@pytest.mark.parametrize("forget", ["still", "reset"])
def test_stillness_wipes_what_was_believed(said: list[float], forget: str) -> None:
    said += [6.0]
    gate_ = after(Gate(), 1)
    getattr(gate_, forget)()
    assert not gate_.opens(seen(), soon=True)
    assert not gate_.closes()


@settings(max_examples=50)
@given(st.lists(st.floats(-1e6, 1e6), min_size=len(FEATURES), max_size=len(FEATURES)))
def test_any_figures_give_finite_odds(figures: list[float]) -> None:
    assert abs(log_odds(np.array(figures))) < 40.0


def window(walker: Walker, start_s: float) -> tuple[Array, Array]:
    acc_g = walker.acceleration(start_s + np.arange(WINDOW) / 25.0)
    return np.sqrt((acc_g**2).sum(axis=1)) - 1.0, acc_g


@pytest.mark.parametrize("worn", ["waist", "pocket", "thigh"])
def test_the_network_believes_a_walk_and_no_trembling(worn: str) -> None:
    walking = look(*window(Walker((Walk(20, 95),), worn=worn), 8.0), None, P.still_g)
    assert walking is not None
    assert log_odds(walking.features) > P.open_log_odds
    shaking = np.random.default_rng(1).normal([0.0, 0.0, 1.0], 0.1, (WINDOW, 3))
    trembling = look(np.sqrt((shaking**2).sum(axis=1)) - 1.0, shaking, None, P.still_g)
    assert trembling is not None
    assert log_odds(trembling.features) < P.close_log_odds
