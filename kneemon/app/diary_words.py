# SPDX-License-Identifier: MIT
"""Each entry of the diary in a plain sentence, in the reader's language: for command line, page and paper.

What a person wrote stays as it was written.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from kneemon.app.told import in_words as limits_in_words
from kneemon.language import Language, _, language
from kneemon.model.diary import (
    AdviceSaid,
    Aid,
    Choice,
    ChoiceKind,
    Corrected,
    ExerciseKind,
    ExerciseSet,
    Fact,
    GradeAnswer,
    Knee,
    Leg,
    LimitWish,
    Override,
    PainAnswer,
    PlanUsed,
    Profile,
    Restored,
    SignsAnswer,
    SteadyAnswer,
    Struck,
    Surface,
    Tags,
    WalkNote,
)
from kneemon.model.plans import Decision, StateName
from kneemon.model.questions import Ask, Grade, Signs, Steady

ENGLISH = language("en")

WHEN: Mapping[Ask, str] = MappingProxyType(
    {
        Ask.PAIN_BEFORE: _("Pain before the walk: {score}."),
        Ask.PAIN_NOW: _("Pain during the walk: {score}."),
        Ask.PAIN_MARK: _("Pain during the walk: {score}."),
        Ask.PAIN_END: _("Pain at the end of the walk: {score}."),
        Ask.PAIN_LATER: _("Pain two hours after the walk: {score}."),
        Ask.PAIN_MORNING: _("Pain in the morning: {score}."),
    }
)
SIGNS: Mapping[Signs | None, str] = MappingProxyType(
    {
        None: _("Something new? Not answered."),
        Signs.NOTHING_NEW: _("Nothing new noticed."),
        Signs.SOMETHING: _("Something new noticed."),
    }
)
GRADES: Mapping[Grade | None, str] = MappingProxyType(
    {
        None: _("Which list? Not answered yet: no walk starts."),
        Grade.NONE_OF_THESE: _("It is on none of the lists."),
        Grade.SOON: _("It is on list 2: a review soon."),
        Grade.SAME_DAY: _("It is on list 3: advice on the same day."),
        Grade.EMERGENCY: _("It is on list 4: an emergency."),
    }
)
STEADY: Mapping[Steady | None, str] = MappingProxyType(
    {
        None: _("The knee gave way; steady or not was not answered."),
        Steady.STEADY: _("The knee gave way; steady afterwards."),
        Steady.NOT_STEADY: _("The knee gave way; not steady afterwards."),
        Steady.FELL: _("The knee gave way, with a fall."),
    }
)
CHOICES: Mapping[ChoiceKind, str] = MappingProxyType(
    {
        ChoiceKind.PAUSE: _("Chose to pause the plan."),
        ChoiceKind.RESUME: _("Chose to go on."),
        ChoiceKind.STAY: _("Chose not to grow this week."),
        ChoiceKind.REST: _("Chose to rest in a flare."),
        ChoiceKind.ADVISED: _("Confirmed that a professional has advised."),
    }
)
STATES: Mapping[StateName, str] = MappingProxyType(
    {
        StateName.BASELINE: _("baseline"),
        StateName.PROGRESS: _("progress"),
        StateName.HOLD: _("hold"),
        StateName.REGRESS: _("regress"),
        StateName.DELOAD: _("deload"),
        StateName.REVIEW: _("review"),
        StateName.PAUSED: _("paused"),
        StateName.STOP_MEDICAL: _("stop_medical"),
    }
)
KNEES: Mapping[Knee, str] = MappingProxyType(
    {Knee.LEFT: _("knee left"), Knee.RIGHT: _("knee right"), Knee.BOTH: _("knee both")}
)
AIDS: Mapping[Aid, str] = MappingProxyType(
    {
        Aid.NONE: _("aid none"),
        Aid.STICK_OPPOSITE: _("aid stick opposite"),
        Aid.STICK_OTHER: _("aid stick other"),
        Aid.TWO_STICKS: _("aid two sticks"),
        Aid.WALKER: _("aid walker"),
    }
)
SURFACES: Mapping[Surface, str] = MappingProxyType(
    {
        Surface.PAVED: _("on paved"),
        Surface.GRASS: _("on grass"),
        Surface.TRACK: _("on track"),
        Surface.TREADMILL: _("on treadmill"),
        Surface.TRAIL: _("on trail"),
        Surface.INDOOR: _("indoors"),
    }
)
SETS: Mapping[ExerciseKind, str] = MappingProxyType(
    {
        ExerciseKind.PUSH_OFF: _("Push off, {leg}, set {number}: {done}."),
        ExerciseKind.CALF_STRETCH: _("Calf stretch, {leg}, set {number}: {done}."),
        ExerciseKind.BALANCE: _("Balance, {leg}, set {number}: {done}."),
        ExerciseKind.COLD: _("Cold, {leg}, set {number}: {done}."),
    }
)
LEGS: Mapping[Leg, str] = MappingProxyType({Leg.LEFT: _("left"), Leg.RIGHT: _("right"), Leg.BOTH: _("both")})


def sentence(fact: Fact, language: Language = ENGLISH) -> str:
    """The fact in plain words."""
    say = language.say
    match fact:
        case PainAnswer(ask, score, _session, morning):
            said = say("not answered") if score is None else say("{score} of 10", score=score)
            if morning is None:
                return say(WHEN[ask], score=said)
            return say("Pain on the morning of {day}: {score}.", day=_day(morning, language), score=said)
        case SignsAnswer(signs):
            return say(SIGNS[signs])
        case GradeAnswer(grade):
            return say(GRADES[grade])
        case SteadyAnswer(steady):
            return say(STEADY[steady])
        case Choice(kind):
            return say(CHOICES[kind])
        case Profile():
            return _profile(fact, language)
        case Tags():
            return _tags(fact, language)
        case Override():
            return _override(fact, language)
        case ExerciseSet():
            return say(SETS[fact.exercise], leg=say(LEGS[fact.leg]), number=fact.number, done=_done(fact, language))
        case AdviceSaid(tip):
            return say("Tip given: {tip}.", tip=tip)
        case PlanUsed(rev):
            return say("Version {rev} of the plan is followed from here on.", rev=rev)
        case LimitWish():
            words = language.sentence(limits_in_words(fact))
            return (
                say("Asked for beside the plan: {words}.", words=words)
                if words
                else say("The plan's own limits hold again.")
            )
        case WalkNote(_session, text, author):
            return _note(text, author, language)
        case Corrected():
            return _corrected(fact, language)
        case Struck(session_id, seq, why, author):
            return _struck("" if session_id else str(seq), why, author, language)
        case Restored(session_id, seq, author):
            return _restored("" if session_id else str(seq), author, language)
        case Decision():
            late = say(", late") if fact.late else ""
            return say("Decided ({rule}{late}): ", rule=fact.rule, late=late) + language.sentence(fact.reason)


def _day(day: date, language: Language) -> str:
    return str(day) if language.code == "en" else language.day(day)


def _profile(profile: Profile, language: Language) -> str:
    say = language.say
    parts = [say(KNEES[profile.knee]), say(AIDS[profile.aid])]
    if profile.brace:
        parts.append(say("with a brace"))
    if profile.usual_pain is not None:
        parts.append(say("usual pain {score}", score=profile.usual_pain))
    return say("Set up: {parts}.", parts=", ".join(parts))


def _tags(tags: Tags, language: Language) -> str:
    say = language.say
    parts = [] if tags.aid is None else [say(AIDS[tags.aid])]
    parts += [] if tags.surface is None else [say(SURFACES[tags.surface])]
    if tags.brace is not None:
        parts.append(say("with a brace") if tags.brace else say("without a brace"))
    if tags.shoes is not None:
        parts.append(say("shoes: {shoes}", shoes=tags.shoes))
    return say("Walked: {parts}.", parts=", ".join(parts) or say("nothing special"))


def _override(fact: Override, language: Language) -> str:
    say, state = language.say, language.say(STATES[fact.state])
    said = (
        say("Set by the physio: {state}.", state=state)
        if fact.step is None
        else say("Set by the physio: {state}, week {week}.", state=state, week=fact.step + 1)
    )
    return f"{said} {fact.note}" if fact.note else said


def _done(done: ExerciseSet, language: Language) -> str:
    say = language.say
    if done.held_s is not None:
        held = language.number(done.held_s)
        if done.goal_s is None:
            said = say("held {held} s", held=held)
        else:
            said = say("held {held} of {goal} s", held=held, goal=language.number(done.goal_s))
        return said + (say(", then touched down") if done.touched else "")
    made = say("not known how many") if done.reps is None else str(done.reps)
    said = (
        say("{made} repetitions", made=made)
        if done.goal is None
        else say("{made} of {goal} repetitions", made=made, goal=done.goal)
    )
    corrected = done.counted not in (None, done.reps)
    return said + (say(" (the sensor saw {counted})", counted=done.counted) if corrected else "")


def _by(author: str, language: Language) -> str:
    """Who did it, glued behind what was done; "" on the command line."""
    match author:
        case "physio":
            return language.say(" by the physio")
        case "walker":
            return language.say(" by the walker")
    return ""


def _note(text: str, author: str, language: Language) -> str:
    by = _by(author, language)
    if text:
        return language.say("Note{by}: {text}", by=by, text=text)
    return language.say("The note{by} was taken back.", by=by)


def _struck(entry: str, why: str, author: str, language: Language) -> str:
    values = {"by": _by(author, language), "why": f": {why}" if why else "", "seq": entry}
    if entry:
        return language.say("Entry {seq} was deleted{by}{why}.", **values)
    return language.say("The walk was deleted{by}{why}.", **values)


def _restored(entry: str, author: str, language: Language) -> str:
    by = _by(author, language)
    if entry:
        return language.say("Entry {seq} was brought back{by}.", seq=entry, by=by)
    return language.say("The walk was brought back{by}.", by=by)


def _corrected(fact: Corrected, language: Language) -> str:
    say = language.say
    figures = [] if fact.steps is None else [say("{steps} steps", steps=fact.steps)]
    if fact.walking_min is not None:
        minutes = f"{fact.walking_min:g}" if language.code == "en" else f"{fact.walking_min:g}".replace(".", ",")
        figures.append(say("{minutes} min of walking", minutes=minutes))
    why = f": {fact.why}" if fact.why else ""
    to = say(" and ").join(figures)
    return say("Corrected{by} to {figures}{why}.", by=_by(fact.author, language), figures=to, why=why)
