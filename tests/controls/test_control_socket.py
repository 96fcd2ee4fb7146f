# SPDX-License-Identifier: MIT
"""The control socket, spoken to over real sockets by good, bad, slow and silent clients."""

import json
import os
import socket
import stat
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from threading import enumerate as threads

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.controls.socket import CLIENTS, LINE_BYTES, ControlServer, ask
from kneemon.errors import ControlError, ExitCode, PlanError

PATIENCE_S = 20.0


def echo(cmd: str, args: Mapping[str, object]) -> Mapping[str, object]:
    """A handler that knows three commands."""
    match cmd:
        case "fail":
            raise PlanError("plan.toml", expected="a week", seen="none", remedy="Add one.")
        case "refuse":
            return {"ok": False, "error": "not now"}
        case _:
            return {"ok": True, "cmd": cmd, "args": dict(args)}


@pytest.fixture
def path() -> Iterator[Path]:
    """A short one: a socket's path has room for 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="kneemon-") as folder:
        yield Path(folder) / "control.sock"


@pytest.fixture
def server(path: Path) -> Iterator[ControlServer]:
    server = ControlServer(path, echo)
    yield server
    server.close()


def connected(path: Path) -> socket.socket:
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(PATIENCE_S)
    client.connect(str(path))
    return client


def said(path: Path, line: bytes) -> dict[str, object]:
    """The answer to one raw line."""
    with connected(path) as client, client.makefile("rb") as lines:
        client.sendall(line)
        answer = json.loads(lines.readline())
        assert isinstance(answer, dict)
        return answer


def test_a_command_is_answered(server: ControlServer, path: Path) -> None:
    assert ask(path, "pain", {"score": 3}) == {"ok": True, "cmd": "pain", "args": {"score": 3}}
    assert ask(path, "status") == {"ok": True, "cmd": "status", "args": {}}


def test_one_connection_may_ask_often(server: ControlServer, path: Path) -> None:
    with connected(path) as client, client.makefile("rb") as lines:
        client.sendall(b'{"cmd": "a"}\n{"cmd": "b"}\n')
        assert [json.loads(lines.readline())["cmd"] for _ in range(2)] == ["a", "b"]


def test_a_refusal_is_an_answer(server: ControlServer, path: Path) -> None:
    assert ask(path, "refuse") == {"ok": False, "error": "not now"}


def test_a_mistake_that_kneemon_can_explain_is_an_answer(server: ControlServer, path: Path) -> None:
    assert ask(path, "fail") == {"ok": False, "error": "plan.toml: expected a week, saw none. Add one."}


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        (b"hello\n", "JSON is malformed"),
        (b"\n", "Input data was truncated"),
        (b"[1]\n", "Expected `object`, got `array`"),
        (b'{"args": {}}\n', "Object missing required field `cmd`"),
        (b'{"cmd": 7}\n', "Expected `str`, got `int` - at `$.cmd`"),
        (b'{"cmd": "pain", "args": 3}\n', "Expected `object`, got `int` - at `$.args`"),
        (b'{"cmd": "pain", "score": 3}\n', "Object contains unknown field `score`"),
        (b'{"cmd": "a", "args": {"deep": ' + b"[" * 30_000 + b"\n", "recursion"),
        (b'{"cmd": "a\xff"}\n', "utf-8"),
    ],
)
def test_what_is_no_request_is_refused_with_a_reason(server: ControlServer, path: Path, line: bytes, seen: str) -> None:
    answer = said(path, line)
    assert answer["ok"] is False
    assert str(answer["error"]).startswith('A request is {"cmd": "…", "args": {…}} on one line; saw: ')
    assert seen.lower() in str(answer["error"]).lower()
    assert ask(path, "status")["ok"]


def test_the_longest_line(server: ControlServer, path: Path) -> None:
    frame = b'{"cmd": "%s"}\n'
    fits = frame % (b"x" * (LINE_BYTES - len(frame) + 2))
    assert len(fits) == LINE_BYTES
    assert said(path, fits)["ok"]
    with connected(path) as client, client.makefile("rb") as lines:
        client.sendall(b"x" * (LINE_BYTES + 1))
        assert json.loads(lines.readline()) == {
            "ok": False,
            "error": "A request is one line of at most 65536 bytes.",
        }
        assert lines.readline() == b""


@given(line=st.binary(max_size=200).map(lambda junk: junk.replace(b"\n", b"") + b"\n"))
def test_every_line_gets_an_answer(line: bytes) -> None:
    with tempfile.TemporaryDirectory(prefix="kneemon-") as folder:
        server = ControlServer(Path(folder) / "s", echo)
        try:
            assert said(Path(folder) / "s", line)["ok"] in (True, False)
        finally:
            server.close()


def test_the_socket_is_for_user_and_group(server: ControlServer, path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o660


def test_its_folder_is_made(path: Path) -> None:
    server = ControlServer(path.parent / "kneemon" / "s", echo)
    assert ask(path.parent / "kneemon" / "s", "x")["ok"]
    server.close()


def test_what_a_killed_kneemon_left_behind_is_replaced(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(path))
    assert path.is_socket()
    server = ControlServer(path, echo)
    assert ask(path, "x")["ok"]
    server.close()


def test_a_running_kneemon_is_not_pushed_aside(server: ControlServer, path: Path) -> None:
    with pytest.raises(ControlError) as caught:
        ControlServer(path, echo)
    assert str(caught.value) == (
        f"the control socket {path}: expected a free path, saw another kneemon running there. "
        "Stop that one first: `sudo systemctl stop kneemon`."
    )
    assert caught.value.exit_code is ExitCode.CONTROL
    assert ask(path, "x")["ok"]


def test_a_kneemon_too_busy_to_listen_is_not_pushed_aside(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as busy, ExitStack() as queue:
        busy.bind(str(path))
        busy.listen(0)
        queue.enter_context(connected(path))
        with pytest.raises(ControlError, match="saw another kneemon running there"):
            ControlServer(path, echo)
    assert path.exists()


def test_a_file_is_not_overwritten(path: Path) -> None:
    path.write_text("a letter")
    with pytest.raises(ControlError, match=r"expected a free path, saw a file that is no socket\. Move it away"):
        ControlServer(path, echo)
    assert path.read_text() == "a letter"


@pytest.mark.parametrize("name", ["x" * 120, "file/s"])
def test_a_path_where_no_socket_can_be(path: Path, name: str) -> None:
    (path.parent / "file").touch()
    with pytest.raises(ControlError, match=r"expected a path where a socket can be made, saw .*at most 107 bytes"):
        ControlServer(path.parent / name, echo)


def test_silent_and_slow_clients_keep_nobody_waiting(server: ControlServer, path: Path) -> None:
    with ExitStack() as clients:
        for number in range(3 * CLIENTS):
            client = clients.enter_context(connected(path))
            client.sendall(b'{"cmd": ' if number % 2 else b"")
        assert ask(path, "status", timeout_s=PATIENCE_S)["ok"]


def test_the_oldest_is_cut_off_when_there_are_too_many(server: ControlServer, path: Path) -> None:
    with ExitStack() as clients:
        oldest, *others = [clients.enter_context(connected(path)) for _ in range(CLIENTS + 1)]
        assert oldest.recv(1) == b""
        for client in others:
            client.sendall(b'{"cmd": "here"}\n')
            assert json.loads(client.recv(LINE_BYTES))["cmd"] == "here"


def test_a_client_that_never_reads_keeps_nobody_waiting(path: Path) -> None:
    def handler(cmd: str, args: Mapping[str, object]) -> Mapping[str, object]:
        return {"ok": True, "text": "x" * (10_000_000 if cmd == "much" else 1)}

    server = ControlServer(path, handler)
    with connected(path) as deaf:
        deaf.sendall(b'{"cmd": "much"}\n')
        assert ask(path, "little", timeout_s=PATIENCE_S)["ok"]
        server.close()


def test_requests_are_handled_one_at_a_time(path: Path) -> None:
    inside, most = 0, 0

    def handler(cmd: str, args: Mapping[str, object]) -> Mapping[str, object]:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        Event().wait(0.005)
        inside -= 1
        return {"ok": True}

    server = ControlServer(path, handler)
    with ThreadPoolExecutor(4) as pool:
        assert all(answer["ok"] for answer in pool.map(lambda _: ask(path, "x"), range(12)))
    server.close()
    assert most == 1


def test_closing_hangs_up_and_removes_the_file(server: ControlServer, path: Path) -> None:
    with connected(path) as client:
        client.sendall(b'{"cmd": "here"}\n')
        assert client.recv(LINE_BYTES)
        server.close()
        server.close()
        assert client.recv(1) == b""
    assert not path.exists()
    assert not [thread for thread in threads() if thread.name.startswith("control")]


def test_closing_does_not_wait_for_a_stuck_handler_and_lets_no_other_begin(path: Path) -> None:
    stuck, let_go = Event(), Event()
    begun: list[str] = []

    def handler(cmd: str, args: Mapping[str, object]) -> Mapping[str, object]:
        begun.append(cmd)
        stuck.set()
        let_go.wait(PATIENCE_S)
        return {"ok": True}

    server = ControlServer(path, handler)
    with connected(path) as first, connected(path) as second:
        first.sendall(b'{"cmd": "wait for the one who closes"}\n')
        assert stuck.wait(PATIENCE_S)
        second.sendall(b'{"cmd": "come too late"}\n')
        clients = [thread for thread in threads() if thread.name == "control client"]
        server.close()
        assert not let_go.is_set()
        assert first.recv(1) == b""
    let_go.set()
    for client in clients:
        client.join(PATIENCE_S)
    assert begun == ["wait for the one who closes"]


def test_asking_when_nobody_runs(path: Path) -> None:
    with pytest.raises(ControlError) as caught:
        ask(path, "status")
    assert str(caught.value) == (
        f"the control socket {path}: expected a running kneemon, saw nobody listening. Start it with `kneemon run`."
    )


def test_asking_a_killed_one(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(path))
    with pytest.raises(ControlError, match=r"saw nobody listening\. Start it with `kneemon run`\."):
        ask(path, "status")


def test_asking_one_that_does_not_answer(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(path))
        silent.listen()
        with pytest.raises(ControlError, match=r"saw no answer within 0\.05 s\. It is busy or stuck"):
            ask(path, "status", timeout_s=0.05)


@pytest.mark.parametrize(
    ("answer", "seen"),
    [(b"", "the line cut before an answer"), (b"HTTP/1.1 400\n", "malformed"), (b'{"ok": "\xff"}\n', "utf-8")],
)
def test_asking_somebody_else(path: Path, answer: bytes, seen: str) -> None:
    with socket.socket(socket.AF_UNIX) as other, ThreadPoolExecutor(1) as pool:
        other.bind(str(path))
        other.listen()

        def serve() -> None:
            connection, _ = other.accept()
            with connection:
                connection.recv(LINE_BYTES)
                connection.sendall(answer)

        served = pool.submit(serve)
        with pytest.raises(ControlError, match=rf"saw .*{seen}.* Ask again; if that is another program's socket"):
            ask(path, "status")
        served.result(PATIENCE_S)


def test_asking_without_leave(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: socket.socket, address: str) -> None:
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(ControlError, match=r"saw that we may not speak to it\. Join .*-aG kneemon \$USER"):
        ask(path, "status")
