# SPDX-License-Identifier: MIT
"""A stamp finds its day: by an anchor of its boot, else by its label."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from past import BERLIN, DAY_S, MONDAY, NINE, anchor

from kneemon.plan.history import EARLIEST, LATEST, Placed, place


@pytest.mark.parametrize(
    ("utc", "tz", "day"),
    [
        (datetime(2026, 11, 23, 22, 59, 59, 999999, tzinfo=UTC), BERLIN, date(2026, 11, 23)),
        (datetime(2026, 11, 23, 23, 0, tzinfo=UTC), BERLIN, date(2026, 11, 24)),
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), BERLIN, date(2026, 3, 29)),  # 23 hours long
        (datetime(2026, 3, 29, 21, 59, tzinfo=UTC), BERLIN, date(2026, 3, 29)),
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), BERLIN, date(2026, 3, 30)),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), BERLIN, date(2026, 10, 25)),  # 25 hours long
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), BERLIN, date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), BERLIN, date(2026, 10, 26)),
        (datetime(2026, 11, 23, 23, 30, tzinfo=UTC), "America/New_York", date(2026, 11, 23)),
        (datetime(2026, 11, 23, 23, 30, tzinfo=UTC), "Middle/Nowhere", date(2026, 11, 23)),
        (datetime(2026, 11, 23, 23, 30, tzinfo=UTC), "", date(2026, 11, 23)),
        (datetime(2026, 11, 23, 23, 30, tzinfo=UTC), "../etc", date(2026, 11, 23)),
    ],
)
def test_a_label_is_a_day_of_its_zone(utc, tz, day):
    assert place("b1", 5.0, utc, tz, certain=True, anchors={}) == Placed(day, utc, True)
    assert place("b1", 5.0, utc, tz, certain=False, anchors={}) == Placed(day, utc, False)


def test_an_anchor_of_the_boot_is_believed_before_the_label():
    wrong = datetime(2020, 1, 1, tzinfo=UTC)
    placed = place("b1", 90_000.0, wrong, BERLIN, certain=False, anchors=anchor(t_s=3600.0))
    assert placed == Placed(date(2026, 11, 24), datetime(2026, 11, 24, 8, 0, tzinfo=UTC), True)


def test_an_anchor_found_later_in_the_boot_places_what_was_before_it():
    placed = place("b1", 0.0, datetime(1970, 1, 1, tzinfo=UTC), BERLIN, certain=False, anchors=anchor(t_s=DAY_S))
    assert (placed.day, placed.certain) == (date(2026, 11, 22), True)


@pytest.mark.parametrize("anchors", [anchor("another"), anchor(synchronised=False), {}])
def test_no_anchor_of_this_boot_leaves_the_label(anchors):
    assert place("b1", 90_000.0, NINE, BERLIN, certain=False, anchors=anchors) == Placed(MONDAY, NINE, False)


@pytest.mark.parametrize(
    ("t_s", "utc", "at"),
    [
        (float("nan"), NINE, NINE),
        (float("inf"), NINE, NINE),
        (1e300, NINE, NINE),
        (-1e10, NINE, EARLIEST),
        (-1e12, NINE, NINE),
        (1e12, NINE, NINE),
        (0.0, datetime.max.replace(tzinfo=UTC), NINE),
    ],
)
def test_an_instant_of_no_calendar_is_a_guess_and_no_fault(t_s, utc, at):
    placed = place("b1", t_s, utc, BERLIN, certain=True, anchors=anchor())
    assert placed.at == at
    assert placed.certain == (t_s == 0.0)


@pytest.mark.parametrize(
    ("utc", "at"),
    [
        (LATEST.replace(year=9999, tzinfo=None), LATEST),
        (EARLIEST.replace(year=1, tzinfo=None), EARLIEST),
        (NINE.replace(tzinfo=None), NINE),
    ],
)
def test_a_label_without_a_zone_or_beyond_the_calendar(utc, at):
    placed = place("b1", 0.0, utc, BERLIN, certain=True, anchors={})
    assert (placed.at, placed.certain) == (at, at == NINE)


seconds = st.floats(0, 30 * DAY_S)


@given(seconds, seconds, st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_any_anchor_of_one_boot_gives_the_same_instant(t_s, anchored_s, label):
    """Clocks of one boot only pass, so it does not matter when the time was learnt; and the label says nothing."""
    here = place("b1", t_s, label, BERLIN, certain=False, anchors=anchor(t_s=0.0))
    then = NINE + timedelta(seconds=anchored_s)
    there = place("b1", t_s, NINE, BERLIN, certain=False, anchors=anchor(t_s=anchored_s, utc=then))
    assert abs(there.at - here.at) <= timedelta(microseconds=5)
    assert there.certain
    assert here.certain
