# SPDX-License-Identifier: MIT
"""What one who knows one pass phrase, or a stranger, can do to the others: guess, bring back, watch on, fill up."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

import httpx
import pytest
from web_bench import PHRASES, Served, Visitor, wait_until

from kneemon.clock import PacedClock
from kneemon.model.records import TimeAnchor
from kneemon.web import access as web_access
from kneemon.web import stream
from kneemon.web.access import Access
from kneemon.web.throttle import FREE
from kneemon.web.visit import Role


@pytest.fixture
def clock() -> PacedClock:
    """Stands still: no try comes back by waiting."""
    return PacedClock(None, TimeAnchor("boot", 1000.0, datetime(2026, 11, 23, 8, 0, tzinfo=UTC), synchronised=True))


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The phrases that scrypt was asked for."""
    seen: list[str] = []

    def heard(phrase: str, *rest: object) -> str:
        seen.append(phrase)
        return scrypt(phrase, *rest)  # type: ignore[arg-type]

    scrypt = web_access._scrypt
    monkeypatch.setattr(web_access, "_scrypt", heard)
    return seen


def test_a_reader_cannot_guess_the_walkers(
    serve: Callable[..., Served], clock: PacedClock, looked_at: list[str]
) -> None:
    site = serve(clock=clock)
    reader = site.as_(Role.READER)
    for number in range(12):
        reader.submit("/sign-out")
        reader.sign_in(Role.READER)  # the right one, which forgives
        reader.submit("/sign-out")
        reader.sign_in(Role.WALKER, f"guess {number}")
    guessed = [phrase for phrase in looked_at if phrase.startswith("guess")]
    assert len(guessed) == FREE


def test_a_browser_of_several_roles_is_known_as_each(serve: Callable[..., Served], clock: PacedClock) -> None:
    site = serve(clock=clock)
    both = site.as_(Role.READER)
    both.submit("/sign-out")
    assert both.sign_in(Role.WALKER).status_code == 303
    both.submit("/sign-out")
    stranger = site.visitor()
    for number in range(12):
        stranger.sign_in(Role.WALKER, f"guess {number}")
        stranger.sign_in(Role.READER, f"guess {number}")
    assert site.visitor().sign_in(Role.WALKER).status_code == 429
    assert both.sign_in(Role.READER).status_code == 303
    both.submit("/sign-out")
    assert both.sign_in(Role.WALKER).status_code == 303


def asked_for_anew(visitor: Visitor, own: str, new: str, role: Role = Role.PHYSIO) -> httpx.Response:
    return visitor.submit("/settings/passphrase", {"role": role.value, "own": own, "new": new, "again": new})


def test_ones_own_phrase_is_not_guessed_in_the_settings(
    serve: Callable[..., Served], clock: PacedClock, looked_at: list[str]
) -> None:
    site = serve(clock=clock)
    physio = site.as_(Role.PHYSIO)
    answers = [asked_for_anew(physio, f"guess {number}", "quite another phrase") for number in range(8)]
    assert len([phrase for phrase in looked_at if phrase.startswith("guess")]) == FREE
    assert "That is not your pass phrase." in answers[0].text
    assert "Too many wrong tries. Wait 1 second, then try again." in answers[-1].text
    late = asked_for_anew(physio, PHRASES[Role.PHYSIO], "quite another phrase")
    assert late.status_code == 422  # nor is a right one found meanwhile
    clock.advance(2.0)
    assert asked_for_anew(physio, PHRASES[Role.PHYSIO], "quite another phrase").status_code == 303


def test_the_physio_is_not_told_what_the_walkers_is(serve: Callable[..., Served]) -> None:
    site = serve()
    physio, walker = site.as_(Role.PHYSIO), site.as_(Role.WALKER)
    theirs, another = (
        asked_for_anew(site.as_(Role.PHYSIO), PHRASES[Role.PHYSIO], PHRASES[Role.WALKER]),
        asked_for_anew(site.as_(Role.WALKER), PHRASES[Role.WALKER], PHRASES[Role.READER], Role.PHYSIO),
    )
    assert (theirs.status_code, theirs.headers["location"]) == (303, "/sign-in")
    assert another.status_code == 422  # the walker sets them all, and is told
    assert "one that differs from the reader&#39;s" in another.text
    assert physio.get("/settings").status_code == 303
    assert walker.get("/settings").status_code == 200


def test_strangers_do_not_bring_back_who_has_signed_out(
    serve: Callable[..., Served], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_access, "ENDED_KEPT", 3)
    site = serve()
    walker = site.as_(Role.WALKER)
    copy = {"Cookie": f"kneemon={walker.cookies['kneemon']}"}
    walker.submit("/sign-out")
    before = site.places.web_access.stat().st_ino
    stranger = site.visitor()
    for _ in range(5):
        stranger.cookies.clear()
        assert stranger.submit("/sign-out", seen_on="/sign-in").status_code == 303
    assert site.places.web_access.stat().st_ino == before  # not even written
    reader = site.visitor()
    for _ in range(5):
        reader.sign_in(Role.READER)
        reader.submit("/sign-out")
    assert site.places.web_access.stat().st_ino != before
    assert site.visitor().get("/walks", headers=copy).status_code == 303


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "EACH_S", 0.02)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("end", ["signed out", "taken away", "broken"])
def test_who_is_not_signed_in_any_more_watches_no_longer(serve: Callable[..., Served], end: str) -> None:
    site = serve()
    physio = site.as_(Role.PHYSIO)
    with physio.stream("GET", "/live/events") as answer:
        lines = answer.iter_lines()
        assert next(line for line in lines if line.startswith("event: "))
        if end == "signed out":
            other = site.visitor(cookies=dict(physio.cookies))
            assert other.submit("/sign-out").status_code == 303
        elif end == "taken away":
            Access(site.places.web_access).remove(Role.PHYSIO)
        else:
            site.places.web_access.write_text("{")
        for _ in lines:
            pass  # it comes to an end
    wait_until(lambda: not site.server.live.watched)


@pytest.mark.usefixtures("hurried")
def test_few_watch_at_once_and_nobody_takes_all_places(serve: Callable[..., Served]) -> None:
    site = serve()
    watching = [site.as_(Role.READER) for _ in range(stream.WATCHERS // stream.EACH_ONES)]
    with ExitStack() as open_:

        def watch(visitor: Visitor) -> Iterator[str]:
            answer = open_.enter_context(visitor.stream("GET", "/live/events"))
            assert answer.headers["content-type"].startswith("text/event-stream")
            opened.append(answer.iter_lines())  # one that is let go of hangs up
            return opened[-1]

        opened: list[Iterator[str]] = []
        assert next(watch(watching[0])).startswith("retry")
        assert next(watch(watching[0])).startswith("retry")
        assert next(watch(watching[0])) == "event: full"
        for visitor in watching[1:]:
            for _ in range(stream.EACH_ONES):
                assert next(watch(visitor)).startswith("retry")
        walker = site.as_(Role.WALKER)
        assert next(watch(walker)) == "event: full"
    wait_until(lambda: not site.server.live.watched)
    assert "Too many windows show this already." in walker.get("/live").text
