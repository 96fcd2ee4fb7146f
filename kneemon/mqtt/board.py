# SPDX-License-Identifier: MIT
"""How it is now, the newest of each kind: told when its document changes, and to whoever has just been connected to.

Not here: the walk now and how the device does, which have a pace of their own.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from kneemon.model.home import About, LastWalk, PlanToday, Questions, Reported, Today
from kneemon.mqtt.documents import last_document, news_document
from kneemon.mqtt.settings import BrokerSettings
from kneemon.mqtt.topics import INFO, PLAN, QUESTIONS, SESSION_LAST, SETTINGS, TODAY, Topic

Told = About | Reported | PlanToday | Questions | Today | LastWalk

PLACES: dict[type[Told], Topic] = {
    About: INFO,
    Reported: SETTINGS,
    PlanToday: PLAN,
    Questions: QUESTIONS,
    Today: TODAY,
    LastWalk: SESSION_LAST,
}
FIRST: tuple[type[Told], ...] = (About, Reported, PlanToday)  # before the walk now
NEXT: tuple[type[Told], ...] = (Questions,)
LAST: tuple[type[Told], ...] = (Today, LastWalk)  # when all walks are told that they are made of

_NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)  # what two documents are compared at, since each tells when it was made


@dataclass(frozen=True, slots=True)
class Notice:
    """A document that is due. like: the same document, made at no time in particular."""

    kind: type[Told]
    topic: Topic
    payload: bytes
    like: bytes


class Board:
    """`offer` may be called by any thread, the rest by one."""

    def __init__(self, device: str, settings: BrokerSettings) -> None:
        self._device = device
        self._settings = settings
        self._newest: dict[type[Told], Told] = {}
        self._seen: dict[type[Told], Told] = {}  # the last news that was looked at since the link began
        self._sent: dict[type[Told], bytes] = {}

    def offer(self, news: Told) -> bool:
        """Keep it, instead of what was told before of its kind; False when it is the same."""
        kind = type(news)
        if self._newest.get(kind) == news or PLACES[kind].level > self._settings.level:
            return False
        self._newest[kind] = news
        return True

    @property
    def about(self) -> About | None:
        """What the device is, as far as it was offered."""
        news = self._newest.get(About)
        return news if isinstance(news, About) else None

    def again(self) -> None:
        """Nobody knows of us any more: all is new."""
        self._seen = {}
        self._sent = {}

    def due(self, kinds: tuple[type[Told], ...], *, at: datetime) -> Notice | None:
        """The first of these kinds whose document differs from the last one sent, made at `at` (aware)."""
        for kind in kinds:
            news = self._newest.get(kind)
            if news is None or news is self._seen.get(kind):
                continue
            self._seen[kind] = news
            like = self._document(news, _NO_TIME)
            if like != self._sent.get(kind):
                return Notice(kind, PLACES[kind], self._document(news, at), like)
        return None

    def sent(self, notice: Notice) -> None:
        self._sent[notice.kind] = notice.like

    def _document(self, news: Told, at: datetime) -> bytes:
        if isinstance(news, LastWalk):
            return last_document(news, pain=self._settings.publish_pain)
        return news_document(news, at=at, device=self._device, settings=self._settings)
