# SPDX-License-Identifier: MIT
"""The MQTT contract as one table: every topic under kneemon/v1/<device id>/, and the document that it carries.

The publisher, Home Assistant's discovery, the JSON Schemas, the AsyncAPI document, the reference page and the tests are
all made of it. Retained health data always has an expiry, so a topic with one is retained only where MQTT 5 can express
it. What is stored waits in the outbox until a broker has acknowledged it; it is sent with QoS 1 and never retained.
"""

import re
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from msgspec import Struct

from kneemon.mqtt import shapes

ROOT = "kneemon/v1"
ONLINE, OFFLINE = b"online", b"offline"  # what availability says
HOUR_S, DAY_S = 3600, 86400


class Direction(StrEnum):
    """Seen from the device."""

    OUT = "out"
    IN = "in"


class Level(IntEnum):
    """How much the home is told; each level tells all that the ones before it tell."""

    OFF = 0
    MINIMAL = 1  # that the device is there, and how it does
    SUMMARY = 2  # and what is walked
    DETAIL = 3  # and each walk in rows of ten seconds


@dataclass(frozen=True, slots=True)
class Topic:
    """One line of the table.

    name: below the device's tree; {braces} hold what differs from message to message. document None: plain text.
    expiry_s: how long a broker may keep a message, None for as long as it likes. level: from which on it is used.
    health: it tells of somebody's walking or pain.
    """

    name: str
    qos: int
    retained: bool
    expiry_s: int | None
    stored: bool
    direction: Direction
    document: type[Struct] | None
    level: Level
    health: bool
    meaning: str

    def path(self, device: str, **places: str | int) -> str:
        """The full topic of the device with this id."""
        return f"{ROOT}/{device}/{self.name.format(**places)}"

    def filter(self, device: str) -> str:
        """What to subscribe to for all messages of the topic."""
        return f"{ROOT}/{device}/{re.sub('{[^}]*}', '+', self.name)}"


OUT, IN = Direction.OUT, Direction.IN
MINIMAL, SUMMARY, DETAIL = Level.MINIMAL, Level.SUMMARY, Level.DETAIL

AVAILABILITY = Topic(
    "availability",
    1,
    True,
    None,
    False,
    OUT,
    None,
    MINIMAL,
    False,
    "online or offline; the broker says offline when the link breaks",
)
INFO = Topic(
    "info", 1, True, None, False, OUT, shapes.InfoDocument, MINIMAL, False, "what the device is, and what it speaks"
)
STATE = Topic(
    "state",
    1,
    True,
    HOUR_S,
    False,
    OUT,
    shapes.StateDocument,
    SUMMARY,
    True,
    "the walk now: steps, cadence, what remains; QoS 0 between changes",
)
TODAY = Topic(
    "today",
    1,
    True,
    36 * HOUR_S,
    False,
    OUT,
    shapes.TodayDocument,
    SUMMARY,
    True,
    "what was walked on the local day, as far as it is safe on disk",
)
PLAN = Topic(
    "plan",
    1,
    True,
    7 * DAY_S,
    False,
    OUT,
    shapes.PlanDocument,
    SUMMARY,
    True,
    "today's limits, and where the plan stands",
)
SETTINGS = Topic(
    "settings", 1, True, None, False, OUT, shapes.SettingsDocument, SUMMARY, False, "settings as they are in force"
)
DIAG = Topic(
    "diag",
    1,
    True,
    7 * DAY_S,
    False,
    OUT,
    shapes.DiagDocument,
    MINIMAL,
    False,
    "battery, what waits to be sent, clock, problems",
)
EVENT = Topic(
    "event",
    1,
    False,
    60,
    False,
    OUT,
    shapes.EventDocument,
    SUMMARY,
    True,
    "a limit or a milestone, live or never",
)
SESSION_SUMMARY = Topic(
    "session/summary",
    1,
    False,
    None,
    True,
    OUT,
    shapes.SummaryDocument,
    SUMMARY,
    True,
    "one document per session and revision; the highest one counts",
)
SESSION_LAST = Topic(
    "session/last",
    1,
    True,
    7 * DAY_S,
    False,
    OUT,
    shapes.SummaryDocument,
    SUMMARY,
    True,
    "the newest walk that is over, for dashboards",
)
SESSION_DETAIL = Topic(
    "session/detail/{session_id}/{chunk}",
    1,
    False,
    DAY_S,
    True,
    OUT,
    shapes.DetailDocument,
    DETAIL,
    True,
    "a walk in rows of ten seconds, in chunks; also on request at level summary",
)
QUESTIONS = Topic(
    "questions",
    1,
    True,
    DAY_S,
    False,
    OUT,
    shapes.QuestionsDocument,
    SUMMARY,
    True,
    "what kneemon asks and nobody has answered yet",
)
COMMAND = Topic(
    "cmd",
    1,
    False,
    None,
    False,
    IN,
    shapes.CommandDocument,
    SUMMARY,
    False,
    "one command; a retained one is refused",
)
ACK = Topic(
    "cmd/ack",
    1,
    False,
    60,
    False,
    OUT,
    shapes.AckDocument,
    SUMMARY,
    False,
    "what became of a command, by its id; or at the response topic below cmd/ack/ that it named (MQTT 5)",
)
DESIRED = Topic(
    "desired/{key}",
    1,
    True,
    None,
    False,
    IN,
    None,
    SUMMARY,
    False,
    "a setting that you wish for, retained; the device clears it once it has judged it",
)
DESIRED_RESULT = Topic(
    "desired/{key}/result",
    1,
    False,
    60,
    False,
    OUT,
    shapes.WishDocument,
    SUMMARY,
    False,
    "accepted or refused, and why",
)
SESSION_ACK = Topic(
    "session/ack",
    1,
    False,
    None,
    False,
    IN,
    shapes.StoredDocument,
    SUMMARY,
    False,
    "a collector has stored this revision for good; waited for where collector = true",
)

TOPICS = (
    AVAILABILITY,
    INFO,
    STATE,
    TODAY,
    PLAN,
    SETTINGS,
    DIAG,
    EVENT,
    SESSION_SUMMARY,
    SESSION_LAST,
    SESSION_DETAIL,
    QUESTIONS,
    COMMAND,
    ACK,
    DESIRED,
    DESIRED_RESULT,
    SESSION_ACK,
)


class Desired(StrEnum):
    """What may be wished for below desired/, as plain text."""

    MUTE = "mute"  # ON or OFF
    PLAN = "plan"  # follow or pause
    LIMIT_MIN = "limit_min"  # walking minutes of a day; 0: the plan's own
    PACE_SPM = "pace_spm"  # steps/min; 0: the plan's own


class CommandName(StrEnum):
    """What may be asked for on cmd."""

    SESSION_START = "session.start"
    SESSION_STOP = "session.stop"
    SESSION_PAUSE = "session.pause"
    SESSION_RESUME = "session.resume"
    PAIN_REPORT = "pain.report"
    ANSWER = "answer"
    ALERT_SNOOZE = "alert.snooze"
    IDENTIFY = "identify"
    PLAN_PAUSE = "plan.pause"
    PLAN_RESUME = "plan.resume"
    PLAN_STAY = "plan.stay"
    PLAN_REST = "plan.rest"
    EXERCISE_START = "exercise.start"
    EXERCISE_STOP = "exercise.stop"
    SESSION_GET = "session.get"
    SESSION_RESEND = "session.resend"


# Not taken where pain stays at home.
ABOUT_PAIN = (CommandName.PAIN_REPORT, CommandName.ANSWER)
