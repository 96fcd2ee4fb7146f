# SPDX-License-Identifier: MIT
"""What presses of the one button mean: RULES, and the counting that leads to them. Pure: no clock, no thread, no pin.

A count is settled when `gap_s` have passed since the button came up. It means what it meant at its first press, whose
time the command carries; if that makes no sense any more, the walk being over, it is refused, and if it was done
meanwhile, nothing is left to do. A hold wins over the presses before it: of these only what was told about the knee is
kept, a pain mark or a giving way; a number that was not read back is not. After a pain mark comes the question how
much: presses are then that number, until the time to answer or to correct is over. A release that was lost ends with
the next press. Time that jumps, forth or back, has passed. All values are by design [G]: no source was found for them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from types import MappingProxyType

from kneemon.model.commands import (
    Command,
    MarkGaveWay,
    MarkPain,
    Pause,
    Resume,
    ScorePain,
    StartSession,
    StopSession,
)
from kneemon.model.cues import CueKind
from kneemon.ports import Press

MOST_PAIN = 10  # the numeric rating scale ends here


class WalkState(StrEnum):
    """How things stand, as the app knows it."""

    NONE = "none"
    WALKING = "walking"  # or resting: a session that counts
    PAUSED = "paused"


class When(StrEnum):
    """How things stand for the button: as WalkState, or it has asked how much it hurts."""

    NO_WALK = "no walk"
    WALKING = "on a walk"
    PAUSED = "paused"
    ASKED = "asked how much"


class Hold(Enum):
    """How long a hold: about a second, let go before HELD; until HELD; until HELD_LONG."""

    SECOND = "second"
    END = "end"
    OFF = "off"


class Deed(Enum):
    """What is meant."""

    START = "start"
    PAIN = "pain"
    PAUSE = "pause"
    RESUME = "resume"
    GAVE_WAY = "gave way"
    END = "end"
    OFF = "off"
    SCORE = "score"  # the number is that of the presses
    NO_PAIN = "no pain"  # the number is 0


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the grammar: `when`, press so many times or hold; it means `deed`, in the walker's words `means`.

    felt: the cue that answers when it is done.
    """

    deed: Deed
    when: tuple[When, ...]
    how: tuple[int, ...] | Hold
    means: str
    felt: CueKind


_ON_A_WALK = (When.WALKING, When.PAUSED)

RULES: tuple[Rule, ...] = (
    Rule(Deed.START, (When.NO_WALK,), (1,), "Start a walk", CueKind.STARTED),
    Rule(Deed.PAIN, (When.WALKING,), (1,), "It hurts", CueKind.ASK_PAIN),
    Rule(Deed.PAUSE, (When.WALKING,), (2,), "Pause", CueKind.PAUSED),
    Rule(Deed.RESUME, (When.PAUSED,), (1, 2), "Go on", CueKind.RESUMED),
    Rule(Deed.GAVE_WAY, _ON_A_WALK, (3,), "My knee gave way", CueKind.GAVE_WAY),
    Rule(Deed.END, (*_ON_A_WALK, When.ASKED), Hold.END, "End the walk", CueKind.STOPPED),
    Rule(Deed.SCORE, (When.ASKED,), tuple(range(1, MOST_PAIN + 1)), "So much, of 10", CueKind.READ_BACK),
    Rule(Deed.NO_PAIN, (When.ASKED,), Hold.SECOND, "0: no pain now", CueKind.READ_BACK),
    Rule(Deed.OFF, tuple(When), Hold.OFF, "Switch off", CueKind.POWER_OFF),
)

_COUNTED: Mapping[tuple[When, int], Deed] = MappingProxyType(
    {(when, n): rule.deed for rule in RULES if not isinstance(rule.how, Hold) for when in rule.when for n in rule.how}
)
_STATES: Mapping[WalkState, When] = MappingProxyType(
    {WalkState.NONE: When.NO_WALK, WalkState.WALKING: When.WALKING, WalkState.PAUSED: When.PAUSED}
)


@dataclass(frozen=True, slots=True)
class GrammarParams:
    """Seconds. Only `gap_s` is an option; the others follow from what a walker can feel and do."""

    gap_s: float = 1.0  # cold hands are slow; what is longer than this lies between two messages
    second_s: float = 0.8  # the shortest hold that means 0: longer than a slow press, shorter than counting "one"
    ask_s: float = 8.0  # to think of a number and begin; afterwards a press is a new mark again
    felt_s: float = 0.5  # a press sooner than this after the question cannot be its answer: a late press of before
    tick_s: float = 0.55  # a tick of the read-back with its silence, at most
    correct_s: float = 5.0  # after the read-back, to press the number anew


@dataclass(frozen=True, slots=True)
class Say:
    """To be said at once; value: the number of a READ_BACK."""

    kind: CueKind
    value: float | None = None


@dataclass(frozen=True, slots=True)
class SwitchOff:
    """The walker wants the device off, in order."""

    t_s: float


Intent = Command | Say | SwitchOff


@dataclass(slots=True)
class _Count:
    """Presses that belong together, begun at first_s as `when` stood."""

    first_s: float
    when: When
    hasty: bool  # begun before the question could be felt
    presses: int = 0  # that came up again
    up_s: float = 0.0  # when the latest did
    long: bool = False  # one of them lasted about a second


@dataclass(frozen=True, slots=True)
class _Question:
    """A number is waited for from since_s on, for lasts_s."""

    since_s: float
    lasts_s: float


class ButtonGrammar:
    """See the module. `press` and `passed` return what to do, in order; both take stream time and how the walk stands.

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
        self._in_vain = False  # … without a walk to end
        self._count: _Count | None = None
        self._question: _Question | None = None

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
        if self._down_s is not None:
            return ()
        intents: tuple[Intent, ...] = ()
        if (count := self._count) is not None:
            if abs(t_s - count.up_s) <= self._params.gap_s:
                return ()
            self._count = None
            intents = self._settle(count, walk)
        question = self._question
        if question and (walk is WalkState.NONE or abs(t_s - question.since_s) > question.lasts_s):
            self._question = None
        return intents

    def _down(self, t_s: float, walk: WalkState) -> tuple[Intent, ...]:
        refused = self._up(t_s) if self._down_s is not None else ()  # its release was lost
        self._down_s = t_s
        if self._count is None:
            asked = self._question
            when = When.ASKED if asked else _STATES[walk]
            self._count = _Count(t_s, when, hasty=asked is not None and t_s - asked.since_s < self._params.felt_s)
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
        if walk is WalkState.NONE:
            was_none = before is None or before.when is When.NO_WALK
            self._in_vain = was_none  # told at the release: it may yet become a hold to switch off
            return ()
        told: tuple[Intent, ...] = ()
        if before:
            deed = _COUNTED.get((before.when, before.presses))
            if deed is Deed.PAIN:
                told = (MarkPain(before.first_s),)
            elif deed is Deed.GAVE_WAY:
                told = (MarkGaveWay(before.first_s),)
        return (*told, StopSession(begun_s))

    def _hold_long(self, t_s: float, walk: WalkState) -> tuple[Intent, ...]:
        if self._held is Press.HELD_LONG:
            return ()
        ended = self._hold(t_s, walk)  # nothing when HELD was told, and the walk ended by it
        self._held, self._in_vain = Press.HELD_LONG, False
        if not ended and walk is not WalkState.NONE:
            ended = (StopSession(t_s),)  # one that began since
        return (*ended, SwitchOff(t_s))

    def _settle(self, count: _Count, walk: WalkState) -> tuple[Intent, ...]:
        t_s, at_s = count.first_s, count.up_s + self._params.gap_s
        if count.when is When.ASKED:
            return self._number(count, at_s, walk)
        deed = _COUNTED.get((count.when, count.presses))
        if deed is Deed.START:
            return (StartSession(t_s),) if walk is WalkState.NONE else ()
        if deed is None or walk is WalkState.NONE:
            return (Say(CueKind.REFUSED),)
        if deed is Deed.PAUSE:
            return (Pause(t_s),) if walk is WalkState.WALKING else ()
        if deed is Deed.RESUME:
            return (Resume(t_s),) if walk is WalkState.PAUSED else ()
        if deed is Deed.GAVE_WAY:
            return (MarkGaveWay(t_s),)
        return (MarkPain(t_s), self._ask(at_s))

    def _number(self, count: _Count, at_s: float, walk: WalkState) -> tuple[Intent, ...]:
        if walk is WalkState.NONE:
            return (Say(CueKind.REFUSED),)
        if count.hasty or (When.ASKED, count.presses) not in _COUNTED:
            return (self._ask(at_s),)
        score = 0 if count.presses == 1 and count.long else count.presses
        ticks_s = self._params.tick_s * (score or 2)  # 0 is one long pulse
        self._question = _Question(at_s, ticks_s + self._params.correct_s)
        return (Say(CueKind.READ_BACK, score), ScorePain(count.first_s, score))

    def _ask(self, at_s: float) -> Say:
        self._question = _Question(at_s, self._params.ask_s)
        return Say(CueKind.ASK_PAIN)
