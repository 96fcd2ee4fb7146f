# SPDX-License-Identifier: MIT
"""What Home Assistant shows of kneemon: one table of entities over the topics' documents.

An entity id is its platform, a dot, kneemon_ and the key: the shipped dashboard relies on it, and so the name says the
same as the key. Only what means nothing without a live link is bound to availability; all else keeps its last value
while the walker is out. A value that is null is unknown there. `discovery` puts the table into messages.
"""

import msgspec

from kneemon.model.diary import ExerciseKind
from kneemon.model.home import PlanMode, Problem
from kneemon.model.plans import StateName
from kneemon.mqtt.entity import Entity, Platform
from kneemon.mqtt.settings import BrokerSettings
from kneemon.mqtt.shapes import Going
from kneemon.mqtt.topics import (
    AVAILABILITY,
    DIAG,
    EVENT,
    PLAN,
    QUESTIONS,
    SESSION_LAST,
    SETTINGS,
    STATE,
    TODAY,
    CommandName,
    Desired,
)

# Home Assistant's own word for what is not known; older ones take no null where options are named.
UNKNOWN = "unknown"


def shown(settings: BrokerSettings) -> tuple[Entity, ...]:
    """The entities for which something is told, or may be asked, under these settings."""
    return tuple(
        entity
        for entity in ENTITIES
        if entity.level <= settings.level and (settings.publish_pain or not entity.about_pain)
    )


def _asks(command: CommandName, **args: object) -> str:
    """A command as a button sends it."""
    document = {"cmd": command.value, "args": args} if args else {"cmd": command.value}
    return msgspec.json.encode(document).decode()


def _value(key: str) -> str:
    return f"{{{{ value_json.{key} }}}}"


def _minutes(key: str) -> str:
    """Seconds in minutes; what is null stays null."""
    known = f"value_json.{key} is not none"
    return f"{{{{ (value_json.{key} / 60) | round(1) if {known} else None }}}}"


def _wished(key: str, most: int) -> str:
    """A wish in whole numbers: none is 0, and one that only others could have made is not known here."""
    wish = f"(value_json.{key} or 0)"
    return f"{{{{ {wish} | round | int if {wish} <= {most} else None }}}}"


def _is_among(*problems: Problem) -> str:
    among = " or ".join(f"'{problem}' in value_json.problems" for problem in problems)
    return f"{{{{ 'ON' if {among} else 'OFF' }}}}"


def _button(key: str, name: str, icon: str, command: CommandName, **args: object) -> Entity:
    return Entity(Platform.BUTTON, key, name, icon=icon, bound=True, sends=_asks(command, **args))


def _problem(key: str, name: str, *problems: Problem) -> Entity:
    return Entity(
        Platform.BINARY_SENSOR, key, name, DIAG, _is_among(*problems), device_class="problem", category="diagnostic"
    )


def _bounds(most: int, mode: str) -> dict[str, object]:
    return {"min": 0, "max": most, "step": 1, "mode": mode}


MOST_MINUTES = 120
MOST_SPM = 140
PAIN_AFTER = "{{ value_json.pain.after if value_json is defined and value_json.pain else None }}"  # it may be emptied

_LIVE = (
    Entity(
        Platform.SENSOR,
        "session",
        "Session",
        STATE,
        _value("session"),
        device_class="enum",
        icon="mdi:walk",
        options=tuple(Going),
        bound=True,
    ),
    Entity(
        Platform.SENSOR,
        "session_steps",
        "Session steps",
        STATE,
        _value("steps"),
        unit="steps",
        state_class="measurement",
        icon="mdi:shoe-print",
        bound=True,
    ),
    Entity(
        Platform.SENSOR,
        "cadence",
        "Cadence",
        STATE,
        _value("cadence_spm"),
        unit="spm",
        state_class="measurement",
        icon="mdi:metronome",
        bound=True,
        more={"expire_after": 120},
    ),
    Entity(
        Platform.SENSOR,
        "remaining",
        "Remaining",
        STATE,
        _minutes("remaining_s"),
        unit="min",
        device_class="duration",
        state_class="measurement",
        bound=True,
    ),
    Entity(
        Platform.NUMBER,
        "report_pain",
        "Report pain",
        SESSION_LAST,
        PAIN_AFTER,
        icon="mdi:emoticon-sad-outline",
        bound=True,
        about_pain=True,
        sends=f'{{"cmd":"{CommandName.PAIN_REPORT}","args":{{"score":{{{{ value | int }}}}}}}}',
        more=_bounds(10, "slider"),
    ),
    _button("start_walk", "Start walk", "mdi:play", CommandName.SESSION_START),
    _button("stop_walk", "Stop walk", "mdi:stop", CommandName.SESSION_STOP),
    _button("pause_walk", "Pause walk", "mdi:pause", CommandName.SESSION_PAUSE),
    _button("resume_walk", "Resume walk", "mdi:play-pause", CommandName.SESSION_RESUME),
    _button("identify", "Identify", "mdi:vibrate", CommandName.IDENTIFY),
    _button(
        "start_push_off",
        "Start push off",
        "mdi:human-handsup",
        CommandName.EXERCISE_START,
        kind=ExerciseKind.PUSH_OFF.value,
    ),
    _button(
        "start_calf_stretch",
        "Start calf stretch",
        "mdi:yoga",
        CommandName.EXERCISE_START,
        kind=ExerciseKind.CALF_STRETCH.value,
    ),
    _button("stop_exercise", "Stop exercise", "mdi:stop", CommandName.EXERCISE_STOP),
)
_WALKED = (
    Entity(
        Platform.SENSOR,
        "steps_today",
        "Steps today",
        TODAY,
        _value("steps"),
        unit="steps",
        state_class="total_increasing",
        icon="mdi:shoe-print",
    ),
    Entity(
        Platform.SENSOR,
        "walking_today",
        "Walking today",
        TODAY,
        _minutes("walking_s"),
        unit="min",
        device_class="duration",
        state_class="total_increasing",
    ),
    Entity(
        Platform.SENSOR,
        "walks_today",
        "Walks today",
        TODAY,
        _value("sessions"),
        state_class="total_increasing",
        icon="mdi:walk",
    ),
    Entity(
        Platform.SENSOR,
        "plan_limit",
        "Plan limit",
        PLAN,
        _minutes("limit_s"),
        unit="min",
        device_class="duration",
        icon="mdi:flag-checkered",
        attributes=True,
    ),
    Entity(
        Platform.SENSOR,
        "plan_state",
        "Plan state",
        PLAN,
        f"{{{{ value_json.state or '{UNKNOWN}' }}}}",
        device_class="enum",
        icon="mdi:stairs",
        options=(*StateName, UNKNOWN),
        about_pain=True,
    ),
    Entity(
        Platform.SENSOR,
        "last_walk",
        "Last walk",
        SESSION_LAST,
        "{{ value_json.ended_at if value_json is defined else None }}",
        device_class="timestamp",
        attributes=True,
    ),
    Entity(
        Platform.SENSOR,
        "last_walk_pain",
        "Last walk pain",
        SESSION_LAST,
        PAIN_AFTER,
        state_class="measurement",
        icon="mdi:emoticon-sad-outline",
        about_pain=True,
    ),
    Entity(
        Platform.SENSOR,
        "open_questions",
        "Open questions",
        QUESTIONS,
        "{{ value_json.open | count }}",
        state_class="measurement",
        icon="mdi:chat-question",
        about_pain=True,
        attributes=True,
    ),
    Entity(Platform.EVENT, "alert", "Alert", EVENT, icon="mdi:bell-alert"),
)
_DEVICE = (
    Entity(
        Platform.SENSOR,
        "battery",
        "Battery",
        DIAG,
        _value("battery_pct"),
        unit="%",
        device_class="battery",
        state_class="measurement",
        category="diagnostic",
    ),
    Entity(
        Platform.SENSOR,
        "last_sync",
        "Last sync",
        DIAG,
        _value("last_sync"),
        device_class="timestamp",
        category="diagnostic",
    ),
    Entity(
        Platform.SENSOR,
        "unsent_documents",
        "Unsent documents",
        DIAG,
        _value("outbox"),
        state_class="measurement",
        category="diagnostic",
        icon="mdi:tray-full",
    ),
    Entity(
        Platform.BINARY_SENSOR,
        "connected",
        "Connected",
        AVAILABILITY,
        device_class="connectivity",
        category="diagnostic",
        more={"payload_on": "online", "payload_off": "offline"},
    ),
    _problem("motion_sensor_problem", "Motion sensor problem", Problem.SENSOR),
    _problem("clock_problem", "Clock problem", Problem.CLOCK),
    _problem("storage_problem", "Storage problem", Problem.STORAGE),
    _problem("sync_problem", "Sync problem", Problem.DENIED, Problem.DROPPED),
)
_WISHES = (
    Entity(
        Platform.SWITCH,
        "mute",
        "Mute",
        SETTINGS,
        "{{ 'ON' if value_json.mute else 'OFF' }}",
        icon="mdi:volume-off",
        category="config",
        wishes=Desired.MUTE,
    ),
    Entity(
        Platform.SELECT,
        "plan_mode",
        "Plan mode",
        PLAN,
        _value("mode"),
        icon="mdi:calendar-check",
        category="config",
        options=tuple(PlanMode),
        wishes=Desired.PLAN,
    ),
    Entity(
        Platform.NUMBER,
        "limit",
        "Limit",
        PLAN,
        _wished("wished_min", MOST_MINUTES),
        unit="min",
        icon="mdi:timer-outline",
        category="config",
        wishes=Desired.LIMIT_MIN,
        more=_bounds(MOST_MINUTES, "box"),
    ),
    Entity(
        Platform.NUMBER,
        "pace_limit",
        "Pace limit",
        PLAN,
        _wished("wished_pace_spm", MOST_SPM),
        unit="spm",
        icon="mdi:speedometer",
        category="config",
        wishes=Desired.PACE_SPM,
        more=_bounds(MOST_SPM, "box"),
    ),
)
ENTITIES = (*_LIVE, *_WALKED, *_DEVICE, *_WISHES)

# Given up since: nobody may have them again, and whoever still shows them is told to let go.
RETIRED: tuple[tuple[Platform, str], ...] = ()
