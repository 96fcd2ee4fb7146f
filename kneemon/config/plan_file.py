# SPDX-License-Identifier: MIT
"""The plan's file, TOML that a physio or a walker writes, read as a Plan; and what in a plan deserves a second look.

Every mistake is told at once, with its line and its place in the file. Minutes of the file become seconds of the Plan.
Ranges and warnings follow what has been tried with painful knees (Walk With Ease; Wallis 2015; Farrokhi 2017); they do
not say that what lies within them is safe. docs/plan.md is the manual.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import mean
from typing import Any

from msgspec.structs import asdict

from kneemon.config.fields import Field, did_you_mean, read_table
from kneemon.config.mistakes import Mistake, refusal
from kneemon.config.plan_bounds import refuse_unreadable
from kneemon.config.plan_contradictions import Given, contradictions, weekly_cap_min
from kneemon.config.plan_fields import (
    DAYS,
    EXERCISES_FIELDS,
    MOST_NAME,
    MOST_WEEKS,
    PLAN_FIELDS,
    RULES_FIELDS,
    SCHEMA,
    WEEK_FIELDS,
    ExercisesTable,
    PlanTable,
    RulesTable,
)
from kneemon.config.toml_lines import Place, line_index, line_of
from kneemon.config.toml_text import glimpse, parse_toml, read_text
from kneemon.errors import PlanError
from kneemon.model.plans import ExerciseRules, Plan, PlanWeek, Rules, Variable
from kneemon.plan.prescribe import dose_of

EXAMPLE = Path(__file__).with_name("plan-example.toml")
LONG_WALK_MIN = 30
MOST_MISTAKES = 40  # told at once
REMEDY = "docs/plan.md shows a plan and tells what each line may be."


def load_plan(path: Path) -> Plan:
    """The plan in the file; PlanError tells all that is wrong with it."""
    return parse_plan(plan_text(path), path)


def plan_text(path: Path) -> str:
    """The file as it is, to be kept; PlanError when it cannot be read as text."""
    return read_text(path, PlanError)


def parse_plan(text: str, path: Path) -> Plan:
    """The plan in the text of a file; path: for the reader of an error."""
    refuse_unreadable(text, path)
    reader = _Reader(path, text)
    table = parse_toml(text, path, PlanError)
    reader.refuse_newer(table.get("schema"))
    reader.old_form(table)
    weeks = reader.weeks(table.pop("week", []))
    rules = reader.sub_table("rules", table.pop("rules", {}), RULES_FIELDS)
    exercises = reader.sub_table("exercises", table.pop("exercises", {}), EXERCISES_FIELDS)
    plan = reader.table((), table, PLAN_FIELDS, "a line of a plan", _meant_in_plan)
    if len(plan.get("name", "")) > MOST_NAME:
        reader.wrong(("name",), f"at most {MOST_NAME} letters", str(len(plan["name"])))
    if "sessions_per_week" not in table and plan.get("walk_days"):
        plan["sessions_per_week"] = len(set(plan["walk_days"]))
    given = Given(_filled(plan, PLAN_FIELDS), weeks, _filled(rules, RULES_FIELDS), _filled(exercises, EXERCISES_FIELDS))
    reader.contradictions(given)
    reader.refuse()
    return _plan(PlanTable(**plan), weeks, weekly_cap_min(given.plan), RulesTable(**rules), ExercisesTable(**exercises))


def growth_open_min(before: Sequence[float], rules: Rules) -> float:
    """How many minutes more the next week may ask for, after the minutes of the weeks `before`; not empty. Row 8."""
    return max(rules.growth_min, rules.growth_percent / 100.0 * mean(before[-2:]))


def plan_warnings(plan: Plan) -> list[str]:
    """What a physio may want to look at again, each a sentence with its reason; an empty list promises nothing."""
    return [*_growth(plan), *_out_of_reach(plan), *_long_walks(plan), *_days_without_rest(plan)]


class _Reader:
    """The mistakes of one file, each with its line."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._lines = line_index(text)
        self._mistakes: list[tuple[int, Mistake]] = []
        self._wrong: set[Place] = set()

    def where(self, *places: Place) -> str:
        """ "plan.toml:14: [rules] pain_rise" of the first place."""
        line = self._line(places)
        return f"{self._path}{'' if line is None else f':{line}'}: {_label(places[0])}"

    def wrong(self, place: Place, expected: str, seen: str, *others: Place) -> None:
        """Remember a mistake at a place; others: where its line may be when the place is not in the file."""
        places = (place, *others)
        self._mistakes.append((self._line(places) or 0, Mistake(self.where(*places), expected, seen)))
        self._wrong.add(place)

    def refuse(self) -> None:
        """Raise what was remembered, in the order of the file."""
        if self._mistakes:
            mistakes = [mistake for _, mistake in sorted(self._mistakes, key=lambda told: told[0])]
            more = len(mistakes) >= MOST_MISTAKES
            raise refusal(PlanError, str(self._path), mistakes, REMEDY, more=more)

    def refuse_newer(self, schema: object) -> None:
        """A newer file may say anything: nothing else in it is judged."""
        if isinstance(schema, int) and schema > SCHEMA:
            raise PlanError(
                self.where(("schema",)),
                expected=f"{SCHEMA}, the newest that this kneemon knows",
                seen=str(schema),
                remedy="Update kneemon, or have the plan written for schema 1.",
            )

    def old_form(self, table: dict[str, Any]) -> None:
        """pain_stop was the pain to stop at; pain_acceptable_max is the last that is acceptable."""
        if "pain_stop" not in table:
            return
        stop = table.pop("pain_stop")
        line = f" = {stop - 1}" if isinstance(stop, int) and 4 <= stop <= 7 else ""
        expected = f"the line pain_acceptable_max{line} under [rules] instead, one less than pain_stop"
        self.wrong(("pain_stop",), expected, f"pain_stop = {glimpse(stop)}, as older plans had it")

    def table(
        self,
        place: Place,
        table: Mapping[str, object],
        fields: Mapping[str, Field],
        known: str,
        hint: Callable[[str], str],
    ) -> dict[str, Any]:
        """What fits of a table."""
        values: dict[str, Any] = {}
        for name in dict.fromkeys([*table, *(name for name, field in fields.items() if field.required)]):
            if len(self._mistakes) >= MOST_MISTAKES:  # finding what each unknown name may have meant takes its time
                break
            held = {name: table[name]} if name in table else {}
            one = {name: fields[name]} if name in fields else {}
            fitting, mistakes = read_table(held, one, where=str, known=known, hint=hint)
            values |= fitting
            for mistake in mistakes:
                self.wrong((*place, name), mistake.expected, mistake.seen)
        return values

    def sub_table(self, name: str, given: object, fields: Mapping[str, Field]) -> dict[str, Any]:
        """What fits of [rules] or [exercises]."""
        if not isinstance(given, Mapping):
            self.wrong((name,), f"[{name}] in single brackets with its lines under it", glimpse(given))
            return {}

        def hint(line: str) -> str:
            return did_you_mean(line, fields) or _belongs(line)

        return self.table((name,), given, fields, f"a line of [{name}]", hint)

    def weeks(self, given: object) -> list[dict[str, Any]]:
        """What fits of each [[week]]."""
        if isinstance(given, Mapping):
            self.wrong(("week",), "[[week]] in double brackets before each week", "[week] in single ones")
        elif not isinstance(given, list) or not all(isinstance(week, Mapping) for week in given):
            self.wrong(("week",), "[[week]] before each week", glimpse(given))
        elif not 1 <= len(given) <= MOST_WEEKS:
            self.wrong(("week",), f"1 to {MOST_WEEKS} weeks, each under its [[week]]", str(len(given) or "none"))
        else:
            return [
                self.table(("week", number), week, WEEK_FIELDS, "a line of a week", _meant_in_week)
                for number, week in enumerate(given)
            ]
        return []

    def contradictions(self, given: Given) -> None:
        """Those in which no line has a mistake of its own."""
        doubtful = frozenset(self._wrong)
        for places, expected, seen in contradictions(given):
            if doubtful.isdisjoint(places):
                self.wrong(places[0], expected, seen, *places[1:])

    def _line(self, places: Sequence[Place]) -> int | None:
        """Of the first that stands in the file, else of what the first would stand in."""
        there = (self._lines[place] for place in places if place in self._lines)
        return next(there, line_of(self._lines, places[0]))


def _plan(
    table: PlanTable,
    weeks: Sequence[Mapping[str, Any]],
    cap_min: float | None,
    rules: RulesTable,
    exercises: ExercisesTable,
) -> Plan:
    return Plan(
        name=table.name,
        start=table.start,
        weeks=tuple(
            PlanWeek(week["minutes"], week.get("cadence_ceiling_spm"), week.get("sessions_per_week")) for week in weeks
        ),
        walk_days=tuple(sorted(DAYS.index(day) for day in table.walk_days)),
        sessions=table.sessions_per_week,
        warm_up_s=60 * table.warm_up_min,
        cool_down_s=60 * table.cool_down_min,
        cadence_ceiling_spm=table.cadence_ceiling_spm,
        weekly_cap_min=cap_min,
        session_top_min=table.session_top_min,
        preset=table.preset,
        physio=table.physio,
        locked=tuple(dict.fromkeys(Variable(name) for name in table.locked)),
        rules=Rules(**asdict(rules)),
        exercises=ExerciseRules(**asdict(exercises)),
    )


def _filled(values: Mapping[str, Any], fields: Mapping[str, Field]) -> dict[str, Any]:
    return {name: values.get(name, field.default) for name, field in fields.items()}


def _label(place: Place) -> str:
    match place:
        case ("week", int(number), *names):
            return ": ".join((f"week {number + 1}", *map(str, names)))
        case ("rules" | "exercises" as table, name):
            return f"[{table}] {name}"
        case _:
            return ".".join(map(str, place))


def _growth(plan: Plan) -> Iterator[str]:
    """Walk With Ease adds 15 min a week; novice runners who added over 30 % had more injuries (Nielsen 2014)."""
    weekly = [week.minutes * (week.sessions or plan.sessions) for week in plan.weeks]
    for number in range(1, len(weekly)):
        growth = weekly[number] - weekly[number - 1]
        usual = growth_open_min(weekly[:number], plan.rules)
        if round(growth - usual, 6) > 0:
            yield (
                f"Week {number + 1} asks for {weekly[number]:g} minutes in all, {growth:g} more than week {number}; "
                f"kneemon points out more than {usual:.3g} (15 minutes a week, as Walk With Ease grows, or "
                f"{plan.rules.growth_percent:g} % of the two weeks before). No study tells how much is too much for "
                "painful knees."
            )


def _out_of_reach(plan: Plan) -> Iterator[str]:
    """A day comes whole: where a walk is longer than a week may grow at once, row 8 never lets one be added."""
    if Variable.DAYS in plan.locked:
        return
    doses = [dose_of(plan, step) for step in range(len(plan.weeks))]
    for number, (before, dose) in enumerate(pairwise(doses), start=2):
        minutes = doses[0].minutes if Variable.MINUTES in plan.locked else dose.minutes
        for days in range(before.sessions, dose.sessions):
            most = growth_open_min([minutes * days], plan.rules)
            within = plan.weekly_cap_min is None or minutes * (days + 1) <= plan.weekly_cap_min
            if within and round(minutes - most, 6) > 0:
                yield (
                    f"Week {number} asks for {dose.sessions} walks of {minutes:g} minutes. With {days} of them a week "
                    f"may grow by {most:.3g} minutes at once, which leaves no room for one more walk: by the planned "
                    "walks alone this step can never be finished, and no later one is taken. A day is added where "
                    f"walks are of {plan.rules.growth_min:g} minutes at most."
                )
                return


def _long_walks(plan: Plan) -> Iterator[str]:
    """Farrokhi 2017: 27 people, 45 min at once or in three parts with an hour between."""
    if plan.rules.bout_cap_min <= LONG_WALK_MIN:
        return
    weeks = [str(number) for number, week in enumerate(plan.weeks, start=1) if week.minutes > LONG_WALK_MIN]
    if weeks:
        yield (
            f"More than {LONG_WALK_MIN} minutes of walking in one go (week {', '.join(weeks)}), which bout_cap_min = "
            f"{plan.rules.bout_cap_min:g} allows: in a small study of painful knees, pain rose during 45 minutes "
            "without a rest, and did not when they were split into three walks of 15 with an hour between."
        )


def _days_without_rest(plan: Plan) -> Iterator[str]:
    reason = (
        "Walk With Ease, a programme tried with arthritis, has three walks a week, so that a day lies between. No "
        "study has compared."
    )
    days, early = plan.walk_days, plan.rules.consecutive_days_early
    following = [f"{DAYS[day]} and {DAYS[(day + 1) % 7]}" for day in days if (day + 1) % 7 in days]
    sessions = [week.sessions or plan.sessions for week in plan.weeks[:2]]
    if following:
        yield f"Walks on days that follow each other ({', '.join(following)}) from the first week on: {reason}"
    elif not days and early:
        yield f"Walks on days that follow each other are open from the first week on: {reason}"
    elif not days and (max(sessions) > 4 or sum(sessions) > 7):
        yield (
            f"{' and '.join(map(str, sessions))} walks in the first weeks do not fit with a day between "
            f"(consecutive_days_early = false): {reason}"
        )


def _meant_in_plan(name: str) -> str:
    if name in RULES_FIELDS or name in EXERCISES_FIELDS:
        return _belongs(name)
    return did_you_mean(name, [*PLAN_FIELDS, "week", "rules", "exercises"])


def _meant_in_week(name: str) -> str:
    return _belongs(name) or did_you_mean(name, WEEK_FIELDS)


def _belongs(name: str) -> str:
    """Where a name of another table belongs, as the end of a sentence."""
    for fields, place in (
        (PLAN_FIELDS, "above the first [[week]]"),
        (RULES_FIELDS, "under [rules]"),
        (EXERCISES_FIELDS, "under [exercises]"),
    ):
        if name in fields:
            return f" (it belongs {place})"
    return ""
