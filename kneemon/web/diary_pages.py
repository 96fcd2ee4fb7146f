# SPDX-License-Identifier: MIT
"""The pages of what was told and decided: pain and colours with every decision's reason, the diary, the exercises."""

from dataclasses import dataclass
from datetime import timedelta

from kneemon.app.charts import exercises_chart, pain_chart
from kneemon.app.reading import WalkRead
from kneemon.language import Language, _
from kneemon.model.diary import DiaryEntry, ExerciseKind, ExerciseSet, Leg
from kneemon.model.plans import Decision
from kneemon.plan.exercises import due_today, sets_done
from kneemon.plan.rulebook import RULES
from kneemon.web.asking import whole
from kneemon.web.entry_view import entry_row
from kneemon.web.spans import EARLIEST, SPANS, day_asked, usual_span, weeks_asked
from kneemon.web.visit import Answer, Shown, Visit
from kneemon.web.walk_view import NOT_KNOWN, colour_of

ENTRIES, SETS, MOST_SETS = 50, 40, 2000
WEEK_SETS = 60  # more than anybody does in seven days
EXERCISES = {
    ExerciseKind.PUSH_OFF: _("Heel raises"),
    ExerciseKind.CALF_STRETCH: _("Calf stretch"),
    ExerciseKind.BALANCE: _("Standing on one leg"),
    ExerciseKind.COLD: _("Cold or heat"),
}
LEGS = {Leg.LEFT: _("left"), Leg.RIGHT: _("right"), Leg.BOTH: _("both")}


@dataclass(frozen=True, slots=True)
class FeltRow:
    """A walk's pain; because: English phrases, for the filter `sentence`."""

    session_id: str
    day: str
    colour: str
    scores: tuple[str, str, str, str]
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DecidedRow:
    """reason: English, for the filter `sentence`. known: the rule stands in the rulebook."""

    day: str
    late: bool
    rule: str
    known: bool
    reason: str
    dose: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SetRow:
    """One set of an exercise."""

    day: str
    exercise: str
    leg: str
    level: str
    number: str
    done: str
    goal: str
    tempo: str
    remark: str


def pain(visit: Visit) -> Answer:
    """Some weeks, up to ?until=: each walk's pain and colour, and what was decided, with the rule in full."""
    reading, language = visit.reading, visit.language
    count = weeks_asked(visit, usual_span(visit))
    last = day_asked(visit, "until", reading.today)
    first = last - timedelta(days=7 * count - 1)
    walks = [walk for walk in reading.walks_between(first, last) if walk.struck is None]
    past = reading.past(first, last)
    decided = [decision for decision in past.decisions if first <= decision.taken_on <= last][::-1]
    mornings = [(language.day(day), str(score)) for day, score in past.mornings.items() if first <= day <= last]
    rules = dict.fromkeys(decision.rule for decision in decided)
    return Shown(
        "pain.html",
        language.say("Pain and decisions"),
        {
            "chart_of_it": pain_chart(walks, language),
            "rows": [_felt(walk, language) for walk in reversed(walks)],
            "mornings": mornings[::-1],
            "usual": language.number(past.usual_pain(last), 1),
            "decided": [_decided(decision, language) for decision in decided],
            "rules": [RULES[rule] for rule in rules if rule in RULES],
            "limits": reading.rules,
            "first": language.day(first),
            "last": language.day(last),
            "weeks": count,
            "spans": SPANS,
            "newest": last == reading.today,
            "older": (first - timedelta(days=1)).isoformat() if first > EARLIEST else "",
        },
    )


def diary(visit: Visit) -> Answer:
    """Page after page, newest first; nothing is left out."""
    before = whole(visit.query.one("before"))
    found = visit.reading.diary(ENTRIES + 1, before if isinstance(before, int) else None)
    page = found[:ENTRIES]
    return Shown(
        "diary.html",
        visit.language.say("Diary"),
        {
            "rows": [entry_row(entry, visit.reading, visit.language) for entry in page],
            "first_page": not isinstance(before, int),
            "older": page[-1].seq if len(found) > ENTRIES else None,
        },
    )


def exercises(visit: Visit) -> Answer:
    """What is due today, the newest weeks, and the newest sets; ?sets= how many."""
    reading, language = visit.reading, visit.language
    count = weeks_asked(visit, usual_span(visit))
    asked = whole(visit.query.one("sets"))
    limit = min(max(asked, SETS), MOST_SETS) if isinstance(asked, int) else SETS
    found = reading.exercises(limit + 1)
    page = found[:limit]
    return Shown(
        "exercises.html",
        language.say("Exercises"),
        {
            "chart_of_them": exercises_chart(reading, count, language),
            "due": _due(visit),
            "plan": reading.plan,
            "rows": [row for entry in page for row in _set(entry, visit)],
            "more": limit + SETS if len(found) > limit and limit < MOST_SETS else None,
            "weeks": count,
            "spans": SPANS,
        },
    )


def _felt(walk: WalkRead, language: Language) -> FeltRow:
    outcome = walk.outcome
    before, highest, later, morning = (
        NOT_KNOWN if score is None else str(score) for score in (outcome.p0, outcome.pk, outcome.p2, outcome.pm)
    )
    return FeltRow(
        outcome.session_id,
        f"{language.weekday(outcome.day)}, {language.day(outcome.day)}",
        colour_of(walk),
        (before, highest, later, morning),
        walk.judged.because if walk.judged else (),
    )


def _decided(decision: Decision, language: Language) -> DecidedRow:
    say, dose = language.say, decision.state.dose
    minutes = say("{minutes} minutes, {walks} walks a week", minutes=language.number(dose.minutes), walks=dose.sessions)
    pace = dose.cadence_ceiling_spm
    ceiling = "" if pace is None else say("ceiling {spm} steps per minute", spm=language.number(pace))
    values = tuple(
        (language.sentence(name.replace("_", " ")), _value(value, language)) for name, value in decision.values.items()
    )
    return DecidedRow(
        day=f"{language.weekday(decision.taken_on)}, {language.day(decision.taken_on)}",
        late=decision.late,
        rule=decision.rule,
        known=decision.rule in RULES,
        reason=decision.reason,
        dose=", ".join(filter(None, (minutes, ceiling))),
        values=values,
    )


def _value(value: object, language: Language) -> str:
    if isinstance(value, bool):
        return language.say("yes") if value else language.say("no")
    if isinstance(value, float):
        return language.number(value, 0 if value.is_integer() else 1)
    return NOT_KNOWN if value is None else language.sentence(str(value))


def _due(visit: Visit) -> list[str]:
    """The exercises whose day it is, by name."""
    reading = visit.reading
    if reading.plan is None:
        return []
    newest = reading.exercises(WEEK_SETS)
    done = sets_done(newest, reading.anchors_of(newest))
    rules = reading.plan.exercises
    return [visit.language.say(name) for kind, name in EXERCISES.items() if due_today(kind, rules, done, reading.today)]


def _set(entry: DiaryEntry, visit: Visit) -> list[SetRow]:
    fact, say, number = entry.fact, visit.language.say, visit.language.number
    if not isinstance(fact, ExerciseSet):
        return []
    when = entry_row(entry, visit.reading, visit.language)
    if fact.held_s is not None:
        done = say("{seconds} seconds", seconds=number(fact.held_s))
        goal = NOT_KNOWN if fact.goal_s is None else say("{seconds} seconds", seconds=number(fact.goal_s))
    else:
        done, goal = say("{count} times", count=number(fact.reps)), say("{count} times", count=number(fact.goal))
    remarks = [say("touched down before the goal")] if fact.touched else []
    if fact.counted is not None and fact.counted != fact.reps:
        remarks.append(say("the sensor saw {count}", count=number(fact.counted)))
    return [
        SetRow(
            f"{when.day}, {when.time}",
            say(EXERCISES[fact.exercise]),
            say(LEGS[fact.leg]),
            number(fact.level) if fact.exercise is ExerciseKind.PUSH_OFF else NOT_KNOWN,
            number(fact.number),
            done,
            goal,
            say("{seconds} seconds", seconds=number(fact.tempo_s, 1)) if fact.tempo_s is not None else NOT_KNOWN,
            ", ".join(remarks),
        )
    ]
