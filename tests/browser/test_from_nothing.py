# SPDX-License-Identifier: MIT
"""Before anything was told: signing in, every page of an empty store, and the first set-up, as a person does them."""

from collections.abc import Iterator

import pytest
from browser_bench import DESK, FILES, PHONE, Stories, window
from looked_at import axe_finds, focus_faults, looked_at
from playwright.sync_api import Browser, expect
from web_bench import PHRASES, wait_until
from writing_bench import House

from kneemon.store import StoreReader
from kneemon.web.doors import DOORS
from kneemon.web.visit import Role

TOLD_404 = ("/walk/", "/entry/", "/plan/versions/")  # nothing of that name is kept


@pytest.fixture
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A fresh device whose walker alone has a pass phrase."""
    with House(tmp_path_factory.mktemp("alone"), (Role.WALKER,)) as house:
        yield house


@pytest.mark.parametrize(("role", "width"), [(Role.WALKER, PHONE), (Role.PHYSIO, DESK)])
def test_every_page_of_an_empty_store(browser: Browser, bare: House, role: Role, width: int) -> None:
    faults: list[str] = []
    with window(browser, bare, role, width=width, dark=role is Role.PHYSIO) as opened:
        for door in DOORS:
            if door.post or door.path in FILES or role not in door.roles:
                continue
            for path in Stories().pages(door):
                status = opened.to(path)
                if "walk=none" in path:
                    assert status in (200, 404, 503), path
                else:
                    expected = (404, 403) if path.startswith(TOLD_404) else (200, 403)
                    assert status in expected, (path, status)
                faults += looked_at(opened, path, role)
    assert faults == []


@pytest.mark.parametrize("scripts", [True, False])
def test_signing_in_and_out(browser: Browser, bare: House, scripts: bool) -> None:
    with window(browser, bare, scripts=scripts) as opened:
        opened.to("/walks")
        assert opened.path == "/sign-in"
        assert not scripts or looked_at(opened, "/sign-in", Role.WALKER) == []
        assert not scripts or focus_faults(opened.page) == []
        opened.page.check("input[value=physio]")
        opened.page.fill("input[type=password]", "not the phrase")
        opened.page.click("main button")
        expect(opened.page.locator(".error")).to_contain_text("not the right pass phrase")
        assert not scripts or looked_at(opened, "/sign-in, refused", Role.WALKER) == []
        expect(opened.page.locator("input[value=physio]")).to_be_checked()
        opened.page.fill("input[type=password]", PHRASES[Role.PHYSIO])
        opened.page.click("main button")
        opened.page.wait_for_url("**/walks")
        assert opened.to("/nowhere") == 404
        assert not scripts or axe_finds(opened.page) == []
        opened.page.locator("footer").get_by_role("button", name="Deutsch").click()
        expect(opened.page.locator("html")).to_have_attribute("lang", "de")
        opened.page.locator("footer").get_by_role("button", name="English").click()
        opened.page.locator("footer").get_by_role("button", name="Sign out").click()
        opened.to("/walks")
        assert opened.path == "/sign-in"


@pytest.mark.parametrize("scripts", [True, False])
def test_from_nothing_to_a_first_plan(browser: Browser, alone: House, scripts: bool) -> None:
    with window(browser, alone, Role.WALKER, scripts=scripts) as opened:
        page = opened.page
        expect(page).to_have_url(f"{alone.address}/setup")  # nothing else is of use yet
        opened.press("Keep it")
        expect(page.locator(".note.bad")).to_contain_text("Without your yes nothing is set up.")
        assert not scripts or looked_at(opened, "/setup, refused", Role.WALKER) == []
        page.get_by_label("The left one").check()
        page.get_by_label("No", exact=True).check()
        page.fill("#f-usual_pain", "3")
        page.get_by_label("Yes, kneemon may keep this diary on this device.").check()
        opened.press("Keep it")
        page.wait_for_url("**/setup/plan")
        page.fill("#f-minutes", "9")
        opened.press("Look at the weeks")
        expect(page.locator("main")).to_contain_text("It is the first plan.")
        assert not scripts or looked_at(opened, "/setup/plan, preview", Role.WALKER) == []
        opened.press("Save the plan")
        page.wait_for_url("**/plan")
        expect(page.locator("main > .flash")).to_contain_text("Done:")
        with StoreReader(alone.daemon.store) as reader:
            assert wait_until(reader.plan_versions)[-1].author == "walker"
        opened.to("/")
        assert not scripts or looked_at(opened, "/, with a first plan", Role.WALKER) == []
