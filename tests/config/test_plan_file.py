# SPDX-License-Identifier: MIT
"""A plan's file becomes a Plan, or every mistake in it is told; and what deserves a second look is pointed out."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kneemon.config.plan_fields import EXERCISES_FIELDS, PLAN_FIELDS, RULES_FIELDS
from kneemon.config.plan_file import EXAMPLE, growth_open_min, load_plan, parse_plan, plan_text, plan_warnings
from kneemon.config.toml_text import as_toml
from kneemon.errors import ExitCode, PlanError
from kneemon.model.plans import ExerciseRules, Plan, PlanWeek, Rules, Variable
from kneemon.plan.growth import Room, grow
from kneemon.plan.moves import beginning

HEAD = 'schema = 1\nname = "Knees"\nstart = 2026-11-23\n'
DAYS = 'expected a list, in square brackets, with any of "mon", "tue", "wed", "thu", "fri", "sat" or "sun"'
REMEDY = "docs/plan.md shows a plan and tells what each line may be."


@pytest.fixture
def told(write):
    """What a person is told about a file, without its name and the remedy: "14: …" for a mistake in line 14."""

    def _told(text: str) -> list[str]:
        path = write(text, "plan.toml")
        with pytest.raises(PlanError) as caught:
            load_plan(path)
        assert caught.value.exit_code is ExitCode.PLAN
        message = str(caught.value)
        assert message.endswith(REMEDY)
        lines = message.splitlines()[1:-1] if "\n" in message else [message.removesuffix(f". {REMEDY}")]
        return [line.removeprefix("  - ").removeprefix(f"{path}:").strip() for line in lines]

    return _told


def test_the_example_is_a_plan():
    minutes = (10, 15, 20, 25, 30, 35)
    assert load_plan(EXAMPLE) == Plan(
        name="Six weeks of walking",
        start=date(2026, 11, 23),
        weeks=tuple(PlanWeek(float(each)) for each in minutes),
        walk_days=(0, 2, 4),
        sessions=3,
        warm_up_s=180.0,
        cool_down_s=180.0,
        cadence_ceiling_spm=120.0,
        weekly_cap_min=None,
        session_top_min=35.0,
        preset="six_week",
    )


def test_the_shortest_plan(write):
    plan = load_plan(write(f"{HEAD}[[week]]\nminutes = 10", "plan.toml"))
    assert plan == Plan(
        "Knees",
        date(2026, 11, 23),
        (PlanWeek(10.0),),
        walk_days=(),
        sessions=3,
        cadence_ceiling_spm=120.0,
        session_top_min=35.0,
    )


def test_every_line_of_a_plan(write):
    rules = Rules(
        pain_safe_max=1,
        pain_acceptable_max=6,
        pain_no_start=8,
        no_start_above_usual=True,
        pain_rise=3,
        rise_rule=False,
        pain_noise=0,
        later_h=3.0,
        morning_from_h=6,
        morning_to_h=11,
        prompt_min=0.0,
        flare_mornings=1,
        deload_days=8,
        deload_percent=25.0,
        unsettled_days=28,
        bucklings_review=1,
        overshoot_percent=150.0,
        growth_percent=10.0,
        consecutive_days_early=True,
        bout_cap_min=60.0,
        split_bout_min=20.0,
        rest_min=30.0,
        shortest_bout_min=0.5,
        steps_goal=6000,
        moderate_min=150,
        moderate_spm=90.0,
        vigorous_spm=125.0,
        ceiling_relative=False,
        ceiling_percent=105.0,
        impulse_bw_s=1.1,
        stick_factor=0.8,
    )
    exercises = ExerciseRules(
        push_off_sets=5,
        push_off_reps=15,
        push_off_level_max=4,
        push_off_up_s=1.0,
        push_off_down_s=4.0,
        push_off_days=7,
        rest_between_sets_s=30.0,
        balance_hold_s=45.0,
        calf_stretch_s=30.0,
        calf_stretch_times=2,
        cold_timer_min=20.0,
    )
    text = f"""{HEAD}
        preset = "gentle"
        physio = true
        walk_days = ["sun", "tue", "wed"]
        sessions_per_week = 2
        warm_up_min = 2.5
        cool_down_min = 0
        cadence_ceiling_spm = 105
        weekly_cap_min = 40
        session_top_min = 20
        locked = ["pace", "minutes", "pace"]
        [[week]]
        minutes = 12.5
        sessions_per_week = 3
        [rules]
        {_lines(rules, RULES_FIELDS)}
        [[week]]
        minutes = 20
        cadence_ceiling_spm = 112
        [exercises]
        {_lines(exercises, EXERCISES_FIELDS)}
        """
    assert load_plan(write(text, "plan.toml")) == Plan(
        name="Knees",
        start=date(2026, 11, 23),
        weeks=(PlanWeek(12.5, None, 3), PlanWeek(20.0, 112.0)),
        walk_days=(1, 2, 6),
        sessions=2,
        warm_up_s=150.0,
        cool_down_s=0.0,
        cadence_ceiling_spm=105.0,
        weekly_cap_min=40.0,
        session_top_min=20.0,
        preset="gentle",
        physio=True,
        locked=(Variable.PACE, Variable.MINUTES),
        rules=rules,
        exercises=exercises,
    )


def _lines(values: Rules | ExerciseRules, fields) -> str:
    return "\n".join(f"{name} = {as_toml(getattr(values, name))}" for name in fields)


def test_the_defaults_are_those_of_the_rules():
    for fields, defaults in ((RULES_FIELDS, Rules()), (EXERCISES_FIELDS, ExerciseRules())):
        assert {name: field.default for name, field in fields.items()} == {
            name: getattr(defaults, name) for name in fields
        }
    fixed = set(Rules.__dataclass_fields__) - set(RULES_FIELDS)
    assert fixed == {"growth_min", "baseline_walks", "baseline_walk_min"}
    assert set(ExerciseRules.__dataclass_fields__) == set(EXERCISES_FIELDS)


def test_the_text_is_the_file(write):
    text = f"# für mich\n{HEAD}[[week]]\nminutes = 10\n"
    path = write(text, "plan.toml")
    assert plan_text(path) == text
    assert parse_plan(text, Path("elsewhere.toml")) == load_plan(path)


def test_one_mistake_is_one_sentence(write):
    path = write(f"{HEAD}[[week]]\nminutes = 90", "plan.toml")
    with pytest.raises(PlanError) as caught:
        load_plan(path)
    assert str(caught.value) == f"{path}:5: week 1: minutes: expected a number from 3 to 60 min, saw 90. {REMEDY}"


def test_all_mistakes_are_told_at_once_each_with_its_line(told):
    assert told(
        """
        name = ""
        strat = 2026-11-23
        walk_days = ["mon", "Tuesday"]
        warm_up_min = 11
        cool_down_min = "3"
        cadence_ceiling_spm = 59
        weekly_cap_min = 151
        pain_rise = 2
        start = 2026-11-23T08:00:00
        locked = ["minutes",
                  "hours"]
        [[week]]
        minutes = 2
        [rules]
        pain_rise = 4
        prompt_min = 4
        morning_to = 11
        moderate_min = 50
        # the second week
        [[week]]
        minute = 10
        warm_up_min = 5
        balance_hold_s = 5
        cadence_ceiling_spm = 141
        [exercises]
        push_off_reps = 16
        sets = 3
        """
    ) == [
        "schema: expected 1, saw nothing",
        '2: name: expected text in quotation marks, not empty, saw ""',
        "3: strat: expected a line of a plan, saw an unknown name (did you mean start?)",
        f'4: walk_days: {DAYS}, saw "Tuesday" (did you mean tue?)',
        "5: warm_up_min: expected a number from 0 to 10 min, saw 11",
        '6: cool_down_min: expected a number from 0 to 10 min, saw "3"',
        "7: cadence_ceiling_spm: expected a number from 60 to 140 steps/min, saw 59",
        "8: weekly_cap_min: expected a number from 20 to 150 min, saw 151",
        "9: pain_rise: expected a line of a plan, saw an unknown name (it belongs under [rules])",
        "10: start: expected a date such as 2026-11-23, saw 2026-11-23 08:00:00",
        '11: locked: expected a list, in square brackets, with any of "minutes", "days" or "pace", saw "hours"',
        "14: week 1: minutes: expected a number from 3 to 60 min, saw 2",
        "16: [rules] pain_rise: expected a whole number from 1 to 3, saw 4",
        "17: [rules] prompt_min: expected a number from 5 to 20 min, or 0, saw 4",
        "18: [rules] morning_to: expected a line of [rules], saw an unknown name (did you mean morning_to_h?)",
        "19: [rules] moderate_min: expected 45, 60 or 150 min, saw 50",
        "21: week 2: minutes: expected a number from 3 to 60 min, saw nothing",
        "22: week 2: minute: expected a line of a week, saw an unknown name (did you mean minutes?)",
        "23: week 2: warm_up_min: expected a line of a week, saw an unknown name (it belongs above the first [[week]])",
        "24: week 2: balance_hold_s: expected a line of a week, saw an unknown name (it belongs under [exercises])",
        "25: week 2: cadence_ceiling_spm: expected a number from 60 to 140 steps/min, saw 141",
        "27: [exercises] push_off_reps: expected a whole number from 5 to 15, saw 16",
        "28: [exercises] sets: expected a line of [exercises], saw an unknown name",
    ]


PHYSIO = "takes physio = true above the first [[week]], which says that a physiotherapist set the numbers"


@pytest.mark.parametrize(
    ("text", "mistakes"),
    [
        ("", ["week: expected 1 to 26 weeks, each under its [[week]], saw none"]),
        ("[[week]]\nminutes = 9\n" * 27, ["4: week: expected 1 to 26 weeks, each under its [[week]], saw 27"]),
        (
            "[week]\nminutes = 9",
            ["4: week: expected [[week]] in double brackets before each week, saw [week] in single ones"],
        ),
        ("week = [10, 20]", ["4: week: expected [[week]] before each week, saw [10, 20]"]),
        ("week = 10", ["4: week: expected [[week]] before each week, saw 10"]),
        (
            'walk_days = ["Mo", "mon", "s", 3, "Lundi", "x"]\n[[week]]\nminutes = 9',
            [f'4: walk_days: {DAYS}, saw "Mo" (did you mean mon?), "s", 3, "Lundi"'],
        ),
        ('walk_days = "mon"\n[[week]]\nminutes = 9', [f'4: walk_days: {DAYS}, saw "mon"']),
        (
            'walk_days = ["mon", "mon"]\n[[week]]\nminutes = 9',
            ['4: walk_days: expected each day once, saw ["mon", "mon"]'],
        ),
        (
            'walk_days = ["mon"]\nsessions_per_week = 2\n[[week]]\nminutes = 9\nsessions_per_week = 3',
            [
                "5: sessions_per_week: expected at most 1, as many as walk_days, saw 2",
                "8: week 1: sessions_per_week: expected at most 1, as many as walk_days, saw 3",
            ],
        ),
        (
            'walk_days = ["mon", "wed", "fri"]\nweekly_cap_min = 70\n[[week]]\nminutes = 23\n[[week]]\nminutes = 23.5',
            ["9: week 2: minutes: expected at most 23.3 in each of 3 walks, for weekly_cap_min = 70, saw 23.5"],
        ),
        (
            "sessions_per_week = 7\nweekly_cap_min = 70\n[[week]]\nminutes = 15\n[[week]]\nminutes = 10",
            ["7: week 1: minutes: expected at most 10 in each of 7 walks, for weekly_cap_min = 70, saw 15"],
        ),
        (
            "weekly_cap_min = 20\n[[week]]\nminutes = 21\nsessions_per_week = 1",
            ["6: week 1: minutes: expected at most 20 in each of 1 walk, for weekly_cap_min = 20, saw 21"],
        ),
        (
            'preset = "severe"\n[[week]]\nminutes = 24',
            ["6: week 1: minutes: expected at most 23.3 in each of 3 walks, for weekly_cap_min = 70, saw 24"],
        ),
        (
            'preset = "severe"\nweekly_cap_min = 71\n[[week]]\nminutes = 9',
            [f'5: weekly_cap_min: expected at most 70 with preset = "severe"; more {PHYSIO}, saw 71'],
        ),
        (
            "weekly_cap_min = 7\n[[week]]\nminutes = 15",
            ["4: weekly_cap_min: expected a number from 20 to 150 min, saw 7"],
        ),
        (
            "[[week]]\nminutes = 36",
            ["5: week 1: minutes: expected at most 35, or a higher session_top_min above the first [[week]], saw 36"],
        ),
        (
            "rules = 5\n[[week]]\nminutes = 9",
            ["4: rules: expected [rules] in single brackets with its lines under it, saw 5"],
        ),
        (
            "[[rules]]\n[[week]]\nminutes = 9",
            ["4: rules: expected [rules] in single brackets with its lines under it, saw [a table]"],
        ),
        (
            "[rule]\n[[week]]\nminutes = 9",
            ["4: rule: expected a line of a plan, saw an unknown name (did you mean rules?)"],
        ),
    ],
)
def test_a_plan_that_contradicts_itself(told, text, mistakes):
    assert told(HEAD + text) == mistakes


@pytest.mark.parametrize(
    ("rules", "mistakes"),
    [
        (
            "pain_no_start = 5",
            ["6: [rules] pain_no_start: expected more than pain_acceptable_max, which is 5, saw 5"],
        ),
        ("pain_acceptable_max = 3\npain_no_start = 4", []),
        ("pain_noise = 2", ["6: [rules] pain_rise: expected more than pain_noise, which is 2, saw 2"]),
        ("morning_from_h = 12", ["6: [rules] morning_to_h: expected more than morning_from_h, which is 12, saw 12"]),
        (
            "deload_days = 7\nunsettled_days = 7",
            ["7: [rules] unsettled_days: expected more than deload_days, which is 7, saw 7"],
        ),
        (
            "vigorous_spm = 110\nmoderate_spm = 115",
            ["6: [rules] vigorous_spm: expected more than moderate_spm, which is 115, saw 110"],
        ),
        (
            "vigorous_spm = 109\nmoderate_spm = 115",
            ["6: [rules] vigorous_spm: expected a number from 110 to 150 steps/min, saw 109"],
        ),
        (
            "shortest_bout_min = 10\nsplit_bout_min = 10",
            ["7: [rules] split_bout_min: expected more than shortest_bout_min, which is 10, saw 10"],
        ),
        ("bout_cap_min = 14", ["6: [rules] split_bout_min: expected at most bout_cap_min, which is 14, saw 15"]),
        ("pain_no_start = 7", [f"6: [rules] pain_no_start: expected at most 6; more {PHYSIO}, saw 7"]),
        (
            "pain_acceptable_max = 6\npain_no_start = 7",
            [
                f"6: [rules] pain_acceptable_max: expected at most 5; more {PHYSIO}, saw 6",
                f"7: [rules] pain_no_start: expected at most 6; more {PHYSIO}, saw 7",
            ],
        ),
        ("bout_cap_min = 45.5", [f"6: [rules] bout_cap_min: expected at most 45; more {PHYSIO}, saw 45.5"]),
        ("bout_cap_min = 45", []),
        ("rise_rule = false", [f"6: [rules] rise_rule: expected true; false {PHYSIO}, saw false"]),
        ("no_start_above_usual = true", [f"6: [rules] no_start_above_usual: expected false; true {PHYSIO}, saw true"]),
        (
            "[exercises]\npush_off_sets = 4\npush_off_level_max = 4",
            [
                f"7: [exercises] push_off_sets: expected at most 3; more {PHYSIO}, saw 4",
                f"8: [exercises] push_off_level_max: expected at most 3; more {PHYSIO}, saw 4",
            ],
        ),
        ("[exercises]\npush_off_sets = 3", []),
    ],
)
def test_rules_that_cannot_be_meant_together_or_take_a_physio(write, told, rules, mistakes):
    weeks = "week = [{minutes = 10}]\n"
    text = f"{HEAD}{weeks}[rules]\n{rules}\n"
    if mistakes:
        assert told(text) == mistakes
    else:
        load_plan(write(text, "plan.toml"))
    if all(PHYSIO in mistake for mistake in mistakes):
        assert load_plan(write(f"{HEAD}physio = true\n{weeks}[rules]\n{rules}\n", "plan.toml")).physio


def test_a_line_is_judged_together_with_another_only_when_both_can_be_read(told):
    assert told(f'{HEAD}walk_days = ["mon", "Tag"]\nsessions_per_week = 5\n[[week]]\nminutes = 9') == [
        f'4: walk_days: {DAYS}, saw "Tag"'
    ]


@pytest.mark.parametrize(
    ("stop", "line"), [("6", " = 5"), ("4", " = 3"), ("7", " = 6"), ("8", ""), ("6.0", ""), ('"six"', "")]
)
def test_the_old_line_is_told_with_the_new_one(told, stop, line):
    assert told(f"{HEAD}pain_stop = {stop}\n[[week]]\nminutes = 9") == [
        (
            f"4: pain_stop: expected the line pain_acceptable_max{line} under [rules] instead, one less than "
            f"pain_stop, saw pain_stop = {stop}, as older plans had it"
        )
    ]


def test_a_newer_file_is_not_judged(write):
    path = write('schema = 2\nname = 5\n[[phase]]\nstep = "x"', "plan.toml")
    with pytest.raises(PlanError) as caught:
        load_plan(path)
    assert str(caught.value) == (
        f"{path}:1: schema: expected 1, the newest that this kneemon knows, saw 2. "
        "Update kneemon, or have the plan written for schema 1."
    )


def test_a_plan_that_is_not_there_or_no_toml(tmp_path, write):
    with pytest.raises(PlanError, match="expected a file, saw none of that name"):
        load_plan(tmp_path / "none.toml")
    with pytest.raises(PlanError, match=r"plan\.toml, line 1, column 8: expected lines such as .*, saw `name = Knees`"):
        load_plan(write("name = Knees", "plan.toml"))


@pytest.mark.parametrize("day", ["23.11.2026", "2026.11.23", "23/11/2026", "23-11-2026", "2026-1-5", "2026-13-45 # x"])
def test_a_date_in_other_ways(write, day):
    path = write(f"schema = 1\nstart = {day}\n", "plan.toml")
    with pytest.raises(PlanError) as caught:
        load_plan(path)
    assert f"saw `start = {day}` (" in str(caught.value)
    assert caught.value.remedy == "Write a date as 2026-11-23: year-month-day."


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    minutes=st.lists(st.floats(3, 60), min_size=1, max_size=26),
    days=st.sets(st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), min_size=1),
    cap_min=st.floats(20, 150),
)
def test_no_week_of_a_loaded_plan_is_over_its_cap(tmp_path, minutes, days, cap_min):
    path: Path = tmp_path / "plan.toml"
    weeks = "".join(f"[[week]]\nminutes = {each!r}\n" for each in minutes)
    path.write_text(
        f"{HEAD}session_top_min = 60\nwalk_days = {as_toml(sorted(days))}\nweekly_cap_min = {cap_min!r}\n{weeks}"
    )
    over = {number for number, each in enumerate(minutes, start=1) if each * len(days) > cap_min}
    try:
        plan = load_plan(path)
    except PlanError as refusal:
        text = str(refusal)
    else:
        assert not over
        assert [week.minutes for week in plan.weeks] == minutes
        return
    assert {number for number in range(1, 27) if f"week {number}: minutes" in text} == over
    assert over


@pytest.mark.parametrize(
    ("weeks", "more", "seen"),
    [
        ([(35, 3), (35, 4)], {}, (2, 4, 35, 3, "31.5")),
        ([(35, 3), (35, 3), (16, 4), (35, 5)], {}, (3, 4, 16, 3, "15")),  # the first one is told
        ([(20, 2), (20, 4)], {}, (2, 4, 20, 2, "15")),
        ([(20, 2), (30, 4)], {"weekly_cap_min": 64}, (2, 4, 16, 2, "15")),  # the cap shortens its walks
        ([(16, 3), (10, 4)], {"locked": (Variable.MINUTES,)}, (2, 4, 16, 3, "15")),  # locked minutes stay 16
        ([(35, 3), (35, 4)], {"rules": Rules(growth_percent=34)}, None),
        ([(35, 4), (35, 5)], {}, None),  # 30 % of 140 minutes are 42
        ([(15, 3), (15, 5)], {}, None),
        ([(35, 4), (35, 3)], {}, None),
        ([(35, 3), (35, 4)], {"locked": (Variable.DAYS,)}, None),
        ([(21, 1), (3, 2)], {"weekly_cap_min": 40, "locked": (Variable.MINUTES,)}, None),  # the cap asks for no more
    ],
)
def test_a_day_that_can_never_be_added_is_pointed_out(weeks, more, seen):
    steps = tuple(PlanWeek(minutes, sessions=days) for minutes, days in weeks)
    told = [line for line in plan_warnings(Plan("Knees", date(2026, 11, 23), steps, **more)) if " never " in line]
    if seen is None:
        assert told == []
        return
    week, walks, minutes, days, most = seen
    (line,) = told
    assert line == (
        f"Week {week} asks for {walks} walks of {minutes} minutes. With {days} of them a week may grow by {most} "
        "minutes at once, which leaves no room for one more walk: by the planned walks alone this step can never be "
        "finished, and no later one is taken. A day is added where walks are of 15 minutes at most."
    )


@given(
    weeks=st.lists(st.tuples(st.integers(3, 35), st.integers(1, 7)), min_size=1, max_size=4),
    cap_min=st.none() | st.integers(40, 150),
    locked=st.sets(st.sampled_from(Variable)).map(tuple),
    growth_percent=st.sampled_from((10, 30, 50)),
)
def test_what_is_pointed_out_is_what_the_rules_do(weeks, cap_min, locked, growth_percent):
    """Good weeks, walked as planned, for longer than any plan takes."""
    steps = tuple(PlanWeek(minutes, sessions=days) for minutes, days in weeks)
    rules = Rules(growth_percent=growth_percent)
    plan = Plan("Knees", date(2026, 11, 23), steps, weekly_cap_min=cap_min, locked=locked, rules=rules)
    state = beginning(plan, plan.start)
    for _ in range(100):
        grown = grow(plan, state, Room(growth_open_min([state.dose.weekly_min], rules)))
        state = replace(state, step=grown.step, dose=grown.dose)
    reached = grown.why == "The last step is reached and goes on."
    assert reached is not any(" never " in line for line in plan_warnings(plan))


def test_every_line_of_rules_and_exercises_names_its_row():
    for name, field in (RULES_FIELDS | EXERCISES_FIELDS).items():
        assert re.search(r" Row \d+\.$", field.help), name
    assert "Row 20." in PLAN_FIELDS["cadence_ceiling_spm"].help
