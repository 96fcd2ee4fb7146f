# SPDX-License-Identifier: MIT
"""What is told by command line, MQTT or page: checked, kept, and answered in a sentence.

The same for the kneemon that runs and for a store at rest. A request is plain data: `answer` with ask, value and
perhaps session_id and morning; `tell` with the kind of a fact and its fields.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType

import msgspec

from kneemon.app.programme import Programme
from kneemon.errors import ControlError, RefusalError
from kneemon.model.diary import (
    Choice,
    ChoiceKind,
    Fact,
    GradeAnswer,
    LimitWish,
    Override,
    PainAnswer,
    Profile,
    SignsAnswer,
    SteadyAnswer,
    Tags,
)
from kneemon.model.plans import Decision, StateName
from kneemon.model.questions import ANSWERS, PAIN_ASKS, Ask, Grade, Signs, Steady
from kneemon.plan.gate import advice_words, after_buckling
from kneemon.plan.limits import would_raise

# What may be told from outside, by its name in a request.
TOLD: Mapping[str, type[Fact]] = MappingProxyType(
    {
        "profile": Profile,
        "tags": Tags,
        "choice": Choice,
        "override": Override,
        "limits": LimitWish,
    }
)
NAMES = {kind: name for name, kind in TOLD.items()}

LEAST_MIN, MOST_MIN = 1.0, 240.0  # of a day
LEAST_SPM, MOST_SPM = 40.0, 180.0
A_YEAR = timedelta(days=366)

Live = Callable[[Ask, int], str | None]  # an answer for the walk that is on; None when it is not about that


def tell(programme: Programme, fact: Fact) -> str:
    """Keep the fact; what follows from it. Raises ControlError when it makes no sense now."""
    _refuse(programme, fact)
    if isinstance(fact, LimitWish):
        return _limits(programme, fact)
    if isinstance(fact, Tags):
        fact = replace(fact, session_id=_walk(programme, fact.session_id))
    decisions = programme.tell(fact)
    if decisions:
        return _in_words(decisions)
    if isinstance(fact, Choice | Override) and not programme.certain:
        return "Noted; it holds once the date is known."
    if isinstance(fact, Choice):
        raise ControlError(
            f"the choice {fact.kind.value}",
            expected="a plan that it changes something in",
            seen=_where(programme),
            remedy="`kneemon plan show` tells where the plan stands.",
        )
    return "Noted."


def answer(programme: Programme, ask: Ask, value: int, session_id: str = "", morning: date | None = None) -> str:
    """Keep an answer to a question about a walk that is over, or about a morning. Raises ControlError."""
    check(ask, value)
    if ask in (Ask.PAIN_NOW, Ask.PAIN_MARK, Ask.REPS):
        raise ControlError(
            "the answer", expected="a walk or an exercise that is on", seen="none", remedy="It is noted while it lasts."
        )
    if ask is Ask.PAIN_MORNING:
        if morning is not None and programme.certain and morning > programme.today:
            raise ControlError(
                "the morning",
                expected="today or a day before",
                seen=morning.isoformat(),
                remedy="Answer it when it is.",
            )
        if morning is not None and abs(morning - programme.today) > A_YEAR:  # a clock that is not set may be late, too
            raise ControlError(
                "the morning", expected="one of the last year", seen=morning.isoformat(), remedy="Is the year right?"
            )
        known = programme.history.mornings
        decisions = programme.tell(PainAnswer(ask, value, "", morning))
        replaced = " It replaces the answer before." if (morning or programme.today) in known else ""
        return _told(f"Pain {value} of 10 this morning is noted.{replaced}", decisions)
    if ask is Ask.SIGNS:
        session_id = session_id and _walk(programme, session_id)
        if value == Signs.NOTHING_NEW:
            return _told("Nothing new: noted.", programme.tell(SignsAnswer(Signs.NOTHING_NEW, session_id)))
        programme.tell(GradeAnswer(None, session_id), SignsAnswer(Signs.SOMETHING, session_id))
        return "Noted. Which list is it on? No walk starts until that is told: `kneemon answer grade 1-4`."
    if ask is Ask.GRADE:
        grade = Grade(value)
        session_id = session_id and _walk(programme, session_id)
        return _told(advice_words(grade), programme.tell(GradeAnswer(grade, session_id)))
    if ask is Ask.GAVE_WAY:
        programme.tell(SteadyAnswer(Steady(value), _that_gave_way(programme, session_id)))
        return after_buckling(programme.bucklings_today(), Steady(value)).words
    walk = _walk(programme, session_id)
    return _told(f"Pain {value} of 10 is noted.", programme.tell(PainAnswer(ask, value, walk)))


def check(ask: Ask, value: object) -> int:
    """The answer, when it is one to this question. Raises ControlError."""
    allowed = ANSWERS[ask]
    if isinstance(value, bool) or not isinstance(value, int) or value not in allowed:
        what = "Pain is 0 (none) to 10 (worst imaginable)." if ask in PAIN_ASKS else "The card tells what each means."
        raise ControlError(
            f"the answer to {ask.value}",
            expected=f"a whole number from {allowed[0]} to {allowed[-1]}",
            seen=repr(value),
            remedy=what,
        )
    return value


def fact_of(kind: object, fields: object) -> Fact:
    """A fact as it comes over the socket. Raises ControlError."""
    known = TOLD.get(kind) if isinstance(kind, str) else None
    if known is None:
        raise ControlError(
            "the request", expected=f"one of {', '.join(TOLD)}", seen=repr(kind), remedy="See the manual."
        )
    try:
        return msgspec.convert(fields, known)
    except msgspec.ValidationError as error:
        raise ControlError(
            f"the {kind}", expected="its fields", seen=str(error), remedy="`kneemon --help` tells them."
        ) from error


def fields_of(fact: Fact) -> tuple[str, Mapping[str, object]]:
    """The same the other way round: kind and plain fields."""
    return NAMES[type(fact)], msgspec.to_builtins(fact)


def _refuse(programme: Programme, fact: Fact) -> None:
    if isinstance(fact, Profile):
        _in_range("usual pain", fact.usual_pain, 0, 10)
        _in_range("weight", fact.weight_kg, 20, 400)
    if isinstance(fact, Override) and fact.step is not None:
        _in_range("week", fact.step + 1, 1, len(programme.plan.weeks) if programme.plan else 1)
    if isinstance(fact, Choice | Override) and programme.plan is None:
        raise ControlError(
            "the plan", expected="one to change", seen="none", remedy="`kneemon plan new` makes a first one."
        )
    if isinstance(fact, Override) and programme.stopped:
        raise ControlError(
            "the override",
            expected="a plan that is not stopped",
            seen="stop_medical, which only the walker's own `kneemon plan advised` leaves",
            remedy="Let the walker confirm first that a professional has advised.",
        )
    states = (StateName.STOP_MEDICAL, StateName.REVIEW)
    if isinstance(fact, Choice) and fact.kind is ChoiceKind.ADVISED:
        state = programme.state
        if state is None or state.name not in states:
            raise ControlError(
                "the confirmation",
                expected="a plan that is stopped or waits for a review",
                seen=_where(programme),
                remedy="There is nothing to confirm; walk on by the plan.",
            )


def _limits(programme: Programme, wish: LimitWish) -> str:
    """Limits beside the plan's, which may be lower, and higher only where the owner said so."""
    _in_range("minutes of a day", wish.minutes, LEAST_MIN, MOST_MIN)
    _in_range("steps per minute", wish.pace_spm, LEAST_SPM, MOST_SPM)
    own = programme.prescription(own=True)
    if own is None:
        raise RefusalError(
            "the limit",
            code="no_plan",
            expected="a plan that has begun",
            seen="none",
            remedy="`kneemon setup` makes one.",
        )
    before = programme.wish
    new = LimitWish(
        None if wish.minutes == before.minutes else wish.minutes,
        None if wish.pace_spm == before.pace_spm else wish.pace_spm,
    )
    if would_raise(own, new) and not programme.raises:
        raise RefusalError(
            "the limit",
            code="limit_locked",
            expected="no more than the plan's own",
            seen=" and ".join(_higher(new)),
            remedy="A limit may be lowered; raising it needs allow_remote_raise = true under [mqtt] on the device.",
        )
    if wish != before:
        programme.tell(wish)
    if wish == LimitWish():
        return "The plan's own limits hold."
    return f"From now on, for walks that begin: {in_words(wish)}, never more than the plan allows."


def in_words(wish: LimitWish) -> str:
    """ "at most 8 minutes a day, at most 90 steps/min"; "" for no wish."""
    parts = (
        "" if wish.minutes is None else f"at most {wish.minutes:g} minutes a day",
        "" if wish.pace_spm is None else f"at most {wish.pace_spm:g} steps/min",
    )
    return ", ".join(filter(None, parts))


def _higher(wish: LimitWish) -> list[str]:
    minutes = [] if wish.minutes is None else [f"{wish.minutes:g} minutes"]
    return minutes + ([] if wish.pace_spm is None else [f"{wish.pace_spm:g} steps/min"])


def _in_range(what: str, value: float | None, least: float, most: float) -> None:
    if value is not None and not least <= value <= most:
        raise ControlError(f"the {what}", expected=f"{least:g} to {most:g}", seen=f"{value:g}", remedy="Tell it anew.")


def _walk(programme: Programme, session_id: str) -> str:
    """The walk of that name, or the newest: of its day the newest that was more than a try."""
    walks = programme.history.walks
    names = [walk.session_id for walk in walks]
    if not names:
        raise ControlError("the walk", expected="one in the diary", seen="none", remedy="Walk once first.")
    if not session_id or session_id == "latest":
        of_the_day = [walk.session_id for walk in walks if walk.counts and walk.day == walks[-1].day]
        return (of_the_day or names)[-1]
    if session_id not in names:
        raise ControlError(
            f"the walk {session_id!r}",
            expected=f"a walk's name, such as {names[-1]}",
            seen=repr(session_id),
            remedy="`kneemon sessions` lists them all.",
        )
    return session_id


def _that_gave_way(programme: Programme, session_id: str) -> str:
    """The walk it is about: the one that is named, or today's newest with a mark; "" when it was between walks."""
    if session_id:
        return _walk(programme, session_id)
    marked = [walk for walk in programme.history.walks if walk.bucklings and walk.day == programme.today]
    return marked[-1].session_id if marked else ""


def _told(sentence: str, decisions: Sequence[Decision]) -> str:
    return " ".join(part for part in (sentence, _in_words(decisions)) if part)


def _in_words(decisions: Sequence[Decision]) -> str:
    return " ".join(decision.reason for decision in decisions)


def _where(programme: Programme) -> str:
    state = programme.state
    return "a plan that has not begun" if state is None else f"the plan in the state {state.name.value}"
