# SPDX-License-Identifier: MIT
"""What stands before every page: no pass phrase yet, foreign names, sizes, slow lines, and the headers."""

import contextlib
import re
import socket
from collections.abc import Callable
from contextlib import closing

import pytest
from web_bench import LONG_S, PHRASES, Served, wait_until

from kneemon.web import server as web_server
from kneemon.web.guard import BODY_BYTES
from kneemon.web.server import HEAD_BYTES, own_names
from kneemon.web.visit import Role


def said(site: Served, words: bytes) -> bytes:
    """Everything that comes back over one line."""
    with closing(socket.create_connection(("127.0.0.1", site.port), LONG_S)) as line:
        line.sendall(words)
        line.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: line.recv(65536), b""))


def test_nothing_is_served_before_a_pass_phrase_is_set(serve: Callable[..., Served]) -> None:
    site = serve(roles=())
    nobody = site.visitor()
    for path in ("/", "/sign-in", "/walks", "/live/events", "/nowhere", "/download/x"):
        answer = nobody.get(path)
        assert (answer.status_code, answer.text) == (503, "Set a pass phrase first: kneemon web passphrase\n")
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert "set-cookie" not in answer.headers
    assert nobody.post("/sign-in", data={"phrase": "x"}).status_code == 503
    assert nobody.get("/static/kneemon.css").status_code == 200
    site.access.set(Role.WALKER, PHRASES[Role.WALKER])  # by the command line, while it is served
    assert nobody.get("/sign-in").status_code == 200


def test_a_broken_file_of_pass_phrases_opens_nothing(
    serve: Callable[..., Served], caplog: pytest.LogCaptureFixture
) -> None:
    site = serve()
    site.places.web_access.write_text("{")
    answer = site.visitor().get("/sign-in")
    assert answer.status_code == 503
    assert (
        answer.text
        == "The pass phrases cannot be read, so nobody can sign in. The device's journal says why: kneemon web\n"
    )
    for _ in range(3):
        site.visitor().get("/")
    told = [record.getMessage() for record in caplog.records if "pass phrases in" in record.getMessage()]
    assert len(told) == 1  # once, with the way to the file
    assert str(site.places.web_access) in told[0]


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST", *own_names()])
@pytest.mark.parametrize("port", ["", ":1", ":65535"])
def test_our_own_names_are_known(site: Served, name: str, port: str) -> None:
    assert site.visitor().get("/sign-in", headers={"Host": name + port}).status_code == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("evil.example", 421),
        ("192.0.2.1", 421),
        ("localhost.evil.example", 421),
        ("evil.example:8377", 421),
        ("", 400),
        ("local host", 400),
        ("localhost:80:80", 400),
        ("localhost@evil.example", 400),
        ("localhost/", 400),
    ],
)
def test_foreign_names_are_not(site: Served, host: str, status: int) -> None:
    answer = said(site, f"GET /sign-in HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    assert answer.startswith(f"HTTP/1.1 {status} ".encode()), answer


def test_a_configured_name_is_known(serve: Callable[..., Served]) -> None:
    site = serve(web='names = ["knee.example"]')
    assert site.visitor().get("/sign-in", headers={"Host": "Knee.Example:443"}).status_code == 200


@pytest.mark.parametrize("path", ["/sign-in", "/nowhere", "/static/kneemon.css", "/static/nothing", "/walks"])
def test_every_answer_tells_the_browser_what_it_may_do(site: Served, path: str) -> None:
    headers = [site.visitor().get(path).headers for _ in range(2)]
    for each in headers:
        assert each["x-content-type-options"] == "nosniff"
        assert each["x-frame-options"] == "DENY"
        assert each["referrer-policy"] == "same-origin"
        assert each["cross-origin-opener-policy"] == each["cross-origin-resource-policy"] == "same-origin"
        assert "geolocation=()" in each["permissions-policy"]
        assert "server" not in each
        policy = each["content-security-policy"]
        assert policy.startswith("default-src 'none'; ")
        assert "unsafe" not in policy
        for rule in ("form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'", "connect-src 'self'"):
            assert rule in policy
    one, two = (re.findall("'nonce-([^']+)'", each["content-security-policy"]) for each in headers)
    assert one[0] == one[1] != two[0]


def test_pages_are_not_kept_and_files_are(site: Served) -> None:
    page = site.visitor().get("/sign-in")
    assert page.headers["cache-control"] == "no-store"
    (address,) = re.findall(r'href="(/static/kneemon\.css\?v=[0-9a-f]+)"', page.text)
    assert site.visitor().get(address).headers["cache-control"] == "public, max-age=31536000, immutable"
    assert site.visitor().get("/static/kneemon.css?v=old").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"])
def test_other_methods_are_refused(site: Served, method: str) -> None:
    assert site.as_(Role.WALKER).request(method, "/walks").status_code == 405


def test_a_head_that_is_too_long_is_cut(site: Served) -> None:
    long = b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 20 * HEAD_BYTES + b"\r\n\r\n"
    with contextlib.suppress(OSError):  # what was told may be lost when the line is cut
        assert said(site, long).startswith(b"HTTP/1.1 4")


def test_a_form_of_one_byte_too_many_is_refused_and_the_last_allowed_is_read(site: Served) -> None:
    visitor = site.visitor()
    start = f"csrf={visitor.token()}&phrase="
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for bytes_too_many, status in ((0, 403), (1, 413)):
        body = start + "x" * (BODY_BYTES + bytes_too_many - len(start))
        assert visitor.post("/sign-in", content=body, headers=headers).status_code == status
        parts = (body[place : place + 50_000].encode() for place in range(0, len(body), 50_000))  # without a length
        assert visitor.post("/sign-in", content=parts, headers=headers).status_code == status


def gigabyte(site: Served, cookie: str, head: str) -> int:
    """Bytes of the upload that went over the line."""
    piece, went = b"10000\r\n" + b"x" * 65536 + b"\r\n" if "chunked" in head else b"x" * 65536, 0
    with closing(socket.create_connection(("127.0.0.1", site.port), LONG_S)) as line:
        line.sendall(f"POST {head}\r\nHost: localhost\r\nCookie: {cookie}\r\n".encode())
        line.sendall(b"Content-Type: application/x-www-form-urlencoded\r\n\r\n")
        try:
            while went < 10**9:
                line.sendall(piece)
                went += len(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass
    return went


@pytest.mark.parametrize("path", ["/sign-in", "/walk/x/note", "/nowhere", "/static/kneemon.css"])
def test_a_gigabyte_is_cut_at_once(site: Served, path: str) -> None:
    walker = site.as_(Role.WALKER)
    cookie = "; ".join(f"{name}={value}" for name, value in walker.cookies.items())
    buffered = 12_000_000  # by both ends of the line, and what is read before it is cut
    assert gigabyte(site, cookie, f"{path} HTTP/1.1\r\nContent-Length: 1000000000") < buffered
    assert gigabyte(site, cookie, f"{path} HTTP/1.1\r\nTransfer-Encoding: chunked") < buffered
    assert walker.get("/sign-in").status_code in (200, 303)


def test_who_does_not_say_what_they_want_is_hung_up_on(
    serve: Callable[..., Served], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_server, "HEAD_WITHIN_S", 0.5)
    site = serve()
    lines = [socket.create_connection(("127.0.0.1", site.port), LONG_S) for _ in range(web_server.LINES + 5)]
    try:
        for number, line in enumerate(lines):
            if number % 2:
                line.sendall(b"GET / HTTP/1.1\r\nHost: loc")
        for line in lines:
            assert line.recv(1000) == b""  # the end; the test's own time limit is the wait
    finally:
        for line in lines:
            line.close()
    wait_until(lambda: site.visitor().get("/sign-in").status_code == 200)


def test_a_form_that_comes_too_slowly_is_given_up(
    serve: Callable[..., Served], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kneemon.web.forms.SENT_WITHIN_S", 0.3)
    site = serve()
    visitor = site.visitor()
    visitor.token()
    with closing(socket.create_connection(("127.0.0.1", site.port), LONG_S)) as line:
        cookie = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
        line.sendall(
            f"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\nCookie: {cookie}\r\n\r\ncsrf".encode()
        )
        assert line.recv(1000).startswith(b"HTTP/1.1 408 ")
