# SPDX-License-Identifier: MIT
"""The MQTT contract as one table: every topic under kneemon/v1/<device id>/.

Retained health data always has an expiry, so a topic with one is retained only where MQTT 5 can express it. What is
stored waits in the outbox until a broker has acknowledged it; it is sent with QoS 1 and never retained.
"""

from dataclasses import dataclass
from enum import StrEnum

ROOT = "kneemon/v1"


class Direction(StrEnum):
    """Seen from the device."""

    OUT = "out"
    IN = "in"


@dataclass(frozen=True, slots=True)
class Topic:
    """One line of the table. expiry_s: how long a broker may keep a message, None for as long as it likes."""

    name: str
    qos: int
    retained: bool
    expiry_s: int | None
    stored: bool
    direction: Direction
    meaning: str

    def path(self, device: str) -> str:
        """The full topic of the device with this id."""
        return f"{ROOT}/{device}/{self.name}"


AVAILABILITY = Topic(
    "availability",
    1,
    True,
    None,
    False,
    Direction.OUT,
    "online or offline; the broker says offline when the link breaks",
)
STATE = Topic(
    "state", 1, True, 3600, False, Direction.OUT, "the walk now: steps, cadence, what remains; QoS 0 between changes"
)
SESSION_SUMMARY = Topic(
    "session/summary",
    1,
    False,
    None,
    True,
    Direction.OUT,
    "one document per session and revision; the highest one counts",
)

QUESTIONS = Topic(
    "questions",
    1,
    True,
    86400,
    False,
    Direction.OUT,
    "what kneemon asks and nobody has answered yet, and where the plan stands",
)
COMMAND = Topic("cmd", 1, False, None, False, Direction.IN, "one command; a retained one is refused")
ACK = Topic("cmd/ack", 1, False, 60, False, Direction.OUT, "what became of a command, by its id")

TOPICS = (AVAILABILITY, STATE, SESSION_SUMMARY, QUESTIONS, COMMAND, ACK)
