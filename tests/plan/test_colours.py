# SPDX-License-Identifier: MIT
"""The colours of a walk: the conditions of evidence 12.3 and the vectors of 12.5, and what is not known."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.model.plans import Colour, Rules
from kneemon.model.questions import Grade, Signs
from kneemon.plan.colours import Judged, judge
from kneemon.plan.gate import Way, gate
from kneemon.plan.history import Outcome

RULES = Rules()
GREEN, AMBER, RED, PENDING = Colour.GREEN, Colour.AMBER, Colour.RED, Colour.PENDING


def outcome(**told: object) -> Outcome:
    """A walk that is GREEN against a usual pain of 2, but for what is told."""
    walk = Outcome("w1", date(2026, 11, 23), True, 10.0, 16.0, 1800, 104.0, 10.0, p0=2, pk=2, p1=2, p2=2, pm=2)
    return replace(walk, **told)


@pytest.mark.parametrize(
    ("usual", "p0", "pk", "p2", "pm", "bucklings", "fell", "colour", "because"),
    [
        (2, 2, 2, 2, 2, 0, False, GREEN, ()),
        (2, 2, 5, 3, 3, 0, False, AMBER, ("pain rose by 3 during the walk (at most 2)",)),
        (2, 3, 5, 4, 3, 0, False, GREEN, ()),
        (2, 2, 4, 4, 2, 0, False, AMBER, ("pain later was 4, 2 above the pain before (at most 1)",)),
        (2, 2, 4, 3, 4, 0, False, AMBER, ("pain next morning was 4, 2 above usual (at most 1)",)),
        (2, 2, 6, 3, 2, 0, False, RED, ("pain reached 6 (at most 5)",)),
        (2, 2, 3, 2, 5, 0, False, RED, ("pain next morning was 5, 3 above usual (at most 1)",)),
        (2, 2, 3, 2, 2, 1, False, AMBER, ("the knee gave way once",)),
        (2, 2, 3, 2, 2, 1, True, RED, ("a fall when the knee gave way",)),
        (2, 2, 2, None, None, 0, False, AMBER, ("pain next morning is not known",)),
    ],
)
def test_the_vectors_of_the_evidence(usual, p0, pk, p2, pm, bucklings, fell, colour, because):
    walk = outcome(p0=p0, pk=pk, p1=None, p2=p2, pm=pm, bucklings=bucklings, fell=fell)
    assert gate(None, RULES, usual, p0, Signs.NOTHING_NEW, None).way is Way.OPEN
    assert judge(walk, usual, RULES, settled=True) == Judged(colour, because)


def test_the_vector_that_the_gate_stops():
    """Usual pain 5 and 6 before the walk: none today, unless the physio set "B+1"."""
    assert gate(None, RULES, 5.0, 6, Signs.NOTHING_NEW, None).way is Way.NOT_TODAY
    physio = replace(RULES, no_start_above_usual=True)
    assert gate(None, physio, 5.0, 6, Signs.NOTHING_NEW, None).way is Way.OPEN


@pytest.mark.parametrize(
    ("told", "because"),
    [
        ({"p0": None}, "pain before the walk is not known"),
        ({"pk": None, "p1": None}, "pain during the walk is not known"),
        ({"unscored": True, "p1": None}, "pain during the walk is not known"),
        ({"pm": None}, "pain next morning is not known"),
        ({"grade": Grade.SOON}, "a sign on the soon list was reported"),
        ({"grade_open": True}, "something new was reported, and not which list it is on"),
    ],
)
def test_what_makes_a_walk_amber_at_best(told, because):
    assert judge(outcome(**told), 2.0, RULES, settled=True) == Judged(AMBER, (because,))


@pytest.mark.parametrize(
    ("told", "because"),
    [
        ({"bucklings": 2}, "the knee gave way 2 times"),
        ({"grade": Grade.SAME_DAY}, "a sign on the same-day list was reported"),
        ({"grade": Grade.EMERGENCY}, "a sign on the emergency list was reported"),
        ({"pk": 6, "pm": None}, "pain reached 6 (at most 5)"),
        ({"pk": 6, "ended": False}, "pain reached 6 (at most 5)"),
        ({"pk": 7, "p0": None, "unscored": True, "p1": None}, "pain reached 7 (at most 5)"),
    ],
)
@pytest.mark.parametrize("settled", [False, True])
def test_red_is_red_at_once(told, because, settled):
    assert judge(outcome(**told), 2.0, RULES, settled=settled) == Judged(RED, (because,))


@pytest.mark.parametrize(
    "told", [{}, {"p2": None}, {"p1": None}, {"unscored": True}, {"grade": Grade.NONE_OF_THESE}, {"p2": 0, "pm": 0}]
)
def test_what_leaves_a_walk_green(told):
    assert judge(outcome(**told), 2.0, RULES, settled=False) == Judged(GREEN)


def test_a_walk_is_pending_until_its_morning_is_told():
    assert judge(outcome(pm=None), 2.0, RULES, settled=False).colour is PENDING
    assert judge(outcome(ended=False), 2.0, RULES, settled=False).colour is PENDING
    told = judge(outcome(pm=None, bucklings=1), 2.0, RULES, settled=False)
    assert told == Judged(PENDING, ("pain next morning is not known", "the knee gave way once"))


def test_without_a_usual_pain_no_morning_is_good_enough():
    assert judge(outcome(), None, RULES, settled=True) == Judged(AMBER, ("usual pain is not known",))
    assert judge(outcome(pm=10), None, RULES, settled=True).colour is AMBER


@pytest.mark.parametrize(
    ("usual", "pm", "colour"), [(2.5, 3, GREEN), (2.5, 4, AMBER), (2.5, 5, AMBER), (2.5, 6, RED), (0.0, 3, RED)]
)
def test_usual_pain_may_lie_between_two_numbers(usual, pm, colour):
    assert judge(outcome(pm=pm), usual, RULES, settled=True).colour is colour


@pytest.mark.parametrize(
    ("rules", "told", "colour"),
    [
        ({"rise_rule": False}, {"pk": 5}, GREEN),
        ({"pain_rise": 3}, {"pk": 5}, GREEN),
        ({"pain_rise": 1}, {"pk": 4}, AMBER),
        ({"pain_rise": 1}, {"pm": 4}, RED),
        ({"pain_rise": 3}, {"pm": 5}, AMBER),
        ({"pain_acceptable_max": 3}, {"pk": 4}, RED),
        ({"pain_acceptable_max": 6}, {"p0": 4, "pk": 6}, GREEN),
        ({"pain_noise": 0}, {"pm": 3}, AMBER),
        ({"pain_noise": 2}, {"pm": 4, "p2": 4}, GREEN),
    ],
)
def test_the_rules_are_the_plans(rules, told, colour):
    assert judge(outcome(**told), 2.0, replace(RULES, **rules), settled=True).colour is colour


known = st.integers(0, 10)
maybe = st.none() | known
walks = st.builds(
    outcome,
    p0=maybe,
    pk=maybe,
    p1=maybe,
    p2=maybe,
    pm=maybe,
    unscored=st.booleans(),
    bucklings=st.integers(0, 3),
    fell=st.booleans(),
    grade=st.none() | st.sampled_from(Grade),
    ended=st.booleans(),
)
usuals = st.none() | st.floats(0, 10).map(lambda usual: round(usual * 2) / 2)
WORSE = [GREEN, AMBER, RED]


@given(walks, usuals)
def test_green_is_exactly_the_table(walk, usual):
    """12.3, written out once more as one condition."""
    green = (
        walk.pk is not None
        and walk.p0 is not None
        and not (walk.unscored and walk.p1 is None)
        and walk.pk <= 5
        and walk.pk - walk.p0 <= 2
        and (walk.p2 is None or walk.p2 <= walk.p0 + 1)
        and walk.pm is not None
        and usual is not None
        and walk.pm <= usual + 1
        and walk.bucklings == 0
        and not walk.fell
        and walk.grade in (None, Grade.NONE_OF_THESE)
    )
    judged = judge(walk, usual, RULES, settled=True)
    assert (judged.colour is GREEN) == green
    assert bool(judged.because) != green


@given(walks, usuals)
def test_time_settles_what_is_pending_and_nothing_else(walk, usual):
    early, late = judge(walk, usual, RULES, settled=False), judge(walk, usual, RULES, settled=True)
    assert late.colour is not PENDING
    assert early.colour in (late.colour, PENDING)
    assert early.colour is not PENDING or late.colour is not RED


@given(walks, usuals, st.sampled_from(["p0", "pk", "pm"]))
def test_an_unknown_number_is_never_green(walk, usual, name):
    without = replace(walk, p1=None, **{name: None})
    assert judge(without, usual, RULES, settled=True).colour in (AMBER, RED)


@given(walks, usuals)
def test_an_unknown_pain_two_hours_later_is_no_fault(walk, usual):
    told, silent = (judge(each, usual, RULES, settled=True).colour for each in (walk, replace(walk, p2=None)))
    assert WORSE.index(silent) <= WORSE.index(told)


@given(walks, usuals, known)
def test_more_pain_makes_no_walk_better(walk, usual, more):
    for name in ("pk", "p2", "pm"):
        score = getattr(walk, name)
        if score is not None:
            worse = replace(walk, **{name: max(score, more)})
            before, after = (judge(each, usual, RULES, settled=True).colour for each in (walk, worse))
            assert WORSE.index(after) >= WORSE.index(before)
