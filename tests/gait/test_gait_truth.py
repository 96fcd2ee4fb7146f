# SPDX-License-Identifier: MIT
"""Simulated walks whose every contact is known: steps, cadence and bouts within stated tolerances.

A bout may be counted one step too long: the body that comes to rest looks like a foot brought alongside.
"""

from collections.abc import Callable

import numpy as np
import pytest

from kneemon.gait.detector import GaitDetector
from kneemon.model.gait import BoutEnded, BoutStarted, CadenceEstimate, GaitEvent, InitialContact
from kneemon.model.samples import SampleBlock
from kneemon.virtual.script import Fidget, Segment, Sit, Stand, Turn, Walk
from kneemon.virtual.walker import Walker

Sampled = Callable[..., tuple[Walker, SampleBlock]]
WORN = ("waist", "pocket", "thigh")
every_place = pytest.mark.parametrize("worn", WORN)


def gait_of(block: SampleBlock) -> list[GaitEvent]:
    detector = GaitDetector()
    return [*detector.feed(block), *detector.flush()]


def contacts(events: list[GaitEvent]) -> list[InitialContact]:
    return [event for event in events if isinstance(event, InitialContact)]


def bouts(events: list[GaitEvent]) -> list[BoutEnded]:
    return [event for event in events if isinstance(event, BoutEnded)]


def cadences_spm(events: list[GaitEvent]) -> list[float]:
    return [e.cadence_spm for e in events if isinstance(e, CadenceEstimate) and e.cadence_spm is not None]


@every_place
@pytest.mark.parametrize("cadence_spm", [55, 65, 75, 85, 95, 105, 115, 125])
def test_a_minute_of_walking(sampled: Sampled, worn: str, cadence_spm: float) -> None:
    walker, block = sampled(Stand(5), Walk(60, cadence_spm), Stand(6), worn=worn, seed=int(cadence_spm))
    events = gait_of(block)
    found_s = np.array([contact.t_s for contact in contacts(events)])
    assert abs(len(found_s) - walker.truth.steps) <= 1
    truth_s = walker.initial_contacts
    apart_s = np.abs(found_s[:, None] - truth_s).min(axis=1)
    assert np.mean(apart_s < 0.12) > 0.97
    assert np.median(cadences_spm(events)) == pytest.approx(cadence_spm, rel=0.01)
    assert cadences_spm(events) == pytest.approx([cadence_spm] * len(cadences_spm(events)), rel=0.05)
    (bout,) = bouts(events)
    assert bout.steps == len(found_s)
    assert (bout.start_s, bout.end_s) == (found_s[0], found_s[-1])
    assert bout.cadence_spm == pytest.approx(cadence_spm, rel=0.02)


@every_place
@pytest.mark.parametrize("cadence_spm", [60, 75, 90, 105])
def test_a_limp_is_counted_step_by_step(sampled: Sampled, worn: str, cadence_spm: float) -> None:
    walk = Walk(60, cadence_spm, limp=0.15, strength=0.8)
    walker, block = sampled(Stand(5), walk, Stand(6), worn=worn, seed=int(cadence_spm))
    events = gait_of(block)
    assert abs(len(contacts(events)) - walker.truth.steps) <= 3
    assert np.median(cadences_spm(events)) == pytest.approx(cadence_spm, rel=0.02)


@every_place
def test_an_uneven_shuffling_walk_with_turns(sampled: Sampled, worn: str) -> None:
    leg = Walk(20, 80, irregularity=0.05, shuffle=0.3, stick=0.3)
    walker, block = sampled(Stand(5), leg, Turn(), leg, Turn(), leg, Stand(6), worn=worn)
    events = gait_of(block)
    assert abs(len(contacts(events)) - walker.truth.steps) <= 5
    assert len(bouts(events)) == 1


@every_place
def test_the_cadence_follows_a_walker_who_speeds_up(sampled: Sampled, worn: str) -> None:
    walker, block = sampled(Stand(5), Walk(60, 70, 110), Stand(6), worn=worn)
    events = gait_of(block)
    assert abs(len(contacts(events)) - walker.truth.steps) <= 2
    for event in events:
        if isinstance(event, CadenceEstimate) and event.cadence_spm is not None:
            middle_of_what_it_rests_on_s = event.t_s - 3.0
            expected = walker.cadence_at(min(max(middle_of_what_it_rests_on_s, 5.0), 64.9))
            assert event.cadence_spm == pytest.approx(expected, rel=0.08)


@pytest.mark.parametrize("worn", ["waist", "pocket"])
def test_bouts_of_four_steps_across_a_room(sampled: Sampled, worn: str) -> None:
    script: list[Segment] = [Stand(6)]
    for _ in range(8):
        script += [Walk(4.7 * 60 / 90, 90), Stand(12)]
    walker, block = sampled(*script, worn=worn, seed=2)
    found = bouts(gait_of(block))
    assert walker.truth.steps == 4 * 8
    assert 7 <= len(found) <= 8
    assert all(3 <= bout.steps <= 5 for bout in found)


@every_place
@pytest.mark.parametrize("cadence_spm", [70, 90, 110])
def test_stop_and_go(sampled: Sampled, worn: str, cadence_spm: float) -> None:
    walker, block = sampled(Stand(6), *(Walk(10, cadence_spm), Stand(5)) * 6, Stand(8), worn=worn)
    events = gait_of(block)
    assert 0 <= len(contacts(events)) - walker.truth.steps <= 6
    assert len(bouts(events)) == 6
    assert len([event for event in events if isinstance(event, BoutStarted)]) == 6


@every_place
def test_a_breath_between_steps_does_not_end_the_bout(sampled: Sampled, worn: str) -> None:
    _, block = sampled(Stand(6), Walk(12, 95), Stand(1.2), Walk(12, 95), Stand(8), worn=worn)
    assert len(bouts(gait_of(block))) == 1


@every_place
@pytest.mark.parametrize("seed", [1, 2])
def test_who_stands_sits_down_rises_and_fidgets_does_not_walk(sampled: Sampled, worn: str, seed: int) -> None:
    script = (Stand(20), Sit(20), Stand(6), Sit(4), Stand(10), Fidget(30), Sit(30), Fidget(20))
    _, block = sampled(*script, worn=worn, seed=seed)
    assert gait_of(block) == []


@every_place
def test_the_first_step_is_told_within_four_seconds_and_the_others_within_one(sampled: Sampled, worn: str) -> None:
    _, block = sampled(Stand(6), Walk(40, 90), Stand(6), worn=worn)
    found = contacts(gait_of(block))
    delays_s = [contact.known_at_s - contact.t_s for contact in found]
    assert max(delays_s) == delays_s[0] < 4.0
    live_s = [
        delay_s for delay_s, contact in zip(delays_s, found, strict=True) if contact.known_at_s > found[0].known_at_s
    ]
    assert len(live_s) > 50
    assert max(live_s) < 1.0


def test_the_cadence_is_unknown_again_when_the_walk_is_over(sampled: Sampled) -> None:
    _, block = sampled(Stand(6), Walk(20, 90), Stand(10))
    events = gait_of(block)
    silent = [event for event in events if isinstance(event, CadenceEstimate) and event.cadence_spm is None]
    assert len(silent) == 1
    assert 1.5 <= silent[0].t_s - contacts(events)[-1].t_s < 4.0


def test_flush_ends_a_bout_with_its_last_step(sampled: Sampled) -> None:
    _, block = sampled(Stand(6), Walk(20, 90))
    detector = GaitDetector()
    last = contacts(list(detector.feed(block)))[-1]
    silent, ended = detector.flush()
    assert silent == CadenceEstimate(float(block.t_s[-1]), None)
    assert isinstance(ended, BoutEnded)
    assert (ended.end_s, ended.known_at_s) == (last.t_s, float(block.t_s[-1]))
    assert detector.flush() == ()


def test_flush_of_a_detector_that_saw_nothing_tells_nothing() -> None:
    assert GaitDetector().flush() == ()
