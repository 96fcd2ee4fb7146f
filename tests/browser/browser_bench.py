# SPDX-License-Identifier: MIT
"""A real Chromium before the real site, what it complains of, and where every page is.

A Window is one visitor: a browser's context that keeps what was asked for and what went wrong. ADDRESSES says for every
door that is opened by GET at which addresses it is looked at; a door without one has no picture and no test, and fails.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Request

sys.path.append(str(Path(__file__).parent.parent / "web"))  # where the real site is put up
from web_bench import PHRASES, wait_until
from writing_bench import House

from kneemon.controls.socket import ask
from kneemon.store import StoreReader
from kneemon.web.visit import Door, Role

__all__ = ["ADDRESSES", "FILES", "Stories", "Window", "chromium", "do", "furnished", "wait_until", "window"]

CHROMIUM = "/usr/bin/chromium"
PATIENCE_MS = 15_000
PHONE, DESK, NARROW = 390, 1280, 320

# Doors that hand out a file, by links that expire: a flow downloads each of them.
FILES = ("/download/backup", "/download/{format}", "/report.pdf")

ADDRESSES: Mapping[str, tuple[str, ...]] = {
    "/": ("/",),
    "/walks": ("/walks", "/walks?deleted=1"),
    "/walk/{session_id}": ("/walk/{walk}", "/walk/{noted}", "/walk/{struck}"),
    "/weeks": ("/weeks",),
    "/pain": ("/pain",),
    "/diary": ("/diary",),
    "/exercises": ("/exercises",),
    "/device": ("/device",),
    "/about": ("/about",),
    "/answer": ("/answer", "/answer?which=1"),
    "/walk/{session_id}/delete": ("/walk/{walk}/delete",),
    "/walk/{session_id}/erase": ("/walk/{walk}/erase",),
    "/walk/{session_id}/forget-raw": ("/walk/{walk}/forget-raw",),
    "/entry/{seq}/delete": ("/entry/{entry}/delete",),
    "/entry/{seq}/erase": ("/entry/{entry}/erase",),
    "/plan": ("/plan",),
    "/plan/advised": ("/plan/advised",),
    "/plan/versions": ("/plan/versions",),
    "/plan/versions/{rev}": ("/plan/versions/1",),
    "/plan/versions/{rev}/take-back": ("/plan/versions/1/take-back",),
    "/plan/edit": ("/plan/edit",),
    "/plan/text": ("/plan/text",),
    "/setup": ("/setup",),
    "/setup/plan": ("/setup/plan",),
    "/live": ("/live",),
    "/settings": ("/settings",),
    "/settings/forget-raw": ("/settings/forget-raw",),
    "/report": ("/report",),
    "/downloads": ("/downloads", "/downloads?walk={walk}"),
}
NOT_THE_WALKERS = ("/plan/edit", "/plan/text", "/plan/versions/{rev}/take-back")  # where a physio has a pass phrase
UNDER_WAY = "net::ERR_ABORTED"  # what was still coming when the page was left: the live figures, a download


@dataclass(frozen=True)
class Stories:
    """Names that ADDRESSES need: the newest walk, one with notes and corrections, a deleted one, an entry."""

    walk: str = "none"
    noted: str = "none"
    struck: str = "none"
    entry: int = 1

    def pages(self, door: Door) -> tuple[str, ...]:
        """Where a door is looked at."""
        return tuple(
            address.format(walk=self.walk, noted=self.noted, struck=self.struck, entry=self.entry)
            for address in ADDRESSES[door.path]
        )


@dataclass
class Window:
    """Of one visitor. posted: paths that forms were sent to. faults: what Chromium complained of."""

    address: str
    context: BrowserContext
    page: Page
    scripts: bool = True
    posted: list[str] = field(default_factory=list)
    got: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def to(self, path: str) -> int:
        """Its status."""
        answer = self.page.goto(self.address + path)
        assert answer is not None, path
        return answer.status

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.address).partition("?")[0]

    @property
    def said(self) -> str:
        """The word at the top of the page, "" without one."""
        found = self.page.locator("main > .flash")
        return " ".join((found.first.text_content() or "").split()) if found.count() else ""

    def sign_in(self, role: Role, phrase: str = "") -> None:
        self.to("/sign-in")
        if self.page.locator(f"input[value={role.value}][type=radio]").count():
            self.page.check(f"input[value={role.value}]")
        self.page.fill("input[type=password]", phrase or PHRASES[role])
        self.page.click("main button")

    def press(self, name: str) -> None:
        """The first button of that name."""
        self.press_in("main", name)

    def press_in(self, place: str, name: str) -> None:
        self.page.locator(place).first.get_by_role("button", name=name, exact=True).first.click()

    def heard(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:")):
            self.faults.append(f"asked elsewhere: {request.url}")
            return
        path = request.url.removeprefix(self.address).partition("?")[0]
        (self.posted if request.method == "POST" else self.got).append(path)

    def failed(self, request: Request) -> None:
        if request.failure != UNDER_WAY:
            self.faults.append(f"not answered: {request.url}: {request.failure}")

    def complained(self, kind: str, text: str) -> None:
        """A refusal's own status is looked at by who asked for it."""
        refused = text.startswith("Failed to load resource: the server responded with a status of 4")
        if kind in ("error", "warning", "script") and not refused:
            self.faults.append(f"{kind}: {text}")


@contextmanager
def chromium(play: Playwright) -> Iterator[Browser]:
    browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    try:
        yield browser
    finally:
        browser.close()


@contextmanager
def window(
    browser: Browser,
    house: House,
    role: Role | None = None,
    *,
    width: int = PHONE,
    scripts: bool = True,
    dark: bool = False,
    large: bool = False,
    still: bool = False,
    language: str = "en",
    scale: float = 1.0,
    faultless: bool = True,
) -> Iterator[Window]:
    """A visitor, signed in through the form; closed, the window has nothing to complain of."""
    given: dict[str, Any] = {"locale": "en-GB", "timezone_id": "UTC", "device_scale_factor": scale}
    context = browser.new_context(
        viewport={"width": width, "height": 844 if width < 768 else 900},
        java_script_enabled=scripts,
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce" if still else "no-preference",
        accept_downloads=True,
        **given,
    )
    context.set_default_timeout(PATIENCE_MS)
    try:
        page = context.new_page()
        opened = Window(house.address, context, page, scripts)
        page.on("console", lambda message: opened.complained(message.type, message.text))
        page.on("pageerror", lambda error: opened.complained("script", str(error)))
        context.on("request", opened.heard)
        context.on("requestfailed", opened.failed)
        if role is not None:
            opened.sign_in(role)
            page.wait_for_url(lambda url: not url.endswith("/sign-in"))  # an empty device goes to its set-up
        if large:
            page.locator("footer").get_by_role("button", name="Larger text").click()
            page.locator("html.large").wait_for()
        if language != "en":
            page.locator(f"footer button[value={language}]").click()
            page.locator(f"html[lang={language}]").wait_for()
        yield opened
        if faultless:
            assert opened.faults == []
    finally:
        context.close()


def do(house: House, cmd: str, **args: object) -> None:
    """One request over the control socket, as the page makes them."""
    answer = ask(house.daemon.store.parent / "control.sock", cmd, args)
    assert answer["ok"], answer


def furnished(house: House) -> Stories:
    """The house's life with all that pages have to show: notes, a correction, a deleted walk, a second plan."""
    with StoreReader(house.daemon.store) as reader:
        records = reader.sessions()
        plan = reader.plan_versions()[-1].text
    names = [record.session_id for record in records]
    walk, noted, struck = names[:3]  # the newest first
    do(house, "note-walk", session_id=noted, text="Wet leaves, I went slower.", author="walker")
    do(house, "note-walk", session_id=noted, text="Try the flat way round the pond.", author="physio")
    steps = records[1].summary.steps + 40
    do(house, "correct-walk", session_id=noted, steps=steps, walking_min=None, why="Counted by hand", author="walker")
    do(house, "strike", session_id=struck, why="My neighbour wore the box", author="walker")
    slower = plan.replace("cadence_ceiling_spm = 120", "cadence_ceiling_spm = 115")
    do(house, "save-plan", text=slower, author="physio", note="A little slower, as we said")
    wait_until(lambda: _newest_plan(house) == slower)
    return Stories(walk, noted, struck, house.entries()[-6].seq)


def _newest_plan(house: House) -> str:
    with StoreReader(house.daemon.store) as reader:
        return reader.plan_versions()[-1].text
