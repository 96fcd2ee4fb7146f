# SPDX-License-Identifier: MIT
"""Attacks on every route there is: without signing in, as the wrong one, with what is forged, foreign, hostile."""

import re
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from lxml import html as lxml_html
from web_bench import LONG_S, PHRASES, Running, Served, Visitor

from kneemon.web import access as web_access
from kneemon.web import behind
from kneemon.web.doors import DOORS
from kneemon.web.signed import Session, sealed
from kneemon.web.throttle import TOGETHER
from kneemon.web.visit import Door, Role

ROUTES = [pytest.param(door, id=f"{'POST' if door.post else 'GET'} {door.path}") for door in DOORS]
HOSTILE = "<zq7 onload=x>\"'=HYPERLINK(1)zq{{7*191}}${7*191}%0d%0aX-Zq: 1\u202e&lt;"
ECHOED = re.compile(r"<zq7|zq1337")
HARMLESS = ("/sign-out", "/look")
PAGES = 60


def path_of(door: Door) -> str:
    return re.sub(r"{[^}]+}", "1", door.path)


def knock(visitor: Visitor, door: Door, **given: Any) -> Any:
    return visitor.request("POST" if door.post else "GET", path_of(door), **given)


@pytest.fixture(scope="module")
def signed_in(site: Served) -> dict[Role, Visitor]:
    return {role: site.as_(role) for role in Role}


@pytest.mark.parametrize("door", ROUTES)
def test_nobody_comes_in_without_signing_in(site: Served, door: Door) -> None:
    nobody = site.visitor()
    for _ in range(2):  # the second time with a stranger's cookie
        answer = knock(nobody, door)
        if door.post:
            assert answer.status_code == 403
            assert "Sign in first." in answer.text
        else:
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/sign-in")
    token = nobody.token()
    if door.post:
        assert knock(nobody, door, data={"csrf": token}).status_code == 403


@pytest.mark.parametrize("door", ROUTES)
def test_nobody_comes_in_as_the_wrong_one(signed_in: dict[Role, Visitor], door: Door) -> None:
    for role, visitor in signed_in.items():
        answer = knock(visitor, door, data={"csrf": visitor.token("/nowhere")} if door.post else None)
        if role not in door.roles:
            assert answer.status_code == 403
            assert "This page is not for who is signed in now." in answer.text
        else:
            assert "This page is not for who is signed in now." not in answer.text
            assert answer.status_code != 500, answer.text


@pytest.mark.parametrize("door", [route for route in ROUTES if route.values[0].post])  # type: ignore[attr-defined]
def test_a_form_that_is_not_ours_changes_nothing(signed_in: dict[Role, Visitor], door: Door) -> None:
    visitor = signed_in[min(door.roles)]
    token = visitor.token("/nowhere")
    host = visitor.base_url.netloc.decode()
    for data, headers in (
        ({}, {}),
        ({"csrf": ""}, {}),
        ({"csrf": "x" * len(token)}, {}),
        ({"csrf": signed_in[Role.READER].token("/nowhere") if Role.READER not in door.roles else token[::-1]}, {}),
        ({"csrf": token}, {"Origin": "http://evil.example"}),
        ({"csrf": token}, {"Origin": "null"}),
        ({"csrf": token}, {"Origin": "http://["}),
        ({"csrf": token}, {"Origin": "["}),
        ({"csrf": token}, {"Origin": f"http://{host}.evil.example"}),
        ({"csrf": token}, {"Sec-Fetch-Site": "cross-site"}),
        ({"csrf": token}, {"Sec-Fetch-Site": "same-site"}),
    ):
        answer = knock(visitor, door, data=data, headers=headers)
        assert answer.status_code == 403, (data, headers)
    assert knock(visitor, door, json={"csrf": token}).status_code == 415
    assert knock(visitor, door, data={"csrf": token}, files={"x": b"y"}).status_code == 415


@pytest.mark.parametrize("door", [route for route in ROUTES if route.values[0].expires])  # type: ignore[attr-defined]
def test_a_link_that_was_not_made_for_this_session_is_none(signed_in: dict[Role, Visitor], door: Door) -> None:
    visitor = signed_in[min(door.roles)]
    for query in ("", "?until=99999999999&by=x", "?until=99999999999"):
        assert visitor.get(path_of(door) + query).status_code == 410


def test_a_forged_cookie_opens_nothing(site: Served) -> None:
    walker = site.as_(Role.WALKER)
    true = walker.cookies["kneemon"]
    now_s, epoch = 1.8e9, site.access.epoch(Role.WALKER) or ""
    forged = [
        sealed(b"x" * 32, Session("name", now_s, "walker", epoch)),
        sealed(b"", Session("name", now_s, "walker", epoch)),
        sealed(site.access.key, Session("name", now_s, "walker", "")),
        sealed(site.access.key, Session("name", now_s, "walker", site.access.epoch(Role.READER) or "")),
        true[:-3] + ("AAA" if true[-3:] != "AAA" else "BBB"),
        true.partition(".")[0] + ".",
        true + "x",
        "",
        "\x7f" * 10,
    ]
    for cookie in forged:
        answer = site.visitor().get("/walks", headers={"Cookie": f"kneemon={cookie}"})
        assert answer.status_code == 303, cookie
    assert site.visitor().get("/walks", headers={"Cookie": f"kneemon={true}"}).status_code == 200


def test_the_readers_cookie_is_not_the_walkers(site: Served) -> None:
    """What is sealed says who it is for; a changed word breaks the seal."""
    reader = site.as_(Role.READER)
    assert reader.get("/settings").status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/static/../kneemon.db", "/static/..%2fkneemon.db", "/static/%2e%2e/access.py", "/static//etc/passwd",
        "/static/..%5caccess.py", "/static/kneemon.css%00.png", "/static/%2fetc%2fpasswd", "/static/", "/static",
        "/..%2f..%2fetc/passwd", "/static/....//access.py", "/web-access.json", "/static/%252e%252e%252faccess.py",
    ],
)  # fmt: skip
def test_nothing_outside_is_served(site: Served, path: str) -> None:
    with closing(socket.create_connection(("127.0.0.1", site.port), LONG_S)) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    assert re.match(rb"HTTP/1\.1 (400|404|303) ", answer), answer
    assert b" 303 " not in answer[:20] or b"location: /sign-in" in answer
    assert b"root:" not in answer
    assert b"scrypt" not in answer


@pytest.mark.parametrize(
    "onward",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/x\r\nX-Zq: 1",
        "\thttp://evil",
    ],
)
def test_signing_in_leads_nowhere_else(serve: Callable[..., Served], onward: str) -> None:
    site = serve(roles=(Role.WALKER,))
    answer = site.visitor().sign_in(Role.WALKER, onward=onward)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    walker = site.as_(Role.WALKER)
    assert walker.get("/sign-in", params={"next": onward}).headers["location"] == "/"
    assert walker.submit("/look", {"back": onward, "text": "large"}).headers["location"] == "/"


def test_a_thousand_wrong_ones_cost_little_and_lock_nobody_out(
    serve: Callable[..., Served], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = serve(roles=(Role.WALKER,))
    walker = site.as_(Role.WALKER)
    walker.submit("/sign-out")
    looked_at: list[str] = []
    true_scrypt = web_access._scrypt

    def counted(phrase: str, *parts: Any) -> str:
        looked_at.append(phrase)
        return true_scrypt(phrase, *parts)

    monkeypatch.setattr(web_access, "_scrypt", counted)
    attacker = site.visitor()
    token = attacker.token()
    answers = [
        attacker.post("/sign-in", data={"csrf": token, "role": "walker", "phrase": f"wrong phrase {number}"})
        for number in range(1000)
    ]
    assert {answer.status_code for answer in answers} == {403, 429}
    assert 3 <= len(looked_at) <= TOGETHER + 3
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in answers if answer.status_code == 429)
    right = attacker.post("/sign-in", data={"csrf": token, "role": "walker", "phrase": PHRASES[Role.WALKER]})
    assert right.status_code == 429  # nor may a right one be found meanwhile
    assert walker.sign_in(Role.WALKER).status_code == 303


def crawl(visitor: Visitor) -> Iterator[tuple[str, Any]]:
    """Every kind of page that links lead to, with the first page."""
    seen, kinds, waiting = {"/"}, set[str](), ["/"]
    while waiting and len(kinds) < PAGES:
        path = waiting.pop(0)
        answer = visitor.get(path, follow_redirects=True)
        assert answer.status_code < 500, (path, answer.text)
        assert not ECHOED.search(answer.text), path
        page = lxml_html.fromstring(answer.text)
        yield path, page
        for link in page.xpath("//a/@href"):
            bare = urlsplit(link).path
            kind = re.sub(r"/[^/]*\d[^/]*", "/1", bare) + "?" + ",".join(re.findall(r"(\w+)=", link))
            file = bare.startswith(("/download/", "/report."))
            if link.startswith("/") and not file and link not in seen and kind not in kinds:
                seen.add(link)
                kinds.add(kind)
                waiting.append(link)


def forms_of(visitor: Visitor) -> dict[tuple[str, str], dict[str, str]]:
    """Of every page: by address and fields, with what they would send."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for path, page in list(crawl(visitor)):
        for form in page.forms:
            action = form.action or path
            if form.method == "POST" and urlsplit(action).path not in HARMLESS:
                fields = {name: str(value or "") for name, value in form.form_values()}
                for named in form.xpath(".//*[@name]"):
                    fields.setdefault(named.get("name"), named.get("value") or "")
                kind = re.sub(r"/[^/]*\d[^/]*", "/1", action)
                found.setdefault((kind, " ".join(sorted(fields))), {"": action, **fields})
    return found


@pytest.mark.parametrize("role", list(Role))
def test_hostile_words_in_every_field_of_every_form(
    serve: Callable[..., Served], kneemon: Callable[..., Running], lives: Callable[[int], Path], role: Role
) -> None:
    running, kept = kneemon(lives(2)), False
    visitor = serve().as_(role)
    forms = forms_of(visitor)
    assert len(forms) >= {Role.WALKER: 15, Role.PHYSIO: 8, Role.READER: 0}[role], list(forms)
    taking_away = sorted(forms, key=lambda form: bool(re.search("erase|delete|forget", form[0])))
    for kind, names in taking_away:
        fields = forms[kind, names]
        action = fields.pop("")
        if re.search("erase|delete|forget", kind) and not kept:
            kept = any("zq7 onload" in shown(page) for _path, page in crawl(visitor))
            assert kept, "nothing of it was kept: nothing was tried"
        for hostile in fields:
            if hostile != "csrf":
                given = {**fields, hostile: HOSTILE}
                answer = visitor.post(action, data=given, follow_redirects=True)
                assert answer.status_code < 500, (kind, hostile, answer.text)
                assert not ECHOED.search(answer.text), (kind, hostile)
                assert "x-zq" not in answer.headers, (kind, hostile)
        everywhere = {name: value if name == "csrf" else HOSTILE for name, value in fields.items()}
        answer = visitor.post(action, data=everywhere, follow_redirects=True)
        assert answer.status_code < 500, (kind, answer.text)
        assert not ECHOED.search(answer.text), kind
    list(crawl(visitor))
    assert kept or role is Role.READER
    assert running.status()


def shown(page: Any) -> str:
    return str(lxml_html.tostring(page, encoding="unicode"))


@pytest.mark.parametrize("door", [route for route in ROUTES if not route.values[0].post])  # type: ignore[attr-defined]
def test_hostile_words_in_an_address(signed_in: dict[Role, Visitor], door: Door) -> None:
    visitor = signed_in[min(door.roles, key=list(Role).index)]
    for word in (HOSTILE, "0" * 5000, "-1", "9" * 40, "' OR 1=1 --", "é\ud7ff"):
        path = re.sub(r"{[^}]+}", "PLACE", door.path)
        for asked in (
            path.replace("PLACE", quote(word, safe="")),
            path.replace("PLACE", "1") + f"?before={quote(word)}",
        ):
            answer = visitor.get(asked, follow_redirects=True)
            assert answer.status_code != 500, (asked, answer.text)
            assert not ECHOED.search(answer.text), asked
    for query in ("before", "weeks", "ask", "session_id", "morning", "deleted", "rev", "from", "to", "of"):
        answer = visitor.get(re.sub(r"{[^}]+}", "1", door.path), params={query: HOSTILE}, follow_redirects=True)
        assert answer.status_code != 500, (query, answer.text)
        assert not ECHOED.search(answer.text), query


def test_looking_changes_nothing(
    serve: Callable[..., Served], lives: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def heard(_path: Path, cmd: str, args: object = None, timeout_s: float = 5.0) -> dict[str, object]:
        asked.append(cmd)
        return true_ask(_path, cmd, args, timeout_s)  # type: ignore[no-any-return]

    true_ask: Any = behind.ask
    monkeypatch.setattr(behind, "ask", heard)
    site = serve(lives(2))
    before = contents(site.places.store)
    for role in Role:
        visitor = site.as_(role)
        list(crawl(visitor))
        for door in DOORS:
            if not door.post:
                visitor.get(path_of(door))
    assert set(asked) <= {"status"}
    assert contents(site.places.store) == before


def contents(store: Path) -> list[str]:
    with closing(sqlite3.connect(store)) as connection:
        return list(connection.iterdump())
