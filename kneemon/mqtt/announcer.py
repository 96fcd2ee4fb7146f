# SPDX-License-Identifier: MIT
"""Tells Home Assistant what there is, at every connect, and takes away what is not to stand at the broker any more.

What was announced is noted over a restart: in which form, under which prefix, and how much was told. When that has
changed, the old topics are emptied before anything is announced anew; a while lies between, so that a slow Home
Assistant has taken the old entities away before others come with the same ids.
"""

from collections import deque
from typing import NamedTuple

from kneemon.model.home import About
from kneemon.mqtt.discovery import all_topics, announcements, withdrawals
from kneemon.mqtt.pace import Pace
from kneemon.mqtt.settings import BrokerSettings
from kneemon.mqtt.topics import SESSION_LAST, TOPICS, Direction, Level, Topic
from kneemon.ports import Clock, Notes

NOTE = "discovery"


class Announcement(NamedTuple):
    """A message to be retained; an empty payload takes away what is."""

    topic: str
    payload: bytes


class Announcer:
    """All its methods are for one thread. device: our id."""

    def __init__(self, device: str, settings: BrokerSettings, notes: Notes, clock: Clock, pace: Pace) -> None:
        self._device = device
        self._settings = settings
        self._notes = notes
        self._clock = clock
        self._pace = pace
        self._standing = _Standing.of(settings)
        self._waiting: deque[Announcement] = deque()
        self._unanswered = 0
        self._about: About | None = None
        self._told: dict[str, bytes] = {}
        self._not_before_s = 0.0
        self._noted = self._refused = False

    def begin(self) -> None:
        """A new link: all is to be said."""
        old = _Standing.read(self._notes.recall(NOTE))
        self._noted = old == self._standing
        self._waiting = deque(Announcement(topic, b"") for topic in self._leftovers(old))
        self._unanswered, self._refused = 0, False
        self._not_before_s = self._clock.now_s()
        if self._waiting:
            self._not_before_s += self._pace.birth_least_s
        self.again()

    def again(self) -> None:
        """Home Assistant has forgotten us."""
        self._about, self._told = None, {}

    def next(self, about: About | None) -> Announcement | None:
        """What is to be said now, if anything; it counts as said. about: what the device is, as far as known."""
        if not self._waiting and about is not None and about is not self._about:
            if self._clock.now_s() < self._not_before_s:
                return None
            self._about = about
            told = announcements(self._device, about, self._settings)
            self._waiting.extend(Announcement(*new) for new in told.items() if self._told.get(new[0]) != new[1])
            self._told = told
        if not self._waiting:
            self._keep()
            return None
        self._unanswered += 1
        return self._waiting.popleft()

    def next_s(self) -> float | None:
        """When there will be something to say though nothing happens."""
        return None if self._about is not None else self._not_before_s

    def answered(self, *, taken: bool) -> None:
        """What became of one of them. What the broker refuses is tried again at the next link."""
        self._unanswered -= 1
        self._refused = self._refused or not taken

    def _keep(self) -> None:
        """Note it once the broker has all; a link that breaks before leaves the work to the next one."""
        said = self._about is not None or self._settings.discovery == "off"
        if said and not (self._unanswered or self._refused or self._noted):
            self._noted = True
            self._notes.keep(NOTE, self._standing.text())

    def _leftovers(self, old: "_Standing | None") -> tuple[str, ...]:
        """The topics to be emptied first."""
        new = self._standing
        if old == new:
            return ()
        if old is None:  # nothing is known, and nothing to be taken away but what was asked for
            return withdrawals(self._device, self._settings) if new.form == "off" else ()
        if old.entities == new.entities:
            announced: tuple[str, ...] = ()
        elif old._replace(form=new.form).entities == new.entities:
            announced = withdrawals(self._device, self._settings)
        else:
            announced = all_topics(self._device, old.prefix)
        return announced + tuple(topic.path(self._device) for topic in TOPICS if _stays(topic, old, new))


class _Standing(NamedTuple):
    """What decides what stands at the broker."""

    form: str
    level: int
    pain: bool
    last: bool
    prefix: str

    @classmethod
    def of(cls, settings: BrokerSettings) -> "_Standing":
        pain, last = settings.publish_pain, settings.retain_last
        return cls(settings.discovery, int(settings.level), pain, last, settings.discovery_prefix)

    @classmethod
    def read(cls, note: str | None) -> "_Standing | None":
        words = (note or "").split(" ", 4)
        if len(words) != len(cls._fields) or not all(word.isdecimal() for word in words[1:4]):
            return None
        level, pain, last = map(int, words[1:4])
        return cls(words[0], level, bool(pain), bool(last), words[4])

    def text(self) -> str:
        return f"{self.form} {self.level} {self.pain:d} {self.last:d} {self.prefix}"

    @property
    def entities(self) -> tuple[str, int, bool, str]:
        """What decides which entities are announced, and where."""
        return self.form, min(self.level, Level.SUMMARY), self.pain, self.prefix


def _stays(topic: Topic, old: _Standing, new: _Standing) -> bool:
    """A document of the past stands there that is not told any more."""
    if topic.direction is Direction.IN or not topic.retained or topic.level > old.level:
        return False
    return topic.level > new.level or (topic is SESSION_LAST and old.last and not new.last)
