# SPDX-License-Identifier: MIT
"""What happens now, told live or never: while nobody is connected to, or when it has waited too long, it is dropped."""

from collections import deque
from datetime import timedelta
from secrets import token_hex

from kneemon.model.home import Moment
from kneemon.mqtt.documents import event_document, told
from kneemon.mqtt.settings import BrokerSettings
from kneemon.mqtt.topics import EVENT
from kneemon.ports import Clock

MOST = 64


class Moments:
    """`happened` may be called by any thread, the rest by one."""

    def __init__(self, settings: BrokerSettings, clock: Clock, within_s: float) -> None:
        self._settings = settings
        self._clock = clock
        self._within_s = within_s
        self._waiting: deque[tuple[float, Moment]] = deque(maxlen=MOST)  # and when it was given
        self._run = token_hex(4)
        self._told = 0

    def happened(self, moment: Moment) -> None:
        """To be told, as far as the home may know of it and it is not past already."""
        age = self._clock.anchor().utc - moment.at
        if EVENT.level <= self._settings.level and told(moment, self._settings) and age <= self._within:
            self._waiting.append((self._clock.now_s(), moment))

    def forget(self) -> None:
        """Nobody is connected to."""
        self._waiting.clear()

    def next(self) -> bytes | None:
        """The document of the oldest that is still live, which counts as told with it."""
        now_s = self._clock.now_s()
        while self._waiting:
            given_s, moment = self._waiting.popleft()
            if now_s - given_s <= self._within_s:
                self._told += 1
                return event_document(moment, f"{self._run}-{self._told}")
        return None

    @property
    def _within(self) -> timedelta:
        return timedelta(seconds=self._within_s)
