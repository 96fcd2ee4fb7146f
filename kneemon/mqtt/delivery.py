# SPDX-License-Identifier: MIT
"""The outbox, oldest first, round after round: which document goes next, and what became of those under way.

A document leaves the outbox when the broker has taken it or, where a collector is waited for, when that has stored it;
it stays and is tried again later when it was refused, and is simply sent again when the link breaks first. While the
device does not know the time, documents wait a while, for they would tell a wrong one.
"""

import logging
from collections.abc import Sequence

import msgspec

from kneemon.errors import KneemonError
from kneemon.model.records import Backlog, DocumentKind, OutboxMessage
from kneemon.mqtt.complaints import Complaints
from kneemon.mqtt.pace import Pace
from kneemon.mqtt.settings import BrokerSettings
from kneemon.mqtt.shapes import StoredDocument
from kneemon.mqtt.topics import SESSION_SUMMARY
from kneemon.ports import Clock, Outbox

OUTBOX = "the outbox"  # a subject of complaint, as each topic is
UNSYNCED_POLL_S = 5.0

log = logging.getLogger(__name__)


class Delivery:
    """Outlives links; all its methods are for one thread."""

    def __init__(
        self, outbox: Outbox, settings: BrokerSettings, clock: Clock, complaints: Complaints, pace: Pace
    ) -> None:
        self._outbox = outbox
        self._allowed = settings.level >= SESSION_SUMMARY.level
        self._collector = settings.collector
        self._clock = clock
        self._complaints = complaints
        self._pace = pace
        self._under_way: set[int] = set()
        self._with_collector: dict[int, tuple[str, float]] = {}  # seq: key, and when the broker took it
        self._refusals: dict[int, str] = {}  # seq and topic of the documents that stayed
        self._last_seq = 0  # the newest document sent in this round
        self._next_round_s: float | None = None
        self._began_s = 0.0
        self._done = False
        self._moved = False
        self._told_of_nonsense = False

    def begin(self) -> None:
        """A new link."""
        self._under_way = set()
        self._done = False
        self._began_s = self._clock.now_s()
        self._begin_round(self._began_s)

    @property
    def done(self) -> bool:
        """Nothing is left to be sent for now, and nothing is under way."""
        return self._done and not self._under_way

    def next(self, most: int) -> OutboxMessage | None:
        """The document to be sent now; `most` are looked at in one go."""
        if not self._allowed or self._too_early():
            return None
        now_s = self._clock.now_s()
        if self._next_round_s is not None and now_s >= self._next_round_s:
            self._begin_round(now_s)
        while waiting := self._waiting(most):
            for document in waiting:
                self._last_seq = document.seq
                if document.seq not in self._under_way and document.seq not in self._with_collector:
                    self._under_way.add(document.seq)
                    self._done = False
                    return document
        self._done = True
        return None

    def next_s(self) -> float | None:
        """When there will be something to send though nothing happens."""
        if not self._allowed:
            return None
        if self._too_early():
            return min(self._clock.now_s() + UNSYNCED_POLL_S, self._began_s + self._pace.unsynced_s)
        return self._next_round_s

    def taken(self, document: OutboxMessage) -> None:
        """By the broker."""
        self._under_way.discard(document.seq)
        self._refusals.pop(document.seq, None)
        if document.topic not in self._refusals.values():
            self._complaints.over(document.topic)
        if self._collector and document.kind is DocumentKind.SUMMARY:
            self._with_collector[document.seq] = (document.key, self._clock.now_s())
            self._again_in(self._pace.collector_s)
        else:
            self._leaves(document.seq)

    def refused(self, document: OutboxMessage, why: str, *, denied: bool) -> None:
        """denied: by the broker; else it cannot be sent at all."""
        self._under_way.discard(document.seq)
        self._refusals[document.seq] = document.topic
        what = f"the broker refuses {document.topic}" if denied else f"{document.topic} cannot be sent"
        self._complaints.tell(document.topic, f"{what} ({why})", denied=denied)
        self._again_in(self._pace.retry_s)
        try:
            self._outbox.refused(document.seq, why)
        except KneemonError as error:
            self._fails(error)

    def stored(self, payload: bytes) -> None:
        """A collector says which document it has for good."""
        if not payload:  # this is how a retained one is cleared away
            return
        try:
            stored = msgspec.json.decode(payload, type=StoredDocument)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
            if not self._told_of_nonsense:
                self._told_of_nonsense = True
                log.warning("MQTT: what a collector says on session/ack cannot be read: %s", fault)
            return
        wanted = f"{stored.session_id}/{stored.revision}"
        for seq in [seq for seq, (key, _) in self._with_collector.items() if key == wanted]:
            del self._with_collector[seq]
            self._leaves(seq)

    def emptied(self) -> bool:
        """True once, when the last document has left the outbox."""
        if not (self._moved and self.done):
            return False
        self._moved = False
        return self._outbox.backlog().documents == 0

    def backlog(self) -> Backlog:
        return self._outbox.backlog()

    def _too_early(self) -> bool:
        waited_s = self._clock.now_s() - self._began_s
        return waited_s < self._pace.unsynced_s and not self._clock.anchor().synchronised

    def _begin_round(self, now_s: float) -> None:
        self._last_seq, self._next_round_s = 0, None
        held = {seq: sent for seq, sent in self._with_collector.items() if now_s - sent[1] < self._pace.collector_s}
        self._with_collector = held
        if held:
            self._again_in(min(at_s for _, at_s in held.values()) + self._pace.collector_s - now_s)

    def _waiting(self, most: int) -> Sequence[OutboxMessage]:
        try:
            return self._outbox.waiting(self._last_seq, most)
        except KneemonError as error:
            self._fails(error)
            return ()

    def _leaves(self, seq: int) -> None:
        try:
            self._outbox.acknowledged(seq)
        except KneemonError as error:  # it will be sent once more, which its key makes harmless
            self._fails(error)
        else:
            self._moved = True
            self._complaints.over(OUTBOX)

    def _fails(self, error: KneemonError) -> None:
        self._complaints.tell(OUTBOX, str(error))
        self._again_in(self._pace.retry_s)

    def _again_in(self, seconds: float) -> None:
        at_s = self._clock.now_s() + seconds
        self._next_round_s = at_s if self._next_round_s is None else min(self._next_round_s, at_s)
