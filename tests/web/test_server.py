# SPDX-License-Identifier: MIT
"""Sessions as they begin and end, https, what is watched live, and the process as systemd starts it."""

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from web_bench import LONG_S, PHRASES, Running, Served, wait_until

from kneemon.clock import PacedClock, SystemClock
from kneemon.config.loader import load_config
from kneemon.config.places import places
from kneemon.errors import ExitCode, WebError
from kneemon.model.records import TimeAnchor
from kneemon.web import server as web_server
from kneemon.web import stream
from kneemon.web.access import Access
from kneemon.web.server import Server, listening
from kneemon.web.visit import Role

LOOPBACK = "127.0.0.1"


@pytest.fixture
def clock() -> PacedClock:
    return PacedClock(None, TimeAnchor("boot", 1000.0, datetime(2026, 11, 23, 8, 0, tzinfo=UTC), synchronised=True))


def test_signing_in_leads_to_the_page_that_was_wanted(site: Served) -> None:
    visitor = site.visitor()
    asked = visitor.get("/walks?before=x")
    assert asked.headers["location"] == "/sign-in?next=%2Fwalks%3Fbefore%3Dx"
    before = visitor.token(asked.headers["location"])
    wrong = visitor.sign_in(Role.PHYSIO, "not the right one", onward="/walks")
    assert (wrong.status_code, "That was not the right pass phrase." in wrong.text) == (403, True)
    assert visitor.get("/walks").status_code == 303
    answer = visitor.sign_in(Role.PHYSIO, onward="/walks?before=x")
    assert (answer.status_code, answer.headers["location"]) == (303, "/walks?before=x")
    assert visitor.token("/nowhere") != before  # a session of a new name
    cookies = answer.headers.get_list("set-cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert "; HttpOnly" in cookie
        assert "; SameSite=strict" in cookie
        assert "Domain" not in cookie


def test_a_session_ends_after_hours_without_a_page(serve: Callable[..., Served], clock: PacedClock) -> None:
    site = serve(clock=clock, web="signed_in_h = 2")
    walker = site.as_(Role.WALKER)
    for _ in range(3):
        clock.advance(1.9 * 3600)
        assert walker.get("/about").status_code == 200  # each page keeps it alive
    clock.advance(2.1 * 3600)
    assert walker.get("/about").status_code == 303


def test_signing_out_ends_it_for_every_copy_of_the_cookie(site: Served) -> None:
    walker = site.as_(Role.WALKER)
    copy = {"Cookie": f"kneemon={walker.cookies['kneemon']}"}
    assert site.visitor().get("/about", headers=copy).status_code == 200
    assert walker.submit("/sign-out").headers["location"] == "/sign-in"
    assert walker.get("/about").status_code == 303
    assert site.visitor().get("/about", headers=copy).status_code == 303


def test_a_new_pass_phrase_ends_that_roles_sessions_alone(serve: Callable[..., Served]) -> None:
    site = serve()
    walker, physio = site.as_(Role.WALKER), site.as_(Role.PHYSIO)
    Access(site.places.web_access).set(Role.PHYSIO, "quite another phrase")  # as the command line does
    assert walker.get("/about").status_code == 200
    assert physio.get("/about").status_code == 303
    assert physio.sign_in(Role.PHYSIO, "quite another phrase").status_code == 303
    Access(site.places.web_access).remove(Role.PHYSIO)
    assert physio.get("/about").status_code == 303


def test_language_and_size_of_text_are_chosen_before_signing_in_and_stay(site: Served) -> None:
    visitor = site.visitor()
    assert '<html lang="en">' in visitor.get("/sign-in").text
    assert visitor.submit("/look", {"language": "de", "back": "/sign-in"}).headers["location"] == "/sign-in"
    visitor.submit("/look", {"text": "large"})
    assert '<html lang="de" class="large">' in visitor.get("/sign-in").text
    visitor.submit("/look", {"language": "xx", "text": "huge"})
    visitor.sign_in(Role.WALKER)
    assert '<html lang="de" class="large">' in visitor.get("/about").text


def test_what_is_watched_is_asked_once_for_all(
    serve: Callable[..., Served], kneemon: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "EACH_S", 0.05)
    running = kneemon()
    site = serve()
    walker, reader = site.as_(Role.WALKER), site.as_(Role.READER)
    assert site.visitor().get("/live/events").status_code == 403
    live = site.server.live
    assert live.looks == 0
    with walker.stream("GET", "/live/events") as one, reader.stream("GET", "/live/events") as two:
        for answer in (one, two):
            assert answer.headers["content-type"].startswith("text/event-stream")
            lines = answer.iter_lines()
            found = next(line for line in lines if line.startswith("data: "))
            assert json.loads(found[6:])["session"] == running.status()["session"]
        assert live.watched
        running.close()
        lines = iter(line for line in lines if line)
        assert "event: gone" in lines
        assert "a running kneemon" in json.loads(next(lines)[6:])["error"]
    wait_until(lambda: not live.watched)
    wait_until(lambda: stands_still(lambda: live.looks))


def stands_still(number: Callable[[], int]) -> bool:
    before = number()
    SystemClock().wait(0.3)
    return number() == before


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"],
        cwd=tmp_path, check=True, capture_output=True, timeout=LONG_S,
    )  # fmt: skip
    return tmp_path / "cert.pem"


def test_https_with_the_users_certificate(serve: Callable[..., Served], certificate: Path) -> None:
    site = serve(web='cert_file = "cert.pem"\nkey_file = "key.pem"', roles=(Role.WALKER,))
    trusting = ssl.create_default_context(cafile=str(certificate))
    with httpx.Client(verify=trusting, base_url=site.url) as client:
        page = client.get("/sign-in")
        token = re.findall(r'name="csrf" value="([^"]+)"', page.text)[0]
        answer = client.post("/sign-in", data={"csrf": token, "phrase": PHRASES[Role.WALKER]})
        assert answer.status_code == 303
        assert client.get("/about").status_code == 200
    for cookie in answer.headers.get_list("set-cookie"):
        assert cookie.startswith("__Host-kneemon")
        assert "; Secure" in cookie
    assert not site.server.open_to_all
    with pytest.raises(httpx.HTTPError):
        httpx.get(site.url.replace("https", "http") + "/sign-in")


@pytest.mark.parametrize(
    ("web", "told"),
    [
        ('cert_file = "cert.pem"', "https: expected both web.cert_file and web.key_file, or neither, saw one of them"),
        ('cert_file = "cert.pem"\nkey_file = "nothing.pem"', "expected two files in PEM form that belong together"),
        ('cert_file = "kneemon.toml"\nkey_file = "key.pem"', "expected two files in PEM form that belong together"),
    ],
)
def test_a_certificate_that_is_none_is_told(tmp_path: Path, certificate: Path, web: str, told: str) -> None:
    (tmp_path / "kneemon.toml").write_text(f'[store]\npath = "kneemon.db"\n[web]\n{web}\n')
    config = load_config(tmp_path / "kneemon.toml", overrides={}, environ={})
    with closing(listening(config, port=0)) as listener, pytest.raises(WebError, match=re.escape(told)):
        Server(config, places(config, {"HOME": str(tmp_path)}), PacedClock(), listener, rests=False)


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with closing(socket.create_server((LOOPBACK, 0))) as taken:
        port = taken.getsockname()[1]
        (tmp_path / "kneemon.toml").write_text(f"[web]\nport = {port}\n")
        config = load_config(tmp_path / "kneemon.toml", overrides={}, environ={})
        with pytest.raises(WebError, match=f"web.port = {port}: expected an address of this machine, and a free port"):
            listening(config)


def test_it_rests_when_nobody_asks_any_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_server, "RESTS_AFTER_S", 0.2)
    config = load_config(None, overrides={"store.path": str(tmp_path / "kneemon.db")}, environ={"HOME": str(tmp_path)})
    Server(
        config, places(config, {"HOME": str(tmp_path)}), SystemClock(), listening(config, port=0), rests=True
    ).run()  # and ends


class Process:
    """`kneemon web` as a process."""

    def __init__(self, folder: Path, *options: str, before: tuple[str, ...] = ()) -> None:
        command = [*before, sys.executable, "-m", "kneemon", "web", "--set", f"store.path={folder / 'kneemon.db'}"]
        self.folder = folder
        environment = {"HOME": str(folder), "PATH": os.environ["PATH"]}
        with (folder / "out").open("wb") as out:
            self.process = subprocess.Popen([*command, *options], env=environment, stdout=out, stderr=out)

    @property
    def told(self) -> str:
        return (self.folder / "out").read_text()


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    up: list[Process] = []

    def start(*options: str, before: tuple[str, ...] = ()) -> Process:
        up.append(Process(tmp_path, *options, before=before))
        return up[-1]

    yield start
    for each in up:
        each.process.kill()
        each.process.wait(LONG_S)


def free_port() -> int:
    with closing(socket.create_server((LOOPBACK, 0))) as probe:
        port: int = probe.getsockname()[1]
        return port


def test_the_command_serves_until_it_is_told_to_stop(processes: Callable[..., Process], tmp_path: Path) -> None:
    port = free_port()
    web = processes("--set", f"web.port={port}")
    wait_until(lambda: "Uvicorn running" in web.told or "Nobody can see it yet." in web.told)
    assert f"The page is at http://127.0.0.1:{port}/\n" in web.told
    assert "Set a pass phrase first: kneemon web passphrase" in web.told
    assert "read along" not in web.told
    wait_until(lambda: answers(port))
    assert httpx.get(f"http://{LOOPBACK}:{port}/").text == "Set a pass phrase first: kneemon web passphrase\n"
    web.process.send_signal(signal.SIGTERM)
    assert web.process.wait(LONG_S) in (ExitCode.OK, -signal.SIGTERM)


def test_systemds_socket_starts_it_and_is_used(processes: Callable[..., Process]) -> None:
    port = free_port()
    web = processes(before=("systemd-socket-activate", "-l", f"{LOOPBACK}:{port}"))
    wait_until(lambda: answers(port))  # the first request has waited for the start
    assert f"The page is at http://127.0.0.1:{port}/\n" in web.told


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://{LOOPBACK}:{port}/", timeout=LONG_S).status_code == 503
    except httpx.HTTPError:
        return False


def test_an_open_network_is_warned_of(tmp_path: Path) -> None:
    """Only asked of the socket, never served: tests listen on loopback alone."""
    config = load_config(None, overrides={"web.port": "1"}, environ={"HOME": str(tmp_path)})
    where = places(config, {"HOME": str(tmp_path)})
    with closing(socket.socket()) as loopback, closing(socket.socket()) as wide:
        loopback.bind((LOOPBACK, 0))
        wide.bind(("0.0.0.0", 0))  # bound, and nobody listens
        assert not Server(config, where, PacedClock(), loopback, rests=False).open_to_all
        server = Server(config, where, PacedClock(), wide, rests=False)
        assert server.open_to_all
        assert re.fullmatch(rf"http://[\w.-]+\.local:{wide.getsockname()[1]}/", server.address)


def test_what_is_big_waits_until_somebody_has_signed_in() -> None:
    """What an idle page holds; `make bench` has the megabytes."""
    names = "'jinja2', 'numpy', 'pygal', 'typst', 'xlsxwriter', 'rich', 'kneemon.web.doors', 'kneemon.app.charts'"
    asked = f"import sys, kneemon.web.server; print([name for name in ({names}) if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, timeout=LONG_S)
    assert told.stdout == "[]\n"


def test_no_page_needs_numpy() -> None:
    asked = "import sys, kneemon.web.doors; print([name for name in ('numpy', 'typst') if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, timeout=LONG_S)
    assert told.stdout == "[]\n"
