# SPDX-License-Identifier: MIT
"""The report on the real site: a page for everybody who is signed in, and a PDF by an address that expires."""

import re
import subprocess

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from kneemon.web.visit import Role


@pytest.mark.parametrize("role", list(Role))
def test_the_page_and_its_pdf(site, role):
    visitor = site.as_(role)
    page = visitor.page("/report?weeks=2")
    assert page.xpath("//h1")[0].text_content() == "Walking report"
    assert len(page.xpath("//main//figure//*[local-name()='svg']")) == 5
    (link,) = page.xpath("//main//a[contains(@href, '/report.pdf')]/@href")
    answer = visitor.get(link)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert re.search(r"kneemon-report-\d{4}-\d\d-\d\d\.pdf$", answer.headers["content-disposition"])
    assert answer.content.startswith(b"%PDF")


def test_an_address_made_by_oneself_is_refused(site):
    assert site.as_(Role.PHYSIO).get("/report.pdf?weeks=2").status_code in (403, 410)


@pytest.mark.parametrize("weeks", ["", "0", "-3", "9999999999", "two", "²", "52"])
def test_any_number_of_weeks_shows_a_page(site, weeks):
    page = site.as_(Role.PHYSIO).page(f"/report?weeks={weeks}")
    assert page.xpath("//select[@id='f-weeks']/option[@selected]")


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_it_fits(site, chromium, width, scheme):
    page = chromium(site, Role.PHYSIO, width=width, scheme=scheme)
    page.goto(f"{site.url}/report?weeks=3")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_it_prints_on_one_sheet(site, chromium, tmp_path):
    page = chromium(site, Role.PHYSIO, width=1280)
    page.goto(f"{site.url}/report?weeks=3")
    page.pdf(path=tmp_path / "printed.pdf", prefer_css_page_size=True)
    about = subprocess.run(["pdfinfo", tmp_path / "printed.pdf"], check=True, capture_output=True, text=True).stdout
    assert "Pages:           1\n" in about


@pytest.fixture(scope="module")
def chromium():
    """chromium(site, role, …): a tab that is signed in."""
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])

        def tab(site, role, *, width, scheme="light"):
            context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
            signed_in = site.as_(role)
            context.add_cookies(
                [{"name": kept.name, "value": kept.value, "url": site.url} for kept in signed_in.cookies.jar]
            )
            return context.new_page()

        yield tab
        browser.close()
