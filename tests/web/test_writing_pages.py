# SPDX-License-Identifier: MIT
"""Answers, notes, corrections and deletions, sent as a browser without scripts sends them, to a kneemon that runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from web_bench import wait_until
from writing_bench import House, Page, Visitor, lived

from kneemon.model.diary import (
    Corrected,
    GradeAnswer,
    PainAnswer,
    Restored,
    SignsAnswer,
    SteadyAnswer,
    Struck,
    Surface,
    Tags,
    WalkNote,
)
from kneemon.model.questions import Ask, Grade, Signs, Steady
from kneemon.store import StoreReader
from kneemon.web.visit import Role

HOSTILE = "<script>alert('x')</script> =1+1 & \"so\""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with House(lived(tmp_path_factory.mktemp("house"), 4)) as opened:
        yield opened


@pytest.fixture(scope="module")
def walker(house: House) -> Visitor:
    return house.visitor(Role.WALKER)


@pytest.fixture(scope="module")
def physio(house: House) -> Visitor:
    return house.visitor(Role.PHYSIO)


def walks(house: House) -> list[str]:
    """Newest first."""
    with StoreReader(house.daemon.store) as reader:
        return [record.session_id for record in reader.sessions()]


def test_a_late_answer_about_a_walk_replaces_the_earlier_one(house: House, walker: Visitor) -> None:
    name = walks(house)[2]
    page = walker.see("/answer")
    number = next(at for at, form in enumerate(page.html.forms) if form.xpath(".//select[@id='pain-walk']"))
    fields = {"session_id": name, "ask": "pain_later"}
    at = [form for form in page.html.forms if form.action == "/answer"].index(page.html.forms[number])
    first = page.send("/answer", at, value="3", **fields)
    assert "Done: Pain 3 of 10 is noted." in first.said
    second = first.send("/answer", at, value="1", **fields)
    assert "Done: Pain 1 of 10 is noted." in second.said
    told = [
        fact
        for fact in house.kept(PainAnswer)
        if fact.session_id == name and fact.ask is Ask.PAIN_LATER and fact.score in (1, 3)
    ]
    assert [fact.score for fact in told[-2:]] == [3, 1]
    assert "later 1" in walker.see("/answer").text


def test_a_morning_of_the_last_fortnight(house: House, walker: Visitor) -> None:
    page = walker.see("/answer")
    (days,) = page.html.xpath("//select[@name='morning']")
    assert len(days.value_options) == 14
    day = days.value_options[3]
    forms = [form for form in page.html.forms if form.action == "/answer"]
    at = next(at for at, form in enumerate(forms) if form.xpath(".//select[@name='morning']"))
    page = page.send("/answer", at, morning=day, value="4")
    assert "Pain 4 of 10 this morning is noted." in page.said
    assert wait_until(
        lambda: [fact for fact in house.diary(PainAnswer) if str(fact.morning) == day and fact.score == 4]
    )
    assert walker.until("/answer", "told: 4")


@pytest.mark.parametrize("value", ["11", "-1", "", "4.5", "many"])
def test_an_answer_that_is_none_is_refused_in_words(walker: Visitor, value: str) -> None:
    page = walker.see("/answer").send("/answer", -1, ask="pain_morning", value=value)
    assert page.path == "/answer"
    assert page.said.startswith("Not done:")
    assert "expected a whole number from 0 to 10" in page.said


def test_a_warning_sign_leads_to_the_lists_and_the_plan_stops(house: House, walker: Visitor) -> None:
    page = walker.see("/answer")
    at = _at(page, "signs")
    page = page.send("/answer", at, value=str(int(Signs.SOMETHING)))
    assert "Which list is it on?" in page.said
    assert "cannot put weight on the leg" in page.text
    page = page.send("/answer", _at(page, "grade"), value=str(int(Grade.SOON)))
    assert "Arrange a review with your physio or doctor" in page.said
    assert wait_until(lambda: Grade.SOON in [fact.grade for fact in house.diary(GradeAnswer)])
    assert Signs.SOMETHING in [fact.signs for fact in house.diary(SignsAnswer)]


def test_that_the_knee_gave_way_can_be_told_late(house: House, walker: Visitor) -> None:
    name = walks(house)[1]
    page = walker.see("/answer")
    page = page.send("/answer", _at(page, "gave_way"), session_id=name, value=str(int(Steady.STEADY)))
    assert "Done:" in page.said
    assert wait_until(lambda: [fact for fact in house.diary(SteadyAnswer) if fact.session_id == name])


def test_walker_and_physio_each_have_a_note(house: House, walker: Visitor, physio: Visitor) -> None:
    name = walks(house)[0]
    for visitor, text in ((walker, f"stairs {HOSTILE}"), (physio, "shorter next time")):
        page = visitor.see(f"/walk/{name}").send(f"/walk/{name}/note", text=text)
        assert page.said.startswith("Done:"), page.said
    notes = house.kept(WalkNote, 2)
    assert {(note.author, note.text) for note in notes} == {
        ("walker", f"stairs {HOSTILE}"),
        ("physio", "shorter next time"),
    }
    shown = walker.until(f"/walk/{name}", "shorter next time")
    assert HOSTILE in shown.text
    assert not [script for script in shown.html.xpath("//script") if "alert" in (script.text or "")]


def test_what_was_worn_and_walked_on(house: House, walker: Visitor) -> None:
    name = walks(house)[0]
    page = walker.see(f"/walk/{name}").send(f"/walk/{name}/tags", surface="grass", shoes="old ones", brace="yes")
    assert page.said.startswith("Done:")
    (told,) = [fact for fact in house.kept(Tags) if fact.shoes == "old ones"]
    assert (told.surface, told.brace, told.aid) == (Surface.GRASS, True, None)


def test_a_walk_is_corrected_with_a_reason(house: House, physio: Visitor) -> None:
    name = walks(house)[3]
    with StoreReader(house.daemon.store) as reader:
        steps = reader.session(name).summary.steps
    page = physio.see(f"/walk/{name}")
    page = page.send(f"/walk/{name}/correct", steps=str(steps - 10), why="counted by hand")
    assert page.said.startswith("Done:"), page.said
    (fact,) = house.kept(Corrected)
    assert (fact.steps, fact.walking_min, fact.why, fact.author) == (steps - 10, None, "counted by hand", "physio")
    with StoreReader(house.daemon.store) as reader:
        assert wait_until(lambda: reader.session(name).summary.steps == steps - 10)
        assert reader.former(name)[0].record.summary.steps == steps


@pytest.mark.parametrize(("steps", "minutes"), [("many", ""), ("", "9999"), ("-5", ""), ("", "")])
def test_a_correction_that_makes_no_sense_is_refused(house: House, walker: Visitor, steps: str, minutes: str) -> None:
    name = walks(house)[4]
    page = walker.see(f"/walk/{name}").send(f"/walk/{name}/correct", steps=steps, walking_min=minutes, why="x")
    assert page.said.startswith("Not done:")
    assert name not in [fact.session_id for fact in house.diary(Corrected)]


def test_a_walk_is_deleted_brought_back_and_erased(house: House, walker: Visitor) -> None:
    name = walks(house)[5]
    asked = walker.see(f"/walk/{name}/delete")
    assert "can be brought back" in asked.text
    assert not house.diary(Struck)
    page = asked.send(f"/walk/{name}/delete", why="the box was in the car")
    assert page.said.startswith("Done:")
    assert [(fact.session_id, fact.why, fact.author) for fact in house.kept(Struck)] == [
        (name, "the box was in the car", "walker")
    ]
    page = walker.until(f"/walk/{name}", "Bring the walk back")
    assert page.send(f"/walk/{name}/restore").said.startswith("Done:")
    assert house.kept(Restored)[0].session_id == name

    asked = walker.see(f"/walk/{name}/erase")
    again = asked.send(f"/walk/{name}/erase")
    assert again.said.startswith("Not done:")
    assert name in walks(house)
    gone = again.send(f"/walk/{name}/erase", sure="1")
    assert gone.said.startswith("Done:"), gone.said
    assert gone.path == "/walks"
    assert wait_until(lambda: name not in walks(house))
    assert walker.see(f"/walk/{name}/delete").status == 404


@pytest.mark.parametrize("word", ["all", "latest"])
def test_no_word_for_walks_is_a_walks_name(house: House, walker: Visitor, word: str) -> None:
    before, told = walks(house), house.entries()
    token = walker.see("/answer").form("/answer").fields["csrf"]
    for what in ("erase", "forget-raw", "delete", "restore", "note", "tags", "correct"):
        fields = {"csrf": [token], "sure": ["1"], "text": ["x"], "steps": ["5"], "why": ["x"], "aid": ["none"]}
        page = walker.post(f"/walk/{word}/{what}", fields)
        assert (page.status, "There is no such walk." in page.text) == (404, True), what
    for what in ("erase", "forget-raw", "delete"):
        assert walker.see(f"/walk/{word}/{what}").status == 404
    walker.see(f"/walk/{before[-1]}").send(f"/walk/{before[-1]}/note", text="after all that")
    wait_until(lambda: len(house.entries()) > len(told))  # whatever was asked before has come by now
    assert walks(house) == before
    assert len(house.entries()) == len(told) + 1


def test_an_entry_is_deleted_brought_back_and_erased(house: House, walker: Visitor) -> None:
    seq = next(entry.seq for entry in house.entries() if isinstance(entry.fact, PainAnswer))
    asked = walker.see(f"/entry/{seq}/delete")
    assert "Pain" in asked.text
    assert asked.send(f"/entry/{seq}/delete", why="not mine").said.startswith("Done:")
    assert wait_until(lambda: seq in [fact.seq for fact in house.diary(Struck)])
    at = walker.see(f"/entry/{seq}/erase")
    assert at.send(f"/entry/{seq}/erase").said.startswith("Not done:")
    assert at.send(f"/entry/{seq}/erase", sure="1").said.startswith("Done:")
    assert wait_until(lambda: seq not in [entry.seq for entry in house.entries()])
    assert walker.see(f"/entry/{seq}/erase").status == 404


@pytest.mark.parametrize("seq", ["0", "-1", "x", "99999999"])
def test_an_entry_that_is_not_there(walker: Visitor, seq: str) -> None:
    assert walker.see(f"/entry/{seq}/delete").status == 404


def test_what_is_the_owners_alone(house: House, physio: Visitor) -> None:
    name = walks(house)[0]
    for path in (
        "/answer",
        f"/walk/{name}/erase",
        f"/walk/{name}/forget-raw",
        "/entry/1/erase",
        "/settings/forget-raw",
    ):
        assert physio.see(path).status == 403, path


def test_a_walk_without_raw_samples_has_none_to_forget(house: House, walker: Visitor) -> None:
    name = walks(house)[0]
    asked = walker.see(f"/walk/{name}/forget-raw")
    page = asked.send(f"/walk/{name}/forget-raw", sure="1")
    assert page.said.startswith("Not done:")
    assert "no raw samples" in page.said


def test_without_a_kneemon_that_runs_it_is_said_in_words(tmp_path: Path) -> None:
    with House(lived(tmp_path, 1)) as house:
        walker = house.visitor()
        house.daemon.kill()
        page = walker.see("/answer")
        assert "kneemon is not running" in page.text
        page = page.send("/answer", _at(page, "signs"), value="1")
        assert page.said.startswith("Not done: kneemon is not running, so nothing can be kept now.")


def _at(page: Page, ask: str) -> int:
    """The number of the form that asks this, among those of its address."""
    forms = [form for form in page.html.forms if form.action == "/answer"]
    return next(at for at, form in enumerate(forms) if dict(form.form_values()).get("ask") == ask)
