# SPDX-License-Identifier: MIT
"""A crowd of made-up devices at one broker, each with a connection of its own, all on one thread.

Only dialling waits for the network; it is done by a few threads more. The walks go on whatever the broker does. It ends
when all has been said and answered, and takes back what the broker kept. It cannot tell what reached a subscriber.
"""

import heapq
import selectors
import socket
import ssl
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import count
from queue import Empty, SimpleQueue
from threading import Event

from kneemon.mqtt import faults
from kneemon.mqtt.crowd_member import Member, Script
from kneemon.mqtt.crowd_tally import Tally
from kneemon.mqtt.crowd_wire import Wire, dial
from kneemon.mqtt.faults import Fault
from kneemon.mqtt.pace import Pace
from kneemon.mqtt.settings import BrokerSettings
from kneemon.ports import Clock

DIALLERS = 16
ARRIVALS_PER_S = 200.0  # at the beginning; later the broker's fate and the devices' patience decide
ROUND_S = 1.0  # between two looks at every link
CLEARING_S = 20.0

Told = Callable[[Tally], None]


class Crowd:
    """`run` it once. told: called about once a second."""

    def __init__(
        self,
        settings: BrokerSettings,
        scripts: Sequence[Script],
        clock: Clock,
        *,
        pace: Pace | None = None,
        stop: Event | None = None,
        told: Told | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._pace = pace or Pace()
        self._stop = stop or Event()
        self._told = told or (lambda _tally: None)
        began_s = clock.now_s()
        self.tally = Tally(len(scripts), began_s)
        self._members = [Member(script, began_s, self._pace, self.tally) for script in scripts]
        self._selector = selectors.DefaultSelector()
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._dialled: SimpleQueue[tuple[Member, Wire | Fault]] = SimpleQueue()
        self._bell, self._ringing = socket.socketpair()
        self._bell.setblocking(False)
        self._ringing.setblocking(False)
        self._diallers = ThreadPoolExecutor(DIALLERS, thread_name_prefix="kneemon-crowd-dial")
        self._closing = False

    def run(self) -> Tally:
        """Until all was said and answered, or `stop` is set. Raises BrokerError when the broker lets nobody in."""
        try:
            self._tls = self._context()
            self._begin()
            while self.tally.done < self.tally.devices and not self._stop.is_set():
                self._turn()
            self._clear()
        finally:
            self._closing = True
            self._diallers.shutdown(wait=True, cancel_futures=True)
            self._drain()
            for member in self._members:
                member.leave()
            self._selector.close()
            self._bell.close()
            self._ringing.close()
        self.tally.ended_s = self._clock.now_s()
        return self.tally

    def _context(self) -> ssl.SSLContext | None:
        """One for all: it is dear."""
        if not self._settings.tls:
            return None
        try:
            return ssl.create_default_context(cafile=self._settings.ca_file)
        except OSError as error:
            raise faults.of_ca_file(error, self._settings).error(self._settings) from error

    def _begin(self) -> None:
        self._selector.register(self._bell, selectors.EVENT_READ, None)
        now_s = self._clock.now_s()
        for number, member in enumerate(self._members):
            self._at(now_s + number / ARRIVALS_PER_S, partial(self._dial, member))
            self._live(member)
        self._at(now_s + ROUND_S, self._round)

    def _clear(self) -> None:
        """Nothing of a made-up device stays at the broker."""
        now_s = self._clock.now_s()
        self._closing = True
        for member in self._members:
            if member.online:
                member.clear(now_s)
        while any(member.online and not member.quiet for member in self._members):
            if self._clock.now_s() - now_s > CLEARING_S:
                break
            self._turn()
        self.tally.left_behind = sum(member.known and not (member.online and member.quiet) for member in self._members)

    def _at(self, when_s: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._timers, (when_s, next(self._order), act))

    def _turn(self) -> None:
        """Wait for something to happen, and do what it asks for."""
        wait_s = max(0.0, self._timers[0][0] - self._clock.now_s()) if self._timers else ROUND_S
        for key, events in self._selector.select(min(wait_s, ROUND_S)):
            if key.data is None:
                self._bell.recv(4096)
            else:
                self._serve(key.data, events)
        self._drain()
        now_s = self._clock.now_s()
        while self._timers and self._timers[0][0] <= now_s:
            heapq.heappop(self._timers)[2]()

    def _live(self, member: Member) -> None:
        """Let the member's walk go on, now and whenever it has something to say."""
        if not self._closing:
            member.advance(self._clock.now_s(), self._clock.anchor().utc)
            self._look_after(member)
            if member.due_s is not None:
                self._at(member.due_s, partial(self._live, member))

    def _dial(self, member: Member) -> None:
        if not self._closing:
            self._diallers.submit(self._dial_waiting, member)

    def _dial_waiting(self, member: Member) -> None:
        """On a thread that may wait."""
        result = dial(self._settings, member.client_id, member.will, self._tls, self._pace.dial_s)
        self._dialled.put((member, result))
        with suppress(BlockingIOError):  # it rings already
            self._ringing.send(b"!")

    def _drain(self) -> None:
        """Take what the diallers have brought."""
        while True:
            try:
                member, result = self._dialled.get_nowait()
            except Empty:
                return
            if self._closing:
                if isinstance(result, Wire):
                    result.drop()
            elif isinstance(result, Wire):
                self._admit(member, result)
            else:
                self._over(member, result)

    def _admit(self, member: Member, wire: Wire) -> None:
        now_s = self._clock.now_s()
        self.tally.knocked(now_s)
        number = wire.number
        self._selector.register(number, selectors.EVENT_READ, member)
        wire.closing(partial(self._selector.unregister, number))
        member.dialled(wire, now_s)

    def _serve(self, member: Member, events: int) -> None:
        wire = member.wire
        if wire is None:
            return
        if events & selectors.EVENT_READ:
            wire.read()
        if events & selectors.EVENT_WRITE:
            wire.write()
        self._look_after(member)

    def _look_after(self, member: Member) -> None:
        """Hear what the broker said, and ask to be told when more can be written."""
        if member.wire is None:
            return
        fault = member.hear(self._clock.now_s())
        if fault is not None:
            self._over(member, fault)
            return
        key = self._selector.get_map().get(member.wire.number)
        if key is None:  # it was closed just now, and says so in its news
            return
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if member.wire.wants_to_write else 0)
        if key.events != wanted:
            self._selector.modify(member.wire.number, wanted, member)

    def _over(self, member: Member, fault: Fault) -> None:
        delay_s = member.gone(fault, self._clock.now_s())
        if not self._closing:
            self._at(self._clock.now_s() + delay_s, partial(self._dial, member))

    def _round(self) -> None:
        """Look at every link, and tell how it goes."""
        now_s = self._clock.now_s()
        for member in self._members:
            if member.overdue(now_s):
                self._over(member, faults.MUTE)
            elif member.wire is not None:
                member.wire.keep()
                self._look_after(member)
        self._told(self.tally)
        if not self._closing:
            self._give_up()
        self._at(now_s + ROUND_S, self._round)

    def _give_up(self) -> None:
        """Nobody ever got in, and everybody knows why not."""
        fault = self._members[0].fault
        if fault is not None and self.tally.links == 0 and all(member.fault is not None for member in self._members):
            raise fault.error(self._settings)
