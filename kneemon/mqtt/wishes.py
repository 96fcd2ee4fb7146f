# SPDX-License-Identifier: MIT
"""What is wished for below desired/: a setting's name and a plain text, and what became of it; pure.

A wish is consumed: it is judged once, its result is told, and its topic is cleared. What is in force stands in
`settings` and `plan`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from kneemon.mqtt.documents import rfc3339
from kneemon.mqtt.shapes import WishDocument, encoded
from kneemon.mqtt.topics import DESIRED, DESIRED_RESULT, Desired

MOST_TEXT = 64  # bytes of a wish
NUMBER = re.compile(r"[0-9]{1,4}(\.[0-9]0{0,5})?")  # to a tenth; some homes write 30 as 30.0


@dataclass(frozen=True, slots=True)
class Values:
    """What may be wished for one setting: one of `words`, or a number from least to most; 0, too, where `zero`."""

    meaning: str
    words: tuple[str, ...] = ()
    least: float = 0.0
    most: float = 0.0
    zero: bool = False

    @property
    def in_words(self) -> str:
        if self.words:
            return " or ".join(self.words)
        return f"{'0 or ' if self.zero and self.least else ''}{self.least:g} to {self.most:g}"

    def understood(self, text: str) -> str | None:
        """The text in its plainest form; None when it is not one of these values."""
        text = text.strip()
        if self.words:
            return text if text in self.words else None
        if NUMBER.fullmatch(text) is None:
            return None
        number = float(text)
        fits = self.least <= number <= self.most or (self.zero and number == 0)
        return f"{number:g}" if fits else None


VALUES: Mapping[Desired, Values] = MappingProxyType(
    {
        Desired.MUTE: Values(
            "ON: nothing is heard until the walk is over; what can be felt or seen goes on", ("ON", "OFF")
        ),
        Desired.PLAN: Values("the plan is followed, or paused as for a holiday", ("follow", "pause")),
        Desired.LIMIT_MIN: Values("walking minutes of a day; 0: the plan's own", least=1.0, most=240.0, zero=True),
        Desired.PACE_SPM: Values("the highest pace in steps/min; 0: the plan's own", least=40.0, most=180.0, zero=True),
    }
)


@dataclass(frozen=True, slots=True)
class Wish:
    """A setting of the device that somebody wants to be so. tried: how often nobody had the time to judge it."""

    device: str
    key: str
    value: str
    tried: int = 0

    @property
    def topic(self) -> str:
        return DESIRED.path(self.device, key=self.key)

    @property
    def result_topic(self) -> str:
        return DESIRED_RESULT.path(self.device, key=self.key)

    def judged(self, code: str | None, message: str, *, accepted: bool, at: datetime) -> bytes:
        """Its result as of `at` (aware)."""
        return encoded(
            WishDocument(
                key=self.key,
                wished=self.value,
                status="accepted" if accepted else "refused",
                code=code,
                message=message,
                ts=rfc3339(at),
            )
        )


def readable(payload: bytes) -> str | None:
    """The text of a wish; None when it is none, or too long to be one."""
    if len(payload) > MOST_TEXT:
        return None
    try:
        return payload.decode()
    except UnicodeDecodeError:
        return None
