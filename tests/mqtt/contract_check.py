# SPDX-License-Identifier: MIT
"""Whether a message of the device keeps the contract: its topic is in the table, its payload validates, and it is sent
as the table says. Used on every message that any test has the publisher send."""

import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import paho.mqtt.client as paho
import pytest
from jsonschema import Draft202012Validator

from kneemon.mqtt import schemas
from kneemon.mqtt.crowd_wire import Wire
from kneemon.mqtt.entity import Platform
from kneemon.mqtt.link import Link
from kneemon.mqtt.topics import ACK, AVAILABILITY, DESIRED, ROOT, STATE, TOPICS, Direction, Topic

DEVICE = "[a-z0-9]+"
DISCOVERED = re.compile(rf"[^+#]+/(device|{'|'.join(Platform)})/(?P<device>{DEVICE})/[a-z_]+/config")
NEEDED = {"name", "unique_id", "object_id", "default_entity_id"}


def line_of(topic: str) -> Topic:
    """The line of the table for a full topic; the more exact one where two fit."""
    fitting = [line for line in TOPICS if re.fullmatch(_pattern(line), topic)]
    if not fitting and re.fullmatch(f"{ROOT}/{DEVICE}/{ACK.name}/.+", topic):
        return ACK  # a response topic of the asker's own
    assert fitting, f"{topic} is not in the contract"
    return min(fitting, key=lambda line: line.name.count("{"))


def check(topic: str, payload: bytes, retained: bool, qos: int, expiry_s: int | None) -> None:
    """Raises AssertionError where the message does not keep the contract. expiry_s: None when nothing is said of it."""
    if DISCOVERED.fullmatch(topic):
        assert (retained, qos, expiry_s) == (True, 1, None), f"{topic} is announced in the wrong way"
        if payload:
            _check_announced(topic, json.loads(payload))
        return
    line = line_of(topic)
    if payload == b"" and retained:  # a clearing
        assert line.retained, f"{topic} is never retained, so there is nothing to clear"
        return
    assert line.direction is Direction.OUT, f"{topic} is not the device's to say"
    assert qos == line.qos or (line is STATE and qos == 0), f"{topic} was sent with QoS {qos}"
    assert not retained or line.retained, f"{topic} was retained"
    assert expiry_s == line.expiry_s or (expiry_s is None and not retained), f"{topic} expires after {expiry_s}"
    check_payload(line, payload)


def check_payload(line: Topic, payload: bytes) -> None:
    """Raises AssertionError where this is not what the topic carries."""
    if line is AVAILABILITY:
        assert payload in (b"online", b"offline")
        return
    assert line.document is not None
    document = json.loads(payload)
    faults = [f"{fault.json_path}: {fault.message}" for fault in validator(line.document).iter_errors(document)]
    assert not faults, f"{line.name}: {'; '.join(faults)}"
    unknown = set(document) - set(line.document.__struct_fields__)
    assert not unknown, f"{line.name} has keys that no schema knows: {unknown}"


def watch(patch: pytest.MonkeyPatch, *, probes: bool = False) -> list[str]:
    """From now on, every message of this process that breaks the contract; it is sent all the same.

    probes: `kneemon mqtt setup` finds out what it may say by saying nothing, and `forget` empties: that is no breach.
    """
    faults: list[str] = []

    def watched(publish: Callable[..., int]) -> Callable[..., int]:
        def judged(link: object, topic: str, payload: bytes, *, qos: int, **how: Any) -> int:
            retained, expiry_s = how.get("retained", False), how.get("expiry_s")
            expiry_s = ACK.expiry_s if probes and expiry_s == 1 else expiry_s
            if not (probes and payload == b""):
                try:
                    check(topic, payload, retained, qos, expiry_s)
                except Exception as fault:  # noqa: BLE001 - told at the end, for here the publisher would survive it
                    faults.append(f"{topic}: {fault!r}")
            return publish(link, topic, payload, qos=qos, **how)

        return judged

    for sender in (Link, Wire):
        patch.setattr(sender, "publish", watched(sender.publish))
    return faults


def check_heard(message: paho.MQTTMessage) -> None:
    """Raises AssertionError where a message of a device, as heard over MQTT 5, does not keep the contract.

    Whoever listened has to have asked for `retain` as it was published. Of the expiry some may be gone already.
    """
    expiry_s = getattr(message.properties, "MessageExpiryInterval", None)
    if expiry_s is not None and not DISCOVERED.fullmatch(message.topic):
        most_s = line_of(message.topic).expiry_s
        assert most_s is not None, f"{message.topic} expires"
        assert 0 < expiry_s <= most_s, f"{message.topic} expires after {expiry_s}"
        expiry_s = most_s
    check(message.topic, message.payload, message.retain, message.qos, expiry_s)


@cache
def validator(document: Any) -> Draft202012Validator:
    schema = schemas.schema(document)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def _pattern(line: Topic) -> str:
    return f"{ROOT}/{DEVICE}/" + re.sub("{[^}]*}", "[^/+#]+", line.name)


def _check_announced(topic: str, announced: dict[str, Any]) -> None:
    assert {"device", "origin"} <= set(announced), f"{topic} does not say whose it is"
    parts = (
        announced["components"].values() if "/device/" in topic else [{**announced, "platform": topic.split("/")[-4]}]
    )
    for part in parts:
        assert part["platform"] in tuple(Platform)
        assert set(part) == {"platform"} or set(part) >= NEEDED, f"{topic}: {part}"
        for reading in ("state_topic", "json_attributes_topic"):
            assert reading not in part or line_of(part[reading]).direction is Direction.OUT
        if "command_topic" in part:
            line = line_of(part["command_topic"])
            assert line.direction is Direction.IN
            assert part.get("retain", False) is (line is DESIRED)
