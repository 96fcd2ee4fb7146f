# SPDX-License-Identifier: MIT
"""The contract as an AsyncAPI 3.0 document, made of the topics' table: what the device sends and what it takes.

Its application is the device. Nothing here runs on a device that walks.
"""

import re
from typing import Any

import msgspec

from kneemon.mqtt.schemas import DOCUMENTS, name_of, tidied
from kneemon.mqtt.topics import ACK, COMMAND, DESIRED, DESIRED_RESULT, ROOT, TOPICS, Direction, Topic

_PLACES = {
    "device": "the device's id, its user name at the broker, too",
    "session_id": "the walk's id",
    "chunk": "the number of the chunk, from 1",
    "key": "the setting's name",
}
_REPLIES = {COMMAND: ACK, DESIRED: DESIRED_RESULT}


def asyncapi() -> dict[str, Any]:
    """The whole document."""
    _, parts = msgspec.json.schema_components(DOCUMENTS, ref_template="#/components/schemas/{name}")
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "kneemon",
            "version": ROOT.rpartition("/v")[2] + ".0.0",
            "description": "What a kneemon says over MQTT, and what it may be asked. Seen from the device.",
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "channels": {_id(topic): _channel(topic) for topic in TOPICS},
        "operations": {_verb(topic) + _id(topic, capital=True): _operation(topic) for topic in TOPICS},
        "components": {
            "messages": {_id(topic): _message(topic) for topic in TOPICS},
            "schemas": {name: tidied(part) for name, part in parts.items()},
        },
    }


def _channel(topic: Topic) -> dict[str, Any]:
    address = f"{ROOT}/{{device}}/{topic.name}"
    return {
        "address": address,
        "description": topic.meaning,
        "messages": {_id(topic): {"$ref": f"#/components/messages/{_id(topic)}"}},
        "parameters": {place: {"description": _PLACES[place]} for place in re.findall("{([^}]*)}", address)},
    }


def _operation(topic: Topic) -> dict[str, Any]:
    mqtt: dict[str, Any] = {"qos": topic.qos, "retain": topic.retained, "bindingVersion": "0.2.0"}
    if topic.expiry_s is not None:
        mqtt["messageExpiryInterval"] = topic.expiry_s
    operation = {
        "action": _verb(topic),
        "channel": {"$ref": f"#/channels/{_id(topic)}"},
        "summary": topic.meaning,
        "bindings": {"mqtt": mqtt},
    }
    if topic in _REPLIES:
        operation["reply"] = {"channel": {"$ref": f"#/channels/{_id(_REPLIES[topic])}"}}
    return operation


def _message(topic: Topic) -> dict[str, Any]:
    if topic.document is None:
        return {"contentType": "text/plain", "payload": {"type": "string"}, "summary": topic.meaning}
    payload = {"$ref": f"#/components/schemas/{topic.document.__name__}"}
    return {"name": name_of(topic.document), "payload": payload, "summary": topic.meaning}


def _verb(topic: Topic) -> str:
    return "send" if topic.direction is Direction.OUT else "receive"


def _id(topic: Topic, *, capital: bool = False) -> str:
    """session/detail/{session_id}/{chunk} is sessionDetail."""
    words = re.sub("/?{[^}]*}", "", topic.name).split("/")
    first = words[0].capitalize() if capital else words[0]
    return first + "".join(word.capitalize() for word in words[1:])
