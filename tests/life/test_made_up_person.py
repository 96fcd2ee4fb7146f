# SPDX-License-Identifier: MIT
"""The person behind a made-up life: their knee, their days, their way of walking, the clock of their device."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from statistics import fmean, median
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import default_rng

from kneemon.model.cues import CueKind
from kneemon.model.diary import Aid, Knee, Surface
from kneemon.model.gait import BoutEnded, BoutStarted, CadenceEstimate, GaitEvent, InitialContact
from kneemon.virtual.life.clock import BOOT_S, LivedClock
from kneemon.virtual.life.days import Days
from kneemon.virtual.life.outing import Outing
from kneemon.virtual.life.person import Person, somebody
from kneemon.virtual.life.sore_knee import SoreKnee
from kneemon.virtual.life.steps import Steps

MONDAY = date(2026, 8, 31)
NOON = datetime(2026, 8, 31, 10, 0, tzinfo=UTC)  # in Berlin
SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS)
def test_everybody_is_possible_and_the_same_for_a_seed(seed: int) -> None:
    person = somebody(default_rng(seed), 84)
    assert person == somebody(default_rng(seed), 84)
    assert 0 <= person.usual_pain < 5
    assert 60 < person.cadence_spm < 140
    assert person.profile.usual_pain == round(person.usual_pain)
    for share in (person.keen, person.eager, person.prompt, person.late, person.exercises, person.offline):
        assert 0 <= share <= 1
    assert person.away is None or 21 <= person.away[0] < 77


def test_people_differ() -> None:
    people = [somebody(default_rng(seed), 84) for seed in range(60)]
    assert {person.knee for person in people} == set(Knee)
    assert {person.aid for person in people} == {Aid.NONE, Aid.STICK_OPPOSITE, Aid.STICK_OTHER}
    assert {person.away is None for person in people} == {True, False}


def pains(minutes: float, days: int = 300, **traits: float) -> tuple[list[int], list[int]]:
    """Mornings and ends of walks of a life with the same walk every second day."""
    traits = {"flares": 0.0, "buckles": 0.0, "learns": 0.0} | traits
    knee = SoreKnee(replace(Person(), **traits), default_rng(3))
    mornings, ends = [], []
    for day in range(days):
        knee.night()
        mornings.append(knee.at_rest())
        if day % 2:
            knee.walked(minutes)
            ends.append(knee.walking())
    return mornings, ends


def test_it_hurts_as_usual_more_at_the_end_and_more_after_too_much() -> None:
    usual, ends = pains(15.0, usual_pain=2.6, capacity_min=22.0)
    sore, worse = pains(40.0, usual_pain=2.6, capacity_min=22.0)
    assert fmean(usual) == pytest.approx(2.6, abs=0.15)
    assert fmean(usual) + 0.4 < fmean(ends)
    assert fmean(usual) + 0.5 < fmean(sore)
    assert fmean(ends) + 1.0 < fmean(worse)
    assert {0 <= each <= 10 for each in (*sore, *worse)} == {True}


def test_a_flare_is_as_long_as_flares_are() -> None:
    knee = SoreKnee(Person(flares=0.2), default_rng(1))
    lengths, running = [], 0
    for _ in range(4000):
        knee.night()
        if knee.flaring:
            running += 1
        elif running:
            lengths.append(running)
            running = 0
    assert median(lengths) == pytest.approx(5, abs=1)
    assert sorted(lengths)[len(lengths) // 4] == pytest.approx(3, abs=1)
    assert sorted(lengths)[3 * len(lengths) // 4] == pytest.approx(8, abs=1.5)


def test_a_knee_that_gives_way_flares_more_easily() -> None:
    def flares(buckling: bool) -> int:
        count = 0
        for seed in range(400):
            knee = SoreKnee(Person(flares=0.02, buckles=1.0 if buckling else 0.0), default_rng(seed))
            assert knee.gives_way(1200.0) is buckling
            knee.night()
            count += knee.flaring
        return count

    assert flares(buckling=True) > 4 * flares(buckling=False) > 0


def test_days_have_weather_weekdays_and_holidays() -> None:
    person = Person(away=(30, 10), keen=0.9)
    days = Days(person, (1, 3, 5), default_rng(2))
    lived = [(MONDAY + timedelta(each), days.next(each, MONDAY + timedelta(each))) for each in range(200)]
    assert not any(todo.at_home for _, todo in lived[30:40])
    assert [number for number, (_, todo) in enumerate(lived) if todo.pauses] == [29]
    walks = [day.weekday() for day, todo in lived if todo.wants_to_walk]
    assert sum(weekday in (1, 3, 5) for weekday in walks) > 0.75 * len(walks)
    assert 0.6 < sum(weekday in (1, 3, 5) for weekday in walks) / (200 * 3 / 7) < 0.95
    assert 40 < sum(todo.wet for _, todo in lived) < 100
    hours = [todo.walk_h for _, todo in lived]
    assert min(hours) >= 8.6
    assert max(hours) <= 19.0
    assert len({round(hour) for hour in hours}) > 4
    grass = [day.weekday() for day, todo in lived if todo.surface is Surface.GRASS]
    assert set(grass) == {6}


@given(SEEDS, st.booleans(), st.booleans())
def test_every_outing_comes_home(seed: int, wet: bool, stopped: bool) -> None:
    """Led by cues as a device gives them: the main part after three minutes, enough after ten more."""
    outing = Outing(Person(), default_rng(seed), led=True, wet=wet)
    walked_s = 0.0
    after_s = None
    while (stretch := outing.next()) is not None:
        assert stretch.seconds > 0
        if stretch.cadence_spm is None:
            continue
        assert 55 <= stretch.cadence_spm < 160
        walked_s += stretch.seconds
        if after_s is not None:
            after_s += stretch.seconds
        if walked_s == 180.0:
            outing.hear(CueKind.MAIN_PART)
        elif walked_s == 780.0:
            outing.hear(CueKind.LIMIT_REACHED)
            if stopped:
                outing.hear(CueKind.PAIN_STOP)
                after_s = 0.0
        assert walked_s < 1800.0
    assert after_s is None or after_s <= 130.0


def test_told_that_it_is_too_brisk_one_walks_slower() -> None:
    def cadence(warned: bool) -> float:
        outing = Outing(Person(), default_rng(5), led=True, wet=False)
        outing.hear(CueKind.MAIN_PART)
        if warned:
            outing.hear(CueKind.PACE_HIGH)
        return fmean(each.cadence_spm for each in (outing.next() for _ in range(20)) if each and each.cadence_spm)

    assert cadence(warned=True) < cadence(warned=False) - 1.0


def test_no_walk_goes_on_after_get_advice() -> None:
    outing = Outing(Person(), default_rng(1), led=True, wet=False)
    assert outing.next() is not None
    outing.hear(CueKind.GET_ADVICE)
    assert outing.next() is None


STRETCHES = st.lists(st.tuples(st.floats(4.0, 30.0), st.none() | st.floats(60.0, 140.0)), min_size=1, max_size=20)


@given(STRETCHES, SEEDS)
def test_steps_are_told_in_the_order_in_which_they_are_known(
    stretches: list[tuple[float, float | None]], seed: int
) -> None:
    steps, now_s, known_s = Steps(default_rng(seed)), 100.0, 100.0
    told: list[GaitEvent] = []
    for seconds, cadence_spm in stretches:
        found = steps.stand(now_s, seconds) if cadence_spm is None else steps.walk(now_s, seconds, cadence_spm)
        now_s += seconds
        for event in found:
            at_s = event.t_s if isinstance(event, CadenceEstimate) else event.known_at_s
            assert known_s <= at_s <= now_s
            known_s = at_s
        told += found
    contacts = [event.t_s for event in told if isinstance(event, InitialContact)]
    assert contacts == sorted(contacts)
    bouts = [event for event in told if isinstance(event, BoutStarted | BoutEnded)]
    kinds = [type(event) for event in bouts]
    assert kinds == [BoutStarted, BoutEnded] * (len(kinds) // 2) + [BoutStarted] * (len(kinds) % 2)
    for bout in bouts:
        if isinstance(bout, BoutEnded):
            assert bout.steps == sum(bout.start_s <= each <= bout.end_s for each in contacts)


def test_steps_have_the_cadence_that_was_asked_for() -> None:
    steps = Steps(default_rng(1))
    told = [event for each in range(30) for event in steps.walk(10.0 * each, 10.0, 96.0)]
    contacts = sum(isinstance(event, InitialContact) for event in told)
    cadences = [event.cadence_spm for event in told if isinstance(event, CadenceEstimate)]
    assert contacts == pytest.approx(96 * 5, rel=0.02)
    assert fmean(each for each in cadences if each is not None) == pytest.approx(96.0, abs=0.5)


def test_a_clock_without_a_network_goes_on_from_where_it_was_switched_off() -> None:
    clock = LivedClock(NOON, "Europe/Berlin")
    clock.boot("one", known=True)
    assert clock.now_s() == BOOT_S
    clock.wait(3600.0 - BOOT_S)
    assert clock.anchor().utc == NOON + timedelta(hours=1)
    clock.off()
    clock.wait(86_400.0)
    clock.boot("two", known=False)
    anchor = clock.anchor()
    assert (anchor.boot_id, anchor.monotonic_s, anchor.synchronised) == ("two", BOOT_S, False)
    assert anchor.utc == NOON + timedelta(hours=1, seconds=BOOT_S)
    assert clock.today() == MONDAY
    clock.learn()
    assert clock.anchor().synchronised
    assert clock.today() == MONDAY + timedelta(days=1)
    assert clock.time_of_day() == time(13, 0, 25)


def test_a_clock_keeps_its_zone_when_it_is_given_none() -> None:
    clock = LivedClock(NOON, "Europe/Berlin")
    clock.live_in("America/Lima")
    assert (clock.zone(), clock.time_of_day()) == ("America/Lima", time(5, 0))
    for nowhere in ("", "Middle/Earth"):
        clock.live_in(nowhere)
        assert clock.zone() == "Europe/Berlin"
    assert clock.wait(1.0, Event()) is False
