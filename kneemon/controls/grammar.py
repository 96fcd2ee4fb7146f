# SPDX-License-Identifier: MIT
"""What presses of the one button mean: the counting that leads to `controls.rules`. Pure: no clock, thread or pin.

A count is settled when `gap_s` have passed since the button came up. It means what it meant at its first press, whose
time the intent carries; if that makes no sense any more, the walk being over, it is refused, and if it was done
meanwhile, nothing is left to do. A hold wins over the presses before it: of these only what was told about the knee is
kept, a pain mark or a giving way; a number that was not read back is not, and what was asked is broken off. While
something is asked, presses are its answer, until the time to answer or to correct is over; presses that are no answer
are asked for again. An answer that was begun is finished, though another question came between. A release that was lost
ends with the next press. Time that jumps, forth or back, has passed. All values are by design [G]: no source was found.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

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
    COUNTED,
    EXERCISES,
    ON_A_WALK,
    STATES,
    Deed,
    WalkState,
    When,
)
from kneemon.model.commands import MarkGaveWay, MarkPain, Pause, Resume, StartSession, StopSession
from kneemon.model.cues import CueKind
from kneemon.model.questions import ANSWERS, Ask
from kneemon.ports import Press


@dataclass(frozen=True, slots=True)
class GrammarParams:
    """Seconds. Only `gap_s` is an option; the others follow from what a walker can feel and do."""

    gap_s: float = 1.0  # cold hands are slow; what is longer than this lies between two messages
    second_s: float = 0.8  # the shortest hold that means 0: longer than a slow press, shorter than counting "one"
    ask_s: float = 8.0  # to think of a number and begin; afterwards a press is a new mark again
    signs_s: float = 15.0  # to look at the knee
    grade_s: float = 45.0  # to take out the card and read four lists
    gave_way_s: float = 15.0  # to find one's feet
    later_s: float = 60.0  # to come to the box: nobody waits for the questions of after two hours and next morning
    felt_s: float = 0.5  # a press sooner than this after the question cannot be its answer: a late press of before
    tick_s: float = 0.56  # a tick of the read-back with its silence, at most
    correct_s: float = 5.0  # after the read-back, to press the number anew
    ahead_s: float = 30.0  # a question lies no further ahead, behind a number and other cues; else time has jumped
    again: int = 2  # so often presses that are no answer are asked for again

    def to_answer_s(self, ask: Ask) -> float:
        """How long a question waits for the first press."""
        match ask:
            case Ask.SIGNS:
                return self.signs_s
            case Ask.GRADE:
                return self.grade_s
            case Ask.GAVE_WAY:
                return self.gave_way_s
            case Ask.PAIN_LATER | Ask.PAIN_MORNING:
                return self.later_s
            case _:
                return self.ask_s


@dataclass(frozen=True, slots=True)
class _Question:
    """Presses that begin from from_s until until_s answer it; tries: how often it was asked again."""

    ask: Ask
    from_s: float
    until_s: float
    tries: int = 0
    answered: bool = False


@dataclass(slots=True)
class _Count:
    """Presses that belong together, begun at first_s as `when` stood, or as the answer to `question`.

    when None: what they were to answer has been forgotten.
    """

    first_s: float
    when: When | None
    question: _Question | None
    presses: int = 0  # that came up again
    up_s: float = 0.0  # when the latest did
    long: bool = False  # one of them lasted about a second


class ButtonGrammar:
    """See the module. Each returns what to do, in order; stream time, and how the walk stands.

    Every DOWN is answered by one Say(TICK) in the call that tells it. Call `passed` at least four times a second, and
    only when no press of before t_s waits to be told.
    """

    def __init__(self, params: GrammarParams = GrammarParams()) -> None:
        self._params = params
        self.reset()

    def reset(self) -> None:
        """Forget what was counted and asked, and that the button may be down."""
        self._down_s: float | None = None
        self._held: Press | None = None  # the hold that this press has become
        self._in_vain = False  # … with nothing to end
        self._count: _Count | None = None
        self._question: _Question | None = None

    @property
    def asked(self) -> Ask | None:
        """What a press would answer, or correct, now."""
        return self._question.ask if self._question else None

    def ask(self, ask: Ask, t_s: float) -> tuple[Intent, ...]:
        """Open a question whose cue, `ASKED_WITH[ask]`, the caller plays and will have been felt at t_s, perhaps ahead.

        It replaces the one that is open, which is told as Unanswered if no answer to it is known or being pressed.
        """
        before = self._question
        self._question = _Question(ask, t_s, t_s + self._params.to_answer_s(ask))
        if before is None or before.answered or (self._count and self._count.question is before):
            return ()
        return (Unanswered(t_s, before.ask, broken_off=True),)

    def forget(self) -> None:
        """Drop what is asked, silently; an answer that is being pressed will be refused."""
        self._question = None
        if self._count and self._count.question:
            self._count.question, self._count.when = None, None

    def press(self, press: Press, t_s: float, walk: WalkState) -> tuple[Intent, ...]:
        """Take what happened at the button at t_s."""
        settled = self.passed(t_s, walk)
        if press is Press.DOWN:
            return (*settled, *self._down(t_s, walk))
        if press is Press.UP:
            return (*settled, *self._up(t_s))
        if press is Press.HELD:
            return (*settled, *self._hold(t_s, walk))
        return (*settled, *self._hold_long(t_s, walk))

    def passed(self, t_s: float, walk: WalkState) -> tuple[Intent, ...]:
        """Take that it is t_s now: a count may be settled, a question be over."""
        if self._down_s is not None and not self._held:
            return ()
        intents: tuple[Intent, ...] = ()
        if (count := self._count) is not None:
            if abs(t_s - count.up_s) <= self._params.gap_s:
                return ()
            self._count = None
            intents = self._answer(count, count.question) if count.question else self._settle(count, walk)
        question = self._question
        if question and not question.from_s - self._params.ahead_s <= t_s <= question.until_s:
            self._question = None
            if not question.answered:
                intents = (*intents, Unanswered(question.until_s, question.ask))
        return intents

    def _down(self, t_s: float, walk: WalkState) -> tuple[Intent, ...]:
        refused = self._up(t_s) if self._down_s is not None else ()  # its release was lost
        self._down_s = t_s
        if self._count is None:
            self._count = _Count(t_s, STATES[walk], self._question)
        return (*refused, Say(CueKind.TICK))

    def _up(self, t_s: float) -> tuple[Intent, ...]:
        down_s, held, in_vain = self._down_s, self._held, self._in_vain
        self._down_s, self._held, self._in_vain = None, None, False
        if down_s is None:
            return ()
        if held:
            return (Say(CueKind.REFUSED),) if in_vain else ()
        if self._count is not None:
            self._count.presses += 1
            self._count.up_s = t_s
            self._count.long |= t_s - down_s >= self._params.second_s
        return ()

    def _hold(self, t_s: float, walk: WalkState) -> tuple[Intent, ...]:
        if self._held:
            return ()
        begun_s = self._down_s = t_s if self._down_s is None else self._down_s
        self._held = Press.HELD
        before, self._count = self._count, None
        asked = self._question is not None or (before is not None and before.question is not None)
        broken = tuple(self._broken_off(begun_s, before))
        if walk is not WalkState.NONE:
            return (*broken, *_kept(before), _end(begun_s, walk))
        if asked:
            return (*broken, Say(CueKind.STOPPED))
        # A refusal is told at the release: it may yet become a hold to switch off.
        self._in_vain = before is None or before.when in (When.NO_WALK, None)
        return ()

    def _hold_long(self, t_s: float, walk: WalkState) -> tuple[Intent, ...]:
        if self._held is Press.HELD_LONG:
            return ()
        ended = self._hold(t_s, walk)  # nothing when HELD was told, and the walk ended by it
        self._held, self._in_vain = Press.HELD_LONG, False
        if not ended and walk is not WalkState.NONE:
            ended = (_end(t_s, walk),)  # one that began since
        return (*ended, *self._broken_off(t_s, None), SwitchOff(t_s))

    def _broken_off(self, t_s: float, count: _Count | None) -> Iterator[Intent]:
        """End what is asked, and what was being answered."""
        begun, self._question, now = count.question if count else None, None, self._question
        for question in (begun, now if now is not begun else None):
            if question and not question.answered:
                yield Unanswered(t_s, question.ask, broken_off=True)

    def _settle(self, count: _Count, walk: WalkState) -> tuple[Intent, ...]:
        """Presses that were no answer."""
        t_s, stands = count.first_s, STATES[walk]
        deed = COUNTED.get((count.when, count.presses)) if count.when else None
        if deed is Deed.START and stands is not When.EXERCISE:
            return (StartSession(t_s),) if stands is When.NO_WALK else ()
        if deed and deed in EXERCISES and stands is When.NO_WALK:
            return (StartExercise(t_s, EXERCISES[deed]),)
        if deed is Deed.GAVE_WAY and stands is not When.NO_WALK:
            return (MarkGaveWay(t_s),)
        if deed is Deed.SKIP and stands is When.EXERCISE:
            return (SkipSet(t_s),)
        if stands in ON_A_WALK:
            if deed is Deed.PAUSE:
                return (Pause(t_s),) if stands is When.WALKING else ()
            if deed is Deed.RESUME:
                return (Resume(t_s),) if stands is When.PAUSED else ()
            if deed is Deed.PAIN:
                at_s = count.up_s + self._params.gap_s
                replaced = self.ask(Ask.PAIN_MARK, at_s)
                return (MarkPain(t_s), *replaced, self._say(_Question(Ask.PAIN_MARK, at_s, at_s), at_s))
        return (Say(CueKind.REFUSED),)

    def _answer(self, count: _Count, question: _Question) -> tuple[Intent, ...]:
        """Presses that answered `question`, which another may have replaced since."""
        ask, at_s, is_open = question.ask, count.up_s + self._params.gap_s, question is self._question
        value = 0 if count.presses == 1 and count.long else count.presses
        if count.first_s < question.from_s or value not in ANSWERS[ask]:
            if is_open and question.tries < self._params.again:
                return (self._say(replace(question, tries=question.tries + 1), at_s),)
            if is_open:
                self._question = None
            told = () if question.answered else (Unanswered(at_s, ask, broken_off=not is_open),)
            return (Say(CueKind.REFUSED), *told)
        if is_open:
            ticks_s = self._params.tick_s * (value or 2)  # 0 is one long pulse
            until_s = at_s + ticks_s + self._params.correct_s
            corrected = _Question(ask, at_s + self._params.felt_s, until_s, answered=True)
            self._question = corrected if ask in CORRECTABLE else None
        return (Say(CueKind.READ_BACK, value), Answered(count.first_s, ask, value))

    def _say(self, question: _Question, at_s: float) -> Say:
        """Ask at at_s, by a cue of our own."""
        until_s = at_s + self._params.to_answer_s(question.ask)
        self._question = replace(question, from_s=at_s + self._params.felt_s, until_s=until_s)
        return Say(ASKED_WITH[question.ask])


def _kept(before: _Count | None) -> tuple[Intent, ...]:
    """Of presses that a hold ended: what they told about the knee."""
    if before is None or before.question or before.when is None:
        return ()
    deed = COUNTED.get((before.when, before.presses))
    if deed is Deed.PAIN:
        return (MarkPain(before.first_s),)
    return (MarkGaveWay(before.first_s),) if deed is Deed.GAVE_WAY else ()


def _end(t_s: float, walk: WalkState) -> Intent:
    return StopExercise(t_s) if walk is WalkState.EXERCISE else StopSession(t_s)
