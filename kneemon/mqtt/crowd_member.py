# SPDX-License-Identifier: MIT
"""One made-up device of a crowd: what it still has to say, and how patient it is with the broker.

It keeps to the real device's rules: a document waits until the broker has taken it and goes again when the link breaks
first; of the live state only the newest counts; a broker that is away is left alone for a random while. All for one
thread; `now_s` is the crowd's clock.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from kneemon.model.records import OutboxMessage
from kneemon.mqtt.crowd_tally import Tally
from kneemon.mqtt.crowd_wire import Wire
from kneemon.mqtt.faults import Fault, Kind
from kneemon.mqtt.news import Accepted, Answered, Ended, Will
from kneemon.mqtt.pace import Backoff, Pace
from kneemon.mqtt.topics import AVAILABILITY, INFO, OFFLINE, ONLINE, STATE, Topic

LEFT_BEHIND = (STATE, INFO, AVAILABILITY)  # what a broker would keep of us


@dataclass(frozen=True, slots=True)
class Said:
    """What a device has to say at one moment. changed: the state is worth an acknowledgement."""

    state: bytes | None = None
    changed: bool = False
    documents: tuple[OutboxMessage, ...] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """at_s: seconds after the crowd began. say: makes what is said, given the civil instant."""

    at_s: float
    say: Callable[[datetime], Said]


@dataclass(frozen=True, slots=True)
class Script:
    """A device, and all that it will say, in order. info: its self-description."""

    device: str
    info: bytes
    moments: Iterator[Moment]


class Member:
    """`dialled` and what comes after it make a link; `advance` lets the walks go on, linked or not."""

    def __init__(self, script: Script, began_s: float, pace: Pace, tally: Tally) -> None:
        self._device = script.device
        self._info = script.info
        self._moments = script.moments
        self._began_s = began_s
        self._pace = pace
        self._tally = tally
        self._backoff = Backoff(pace)
        self._next = next(self._moments, None)
        self._newest: bytes | None = None
        self._owed = False  # a change of the state that there was no room for
        self._waiting: deque[OutboxMessage] = deque()
        self._in_flight: dict[int, OutboxMessage | Topic] = {}
        self._window = pace.window
        self._since_s = 0.0
        self._done = False
        self.wire: Wire | None = None
        self.online = False
        self.known = False  # the broker may keep something of us
        self.fault: Fault | None = None

    @property
    def client_id(self) -> str:
        return f"kneemon-{self._device}"

    @property
    def will(self) -> Will:
        return Will(AVAILABILITY.path(self._device), OFFLINE, self._pace.will_delay_s, self._pace.session_s)

    @property
    def quiet(self) -> bool:
        """Nothing that was said is still to be answered."""
        return not (self._waiting or self._in_flight)

    @property
    def due_s(self) -> float | None:
        """When the next thing happens on the walk; None: there is none left."""
        return None if self._next is None else self._began_s + self._next.at_s

    def advance(self, now_s: float, at: datetime) -> None:
        """Live up to now."""
        while self._next is not None and (due_s := self._began_s + self._next.at_s) <= now_s:
            self._tally.behind_s = max(self._tally.behind_s, now_s - due_s)
            said = self._next.say(at)
            self._next = next(self._moments, None)
            self._tally.made += len(said.documents)
            self._waiting.extend(said.documents)
            if said.state is not None:
                self._newest = said.state
                self._say_state(now_s, surely=said.changed)
        self._send(now_s)

    def dialled(self, wire: Wire, now_s: float) -> None:
        """A connection came about; the broker has not answered yet."""
        self.wire = wire
        self._since_s = now_s

    def overdue(self, now_s: float) -> bool:
        """The broker accepted the connection and then said nothing."""
        return self.wire is not None and not self.online and now_s - self._since_s > self._pace.connack_s

    def hear(self, now_s: float) -> Fault | None:
        """Take the news; a fault when the link is over."""
        wire = self.wire
        while wire is not None and wire.news:
            news = wire.news.popleft()
            if isinstance(news, Accepted):
                self._accepted(news, now_s)
            elif isinstance(news, Answered):
                self._answered(news)
            elif isinstance(news, Ended) and news.fault is not None:
                return news.fault
        self._send(now_s)
        return None

    def gone(self, fault: Fault, now_s: float) -> float:
        """The link is over, or never came about: how long to wait before the next try."""
        wire, self.wire = self.wire, None
        if wire is not None:
            wire.drop()
        if self.online:
            self.online = False
            self._tally.went(now_s)
            if now_s - self._since_s >= self._pace.short_s:
                self._backoff.settled()
        unanswered = [sent for sent in self._in_flight.values() if isinstance(sent, OutboxMessage)]
        self._tally.again += len(unanswered)
        self._waiting.extendleft(reversed(unanswered))
        self._in_flight.clear()
        self._settle()
        self.fault = fault
        self._tally.faults[fault.seen] += 1
        if fault.kind in (Kind.AWAY, Kind.CUT):
            return self._backoff.after_failure()
        return self._backoff.after_refusal(patience=self._pace.patience)

    def clear(self, now_s: float) -> None:
        """Take back all that a broker would keep of a device that never was."""
        self._newest, self._owed = None, False
        for topic in LEFT_BEHIND:
            self._say(topic, b"", now_s, qos=1)

    def leave(self) -> None:
        """Say good-bye."""
        wire, self.wire = self.wire, None
        if wire is not None:
            wire.hang_up()
        self.online = False

    def _accepted(self, news: Accepted, now_s: float) -> None:
        self.online = self.known = True
        self.fault = None
        self._since_s = now_s
        self._window = min(self._pace.window, news.window)
        self._backoff.connected()
        self._tally.came(now_s)
        self._say(AVAILABILITY, ONLINE, now_s, qos=AVAILABILITY.qos)
        self._say(INFO, self._info, now_s, qos=INFO.qos)
        self._say_state(now_s, surely=True)

    def _say_state(self, now_s: float, *, surely: bool) -> None:
        """Progress that finds no room is dropped, a change waits."""
        if self._newest is None:
            return
        self._owed |= surely
        if self.online and len(self._in_flight) < self._window:
            self._say(STATE, self._newest, now_s, qos=1 if self._owed else 0)
            self._owed = False
        else:
            self._tally.states_dropped += 1

    def _say(self, topic: Topic, payload: bytes, now_s: float, *, qos: int) -> None:
        if self.wire is None:
            return
        expiry_s = topic.expiry_s if payload else None
        mid = self.wire.publish(topic.path(self._device), payload, qos=qos, retained=topic.retained, expiry_s=expiry_s)
        self._tally.said(now_s)
        self._tally.states += 1
        if qos:
            self._in_flight[mid] = topic

    def _send(self, now_s: float) -> None:
        if self._owed and self.online and len(self._in_flight) < self._window:
            self._say_state(now_s, surely=True)
        while self.wire is not None and self.online and self._waiting and len(self._in_flight) < self._window:
            document = self._waiting.popleft()
            mid = self.wire.publish(document.topic, document.payload, qos=1, expiry_s=document.expiry_s)
            self._in_flight[mid] = document
            self._tally.said(now_s)
        self._settle()

    def _answered(self, answer: Answered) -> None:
        sent = self._in_flight.pop(answer.mid, None)
        if sent is None:  # a message that asked for no answer
            return
        if isinstance(sent, OutboxMessage):
            if answer.refusal is None:
                self._tally.acknowledged += 1
            else:
                self._tally.refused += 1
                self._tally.refusals["session/summary", answer.refusal] += 1
        elif answer.refusal is not None:
            self._tally.states_refused += 1
            self._tally.refusals[sent.name, answer.refusal] += 1

    def _settle(self) -> None:
        """Count this device among those who have said all, or not any more."""
        done = self._next is None and self.quiet
        self._tally.done += done - self._done
        self._done = done
