# SPDX-License-Identifier: MIT
"""An entity of Home Assistant, and what its MQTT discovery says of it. `entities` is the table of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kneemon.mqtt.documents import MOMENTS_OF_PAIN
from kneemon.mqtt.shapes import EVENT_TYPES
from kneemon.mqtt.topics import AVAILABILITY, COMMAND, DESIRED, Desired, Level, Topic


class Platform(StrEnum):
    """The kinds of entities in use."""

    SENSOR = "sensor"
    BINARY_SENSOR = "binary_sensor"
    EVENT = "event"
    BUTTON = "button"
    NUMBER = "number"
    SELECT = "select"
    SWITCH = "switch"


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity.

    name: as shown beside the device's. topic and template: where its value comes from. bound: unavailable without a
    link. about_pain: not shown where pain stays at home. sends: what a press or a number asks for on cmd; wishes: the
    setting that it wishes for. attributes: the whole document stands beside the value. more: further words of Home
    Assistant's discovery.
    """

    platform: Platform
    key: str
    name: str
    topic: Topic | None = None
    template: str | None = None
    unit: str | None = None
    device_class: str | None = None
    state_class: str | None = None
    category: str | None = None
    icon: str | None = None
    options: tuple[str, ...] = ()
    bound: bool = False
    about_pain: bool = False
    attributes: bool = False
    sends: str | None = None
    wishes: Desired | None = None
    more: Mapping[str, object] = field(default_factory=dict)

    @property
    def level(self) -> Level:
        """From which on it is shown: what it reads is told, and what it sends is taken."""
        sends = COMMAND if self.sends or self.wishes else None
        return max(topic.level for topic in (self.topic, sends) if topic is not None)

    @property
    def entity_id(self) -> str:
        return f"{self.platform}.{self.object_id}"

    @property
    def object_id(self) -> str:
        return f"kneemon_{self.key}"


def config(entity: Entity, device: str, *, pain: bool) -> dict[str, object]:
    """What Home Assistant wants to know of the entity, but for the device. pain: it may know of pain."""
    about: dict[str, object] = {
        "name": entity.name,
        "unique_id": f"kneemon_{device}_{entity.key}",
        "object_id": entity.object_id,  # for Home Assistant before 2025.10
        "default_entity_id": entity.entity_id,  # and from then on; each passes over what it does not know
        "unit_of_measurement": entity.unit,
        "device_class": entity.device_class,
        "state_class": entity.state_class,
        "entity_category": entity.category,
        "icon": entity.icon,
        "options": entity.options or None,
        "value_template": entity.template,
    }
    if entity.topic is not None:
        about["state_topic"] = entity.topic.path(device)
    if entity.topic is not None and entity.attributes:
        about |= {"json_attributes_topic": entity.topic.path(device), "json_attributes_template": "{{ value or '{}' }}"}
    if entity.bound:
        about["availability"] = [{"topic": AVAILABILITY.path(device)}]
    if entity.sends is not None:
        about |= {"command_topic": COMMAND.path(device), "qos": COMMAND.qos}
        about["payload_press" if entity.platform is Platform.BUTTON else "command_template"] = entity.sends
    if entity.wishes is not None:
        about |= {"command_topic": DESIRED.path(device, key=entity.wishes), "qos": DESIRED.qos, "retain": True}
    if entity.platform is Platform.EVENT:
        about["event_types"] = [kind for kind in EVENT_TYPES if pain or kind not in MOMENTS_OF_PAIN]
    return {word: value for word, value in (about | dict(entity.more)).items() if value is not None}
