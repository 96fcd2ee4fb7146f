# SPDX-License-Identifier: MIT
"""The control socket: how `kneemon stop` and the other faces speak to the daemon on this machine.

A Unix stream socket, mode 0660. One JSON object per line in, {"cmd": "pain", "args": {"score": 3}}, one per line out,
{"ok": true, …} or {"ok": false, "error": "…"}. What the commands mean is the handler's affair. Each client has a thread
of its own, and a new one is always served: when there are too many, the oldest is cut off.
"""

import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Event, Lock, Thread

import msgspec

from kneemon.errors import ControlError, KneemonError
from kneemon.ports import ControlHandler

LINE_BYTES = 64 * 1024
CLIENTS = 8
CLOSE_TIMEOUT_S = 1.0
BREATHE_S = 0.5
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)  # all that a line can do to the decoder


class Request(msgspec.Struct, forbid_unknown_fields=True):
    """One line from a client."""

    cmd: str
    args: dict[str, object] = {}


class ControlServer:
    """Listens at `path` until closed; `handler` is called on the clients' threads, one request at a time.

    Raises ControlError when another kneemon listens there, or the socket cannot be made.
    """

    def __init__(self, path: Path, handler: ControlHandler) -> None:
        self._path = path
        self._handler = handler
        self._handling = Lock()
        self._lock = Lock()
        self._clients: dict[socket.socket, Thread] = {}  # oldest first
        self._closed = False
        self._breath = Event()
        self._listener = _listen(path)
        self._acceptor = Thread(target=self._accept, name="control", daemon=True)
        self._acceptor.start()

    def close(self) -> None:
        """Take the socket file away and hang up; a stuck handler is not waited for. May be called twice."""
        if self._closed:
            return
        self._closed = True
        self._breath.set()
        self._path.unlink(missing_ok=True)
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes the acceptor
        self._acceptor.join()
        self._listener.close()
        with self._lock:
            clients = dict(self._clients)
        for connection in clients:
            _hang_up(connection)
        for thread in clients.values():
            thread.join(CLOSE_TIMEOUT_S / CLIENTS)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                if self._closed:
                    return
                self._breath.wait(BREATHE_S)  # out of file descriptors, for one: others may let go of theirs
                continue
            thread = Thread(target=self._serve, args=(connection,), name="control client", daemon=True)
            with self._lock:
                if len(self._clients) >= CLIENTS:
                    oldest = next(iter(self._clients))
                    del self._clients[oldest]
                    _hang_up(oldest)
                self._clients[connection] = thread
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rb") as lines, suppress(ConnectionError):  # either side may hang up
                while line := lines.readline(LINE_BYTES + 1):
                    connection.sendall(msgspec.json.encode(self._answer(line)) + b"\n")
                    if len(line) > LINE_BYTES:  # its rest would pass for the next request
                        break
        finally:
            with self._lock:
                self._clients.pop(connection, None)

    def _answer(self, line: bytes) -> Mapping[str, object]:
        if len(line) > LINE_BYTES:
            return {"ok": False, "error": f"A request is one line of at most {LINE_BYTES} bytes."}
        try:
            request = msgspec.json.decode(line, type=Request)
        except UNREADABLE as fault:
            return {"ok": False, "error": f'A request is {{"cmd": "…", "args": {{…}}}} on one line; saw: {fault}.'}
        try:
            with self._handling:
                if self._closed:
                    return {"ok": False, "error": "kneemon is stopping."}
                return self._handler(request.cmd, request.args)
        except KneemonError as error:
            return {"ok": False, "error": str(error)}


def ask(path: Path, cmd: str, args: Mapping[str, object] | None = None, timeout_s: float = 5.0) -> Mapping[str, object]:
    """Send one command to the kneemon that listens at `path`, and return its answer, be it ok or not.

    Raises ControlError when nobody answers.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout_s)
        try:
            connection.connect(str(path))
            connection.sendall(msgspec.json.encode(Request(cmd, dict(args or {}))) + b"\n")
            with connection.makefile("rb") as lines:
                line = lines.readline()
            if not line:
                raise ConnectionAbortedError("the line cut before an answer")
            return msgspec.json.decode(line, type=dict[str, object])
        except (FileNotFoundError, ConnectionRefusedError) as fault:
            raise _unanswered(path, seen="nobody listening", remedy="Start it with `kneemon run`.") from fault
        except PermissionError as fault:
            remedy = "Join the group that may: `sudo usermod -aG kneemon $USER`, then log in again."
            raise _unanswered(path, seen="that we may not speak to it", remedy=remedy) from fault
        except TimeoutError as fault:
            remedy = "It is busy or stuck: see `journalctl -u kneemon`."
            raise _unanswered(path, seen=f"no answer within {timeout_s:g} s", remedy=remedy) from fault
        except (OSError, *UNREADABLE) as fault:
            remedy = "Ask again; if that is another program's socket, set another path."
            raise _unanswered(path, seen=str(fault), remedy=remedy) from fault


def alive(path: Path) -> bool:
    """A kneemon is at the socket, though perhaps too busy to answer us, or not allowed to."""
    try:
        ask(path, "status")
    except ControlError as error:
        return isinstance(error.__cause__, PermissionError | TimeoutError)
    return True


def _unanswered(path: Path, *, seen: str, remedy: str) -> ControlError:
    return ControlError(f"the control socket {path}", expected="a running kneemon", seen=seen, remedy=remedy)


def _listen(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _clear_stale(path)
        listener.bind(str(path))
        path.chmod(0o660)
        listener.listen()
    except OSError as fault:
        listener.close()
        raise ControlError(
            f"the control socket {path}",
            expected="a path where a socket can be made",
            seen=str(fault),
            remedy="Set a path of at most 107 bytes, in a folder that you may write into.",
        ) from fault
    except ControlError:
        listener.close()
        raise
    return listener


def _clear_stale(path: Path) -> None:
    """Remove the socket that a kneemon left behind when it was killed; refuse what is alive or no socket."""
    seen, remedy = "another kneemon running there", "Stop that one first: `sudo systemctl stop kneemon`."
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(str(path))
        except BlockingIOError:  # it lives, and its queue is full
            pass
        except FileNotFoundError:
            return
        except ConnectionRefusedError:
            if path.is_socket():
                path.unlink()
                return
            seen, remedy = "a file that is no socket", "Move it away, or set another path."
    raise ControlError(f"the control socket {path}", expected="a free path", seen=seen, remedy=remedy)


def _hang_up(connection: socket.socket) -> None:
    with suppress(OSError):  # it may have gone already
        connection.shutdown(socket.SHUT_RDWR)
