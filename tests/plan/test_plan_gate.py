# SPDX-License-Identifier: MIT
"""The gate before a walk, what follows when the knee gives way, and the words; no diagnosis among them."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.model.plans import Dose, PlanState, Rules, StateName
from kneemon.model.questions import Grade, Signs, Steady
from kneemon.plan.gate import RED_FLAG_LISTS, SIGNS_CHECK, Gate, Way, advice_words, after_buckling, gate

MONDAY = date(2026, 11, 23)
RULES = Rules()
ABOVE_USUAL = replace(RULES, no_start_above_usual=True)
STOPS = "The plan is stopped until you confirm that a professional has advised you."


def state(name: StateName, minutes: float = 10.0) -> PlanState:
    return PlanState(name, MONDAY, MONDAY, 0, Dose(minutes, 3, 110.0, 30.0), MONDAY)


@pytest.mark.parametrize(
    ("name", "p0", "signs", "grade", "expected"),
    [
        (None, 2, Signs.NOTHING_NEW, None, Gate(Way.OPEN, "12.1-3", "You can stop at any time.")),
        (
            None,
            None,
            None,
            None,
            Gate(
                Way.OPEN,
                "12.1-3",
                "Pain before the walk is not known; it can still be told. You can stop at any time.",
            ),
        ),
        (
            None,
            6,
            Signs.NOTHING_NEW,
            None,
            Gate(
                Way.NOT_TODAY,
                "12.1-2",
                "You reported pain 6 before the walk; your plan starts no walk from 6 on. Do what you agreed on with "
                "your physio for such a day.",
            ),
        ),
        (
            None,
            2,
            Signs.SOMETHING,
            None,
            Gate(
                Way.GRADE_FIRST,
                "3.1",
                "You reported something new. Which list on the card is it on? No walk starts until that is told.",
            ),
        ),
        (StateName.HOLD, 2, Signs.SOMETHING, Grade.SOON, Gate(Way.OPEN, "3.1", advice_words(Grade.SOON))),
        (None, 2, Signs.SOMETHING, Grade.NONE_OF_THESE, Gate(Way.OPEN, "3.1", advice_words(Grade.NONE_OF_THESE))),
        (None, 2, Signs.SOMETHING, Grade.SAME_DAY, Gate(Way.STOPPED, "12.1-1", advice_words(Grade.SAME_DAY))),
        (None, 2, Signs.SOMETHING, Grade.EMERGENCY, Gate(Way.STOPPED, "12.1-1", advice_words(Grade.EMERGENCY))),
        (
            StateName.STOP_MEDICAL,
            0,
            Signs.NOTHING_NEW,
            None,
            Gate(Way.STOPPED, "12.1-1", f"No walk today: get medical advice first. {STOPS}"),
        ),
        (StateName.DELOAD, 2, Signs.NOTHING_NEW, None, Gate(Way.OPEN, "12.1-3", "You can stop at any time.")),
        (StateName.REVIEW, 2, Signs.NOTHING_NEW, None, Gate(Way.OPEN, "12.1-3", "You can stop at any time.")),
        (StateName.PAUSED, 5, Signs.NOTHING_NEW, None, Gate(Way.OPEN, "12.1-3", "You can stop at any time.")),
    ],
)
def test_the_gate(name, p0, signs, grade, expected):
    assert gate(name and state(name), RULES, 2.0, p0, signs, grade) == expected


def test_rest_that_was_chosen_is_no_locked_door():
    resting = gate(state(StateName.DELOAD, 0.0), RULES, 2.0, 2, Signs.NOTHING_NEW, None)
    assert resting == Gate(
        Way.OPEN,
        "12.1-3",
        "You chose rest for these days, so none of this walk is in the plan. You can stop at any time.",
    )


@pytest.mark.parametrize(
    ("rules", "usual", "p0", "way"),
    [
        (RULES, 2.0, 5, Way.OPEN),
        (RULES, 9.0, 6, Way.NOT_TODAY),
        (RULES, None, 10, Way.NOT_TODAY),
        (replace(RULES, pain_no_start=4), 2.0, 4, Way.NOT_TODAY),
        (replace(RULES, pain_no_start=8), 2.0, 7, Way.OPEN),
        (ABOVE_USUAL, 5.0, 6, Way.OPEN),
        (ABOVE_USUAL, 5.0, 7, Way.NOT_TODAY),
        (ABOVE_USUAL, 5.5, 6, Way.OPEN),
        (ABOVE_USUAL, 5.5, 7, Way.NOT_TODAY),
        (ABOVE_USUAL, 1.0, 3, Way.NOT_TODAY),
        (ABOVE_USUAL, None, 6, Way.NOT_TODAY),
        (ABOVE_USUAL, None, 5, Way.OPEN),
        (ABOVE_USUAL, 5.0, None, Way.OPEN),
    ],
)
def test_pain_that_no_walk_starts_with(rules, usual, p0, way):
    assert gate(None, rules, usual, p0, None, None).way is way


def test_the_words_name_the_limit_that_holds():
    assert gate(None, ABOVE_USUAL, 5.5, 7, None, None).words == (
        "You reported pain 7 before the walk; your plan starts no walk above 6.5. Do what you agreed on with your "
        "physio for such a day."
    )


@pytest.mark.parametrize(
    ("times", "steady", "way", "rule", "words"),
    [
        (
            1,
            None,
            Way.OPEN,
            "12.2-once",
            "You reported that your knee gave way. Stop and rest; walk on only when you are steady.",
        ),
        (
            1,
            Steady.STEADY,
            Way.OPEN,
            "12.2-once",
            "You reported that your knee gave way. Stop and rest; walk on only when you are steady.",
        ),
        (
            1,
            Steady.NOT_STEADY,
            Way.NOT_TODAY,
            "12.2-once",
            (
                "You reported that your knee gave way and that you are not steady. End the walk here, rest, and ask "
                "for help on the way home if you need it."
            ),
        ),
        (
            1,
            Steady.FELL,
            Way.STOPPED,
            "12.2-fall",
            f"You reported a fall when your knee gave way. Stop walking and get medical advice today. {STOPS}",
        ),
        (
            2,
            Steady.STEADY,
            Way.STOPPED,
            "12.2-twice",
            (
                "You reported that your knee gave way more than once today. Stop walking and get medical advice today. "
                f"{STOPS}"
            ),
        ),
    ],
)
def test_after_the_knee_gave_way(times, steady, way, rule, words):
    assert after_buckling(times, steady) == Gate(way, rule, words)


@pytest.mark.parametrize("steady", [None, *Steady])
@pytest.mark.parametrize("times", [2, 3, 7])
def test_a_second_time_on_one_day_stops_the_plan_whatever_is_answered(times, steady):
    assert after_buckling(times, steady).way is Way.STOPPED


def test_what_is_told_for_each_list():
    assert [advice_words(grade) for grade in Grade] == [
        (
            "You reported something new that is on none of the lists. You can stop at any time; get advice if it stays "
            "or gets worse."
        ),
        (
            "You reported a sign on the list SOON. Arrange a review with your physio or doctor; until then the plan "
            "does not grow, and you can stop at any time."
        ),
        f"You reported a sign on the list SAME DAY. Stop walking and get medical advice today. {STOPS}",
        f"You reported a sign on the list EMERGENCY. Stop walking and call your emergency number now. {STOPS}",
    ]


def test_the_lists_hold_what_the_evidence_has():
    """Section 3.1, by the words that must not be lost."""
    must = {
        Grade.SOON: ["at night", "no weight on the leg", "losing weight", "quickly", "within a week", "few weeks"],
        Grade.SAME_DAY: [
            *("calf", "thigh", "throbbing", "cramping", "swelling", "warmth", "red or darkened", "hard sore veins"),
            *("hot, red, very swollen knee", "fever", "chills", "feeling ill", "put weight", "move the knee", "stuck"),
            *("shape", "pop", "rapid swelling", "fall with an injury", "fall because the knee", "again and again"),
        ],
        Grade.EMERGENCY: ["chest pain", "sudden breathlessness", "coughing up blood", "collapse", "swollen leg"],
    }
    assert list(RED_FLAG_LISTS) == list(Grade)
    for grade, words in must.items():
        whole = " | ".join(RED_FLAG_LISTS[grade])
        assert [word for word in words if word not in whole] == []
    for word in ("swelling", "redness", "warmth", "giving way", "locking", "calf pain", "fever"):
        assert word in SIGNS_CHECK


def test_no_diagnosis_is_named_and_nothing_is_called_safe():
    said = [SIGNS_CHECK, *(line for lines in RED_FLAG_LISTS.values() for line in lines), *map(advice_words, Grade)]
    said += [after_buckling(times, steady).words for times in (1, 2) for steady in (None, *Steady)]
    said += [
        gate(name and state(name, minutes), RULES, 2.0, p0, signs, None).words
        for name in (None, *StateName)
        for minutes in (0.0, 10.0)
        for p0 in (None, 2, 8)
        for signs in (None, *Signs)
    ]
    avoided = (
        "thrombo",
        "dvt",
        "embol",
        "infect",
        "gout",
        "arthr",
        "you have",
        "you may have",
        "safe",
        "damage",
        "must",
    )
    assert [(word, line) for line in said for word in avoided if word in line.lower()] == []


states = st.none() | st.builds(state, st.sampled_from(StateName), st.sampled_from([0.0, 10.0]))
rules = st.builds(Rules, pain_no_start=st.integers(4, 8), no_start_above_usual=st.booleans())
maybe = st.none() | st.integers(0, 10)


@given(
    states,
    rules,
    st.none() | st.floats(0, 10),
    maybe,
    st.none() | st.sampled_from(Signs),
    st.none() | st.sampled_from(Grade),
)
def test_no_walk_past_a_flag_and_none_locked_without_one(at, rules, usual, p0, signs, grade):
    verdict = gate(at, rules, usual, p0, signs, grade)
    flag = grade in (Grade.SAME_DAY, Grade.EMERGENCY)
    stopped = at is not None and at.name is StateName.STOP_MEDICAL
    assert (verdict.way is Way.STOPPED) == (flag or stopped)
    if signs is Signs.SOMETHING and grade is None:
        assert verdict.way is not Way.OPEN
    if p0 is None:
        assert verdict.way is not Way.NOT_TODAY
    assert verdict.words
