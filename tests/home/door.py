# SPDX-License-Identifier: MIT
"""A false Home Assistant, for faults only: it says at each step of the protocol what the test wants it to say."""

import json
from contextlib import suppress

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJh.c2lnbmF0dXJl"  # noqa: S105  of nobody
GREETING = {"type": "auth_required", "ha_version": "2024.3.3"}
WELCOME = {"type": "auth_ok", "ha_version": "2024.3.3"}


class Door:
    """What a broken Home Assistant does: first the greeting, then the answer to a login, then to each command."""

    def __init__(
        self,
        greeting: object = GREETING,
        welcome: object = WELCOME,
        *answers: object,
    ) -> None:
        self.greeting, self.welcome = greeting, welcome
        self.answers = list(answers)
        self.heard: list[dict[str, object]] = []

    def __call__(self, connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            self._say(connection, self.greeting, 0)
            self.heard.append(json.loads(connection.recv()))
            self._say(connection, self.welcome, 0)
            for text in connection:
                self.heard.append(json.loads(text))
                answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0] if self.answers else None
                self._say(connection, answer, self.heard[-1]["id"])

    def _say(self, connection: ServerConnection, what: object, number: object) -> None:
        """A dict becomes an answer, text and bytes go as they are; None is silence, an Exception a hang-up."""
        if isinstance(what, Exception):
            connection.close()
        elif isinstance(what, dict):
            connection.send(json.dumps({"id": number, "type": "result", "success": True, **what}))
        elif isinstance(what, str | bytes):
            connection.send(what)
