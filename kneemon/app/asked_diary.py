# SPDX-License-Identifier: MIT
"""What the control socket may ask about the plan: to begin a walk through its gate, to answer, to tell, to exercise.

A refusal has a code of the MQTT contract beside its words.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from kneemon.app import told
from kneemon.app.asked import Answer, Asked, no, refused, refused_as
from kneemon.app.exercising import Exercising
from kneemon.app.interview import Interview
from kneemon.app.programme import Programme
from kneemon.errors import ControlError, KneemonError, RefusalError
from kneemon.model.diary import ExerciseKind, Leg
from kneemon.model.questions import PAIN_ASKS, Ask, Signs
from kneemon.mqtt.commands import Code
from kneemon.plan.advice import Moment

# Why an answer that is a number of its question may still not be taken; else it names a walk that there is not.
NOT_NOW: Mapping[Ask, Code] = MappingProxyType(
    {
        Ask.PAIN_NOW: Code.NOT_WALKING,
        Ask.PAIN_MARK: Code.NOT_WALKING,
        Ask.PAIN_MORNING: Code.BAD_ARGS,  # of a day to come
        Ask.REPS: Code.NOT_EXERCISING,
    }
)


def answer_diary(
    asked: Asked, interview: Interview, programme: Programme, exercising: Exercising, *, in_session: bool
) -> Answer | None:
    """Do what is asked and say so, or say why not; None when it is about something else."""
    try:
        if asked.name == "start" and not in_session:
            return _start(asked, interview, programme, exercising)
        if asked.name == "answer":
            done = _answered(asked, interview, exercising)
            moment = Moment.AFTER if asked.args.get("ask") == Ask.PAIN_END else Moment.PAIN
            tip = programme.tip(moment) if asked.args.get("ask") in PAIN_ASKS and not in_session else ""
            return {"ok": True, "done": f"{done} {tip}".strip()}
        if asked.name == "tell":
            fact = told.fact_of(asked.args.get("kind"), asked.args.get("fields"))
            with refused_as(Code.NOT_ALLOWED if programme.plan else Code.NO_PLAN):
                return {"ok": True, "done": told.tell(programme, fact)}
        if asked.name == "gave-way":
            return {"ok": True, "done": _gave_way(asked, interview, exercising, in_session=in_session)}
        if asked.name == "exercise":
            return {"ok": True, "done": _exercise(asked, interview, programme, exercising, in_session=in_session)}
    except KneemonError as error:
        return refused(error)
    return None


def _start(asked: Asked, interview: Interview, programme: Programme, exercising: Exercising) -> Answer:
    """Through the gate, with what was told; nobody at a keyboard is asked by buzz. A walk ends an exercise."""
    pain, signs = asked.args.get("pain"), asked.args.get("signs")
    p0 = None if pain is None else told.check(Ask.PAIN_BEFORE, pain)
    new = None if signs is None else Signs(told.check(Ask.SIGNS, signs))
    exercising.stop(asked.t_s)
    words, begun = interview.set_off_told(asked.t_s, p0, new)
    if not begun:
        return no(Code.NOT_ALLOWED, words)
    return {"ok": True, "done": f"{words} {programme.tip(Moment.BEFORE)}".strip()}


def _gave_way(asked: Asked, interview: Interview, exercising: Exercising, *, in_session: bool) -> str:
    if not in_session and not exercising.on:
        raise RefusalError(
            "the knee",
            code=Code.NOT_WALKING,
            expected="a walk or an exercise that is on",
            seen="neither",
            remedy="`kneemon answer gave-way steady`, `not-steady` or `fell` notes it.",
        )
    exercising.stop(asked.t_s)
    return interview.gave_way_told(asked.t_s)


def _answered(asked: Asked, interview: Interview, exercising: Exercising) -> str:
    name, value, session_id = asked.args.get("ask"), asked.args.get("value"), asked.args.get("session_id") or ""
    if not isinstance(name, str) or name not in tuple(Ask):
        raise ControlError(
            "the answer", expected=f"one of {', '.join(Ask)}", seen=repr(name), remedy="See `kneemon answer --help`."
        )
    ask, morning = Ask(name), _day(asked.args.get("morning"))
    number = told.check(ask, value)
    with refused_as(NOT_NOW.get(ask, Code.NO_SESSION)):
        if ask is Ask.REPS:
            return exercising.correct(number, asked.t_s)
        return interview.told(ask, number, asked.t_s, str(session_id), morning)


def _day(text: object) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise ControlError(
            "the morning", expected="a day such as 2026-11-23", seen=repr(text), remedy="Name it so."
        ) from None


def _exercise(
    asked: Asked, interview: Interview, programme: Programme, exercising: Exercising, *, in_session: bool
) -> str:
    """Begin, end or correct one; args as in `Exercising.begin`."""
    action = asked.args.get("action")
    if action == "stop":
        if not exercising.on:
            raise RefusalError(
                "the exercise",
                code=Code.NOT_EXERCISING,
                expected="one that is on",
                seen="none",
                remedy="There is nothing to end.",
            )
        exercising.stop(asked.t_s)
        return "The exercise is over."
    if interview.starting or in_session:
        raise RefusalError(
            "the exercise",
            code=Code.ALREADY_WALKING,
            expected="no walk",
            seen="one that is on" if in_session else "one that is about to begin",
            remedy="`kneemon stop` ends it." if in_session else "Answer its questions first.",
        )
    if not isinstance(action, str) or action not in tuple(ExerciseKind):
        raise ControlError(
            "the exercise", expected=f"one of {', '.join(ExerciseKind)}", seen=repr(action), remedy="Name one of them."
        )
    leg, level, minutes = _leg(asked.args.get("leg")), _level(asked.args.get("level")), asked.args.get("minutes")
    wanted_min = _minutes(minutes)
    kind = ExerciseKind(action)
    locked = programme.stopped and kind is not ExerciseKind.COLD
    with refused_as(Code.NOT_ALLOWED if locked else Code.BAD_ARGS):
        return exercising.begin(kind, asked.t_s, leg=leg, level=level, minutes=wanted_min)


def _leg(given: object) -> Leg | None:
    if given is None:
        return None
    if not isinstance(given, str) or given not in tuple(Leg):
        raise ControlError("the leg", expected="left, right or both", seen=repr(given), remedy="Name one, or none.")
    return Leg(given)


def _level(given: object) -> int | None:
    if given is not None and (not isinstance(given, int) or isinstance(given, bool)):
        raise ControlError("the level", expected="a whole number", seen=repr(given), remedy="Leave it out if unsure.")
    return given


def _minutes(given: object) -> float | None:
    """A number too large for a float is as much too large as any."""
    if given is None:
        return None
    if not isinstance(given, int | float) or isinstance(given, bool):
        raise ControlError("the minutes", expected="a number", seen=repr(given), remedy="Leave them out if unsure.")
    return float(min(max(given, -1), 1e9))
