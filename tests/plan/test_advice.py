# SPDX-License-Identifier: MIT
"""Tips: said seldom, to whom they concern, and nothing that the evidence does not carry."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.model.diary import Aid, Knee, Profile
from kneemon.plan.advice import APART_DAYS, IN_WORDS, TIPS, Moment, Strength, due_tips

DAY = date(2026, 11, 23)
KEYS = [tip.key for tip in TIPS]
ALL = frozenset(KEYS)
WALKER = Profile(Knee.RIGHT)

said = st.lists(
    st.tuples(st.sampled_from(KEYS), st.integers(-60, 5).map(lambda days: DAY + timedelta(days))), max_size=20
)


def key_of(moment: Moment, said: list[tuple[str, date]], enabled: frozenset[str], profile: Profile | None) -> str:
    return " ".join(tip.key for tip in due_tips(moment, said, DAY, enabled, profile))


@given(st.sampled_from(Moment), said, st.sets(st.sampled_from(KEYS)))
def test_never_nagging(moment: Moment, said: list[tuple[str, date]], enabled: set[str]) -> None:
    tips = due_tips(moment, said, DAY, enabled, WALKER)
    assert len(tips) <= 1
    for tip in tips:
        assert tip.key in enabled
        assert all(when != DAY for _, when in said)
        assert all(abs((DAY - when).days) >= APART_DAYS for key, when in said if key == tip.key)
        assert moment in (*tip.moments, Moment.ANY)


def test_a_year_of_days_says_each_at_most_every_two_weeks() -> None:
    given_: list[tuple[str, date]] = []
    for number in range(365):
        day = DAY + timedelta(number)
        given_ += [(tip.key, day) for tip in due_tips(Moment.BEFORE, given_, day, ALL, WALKER)]
    for key in {key for key, _ in given_}:
        days = [day for other, day in given_ if other == key]
        assert all((later - day).days >= APART_DAYS for day, later in pairwise(days))
    assert {key for key, _ in given_} == {tip.key for tip in TIPS if Moment.BEFORE in tip.moments}


def test_the_one_longest_unsaid_comes_first() -> None:
    before = [("stick", DAY - timedelta(20)), ("surface", DAY - timedelta(30)), ("warm_up", DAY - timedelta(25))]
    assert key_of(Moment.BEFORE, before, frozenset({"stick", "surface", "warm_up"}), WALKER) == "surface"


@pytest.mark.parametrize(("days", "again"), [(13, ""), (14, "shoes")])
def test_the_same_only_after_two_weeks(days: int, again: str) -> None:
    assert key_of(Moment.SETUP, [("shoes", DAY - timedelta(days))], frozenset({"shoes"}), WALKER) == again


@pytest.mark.parametrize(
    ("key", "moment", "profile", "concerned"),
    [
        ("stick", Moment.PAIN, WALKER, True),
        ("stick", Moment.PAIN, replace(WALKER, aid=Aid.STICK_OTHER), True),
        ("stick", Moment.PAIN, replace(WALKER, aid=Aid.STICK_OPPOSITE), False),
        ("stick", Moment.PAIN, replace(WALKER, aid=Aid.WALKER), False),
        ("stick", Moment.PAIN, replace(WALKER, knee=Knee.BOTH), False),
        ("brace", Moment.PAIN, WALKER, True),
        ("brace", Moment.PAIN, replace(WALKER, brace=True), False),
        ("weight", Moment.WEEKLY, None, False),
        ("weight", Moment.WEEKLY, WALKER, False),
        ("weight", Moment.WEEKLY, replace(WALKER, weight_kg=88.0), True),
    ],
)
def test_told_to_whom_it_concerns(key: str, moment: Moment, profile: Profile | None, concerned: bool) -> None:
    assert key_of(moment, [], frozenset({key}), profile) == (key if concerned else "")


def test_nothing_when_all_are_switched_off() -> None:
    assert due_tips(Moment.ANY, [], DAY, frozenset(), WALKER) == ()


def test_off_by_default() -> None:
    assert {tip.key for tip in TIPS if not tip.on} == {"posture", "shorter_steps", "cold"}


def test_keys_are_unique() -> None:
    assert len(ALL) == len(TIPS)


def test_what_the_evidence_says() -> None:
    """Sections 0, 5.4 and 6: the words that were agreed, the grades of the table."""
    tips = {tip.key: tip for tip in TIPS}
    assert "about four times as much, per step" in tips["weight"].text
    assert "hand opposite the painful knee" in tips["stick"].text
    assert tips["surface"].text == "Uneven ground needs more balance."
    assert {key: tip.strength for key, tip in tips.items()} == {
        "shoes": Strength.B,
        "stick": Strength.A,
        "brace": Strength.A,
        "surface": Strength.C,
        "warm_up": Strength.D,
        "weight": Strength.B,
        "load": Strength.C,
        "posture": Strength.E,
        "shorter_steps": Strength.C,
        "cold": Strength.A,
    }
    assert set(IN_WORDS) == set(Strength)


def test_a_strong_grade_for_weak_evidence_says_so() -> None:
    """Section 5.4: A stands for how sure it is that little is known."""
    tips = {tip.key: tip for tip in TIPS}
    assert tips["cold"].grade == "A, that the evidence is weak"
    assert tips["shoes"].grade == "B, fair: one trial, a large cohort, or a good measurement study"
    assert [key for key, tip in tips.items() if tip.shows] == ["cold"]


@pytest.mark.parametrize("tip", TIPS, ids=KEYS)
def test_words_to_avoid(tip: object) -> None:
    """Section 9."""
    words = str(tip).lower()
    for avoided in ("treat", "prevent", "protect", "you must", "safe", "diagnos", "damage", "cartilage"):
        assert avoided not in words
