# SPDX-License-Identifier: MIT
"""The tables are what the code does, and what holds for any presses and any questions at any times."""

from dataclasses import dataclass, field

import pytest
from finger import ASK, EXERCISE, NONE, PAUSED, TICK, WALKING, Finger, P, asked, asked_for
from hypothesis import given
from hypothesis import strategies as st

from kneemon.controls.intents import (
    Answered,
    Intent,
    Say,
    SkipSet,
    StartExercise,
    StopExercise,
    SwitchOff,
    Unanswered,
)
from kneemon.controls.rules import (
    ASKED_WITH,
    CORRECTABLE,
    REPLIES,
    RULES,
    STATES,
    Deed,
    Hold,
    Reply,
    Rule,
    WalkState,
    When,
)
from kneemon.model.commands import MarkGaveWay, MarkPain, Pause, Resume, StartSession, StopSession
from kneemon.model.cues import CueKind
from kneemon.model.diary import ExerciseKind
from kneemon.model.questions import ANSWERS, Ask
from kneemon.ports import Press


def do(finger: Finger, how: tuple[int, ...] | Hold, times: int) -> list[Intent]:
    """What comes of it when it is done."""
    if how is Hold.SECOND:
        finger.press(lasting_s=1.0)
    elif isinstance(how, Hold):
        finger.hold(long=how is Hold.OFF)
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
        Deed.PUSH_OFF: StartExercise,
        Deed.CALF_STRETCH: StartExercise,
        Deed.BALANCE: StartExercise,
        Deed.PAIN: MarkPain,
        Deed.PAUSE: Pause,
        Deed.RESUME: Resume,
        Deed.GAVE_WAY: MarkGaveWay,
        Deed.SKIP: SkipSet,
        Deed.END: StopExercise if when is When.EXERCISE else StopSession,
        Deed.OFF: SwitchOff,
    }
    walk = next((walk for walk, stands in STATES.items() if stands is when), WALKING)
    intents = do(asked() if when is When.ASKED else Finger(walk), rule.how, times)
    assert isinstance(intents[-2 if rule.deed is Deed.PAIN else -1], kinds[rule.deed])
    assert [intent for intent in intents if isinstance(intent, Say)] == ([ASK] if rule.deed is Deed.PAIN else [])


@pytest.mark.parametrize(
    ("reply", "ask", "times"),
    [(row, ask, n) for row in REPLIES for ask in row.asks for n in ((0,) if isinstance(row.how, Hold) else row.how)],
    ids=lambda value: getattr(value, "means", str(value)),
)
def test_every_reply_of_the_table_is_the_answer(reply: Reply, ask: Ask, times: int) -> None:
    finger = asked_for(ask)
    began_s = finger.t_s
    assert do(finger, reply.how, times) == [Say(CueKind.READ_BACK, times), Answered(began_s, ask, times)]


def test_the_replies_are_the_answers_and_each_has_its_own_gesture() -> None:
    for ask, answers in ANSWERS.items():
        rows = [row for row in REPLIES if ask in row.asks]
        given = [n for row in rows for n in ((0,) if isinstance(row.how, Hold) else row.how)]
        assert given == sorted(answers, key=lambda n: (n == 0, n))
        assert ask in ASKED_WITH


def test_no_two_rows_mean_different_things() -> None:
    keys = [(when, how) for rule in RULES for when in rule.when for how in _ways(rule)]
    assert len(keys) == len(set(keys))
    assert {rule.deed for rule in RULES} == set(Deed)


def _ways(rule: Rule) -> tuple[int | Hold, ...]:
    return (rule.how,) if isinstance(rule.how, Hold) else rule.how


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("press"), st.sampled_from(list(Press))),
        st.tuples(st.just("tap"), st.integers(1, 16)),
        st.tuples(st.just("long"), st.floats(0.5, 1.9)),
        st.tuples(st.just("pass"), st.floats(0.0, 80.0)),
        st.tuples(st.just("walk"), st.sampled_from(list(WalkState))),
        st.tuples(st.just("ask"), st.tuples(st.sampled_from(list(Ask)), st.floats(0.0, 12.0))),
        st.tuples(st.just("forget"), st.none()),
    ),
    max_size=40,
)


@dataclass
class Story:
    """Every intent with the walk as it stood for it, and the number of DOWNs."""

    told: list[tuple[WalkState, Intent]] = field(default_factory=list)
    downs: int = 0

    def of(self, ask: Ask) -> list[Answered | Unanswered]:
        """What was told of a question."""
        return [one for _, one in self.told if isinstance(one, Answered | Unanswered) and one.ask is ask]


class Played:
    """Steps, played by a finger and an app; each time step is in `pieces` more."""

    def __init__(self, steps: list[tuple[str, object]], pieces: int = 0) -> None:
        self.finger, self.story, self.pieces = Finger(), Story(), pieces
        self.asked: list[Ask] = []
        self.forgotten: set[Ask] = set()
        for kind, value in steps:
            getattr(self, f"_{kind}")(value)

    def _tell(self, press: Press | None) -> None:
        finger, walk, known = self.finger, self.finger.walk, len(self.finger.got)
        if press is None:
            finger.take(finger.grammar.passed(finger.t_s, walk))
        else:
            self.story.downs += press is Press.DOWN
            finger.tell(press)
            assert finger.got[known:].count(TICK) == (press is Press.DOWN)
        self.story.told.extend((walk, intent) for intent in finger.got[known:])

    def _wait(self, seconds: float) -> None:
        end_s = self.finger.t_s + seconds
        for piece in range(self.pieces):
            self.finger.t_s += (end_s - self.finger.t_s) / (self.pieces + 1 - piece)
            self._tell(None)
        self.finger.t_s = end_s

    def _press(self, press: Press) -> None:
        self._tell(press)

    def _tap(self, times: int) -> None:
        for _ in range(times):
            for press in (Press.DOWN, Press.UP):
                self._tell(press)
                self._wait(0.2)

    def _long(self, seconds: float) -> None:
        self._tell(Press.DOWN)
        self._wait(seconds)
        self._tell(Press.UP)

    def _pass(self, seconds: float) -> None:
        self._wait(seconds)
        self._tell(None)

    def _walk(self, walk: WalkState) -> None:
        self._tell(None)  # the app lets time pass before it takes other news
        self.finger.walk = walk
        self._tell(None)

    def _ask(self, asked: tuple[Ask, float]) -> None:
        self._tell(None)
        known = len(self.finger.got)
        self.asked.append(asked[0])
        self.finger.ask(*asked)
        self.story.told.extend((self.finger.walk, intent) for intent in self.finger.got[known:])

    def _forget(self, _: None) -> None:
        self._tell(None)
        self.finger.grammar.forget()
        self.forgotten |= {ask for ask in self.asked if not self.story.of(ask)}


SENSIBLE: dict[type, set[WalkState]] = {
    StartSession: {NONE},
    StartExercise: {NONE},
    Pause: {WALKING},
    Resume: {PAUSED},
    StopSession: {WALKING, PAUSED},
    MarkPain: {WALKING, PAUSED},
    MarkGaveWay: {WALKING, PAUSED, EXERCISE},
    SkipSet: {EXERCISE},
    StopExercise: {EXERCISE},
    SwitchOff: set(WalkState),
    Answered: set(WalkState),
    Unanswered: set(WalkState),
    Say: set(WalkState),
}
SAID = {CueKind.TICK, CueKind.READ_BACK, CueKind.REFUSED, CueKind.STOPPED, *ASKED_WITH.values()}


@given(steps=STEPS)
def test_every_intent_makes_sense_when_it_is_told_and_every_press_is_ticked(steps: list[tuple[str, object]]) -> None:
    story = Played(steps).story
    assert sum(intent == TICK for _, intent in story.told) == story.downs
    for at, (walk, intent) in enumerate(story.told):
        assert walk in SENSIBLE[type(intent)]
        if isinstance(intent, Say):
            assert intent.kind in SAID
            assert (intent.value is not None) == (intent.kind is CueKind.READ_BACK)
        if isinstance(intent, Answered):
            assert intent.value in ANSWERS[intent.ask]
            assert story.told[at - 1][1] == Say(CueKind.READ_BACK, intent.value)
    notes = [intent.t_s for _, intent in story.told if isinstance(intent, MarkPain | MarkGaveWay | StartSession)]
    assert notes == sorted(notes)


@given(steps=STEPS, pieces=st.integers(1, 9))
def test_it_matters_not_how_often_it_is_told_that_time_passed(steps: list[tuple[str, object]], pieces: int) -> None:
    assert Played(steps, pieces).finger.got == Played(steps).finger.got


APP_ASKS = [ask for ask in Ask if ask is not Ask.PAIN_MARK]


@given(steps=STEPS, order=st.permutations(APP_ASKS))
def test_every_question_ends_once(steps: list[tuple[str, object]], order: list[Ask]) -> None:
    """In its answer, of which the last holds, or in nobody knowing, or forgotten; here each is asked once at most."""
    left = iter(order)
    asked_once = [
        (kind, (ask, value[1]) if isinstance(value, tuple) else value)
        for kind, value in steps
        if kind != "ask" or (ask := next(left, None))
    ]
    played = Played([*asked_once, ("press", Press.UP), ("pass", 1000.0), ("pass", 1000.0)])
    assert played.finger.grammar.asked is None
    assert len(played.asked) == len(set(played.asked))
    for ask in played.asked:
        told = played.story.of(ask)
        if ask in played.forgotten:
            assert told == []
        elif len(told) != 1:
            assert ask in CORRECTABLE
            assert told
            assert all(isinstance(one, Answered) for one in told)
    silent = {ask for ask in APP_ASKS if not played.story.of(ask)}
    assert set(played.asked) & silent == played.forgotten


@given(steps=STEPS)
def test_no_presses_are_lost_in_silence(steps: list[tuple[str, object]]) -> None:
    """Counts that are let settle, nothing else having changed the walk: each has an answer besides its ticks."""
    played = Played([])
    for kind, value in steps:
        if kind in ("tap", "long"):
            played.finger.pass_by(P.gap_s + 0.1)
            known = len(played.finger.got)
            getattr(played, f"_{kind}")(value)
            played.finger.pass_by(P.gap_s + 0.1)
            came = [one for one in played.finger.got[known:] if one != TICK and not isinstance(one, Unanswered)]
            assert came
        elif kind in ("pass", "ask", "forget"):
            getattr(played, f"_{kind}")(value)


@given(steps=STEPS, ends=st.sampled_from([NONE, WALKING, PAUSED]))
def test_a_hand_that_rests_is_forgotten(steps: list[tuple[str, object]], ends: WalkState) -> None:
    """Whatever was before: let go, and wait; then a press means what it means at first."""
    finger = Played(steps).finger
    finger.tell(Press.UP)
    for _ in range(3):
        finger.pass_by(60.0)
    finger.walk = ends
    finger.settled()
    began_s = finger.press(3)
    calf = StartExercise(began_s, ExerciseKind.CALF_STRETCH)
    assert finger.settled() == [calf if ends is NONE else MarkGaveWay(began_s)]
