# SPDX-License-Identifier: MIT
"""How Home Assistant is told what there is: the table of entities in the messages of its MQTT discovery, all retained.

One message for the whole device (Home Assistant 2024.11 and later), or one for each entity. unique_ids are made of the
device's id and the entity's key, and stay for ever.
"""

import msgspec

from kneemon.model.home import About
from kneemon.mqtt.entities import ENTITIES, RETIRED, shown
from kneemon.mqtt.entity import config
from kneemon.mqtt.settings import BrokerSettings


def announcements(device: str, about: About, settings: BrokerSettings) -> dict[str, bytes]:
    """Each topic and what to publish there, retained; nothing where discovery is off."""
    prefix = settings.discovery_prefix
    configs = [(entity, config(entity, device, pain=settings.publish_pain)) for entity in shown(settings)]
    common = {"device": _device(device, about), "origin": {"name": "kneemon", "sw_version": about.software}}
    if settings.discovery == "device":
        here = {entity.key: {"platform": entity.platform, **fields} for entity, fields in configs}
        gone = {key: {"platform": platform} for platform, key in RETIRED}
        return {_device_topic(device, prefix): msgspec.json.encode({**common, "components": here | gone})}
    if settings.discovery == "component":
        gone_topics = dict.fromkeys((_topic(platform, key, device, prefix) for platform, key in RETIRED), b"")
        return gone_topics | {
            _topic(entity.platform, entity.key, device, prefix): msgspec.json.encode({**fields, **common})
            for entity, fields in configs
        }
    return {}


def withdrawals(device: str, settings: BrokerSettings) -> tuple[str, ...]:
    """The topics to be emptied, for nothing is announced there: the other form's, or both forms' where it is off."""
    prefix = settings.discovery_prefix
    if settings.discovery == "device":
        return _component_topics(device, prefix)
    if settings.discovery == "component":
        return (_device_topic(device, prefix),)
    return all_topics(device, prefix)


def all_topics(device: str, prefix: str) -> tuple[str, ...]:
    """Every topic of both forms at which anything was ever announced."""
    return (_device_topic(device, prefix), *_component_topics(device, prefix))


def status_topic(prefix: str) -> str:
    """Where Home Assistant says that it has come."""
    return f"{prefix}/status"


def _device(device: str, about: About) -> dict[str, object]:
    return {
        "identifiers": [f"kneemon_{device}"],
        "name": "Kneemon",
        "manufacturer": "kneemon",
        "model": f"Walking monitor ({about.sensor})" if about.sensor else "Walking monitor",
        "sw_version": about.software,
        "serial_number": device,
    }


def _device_topic(device: str, prefix: str) -> str:
    return f"{prefix}/device/{device}/kneemon/config"


def _component_topics(device: str, prefix: str) -> tuple[str, ...]:
    known = (*((entity.platform, entity.key) for entity in ENTITIES), *RETIRED)
    return tuple(_topic(platform, key, device, prefix) for platform, key in known)


def _topic(platform: str, key: str, device: str, prefix: str) -> str:
    return f"{prefix}/{platform}/{device}/{key}/config"
