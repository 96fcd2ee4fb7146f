# SPDX-License-Identifier: MIT
"""Which live state is worth a message: a change at once and surely, progress now and then, the same thing never twice.

Only the newest state is kept: what could not be sent is superseded, not sent later.
"""

from datetime import datetime

from kneemon.model.home import LiveState
from kneemon.mqtt.documents import state_document


class Live:
    """`offer`, `due` and `walking` may be called by any thread, the rest by one.

    every_s: between two messages of mere progress.
    """

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._newest: LiveState | None = None
        self._sent: LiveState | None = None
        self._sent_s = 0.0
        self._seq = 0

    def offer(self, state: LiveState) -> None:
        self._newest = state

    @property
    def walking(self) -> str | None:
        """The walk that is on, as far as was offered; None between walks."""
        newest = self._newest
        return None if newest is None else newest.session_id

    def again(self) -> None:
        """Nobody knows of us any more: the newest state is a change."""
        self._sent = None

    def due(self, now_s: float) -> tuple[LiveState, int] | None:
        """The state to be sent now and its QoS, if any."""
        newest, sent = self._newest, self._sent
        if newest is None or newest == sent:
            return None
        if sent is None or _situation(newest) != _situation(sent):
            return newest, 1
        return (newest, 0) if now_s - self._sent_s >= self._every_s else None

    def sending(self, state: LiveState, now_s: float, *, at: datetime, boot_id: str) -> bytes:
        """The document of `state`, which counts as sent with it."""
        self._sent, self._sent_s = state, now_s
        self._seq += 1
        return state_document(state, at=at, boot_id=boot_id, seq=self._seq)


def _situation(state: LiveState) -> tuple[object, ...]:
    """What does not change from second to second."""
    return state.session, state.session_id, state.limit_s, state.over
