# SPDX-License-Identifier: MIT
"""What the walks' scenarios reckon with, before it is used in a guest."""

import numpy as np
import pytest

from kneemon.model.cues import CueKind
from virtual_pi.buzzes import expected, same
from virtual_pi.guest.time_server import PACKET, TO_1900_S, answer
from virtual_pi.walks import endless


def test_a_pattern_said_twice_is_expected_twice() -> None:
    assert expected([CueKind.TICK, CueKind.PACE_HIGH, 3]) == [0.15, *[0.4] * 4, *[0.15] * 3]


def test_pulses_are_compared_one_by_one() -> None:
    seen = [(10.0, 0.151), (11.0, 0.402)]
    assert same(seen, [0.15, 0.4])
    assert not same(seen, [0.15, 0.6])
    assert not same(seen, [0.15])


def test_the_time_server_answers_this_very_question() -> None:
    question = bytes(40) + b"question"
    first, stratum, _, _, _, dispersion, _, *stamps = PACKET.unpack(answer(question, 1_800_000_000.5))
    assert (first >> 6, first >> 3 & 7, first & 7) == (0, 4, 4)  # synchronised, version 4, a server
    assert 0 < stratum < 16
    assert dispersion / 65536 < 5.0  # more would be too uncertain for systemd-timesyncd
    reference, fraction, asked, *others = stamps
    assert asked == b"question"
    assert [reference, *others[::2]] == [1_800_000_000 + TO_1900_S] * 3
    assert [fraction, *others[1::2]] == [2**31] * 3


@pytest.mark.parametrize("cadence_spm", [80.0, 100.0])
def test_an_endless_walk_has_no_seam(cadence_spm: float) -> None:
    outing = endless(cadence_spm)
    assert outing.true_steps is not None
    assert outing.true_steps / outing.lasts_s * 60.0 == pytest.approx(cadence_spm, rel=0.02)
    inside = np.abs(np.diff(outing.acc_g, axis=0)).max()
    assert np.abs(outing.acc_g[0] - outing.acc_g[-1]).max() < 2 * inside
