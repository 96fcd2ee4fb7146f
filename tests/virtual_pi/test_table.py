# SPDX-License-Identifier: MIT
"""The table of the virtual Pi, and the walk that its sensor feels, without a Pi."""

from pathlib import Path

import numpy as np

from virtual_pi.board import shape
from virtual_pi.guest.walk import Body
from virtual_pi.table import Table, as_markdown, as_text, read

WALK = np.array([[0.0, 0.0, 1.0], [0.2, 0.0, 1.0], [0.4, 0.0, 0.8]])


def test_lines_of_one_scenario_stand_together_in_the_order_in_which_they_came(tmp_path: Path) -> None:
    kept = tmp_path / "lines"
    walk, cuts = Table(kept, "walk"), Table(kept, "power_cuts")
    walk.add("a walk", "340 steps")
    cuts.add("cut 1", "nothing lost")
    walk.add("the buzzer", "2 pulses")
    assert (
        as_text(read(kept))
        == "walk\n    a walk: 340 steps\n    the buzzer: 2 pulses\npower_cuts\n    cut 1: nothing lost"
    )


def test_markdown_is_not_broken_by_what_was_seen(tmp_path: Path) -> None:
    kept = tmp_path / "lines"
    Table(kept, "faults").add("NACK | GARBAGE", "told\nonce")
    assert as_markdown(read(kept)).splitlines()[2:] == ["| faults | NACK \\| GARBAGE | told once |"]


def test_no_scenario_gives_no_lines(tmp_path: Path) -> None:
    assert read(tmp_path / "lines") == []


def test_a_body_rests_walks_in_straight_lines_and_rests_as_it_ended() -> None:
    body = Body()
    assert body(np.array([5.0])).tolist() == [[0.0, 0.0, 1.0]]
    body.walk(WALK, 10.0, 7.0)
    felt = body(np.array([6.0, 7.05, 7.15, 9.0]))
    assert np.allclose(felt, [WALK[0], (0.1, 0.0, 1.0), (0.3, 0.0, 0.9), WALK[2]])
    assert body.asked == 5


def test_a_body_goes_round_and_round_until_it_rests() -> None:
    body = Body()
    body.walk(WALK, 10.0, 7.0, repeat=True)
    assert np.allclose(body(np.array([7.1, 7.4, 13.1])), [WALK[1]] * 3)
    body.rest()
    assert body(np.array([13.4])).tolist() == [[0.0, 0.0, 1.0]]


def test_the_shape_of_pulses_is_what_a_pattern_is_made_of() -> None:
    assert np.allclose(shape([(10.0, 0.4), (10.7, 0.4), (13.6, 0.2)]), [(0.4, 0.3), (0.4, 2.5), (0.2, 0.0)])
