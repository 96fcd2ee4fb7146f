# SPDX-License-Identifier: MIT
"""What is said over one open link, the more urgent first: that we are here, answers to commands, what happens now, what
there is for Home Assistant, how it is, the outbox oldest first, what is made of it, and good-bye.

At most `window` messages are unacknowledged. What is heard is a command or a wish, a collector's receipt, or a Home
Assistant that has started and knows nothing.
"""

from dataclasses import dataclass
from queue import Empty
from threading import Event
from typing import TYPE_CHECKING

from kneemon.model.records import OutboxMessage
from kneemon.mqtt import board, faults
from kneemon.mqtt.announcer import Announcement, Announcer
from kneemon.mqtt.board import Board
from kneemon.mqtt.complaints import Complaints, user_named
from kneemon.mqtt.delivery import Delivery
from kneemon.mqtt.diagnosis import Diagnosis
from kneemon.mqtt.discovery import status_topic
from kneemon.mqtt.faults import Fault
from kneemon.mqtt.live import Live
from kneemon.mqtt.moments import Moments
from kneemon.mqtt.news import Answered, Ended, Flooded, Heard, Subscribed, Version
from kneemon.mqtt.orders import Orders
from kneemon.mqtt.pace import Pace
from kneemon.mqtt.settings import BrokerSettings
from kneemon.mqtt.topics import (
    AVAILABILITY,
    DIAG,
    EVENT,
    OFFLINE,
    ONLINE,
    ROOT,
    SESSION_ACK,
    SESSION_LAST,
    STATE,
    Topic,
)
from kneemon.ports import Clock

if TYPE_CHECKING:
    from kneemon.mqtt.link import Link

BORN = b"online"  # Home Assistant's word for itself
ANNOUNCING = "discovery"  # a subject of complaint, as each topic is
SHORTEST_S = 0.05


class LinkEndedError(Exception):
    """The link is gone; says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.seen)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Subjects:
    """All that is talked about; they outlive the link."""

    device: str
    settings: BrokerSettings
    live: Live
    board: Board
    diagnosis: Diagnosis
    moments: Moments
    announcer: Announcer
    delivery: Delivery
    orders: Orders
    complaints: Complaints


class Conversation:
    """Lives as long as its link; all its methods are for one thread.

    closing: say good-bye as soon as all is said. hurry: say it now.
    """

    def __init__(
        self, link: "Link", subjects: Subjects, clock: Clock, pace: Pace, closing: Event, hurry: Event
    ) -> None:
        self._link = link
        self._about = subjects
        self._clock = clock
        self._pace = pace
        self._closing = closing
        self._hurry = hurry
        self._window = min(pace.window, link.window)
        self._in_flight: dict[int, OutboxMessage | Announcement | str] = {}
        self._asked_for: set[str] = set()
        self._asking: dict[int | None, str] = {}
        self._began_s = 0.0
        self._refresh_s = 0.0
        self._birth_s: float | None = None

    def run(self) -> None:
        """Talk until asked to close. Raises LinkEndedError."""
        self._began_s = self._clock.now_s()
        named = self._about.settings.username == self._about.device
        self._about.complaints.another_link("" if named else user_named(self._about.device))
        self._about.announcer.begin()
        self._about.delivery.begin()
        self._tell_all_again()
        self._say(AVAILABILITY, ONLINE)
        while not self._hurry.is_set():
            now_s = self._clock.now_s()
            self._subscribe()
            said = self._say_something(now_s)
            if self._closing.is_set() and not said and not self._in_flight:
                break
            self._listen(0.0 if said else self._patience_s(now_s))
        self._say(AVAILABILITY, OFFLINE)
        while self._in_flight and not self._hurry.is_set():
            self._listen(None)

    def _tell_all_again(self) -> None:
        self._refresh_s = self._clock.now_s() + self._pace.refresh_s
        for subject in (self._about.live, self._about.board, self._about.diagnosis):
            subject.again()

    def _say_something(self, now_s: float) -> bool:
        """The most urgent thing; False when there is none, or no room for it."""
        if self._birth_s is not None and now_s >= self._birth_s:
            self._birth_s = None
            self._about.announcer.again()
            self._tell_all_again()
        if now_s >= self._refresh_s:
            self._tell_all_again()
        if len(self._in_flight) >= self._window:
            return False
        return (
            self._say_reply()
            or self._say_moment()
            or self._announce()
            or self._say_news(board.FIRST)
            or self._say_state(now_s)
            or self._say_news(board.NEXT)
            or self._say_diagnosis(now_s)
            or self._send_document(now_s)
            or self._say_what_is_made_of_walks(now_s)
        )

    def _say(self, topic: Topic, payload: bytes, *, qos: int | None = None, kept: bool = True) -> None:
        """Send what is not stored; a topic whose messages expire is retained only where they do."""
        expires = self._link.version is Version.V5
        self._publish(
            topic.path(self._about.device),
            payload,
            qos=topic.qos if qos is None else qos,
            retained=topic.retained and kept and (topic.expiry_s is None or expires),
            expiry_s=topic.expiry_s if payload else None,
        )

    def _publish(
        self,
        topic: str,
        payload: bytes,
        *,
        qos: int = 1,
        retained: bool = False,
        expiry_s: int | None = None,
        correlation: bytes | None = None,
    ) -> None:
        """Send it, or complain that it cannot be sent."""
        try:
            mid = self._link.publish(
                topic, payload, qos=qos, retained=retained, expiry_s=expiry_s, correlation=correlation
            )
        except ValueError as error:
            self._about.complaints.tell(topic, f"{topic} cannot be sent ({error})")
            return
        if qos:
            self._in_flight[mid] = topic

    def _say_reply(self) -> bool:
        """Answer one command or wish; the broker's word that it has it leads to the next one."""
        reply = self._about.orders.reply()
        if reply is None:
            return False
        self._publish(
            reply.topic,
            reply.payload,
            qos=reply.qos,
            retained=reply.retained,
            expiry_s=reply.expiry_s,
            correlation=reply.correlation,
        )
        return True

    def _say_moment(self) -> bool:
        document = self._about.moments.next()
        if document is None:
            return False
        self._say(EVENT, document)
        return True

    def _announce(self) -> bool:
        announcement = self._about.announcer.next(self._about.board.about)
        if announcement is None:
            return False
        try:
            mid = self._link.publish(announcement.topic, announcement.payload, qos=1, retained=True)
        except ValueError as error:
            self._about.announcer.answered(taken=False)
            self._about.complaints.tell(ANNOUNCING, f"{announcement.topic} cannot be sent ({error})")
        else:
            self._in_flight[mid] = announcement
        return True

    def _say_news(self, kinds: tuple[type[board.Told], ...]) -> bool:
        notice = self._about.board.due(kinds, at=self._clock.anchor().utc)
        if notice is None:
            return False
        kept = notice.topic is not SESSION_LAST or self._about.settings.retain_last
        if notice.payload or kept:
            self._say(notice.topic, notice.payload, kept=kept)
        self._about.board.sent(notice)
        return True

    def _say_state(self, now_s: float) -> bool:
        due = self._about.live.due(now_s)
        if due is None:
            return False
        state, qos = due
        anchor = self._clock.anchor()
        document = self._about.live.sending(state, now_s, at=anchor.utc, boot_id=anchor.boot_id)
        self._say(STATE, document, qos=qos)
        return True

    def _say_diagnosis(self, now_s: float) -> bool:
        about = self._about
        backlog, denied = about.delivery.backlog(), about.complaints.denied
        if not about.diagnosis.due(backlog, now_s, denied=denied):
            return False
        at = self._clock.anchor().utc
        self._say(DIAG, about.diagnosis.sending(backlog, now_s, denied=denied, at=at))
        return True

    def _send_document(self, now_s: float) -> bool:
        """The next one of the outbox; when that has just been emptied, this is told."""
        document = self._about.delivery.next(self._window)
        if document is None:
            if self._about.delivery.emptied():
                self._about.diagnosis.nothing_waits(self._clock.anchor().utc)
                return self._say_diagnosis(now_s)
            return False
        try:
            mid = self._link.publish(document.topic, document.payload, qos=1, expiry_s=document.expiry_s)
        except ValueError as error:
            self._about.delivery.refused(document, str(error), denied=False)
        else:
            self._in_flight[mid] = document
        self._hurry.wait(1.0 / self._pace.rows_per_s)
        return True

    def _say_what_is_made_of_walks(self, now_s: float) -> bool:
        """The day and the newest walk: after the walks themselves, unless those take too long."""
        if not self._about.delivery.done and now_s < self._began_s + self._pace.late_s:
            return False
        return self._say_news(board.LAST)

    def _subscribe(self) -> None:
        """Ask for what somebody is there to take in."""
        about, settings = self._about, self._about.settings
        filters: list[str] = [*about.orders.filters(about.device)] if about.orders.obeyed else []
        if settings.collector and settings.level >= SESSION_ACK.level:
            filters.append(SESSION_ACK.filter(about.device))
        if settings.discovery != "off":
            filters.append(status_topic(settings.discovery_prefix))
        for one in filters:
            if one not in self._asked_for:
                self._asked_for.add(one)
                self._asking[self._link.subscribe(one)] = one

    def _patience_s(self, now_s: float) -> float | None:
        """How long to listen, with nothing to say at now_s; a paced clock may stand still, hence not too short.

        What was due then, and was not said, waits for something else.
        """
        if len(self._in_flight) >= self._window:
            return None
        about = self._about
        times_s = (
            self._birth_s,
            about.announcer.next_s(),
            about.diagnosis.next_s(),
            about.delivery.next_s(),
            self._began_s + self._pace.late_s,
            self._refresh_s,
        )
        first_s = min((at_s for at_s in times_s if at_s is not None and at_s > now_s), default=None)
        return None if first_s is None else max(SHORTEST_S, first_s - self._clock.now_s())

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
            self._about.orders.flooded()
        elif isinstance(news, Subscribed) and (topic := self._asking.get(news.mid)) is not None:
            self._judge(topic, news.refusal, f"the broker does not let kneemon read {topic}")

    def _heard(self, message: Heard) -> None:
        """At a pace: who sends more than that fills the link's news, which then loses some."""
        about = self._about
        if message.topic == status_topic(about.settings.discovery_prefix):
            if message.payload == BORN and not message.retained:
                self._birth_s = self._clock.now_s() + self._pace.birth_s()
        elif message.topic == SESSION_ACK.path(about.device):
            about.delivery.stored(message.payload)
        elif message.topic.startswith(f"{ROOT}/{about.device}/"):
            about.orders.take(message)
        self._hurry.wait(1.0 / self._pace.heard_per_s)

    def _answered(self, answer: Answered) -> None:
        sent = self._in_flight.pop(answer.mid, None)
        if isinstance(sent, OutboxMessage):
            if answer.refusal is None:
                self._about.delivery.taken(sent)
            else:
                self._about.delivery.refused(sent, answer.refusal, denied=True)
        elif isinstance(sent, Announcement):
            # Where we may not write, nothing of ours stands that could be taken away.
            self._about.announcer.answered(taken=answer.refusal is None or not sent.payload)
            if sent.payload:
                below = self._about.settings.discovery_prefix
                self._judge(
                    ANNOUNCING, answer.refusal, f"the broker refuses what tells Home Assistant of us, {below}/…"
                )
        elif sent is not None:  # and not a QoS 0 message, which paho reports as well
            self._judge(sent, answer.refusal, f"the broker refuses {sent}")

    def _judge(self, subject: str, refusal: str | None, words: str) -> None:
        if refusal is None:
            self._about.complaints.over(subject)
        else:
            self._about.complaints.tell(subject, f"{words} ({refusal})", denied=True)
