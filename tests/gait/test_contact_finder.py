# SPDX-License-Identifier: MIT
"""Steps out of the channel: the run that opens, then one by one, and the silence that closes."""

import numpy as np
import pytest

from kneemon.dsp.resample import QUANTUM
from kneemon.dsp.ring import Ring
from kneemon.gait.contacts import ContactFinder, Peak
from kneemon.gait.params import GateParams, StepParams

RATE_HZ = 50.0
STEP_S = 0.6
MOST = 400


class Feet:
    """A ring that fills sample by sample with steps at these places (sample numbers), 0.2 g high unless told."""

    def __init__(self, places: list[float], sizes: list[float] | None = None) -> None:
        k = np.arange(900)
        norm = np.zeros(900)
        for place, size in zip(places, sizes or [0.2] * len(places), strict=True):
            norm += size * np.exp(-0.5 * ((k - place) / 4.0) ** 2)
        self._rows = np.column_stack([np.round(norm * QUANTUM) / QUANTUM, np.zeros((900, 3))])
        self.ring = Ring(500, 4)
        self.finder = ContactFinder(StepParams(), GateParams(), RATE_HZ)

    def until(self, count: int) -> None:
        while self.ring.count < count:
            self.ring.append(self._rows[self.ring.count : min(self.ring.count + 20, count)])

    def run(self, count: int, *, soon: bool = False) -> list[Peak]:
        self.until(count)
        return self.finder.run(self.ring, STEP_S, soon=soon, most=MOST)

    def live(self, until: int, looked_at: int = 0) -> tuple[list[Peak], int | None]:
        """Examined after every sample up to `until`."""
        found: list[Peak] = []
        while self.ring.count < until:
            self.until(self.ring.count + 1)
            peaks, silent_at = self.finder.examine(self.ring, looked_at)
            found += peaks
            if silent_at is not None:
                return found, silent_at
        return found, None


def even(first: float, count: int) -> list[float]:
    return [first + i * STEP_S * RATE_HZ for i in range(count)]


def positions(peaks: list[Peak]) -> list[float]:
    return [peak.position for peak in peaks]


def test_a_run_of_four_even_steps_is_credited_as_one() -> None:
    feet = Feet(even(60, 4))
    assert feet.run(130) == []
    found = feet.run(185)
    assert positions(found) == pytest.approx(even(60, 4), abs=0.2)
    assert {peak.known_at for peak in found} == {185}


def test_three_steps_are_enough_soon_after_walking_only() -> None:
    assert Feet(even(60, 3)).run(150) == []
    assert len(Feet(even(60, 3)).run(150, soon=True)) == 3


def test_an_old_run_is_no_run() -> None:
    assert Feet(even(60, 5)).run(260) == []


def test_uneven_strides_do_not_open_but_a_limp_does() -> None:
    assert Feet([60, 84, 120, 137, 180]).run(210) == []
    assert len(Feet([60, 93, 120, 153, 180]).run(210)) == 5


def test_steps_come_one_by_one_as_soon_as_the_filter_has_them() -> None:
    feet = Feet(even(60, 12))
    opened = feet.run(200)
    found, silent_at = feet.live(420)
    assert silent_at is None
    assert positions(opened + found) == pytest.approx(even(60, 12), abs=0.2)
    assert all(12 < peak.known_at - peak.position < 25 for peak in found)


def test_what_is_found_does_not_depend_on_how_often_it_is_examined() -> None:
    often, seldom = Feet(even(60, 12)), Feet(even(60, 12))
    often.run(200)
    seldom.run(200)
    seldom.until(420)
    assert seldom.finder.examine(seldom.ring, 0)[0] == often.live(420)[0]


def test_silence_closes_after_some_periods_without_a_step() -> None:
    feet = Feet(even(60, 6))
    last = [*feet.run(230), *feet.live(320)[0]][-1].position
    assert feet.live(500) == ([], pytest.approx(last + (1.5 + 0.6 * STEP_S) * RATE_HZ, abs=3))


def test_a_step_after_the_silence_is_left_to_the_next_run() -> None:
    feet = Feet([*even(60, 6), 380])
    feet.run(230)
    feet.until(440)
    peaks, silent_at = feet.finder.examine(feet.ring, 0)
    assert all(peak.position < 370 for peak in peaks)
    assert silent_at is not None
    assert silent_at < 380


@pytest.mark.parametrize("at_once", [False, True])
def test_no_silence_is_told_before_the_look_that_made_it_one(at_once: bool) -> None:
    """A look that shortens the period can make a pause too long in hindsight; it is known one sample later."""
    feet = Feet([*even(60, 6), 384])
    feet.run(230)
    feet.finder.tune(1.3)
    assert feet.live(380)[1] is None
    feet.finder.tune(0.4)
    if at_once:
        feet.until(400)
        assert feet.finder.examine(feet.ring, looked_at=380) == ([], 381)
    else:
        assert feet.live(400, looked_at=380) == ([], 381)


@pytest.mark.parametrize(
    ("size", "place", "counted"),
    [
        (0.2, 240, True),
        (0.2, 262, True),  # a late one
        (0.2, 224, False),  # too soon: the same step's second bump
        (0.06, 240, True),  # a weak one that is due: the foot brought alongside
        (0.06, 262, False),  # a weak one that is not
    ],
)
def test_a_maximum_counts_by_its_height_and_by_when_it_comes(size: float, place: float, counted: bool) -> None:
    feet = Feet([*even(60, 6), place], [0.2] * 6 + [size])
    feet.run(228)
    found, _ = feet.live(300)
    assert len([peak for peak in found if abs(peak.position - place) < 8]) == int(counted)


def test_reset_forgets_the_last_step() -> None:
    feet = Feet(even(60, 6))
    first = feet.run(235)
    assert feet.run(236) == []  # all of it is credited already
    feet.finder.reset()
    assert positions(feet.run(237)) == pytest.approx(positions(first), abs=0.01)
