# SPDX-License-Identifier: MIT
"""A file on its way, made piece by piece on the thread that reads the store, no faster than it is taken."""

from urllib.parse import quote

from anyio import fail_after, from_thread
from starlette.types import Message, Receive, Send

from kneemon.web.visit import Sent

TAKEN_WITHIN_S = 60.0  # each piece


class GoneError(Exception):
    """Nobody takes the file any more."""


class Sending:
    def __init__(self, send: Send) -> None:
        self._send = send
        self._gone = False
        self.begun = False

    async def watch(self, receive: Receive) -> None:
        """Until the visitor hangs up."""
        while (await receive())["type"] != "http.disconnect":
            pass
        self._gone = True

    def send(self, file: Sent) -> None:
        """From the worker thread. Raises GoneError. What cannot make its first piece has not begun."""
        pieces = iter(file.chunks)
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
        try:
            with fail_after(TAKEN_WITHIN_S):
                await self._send({"type": "http.response.body", "body": piece, "more_body": True})
        except TimeoutError:
            raise GoneError from None
