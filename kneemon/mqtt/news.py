# SPDX-License-Identifier: MIT
"""What a link tells its reader, in the order it happened."""

from dataclasses import dataclass
from enum import Enum

from kneemon.mqtt.faults import Fault


class Version(Enum):
    """The versions of MQTT that kneemon speaks, best first."""

    V5 = "MQTT 5"
    V311 = "MQTT 3.1.1"


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker says in our place when the link has been broken for delay_s (MQTT 5; at once before)."""

    topic: str
    payload: bytes
    delay_s: int
    session_s: int


@dataclass(frozen=True, slots=True)
class Dialled:
    """Somebody accepted the connection and was sent our CONNECT."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The broker lets us in and takes `window` unacknowledged messages at a time.

    largest: bytes of a whole packet that it takes; None when it did not say.
    """

    window: int
    largest: int | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """The broker's answer to the message `mid`: None for taken, else its words of refusal."""

    mid: int
    refusal: str | None


@dataclass(frozen=True, slots=True)
class Subscribed:
    """The broker's answer to our wish `mid` to read: None for granted, else its words of refusal."""

    mid: int
    refusal: str | None


@dataclass(frozen=True, slots=True)
class Heard:
    """A message to us; of a long one only as much as shows that it is too long.

    response_topic, correlation: where its sender wants the answer, and what is to stand in it (MQTT 5).
    """

    topic: str
    payload: bytes
    retained: bool
    response_topic: str | None = None
    correlation: bytes | None = None


@dataclass(frozen=True, slots=True)
class Flooded:
    """More messages come than are read: those that follow are lost, until some have been read."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The link is gone; the first one counts. fault: None when the connection was closed without a word."""

    fault: Fault | None


News = Dialled | Accepted | Answered | Subscribed | Heard | Flooded | Ended
