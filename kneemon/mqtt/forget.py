# SPDX-License-Identifier: MIT
"""Takes back all that a broker keeps of a device: an empty retained message to every topic that held one.

Which those are is asked of the broker, where it lets us read, and taken from the contract and the discovery besides:
a broker may hide from us what we wrote ourselves.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from queue import Empty
from secrets import token_hex
from typing import TYPE_CHECKING

from paho.mqtt.client import topic_matches_sub

from kneemon.errors import BrokerError
from kneemon.mqtt import faults
from kneemon.mqtt.dialler import Dialler
from kneemon.mqtt.faults import Fault
from kneemon.mqtt.news import Answered, Ended, Flooded, Heard, News
from kneemon.mqtt.settings import BrokerSettings
from kneemon.mqtt.topics import ROOT, TOPICS, Desired
from kneemon.ports import Clock

if TYPE_CHECKING:
    from kneemon.mqtt.link import Link

QUIET_S = 1.5  # so long nothing is heard any more: all has been told
MOST_SCAN_S = 10.0  # somebody may never be quiet
ANSWER_S = 10.0
MOST_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Forgotten:
    """cleared: topics that were seen to hold something. left: those that still do, or refused us, with why.

    hidden: filters under which the broker does not let us read; there, all that we know of was emptied unseen.
    """

    cleared: tuple[str, ...]
    left: tuple[tuple[str, str], ...]
    hidden: tuple[str, ...]


def contract_topics(device: str) -> set[str]:
    """Those of the contract that a broker keeps."""
    kept = {topic.path(device) for topic in TOPICS if topic.retained and "{" not in topic.name}
    return kept | {f"{ROOT}/{device}/desired/{wish}" for wish in Desired}


def forget(settings: BrokerSettings, device: str, prefix: str, named: Iterable[str], clock: Clock) -> Forgotten:
    """Empty everything of the device. named: its topics of discovery. Raises BrokerError.

    prefix: of Home Assistant's discovery.
    """
    link = Dialler(settings, f"kneemon-forget-{token_hex(4)}").dial()
    if isinstance(link, Fault):
        raise link.error(settings)
    try:
        filters = (f"{ROOT}/{device}/#", f"{prefix}/+/{device}/#")
        return _Broom(link, settings, filters, clock).sweep(contract_topics(device) | set(named))
    finally:
        link.hang_up()


class _Broom:
    """What is emptied under a filter comes back to us where we may read: so it is known what is hidden from us."""

    def __init__(self, link: "Link", settings: BrokerSettings, filters: Sequence[str], clock: Clock) -> None:
        self._link = link
        self._settings = settings
        self._filters = filters
        self._clock = clock
        self._hidden = set(filters)

    def sweep(self, named: Collection[str]) -> Forgotten:
        kept, _ = self._scan()
        refused = self._empty(kept | set(named))
        cleared = kept
        for _ in range(MOST_ROUNDS):
            kept, whole = self._scan()
            cleared |= kept
            if whole and kept <= refused.keys():
                break
            refused |= self._empty(kept)
        left = dict.fromkeys(kept, "it is there again: somebody says it anew") | refused
        return Forgotten(
            cleared=tuple(sorted(cleared - left.keys())),
            left=tuple(sorted(left.items())),
            hidden=tuple(each for each in self._filters if each in self._hidden),
        )

    def _scan(self) -> tuple[set[str], bool]:
        """What the broker keeps, and whether that is all of it: of too much at once the link loses some."""
        for each in self._filters:
            self._link.subscribe(each)
        kept: set[str] = set()
        whole = True
        until_s = self._clock.now_s() + MOST_SCAN_S
        while (news := self._next(QUIET_S)) is not None and self._clock.now_s() < until_s:
            if isinstance(news, Heard) and news.retained and news.payload:
                kept.add(news.topic)
            whole = whole and not isinstance(news, Flooded)
        return kept, whole

    def _empty(self, topics: Collection[str]) -> dict[str, str]:
        """Why topics stay as they are."""
        waiting = {self._link.publish(topic, b"", qos=1, retained=True): topic for topic in sorted(topics)}
        refused: dict[str, str] = {}
        until_s = self._clock.now_s() + MOST_SCAN_S  # a broker may go on talking of other things
        while waiting and self._clock.now_s() < until_s and (news := self._next(ANSWER_S)) is not None:
            if isinstance(news, Answered) and (topic := waiting.pop(news.mid, None)) and news.refusal is not None:
                refused[topic] = news.refusal
        return refused | dict.fromkeys(waiting.values(), "no answer")

    def _next(self, patience_s: float) -> News | None:
        try:
            news = self._link.news.get(timeout=patience_s)
        except Empty:
            return None
        if isinstance(news, Ended):
            raise BrokerError(
                f"The MQTT broker {self._settings.where}",
                expected="a link that holds until all is forgotten",
                seen=(news.fault or faults.CUT).seen,
                remedy="Run it once more: what is done already does no harm.",
            )
        if isinstance(news, Heard):
            self._hidden -= {each for each in self._filters if topic_matches_sub(each, news.topic)}
        return news
