# SPDX-License-Identifier: MIT
"""How the device does, told when something about it changes, and now and then; mere figures do not hurry."""

from dataclasses import replace
from datetime import datetime

from kneemon.model.home import Health
from kneemon.model.records import Backlog
from kneemon.mqtt.documents import diag_document
from kneemon.mqtt.pace import Pace

# Everything that a diag document is made of but its times: the device, what was dropped, and whether we are denied.
Facts = tuple[Health, int, bool]


class Diagnosis:
    """`offer` may be called by any thread, the rest by one."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._newest: Health | None = None
        self._sent: Facts | None = None
        self._sent_s = 0.0
        self._last_sync: datetime | None = None
        self._synced = False  # since the last document

    def offer(self, health: Health) -> bool:
        """Keep it; False when it is the same as before."""
        if health == self._newest:
            return False
        self._newest = health
        return True

    def again(self) -> None:
        """Nobody knows of us any more."""
        self._sent = None

    def nothing_waits(self, at: datetime) -> None:
        """The last document has just left the outbox; to be told at once."""
        self._last_sync, self._synced = at, True

    def due(self, backlog: Backlog, now_s: float, *, denied: bool) -> bool:
        """A document is to be sent now."""
        if self._newest is None:
            return False
        facts, sent = _facts(self._newest, backlog, denied=denied), self._sent
        if sent is None or self._synced or now_s - self._sent_s >= self._pace.diag_s:
            return True
        if facts == sent:
            return False
        return _without_figures(facts) != _without_figures(sent) or now_s - self._sent_s >= self._pace.figures_s

    def next_s(self) -> float | None:
        """When one will be due though nothing happens."""
        if self._sent is None or self._newest is None:
            return None
        figures = self._newest != self._sent[0]
        return self._sent_s + (self._pace.figures_s if figures else self._pace.diag_s)

    def sending(self, backlog: Backlog, now_s: float, *, denied: bool, at: datetime) -> bytes:
        """The document as of `at` (aware), which counts as sent with it. One without a backlog is a sync, too."""
        health = self._newest or Health()
        if backlog.documents == 0:
            self._last_sync = at
        self._sent, self._sent_s, self._synced = _facts(health, backlog, denied=denied), now_s, False
        return diag_document(health, backlog, at=at, last_sync=self._last_sync, denied=denied)


def _facts(health: Health, backlog: Backlog, *, denied: bool) -> Facts:
    return health, backlog.dropped_detail + backlog.dropped_summaries, denied


def _without_figures(facts: Facts) -> Facts:
    health, dropped, denied = facts
    return replace(health, battery_percent=None, disk_free_mb=None), dropped, denied
