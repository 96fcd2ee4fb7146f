# SPDX-License-Identifier: MIT
"""Who is asked what, when: before, during and after a walk, by the one button; and what an answer brings about.

The questions are the same from everywhere; what is answered by command line or page comes in by `told`. A walk waits
for the answers before it, and its steps of meanwhile count. Nobody is asked twice in a row more often than the options
say, at night not at all, and what is not answered is kept as unknown.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from math import inf
from typing import Protocol

from kneemon.app.programme import Programme
from kneemon.app.reminder import Reminder, ReminderParams
from kneemon.app.told import answer, check
from kneemon.controls.intents import Intent, Unanswered
from kneemon.controls.rules import ASKED_WITH
from kneemon.engine import Event
from kneemon.model.commands import Command, MarkGaveWay, MarkPain, PainBefore, ScorePain, StartSession, StopSession
from kneemon.model.cues import Cue, CueKind
from kneemon.model.diary import GradeAnswer, PainAnswer, SignsAnswer, SteadyAnswer
from kneemon.model.questions import PAIN_ASKS, Ask, Grade, Signs, Steady
from kneemon.model.sessions import (
    Activity,
    EndReason,
    GaveWay,
    PauseBegan,
    Progress,
    SessionEnded,
    SessionStarted,
)
from kneemon.plan.gate import Gate, Way, after_buckling, gate
from kneemon.ports import Clock

BY_ITSELF_S = 120.0  # a walk that began by itself is asked at its first rest, or after so long
TOO_MUCH = "That is more than the plan allows: stop and rest for today."
SAID_S = 1.0  # a cue of the coach is felt by then


@dataclass(frozen=True, slots=True)
class InterviewParams:
    """What is asked by buzz. repeat_s: between two askings of a late question, which is asked `times` times."""

    before: bool = True
    signs: bool = True
    end: bool = True
    later: bool = True
    morning: bool = True
    repeat_s: float = 600.0
    times: int = 2

    @property
    def reminder(self) -> ReminderParams:
        return ReminderParams(self.later, self.morning, self.repeat_s, self.times)


class Asker(Protocol):
    """The button's grammar, as far as it asks."""

    @property
    def asked(self) -> Ask | None: ...
    def ask(self, ask: Ask, t_s: float) -> Sequence[Intent]: ...
    def forget(self) -> None: ...


@dataclass(slots=True)
class _Starting:
    """A walk that waits for its answers; pressed at t_s. running: it has begun by itself, and is asked afterwards."""

    t_s: float
    running: bool = False
    p0: int | None = None
    signs: Signs | None = None
    grade: Grade | None = None
    p0_kept: bool = False


class Interview:
    """do: a command, done, and what it brought about. say: a cue of its own; how long it lasts, seconds. now: stream
    time as far as it has been taken.

    asker None: nobody can answer by button, so nothing is asked by buzz.
    """

    def __init__(
        self,
        programme: Programme,
        clock: Clock,
        params: InterviewParams,
        *,
        asker: Asker | None,
        do: Callable[[Command], Sequence[Event]],
        say: Callable[[CueKind], float],
        now: Callable[[], float],
    ) -> None:
        self._programme = programme
        self._params = params
        self._asker = asker
        self._do = do
        self._say = say
        self._now = now
        self._starting: _Starting | None = None
        self._session_id: str | None = None
        self._by_itself_s = inf  # when a walk that began by itself began, until it has been asked
        self._ended_id = ""  # the walk that PAIN_END is about
        self._gave_way_id = ""  # the walk on which the knee gave way, "" at an exercise
        self._reminder = Reminder(programme, clock, params.reminder)
        self._marked = False  # what PAIN_NOW asked has its mark: another answer corrects its number

    @property
    def starting(self) -> bool:
        return self._starting is not None

    # What the walker does

    def set_off(self, t_s: float) -> str:
        """The walker wants to walk: ask first, where there is a plan to ask for. A sentence for who has a screen."""
        if self._starting is not None:
            return "kneemon is asking; answer its questions first."
        self._starting = starting = _Starting(t_s)
        programme = self._programme
        if programme.plan is None or programme.stopped or self._asker is None:
            return self._passed(starting)
        if self._params.before:
            self._ask(Ask.PAIN_BEFORE)
        elif self._params.signs and not programme.grade_open:
            self._ask(Ask.SIGNS)
        else:
            return self._passed(starting)
        return "kneemon asks how much it hurts."

    def set_off_told(self, t_s: float, p0: int | None, signs: Signs | None) -> tuple[str, bool]:
        """The same from a command line or a page, with the answers: a sentence, and whether the walk has begun."""
        before, self._starting = self._starting, None
        if self._asker is not None and before is not None:
            self._asker.forget()
        p0 = before.p0 if p0 is None and before is not None else p0
        self._starting = starting = _Starting(t_s, p0=p0, signs=signs)
        if signs is Signs.SOMETHING:
            self._something_new(starting)
        words = self._passed(starting)
        return words, self._session_id is not None

    def answered(self, ask: Ask, value: int, t_s: float) -> None:
        """By button."""
        if ask is Ask.PAIN_MARK:
            self._do(ScorePain(t_s, value))
        elif ask is Ask.PAIN_NOW:
            self._do(ScorePain(t_s, value) if self._marked else MarkPain(t_s, value))
            self._marked = True
        elif ask is Ask.GAVE_WAY:
            self._steady(Steady(value))
        elif ask is Ask.PAIN_END:
            self._programme.tell(PainAnswer(ask, value, self._ended_id))
        elif ask in (Ask.PAIN_LATER, Ask.PAIN_MORNING):
            if (late := self._reminder.question) is not None:
                morning = late.day if late.ask is Ask.PAIN_MORNING else None
                self._programme.tell(PainAnswer(ask, value, late.session_id, morning))
        elif ask is Ask.GRADE and self._starting is None:
            self._graded(Grade(value))
        elif self._starting is not None:
            self._on(self._starting, ask, value)

    def told(self, ask: Ask, value: int, t_s: float, session_id: str = "", morning: date | None = None) -> str:
        """By command line, MQTT or page; what to say to it. Raises ControlError for what makes no sense now."""
        check(ask, value)
        live = self._session_id
        if self._asker is not None and self._asker.asked is ask:
            self._asker.forget()
        about_now = session_id in ("", "latest", live)
        if self._starting is not None and about_now and ask in (Ask.PAIN_BEFORE, Ask.SIGNS, Ask.GRADE):
            return self._on(self._starting, ask, value)
        if live is None or not about_now or ask in (Ask.PAIN_MORNING, Ask.PAIN_LATER):
            return answer(self._programme, ask, value, session_id, morning)
        if ask is Ask.PAIN_BEFORE:
            return f"Pain {value} of 10 is noted. {self._passed(_Starting(t_s, running=True, p0=value))}"
        if ask in (Ask.PAIN_NOW, Ask.PAIN_MARK):
            told = self._do(MarkPain(t_s, value))
            if any(isinstance(event, Cue) and event.kind is CueKind.PAIN_STOP for event in told):
                return f"Pain {value} of 10 is noted. {TOO_MUCH}"
        elif ask is Ask.GAVE_WAY:
            return self._steady(Steady(value)).words
        else:
            noted = answer(self._programme, ask, value, live)
            if self._programme.stopped:
                self._stop_for(Gate(Way.STOPPED, "12.1-1", noted))
            return noted
        return f"Pain {value} of 10 is noted." if ask in PAIN_ASKS else "Noted."

    def unanswered(self, ask: Ask, *, broken_off: bool = False) -> None:
        """The time to answer is over, or the walker held the button instead: then no walk is wanted."""
        starting = self._starting
        if ask in (Ask.PAIN_END, Ask.PAIN_LATER, Ask.PAIN_MORNING, Ask.PAIN_MARK, Ask.PAIN_NOW):
            return  # it can be answered later; until then it is unknown
        if ask is Ask.GAVE_WAY:
            self._programme.tell(SteadyAnswer(None, self._gave_way_id))
        elif starting is not None and broken_off:
            self._starting = None
            self._keep(starting, (self._session_id or "") if starting.running else "")
        elif starting is not None and ask is Ask.PAIN_BEFORE and self._params.signs and not self._programme.grade_open:
            self._ask(Ask.SIGNS)
        elif starting is not None and ask is Ask.GRADE:
            self._starting = None
            self._keep(starting, (self._session_id or "") if starting.running else "")
            if starting.running:  # no walk of the plan until the list is told
                self._stop_for(Gate(Way.NOT_TODAY, "3.1", ""))
            else:
                self._say(CueKind.REFUSED)
        elif starting is not None:
            self._passed(starting)

    # What happens

    def follow(self, event: Event, session_id: str | None) -> None:
        """Engine events in order, everybody else having taken them; session_id: of the walk they belong to."""
        if isinstance(event, SessionStarted):
            self._session_id = session_id
            self._by_itself_s = event.t_s if event.by_walking and self._starting is None else inf
            if self._starting is not None:
                self._starting.running = True  # it has begun while it was asked about
                if self._starting.p0 is not None:
                    self._keep_pain(self._starting)
        elif isinstance(event, Progress):
            if event.activity is Activity.RESTING or event.t_s - self._by_itself_s >= BY_ITSELF_S:
                self._asked_by_itself()
        elif isinstance(event, PauseBegan):
            self._asked_by_itself()
        elif isinstance(event, Cue) and event.kind is CueKind.ASK_PAIN and self._asker and not self._asker.asked:
            self._ask(Ask.PAIN_NOW, said=True)
        elif isinstance(event, GaveWay):
            self._gave_way()
        elif isinstance(event, SessionEnded):
            self._ended(event)

    def passed(self, t_s: float, *, quiet: bool) -> None:
        """It is t_s: ask what is due by now, unless it is time to be quiet."""
        if quiet or self._asker is None or self._session_id or self._starting or self._asker.asked:
            return
        if (ask := self._reminder.due(t_s)) is not None:
            self._ask(ask)

    # What follows

    def _on(self, starting: _Starting, ask: Ask, value: int) -> str:
        """The next question before a walk, or the walk; what to say to who has a screen."""
        if ask is Ask.PAIN_BEFORE:
            starting.p0 = value
            if starting.running:
                self._keep_pain(starting)
            if self._params.signs and not self._programme.grade_open:
                self._ask(Ask.SIGNS)
                return "Noted. Is anything new?"
        elif ask is Ask.SIGNS:
            starting.signs = Signs(value)
            if starting.signs is Signs.SOMETHING:
                self._something_new(starting)
        elif ask is Ask.GRADE:
            starting.grade = Grade(value)
            self._programme.tell(GradeAnswer(starting.grade, (self._session_id or "") if starting.running else ""))
        return self._passed(starting)

    def _something_new(self, starting: _Starting) -> None:
        """The open grade first: it is what keeps walks from starting, whatever is cut off now."""
        session_id = (self._session_id or "") if starting.running else ""
        self._programme.tell(GradeAnswer(None, session_id), SignsAnswer(Signs.SOMETHING, session_id))

    def _way(self, starting: _Starting) -> Gate:
        programme = self._programme
        signs = Signs.SOMETHING if programme.grade_open else starting.signs
        p0 = programme.refused_today() if starting.p0 is None else starting.p0
        return gate(programme.state, programme.rules, programme.usual_pain(), p0, signs, starting.grade)

    def _passed(self, starting: _Starting) -> str:
        """All is answered that will be: the gate decides."""
        if self._programme.plan is None and not self._programme.stopped:
            self._starting = None
            self._do(StartSession(starting.t_s, starting.p0))
            return "The walk has begun."
        verdict = self._way(starting)
        if verdict.way is Way.GRADE_FIRST:
            if self._asker is None:
                self._starting = None
            else:
                self._ask(Ask.GRADE)
            return verdict.words
        self._starting = None
        if verdict.way is not Way.OPEN:
            self._keep(starting, (self._session_id or "") if starting.running else "")
            self._stop_for(verdict)
            return verdict.words
        if not starting.running:
            self._do(StartSession(starting.t_s, starting.p0))
        self._keep(starting, self._session_id or "")
        return verdict.words if starting.running else f"The walk has begun. {verdict.words}".strip()

    def _keep(self, starting: _Starting, session_id: str) -> None:
        """What was told about a walk, or about one that did not begin."""
        if starting.running:
            self._keep_pain(starting)
        elif starting.p0 is not None or session_id:
            self._programme.tell(PainAnswer(Ask.PAIN_BEFORE, starting.p0, session_id))
        if starting.signs is Signs.NOTHING_NEW or (starting.signs is None and session_id and not starting.running):
            self._programme.tell(SignsAnswer(starting.signs, session_id))

    def _keep_pain(self, starting: _Starting) -> None:
        """Of a walk that is on, once."""
        if starting.p0_kept or self._session_id is None:
            return
        starting.p0_kept = starting.p0 is not None
        if starting.p0 is not None:
            self._do(PainBefore(self._now(), starting.p0))
        self._programme.tell(PainAnswer(Ask.PAIN_BEFORE, starting.p0, self._session_id))

    def _asked_by_itself(self) -> None:
        """A walk that began by itself is asked as early as it can be without disturbing it."""
        begun_s, self._by_itself_s = self._by_itself_s, inf
        if begun_s == inf or self._programme.plan is None or self._asker is None or not self._params.before:
            return
        self._starting = starting = _Starting(begun_s, running=True)
        if self._programme.stopped:
            self._passed(starting)
        else:
            self._ask(Ask.PAIN_BEFORE)

    def gave_way(self) -> Gate:
        """Without a walk, at an exercise."""
        self._say(CueKind.GAVE_WAY)
        return self._gave_way()

    def gave_way_told(self, t_s: float) -> str:
        """By command line, MQTT or page, on a walk or at an exercise; what to say to it."""
        if self._session_id is None:
            verdict = self.gave_way()
        else:
            self._do(MarkGaveWay(t_s))
            verdict = after_buckling(self._programme.bucklings_today(), None)
        asks = " `kneemon answer gave-way steady`, `not-steady` or `fell`." if verdict.way is Way.OPEN else ""
        return f"{verdict.words}{asks}"

    def _gave_way(self) -> Gate:
        """The cue has been played; a second time on one day needs no answer. On a walk the mark counts already."""
        self._gave_way_id = self._session_id or ""
        verdict = after_buckling(self._programme.bucklings_today() + (self._session_id is None), None)
        if verdict.way is Way.OPEN:
            self._ask(Ask.GAVE_WAY, said=True)
        else:
            if self._session_id is None:
                self._programme.tell(SteadyAnswer(None, ""))
            self._stop_for(verdict)
        return verdict

    def _steady(self, steady: Steady) -> Gate:
        self._programme.tell(SteadyAnswer(steady, self._gave_way_id))
        verdict = after_buckling(self._programme.bucklings_today(), steady)
        if verdict.way is not Way.OPEN:
            self._stop_for(verdict)
        return verdict

    def _graded(self, grade: Grade) -> None:
        self._programme.tell(GradeAnswer(grade, self._session_id or ""))
        if self._programme.stopped:
            self._stop_for(Gate(Way.STOPPED, "12.1-1", ""))

    def _stop_for(self, verdict: Gate) -> None:
        """No walk, or no longer: the reason is said before anything is asked."""
        self._say(CueKind.GET_ADVICE if verdict.way is Way.STOPPED else CueKind.NOT_TODAY)
        if self._session_id is not None:
            self._do(StopSession(self._now()))

    def _ended(self, event: SessionEnded) -> None:
        self._by_itself_s, self._ended_id, self._session_id = inf, self._session_id or self._ended_id, None
        if self._starting is not None and self._starting.running:
            self._starting = None
        wanted = self._params.end and self._programme.plan is not None and self._asker is not None
        if wanted and event.summary.end_reason in (EndReason.COMMAND, EndReason.STILLNESS):
            self._ask(Ask.PAIN_END)

    def _ask(self, ask: Ask, *, said: bool = False) -> None:
        """Say the question and wait for the answer; said: its cue was played already."""
        if self._asker is None:
            return
        lasts_s = SAID_S if said else self._say(ASKED_WITH[ask])
        self._marked = False
        for intent in self._asker.ask(ask, self._now() + lasts_s):
            if isinstance(intent, Unanswered):
                self.unanswered(intent.ask, broken_off=True)
