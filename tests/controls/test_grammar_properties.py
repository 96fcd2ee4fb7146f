# SPDX-License-Identifier: MIT
"""The table is what the code does, and what holds for any presses at any times."""

import pytest
from finger import ASK, NONE, PAUSED, REFUSED, TICK, WALKING, Finger, asked
from hypothesis import given
from hypothesis import strategies as st

from kneemon.controls.grammar import MOST_PAIN, RULES, Deed, Hold, Intent, Rule, Say, SwitchOff, WalkState, When
from kneemon.model.commands import MarkGaveWay, MarkPain, Pause, Resume, ScorePain, StartSession, StopSession
from kneemon.model.cues import CueKind
from kneemon.ports import Press


def done(rule: Rule, when: When, times: int) -> list[Intent]:
    """What comes of `rule`, done by a walker for whom things stand as `when`."""
    finger = asked() if when is When.ASKED else Finger({When.WALKING: WALKING, When.PAUSED: PAUSED}.get(when, NONE))
    if rule.how is Hold.SECOND:
        finger.press(lasting_s=1.0)
    elif isinstance(rule.how, Hold):
        finger.hold(long=rule.how is Hold.OFF)
    else:
        finger.press(times)
    return finger.settled()


CASES = [
    (rule, when, times)
    for rule in RULES
    for when in rule.when
    for times in ((0,) if isinstance(rule.how, Hold) else rule.how)
]


@pytest.mark.parametrize(("rule", "when", "times"), CASES, ids=lambda value: getattr(value, "means", str(value)))
def test_every_row_of_the_table_does_what_it_says(rule: Rule, when: When, times: int) -> None:
    kinds = {
        Deed.START: StartSession,
        Deed.PAIN: MarkPain,
        Deed.PAUSE: Pause,
        Deed.RESUME: Resume,
        Deed.GAVE_WAY: MarkGaveWay,
        Deed.END: StopSession,
        Deed.OFF: SwitchOff,
        Deed.SCORE: ScorePain,
        Deed.NO_PAIN: ScorePain,
    }
    intents = done(rule, when, times)
    assert isinstance(intents[-2 if rule.deed is Deed.PAIN else -1], kinds[rule.deed])
    own_answers = {CueKind.ASK_PAIN: ASK, CueKind.READ_BACK: Say(CueKind.READ_BACK, times)}
    assert [intent for intent in intents if isinstance(intent, Say)] == (
        [own_answers[rule.felt]] if rule.felt in own_answers else []
    )


def test_no_two_rows_mean_different_things() -> None:
    keys = [(when, how) for rule in RULES for when in rule.when for how in _ways(rule)]
    assert len(keys) == len(set(keys))
    assert {rule.deed for rule in RULES} == set(Deed)


def _ways(rule: Rule) -> tuple[int | Hold, ...]:
    return (rule.how,) if isinstance(rule.how, Hold) else rule.how


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("press"), st.sampled_from(list(Press))),
        st.tuples(st.just("tap"), st.integers(1, 12)),
        st.tuples(st.just("pass"), st.floats(0.0, 12.0)),
        st.tuples(st.just("walk"), st.sampled_from(list(WalkState))),
    ),
    max_size=40,
)


def played(steps: list[tuple[str, object]], pieces: int = 0) -> tuple[list[tuple[WalkState, Intent]], int]:
    """Every intent with the walk as it stood for it, and the number of DOWNs; each time step is in `pieces` more."""
    finger, story, downs = Finger(), [], 0

    def tell(press: Press | None) -> None:
        nonlocal downs
        walk, known = finger.walk, len(finger.got)
        if press is None:
            finger.take(finger.grammar.passed(finger.t_s, walk))
        else:
            downs += press is Press.DOWN
            finger.tell(press)
            assert finger.got[known:].count(TICK) == (press is Press.DOWN)
        story.extend((walk, intent) for intent in finger.got[known:])

    def wait(seconds: float) -> None:
        end_s = finger.t_s + seconds
        for piece in range(pieces):
            finger.t_s += (end_s - finger.t_s) / (pieces + 1 - piece)
            tell(None)
        finger.t_s = end_s

    for kind, value in steps:
        if kind == "press":
            assert isinstance(value, Press)
            tell(value)
        elif kind == "tap":
            assert isinstance(value, int)
            for _ in range(value):
                for press in (Press.DOWN, Press.UP):
                    tell(press)
                    wait(0.2)
        elif kind == "pass":
            assert isinstance(value, float)
            wait(value)
            tell(None)
        else:
            assert isinstance(value, WalkState)
            tell(None)  # the app lets time pass before it takes other news
            finger.walk = value
            tell(None)
    return story, downs


SENSIBLE: dict[type, set[WalkState]] = {
    StartSession: {NONE},
    Pause: {WALKING},
    Resume: {PAUSED},
    StopSession: {WALKING, PAUSED},
    MarkPain: {WALKING, PAUSED},
    ScorePain: {WALKING, PAUSED},
    MarkGaveWay: {WALKING, PAUSED},
    SwitchOff: set(WalkState),
    Say: set(WalkState),
}
SAID = {CueKind.TICK, CueKind.ASK_PAIN, CueKind.READ_BACK, CueKind.REFUSED}


@given(steps=STEPS)
def test_every_intent_makes_sense_when_it_is_told_and_every_press_is_ticked(steps: list[tuple[str, object]]) -> None:
    story, downs = played(steps)
    assert sum(intent == TICK for _, intent in story) == downs
    marked = 0
    for walk, intent in story:
        assert walk in SENSIBLE[type(intent)]
        if isinstance(intent, Say):
            assert intent.kind in SAID
            assert (intent.value is not None) == (intent.kind is CueKind.READ_BACK)
        marked += isinstance(intent, MarkPain)
        if isinstance(intent, ScorePain):
            assert marked
            assert 0 <= intent.score <= MOST_PAIN
    notes = [intent.t_s for _, intent in story if isinstance(intent, MarkPain | MarkGaveWay | StartSession)]
    assert notes == sorted(notes)


@given(steps=STEPS, pieces=st.integers(1, 9))
def test_it_matters_not_how_often_it_is_told_that_time_passed(steps: list[tuple[str, object]], pieces: int) -> None:
    assert played(steps, pieces) == played(steps)


@given(steps=STEPS, ends=st.sampled_from([NONE, WALKING, PAUSED]))
def test_a_hand_that_rests_is_forgotten(steps: list[tuple[str, object]], ends: WalkState) -> None:
    """Whatever was before: let go, and wait; then a press means what it means at first."""
    finger = Finger()
    for kind, value in steps:
        if kind == "press" and isinstance(value, Press):
            finger.tell(value)
        elif kind == "pass" and isinstance(value, float):
            finger.pass_by(value)
    finger.tell(Press.UP)
    for _ in range(3):
        finger.pass_by(60.0)
    finger.walk = ends
    finger.settled()
    began_s = finger.press(3)
    assert finger.settled() == [REFUSED if ends is NONE else MarkGaveWay(began_s)]
