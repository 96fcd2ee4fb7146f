# SPDX-License-Identifier: MIT
"""One power cut after the other, each in the midst of something, and each followed by a boot of the same card.

What kneemon says to the household outside, and what it is asked there, become promises; after each boot a copy of the
store is held against them. Real seconds are this machine's, monotonic.
"""

import time
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from random import Random
from statistics import median
from typing import NamedTuple

from virtual_pi.board import BoardError
from virtual_pi.guest_clock import GuestClock
from virtual_pi.household import Household
from virtual_pi.machine import Machine
from virtual_pi.promises import Answer, Cut, Left, Promises, Stored, Told, different, read
from virtual_pi.service import Service
from virtual_pi.stored import COPY, STORE
from virtual_pi.unflushed import Card, Loss
from virtual_pi.walks import endless

BOOT_S, ANSWER_S = 300.0, 60.0
NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)  # what the household's clocks say when the first Pi is switched on
COPIED = "/run/looked-at.db"
END = "-- end --"
# What the file system went through: by fsck in the initramfs, and by the kernel.
FSCK = "cat /run/initramfs/fsck.log 2>/dev/null; dmesg | grep -E 'EXT4-fs|I/O error' || true"
MENDED = ("recovering journal", "recovery complete", "orphan", "clean", "FIXED", "MODIFIED", "error")


class Doing(StrEnum):
    """What it is doing when the power goes."""

    STARTING = "kneemon starts"
    BEGINNING = "a walk begins"
    WALKING = "in mid-walk"
    COMMITTING = "a commit is written"
    ANSWERING = "an answer is given"
    ENDING = "a walk ends and goes out"
    IDLE = "nothing is done"


class Seen(NamedTuple):
    """One cut. after_s: since kneemon was asked for what it was doing; boot_s: until kneemon had connected."""

    number: int
    doing: Doing
    after_s: float
    boot_s: float
    loss: Loss


class Cuts:
    """A Pi whose card is `card`, in `machine`, and the `household` that it tells. chance: draws every moment.

    first: the number of the first cut.
    """

    def __init__(self, machine: Machine, card: Card, household: Household, chance: Random, first: int = 1) -> None:
        self.first = first
        self._machine, self._card, self._household, self._chance = machine, card, household, chance
        self._service = Service(machine)
        self._promises = Promises()
        self._began_s = time.monotonic()
        self._on_s = 0.0  # when it was switched on
        self._doing_s = 0.0  # when it was asked for what it is doing
        self._clock = GuestClock(machine)
        self._asked: dict[str, Callable[[], None]] = {}  # what is promised when that command is acknowledged
        self._sure: list[Callable[[], None]] = []  # … and what is promised already; done when all has been heard
        self._feels = endless(105.0).acc_g
        self.seen: list[Seen] = []
        self.faults: list[str] = []
        self.mended: list[str] = []  # what became of the file system, by cut
        self.left: dict[str, Left] = {}
        self.store: Stored | None = None

    def one(self, doing: Doing) -> None:
        """Boot, look whether all is kept, do that, cut."""
        self._boot()
        if doing is Doing.STARTING:
            self._machine.until(self._there, "the board answers", BOOT_S)
            boot_s = 0.0
        else:
            boot_s = self._connected()
            self._look(known=doing in (Doing.ENDING, Doing.IDLE))
        self._doing_s = time.monotonic()
        self._do(doing)
        after_s = time.monotonic() - self._doing_s
        self._cut()
        loss = self._card.cut(self._chance)
        self.seen.append(Seen(self.first + len(self.seen), doing, after_s, boot_s, loss))

    def last(self) -> None:
        """Boot once more, see everything delivered, and switch off as a user does."""
        self._boot()
        self._connected()
        self._look(known=True)
        deadline = time.monotonic() + 120.0
        while self._undelivered() and time.monotonic() < deadline:
            time.sleep(1.0)
            self._look(known=False)
        self.faults += self._undelivered()
        self.faults += different(self._documents())
        self.faults += self._household.breaches
        self._machine.off()
        self._card.taken_out()

    @property
    def walks(self) -> int:
        return len(self.store.walks) if self.store else 0

    @property
    def documents(self) -> int:
        """How often one came."""
        return len(self._documents())

    def boots_s(self) -> float:
        """The middle one of the boots after which kneemon spoke."""
        return median([seen.boot_s for seen in self.seen if seen.doing is not Doing.STARTING] or [0.0])

    def took_s(self) -> float:
        return time.monotonic() - self._began_s

    # Power

    def _boot(self) -> None:
        self._on_s = time.monotonic()
        self._card.insert()
        self._machine.switch_on()

    def _there(self) -> bool:
        """The board, which comes shortly before kneemon does."""
        try:
            self._machine.board.do("hello", 10.0)
        except BoardError:
            return False
        return True

    def _connected(self) -> float:
        self._household.until(lambda: self._household.online(self._on_s), "kneemon says that it is online", BOOT_S)
        took_s = time.monotonic() - self._on_s
        self._clock.begin()
        return took_s

    def _cut(self) -> None:
        self._machine.cut()
        at_s = time.monotonic()
        stream_s = self._clock.end(at_s)
        time.sleep(0.2)  # what had left the Pi is on its way to us
        self._gather()
        self._promises.cut(Cut(self.first + len(self.seen), at_s, stream_s))

    # What it is doing

    def _do(self, doing: Doing) -> None:
        chance = self._chance
        match doing:
            case Doing.STARTING:
                time.sleep(chance.uniform(0.0, 14.0))
            case Doing.BEGINNING:
                self._begin(wait=False)
                time.sleep(chance.uniform(0.0, 2.0))  # one press is known to be one after a second
            case Doing.WALKING:
                self._begin()
                time.sleep(chance.uniform(1.0, 25.0))
            case Doing.COMMITTING:
                self._begin()
                due_s = self._clock.newest_s + chance.uniform(8.0, 8.8)  # committed every eight
                self._household.until(lambda: self._clock.newest_s >= due_s, "the commit is due", ANSWER_S)
                before = self._card.written
                self._household.until(lambda: self._card.written != before, "something is written", 30.0)
                time.sleep(chance.uniform(0.0, 0.04))
            case Doing.ANSWERING if chance.random() < 0.5:
                self._begin()
                time.sleep(chance.uniform(2.0, 5.0))
                self._answer("pain", wait=False)
                time.sleep(chance.uniform(0.0, 0.5))
            case Doing.ANSWERING:
                self._walk_and_end()
                self._answer("pain_end", wait=False)
                time.sleep(chance.uniform(0.0, 0.5))
            case Doing.ENDING:
                self._begin()
                time.sleep(chance.uniform(3.0, 8.0))
                self._end(wait=False)
                time.sleep(chance.uniform(0.0, 1.5))
            case Doing.IDLE:
                self._walk_and_end()
                self._answer("pain_end")
                time.sleep(chance.uniform(0.0, 8.0))

    def _walk_and_end(self) -> None:
        self._begin()
        time.sleep(self._chance.uniform(2.0, 5.0))
        self._end()

    def _begin(self, *, wait: bool = True) -> None:
        """By button, by the control socket, or from the household."""
        self._machine.board.walk(self._feels, repeat=True)
        self._doing_s = time.monotonic()
        way = self._chance.choice(("home", "socket", "button") if wait else ("home", "button"))
        if way == "socket":
            self._service.done("start", pain=2, signs=1)
            self._sure.append(self._promised_walk)
        elif way == "home":
            name = self._household.ask("session.start", pain=2, signs=1)
            self._asked[name] = self._promised_walk
            if wait:
                self._acknowledged(name)
        else:
            self._machine.board.press()
            if wait:
                self._household.until(self._walking, "the button begins a walk", ANSWER_S)

    def _end(self, *, wait: bool = True) -> None:
        self._doing_s = time.monotonic()
        walk = self._walking()
        name = self._household.ask("session.stop")
        if walk:
            self._asked[name] = lambda: setattr(self._promises.heard_of(walk, 0.0), "stopped", True)
        if wait:
            self._acknowledged(name)

    def _answer(self, ask: str, *, wait: bool = True) -> None:
        """About the walk that is on, or the newest one."""
        self._doing_s = time.monotonic()
        walk, score = self._newest(), self._chance.randint(0, 10)
        name = self._household.ask("pain.report", score=score, session_id=walk)
        self._asked[name] = lambda: self._promises.answers.add(Answer(walk, ask, score))
        if wait:
            self._acknowledged(name)

    def _acknowledged(self, name: str) -> None:
        answer = self._household.until(lambda: self._household.answer(name), f"an answer to {name}", ANSWER_S)
        if answer["status"] != "done":
            raise AssertionError(f"kneemon would not: {answer}")

    # What it says

    def _promised_walk(self) -> None:
        walk = self._newest()
        if walk:
            self._promises.heard_of(walk, time.monotonic()).acknowledged = True
        else:
            self._promises.unnamed += 1

    def _newest(self) -> str:
        """The walk that began last since it was switched on, as far as we heard; "" when none did."""
        begun = [said.document for said in self._household.said("event", self._on_s)]
        names = [each["session_id"] for each in begun if each["event_type"] == "walk_started"]
        return names[-1] if names else ""

    def _walking(self) -> str:
        """The walk that is on, as far as we heard."""
        said = self._household.said("event", self._on_s)
        over = {each.document["session_id"] for each in said if each.document["event_type"] == "walk_ended"}
        walk = self._newest()
        return "" if walk in over else walk

    def _gather(self) -> None:
        """All that was said since it was switched on, as promises."""
        for said in self._household.said("event", self._on_s):
            if said.document["event_type"] == "walk_started":
                self._promises.heard_of(said.document["session_id"], said.at_s)
        for said in self._household.said("state", self._on_s):
            told = said.document
            if told["session_id"]:
                walk = self._promises.heard_of(told["session_id"], said.at_s)
                walk.told.append(Told(said.at_s, told["elapsed_s"] or 0.0, told["steps"] or 0))
        for name, promise in self._asked.items():
            answer = self._household.answer(name)
            if answer is not None and answer["status"] == "done":
                self._sure.append(promise)
        for promise in self._sure:
            promise()
        self._asked.clear()
        self._sure.clear()

    # What is there after a boot

    def _look(self, *, known: bool) -> None:
        """known: the network has told it the time."""
        passed = timedelta(seconds=round(time.monotonic() - self._began_s))
        told_time = f"date -u -s {NOON + passed:%Y-%m-%dT%H:%M:%S} >/dev/null; " if known else ""
        told_time += "mkdir -p /run/systemd/timesync; touch /run/systemd/timesync/synchronized; " if known else ""
        said = self._machine.run(
            f"{told_time}{FSCK}; echo {END}; systemctl show -P ActiveState -P NRestarts kneemon; echo {END}; "
            f"rm -f {COPIED}; python3 -ISc '{COPY}' {STORE} {COPIED}; base64 {COPIED}"
        )
        file_system, service, store = said.split(END)
        here = self._machine.folder / "looked-at.db"
        here.write_bytes(b64decode(store))
        self.store = read(here)
        cut = f"after cut {self.first + len(self.seen) - 1}"
        if sorted(service.split()) != ["0", "active"]:
            self.faults.append(f"{cut}: kneemon.service is {service.split()}, not active and 0 restarts")
        self.faults += [f"{cut}: {fault}" for fault in self._promises.broken(self.store)]
        for left in self._promises.left(self.store):
            self.left.setdefault(left.session_id, left)
        if len(self.mended) < len(self.seen):
            lines = [
                line.partition(",")[0] for line in file_system.splitlines() if any(word in line for word in MENDED)
            ]
            self.mended += [""] * (len(self.seen) - len(self.mended) - 1) + ["; ".join(lines)]

    def _documents(self) -> list[tuple[str, int, bytes]]:
        said = [(each.document, each.payload) for each in self._household.said("session/summary")]
        return [(document["session_id"], document["revision"], payload) for document, payload in said]

    def _undelivered(self) -> list[str]:
        assert self.store is not None
        return self._promises.undelivered(self.store, [payload for _, _, payload in self._documents()])
