# SPDX-License-Identifier: MIT
"""The ring holds the newest rows, whatever the portions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.dsp.ring import Ring


@given(capacity=st.integers(1, 12), shares=st.lists(st.integers(0, 12), max_size=60))
def test_the_newest_rows_are_those_of_one_long_array(capacity: int, shares: list[int]) -> None:
    ring, everything, count = Ring(capacity, 2), np.zeros((0, 2)), 0
    for share in shares:
        rows = np.arange(count, count + min(share, capacity))[:, None] * [1.0, -1.0]
        ring.append(rows)
        everything, count = np.concatenate([everything, rows]), count + len(rows)
        assert (ring.count, len(ring)) == (count, min(count, capacity))
        for m in (0, len(ring) // 2, len(ring)):
            assert np.array_equal(ring.newest(m), everything[count - m :])


def test_reset_forgets_everything() -> None:
    ring = Ring(3, 1)
    ring.append(np.ones((3, 1)))
    ring.reset()
    assert (ring.count, len(ring)) == (0, 0)
    ring.append(np.full((1, 1), 7.0))
    assert ring.newest(1) == pytest.approx(7.0)
