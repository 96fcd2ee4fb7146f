# SPDX-License-Identifier: MIT
"""A file on its way, made piece by piece on the thread that reads the store, no faster than it is taken.

Who takes it ever so slowly is hung up on: each piece has its time, and the whole has a rate.
"""

import asyncio
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import asynccontextmanager
from urllib.parse import quote

from anyio import CapacityLimiter, current_time, fail_after, from_thread
from starlette.types import Message, Receive, Send

from kneemon.web.visit import Sent

TAKEN_WITHIN_S = 60.0  # each piece
SPARE_S, LEAST_BYTES_S = 60.0, 20_000.0  # the whole; what takes time to be made does not count
AT_ONCE, TURN_WITHIN_S = 2, 10.0


class GoneError(Exception):
    """Nobody takes the file any more."""


class BusyError(Exception):
    """So many files are on their way that this one has to wait."""


class Turns:
    """Files on their way: a few at once, one of each session; on threads of their own."""

    def __init__(self) -> None:
        self.threads = CapacityLimiter(AT_ONCE)
        self._sessions: set[str] = set()
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def one(self, session: str) -> AsyncIterator[None]:
        """Raises BusyError when there is no room within seconds."""
        try:
            async with asyncio.timeout(TURN_WITHIN_S), self._changed:
                await self._changed.wait_for(lambda: session not in self._sessions and len(self._sessions) < AT_ONCE)
                self._sessions.add(session)
        except TimeoutError:
            raise BusyError from None
        try:
            yield
        finally:
            self._sessions.discard(session)
            await asyncio.shield(self._tell())

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


class Sending:
    """head_only: what the file is called, and nothing of it."""

    def __init__(self, send: Send, *, head_only: bool = False) -> None:
        self._send = send
        self._head_only = head_only
        self._gone = False
        self._sent_bytes, self._waited_s = 0, 0.0
        self.begun = False

    async def watch(self, receive: Receive) -> None:
        """Until the visitor hangs up."""
        while (await receive())["type"] != "http.disconnect":
            pass
        self._gone = True

    def send(self, file: Sent) -> None:
        """From the worker thread. Raises GoneError. What cannot make its first piece has not begun."""
        pieces = iter(() if self._head_only else file.chunks)
        try:
            self._send_all(file, pieces)
        finally:
            if isinstance(pieces, Generator):
                pieces.close()  # now, with the folder it works in, not when somebody collects it

    def _send_all(self, file: Sent, pieces: Iterator[bytes]) -> None:
        piece: bytes | None = next(pieces, b"")
        kind = "inline" if file.inline else "attachment"
        headers = [
            (b"content-type", file.media_type.encode()),
            (b"content-disposition", f"{kind}; filename*=UTF-8''{quote(file.name)}".encode()),
        ]
        self.begun = True
        from_thread.run(self._say, {"type": "http.response.start", "status": 200, "headers": headers})
        while piece is not None:
            from_thread.run(self._piece, piece)
            piece = next(pieces, None)
        from_thread.run(self._say, {"type": "http.response.body", "body": b""})

    async def _say(self, message: Message) -> None:
        await self._send(message)

    async def _piece(self, piece: bytes) -> None:
        if self._gone:
            raise GoneError
        left_s = SPARE_S + self._sent_bytes / LEAST_BYTES_S - self._waited_s
        before_s = current_time()
        try:
            with fail_after(min(TAKEN_WITHIN_S, left_s)):
                await self._send({"type": "http.response.body", "body": piece, "more_body": True})
        except TimeoutError:
            raise GoneError from None
        self._waited_s += current_time() - before_s
        self._sent_bytes += len(piece)
