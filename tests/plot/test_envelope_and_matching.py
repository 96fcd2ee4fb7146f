# SPDX-License-Identifier: MIT
"""What is left out of a long signal, and which step is which: properties over any of them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kneemon.plot.envelope import envelope
from kneemon.plot.matching import match

values = st.lists(st.floats(-20, 20), min_size=1, max_size=400)
times = st.lists(st.integers(0, 2000).map(lambda ms: ms / 100), max_size=40)


@given(values, st.integers(1, 30), st.integers(0, 100))
def test_each_column_keeps_its_extremes_and_nothing_is_invented(samples: list[float], columns: int, seed: int) -> None:
    y = np.array(samples)
    t_s = np.cumsum(np.random.default_rng(seed).uniform(0.001, 0.1, len(y)))
    kept_s, kept = envelope(t_s, y, columns)
    assert len(kept) <= 2 * columns
    assert (np.diff(kept_s) > 0).all()
    assert {*zip(kept_s.tolist(), kept.tolist(), strict=True)} <= {*zip(t_s.tolist(), y.tolist(), strict=True)}
    edges_s = np.linspace(t_s[0], t_s[-1], columns + 1)[1:-1]
    column, kept_column = np.searchsorted(edges_s, t_s, "right"), np.searchsorted(edges_s, kept_s, "right")
    for each in np.unique(column):
        every, left = y[column == each], kept[kept_column == each]
        assert (every.min(), every.max()) == (left.min(), left.max())


def test_a_short_signal_comes_back_whole() -> None:
    t_s, y = np.arange(20.0), np.arange(20.0) % 3
    kept_s, kept = envelope(t_s, y, 10)
    assert np.array_equal(kept_s, t_s)
    assert np.array_equal(kept, y)
    assert len(envelope(t_s, y, 9)[0]) <= 18


@given(times, times)
def test_one_to_one_within_reach_and_none_left_that_could_be_paired(steps: list[float], truth: list[float]) -> None:
    matched = match(steps, truth, 0.25)
    assert sorted(matched.paired_s + matched.extra_s) == sorted(steps)
    assert sorted(matched.found_s + matched.missed_s) == sorted(truth)
    assert len(matched.paired_s) == len(matched.found_s)
    assert all(abs(a - b) > 0.25 - 1e-9 for a in matched.extra_s for b in matched.missed_s)
    assert all(min(abs(a - b) for b in matched.found_s) <= 0.25 + 1e-9 for a in matched.paired_s)


def test_the_closest_comes_first() -> None:
    matched = match([1.0, 1.2], [1.18])
    assert (matched.paired_s, matched.extra_s) == ((1.2,), (1.0,))
    assert match([1.0], [1.25]).found_s == (1.25,)
    assert match([1.0], [1.26]).missed_s == (1.26,)
