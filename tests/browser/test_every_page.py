# SPDX-License-Identifier: MIT
"""Every page that an address opens, to every role, as phone and desk show it: light, dark, large, German, on paper."""

from typing import Any

import pytest
from browser_bench import ADDRESSES, DESK, FILES, NARROW, NOT_THE_WALKERS, PHONE, Stories, window
from looked_at import focus_faults, looked_at, moving, sideways_px
from playwright.sync_api import Browser
from writing_bench import House

from kneemon.web.doors import DOORS
from kneemon.web.visit import Role

PAGES = [door for door in DOORS if not door.post and door.path not in FILES]
LOOKS: tuple[tuple[Role, dict[str, Any]], ...] = (
    (Role.WALKER, {"width": PHONE}),
    (Role.WALKER, {"width": NARROW, "large": True, "dark": True, "still": True}),
    (Role.WALKER, {"width": PHONE, "language": "de"}),
    (Role.PHYSIO, {"width": DESK}),
    (Role.PHYSIO, {"width": DESK, "large": True, "dark": True}),
    (Role.PHYSIO, {"width": PHONE, "language": "de", "dark": True}),
    (Role.READER, {"width": PHONE}),
)


def test_every_page_has_an_address_and_every_address_a_page() -> None:
    assert {door.path for door in PAGES} == set(ADDRESSES)
    assert set(FILES) < {door.path for door in DOORS}


@pytest.mark.parametrize(("role", "look"), LOOKS, ids=lambda given: str(given))
def test_nothing_is_wrong_with_any_page(
    browser: Browser, house: House, stories: Stories, role: Role, look: dict[str, Any]
) -> None:
    faults: list[str] = []
    with window(browser, house, role, **look) as opened:
        for door in PAGES:
            for path in stories.pages(door):
                refused = role not in door.roles or (role is Role.WALKER and door.path in NOT_THE_WALKERS)
                if refused and set(look) != {"width"}:
                    continue
                status = opened.to(path)
                assert status == (403 if refused else 200), (path, role, status)
                faults += looked_at(opened, path, role)
                if look.get("still"):
                    faults += [f"{path} moves: {each}" for each in moving(opened.page)]
    assert faults == []


@pytest.mark.parametrize(("role", "width"), [(Role.WALKER, PHONE), (Role.PHYSIO, DESK)])
def test_the_focus_is_seen_and_goes_from_top_to_end(
    browser: Browser, house: House, stories: Stories, role: Role, width: int
) -> None:
    faults: list[str] = []
    with window(browser, house, role, width=width, still=True) as opened:
        for door in PAGES:
            if role not in door.roles:
                continue
            path = stories.pages(door)[-1]
            opened.to(path)
            faults += [f"{path}: {each}" for each in focus_faults(opened.page)]
    assert faults == []


@pytest.mark.parametrize("role", tuple(Role))
def test_pages_are_whole_without_scripts(browser: Browser, house: House, stories: Stories, role: Role) -> None:
    """Headings, links, tables, forms and their words are the same; only what scripts add is not there."""
    whole = (
        "[...document.querySelectorAll('h1, h2, h3, caption, th, label, button, a[href]')].map((e) => e.textContent)"
    )
    with window(browser, house, role) as with_them, window(browser, house, role, scripts=False) as without:
        for door in PAGES:
            if role not in door.roles:
                continue
            for path in stories.pages(door):
                assert with_them.to(path) == without.to(path)
                assert without.page.evaluate(whole) == with_them.page.evaluate(whole), path
                assert sideways_px(without.page) <= 0, path
        assert not [path for path in without.got if path == "/live/events"]


@pytest.mark.parametrize("dark", [False, True])
def test_every_page_can_be_printed(browser: Browser, house: House, stories: Stories, dark: bool) -> None:
    """On A4 nothing is cut off, the menu stays away, and paper is white."""
    paper = (
        "getComputedStyle(document.documentElement).backgroundColor + getComputedStyle(document.body).backgroundColor"
    )
    with window(browser, house, Role.PHYSIO, width=794, dark=dark) as opened:
        opened.page.emulate_media(media="print")
        for door in PAGES:
            if Role.PHYSIO not in door.roles:
                continue
            path = stories.pages(door)[-1]
            opened.to(path)
            assert sideways_px(opened.page) <= 0, path
            assert not opened.page.locator("nav:visible, footer form:visible").count(), path
            assert set(opened.page.evaluate(paper).replace("rgba(0, 0, 0, 0)", "").split("rgb")) <= {
                "",
                "(255, 255, 255)",
            }, path
