# SPDX-License-Identifier: MIT
"""Each entry of the diary in a plain sentence, for command line and page."""

from kneemon.app.told import in_words as limits_in_words
from kneemon.model.diary import (
    AdviceSaid,
    Choice,
    ChoiceKind,
    Corrected,
    ExerciseSet,
    Fact,
    GradeAnswer,
    LimitWish,
    Override,
    PainAnswer,
    PlanUsed,
    Profile,
    Restored,
    SignsAnswer,
    SteadyAnswer,
    Struck,
    Tags,
    WalkNote,
)
from kneemon.model.plans import Decision
from kneemon.model.questions import Ask, Grade, Signs, Steady

WHEN = {
    Ask.PAIN_BEFORE: "before the walk",
    Ask.PAIN_NOW: "during the walk",
    Ask.PAIN_MARK: "during the walk",
    Ask.PAIN_END: "at the end of the walk",
    Ask.PAIN_LATER: "two hours after the walk",
    Ask.PAIN_MORNING: "in the morning",
}
SIGNS = {
    None: "Something new? Not answered.",
    Signs.NOTHING_NEW: "Nothing new noticed.",
    Signs.SOMETHING: "Something new noticed.",
}
GRADES = {
    None: "Which list? Not answered yet: no walk starts.",
    Grade.NONE_OF_THESE: "It is on none of the lists.",
    Grade.SOON: "It is on list 2: a review soon.",
    Grade.SAME_DAY: "It is on list 3: advice on the same day.",
    Grade.EMERGENCY: "It is on list 4: an emergency.",
}
STEADY = {
    None: "The knee gave way; steady or not was not answered.",
    Steady.STEADY: "The knee gave way; steady afterwards.",
    Steady.NOT_STEADY: "The knee gave way; not steady afterwards.",
    Steady.FELL: "The knee gave way, with a fall.",
}
CHOICES = {
    ChoiceKind.PAUSE: "Chose to pause the plan.",
    ChoiceKind.RESUME: "Chose to go on.",
    ChoiceKind.STAY: "Chose not to grow this week.",
    ChoiceKind.REST: "Chose to rest in a flare.",
    ChoiceKind.ADVISED: "Confirmed that a professional has advised.",
}


def sentence(fact: Fact) -> str:
    """The fact in plain words."""
    match fact:
        case PainAnswer(ask, score, _, morning):
            when = f"on the morning of {morning}" if morning is not None else WHEN[ask]
            return f"Pain {when}: {'not answered' if score is None else f'{score} of 10'}."
        case SignsAnswer(signs):
            return SIGNS[signs]
        case GradeAnswer(grade):
            return GRADES[grade]
        case SteadyAnswer(steady):
            return STEADY[steady]
        case Choice(kind):
            return CHOICES[kind]
        case Profile():
            return _profile(fact)
        case Tags():
            return _tags(fact)
        case Override(state, step, note):
            week = "" if step is None else f", week {step + 1}"
            return f"Set by the physio: {state.value}{week}.{f' {note}' if note else ''}"
        case ExerciseSet():
            return _exercise(fact)
        case AdviceSaid(tip):
            return f"Tip given: {tip}."
        case PlanUsed(rev):
            return f"Version {rev} of the plan is followed from here on."
        case LimitWish():
            words = limits_in_words(fact)
            return f"Asked for beside the plan: {words}." if words else "The plan's own limits hold again."
        case WalkNote(_, text, author):
            return f"Note{_by(author)}: {text}" if text else f"The note{_by(author)} was taken back."
        case Corrected():
            return _corrected(fact)
        case Struck(session_id, seq, why, author):
            what = "The walk" if session_id else f"Entry {seq}"
            return f"{what} was deleted{_by(author)}{f': {why}' if why else ''}."
        case Restored(session_id, seq, author):
            return f"{'The walk' if session_id else f'Entry {seq}'} was brought back{_by(author)}."
        case Decision():
            return f"Decided ({fact.rule}{', late' if fact.late else ''}): {fact.reason}"


def _profile(profile: Profile) -> str:
    pain = "" if profile.usual_pain is None else f", usual pain {profile.usual_pain}"
    brace = ", with a brace" if profile.brace else ""
    return f"Set up: knee {profile.knee.value}, aid {_words(profile.aid.value)}{brace}{pain}."


def _tags(tags: Tags) -> str:
    parts = [
        f"{name} {_words(value)}" for name, value in (("aid", tags.aid), ("on", tags.surface)) if value is not None
    ]
    if tags.brace is not None:
        parts.append("with a brace" if tags.brace else "without a brace")
    if tags.shoes is not None:
        parts.append(f"shoes: {tags.shoes}")
    return f"Walked: {', '.join(parts) or 'nothing special'}."


def _exercise(done: ExerciseSet) -> str:
    what = f"{_words(done.exercise.value).capitalize()}, {done.leg.value}, set {done.number}"
    if done.held_s is not None:
        goal = "" if done.goal_s is None else f" of {done.goal_s:.0f}"
        return f"{what}: held {done.held_s:.0f}{goal} s{', then touched down' if done.touched else ''}."
    goal = "" if done.goal is None else f" of {done.goal}"
    corrected = "" if done.counted in (None, done.reps) else f" (the sensor saw {done.counted})"
    return f"{what}: {'not known how many' if done.reps is None else done.reps}{goal} repetitions{corrected}."


def _words(value: str) -> str:
    return value.replace("_", " ")


def _by(author: str) -> str:
    return f" by the {author}" if author else ""


def _corrected(fact: Corrected) -> str:
    figures = [] if fact.steps is None else [f"{fact.steps} steps"]
    figures += [] if fact.walking_min is None else [f"{fact.walking_min:g} min of walking"]
    return f"Corrected{_by(fact.author)} to {' and '.join(figures)}{f': {fact.why}' if fact.why else ''}."
