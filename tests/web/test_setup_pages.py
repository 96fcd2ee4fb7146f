# SPDX-License-Identifier: MIT
"""A fresh device, set up on the page: consent, the person, a first plan; then settings and pass phrases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from web_bench import PHRASES, wait_until
from writing_bench import House, Visitor

from kneemon.config.plan_file import parse_plan
from kneemon.model.diary import Aid, Knee, Profile
from kneemon.store import StoreReader
from kneemon.web.visit import Role

TOLD = {"knee": "left", "aid": "two_sticks", "brace": "yes", "usual_pain": "4", "weight_kg": "71,5", "tz": "Asia/Tokyo"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(tmp_path, (Role.WALKER,)) as opened:
        yield opened


@pytest.fixture
def walker(house: House) -> Visitor:
    return house.visitor(Role.WALKER)


def test_from_nothing_to_a_first_plan(house: House, walker: Visitor) -> None:
    page = walker.see("/setup")
    refused = page.send("/setup", **TOLD)
    assert refused.status == 422
    assert "Without your yes nothing is set up." in refused.text
    assert refused.values("weight_kg") == ["71,5"]
    assert house.diary(Profile) == []
    page = refused.send("/setup", consent="yes")
    assert page.path == "/setup/plan"
    assert page.said.startswith("Done:")
    (profile,) = house.kept(Profile)
    assert profile == Profile(Knee.LEFT, Aid.TWO_STICKS, True, 4, 71.5, "Asia/Tokyo", True)

    page = page.send("/setup/plan", preset="severe", start="2026-12-01", minutes="4")
    assert "It is the first plan." in page.text
    assert "From 1 Dec 2026 on" in page.text
    page = page.send("/plan/save")
    assert page.path == "/plan"
    assert page.said.startswith("Done:"), page.said
    with StoreReader(house.daemon.store) as reader:
        (version,) = wait_until(reader.plan_versions)
    plan = parse_plan(version.text, Path("plan"))
    assert (version.author, plan.preset, plan.weeks[0].minutes, str(plan.start)) == (
        "walker",
        "severe",
        4,
        "2026-12-01",
    )
    assert wait_until(lambda: house.daemon.status()["plan"] == plan.name)
    again = walker.see("/setup")
    assert again.values("weight_kg") == ["71.5"]
    assert "It stays as it is unless you save another one." in walker.see("/setup/plan").text


@pytest.mark.parametrize(
    ("field", "word", "told"),
    [
        ("knee", "", "Which knee hurts?"),
        ("knee", "middle", "Which knee hurts?"),
        ("aid", "horse", "What helps you to walk?"),
        ("usual_pain", "11", "from 0 to 10"),
        ("usual_pain", "²", "from 0 to 10"),
        ("weight_kg", "7", "from 25 to 300 kg"),
        ("weight_kg", "heavy", "from 25 to 300 kg"),
        ("tz", "Europe/Atlantis", "a time zone such as"),
        ("tz", "../../etc/passwd", "a time zone such as"),
    ],
)
def test_what_is_no_answer_is_told(house: House, walker: Visitor, field: str, word: str, told: str) -> None:
    page = walker.see("/setup").send("/setup", **{**TOLD, "consent": "yes", field: word})
    assert page.status == 422
    assert told in page.text
    assert house.diary(Profile) == []


@pytest.mark.parametrize(
    ("field", "word", "told"),
    [("start", "soon", "a day such as"), ("minutes", "40", "3 to 30 min"), ("minutes", "few", "a number")],
)
def test_a_first_plan_out_of_range(walker: Visitor, field: str, word: str, told: str) -> None:
    page = walker.see("/setup/plan").send("/setup/plan", **{field: word})
    assert page.status == 422
    assert told in page.text


def test_a_pass_phrase_for_the_physio_takes_the_limits_along(house: House, walker: Visitor) -> None:
    assert walker.see("/plan/edit").status == 200
    number = next(
        at
        for at, form in enumerate(
            [form for form in walker.see("/settings").html.forms if form.action == "/settings/passphrase"]
        )
        if dict(form.form_values())["role"] == "physio"
    )
    new = PHRASES[Role.PHYSIO]

    def sent(own: str, first: str, second: str) -> str:
        page = walker.see("/settings").send("/settings/passphrase", number, own=own, new=first, again=second)
        return page.text

    assert "That is not your pass phrase." in sent("wrong as wrong can be", new, new)
    assert "The two are not the same." in sent(PHRASES[Role.WALKER], new, new + "x")
    assert "at least 10 characters" in sent(PHRASES[Role.WALKER], "short", "short")
    assert house.access.roles == {Role.WALKER}
    assert "The pass phrase is set" in sent(PHRASES[Role.WALKER], new, new)
    physio = house.visitor(Role.PHYSIO)
    assert physio.see("/plan/edit").status == 200
    assert walker.see("/plan/edit").status == 403
    assert len(physio.see("/settings").html.xpath("//form[@action='/settings/passphrase']")) == 1
    foreign = physio.see("/settings").send(
        "/settings/passphrase", role="walker", own=new, new=new + "!", again=new + "!"
    )
    assert "not yours to set" in foreign.said
    gone = walker.see("/settings").send("/settings/passphrase", number, own=PHRASES[Role.WALKER], do="remove")
    assert "is taken away" in gone.said
    assert house.access.roles == {Role.WALKER}


def test_an_own_new_pass_phrase_asks_to_sign_in_again(house: House, walker: Visitor) -> None:
    own, new = PHRASES[Role.WALKER], "quite another phrase"
    page = walker.see("/settings").send("/settings/passphrase", own=own, new=new, again=new)
    assert page.path == "/sign-in"
    assert house.access.matches(Role.WALKER, new)
    assert walker.see("/settings").path == "/sign-in"


def test_raw_recording_and_silence(house: House, walker: Visitor) -> None:
    page = walker.see("/settings")
    assert "Recording is off." in page.text
    page = page.send("/settings/raw")
    assert page.said.startswith("Done:"), page.said
    page = walker.until("/settings", "Recording is on.")
    assert page.send("/settings/raw").said.startswith("Done:")
    assert "Muted until the walk is over." in page.send("/settings/mute").said
    assert "Not muted." in page.send("/settings/mute", 1).said
    asked = walker.see("/settings/forget-raw")
    assert asked.send("/settings/forget-raw").said.startswith("Not done: Nothing was deleted")
    assert asked.send("/settings/forget-raw", sure="1").said
    assert "feedback.quiet_hours" in page.text
