# SPDX-License-Identifier: MIT
"""Files on their way to who takes them slowly, or not at all; and where the page works on them."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from test_download_pages import links, names_in
from web_bench import LONG_S, Running, Served, Visitor, wait_until

from kneemon.app import backup_making
from kneemon.clock import PacedClock, SystemClock
from kneemon.export import packed
from kneemon.model.records import TimeAnchor
from kneemon.store.reader import StoreReader
from kneemon.web import download_pages, sending
from kneemon.web.doors import THREADS
from kneemon.web.leftovers import WORK
from kneemon.web.visit import Role

PIECE = b"x" * 65536


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Downloads of several files have no end; told is which were given up."""
    found: list[str] = []

    def endless(_files: object) -> Iterator[bytes]:
        try:
            while True:
                yield PIECE
        finally:
            found.append("given up")

    monkeypatch.setattr(download_pages, "zipped", endless)
    monkeypatch.setattr(sending, "TURN_WITHIN_S", 0.2)
    return found


def begun(visitor: Visitor, link: str, open_: ExitStack) -> socket.socket:
    """A download of which only the head is taken."""
    line = open_.enter_context(socket.socket())
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.settimeout(LONG_S)
    line.connect((visitor.base_url.host, visitor.base_url.port))
    cookie = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    line.sendall(f"GET {link} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n".encode())
    assert line.recv(12).startswith(b"HTTP/1.1 ")
    return line


def test_slow_downloads_leave_the_pages_open(
    serve: Callable[..., Served], lives: Callable[[int], Path], ended: list[str]
) -> None:
    site = serve(lives(2))
    slow = [site.as_(Role.READER) for _ in range(THREADS + 1)]
    walker = site.as_(Role.WALKER)
    wanted = [links(visitor)["fit"] for visitor in slow]
    with ExitStack() as open_:
        for visitor, link in zip(slow[: sending.AT_ONCE], wanted, strict=False):
            begun(visitor, link, open_)
        for visitor, link in zip(slow[sending.AT_ONCE :], wanted[sending.AT_ONCE :], strict=True):
            answer = visitor.get(link)
            assert answer.status_code == 429
            assert "Other files are on their way." in answer.text
        assert walker.get("/walks").status_code == 200
        assert not ended
    wait_until(lambda: len(ended) == sending.AT_ONCE)  # they hung up
    with ExitStack() as open_:
        begun(slow[-1], wanted[-1], open_)


def test_one_file_at_a_time_for_one_visitor(
    serve: Callable[..., Served], lives: Callable[[int], Path], ended: list[str]
) -> None:
    site = serve(lives(2))
    reader, other = site.as_(Role.READER), site.as_(Role.PHYSIO)
    offered = links(reader)
    with ExitStack() as open_:
        begun(reader, offered["fit"], open_)
        assert reader.get(offered["xlsx"]).status_code == 429
        assert other.get(links(other)["xlsx"]).status_code == 200
        assert not ended
    wait_until(lambda: ended)
    wait_until(lambda: reader.get(offered["xlsx"]).status_code == 200)


def test_who_takes_a_file_drop_by_drop_is_hung_up_on(
    serve: Callable[..., Served], lives: Callable[[int], Path], ended: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "SPARE_S", 0.5)
    monkeypatch.setattr(sending, "LEAST_BYTES_S", 1e9)
    site = serve(lives(2))
    reader = site.as_(Role.READER)
    with ExitStack() as open_:
        line = begun(reader, links(reader)["fit"], open_)

        def drop() -> list[str]:
            assert line.recv(20_000)
            return ended

        wait_until(drop)  # though each piece arrives in its time


def test_who_takes_it_as_fast_as_it_comes_is_not(
    serve: Callable[..., Served], lives: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What takes long to be made does not count."""
    monkeypatch.setattr(sending, "SPARE_S", 0.2)
    monkeypatch.setattr(sending, "LEAST_BYTES_S", 1e9)

    def slowly_made(_files: object) -> Iterator[bytes]:
        for _ in range(4):
            SystemClock().wait(0.15)
            yield b"piece"

    monkeypatch.setattr(download_pages, "zipped", slowly_made)
    reader = serve(lives(2)).as_(Role.READER)
    assert reader.get(links(reader)["fit"]).content == b"piece" * 4


def test_the_head_of_a_backup_makes_none(
    serve: Callable[..., Served], kneemon: Callable[..., Running], lives: Callable[[int], Path]
) -> None:
    site, daemon = serve(lives(2)), kneemon()
    walker = site.as_(Role.WALKER)
    answer = walker.head(links(walker)["backup"])
    assert (answer.status_code, answer.content) == (200, b"")
    assert "attachment" in answer.headers["content-disposition"]
    walker.submit("/settings/mute", {"mute": "on"})
    daemon.close()  # what was told is written
    with StoreReader(site.places.store) as reader:
        assert reader.note("backup") is None


def test_big_files_are_made_beside_the_store_and_nothing_stays(
    serve: Callable[..., Served], lives: Callable[[int], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where: list[Path] = []
    make, temporary = backup_making.make_backup, packed.TemporaryFile

    def made(store: Path, beside: Any, folder: Path, *rest: Any) -> Any:
        where.append(folder.parent)
        return make(store, beside, folder, *rest)

    def opened(dir: Path) -> Any:  # noqa: A002  its name there
        where.append(dir)
        return temporary(dir=dir)

    monkeypatch.setattr(backup_making, "make_backup", made)
    monkeypatch.setattr(packed, "TemporaryFile", opened)
    left = tmp_path / f"{WORK}cut-off"
    left.mkdir()
    (left / "kneemon.db").touch()
    site = serve(lives(2))
    assert not left.exists()
    walker = site.as_(Role.WALKER)
    assert "kneemon.db" in names_in(walker.get(links(walker)["backup"]).content)
    phrase = {"phrase": "long enough for it", "from": "", "to": ""}
    assert walker.submit("/download/bundle", phrase, seen_on="/downloads").status_code == 200
    assert where == [tmp_path, tmp_path]
    wait_until(lambda: not list(tmp_path.glob(f"{WORK}*")))


def test_a_folder_without_room_for_a_backup_is_told(
    serve: Callable[..., Served], lives: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(**_where: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(download_pages, "TemporaryDirectory", no_room)
    walker = serve(lives(2)).as_(Role.WALKER)
    answer = walker.get(links(walker)["backup"])
    assert answer.status_code == 400
    assert "That did not work" in answer.text
    assert "a fault of kneemon itself" not in answer.text


def test_files_are_dated_by_the_clock_that_the_page_goes_by(
    serve: Callable[..., Served], lives: Callable[[int], Path]
) -> None:
    then = datetime(2031, 5, 6, 8, 0, tzinfo=UTC)
    site = serve(lives(2), clock=PacedClock(None, TimeAnchor("boot", 1000.0, then, synchronised=True)))
    reader = site.as_(Role.READER)
    assert json.loads(reader.get(links(reader)["fhir"]).content)["timestamp"].startswith("2031-05-06")
