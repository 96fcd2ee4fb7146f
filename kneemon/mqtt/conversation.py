# SPDX-License-Identifier: MIT
"""What is said over one open link: that we are here, the live state, what is asked, the outbox oldest first, and
good-bye. What is heard is a command, and its answer is said as soon as there is one.

The outbox is the only queue of documents. At most `window` messages are unacknowledged; a document leaves the outbox
when the broker has taken it, stays and is tried again later when it was refused, and is simply sent again when the link
breaks first.
"""

from queue import Empty
from threading import Event
from typing import TYPE_CHECKING

from kneemon.errors import KneemonError
from kneemon.model.records import OutboxMessage
from kneemon.mqtt import faults
from kneemon.mqtt.bulletin import Bulletin
from kneemon.mqtt.complaints import Complaints
from kneemon.mqtt.faults import Fault
from kneemon.mqtt.live import Live
from kneemon.mqtt.news import Answered, Ended, Flooded, Heard, Subscribed, Version
from kneemon.mqtt.orders import Orders
from kneemon.mqtt.pace import Pace
from kneemon.mqtt.topics import ACK, AVAILABILITY, COMMAND, QUESTIONS, STATE, Topic
from kneemon.ports import Clock, Outbox

if TYPE_CHECKING:
    from kneemon.mqtt.link import Link

ONLINE = b"online"
OFFLINE = b"offline"
OUTBOX = "the outbox"  # a subject of complaint, as each topic is


class LinkEndedError(Exception):
    """The link is gone; says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.seen)
        self.fault = fault


class Conversation:
    """Lives as long as its link; all its methods are for one thread.

    closing: say good-bye as soon as all is said. hurry: say it now.
    """

    def __init__(
        self,
        link: "Link",
        device: str,
        outbox: Outbox,
        clock: Clock,
        live: Live,
        bulletin: Bulletin,
        orders: Orders,
        complaints: Complaints,
        pace: Pace,
        closing: Event,
        hurry: Event,
    ) -> None:
        self._link = link
        self._device = device
        self._outbox = outbox
        self._clock = clock
        self._live = live
        self._bulletin = bulletin
        self._orders = orders
        self._complaints = complaints
        self._pace = pace
        self._closing = closing
        self._hurry = hurry
        self._window = min(pace.window, link.window)
        self._in_flight: dict[int, OutboxMessage | Topic] = {}
        self._last_seq = 0  # the newest document sent in this round over the outbox
        self._next_round_s: float | None = None
        self._subscribed = False
        self._refusals: dict[int, str] = {}  # seq and topic of the documents that stayed

    def run(self) -> None:
        """Talk until asked to close. Raises LinkEndedError."""
        self._live.again()
        self._bulletin.again()
        self._say(AVAILABILITY, ONLINE, qos=AVAILABILITY.qos)
        while not self._hurry.is_set():
            self._subscribe()
            self._say_state()
            self._say_questions()
            self._say_ack()
            sent = self._send_document()
            if self._closing.is_set() and not sent and not self._in_flight:
                break
            self._listen(0.0 if sent else self._patience_s())
        self._say(AVAILABILITY, OFFLINE, qos=AVAILABILITY.qos)
        while self._in_flight and not self._hurry.is_set():
            self._listen(None)

    def _say(self, topic: Topic, payload: bytes, *, qos: int) -> None:
        """Send what is not stored; a topic whose messages expire is retained only where they do."""
        expires = self._link.version is Version.V5
        retained = topic.retained and (topic.expiry_s is None or expires)
        mid = self._link.publish(topic.path(self._device), payload, qos=qos, retained=retained, expiry_s=topic.expiry_s)
        if qos:
            self._in_flight[mid] = topic

    def _say_state(self) -> None:
        now_s = self._clock.now_s()
        due = self._live.due(now_s)
        if due is None or len(self._in_flight) >= self._window:
            return
        state, qos = due
        anchor = self._clock.anchor()
        self._say(STATE, self._live.sending(state, now_s, at=anchor.utc, boot_id=anchor.boot_id), qos=qos)

    def _say_questions(self) -> None:
        questions = self._bulletin.due()
        if questions is not None and len(self._in_flight) < self._window:
            document = self._bulletin.sending(questions, at=self._clock.anchor().utc)
            self._say(QUESTIONS, document, qos=QUESTIONS.qos)

    def _subscribe(self) -> None:
        """Ask for commands once somebody is there to obey them."""
        if self._orders.obeyed and not self._subscribed:
            self._subscribed = True
            self._link.subscribe(COMMAND.path(self._device))

    def _say_ack(self) -> None:
        """Answer one command; the broker's word that it has the ack leads to the next one."""
        ack = self._orders.ack() if len(self._in_flight) < self._window else None
        if ack is not None:
            self._say(ACK, ack, qos=ACK.qos)

    def _send_document(self) -> bool:
        """Send the next document of the outbox; False when there is none, or no room for it."""
        document = self._next_document() if len(self._in_flight) < self._window else None
        if document is None:
            return False
        self._last_seq = document.seq
        try:
            self._in_flight[self._link.publish(document.topic, document.payload, qos=1)] = document
        except ValueError as error:
            self._refused(document, str(error))
        self._hurry.wait(1.0 / self._pace.rows_per_s)
        return True

    def _next_document(self) -> OutboxMessage | None:
        now_s = self._clock.now_s()
        if self._next_round_s is not None and now_s >= self._next_round_s:
            self._last_seq, self._next_round_s = 0, None
        under_way = {sent.seq for sent in self._in_flight.values() if isinstance(sent, OutboxMessage)}
        try:
            waiting = self._outbox.waiting(self._last_seq, self._window)
        except KneemonError as error:
            self._outbox_fails(error)
            return None
        return next((document for document in waiting if document.seq not in under_way), None)

    def _patience_s(self) -> float | None:
        """How long to listen when there is nothing to say; a paced clock may stand still, hence not too short."""
        if self._next_round_s is None:
            return None
        return max(1.0, self._next_round_s - self._clock.now_s())

    def _listen(self, timeout_s: float | None) -> None:
        """Take one piece of news, or a nudge. Raises LinkEndedError."""
        try:
            news = self._link.news.get(timeout=timeout_s)
        except Empty:
            return
        if isinstance(news, Ended):
            raise LinkEndedError(news.fault or faults.CUT)
        if isinstance(news, Answered):
            self._answered(news)
        elif isinstance(news, Heard):
            self._heard(news)
        elif isinstance(news, Flooded):
            self._orders.flooded()
        elif isinstance(news, Subscribed):
            path = COMMAND.path(self._device)
            self._judge(path, news.refusal, f"the broker does not let kneemon read {path}")

    def _heard(self, message: Heard) -> None:
        """No faster than documents are sent: who sends more than that fills the link's news, which then loses some."""
        if message.topic == COMMAND.path(self._device):
            self._orders.take(message)
        self._hurry.wait(1.0 / self._pace.rows_per_s)

    def _answered(self, answer: Answered) -> None:
        sent = self._in_flight.pop(answer.mid, None)
        if isinstance(sent, OutboxMessage):
            if answer.refusal is None:
                self._taken(sent)
            else:
                self._refused(sent, answer.refusal)
        elif isinstance(sent, Topic):  # and not a QoS 0 message, which paho reports as well
            self._judge(sent.path(self._device), answer.refusal)

    def _judge(self, topic: str, refusal: str | None, words: str = "") -> None:
        if refusal is None:
            self._complaints.over(topic)
        else:
            self._complaints.tell(topic, f"{words or f'the broker refuses {topic}'} ({refusal})")

    def _taken(self, document: OutboxMessage) -> None:
        self._refusals.pop(document.seq, None)
        if document.topic not in self._refusals.values():
            self._judge(document.topic, None)
        try:
            self._outbox.acknowledged(document.seq)
        except KneemonError as error:  # it will be sent once more, which its key makes harmless
            self._outbox_fails(error)
        else:
            self._complaints.over(OUTBOX)

    def _refused(self, document: OutboxMessage, why: str) -> None:
        self._refusals[document.seq] = document.topic
        self._judge(document.topic, why)
        self._retry_later()
        try:
            self._outbox.refused(document.seq, why)
        except KneemonError as error:
            self._outbox_fails(error)

    def _outbox_fails(self, error: KneemonError) -> None:
        self._complaints.tell(OUTBOX, str(error))
        self._retry_later()

    def _retry_later(self) -> None:
        if self._next_round_s is None:
            self._next_round_s = self._clock.now_s() + self._pace.retry_s
