# SPDX-License-Identifier: MIT
"""What the control socket may ask about the plan: to begin a walk through its gate, to answer, to tell, to exercise."""

from datetime import date

from kneemon.app import told
from kneemon.app.asked import Answer, Asked
from kneemon.app.exercising import Exercising
from kneemon.app.interview import Interview
from kneemon.app.programme import Programme
from kneemon.errors import ControlError, KneemonError
from kneemon.model.diary import ExerciseKind, Leg
from kneemon.model.questions import PAIN_ASKS, Ask, Signs
from kneemon.plan.advice import Moment


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
            return {"ok": True, "done": told.tell(programme, fact)}
        if asked.name == "gave-way":
            return {"ok": True, "done": _gave_way(asked, interview, exercising, in_session=in_session)}
        if asked.name == "exercise":
            return {"ok": True, "done": _exercise(asked, interview, exercising, in_session=in_session)}
    except KneemonError as error:
        return _no(str(error))
    return None


def _start(asked: Asked, interview: Interview, programme: Programme, exercising: Exercising) -> Answer:
    """Through the gate, with what was told; nobody at a keyboard is asked by buzz. A walk ends an exercise."""
    exercising.stop(asked.t_s)
    pain, signs = asked.args.get("pain"), asked.args.get("signs")
    words, begun = interview.set_off_told(
        asked.t_s,
        None if pain is None else told.check(Ask.PAIN_BEFORE, pain),
        None if signs is None else Signs(told.check(Ask.SIGNS, signs)),
    )
    if not begun:
        return _no(words)
    return {"ok": True, "done": f"{words} {programme.tip(Moment.BEFORE)}".strip()}


def _gave_way(asked: Asked, interview: Interview, exercising: Exercising, *, in_session: bool) -> str:
    if not in_session and not exercising.on:
        raise ControlError(
            "the knee",
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
    ask = Ask(name)
    if ask is Ask.REPS:
        return exercising.correct(told.check(ask, value), asked.t_s)
    return interview.told(ask, told.check(ask, value), asked.t_s, str(session_id), _day(asked.args.get("morning")))


def _day(text: object) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise ControlError(
            "the morning", expected="a day such as 2026-11-23", seen=repr(text), remedy="Name it so."
        ) from None


def _exercise(asked: Asked, interview: Interview, exercising: Exercising, *, in_session: bool) -> str:
    """Begin, end or correct one; args as in `Exercising.begin`."""
    action = asked.args.get("action")
    if action == "stop":
        if not exercising.on:
            raise ControlError(
                "the exercise", expected="one that is on", seen="none", remedy="There is nothing to end."
            )
        exercising.stop(asked.t_s)
        return "The exercise is over."
    if interview.starting:
        raise ControlError(
            "the exercise", expected="no walk", seen="one that is about to begin", remedy="Answer its questions first."
        )
    if in_session:
        raise ControlError("the exercise", expected="no walk", seen="one that is on", remedy="`kneemon stop` ends it.")
    if not isinstance(action, str) or action not in tuple(ExerciseKind):
        raise ControlError(
            "the exercise", expected=f"one of {', '.join(ExerciseKind)}", seen=repr(action), remedy="Name one of them."
        )
    leg, level, minutes = asked.args.get("leg"), asked.args.get("level"), asked.args.get("minutes")
    return exercising.begin(
        ExerciseKind(action),
        asked.t_s,
        leg=Leg(leg) if isinstance(leg, str) and leg in tuple(Leg) else None,
        level=level if isinstance(level, int) and not isinstance(level, bool) else None,
        minutes=_minutes(minutes),
    )


def _minutes(given: object) -> float | None:
    """A number too large for a float is as much too large as any."""
    if not isinstance(given, int | float):
        return None
    return float(min(max(given, -1), 1e9))


def _no(error: str) -> Answer:
    return {"ok": False, "error": error}
