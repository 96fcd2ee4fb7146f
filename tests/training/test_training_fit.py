# SPDX-License-Identifier: MIT
"""The fit on made-up problems: it learns what a line cannot, comes again bit for bit, and draws by weight."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.gait.gate import Network
from kneemon.gait.gate_weights import GateWeights
from kneemon.gait.rhythm import FEATURES
from kneemon.model.samples import Array
from tests.training.fit import DIGITS, FitParams, draw_weights, fit

QUICK = FitParams(steps=400, batch=512)


def inside_a_ring(seed: int, count: int = 3000) -> tuple[Array, Array]:
    """Figures of which the first two decide: near their middle is walking, away from it is not; no line parts them."""
    figures = 2.0 + 5.0 * np.random.default_rng(seed).standard_normal((count, len(FEATURES)))
    return figures, np.hypot(figures[:, 0] - 2.0, figures[:, 1] - 2.0) < 5.9


def fitted(seed: int = 1, params: FitParams = QUICK) -> GateWeights:
    figures, walking = inside_a_ring(1)
    return fit(figures, walking, draw_weights(walking, np.zeros(len(walking))), (seed, 0), params)


def test_it_tells_apart_what_no_line_does_on_looks_it_has_not_seen() -> None:
    network = Network(fitted())
    figures, walking = inside_a_ring(2, 1000)
    said = np.array([network.log_odds(one) > 0 for one in figures])
    assert (said == walking).mean() > 0.9
    one_unit = Network(fitted(params=FitParams(units=1, steps=400, batch=512)))
    assert np.mean([(one_unit.log_odds(one) > 0) == is_ for one, is_ in zip(figures, walking, strict=True)]) < 0.8


def test_a_fit_comes_again_from_its_seed_and_another_seed_is_another_fit() -> None:
    assert fitted(1) == fitted(1)
    assert fitted(1) != fitted(2)


def test_the_weights_have_a_few_decimals_and_the_shape_of_the_table() -> None:
    weights = fitted()
    assert len(weights.scaling) == len(FEATURES)
    assert len(weights.units) == QUICK.units
    assert {len(into) for _, _, into in weights.units} == {len(FEATURES)}
    numbers = [weights.bias, *(number for pair in weights.scaling for number in pair)]
    numbers += [number for out, bias, into in weights.units for number in (out, bias, *into)]
    assert all(type(number) is float and round(number, DIGITS) == number for number in numbers)


def test_what_tells_nothing_fades_as_it_is_pulled() -> None:
    figures, walking = inside_a_ring(1)

    def idle(pull: float) -> float:
        weights = fit(
            figures,
            walking,
            draw_weights(walking, np.zeros(len(walking))),
            (1, 0),
            FitParams(steps=400, batch=512, pull=pull),
        )
        return float(np.abs([into[2:] for _, _, into in weights.units]).mean())

    assert idle(1e-3) < 0.7 * idle(0.0)


@given(
    sizes=st.lists(st.tuples(st.integers(1, 60), st.integers(0, 60)), min_size=1, max_size=6).filter(
        lambda sizes: any(other for _, other in sizes)
    )
)
def test_both_sides_weigh_alike_and_a_kind_by_its_root(sizes: list[tuple[int, int]]) -> None:
    walking = np.concatenate([[True] * one + [False] * other for one, other in sizes]).astype(bool)
    kind_of = np.repeat(np.arange(len(sizes)), [one + other for one, other in sizes])
    weights = draw_weights(walking, kind_of)
    roots = np.sqrt(np.array(sizes, dtype=float))
    for side, column in ((True, 0), (False, 1)):
        total = [weights[(kind_of == kind) & (walking == side)].sum() for kind in range(len(sizes))]
        assert sum(total) == pytest.approx(1.0)
        np.testing.assert_allclose(total, roots[:, column] / roots[:, column].sum())
