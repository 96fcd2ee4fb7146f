# SPDX-License-Identifier: MIT
"""Everything that can be done on the page, by a walker and a physio, with scripts and without, before a real kneemon.

A flow says which doors it goes through, and has to: each door for forms and each for files is in one of them.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from browser_bench import DESK, FILES, PHONE, Window, window
from looked_at import axe_finds
from playwright.sync_api import Browser, expect
from starlette.routing import compile_path
from web_bench import PHRASES, wait_until
from writing_bench import House, lived

from kneemon.model.diary import Choice, Override, PainAnswer, SteadyAnswer, Struck, WalkNote
from kneemon.store import StoreReader
from kneemon.web.doors import DOORS
from kneemon.web.visit import Role

Act = Callable[[Window, House], None]


@dataclass(frozen=True)
class Flow:
    role: Role
    doors: tuple[str, ...]
    act: Act


FLOWS: list[Flow] = []


def flow(role: Role, *doors: str) -> Callable[[Act], Act]:
    def claimed(act: Act) -> Act:
        FLOWS.append(Flow(role, doors, act))
        return act

    return claimed


def test_every_form_and_every_file_is_in_a_flow() -> None:
    assert {door for each in FLOWS for door in each.doors} == {d.path for d in DOORS if d.post} | set(FILES)


@pytest.fixture(scope="module", params=[True, False], ids=["scripts", "no scripts"])
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, bool]]:
    with House(lived(tmp_path_factory.mktemp("scene"), 2)) as house:
        yield house, request.param


@pytest.mark.parametrize("each", FLOWS, ids=lambda each: each.act.__name__)
def test_flow(browser: Browser, scene: tuple[House, bool], each: Flow) -> None:
    house, scripts = scene
    width = PHONE if each.role is Role.WALKER else DESK
    with window(browser, house, each.role, scripts=scripts, width=width) as opened:
        each.act(opened, house)
        gone_through = {*opened.posted, *opened.got}
    for door in each.doors:
        assert any(compile_path(door)[0].fullmatch(path) for path in gone_through), door


def newest_walks(house: House) -> list[str]:
    with StoreReader(house.daemon.store) as reader:
        return [record.session_id for record in reader.sessions()]


def done(opened: Window, words: str = "") -> None:
    """The page says so."""
    expect(opened.page.locator("main > .flash")).to_contain_text(f"Done: {words}".strip())
    clean(opened)


def clean(opened: Window) -> None:
    """axe, a script itself, has nothing against the page."""
    if opened.scripts:
        assert axe_finds(opened.page) == []


def unfold(opened: Window, name: str) -> None:
    opened.page.locator("summary", has_text=name).first.click()


@flow(Role.WALKER, "/answer")
def pain_is_told_late(opened: Window, house: House) -> None:
    walk = newest_walks(house)[1]
    opened.to("/answer")
    opened.page.locator("#pain-walk").select_option(walk)
    opened.page.get_by_label("Two hours after the walk").check()
    opened.page.locator("form:has(#pain-walk)").get_by_role("button", name="3", exact=True).click()
    done(opened)
    assert any(fact.session_id == walk and fact.score == 3 for fact in house.kept(PainAnswer))
    opened.press("Nothing new")
    done(opened)


@flow(Role.WALKER, "/walk/{session_id}/note", "/walk/{session_id}/tags", "/walk/{session_id}/correct")
def a_walk_is_noted_and_corrected(opened: Window, house: House) -> None:
    walk = newest_walks(house)[0]
    opened.to(f"/walk/{walk}")
    unfold(opened, "Your note about this walk")
    opened.page.fill("#f-text", "It rained <b>all</b> the way.")
    opened.press("Keep the note")
    done(opened)
    expect(opened.page.locator(".note", has_text="It rained <b>all</b> the way.")).to_be_visible()
    assert house.kept(WalkNote)
    unfold(opened, "What you walked with and on")
    opened.page.get_by_label("Walked on").select_option("grass")
    opened.press("Keep it")
    done(opened)
    unfold(opened, "Correct the steps")
    opened.page.fill("#f-steps", "1234")
    opened.page.fill("#f-why-correct", "Counted by hand")
    opened.press("Correct the walk")
    done(opened)
    expect(opened.page.locator(".figures-row")).to_contain_text("1234")
    expect(opened.page.locator("#former")).to_be_visible()


@flow(Role.PHYSIO, "/walk/{session_id}/delete", "/walk/{session_id}/restore", "/walk/{session_id}/note")
def a_walk_is_deleted_and_brought_back(opened: Window, house: House) -> None:
    walk = newest_walks(house)[2]
    opened.to(f"/walk/{walk}")
    unfold(opened, "Your note about this walk")
    opened.page.fill("#f-text", "Well done.")
    opened.press("Keep the note")
    done(opened)
    opened.page.get_by_role("link", name="Delete the walk").click()
    opened.page.get_by_role("link", name="No, leave it as it is").click()
    opened.page.get_by_role("link", name="Delete the walk").click()
    opened.page.fill("#f-why", "Somebody else walked")
    opened.press("Delete the walk")
    done(opened)
    expect(opened.page.locator("main")).to_contain_text("This walk does not count. Deleted by: physio.")
    (struck,) = house.kept(Struck)
    assert struck.author == "physio"
    opened.press("Bring the walk back")
    done(opened)
    expect(opened.page.locator("main")).not_to_contain_text("This walk does not count")


@flow(Role.WALKER, "/entry/{seq}/delete", "/entry/{seq}/restore", "/entry/{seq}/erase")
def an_entry_is_deleted_brought_back_and_erased(opened: Window, house: House) -> None:
    seq = next(each.seq for each in reversed(house.entries()) if isinstance(each.fact, PainAnswer))
    card = opened.page.locator(f"#entry-{seq}")
    opened.to("/diary")
    card.get_by_role("link", name="Delete").click()
    opened.page.fill("#f-why", "Told twice")
    opened.press("Delete the entry")
    done(opened)
    card.get_by_role("button", name="Bring back").click()
    done(opened)
    card.get_by_role("link", name="Erase").click()
    opened.press("Erase for good")
    expect(opened.page.locator("main > .flash")).to_contain_text("Not done")
    opened.page.locator("input[name=sure]").check()
    opened.press("Erase for good")
    done(opened)
    wait_until(lambda: all(each.seq != seq for each in house.entries()))


@flow(Role.WALKER, "/walk/{session_id}/erase")
def a_walk_is_erased_for_good(opened: Window, house: House) -> None:
    walk = newest_walks(house)[-1]
    opened.to(f"/walk/{walk}")
    opened.page.get_by_role("link", name="Erase the walk for good").click()
    opened.page.locator("input[name=sure]").check()
    opened.press("Erase for good")
    done(opened)
    assert opened.path == "/walks"
    wait_until(lambda: walk not in newest_walks(house))
    assert opened.to(f"/walk/{walk}") == 404
    clean(opened)


@flow(Role.PHYSIO, "/plan/edit", "/plan/text", "/plan/save")
def the_plan_is_changed_and_taken_back(opened: Window, house: House) -> None:
    page = opened.page
    opened.to("/plan/edit")
    page.fill("#f-cadence_ceiling_spm", "fast")
    opened.press("Look at it before saving")
    expect(page.locator(".note.bad")).to_contain_text("Not yet right")
    clean(opened)
    expect(page.locator("#f-cadence_ceiling_spm")).to_have_value("fast")
    page.fill("#f-cadence_ceiling_spm", "108")
    opened.press("Look at it before saving")
    expect(page.locator("#changes + .scroll")).to_contain_text("108")
    clean(opened)
    opened.press("Back to the fields")
    expect(page.locator("#f-cadence_ceiling_spm")).to_have_value("108")
    opened.press("Look at it before saving")
    page.fill("#f-note", "Slower, for the new shoes")
    opened.press("Save the plan")
    done(opened)
    expect(page.locator("main")).to_contain_text("108 steps per minute")
    page.get_by_role("link", name="Versions of the plan").click()
    expect(page.locator("section.card").first).to_contain_text("by the physio · Slower, for the new shoes")
    page.get_by_role("link", name="Take version 1 back").click()
    opened.press("Save the plan")
    done(opened)
    opened.to("/plan/text")
    text = page.locator("#f-text").input_value()
    page.fill("#f-text", text.replace("cadence_ceiling_spm", "cadence_celing"))
    opened.press("Look at it before saving")
    expect(page.locator(".error")).to_contain_text("did you mean cadence_ceiling_spm?")
    clean(opened)
    page.fill("#f-text", text.replace("minutes = 10", "minutes = 9", 1))
    opened.press("Look at it before saving")
    opened.press("Save the plan")
    done(opened)


@flow(Role.WALKER, "/plan/choice", "/plan/limits")
def the_walker_pauses_and_lowers_limits(opened: Window, house: House) -> None:
    opened.to("/plan")
    opened.press("Pause the plan")
    done(opened)
    opened.page.locator("form:has(input[value=resume]) button").click()
    done(opened)
    opened.page.fill("#f-minutes", "8")
    opened.page.fill("#f-pace", "100")
    opened.press("Set these limits")
    done(opened)
    expect(opened.page.locator("main")).to_contain_text("at most 8 minutes a day")
    assert len(house.kept(Choice, 2)) >= 2
    opened.page.fill("#f-minutes", "")
    opened.page.fill("#f-pace", "")
    opened.press("Set these limits")
    done(opened)


@flow(Role.PHYSIO, "/plan/override", "/plan/limits")
def the_physio_sets_where_the_plan_stands(opened: Window, house: House) -> None:
    opened.to("/plan")
    opened.page.get_by_label("State").select_option("hold")
    opened.page.fill("#f-override-week", "1")
    opened.page.fill("#f-note", "Back to the start")
    opened.press("Set it")
    done(opened)
    assert house.kept(Override)[-1].note == "Back to the start"
    opened.page.fill("#f-pace", "many")
    opened.press("Set these limits")
    expect(opened.page.locator(".flash")).to_contain_text("Not done")


@flow(Role.WALKER, "/answer", "/plan/advised")
def a_sign_stops_the_plan_and_advice_opens_it(opened: Window, house: House) -> None:
    opened.to("/answer?which=1")
    opened.page.get_by_role("button", name="It is on this list: 3").click()
    done(opened)
    opened.to("/plan")
    opened.page.get_by_role("link", name="A professional has advised me").click()
    opened.press("Confirm it")
    expect(opened.page.locator("main > .flash")).to_contain_text("Nothing was confirmed")
    opened.page.locator("input[name=sure]").check()
    opened.press("Confirm it")
    done(opened)
    opened.to("/plan")
    expect(opened.page.get_by_role("link", name="A professional has advised me")).to_have_count(0)


@flow(
    Role.WALKER, "/live/start", "/live/pause", "/live/resume", "/live/pain", "/live/gave-way", "/live/stop",
    "/settings/raw", "/walk/{session_id}/forget-raw", "/settings/forget-raw", "/settings/mute",
)  # fmt: skip
def a_walk_goes_and_its_samples_are_forgotten(opened: Window, house: House) -> None:
    page = opened.page
    opened.to("/settings")
    opened.press("Mute")
    done(opened)
    opened.press("No longer muted")
    done(opened)
    opened.press("Switch recording on")
    done(opened)
    opened.to("/live")
    page.get_by_label("Nothing new").check()
    page.get_by_label("2", exact=True).check()
    page.get_by_role("button", name="Begin the walk").click()
    done(opened)
    walk = house.daemon.status()["session_id"]
    assert walk
    opened.press("Pause")
    done(opened)
    opened.press("Go on")
    done(opened)
    opened.press("3")
    done(opened)
    opened.press("My knee gave way")
    opened.press("I am steady")
    done(opened)
    wait_until(lambda: (house.daemon.status()["steps"] or 0) > 5)
    page.get_by_role("link", name="Look again").click()
    assert re.search(r"\d", page.locator("[data-live=steps]").text_content() or "")
    opened.press("End the walk")
    done(opened)
    assert opened.path == "/answer"
    page.locator("form.scores").first.get_by_role("button", name="4", exact=True).click()
    done(opened)
    assert house.kept(SteadyAnswer)
    wait_until(lambda: walk in newest_walks(house))
    opened.to(f"/walk/{walk}")
    page.get_by_role("link", name="Delete its raw samples").click()
    page.locator("input[name=sure]").check()
    opened.press("Delete the raw samples")
    done(opened)
    opened.to("/settings")
    opened.press("Switch recording off")
    done(opened)
    page.get_by_role("link", name="Delete the raw samples of all walks").click()
    page.locator("input[name=sure]").check()
    opened.press("Delete all raw samples")
    expect(page.locator("main > .flash")).to_contain_text("There are no raw samples")


@flow(Role.WALKER, "/settings/passphrase")
def the_reader_gets_another_pass_phrase(opened: Window, house: House) -> None:
    opened.to("/settings")
    unfold(opened, "A reader")
    typed = {"own": PHRASES[Role.WALKER], "new": "umbrella dragon violin", "again": "umbrella dragon violet"}
    for name, phrase in typed.items():
        opened.page.fill(f"#f-{name}-reader", phrase)
    opened.press_in("details[open]", "Set it")
    expect(opened.page.locator(".error")).to_contain_text("The two are not the same.")
    clean(opened)
    for name, phrase in (typed | {"again": typed["new"]}).items():
        opened.page.fill(f"#f-{name}-reader", phrase)
    opened.press_in("details[open]", "Set it")
    done(opened)
    opened.page.locator("footer").get_by_role("button", name="Sign out").click()
    opened.sign_in(Role.READER, typed["new"])
    expect(opened.page.locator("h1")).to_have_text("Overview")
    house.access.set(Role.READER, PHRASES[Role.READER])


@flow(Role.WALKER, "/download/{format}", "/download/backup", "/download/bundle", "/report.pdf")
def everything_is_downloaded(opened: Window, house: House) -> None:
    page = opened.page
    opened.to("/downloads")
    for link in page.locator("a[download]").all():
        with page.expect_download() as coming:
            link.click()
        assert Path(coming.value.path()).stat().st_size > 100, coming.value.suggested_filename
        opened.got.append(urlsplit(coming.value.url).path)
    with page.expect_download() as coming:
        opened.press("Download the encrypted file")
    with zipfile.ZipFile(io.BytesIO(Path(coming.value.path()).read_bytes())) as bundle:
        assert all(each.flag_bits & 1 for each in bundle.infolist())
    opened.to(f"/downloads?walk={newest_walks(house)[0]}")
    with page.expect_download() as coming:
        page.get_by_role("link", name="Walks for a training diary").click()
    assert Path(coming.value.path()).read_bytes()[8:12] == b".FIT"
    opened.to("/report")
    found = opened.context.request.get(house.address + str(page.get_by_role("link", name="PDF").get_attribute("href")))
    assert found.body().startswith(b"%PDF-")
    opened.got.append("/report.pdf")


@flow(Role.WALKER, "/setup", "/setup/plan")
def the_person_is_told_anew(opened: Window, house: House) -> None:
    opened.to("/setup")
    opened.page.fill("#f-usual_pain", "eleven")
    opened.press("Keep it")
    expect(opened.page.locator(".error").first).to_be_visible()
    clean(opened)
    opened.page.fill("#f-usual_pain", "3")
    opened.press("Keep it")
    done(opened)
    opened.to("/setup/plan")
    opened.page.fill("#f-start", "2027-01-04")
    opened.press("Look at the weeks")
    expect(opened.page.locator("h1")).to_have_text("The physio sets the limits")
