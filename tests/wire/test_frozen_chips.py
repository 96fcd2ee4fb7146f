# SPDX-License-Identifier: MIT
"""A chip that says the same again and again: frozen, or at rest with less noise than a count."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from told import AGAIN, name, told_once

from kneemon.model.samples import Array, Wire
from kneemon.virtual.script import Stand, Walk

OutingOf = Callable[..., Any]
Account = Callable[[Any], float]
Still = Callable[[float], Callable[[Array], Array]]

FAULT_S = 10.03
POSES_G = [tuple(pose / np.linalg.norm(pose)) for pose in np.random.default_rng(7).standard_normal((6, 3))]


def test_frozen_data(part: str, outing: OutingOf, account: Account) -> None:
    it = outing(part)
    it.clock.appoint(
        [
            (FAULT_S, lambda: setattr(it.chip.sampler, "frozen", True)),
            (FAULT_S + 6, lambda: setattr(it.chip.sampler, "frozen", False)),
        ]
    )
    heard = it.listen(25.0)
    told_once(heard)
    assert heard.reports[0].text == (
        f"{name(it)}: expected samples with some noise, saw the very same sample again and again. {AGAIN}replace the "
        "board. The next attempt is in 0.1 s."
    )
    assert abs(account(it)) < 4
    ((start_s, _),) = heard.gaps_s
    assert start_s < FAULT_S + 0.05  # not one of the frozen samples was handed on


@pytest.mark.parametrize("freezes_s", np.arange(FAULT_S, FAULT_S + 0.5, 0.07))
def test_a_coarse_chip_that_freezes_in_a_walk_is_found_within_a_second_or_in_a_minute(
    freezes_s: float, outing: OutingOf
) -> None:
    """In a minute where nothing told it from a box that was laid down: its last step was one of rest."""
    it = outing("lis3dh", Stand(3.0), Walk(90.0, 104.0))
    it.clock.appoint([(freezes_s, lambda: setattr(it.chip.sampler, "frozen", True))])
    heard = it.listen(80.0)
    told_s = heard.reports[0].t_s - it.clock.began_s - freezes_s
    assert heard.reports[0].kind is Wire.FAULT
    assert "saw the very same sample again and again" in heard.reports[0].text
    assert 0.3 < told_s < 1.0 or 55.0 < told_s < 62.0


@pytest.mark.parametrize("pose_g", [(0.0, 0.0, 1.0), *POSES_G], ids=lambda pose_g: f"{np.round(pose_g, 3)}")
def test_a_coarse_chip_on_a_table_repeats_itself_and_is_not_called_frozen(
    pose_g: tuple[float, ...], outing: OutingOf
) -> None:
    """In the middle of a count on every axis above all."""
    it = outing("lis3dh", signal=lambda t_s: np.tile(pose_g, (len(t_s), 1)))
    heard = it.listen(60.0)
    assert heard.reports == []
    assert heard.lost == 0
    assert heard.samples > 6000


def test_a_coarse_chip_that_freezes_at_rest_is_told_after_a_minute(outing: OutingOf, still: Still) -> None:
    it = outing("lis3dh", signal=still(1.0))
    it.clock.appoint([(FAULT_S, lambda: setattr(it.chip.sampler, "frozen", True))])
    heard = it.listen(75.0)
    assert heard.kinds[Wire.FAULT] == 1
    assert heard.kinds[Wire.BACK] == 0
    told_s = heard.reports[0].t_s - it.clock.began_s - FAULT_S
    assert told_s < 6000 / it.chip.sampler.rate_hz + 1.0
    assert heard.blocks[-1].t_s[-1] == pytest.approx(heard.reports[0].t_s, abs=0.5)  # until then they were handed on
