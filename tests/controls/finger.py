# SPDX-License-Identifier: MIT
"""A finger on the button, in stream time, and a walk that does what the grammar's intents ask."""

from dataclasses import dataclass, field

from kneemon.controls.grammar import ButtonGrammar, GrammarParams
from kneemon.controls.intents import Intent, Say, StartExercise, StopExercise
from kneemon.controls.rules import WalkState
from kneemon.model.commands import MarkPain, Pause, Resume, StartSession, StopSession
from kneemon.model.cues import CueKind
from kneemon.model.questions import Ask
from kneemon.ports import Press

NONE, WALKING, PAUSED, EXERCISE = WalkState.NONE, WalkState.WALKING, WalkState.PAUSED, WalkState.EXERCISE
TICK, REFUSED, ASK, STOPPED = (Say(kind) for kind in (CueKind.TICK, CueKind.REFUSED, CueKind.ASK_PAIN, CueKind.STOPPED))
P = GrammarParams()
SHORT_S, BETWEEN_S, HOLD_S, OFF_S = 0.2, 0.3, 2.0, 6.0


@dataclass
class Finger:
    """Presses a button in stream time, and does with the walk what the intents ask, as the engine would."""

    walk: WalkState = NONE
    t_s: float = 100.0
    grammar: ButtonGrammar = field(default_factory=ButtonGrammar)
    got: list[Intent] = field(default_factory=list)

    def take(self, intents: tuple[Intent, ...]) -> None:
        self.got.extend(intents)
        for intent in intents:
            if isinstance(intent, StartSession | Resume):
                self.walk = WALKING
            elif isinstance(intent, Pause):
                self.walk = PAUSED
            elif isinstance(intent, StartExercise):
                self.walk = EXERCISE
            elif isinstance(intent, StopSession | StopExercise):
                self.walk = NONE

    def tell(self, press: Press) -> None:
        self.take(self.grammar.press(press, self.t_s, self.walk))

    def ask(self, ask: Ask, in_s: float = 0.0) -> None:
        """What the app asks, its cue having been felt in so many seconds."""
        self.take(self.grammar.ask(ask, self.t_s + in_s))

    def pass_by(self, seconds: float) -> None:
        self.t_s += seconds
        self.take(self.grammar.passed(self.t_s, self.walk))

    def press(self, times: int = 1, lasting_s: float = SHORT_S) -> float:
        """Returns when the first of them began."""
        began_s = self.t_s
        for _ in range(times):
            self.tell(Press.DOWN)
            self.t_s += lasting_s
            self.tell(Press.UP)
            self.pass_by(BETWEEN_S)
        return began_s

    def hold(self, *, long: bool = False) -> float:
        began_s = self.t_s
        self.tell(Press.DOWN)
        self.t_s = began_s + HOLD_S
        self.tell(Press.HELD)
        if long:
            self.t_s = began_s + OFF_S
            self.tell(Press.HELD_LONG)
        self.t_s += SHORT_S
        self.tell(Press.UP)
        return began_s

    def settled(self) -> list[Intent]:
        """Everything but the ticks since this was asked last, once the gap has passed and what was said was felt."""
        self.pass_by(P.gap_s + P.felt_s)
        said, self.got = self.got, []
        return [intent for intent in said if intent != TICK]


def asked(walk: WalkState = WALKING) -> Finger:
    """A walker who has pressed when it hurt, and was asked how much."""
    finger = Finger(walk)
    began_s = finger.press()
    assert finger.settled() == [MarkPain(began_s, None), ASK]
    finger.pass_by(1.0)
    return finger


def asked_for(ask: Ask, walk: WalkState = NONE) -> Finger:
    """A walker whom the app has asked."""
    finger = Finger(walk)
    finger.ask(ask, 1.0)
    finger.pass_by(1.5)
    assert finger.got == []
    return finger
