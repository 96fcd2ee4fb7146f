# SPDX-License-Identifier: MIT
"""The pages that are read in a real Chromium: nothing for axe to find, no sideways scrolling, no request elsewhere."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright
from web_bench import PHRASES, Served

from kneemon.cli import main
from kneemon.store import StoreReader
from kneemon.web.visit import Role

PATHS = ("/", "/walks", "/weeks", "/pain", "/diary", "/exercises", "/device", "/about", "/walk/")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SMALL = """() => [...document.querySelectorAll(
    "button, a.button, select, summary, nav a, textarea, input:not([type=hidden], [type=radio], [type=checkbox])")]
  .map((each) => [each.getBoundingClientRect(), each.outerHTML.slice(0, 80)])
  .filter(([box]) => box.width && box.height < 43.5).map(([, html]) => html)"""
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Three weeks of a life with exercises."""
    folder = tmp_path_factory.mktemp("looked")
    assert main(["simulate", "life", "--weeks", "3", "--store", str(folder / "kneemon.db")]) == 0
    served = Served(folder)
    yield served
    served.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def signed_in(lived: Served, browser: Browser) -> dict[Role, Any]:
    """By role: the cookies of somebody who signed in through the form."""
    states = {}
    for role in Role:
        with browser.new_context() as context:
            page = context.new_page()
            page.goto(f"{lived.url}/sign-in")
            page.check(f"input[value={role.value}]")
            page.fill("input[type=password]", PHRASES[role])
            page.click("main button")
            expect(page.locator("h1")).to_have_text("Today" if role is Role.WALKER else "Overview")
            states[role] = context.storage_state()
    return states


def newest(lived: Served) -> str:
    with StoreReader(lived.places.store) as reader:
        return reader.session().session_id


def faults_of(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]]


@pytest.mark.parametrize(
    ("role", "width", "scheme", "large"),
    [
        (Role.WALKER, 320, "light", False),
        (Role.WALKER, 320, "light", True),
        (Role.WALKER, 390, "dark", False),
        (Role.PHYSIO, 1280, "light", False),
        (Role.PHYSIO, 768, "dark", True),
        (Role.READER, 1600, "light", False),
    ],
)
def test_every_page_is_within_everybody_s_reach(
    lived: Served, browser: Browser, signed_in: dict[Role, Any], role: Role, width: int, scheme: Any, large: bool
) -> None:
    viewport = {"width": width, "height": 900}
    with browser.new_context(storage_state=signed_in[role], viewport=viewport, color_scheme=scheme) as context:  # type: ignore[arg-type]
        page = context.new_page()
        complaints: list[str] = []
        elsewhere: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(lived.url) else elsewhere.append(asked.url))
        if large:
            page.goto(f"{lived.url}/about")
            page.click("text=Larger text")
            expect(page.locator("html.large")).to_have_count(1)
        for path in PATHS:
            answer = page.goto(lived.url + (path if path != "/walk/" else f"/walk/{newest(lived)}"))
            assert answer is not None
            assert answer.status == 200, path
            assert faults_of(page) == [], (path, width)
            assert page.evaluate(SIDEWAYS) <= 0, (path, width)
            expect(page.locator("h1")).to_have_count(1)
            if role is Role.WALKER:
                assert page.evaluate(SMALL) == [], path
        assert complaints == []
        assert [url for url in elsewhere if not url.startswith("data:")] == []


def test_arrow_keys_read_a_chart(lived: Served, browser: Browser, signed_in: dict[Role, Any]) -> None:
    with browser.new_context(storage_state=signed_in[Role.PHYSIO]) as context:
        page = context.new_page()
        page.goto(f"{lived.url}/walk/{newest(lived)}")
        drawing = page.locator("#chart-cadence .drawing")
        said = page.locator("#chart-cadence .reading")
        drawing.focus()
        page.keyboard.press("Home")
        first = said.inner_text()
        page.keyboard.press("ArrowRight")
        expect(said).not_to_have_text(first)
        page.keyboard.press("ArrowLeft")
        expect(said).to_have_text(first)
        drawing.locator("svg").hover()
        expect(said).not_to_have_text(first)
        assert faults_of(page) == []


def test_the_menu_opens_by_keyboard_and_closes_by_escape(
    lived: Served, browser: Browser, signed_in: dict[Role, Any]
) -> None:
    with browser.new_context(storage_state=signed_in[Role.WALKER]) as context:
        page = context.new_page()
        page.goto(f"{lived.url}/about")
        summary = page.locator(".more summary")
        summary.focus()
        page.keyboard.press("Enter")
        expect(page.locator(".more a[href='/weeks']")).to_be_visible()
        assert faults_of(page) == []
        page.keyboard.press("Escape")
        expect(page.locator(".more a[href='/weeks']")).to_be_hidden()
        expect(summary).to_be_focused()


def test_the_first_stop_of_the_tab_key_skips_to_the_page(
    lived: Served, browser: Browser, signed_in: dict[Role, Any]
) -> None:
    with browser.new_context(storage_state=signed_in[Role.READER]) as context:
        page = context.new_page()
        page.goto(f"{lived.url}/weeks")
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        expect(page.locator(".skip")).to_be_in_viewport()
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


def test_without_scripts_everything_is_there(lived: Served, browser: Browser, signed_in: dict[Role, Any]) -> None:
    with browser.new_context(storage_state=signed_in[Role.WALKER], java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{lived.url}/")
        page.click(".more summary")
        page.click(".more a[href='/weeks']")
        expect(page.locator("h1")).to_have_text("Weeks")
        page.click("text=The figures as a table")
        expect(page.locator("figure table")).to_be_visible()
        page.goto(f"{lived.url}/walks")
        page.locator("tbody th a").first.click()
        expect(page.locator("h1")).to_contain_text("Walk on")


def test_paper_has_no_buttons_and_black_ink(lived: Served, browser: Browser, signed_in: dict[Role, Any]) -> None:
    with browser.new_context(storage_state=signed_in[Role.PHYSIO], color_scheme="dark") as context:
        page = context.new_page()
        page.emulate_media(media="print")
        for path in PATHS[:-1]:
            page.goto(lived.url + path)
            assert page.locator("main").evaluate("each => getComputedStyle(each).color") == "rgb(0, 0, 0)"
            expect(page.locator("button:visible, nav:visible")).to_have_count(0)
