# SPDX-License-Identifier: MIT
"""FIT's numbers for what kneemon tells: messages, fields, enumerations, and the developer fields of our own.

Native cadence is strides/min with 1/128 in a field of its own, as FIT has it for walking; cycles are strides. What FIT
has no field for (steps as counted, pain, the ceiling in steps/min) is a developer field with its unit in its name.
"""

from enum import IntEnum
from uuid import NAMESPACE_URL, uuid5

from kneemon.export.fit_file import (
    ENUM,
    FLOAT,
    UINT8,
    UINT16,
    UINT32,
    UINT32Z,
    Base,
    Field,
    Message,
    Written,
    octets,
    text,
)
from kneemon.model.plans import Part

APPLICATION = uuid5(NAMESPACE_URL, "urn:kneemon:fit").bytes
DEVELOPMENT = 255  # the manufacturer until one is assigned
PRODUCT = "kneemon"


class File(IntEnum):
    ACTIVITY = 4
    WORKOUT = 5


class Event(IntEnum):
    TIMER = 0
    SESSION = 8
    LAP = 9
    CAD_HIGH_ALERT = 17
    TIME_DURATION_ALERT = 23
    ACTIVITY = 26
    USER_MARKER = 32


class EventType(IntEnum):
    START = 0
    STOP = 1
    MARKER = 3
    STOP_ALL = 4


class Intensity(IntEnum):
    ACTIVE = 0
    WARM_UP = 2
    COOL_DOWN = 3


WALKING = 11  # sport
SUB_SPORTS = {"treadmill": 27, "indoor": 27, "trail": 3, "track": 4}  # indoor_walking, trail, track
GENERIC = 0
LAP_BY_TIME, LAP_BY_END = 1, 7  # lap_trigger
BY_TIME = 0  # wkt_step_duration
TARGET_OPEN, TARGET_CADENCE = 2, 3  # wkt_step_target
INTENSITIES = {Part.WARM_UP: Intensity.WARM_UP, Part.COOL_DOWN: Intensity.COOL_DOWN}

# Developer fields: name, number, base type, unit.
_OWN: dict[str, tuple[int, Base, str]] = {
    "steps": (0, UINT32, "steps"),
    "pain_nrs": (1, UINT8, "0 to 10"),
    "pain_before_nrs": (2, UINT8, "0 to 10"),
    "pain_max_nrs": (3, UINT8, "0 to 10"),
    "pain_end_nrs": (4, UINT8, "0 to 10"),
    "pain_later_nrs": (5, UINT8, "0 to 10"),
    "pain_morning_nrs": (6, UINT8, "0 to 10"),
    "cadence_ceiling_spm": (7, FLOAT, "steps/min"),
    "over_pace_s": (8, FLOAT, "s"),
    "dose_s": (9, FLOAT, "s"),
    "main_s": (10, FLOAT, "s"),
    "gave_way": (11, UINT8, "times"),
    "time_quality": (12, text(12), ""),
    "time_error_s": (13, FLOAT, "s"),
    "session_id": (14, text(40), ""),
    "part": (15, text(12), ""),
    "kind": (16, text(16), ""),
    "value": (17, FLOAT, "see kind"),
    "limit": (18, FLOAT, "see kind"),
}


def _own(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, *_OWN[name][:2]) for name in names)


_TIMESTAMP = Field("timestamp", 253, UINT32)
_INDEX = Field("message_index", 254, UINT16)

FILE_ID = Message(
    0,
    0,
    (
        Field("type", 0, ENUM),
        Field("manufacturer", 1, UINT16),
        Field("product", 2, UINT16),
        Field("serial_number", 3, UINT32Z),
        Field("time_created", 4, UINT32),
        Field("product_name", 8, text(8)),
    ),
)
DEVELOPER_DATA_ID = Message(
    1,
    207,
    (
        Field("application_id", 1, octets(16)),
        Field("developer_data_index", 3, UINT8),
    ),
)
FIELD_DESCRIPTION = Message(
    2,
    206,
    (
        Field("developer_data_index", 0, UINT8),
        Field("field_definition_number", 1, UINT8),
        Field("fit_base_type_id", 2, UINT8),
        Field("field_name", 3, text(24)),
        Field("units", 8, text(12)),
    ),
)
DEVICE_INFO = Message(
    3,
    23,
    (
        _TIMESTAMP,
        Field("device_index", 0, UINT8),
        Field("manufacturer", 2, UINT16),
        Field("serial_number", 3, UINT32Z),
        Field("product", 4, UINT16),
        Field("software_version", 5, UINT16, 100),
        Field("product_name", 27, text(8)),
    ),
)
EVENT = Message(
    4,
    21,
    (_TIMESTAMP, Field("event", 0, ENUM), Field("event_type", 1, ENUM), Field("data", 3, UINT32)),
    _own("kind", "value", "limit", "pain_nrs"),
)
RECORD = Message(
    5,
    20,
    (_TIMESTAMP, Field("cadence", 4, UINT8), Field("fractional_cadence", 53, UINT8)),
    _own("steps", "pain_nrs"),
)
LAP = Message(
    6,
    19,
    (
        _INDEX,
        _TIMESTAMP,
        Field("event", 0, ENUM),
        Field("event_type", 1, ENUM),
        Field("start_time", 2, UINT32),
        Field("total_elapsed_time", 7, UINT32, 1000),
        Field("total_timer_time", 8, UINT32, 1000),
        Field("total_cycles", 10, UINT32),
        Field("avg_cadence", 17, UINT8),
        Field("max_cadence", 18, UINT8),
        Field("intensity", 23, ENUM),
        Field("lap_trigger", 24, ENUM),
        Field("sport", 25, ENUM),
        Field("sub_sport", 39, ENUM),
        Field("avg_fractional_cadence", 80, UINT8),
        Field("max_fractional_cadence", 81, UINT8),
        Field("total_fractional_cycles", 82, UINT8),
    ),
    _own("steps", "part"),
)
SESSION = Message(
    7,
    18,
    (
        _INDEX,
        _TIMESTAMP,
        Field("event", 0, ENUM),
        Field("event_type", 1, ENUM),
        Field("start_time", 2, UINT32),
        Field("sport", 5, ENUM),
        Field("sub_sport", 6, ENUM),
        Field("total_elapsed_time", 7, UINT32, 1000),
        Field("total_timer_time", 8, UINT32, 1000),
        Field("total_cycles", 10, UINT32),
        Field("avg_cadence", 18, UINT8),
        Field("max_cadence", 19, UINT8),
        Field("first_lap_index", 25, UINT16),
        Field("num_laps", 26, UINT16),
        Field("trigger", 28, ENUM),
        Field("total_moving_time", 59, UINT32, 1000),
        Field("avg_fractional_cadence", 92, UINT8),
        Field("max_fractional_cadence", 93, UINT8),
        Field("total_fractional_cycles", 94, UINT8),
    ),
    _own(*(name for name in _OWN if name not in ("pain_nrs", "part", "kind", "value", "limit"))),
)
ACTIVITY = Message(
    8,
    34,
    (
        _TIMESTAMP,
        Field("total_timer_time", 0, UINT32, 1000),
        Field("num_sessions", 1, UINT16),
        Field("type", 2, ENUM),
        Field("event", 3, ENUM),
        Field("event_type", 4, ENUM),
        Field("local_timestamp", 5, UINT32),
    ),
)
WORKOUT = Message(
    9,
    26,
    (
        Field("sport", 4, ENUM),
        Field("num_valid_steps", 6, UINT16),
        Field("wkt_name", 8, text(48)),
        Field("sub_sport", 11, ENUM),
    ),
)
WORKOUT_STEP = Message(
    10,
    27,
    (
        _INDEX,
        Field("wkt_step_name", 0, text(24)),
        Field("duration_type", 1, ENUM),
        Field("duration_value", 2, UINT32),
        Field("target_type", 3, ENUM),
        Field("target_value", 4, UINT32),
        Field("custom_target_value_low", 5, UINT32),
        Field("custom_target_value_high", 6, UINT32),
        Field("intensity", 7, ENUM),
    ),
)


def own_fields() -> list[Written]:
    """What readers need to know before the first developer field."""
    told = [DEVELOPER_DATA_ID.data(application_id=APPLICATION, developer_data_index=0)]
    for name, (number, base, unit) in _OWN.items():
        told.append(
            FIELD_DESCRIPTION.data(
                developer_data_index=0,
                field_definition_number=number,
                fit_base_type_id=base.number,
                field_name=name,
                units=unit or None,
            )
        )
    return told
