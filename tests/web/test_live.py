# SPDX-License-Identifier: MIT
"""The walk that is on, in a real Chromium with scripts and in a browser without; then all pages by axe."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from web_bench import PHRASES, wait_until
from writing_bench import House, lived

from kneemon.language import Language
from kneemon.model.diary import PainAnswer, SteadyAnswer
from kneemon.model.plans import Part
from kneemon.store import StoreReader
from kneemon.web.live_pages import PARTS, figures
from kneemon.web.visit import Role

LONG_MS = 60_000
WIDTHS = (320, 390, 1280)
PAGES = {
    Role.WALKER: (
        "/answer",
        "/answer?which=1",
        "/plan",
        "/plan/versions",
        "/plan/advised",
        "/setup",
        "/setup/plan",
        "/live",
        "/settings",
        "/settings/forget-raw",
        "/walk/{walk}/delete",
        "/walk/{walk}/erase",
        "/entry/1/delete",
        "/plan/edit",  # not the walker's here: told in words
    ),
    Role.PHYSIO: ("/plan", "/plan/edit", "/plan/text", "/plan/versions/1", "/plan/versions/1/take-back", "/settings"),
    Role.READER: ("/plan", "/plan/versions", "/live"),
}


@dataclass
class Windows:
    """Windows of one Chromium, each with a session of its own."""

    browser: Browser
    house: House

    @contextmanager
    def signed_in(self, role: Role, *, scripts: bool = True, dark: bool = False, width: int = 390) -> Iterator[Page]:
        context = self.browser.new_context(
            viewport={"width": width, "height": 844},
            java_script_enabled=scripts,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        context.set_default_timeout(LONG_MS)
        try:
            page = context.new_page()
            page.goto(f"{self.house.address}/sign-in")
            page.check(f"input[name=role][value={role.value}]")
            page.fill("input[name=phrase]", PHRASES[role])
            page.click("main button")
            page.wait_for_url(f"{self.house.address}/")
            yield page
        finally:
            context.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with House(lived(tmp_path_factory.mktemp("house"), 3)) as opened:
        yield opened


@pytest.fixture(scope="module")
def windows(house: House) -> Iterator[Windows]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        try:
            yield Windows(browser, house)
        finally:
            browser.close()


@pytest.fixture(autouse=True)
def no_walk_is_left_on(house: House) -> Iterator[None]:
    yield
    if house.daemon.status()["session_id"]:
        assert house.daemon.do("stop") == 0


def shown(page: Page, name: str) -> str:
    return page.locator(f"[data-live={name}]").text_content() or ""


def number(text: str) -> int:
    """0 for what is none."""
    return int(text) if text.isdecimal() else 0


@pytest.mark.parametrize("language", ["English", "Deutsch"])
def test_what_is_asked_before_a_walk_in_large_print_on_a_phone(windows: Windows, house: House, language: str) -> None:
    with windows.signed_in(Role.WALKER, width=360) as page:
        for name in ("Larger text", language):
            button = page.get_by_role("button", name=name, exact=True)
            if button.count():
                button.click()
        page.goto(f"{house.address}/live")
        asked = page.locator("form[action='/live/start'] fieldset")
        assert asked.count() == 2
        assert asked.nth(0).locator("input[name=pain]").count() == 11
        assert asked.nth(1).locator("input[name=signs]").count() == 2
        for number in range(2):
            around, legend = asked.nth(number).bounding_box(), asked.nth(number).locator("legend").bounding_box()
            below = asked.nth(number).locator("legend + *").bounding_box()
            assert around
            assert legend
            assert below
            assert around["y"] + 5 < legend["y"], "the legend lies on the border"
            assert legend["y"] + legend["height"] <= below["y"] + 1
            assert legend["x"] + legend["width"] < around["x"] + around["width"]
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert not Axe().run(page).response["violations"]


def test_a_walk_from_its_first_button_to_its_last_with_scripts(house: House, windows: Windows) -> None:
    with windows.signed_in(Role.WALKER) as page:
        page.goto(f"{house.address}/live")
        page.get_by_label("Nothing new").check()
        page.get_by_label("2", exact=True).check()
        page.get_by_role("button", name="Begin the walk").click()
        page.get_by_role("button", name="End the walk").wait_for()
        wait_until(lambda: number(shown(page, "steps")) > 5)
        wait_until(lambda: number(shown(page, "cadence")) > 60)
        wait_until(lambda: "steps per minute" in shown(page, "aloud"))
        assert shown(page, "part") == PARTS[Part.WARM_UP]
        assert shown(page, "note") == ""
        assert not Axe().run(page).response["violations"]

        page.get_by_role("button", name="Pause").click()
        page.get_by_role("button", name="Go on").wait_for()
        wait_until(lambda: shown(page, "state") == "Paused")
        page.get_by_role("button", name="Go on").click()
        page.locator(".flash", has_text="The walk goes on.").wait_for()
        page.get_by_role("button", name="3", exact=True).click()
        page.locator(".flash", has_text="Pain 3 of 10 is noted.").wait_for()
        page.get_by_role("button", name="My knee gave way").click()
        page.get_by_role("button", name="I am steady", exact=True).click()
        page.locator(".flash.bad").wait_for(state="detached")
        name = house.daemon.status()["session_id"]
        page.get_by_role("button", name="End the walk").click()
        page.wait_for_url("**/answer?*")
        page.get_by_text("How much did it hurt at the end of the walk?").wait_for()
        page.locator("form.scores").first.get_by_role("button", name="4", exact=True).click()
        page.locator(".flash", has_text="Pain 4 of 10 is noted.").wait_for()
    assert wait_until(lambda: [fact for fact in house.diary(PainAnswer) if fact.session_id == name and fact.score == 4])
    assert [fact for fact in house.diary(SteadyAnswer) if fact.session_id == name]
    with StoreReader(house.daemon.store) as reader:
        summary = reader.session(name).summary
    assert [mark.score for mark in summary.pains] == [3]
    assert len(summary.gave_way_s) == 1


def test_the_page_says_that_a_walk_has_begun_elsewhere(house: House, windows: Windows) -> None:
    with windows.signed_in(Role.READER) as page:
        page.goto(f"{house.address}/live")
        assert house.daemon.do("start") == 0
        page.get_by_text("The walk has begun or ended. Look again.").wait_for()
        page.get_by_role("link", name="Look again").click()
        page.locator("[data-live=steps]").wait_for()
        assert page.locator("main form").count() == 0
        assert house.daemon.do("stop") == 0


def test_without_scripts_a_walk_is_looked_at_by_a_link(house: House) -> None:
    walker = house.visitor(Role.WALKER)
    page = walker.see("/live").send("/live/start", pain="1", signs="1")
    assert page.said.startswith("Done:"), page.said
    assert walker.until("/live", "Warm-up: walk slowly")
    assert "Look again" in page.text
    assert page.send("/live/pause").said.startswith("Done: The walk is paused")
    assert walker.see("/live").send("/live/pain", score="11").said.startswith("Not done: Pain is a whole number")
    again = walker.see("/live").send("/live/resume")
    assert again.said.startswith("Done: The walk goes on.")
    ended = again.send("/live/stop")
    assert ended.path == "/answer"
    assert "Begin a walk" in walker.see("/live").text


def test_too_much_pain_before_a_walk_does_not_begin_it(house: House) -> None:
    page = house.visitor(Role.WALKER).see("/live").send("/live/start", pain="9", signs="1")
    assert page.said.startswith("Not done: You reported pain 9 before the walk")
    assert house.daemon.status()["session_id"] is None


def test_something_new_leads_to_the_lists_first(house: House) -> None:
    walker = house.visitor(Role.WALKER)
    page = walker.see("/live").send("/live/start", pain="1", signs="2")
    assert page.path == "/answer"
    assert "Which list holds what you notice?" in page.text
    number = next(
        at
        for at, form in enumerate(form for form in page.html.forms if form.action == "/answer")
        if dict(form.form_values())["ask"] == "grade"
    )
    told = page.send("/answer", number, value="1")
    assert told.said.startswith("Done:")
    if house.daemon.status()["session_id"]:  # the walk that waited for it has begun
        assert walker.see("/live").send("/live/stop").path == "/answer"


@pytest.mark.parametrize("role", tuple(PAGES))
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(house: House, windows: Windows, role: Role) -> None:
    with StoreReader(house.daemon.store) as reader:
        walk = reader.sessions()[-1].session_id
    for dark in (False, True):
        with windows.signed_in(role, dark=dark) as page:
            for path in PAGES[role]:
                for width in WIDTHS[1:2] if dark else WIDTHS:
                    page.set_viewport_size({"width": width, "height": 844})
                    page.goto(f"{house.address}{path.format(walk=walk)}")
                    found = Axe().run(page).response["violations"]
                    assert not found, (path, width, dark, [(each["id"], each["nodes"][0]["html"]) for each in found])
                    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, width)


def test_what_is_not_known_is_said_so() -> None:
    shown = figures(Language("en"), {"session": "resting", "part": None, "cadence_spm": None}, 110.0)
    assert shown["cadence"] == shown["remaining"] == shown["steps"] == "not known"
    assert shown["against"] == ""
    assert figures(Language("en"), {"cadence_spm": 111.0}, 110.0)["against"] == "above the ceiling: slow down"
    assert figures(Language("en"), {"cadence_spm": 110.0}, 110.0)["against"] == "below the ceiling"
