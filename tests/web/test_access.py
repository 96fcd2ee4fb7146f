# SPDX-License-Identifier: MIT
"""Pass phrases, what is signed, and how often one may try."""

import argparse
import hashlib
import io
import stat
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from web_bench import PHRASES

from kneemon.cli import web as cli_web
from kneemon.cli.web_arguments import web as web_arguments
from kneemon.clock import PacedClock
from kneemon.config.loader import load_config
from kneemon.config.places import places
from kneemon.errors import ExitCode, KneemonError, WebError
from kneemon.model.records import TimeAnchor
from kneemon.web.access import ENDED_KEPT, Access
from kneemon.web.reception import own_path
from kneemon.web.signed import Known, Session, form_token, good, link, sealed, unsealed
from kneemon.web.throttle import FREE, LONGEST_S, REMEMBERED, TOGETHER, Throttle
from kneemon.web.visit import Role

HOME = {"HOME": "/nowhere"}
KEY, OTHER = b"k" * 32, b"o" * 32


@pytest.fixture
def access(tmp_path: Path) -> Access:
    return Access(tmp_path / "web-access.json")


def test_what_is_kept_is_not_the_phrase(access: Access, tmp_path: Path) -> None:
    assert access.roles == frozenset()
    assert not access.matches(Role.WALKER, "")
    access.set(Role.WALKER, PHRASES[Role.WALKER])
    file = tmp_path / "web-access.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert PHRASES[Role.WALKER] not in file.read_text()
    assert access.matches(Role.WALKER, PHRASES[Role.WALKER])
    assert not access.matches(Role.WALKER, PHRASES[Role.PHYSIO])
    assert not access.matches(Role.PHYSIO, PHRASES[Role.WALKER])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["web-access.json", "web-access.json.lock"]


def test_scrypt_is_what_others_make_of_it_too(access: Access, tmp_path: Path) -> None:
    access.set(Role.PHYSIO, "Grünes Fahrrad Oktober")
    kept = msgspec.json.decode((tmp_path / "web-access.json").read_bytes())["roles"]["physio"]
    phrase, salt = "Grünes Fahrrad Oktober".encode(), bytes.fromhex(kept["salt"])
    assert hashlib.scrypt(phrase, salt=salt, n=16384, r=8, p=5, dklen=32).hex() == kept["scrypt"]
    assert access.matches(Role.PHYSIO, "Gru\u0308nes Fahrrad Oktober")  # as another keyboard writes ü


def test_a_new_one_has_a_new_epoch_and_the_same_key(access: Access, tmp_path: Path) -> None:
    access.set(Role.WALKER, PHRASES[Role.WALKER])
    key, epoch = access.key, access.epoch(Role.WALKER)
    elsewhere = Access(tmp_path / "web-access.json")  # the command line, while the page is served
    elsewhere.set(Role.WALKER, "another one altogether")
    assert access.key == key
    assert access.epoch(Role.WALKER) not in (None, epoch)
    elsewhere.remove(Role.WALKER)
    assert access.epoch(Role.WALKER) is None
    with pytest.raises(WebError, match="To remove the walker's pass phrase: expected one that was set, saw none"):
        elsewhere.remove(Role.WALKER)


@pytest.mark.parametrize(
    ("phrase", "told"),
    [
        ("short", "expected at least 10 characters, saw 5. Others in the network can try short ones."),
        ("x" * 201, "expected at most 200 characters, saw 201"),
        ("aAaAaAaAaAaA", "expected at least 4 different characters, saw 1"),
    ],
)
def test_what_is_too_easy_is_refused(access: Access, phrase: str, told: str) -> None:
    with pytest.raises(WebError) as refused:
        access.set(Role.WALKER, phrase)
    assert told in str(refused.value)
    assert access.roles == frozenset()


def test_two_roles_do_not_share_one(access: Access) -> None:
    access.set(Role.WALKER, PHRASES[Role.WALKER])
    with pytest.raises(WebError, match="expected one that differs from the walker's"):
        access.set(Role.PHYSIO, PHRASES[Role.WALKER])
    access.set(Role.PHYSIO, PHRASES[Role.WALKER], compared=False)  # who may not be told that it is the walker's
    assert access.matches(Role.PHYSIO, PHRASES[Role.WALKER])


def test_a_file_that_is_none_is_told(access: Access, tmp_path: Path) -> None:
    (tmp_path / "web-access.json").write_text('{"key": 5}')
    with pytest.raises(WebError, match="expected a file that `kneemon web passphrase` has written"):
        _ = access.roles


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "web-access.json.lock").mkdir()
    with pytest.raises(WebError, match=r"expected a place to write to, saw Is a directory\. On the device: `sudo"):
        Access(tmp_path / "web-access.json").set(Role.WALKER, PHRASES[Role.WALKER])


def test_ended_sessions_are_forgotten_when_they_would_be_over(access: Access) -> None:
    access.set(Role.WALKER, PHRASES[Role.WALKER])
    access.end(Role.WALKER, "one", until_s=100.0, now_s=50.0)
    access.end(Role.WALKER, "two", until_s=200.0, now_s=150.0)
    assert not access.ended("walker", "one")
    assert access.ended("walker", "two")


def test_no_roles_ended_sessions_push_out_anothers(access: Access, tmp_path: Path) -> None:
    access.set(Role.WALKER, PHRASES[Role.WALKER])
    access.end(Role.WALKER, "mine", until_s=1e6, now_s=0.0)
    for number in range(ENDED_KEPT + 5):
        access.end(Role.READER, f"{number}", until_s=1e6, now_s=0.0)
    assert access.ended("walker", "mine")
    kept = msgspec.json.decode((tmp_path / "web-access.json").read_bytes())["ended"]
    assert len(kept) == ENDED_KEPT + 1
    assert not access.ended("reader", "0")
    assert access.ended("reader", f"{ENDED_KEPT + 4}")


def verb(tmp_path: Path, *words: str) -> int:
    parser = argparse.ArgumentParser()
    web_arguments(parser)
    (tmp_path / "kneemon.toml").write_text('[store]\npath = "kneemon.db"\n')
    return cli_web.run(parser.parse_args(["--config", str(tmp_path / "kneemon.toml"), *words]))


def test_the_command_line_sets_and_removes(
    tmp_path: Path, access: Access, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("four words without sense\n"))
    assert verb(tmp_path, "passphrase", "--stdin") == ExitCode.OK
    assert access.matches(Role.WALKER, "four words without sense")
    (tmp_path / "phrase").write_text("five words that make none\nand a second line\n")
    assert verb(tmp_path, "passphrase", "physio", "--from-file", str(tmp_path / "phrase")) == ExitCode.OK
    assert access.matches(Role.PHYSIO, "five words that make none")
    assert f"Delete {tmp_path / 'phrase'} now: whoever reads it can sign in." in capsys.readouterr().out
    assert verb(tmp_path, "passphrase", "physio", "--remove") == ExitCode.OK
    assert access.roles == {Role.WALKER}
    with pytest.raises(WebError, match="expected a file with the pass phrase in its first line"):
        verb(tmp_path, "passphrase", "--from-file", str(tmp_path / "nothing"))


def test_the_command_line_asks_twice(tmp_path: Path, access: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["one of two phrases", "another of two", "one of two phrases", "one of two phrases"])
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(answers))
    with pytest.raises(WebError, match="expected the same twice, saw two that differ"):
        verb(tmp_path, "passphrase")
    assert access.roles == frozenset()
    verb(tmp_path, "passphrase")
    assert access.matches(Role.WALKER, "one of two phrases")


@given(st.text(max_size=200))
def test_nobody_else_can_seal(text: str) -> None:
    assert unsealed(KEY, text, Session) is None


def test_what_is_sealed_opens_with_its_key_and_as_what_it_is() -> None:
    session = Session("name", 5.0, "walker", "epoch")
    seal = sealed(KEY, session)
    assert unsealed(KEY, seal, Session) == session
    assert unsealed(OTHER, seal, Session) is None
    assert unsealed(KEY, seal, Known) is None
    assert unsealed(KEY, sealed(KEY, Known("name")), Session) is None
    for place in range(len(seal)):
        bent = seal[:place] + ("A" if seal[place] != "A" else "B") + seal[place + 1 :]
        assert unsealed(KEY, bent, Session) in (None, session)  # the last letter has bits that are not read
    assert form_token(KEY, "one") != form_token(KEY, "two")


def test_a_link_is_good_in_its_session_for_ten_minutes() -> None:
    path, _, query = link("/download/walk.fit?a=1&b=ü x", KEY, now_s=1000.0).partition("?")
    assert good(path, query, KEY, 1600.0)
    assert not good(path, query, KEY, 1602.0)
    assert not good(path, query, OTHER, 1000.0)
    assert not good("/download/other.fit", query, KEY, 1000.0)
    assert not good(path, query.replace("a=1", "a=2"), KEY, 1000.0)
    assert not good(path, query.replace("until=1", "until=2"), KEY, 1000.0)
    assert not good(path, query + "&until=9999", KEY, 1000.0)
    assert not good(path, "", KEY, 1000.0)
    again = link(f"{path}?{query}", KEY, now_s=5000.0)
    assert good(path, again.partition("?")[2], KEY, 5000.0)


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example", "/\\evil.example", "https://evil.example", "\\\\evil", "evil", "javascript:alert(1)", "",
        "/a b", "/x\r\nSet-Cookie: a=b", "/?next=//evil.example", "/%0d%0a<", "///evil", "/\t/evil.example",
    ],
)  # fmt: skip
def test_nothing_leads_elsewhere(path: str) -> None:
    led = own_path(path)
    assert led == "/" or (led.startswith("/") and not led.startswith(("//", "/\\")) and "://" not in led)


def test_our_own_paths_stay() -> None:
    for path in ("/", "/walk/b12-3-0a1b", "/walks?before=b1-2-0000&deleted=1", "/plan/versions/3#what"):
        assert own_path(path) == path


@pytest.fixture
def clock() -> PacedClock:
    return PacedClock(None, TimeAnchor("boot", 1000.0, datetime(2026, 11, 23, 8, 0, tzinfo=UTC), synchronised=True))


def test_three_tries_then_longer_and_longer(clock: PacedClock) -> None:
    throttle, waited = Throttle(clock), []
    for _ in range(FREE):
        assert throttle.wait_s("192.0.2.1", "walker") == 0.0
    for _ in range(14):
        wait_s = throttle.wait_s("192.0.2.1", "walker")
        assert wait_s > 0.0
        assert throttle.wait_s("192.0.2.1", "walker") == wait_s  # asking again costs nothing
        clock.advance(max(wait_s, 60.0))
        assert throttle.wait_s("192.0.2.1", "walker") == 0.0
        waited.append(wait_s)
    assert waited == sorted(waited)
    assert waited[:3] == [1.0, 2.0, 4.0]
    assert waited[-1] == LONGEST_S
    throttle.forgive("192.0.2.1", "walker")
    assert throttle.wait_s("192.0.2.1", "walker") == 0.0


def test_many_addresses_are_no_way_around_and_lock_nobody_out(clock: PacedClock) -> None:
    throttle = Throttle(clock)
    allowed = sum(throttle.wait_s(f"10.0.{n // 250}.{n % 250}", "walker") == 0.0 for n in range(5000))
    assert allowed == TOGETHER
    assert throttle.wait_s("192.0.2.9", "walker") > 0.0
    assert throttle.wait_s("192.0.2.9", "walker", known="a browser that was here") == 0.0
    clock.advance(30.0)
    assert throttle.wait_s("192.0.2.9", "walker") == 0.0
    clock.advance(1e6)
    for n in range(3 * REMEMBERED):
        clock.advance(30.0)
        throttle.wait_s(f"10.1.{n // 250}.{n % 250}", "walker")
    assert len(throttle._tries) == REMEMBERED


def test_one_subnet_is_one_visitor(clock: PacedClock) -> None:
    throttle = Throttle(clock)
    assert [throttle.wait_s(f"2001:db8::{n}", "walker") > 0.0 for n in range(4)] == [False, False, False, True]
    assert throttle.wait_s("2001:db8:0:1::1", "walker") == 0.0
    addresses = ("::ffff:192.0.2.7", "192.0.2.7") * 2
    assert [throttle.wait_s(address, "walker") > 0.0 for address in addresses] == [False] * 3 + [True]


@pytest.mark.parametrize("known", [None, "a browser"])
def test_to_know_one_roles_phrase_buys_no_try_at_anothers(clock: PacedClock, known: str | None) -> None:
    throttle, tried = Throttle(clock), 0
    for _ in range(200):
        if throttle.wait_s("192.0.2.1", "reader", known) == 0.0:
            throttle.forgive("192.0.2.1", "reader", known)
        tried += throttle.wait_s("192.0.2.1", "walker") == 0.0  # as whom the browser has never signed in
    assert tried == FREE


def test_a_browser_is_known_as_whom_it_has_signed_in() -> None:
    assert Known("name", ("reader",)).known_as("reader") == "name"
    assert Known("name", ("reader",)).known_as("walker") is None


def test_errors_of_the_page_have_their_exit_code() -> None:
    assert issubclass(WebError, KneemonError)
    assert WebError.exit_code is ExitCode.WEB


def test_the_first_one_may_come_from_systemd_and_replaces_none(tmp_path: Path, access: Access) -> None:
    (tmp_path / cli_web.CREDENTIAL).write_text("a phrase on the card\n")
    where = places(load_config(None, overrides={"store.path": str(tmp_path / "kneemon.db")}, environ={}), HOME)
    cli_web._from_credential(where, {})
    assert access.roles == frozenset()
    cli_web._from_credential(where, {"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert access.matches(Role.WALKER, "a phrase on the card")
    (tmp_path / cli_web.CREDENTIAL).write_text("another phrase on the card\n")
    cli_web._from_credential(where, {"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert access.matches(Role.WALKER, "a phrase on the card")
