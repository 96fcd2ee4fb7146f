# SPDX-License-Identifier: MIT
"""What the app asks of its edges. Edges fulfil these, speak `model` words, and never know each other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, time
from enum import StrEnum
from threading import Event
from typing import TYPE_CHECKING, Protocol

from kneemon.model.cues import Cue
from kneemon.model.diary import DiaryEntry, Fact, PlanVersion, Stamp
from kneemon.model.home import Moment, News
from kneemon.model.power import BatteryState
from kneemon.model.records import Backlog, EventRow, Former, OutboxMessage, SecondRow, SessionRecord, TimeAnchor
from kneemon.model.sessions import Progress

if TYPE_CHECKING:  # numpy and its 18 MB only where there are samples
    import numpy as np
    from numpy.typing import NDArray

    from kneemon.model.samples import Array, SampleBlock, SensorReport


class Clock(Protocol):
    """The device's clocks. Monotonic time is CLOCK_BOOTTIME in seconds, the axis of stream time."""

    def now_s(self) -> float: ...

    def wait(self, seconds: float, until: Event | None = None) -> bool:
        """Let `seconds` pass, or less when `until` is set; True when it was."""
        ...

    def anchor(self) -> TimeAnchor: ...

    def today(self) -> date:
        """The local date."""
        ...

    def zone(self) -> str:
        """IANA name of the local time zone, "UTC" when not known."""
        ...

    def time_of_day(self) -> time:
        """The local time."""
        ...

    def live_in(self, zone: str) -> None:
        """From now on days and times of day are those of this zone; what this machine does not know changes nothing."""
        ...


class SampleSource(Protocol):
    """Where acceleration comes from. `describe` names it in a log: "adxl345 at 0x53 on bus 1"."""

    @property
    def describe(self) -> str: ...

    def read(self) -> SampleBlock | SensorReport | None:
        """The next block or fact, waiting until there is one; None at the end of a recording.

        A fault of the wire is a SensorReport, never an exception.
        """
        ...

    def close(self) -> None:
        """Stop: wakes a waiting `read`, powers the chip down. May be called from another thread, and twice."""
        ...


class CuePlayer(Protocol):
    """Says cues to the wearer. `shaken` tells which of the instants t_s (n,) its own motor shook the sensor."""

    def play(self, cue: Cue) -> None:
        """Returns at once; the newest valid cue is played, an important one never dropped."""
        ...

    def shaken(self, t_s: Array) -> NDArray[np.bool_] | None:
        """shape (n,), True while the motor ran and 150 ms after; None when at none of them."""
        ...

    def mute(self, on: bool) -> None:
        """While it is on nothing is heard, but what is important where nothing can be felt; the other senses go on."""
        ...

    def close(self) -> None:
        """Silence, and let the pins go."""
        ...


class SessionStore(Protocol):
    """The truth. Calls return at once: one writer thread commits, at least every 10 s, opening and closing at once."""

    def begin(self, record: SessionRecord) -> None: ...

    def progress(self, session_id: str, progress: Progress) -> None: ...

    def note(self, session_id: str, event: EventRow) -> None: ...

    def end(self, record: SessionRecord) -> None:
        """Close the session and, in the same transaction, put its documents into the outbox."""
        ...

    def revise(self, record: SessionRecord, former: Former | None = None) -> None:
        """A new revision of a walk that is over; its documents replace those that still wait in the outbox.

        former: how it was before, kept with it.
        """
        ...

    def erase(self, session_ids: Collection[str] = (), seqs: Collection[int] = ()) -> None:
        """Walks that are over, with all that was told about them but decisions, and entries of the diary: for good."""
        ...

    def erase_all(self) -> None:
        """Every walk, the diary, the plan's versions."""
        ...

    def send_again(self, session_ids: Sequence[str], *, detail: bool = False) -> int:
        """Put the documents of these walks into the outbox once more; how many walks were found."""
        ...

    def problem(self) -> str | None:
        """What keeps the writer from writing, in words; None when all is well."""
        ...

    def close(self) -> None:
        """Write what is waiting, then close."""
        ...


class DiaryStore(Protocol):
    """The diary, the walks and the plan's versions, for whoever decides by them. What was written is read at once."""

    @property
    def unreadable(self) -> int:
        """Entries that only a newer kneemon can read: what they say is not known."""
        ...

    def write(self, fact: Fact, stamp: Stamp) -> DiaryEntry:
        """Append to the diary; committed at once. The entry, with its place."""
        ...

    def diary(self) -> Sequence[DiaryEntry]:
        """All of it, in order."""
        ...

    def walks(self) -> Sequence[SessionRecord]:
        """All of them, in order of beginning."""
        ...

    def anchors(self) -> Mapping[str, TimeAnchor]:
        """By boot id: one instant at which that boot's civil clock was known to be right."""
        ...

    def keep_anchor(self, anchor: TimeAnchor) -> None:
        """Keep a synchronised anchor of this boot; the newest replaces the one before."""
        ...

    def keep_plan(self, name: str, text: str, author: str = "", note: str = "") -> int:
        """The revision of a plan's text, from 1: that of the newest kept version when it is the same text by the same
        author ("" is the plan's file), else new."""
        ...

    def plan_versions(self) -> Sequence[PlanVersion]:
        """From the first."""
        ...


class Outbox(Protocol):
    """Documents that no broker has acknowledged yet, oldest first. `waiting` may be called from another thread."""

    def waiting(self, after: int, most: int) -> Sequence[OutboxMessage]:
        """At most `most` messages with seq > `after`."""
        ...

    def acknowledged(self, seq: int) -> None: ...

    def refused(self, seq: int, why: str) -> None: ...

    def backlog(self) -> Backlog: ...


class Notes(Protocol):
    """Small texts kept over a restart, by name."""

    def recall(self, name: str) -> str | None: ...

    def keep(self, name: str, text: str) -> None:
        """Replaces what was kept under the name; committed soon."""
        ...


class Publisher(Protocol):
    """News to the home; never waits for a broker."""

    def tell(self, news: News) -> None:
        """How it is now; told when it differs from what was told before, and to whoever has just been connected to."""
        ...

    def happened(self, moment: Moment) -> None:
        """Told at once or, where nobody is connected, never."""
        ...

    def obey(self, handler: ControlHandler) -> None:
        """Take commands and wishes from the home from now on; the handler is asked on another thread."""
        ...

    def wake(self) -> None:
        """There is a new document in the outbox."""
        ...

    def status(self) -> str:
        """One line for `kneemon status`: connected to …, away since …, refused because …"""
        ...

    def close(self) -> None: ...


class Press(StrEnum):
    """What happens at the one button; `controls.grammar` knows what it means."""

    DOWN = "down"
    UP = "up"
    HELD = "held"  # it has been down for hold_s, and still is
    HELD_LONG = "held_long"  # … for off_s


# What happened at the button at stream time t_s, told on the button's own threads: take it and return.
PressSink = Callable[[Press, float], None]

# What the battery says, told on a thread of its own: take it and return.
BatterySink = Callable[[BatteryState], None]


class Radios(Protocol):
    """Wi-Fi and Bluetooth; a device without the right to switch them says so once in the log."""

    def off(self) -> None: ...

    def on(self) -> None:
        """Only those that `off` switched off."""
        ...


class PowerSwitch(Protocol):
    """The device's own power."""

    def off(self) -> None:
        """Ask the system to shut down in order; returns at once."""
        ...


# A request from the control socket, answered: ("pain", {"score": 3}) -> {"ok": True, …} or {"ok": False, "error": "…"}.
ControlHandler = Callable[[str, Mapping[str, object]], Mapping[str, object]]

# The stored seconds of a walk, read when they are wanted.
Seconds = Callable[[], Sequence[SecondRow]]

# The documents a closed walk becomes, none when nothing is to be published; with its seconds its detail, too.
DocumentsOf = Callable[[SessionRecord, Seconds | None], Sequence[OutboxMessage]]
