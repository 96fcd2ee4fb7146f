# SPDX-License-Identifier: MIT
"""Steps out of the channel: the run that opens, then one by one, and the silence that closes."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

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

    def run(self, count: int, *, soon: bool = False, period_s: float = STEP_S) -> list[Peak]:
        """A run that may be credited is."""
        self.until(count)
        found = self.finder.run(self.ring, period_s, soon=soon, most=MOST)
        if found:
            self.finder.follow(found)
        return found

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


def at(places: list[float]) -> object:
    """Where the filter sees steps at these places: a little early, the first one more, as it lacks a neighbour."""
    return pytest.approx(np.array(places) - 0.5, abs=1.0)


def positions(peaks: list[Peak]) -> list[float]:
    return [peak.position for peak in peaks]


def test_a_run_of_four_even_steps_is_credited_as_one() -> None:
    feet = Feet(even(60, 4))
    assert feet.run(130) == []
    found = feet.run(185)
    assert positions(found) == at(even(60, 4))
    assert {peak.known_at for peak in found} == {185}


@pytest.mark.parametrize("soon", [False, True])
def test_three_steps_are_no_run_even_soon_after_walking(soon: bool) -> None:
    assert Feet(even(60, 3)).run(150, soon=soon) == []
    assert len(Feet(even(60, 4)).run(180, soon=soon)) == 4


def test_an_old_run_is_no_run() -> None:
    assert Feet(even(60, 5)).run(260) == []


def test_uneven_strides_open_only_soon_after_walking_but_a_limp_always() -> None:
    uneven = [60.0, 82.0, 127.0, 172.0, 194.0]
    assert Feet(uneven).run(220) == []
    assert positions(Feet(uneven).run(220, soon=True)) == at(uneven)
    assert len(Feet([60, 93, 120, 153, 180]).run(210)) == 5


def test_steps_come_one_by_one_as_soon_as_the_filter_has_them() -> None:
    feet = Feet(even(60, 12))
    opened = feet.run(200)
    found, silent_at = feet.live(420)
    assert silent_at is None
    assert positions(opened + found) == at(even(60, 12))
    assert all(0 < peak.known_at - peak.position < 0.6 * STEP_S * RATE_HZ for peak in found)


def test_what_is_found_does_not_depend_on_how_often_it_is_examined() -> None:
    often, seldom = Feet(even(60, 12)), Feet(even(60, 12))
    often.run(200)
    seldom.run(200)
    seldom.until(420)
    assert seldom.finder.examine(seldom.ring, 0)[0] == often.live(420)[0]


def test_silence_closes_after_some_periods_without_a_step() -> None:
    feet = Feet(even(60, 6))
    last = [*feet.run(230), *feet.live(320)[0]][-1].position
    _, silent = feet.live(500)
    assert silent is not None
    assert 1.5 < (silent - last) / RATE_HZ < 3.0


def test_a_step_after_the_silence_is_left_to_the_next_run() -> None:
    feet = Feet([*even(60, 6), 380])
    feet.run(230)
    feet.until(440)
    peaks, silent_at = feet.finder.examine(feet.ring, 0)
    assert all(peak.position < 370 for peak in peaks)
    assert silent_at is not None
    assert silent_at < 380


def silent_at(period_s: float) -> int:
    """When a walk that ends after six steps has been silent too long for a walker of this period."""
    feet = Feet(even(60, 6))
    feet.run(230)
    feet.finder.tune(period_s)
    silent = feet.live(800)[1]
    assert silent is not None
    return silent


@pytest.mark.parametrize("at_once", [False, True])
def test_no_silence_is_told_before_the_look_that_made_it_one(at_once: bool) -> None:
    """A look that shortens the period can make a pause too long in hindsight; it is known one sample later."""
    soon, late = silent_at(0.4), silent_at(1.3)
    looked_at = (soon + late) // 2
    assert soon + 10 < looked_at < late - 10
    feet = Feet([*even(60, 6), looked_at + 4])
    feet.run(230)
    feet.finder.tune(1.3)
    assert feet.live(looked_at)[1] is None
    feet.finder.tune(0.4)
    if at_once:
        feet.until(looked_at + 20)
        assert feet.finder.examine(feet.ring, looked_at) == ([], looked_at + 1)
    else:
        assert feet.live(looked_at + 20, looked_at) == ([], looked_at + 1)


def test_a_step_that_a_look_brings_to_light_is_known_one_sample_after_the_look() -> None:
    """A shorter period needs fewer samples ahead, so that a maximum may be older than its discovery."""
    feet = Feet(even(60, 9))
    last = feet.run(228)[-1].position
    looked_at = round(last + STEP_S * RATE_HZ) + 12
    feet.finder.tune(1.3)
    assert feet.live(looked_at)[0] == []
    feet.finder.tune(0.4)
    found, _ = feet.live(looked_at + 1, looked_at)
    assert [peak.known_at for peak in found] == [looked_at + 1]
    assert found[0].position == pytest.approx(last + STEP_S * RATE_HZ, abs=2.0)


@pytest.mark.parametrize(
    ("size", "place", "counted"),
    [
        (0.2, 240, True),
        (0.2, 262, True),  # a late one
        (0.2, 224, False),  # too soon: the same step's second bump
        (0.05, 240, True),  # a weak one that is due: the foot brought alongside
        (0.05, 270, False),  # a weak one that is not
    ],
)
def test_a_maximum_counts_by_its_height_and_by_when_it_comes(size: float, place: float, counted: bool) -> None:
    feet = Feet([*even(60, 6), place], [0.2] * 6 + [size])
    feet.run(228)
    found, _ = feet.live(300)
    assert len([peak for peak in found if abs(peak.position - place) < 8]) == int(counted)


def test_coming_to_rest_is_no_step() -> None:
    """After the last step the channel climbs out of its trough to exactly nothing: that is no maximum."""
    feet = Feet(even(60, 6))
    feet.run(228)
    assert feet.live(300)[0] == []


def double_bumps(seed: int) -> Feet:
    """Steps with second bumps, missed ones and other periods among them, as large as they like."""
    rng = np.random.default_rng(seed)
    usual = RATE_HZ * rng.uniform(0.38, 1.3)
    intervals = usual * rng.choice([1, 1, 1, 1, 0.5, 0.4, 0.7, 1.5], 60) * rng.uniform(0.9, 1.1, 60)
    places = [place for place in np.cumsum(intervals).tolist() if place < 880]
    return Feet(places, rng.uniform(0.05, 0.4, len(places)).tolist())


@settings(max_examples=60)
@given(seed=st.integers(0, 10**6), period_s=st.floats(0.4, 1.3))
@example(seed=78, period_s=0.9)
@example(seed=323, period_s=1.1)
def test_runs_sought_again_and_again_at_any_period_credit_each_step_once(seed: int, period_s: float) -> None:
    feet, rng, last, last_s = double_bumps(seed), np.random.default_rng(seed + 1), -np.inf, -np.inf
    for count in range(180, 900, 20):
        sought_s = period_s * float(rng.choice([1.0, 1.0, 0.6, 1.6]))
        for peak in feet.run(count, soon=True, period_s=sought_s):
            assert peak.position - last >= StepParams().nearest * 0.9 * sought_s * RATE_HZ
            assert peak.position / RATE_HZ - feet.finder.lead_s > last_s
            last, last_s = peak.position, peak.position / RATE_HZ - feet.finder.lead_s


def test_a_run_that_is_not_credited_is_found_again() -> None:
    feet = Feet(even(60, 6))
    feet.until(235)
    first = feet.finder.run(feet.ring, STEP_S, soon=False, most=MOST)
    assert len(first) >= 5
    assert feet.finder.run(feet.ring, STEP_S, soon=False, most=MOST) == first


def test_reset_forgets_the_last_step() -> None:
    feet = Feet(even(60, 6))
    first = feet.run(235)
    assert feet.run(236) == []  # all of it is credited already
    feet.finder.reset()
    assert positions(feet.run(237)) == pytest.approx(positions(first), abs=0.01)
