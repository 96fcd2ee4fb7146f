# SPDX-License-Identifier: MIT
"""A small crowd is measured as the large one is, and its figures become two tables."""

from tests.bench import crowd, crowd_tables
from tests.bench.made import Made


def test_a_small_crowd_is_measured_over_a_restart_and_loses_nothing() -> None:
    measured = crowd.measure(10, [crowd.Scene("it restarts", 3.0, 30.0, away_s=0.0, settled_s=0.5)])
    assert measured is not None
    [figures] = measured
    assert (figures.devices, figures.made, figures.arrived, figures.lost, figures.refused) == (10, 20, 20, 0, 0)
    assert figures.reconnects >= 10
    assert figures.storm_s > 0
    assert figures.crowd_mb > 1
    assert figures.broker_mb > 1
    text = crowd_tables.crowd(measured, Made.now())
    assert "| it restarts | 20 | 0 | 0 |" in text
