# SPDX-License-Identifier: MIT
"""What somebody new to the pages asked: which dose, which ceiling, which weeks; and forms that speak of themselves."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from web_bench import Served, Visitor

from kneemon.app.dose_read import left_min
from kneemon.app.opened import opened
from kneemon.app.plan_today import dose_today
from kneemon.app.reading import Reading, WalkRead
from kneemon.cli import main
from kneemon.clock import SystemClock
from kneemon.config.plan_fields import EXERCISES_FIELDS, PLAN_FIELDS, RULES_FIELDS, WEEK_FIELDS
from kneemon.language import Language
from kneemon.web.plan_words import line, plain_help
from kneemon.web.visit import Role

EN = Language("en")
WEEKS = 12


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("lived")
    assert main(["simulate", "life", "--weeks", str(WEEKS), "--store", str(folder / "kneemon.db")]) == 0
    served = Served(folder)
    yield served
    served.close()


@pytest.fixture(scope="module")
def physio(lived: Served) -> Visitor:
    return lived.as_(Role.PHYSIO)


@pytest.fixture
def reading(lived: Served) -> Iterator[Reading]:
    with opened(lived.places.store, SystemClock()) as found:
        yield found


def text_of(page: Any) -> str:
    return " ".join(page.find(".//main").text_content().split())


def of_its_main_part(physio: Visitor, walk: WalkRead) -> str:
    page = physio.page(f"/walk/{walk.record.session_id}")
    (told,) = page.xpath("//dt[.='Main part, minutes']/following-sibling::dd/small/text()")
    return str(told)


def test_a_later_walk_of_a_day_is_held_against_what_was_left(physio: Visitor, reading: Reading) -> None:
    walks = [walk for walk in reading.walks(1000) if walk.outcome.planned_min]
    later = next(walk for walk in walks if (left_min(walk) or 0.0) > 1.0)
    left, dose = left_min(later), later.outcome.planned_min
    assert of_its_main_part(physio, later) == f"of {left:.1f} min left that day (day's dose {dose:.0f})"
    first = next(walk for walk in walks if left_min(walk) is None)
    assert of_its_main_part(physio, first) == f"of {first.outcome.planned_min:.0f} planned"


def test_the_walkers_own_pace_is_said_beside_the_plans_ceiling(physio: Visitor, reading: Reading) -> None:
    today, state = dose_today(reading), reading.state
    assert today is not None
    assert today.cadence_ceiling_spm is not None
    assert state is not None
    assert state.dose.cadence_ceiling_spm is not None
    now, allowed = round(today.cadence_ceiling_spm), round(state.dose.cadence_ceiling_spm)
    assert now < allowed
    said = f"{now} today: from the walker's own pace; the plan allows {allowed}"
    for path in ("/", "/plan", "/report"):
        assert said in text_of(physio.page(path)), path


def test_weeks_before_the_first_walk_are_left_out(physio: Visitor, reading: Reading) -> None:
    weeks = reading.weeks(26)
    begun = next(week for week in weeks if week.walks)
    assert begun is not weeks[0]
    page = physio.page("/weeks?weeks=26")
    (table,) = page.xpath("//table[caption='Weeks against the plan, newest first']")
    assert table.xpath("string(.//tbody/tr[last()]/th)") == EN.day(begun.first)
    assert page.xpath("string(//*[@id='chart-weeks']//table//tbody/tr[1]/th)") == EN.day(begun.first)
    assert "counted from where the plan's present week begins" in text_of(page)


def test_empty_weeks_after_the_first_walk_stay(physio: Visitor, reading: Reading) -> None:
    page = physio.page("/weeks?weeks=4")
    assert len(page.xpath("//table[caption='Weeks against the plan, newest first']//tbody/tr")) == 4


@pytest.mark.parametrize("fields", [PLAN_FIELDS, WEEK_FIELDS, RULES_FIELDS, EXERCISES_FIELDS])
def test_a_form_does_not_speak_of_a_file(fields: Any) -> None:
    for name, field in fields.items():
        told = plain_help(field)
        assert not re.search(r"without this line|\btrue\b|no line does|\w_\w|Row \d", told), (name, told)
        assert re.fullmatch(r"[A-Z].*[^ ;,.]\.", told), (name, told)


def test_what_has_no_usual_value_tells_none() -> None:
    assert "as a rule" not in line(EN, "weekly_cap_min", "", {}).hint
    assert "as a rule 35" in line(EN, "session_top_min", "", {}).hint
    assert line(EN, "rules.rise_rule", "true", {}).hint.startswith("as a rule yes")
