# SPDX-License-Identifier: MIT
"""The plan on the page: as it stands, what may be chosen, and its editor from the first field to the stored version."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from web_bench import wait_until
from writing_bench import House, Visitor, lived

from kneemon.config.plan_file import parse_plan
from kneemon.model.diary import Choice, ChoiceKind, LimitWish, Override, PlanVersion
from kneemon.model.plans import StateName
from kneemon.store import StoreReader
from kneemon.web.visit import Role

HOSTILE = '<img src=x onerror="alert(1)">'


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with House(lived(tmp_path_factory.mktemp("house"), 3)) as opened:
        yield opened


@pytest.fixture(scope="module")
def walker(house: House) -> Visitor:
    return house.visitor(Role.WALKER)


@pytest.fixture(scope="module")
def physio(house: House) -> Visitor:
    return house.visitor(Role.PHYSIO)


def versions(house: House) -> list[PlanVersion]:
    with StoreReader(house.daemon.store) as reader:
        return reader.plan_versions()


def test_the_plan_in_words(house: House, walker: Visitor) -> None:
    page = walker.see("/plan")
    assert page.status == 200
    assert "Today" in page.text
    assert "steps per minute" in page.text
    rows = page.html.xpath("//main//table/tbody/tr")
    assert len(rows) == len(parse_plan(versions(house)[-1].text, Path("plan")).weeks)
    assert len(page.html.xpath("//tr[@aria-current='step']")) == 1


def test_today_is_told_as_by_the_command(house: House, walker: Visitor, capsys: pytest.CaptureFixture[str]) -> None:
    (dose,) = walker.see("/plan").html.xpath("//*[@class='dose']")
    assert house.daemon.do("plan", "show") == 0
    assert " ".join(dose.text_content().split()) in " ".join(capsys.readouterr().out.split())


def test_the_walker_cannot_set_limits_where_a_physio_can(walker: Visitor) -> None:
    for path in ("/plan/edit", "/plan/text", "/plan/versions/1/take-back"):
        page = walker.see(path)
        assert page.status == 403, path
        assert "the physiotherapist sets the limits" in page.text
    assert not walker.see("/plan").html.xpath("//a[@href='/plan/edit']")


def test_the_walker_cannot_save_by_a_form_of_their_own_making(house: House, walker: Visitor) -> None:
    before = versions(house)
    fields = {name: [value] for name, value in walker.see("/answer").form("/answer").form_values()}
    for path in ("/plan/save", "/plan/edit", "/plan/text"):
        page = walker.post(path, {"csrf": fields["csrf"], "text": [before[-1].text], "do": ["back"]})
        assert page.status == 403, path
    assert walker.post("/plan/override", {"csrf": fields["csrf"], "state": ["hold"]}).status == 403
    assert versions(house) == before


def test_from_the_first_field_to_the_stored_version_and_back(house: House, physio: Visitor) -> None:
    before = versions(house)
    page = physio.see("/plan/edit")
    weeks = len(page.values("week_minutes"))
    page = page.send("/plan/edit", do="add")
    assert len(page.values("week_minutes")) == weeks + 1
    page = page.send("/plan/edit", do="remove-2")
    assert len(page.values("week_minutes")) == weeks
    page = page.send("/plan/edit", do="preview", name=f"Gentle {HOSTILE}", cadence_ceiling_spm="104")
    assert "Look at the plan before it is saved" in page.text
    assert "Ceiling of the pace 120 steps per minute 104 steps per minute" in page.text
    assert not page.html.xpath("//img")
    assert versions(house) == before  # nothing is saved yet
    back = page.send("/plan/edit", do="back")
    assert back.values("cadence_ceiling_spm") == ["104"]
    assert back.values("name") == [f"Gentle {HOSTILE}"]
    page = page.send("/plan/save", note="slower for a while")
    assert page.path == "/plan"
    assert page.said.startswith("Done:"), page.said
    (newest,) = wait_until(lambda: versions(house)[len(before) :])
    assert (newest.author, newest.note) == ("physio", "slower for a while")
    plan = parse_plan(newest.text, Path("plan"))
    assert plan.cadence_ceiling_spm == 104
    assert plan.name == f"Gentle {HOSTILE}"
    assert "Gentle" in physio.see("/plan").text

    listed = physio.see("/plan/versions")
    assert "by the physio · slower for a while" in listed.text
    assert "+ cadence_ceiling_spm = 104" in listed.text
    again = physio.see(f"/plan/versions/{before[-1].rev}/take-back")
    page = again.send("/plan/save")
    assert page.said.startswith("Done:")
    (last,) = wait_until(lambda: versions(house)[len(before) + 1 :])
    assert parse_plan(last.text, Path("plan")) == parse_plan(before[-1].text, Path("plan"))
    assert last.note == f"Version {before[-1].rev} taken back"


def test_what_is_wrong_is_told_at_its_field_and_nothing_typed_is_lost(physio: Visitor) -> None:
    page = physio.see("/plan/edit").send(
        "/plan/edit", do="preview", name=HOSTILE, cadence_ceiling_spm="fast", **{"rules.pain_noise": "9"}
    )
    assert page.status == 422
    assert page.values("name") == [HOSTILE]
    assert page.values("cadence_ceiling_spm") == ["fast"]
    for name, words in (("cadence_ceiling_spm", "from 60 to 140"), ("rules.pain_noise", "from 0 to 2")):
        (field,) = page.html.xpath(f"//input[@name='{name}']")
        assert field.get("aria-invalid") == "true"
        told = page.html.get_element_by_id(field.get("aria-describedby").split()[-1])
        assert words in told.text_content()
        assert page.html.xpath(f"//main//a[@href='#{field.get('id')}']")
    assert page.html.xpath("//details[@open]//input[@name='rules.pain_noise']")


def test_a_week_that_is_wrong_is_told_there(physio: Visitor) -> None:
    page = physio.see("/plan/edit")
    minutes = page.values("week_minutes")
    page = page.send("/plan/edit", do="preview", week_minutes=["2", *minutes[1:]])
    assert page.status == 422
    assert "Week 1: Minutes of a walk : Expected a number from 3 to 60 min, saw 2.0." in page.text
    assert page.html.get_element_by_id("week-1-minutes").get("value") == "2"


@pytest.mark.parametrize("week", ["9" * 5000, "²", "-1", "", "x"])
def test_a_week_that_is_none_is_not_removed_and_nothing_typed_is_lost(physio: Visitor, week: str) -> None:
    page = physio.see("/plan/edit")
    weeks = page.values("week_minutes")
    page = page.send("/plan/edit", do=f"remove-{week}", name="typed")
    assert (page.status, page.values("name")) == (200, ["typed"])
    assert page.values("week_minutes") == weeks


def test_who_saves_meanwhile_is_not_written_over_unseen(house: House, physio: Visitor) -> None:
    before = versions(house)
    late = physio.see("/plan/edit")  # begun, and put aside
    late_text = physio.see("/plan/text")
    page = physio.see("/plan/edit").send("/plan/edit", do="preview", name="The first to be saved")
    assert page.send("/plan/save").said.startswith("Done:")
    wait_until(lambda: len(versions(house)) > len(before))
    rev = versions(house)[-1].rev
    words = f"Version {rev} was saved meanwhile by the physio, on"
    for page in (
        late.send("/plan/edit", do="preview", name="The second"),
        late.send("/plan/edit", do="add", name="The second").send("/plan/edit", do="preview"),
        late.send("/plan/edit", do="text", name="The second").send("/plan/text"),
        late_text.send("/plan/text"),
    ):
        assert words in page.text
        assert "The first to be saved" in page.text  # what yours changes in it
    assert words not in physio.see("/plan/edit").send("/plan/edit", do="preview", name="The third").text


def test_what_is_looked_at_and_overtaken_is_shown_again(house: House, physio: Visitor) -> None:
    """The running kneemon refuses it; the page shows it once more, against the newer one."""
    before = versions(house)
    one, two = (
        physio.see("/plan/edit").send("/plan/edit", do="preview", name=f"Overtaken {n} {HOSTILE}") for n in (1, 2)
    )
    assert one.send("/plan/save").said.startswith("Done:")
    wait_until(lambda: len(versions(house)) > len(before))
    rev = versions(house)[-1].rev
    again = two.send("/plan/save", note="typed before")
    assert (again.status, again.path) == (422, "/plan/save")
    assert "Not saved:" in again.text
    assert f"Version {rev} was saved meanwhile by the physio" in again.text
    assert again.values("note") == ["typed before"]
    assert len(versions(house)) == len(before) + 1
    assert again.send("/plan/save").said.startswith("Done:")  # seen, and meant
    newest = wait_until(lambda: versions(house)[len(before) + 1 :])[-1]
    assert (parse_plan(newest.text, Path("plan")).name, newest.note) == (f"Overtaken 2 {HOSTILE}", "typed before")


def test_a_preset_to_begin_from(physio: Visitor) -> None:
    page = physio.see("/plan/edit?preset=severe")
    assert page.values("week_minutes")[0] == "5"
    assert page.values("weekly_cap_min") == ["70"]
    assert physio.see("/plan/edit?preset=<b>").status == 200


def test_the_expert_way_through_the_text(house: House, physio: Visitor) -> None:
    text = versions(house)[-1].text
    page = physio.see("/plan/text").send("/plan/text", text=text.replace("cool_down_min = 3", "cool_down_min = 99"))
    assert page.status == 422
    assert "Cool-down: Expected a number from 0 to 10 min, saw 99" in page.text
    assert "cool_down_min = 99" in page.html.xpath("//textarea")[0].text
    page = page.send("/plan/text", text="this is not TOML")
    assert page.status == 422
    assert "expected lines such as" in page.text.lower()
    page = page.send("/plan/text", text=text.replace("cool_down_min = 3", "cool_down_min = 2").replace("\n", "\r\n"))
    assert "Cool-down 3 minutes 2 minutes" in page.text
    assert page.form("/plan/save").fields["text"].count("\r") == 0


def test_a_text_without_end_is_cut_and_refused(physio: Visitor) -> None:
    page = physio.see("/plan/text").send("/plan/text", text="# x\n" * 20_000)
    assert page.status == 422
    assert "longer than 30000 characters" in page.text


def test_choices_of_the_walker(house: House, walker: Visitor) -> None:
    page = walker.see("/plan").send("/plan/choice", kind="pause")
    assert page.said.startswith("Done:"), page.said
    page = walker.until("/plan", "Go on with the plan")
    assert "Not more this week" not in page.text
    page = page.send("/plan/choice", kind="resume")
    assert page.said.startswith("Done:"), page.said
    assert [fact.kind for fact in house.kept(Choice, 2)][-2:] == [ChoiceKind.PAUSE, ChoiceKind.RESUME]
    page = walker.until("/plan", "Pause the plan")
    assert page.send("/plan/choice", kind="grow").said == "Not done: There is no such choice."


def test_lower_limits(house: House, walker: Visitor) -> None:
    page = walker.see("/plan").send("/plan/limits", minutes="8,5", pace="90")
    assert "at most 8.5 minutes a day, at most 90 steps/min" in page.said
    assert house.kept(LimitWish)[-1] == LimitWish(8.5, 90.0)
    page = walker.until("/plan", "at most 90 steps per minute")
    assert page.send("/plan/limits", minutes="600", pace="").said.startswith("Not done:")
    assert page.send("/plan/limits", minutes="", pace="").said.startswith("Done: The plan's own limits hold.")


def test_the_physio_sets_where_the_plan_stands(house: House, physio: Visitor, walker: Visitor) -> None:
    page = physio.see("/plan").send("/plan/override", state="hold", week="2", note="after the visit")
    assert page.said.startswith("Done:"), page.said
    assert house.kept(Override)[-1] == Override(StateName.HOLD, 1, "after the visit")
    assert walker.until("/plan", "2 you are here")
    assert physio.see("/plan").send("/plan/override", state="hold", week="99").said.startswith("Not done:")


def test_advised_takes_the_box_and_a_plan_that_is_stopped(walker: Visitor, physio: Visitor) -> None:
    asked = walker.see("/plan/advised")
    assert "Only you can say this" in asked.text
    assert asked.send("/plan/advised").said.startswith("Not done: Nothing was confirmed")
    assert "There is nothing to confirm" in asked.send("/plan/advised", sure="1").said
    assert physio.see("/plan/advised").status == 403


def test_a_version_whole_and_one_that_is_not_there(house: House, physio: Visitor) -> None:
    first = versions(house)[0]
    page = physio.see(f"/plan/versions/{first.rev}")
    assert "by the plan's file" in page.text
    assert page.html.xpath("//pre")[0].text_content() == first.text
    for path in ("/plan/versions/99", "/plan/versions/x", "/plan/versions/99/take-back"):
        assert physio.see(path).status == 404
