# SPDX-License-Identifier: MIT
"""A plan's file becomes a Plan, or every mistake in it is told; and what deserves a second look is pointed out."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kneemon.config.plan_file import EXAMPLE, load_plan, plan_warnings
from kneemon.config.toml_text import as_toml
from kneemon.errors import ExitCode, PlanError
from kneemon.model.plans import Plan, PlanWeek

HEAD = 'schema = 1\nname = "Knees"\nstart = 2026-11-23\n'
DAYS = 'expected a list, in square brackets, with any of "mon", "tue", "wed", "thu", "fri", "sat" or "sun"'
REMEDY = "docs/plan.md shows a plan and tells what each line may be."


@pytest.fixture
def told(write):
    """What a person is told about a file, without its path and the remedy: one line for each mistake."""

    def _told(text: str) -> list[str]:
        path = write(text, "plan.toml")
        with pytest.raises(PlanError) as caught:
            load_plan(path)
        assert caught.value.exit_code is ExitCode.PLAN
        message = str(caught.value)
        assert message.endswith(REMEDY)
        lines = message.splitlines()[1:-1] if "\n" in message else [message.removesuffix(f". {REMEDY}")]
        return [line.removeprefix("  - ").removeprefix(f"{path}: ") for line in lines]

    return _told


def test_the_example_is_a_plan():
    minutes = (10, 15, 20, 25, 30, 35)
    assert load_plan(EXAMPLE) == Plan(
        name="Six weeks of walking",
        start=date(2026, 11, 23),
        weeks=tuple(PlanWeek(float(each)) for each in minutes),
        walk_days=(0, 2, 4),
        warm_up_s=180.0,
        cool_down_s=180.0,
        cadence_ceiling_spm=110.0,
        pain_stop=6,
        weekly_cap_min=None,
    )


def test_the_shortest_plan(write):
    plan = load_plan(write(f"{HEAD}[[week]]\nminutes = 10", "plan.toml"))
    assert plan == Plan("Knees", date(2026, 11, 23), (PlanWeek(10.0),), walk_days=(0, 1, 2, 3, 4, 5, 6))


def test_every_line_of_a_plan(write):
    text = f"""{HEAD}
        walk_days = ["sun", "tue"]
        warm_up_min = 2.5
        cool_down_min = 0
        cadence_ceiling_spm = 105
        pain_stop = 5
        weekly_cap_min = 40
        [[week]]
        minutes = 12.5
        [[week]]
        minutes = 20
        cadence_ceiling_spm = 112
        """
    assert load_plan(write(text, "plan.toml")) == Plan(
        name="Knees",
        start=date(2026, 11, 23),
        weeks=(PlanWeek(12.5), PlanWeek(20.0, 112.0)),
        walk_days=(1, 6),
        warm_up_s=150.0,
        cool_down_s=0.0,
        cadence_ceiling_spm=105.0,
        pain_stop=5,
        weekly_cap_min=40.0,
    )


def test_one_mistake_is_one_sentence(write):
    path = write(f"{HEAD}[[week]]\nminutes = 90", "plan.toml")
    with pytest.raises(PlanError) as caught:
        load_plan(path)
    assert str(caught.value) == f"{path}: week 1: minutes: expected a number from 3 to 60 min, saw 90. {REMEDY}"


def test_all_mistakes_are_told_at_once(told):
    assert told(
        """
        name = ""
        strat = 2026-11-23
        walk_days = ["mon", "Tuesday"]
        warm_up_min = 11
        cool_down_min = "3"
        cadence_ceiling_spm = 59
        pain_stop = 3.5
        weekly_cap_min = 151
        start = 2026-11-23T08:00:00
        [[week]]
        minutes = 2
        [[week]]
        minute = 10
        pain_stop = 5
        cadence_ceiling_spm = 141
        """
    ) == [
        'name: expected text in quotation marks, not empty, saw ""',
        "strat: expected a line of a plan, saw an unknown name (did you mean start?)",
        (
            "walk_days: expected a list, in square brackets, "
            'with any of "mon", "tue", "wed", "thu", "fri", "sat" or "sun", saw "Tuesday" (did you mean tue?)'
        ),
        "warm_up_min: expected a number from 0 to 10 min, saw 11",
        'cool_down_min: expected a number from 0 to 10 min, saw "3"',
        "cadence_ceiling_spm: expected a number from 60 to 140 steps/min, saw 59",
        "pain_stop: expected a whole number from 4 to 8, saw 3.5",
        "weekly_cap_min: expected a number from 20 to 150 min, saw 151",
        "start: expected a date such as 2026-11-23, saw 2026-11-23 08:00:00",
        "schema: expected 1, saw nothing",
        "week 1: minutes: expected a number from 3 to 60 min, saw 2",
        "week 2: minute: expected a line of a week, saw an unknown name (did you mean minutes?)",
        "week 2: pain_stop: expected a line of a week, saw an unknown name (it belongs above the first [[week]])",
        "week 2: cadence_ceiling_spm: expected a number from 60 to 140 steps/min, saw 141",
        "week 2: minutes: expected a number from 3 to 60 min, saw nothing",
    ]


@pytest.mark.parametrize(
    ("text", "mistakes"),
    [
        ("", ["week: expected 1 to 26 weeks, each under its [[week]], saw none"]),
        ("[[week]]\nminutes = 9\n" * 27, ["week: expected 1 to 26 weeks, each under its [[week]], saw 27"]),
        (
            "[week]\nminutes = 9",
            ["week: expected [[week]] in double brackets before each week, saw [week] in single ones"],
        ),
        ("week = [10, 20]", ["week: expected [[week]] before each week, saw [10, 20]"]),
        ("week = 10", ["week: expected [[week]] before each week, saw 10"]),
        (
            'walk_days = ["Mo", "mon", "s", 3, "Lundi", "x"]\n[[week]]\nminutes = 9',
            [f'walk_days: {DAYS}, saw "Mo" (did you mean mon?), "s", 3, "Lundi"'],
        ),
        ('walk_days = "mon"\n[[week]]\nminutes = 9', [f'walk_days: {DAYS}, saw "mon"']),
        ("walk_days = []\n[[week]]\nminutes = 9", ["walk_days"]),
        (
            'walk_days = ["mon", "mon"]\n[[week]]\nminutes = 9',
            ['walk_days: expected each day once, saw ["mon", "mon"]'],
        ),
        (
            'walk_days = ["mon", "wed", "fri"]\nweekly_cap_min = 70\n[[week]]\nminutes = 23\n[[week]]\nminutes = 23.5',
            ["week 2: minutes: expected at most 23.3333 on 3 days, for weekly_cap_min = 70, saw 23.5"],
        ),
        (
            "weekly_cap_min = 70\n[[week]]\nminutes = 15",
            ["week 1: minutes: expected at most 10 on 7 days, for weekly_cap_min = 70, saw 15"],
        ),
        ("weekly_cap_min = 7\n[[week]]\nminutes = 15", ["weekly_cap_min"]),
    ],
)
def test_a_plan_that_contradicts_itself(told, text, mistakes):
    seen = told(HEAD + text)
    assert len(seen) == len(mistakes)
    assert all(line.startswith(mistake) for line, mistake in zip(seen, mistakes, strict=True))


def test_a_newer_file_is_not_judged(write):
    path = write('schema = 2\nname = 5\n[[phase]]\nstep = "x"', "plan.toml")
    with pytest.raises(PlanError) as caught:
        load_plan(path)
    assert str(caught.value) == (
        f"{path}: schema: expected 1, the newest that this kneemon knows, saw 2. "
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
    path.write_text(f"{HEAD}walk_days = {as_toml(sorted(days))}\nweekly_cap_min = {cap_min!r}\n{weeks}")
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


def plan(*minutes: float, days: tuple[int, ...] = (0, 2, 4)) -> Plan:
    return Plan("Knees", date(2026, 11, 23), tuple(PlanWeek(each) for each in minutes), walk_days=days)


@pytest.mark.parametrize(
    ("minutes", "weeks"),
    [
        ((10, 15, 20, 25, 30), []),  # 15 min more a week, as Walk With Ease
        ((10, 16), [2]),  # 18 more
        ((10, 15, 21), [3]),  # 18 more, 30 % of the mean of 30 and 45 is 11
        ((20, 25, 30), []),
        ((60 / 3, 75 / 3, 96 / 3), [3]),  # 21 more than 75; 30 % of 67.5 is 20.25
        ((60 / 3, 75 / 3, 95 / 3), []),  # 20 more
        ((20, 10, 20), [3]),  # back to where it was: 30 more than 30; 30 % of 45 is 13.5
        ((20, 26), []),  # 18 more, 30 % of 60 is 18
        ((20, 27), [2]),
        ((30, 10, 3), []),
    ],
)
def test_growth_is_pointed_out(minutes, weeks):
    told = [line for line in plan_warnings(plan(*minutes)) if " more than week " in line]
    assert [line.split()[1] for line in told] == [str(week) for week in weeks]


def test_the_words_of_the_warnings():
    assert plan_warnings(plan(10, 20, 35, 40, days=(0, 1, 3, 6))) == [
        (
            "Week 2 asks for 80 minutes in all, 40 more than week 1; kneemon points out more than 15 "
            "(15 minutes a week, as Walk With Ease grows, or 30 % of the two weeks before). "
            "No study tells how much is too much for painful knees."
        ),
        (
            "Week 3 asks for 140 minutes in all, 60 more than week 2; kneemon points out more than 18 "
            "(15 minutes a week, as Walk With Ease grows, or 30 % of the two weeks before). "
            "No study tells how much is too much for painful knees."
        ),
        (
            "More than 30 minutes of walking in one go (week 3, 4): in a small study of painful knees, pain rose "
            "during 45 minutes without a rest, and did not when they were split into three walks of 15 with an hour "
            "between. Two shorter walks make the same minutes."
        ),
        (
            "Walks on days that follow each other (mon and tue, sun and mon) from the first week on: Walk With Ease, a "
            "programme tried with arthritis, has three walks a week, so that a day lies between. No study has compared."
        ),
    ]


def test_an_empty_list_of_days_means_every_day():
    assert plan_warnings(plan(10, days=())) == plan_warnings(plan(10, days=(0, 1, 2, 3, 4, 5, 6)))


def test_the_example_walks_long_in_its_last_week_only():
    (long,) = plan_warnings(load_plan(EXAMPLE))
    assert long.startswith("More than 30 minutes of walking in one go (week 6)")


def test_a_gentle_plan_gives_no_warning():
    assert plan_warnings(plan(10, 12, 14, 16)) == []
