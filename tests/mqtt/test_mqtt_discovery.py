# SPDX-License-Identifier: MIT
"""What is announced to Home Assistant, in both forms, and how it is taken back."""

import json
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

import pytest
from contract_check import check

from kneemon.model.home import About
from kneemon.mqtt import discovery
from kneemon.mqtt.discovery import all_topics, announcements, status_topic, withdrawals
from kneemon.mqtt.entities import ENTITIES, shown
from kneemon.mqtt.entity import Platform
from kneemon.mqtt.settings import BrokerSettings
from kneemon.mqtt.topics import Level

DEVICE = "ab12cd34"
ABOUT = About("0.1.0", "lis3dh", "waist")
WHOLE = BrokerSettings("homeassistant.local", discovery="device")
PARTS = BrokerSettings("homeassistant.local", discovery="component")
SILENT = BrokerSettings("homeassistant.local", discovery="off")
WHOLE_TOPIC = "homeassistant/device/ab12cd34/kneemon/config"


def announced(settings: BrokerSettings) -> dict[str, Any]:
    return {topic: json.loads(payload) for topic, payload in announcements(DEVICE, ABOUT, settings).items()}


def test_the_whole_device_in_one_message():
    ((topic, message),) = announced(WHOLE).items()
    assert topic == WHOLE_TOPIC
    assert message["device"] == {
        "identifiers": ["kneemon_ab12cd34"],
        "name": "Kneemon",
        "manufacturer": "kneemon",
        "model": "Walking monitor (lis3dh)",
        "sw_version": "0.1.0",
        "serial_number": "ab12cd34",
    }
    assert message["origin"] == {"name": "kneemon", "sw_version": "0.1.0"}
    assert list(message["components"]) == [entity.key for entity in ENTITIES]


def test_one_message_for_each_entity():
    messages = announced(PARTS)
    assert list(messages) == [f"homeassistant/{e.platform}/ab12cd34/{e.key}/config" for e in ENTITIES]


def test_both_forms_say_the_same():
    (whole,) = announced(WHOLE).values()
    for topic, part in announced(PARTS).items():
        _, platform, _, key, _ = topic.split("/")
        assert {**part, "platform": platform} == {
            **whole["components"][key],
            "device": whole["device"],
            "origin": whole["origin"],
        }


@pytest.mark.parametrize("settings", [WHOLE, PARTS], ids=lambda settings: settings.discovery)
@pytest.mark.parametrize("level", [Level.MINIMAL, Level.SUMMARY, Level.DETAIL], ids=lambda level: level.name)
@pytest.mark.parametrize("pain", [True, False])
def test_exactly_what_is_shown_is_announced_and_keeps_the_contract(settings: BrokerSettings, level: Level, pain: bool):
    settings = replace(settings, level=level, publish_pain=pain)
    for topic, payload in announcements(DEVICE, ABOUT, settings).items():
        check(topic, payload, True, 1, None)
    messages = announced(settings)
    keys = (
        list(messages[WHOLE_TOPIC]["components"])
        if settings.discovery == "device"
        else [topic.split("/")[3] for topic in messages]
    )
    assert keys == [entity.key for entity in shown(settings)]


def test_nothing_is_announced_where_discovery_is_off():
    assert announcements(DEVICE, ABOUT, SILENT) == {}


def test_a_device_whose_sensor_is_not_known_yet():
    (payload,) = announcements(DEVICE, replace(ABOUT, sensor=""), WHOLE).values()
    assert json.loads(payload)["device"]["model"] == "Walking monitor"


def test_the_same_facts_make_the_same_bytes():
    assert announcements(DEVICE, ABOUT, WHOLE) == announcements(DEVICE, ABOUT, WHOLE)


def test_the_other_form_is_withdrawn():
    parts = set(announcements(DEVICE, ABOUT, PARTS))
    assert set(withdrawals(DEVICE, WHOLE)) == parts
    assert withdrawals(DEVICE, PARTS) == (WHOLE_TOPIC,)
    assert set(withdrawals(DEVICE, SILENT)) == {WHOLE_TOPIC, *parts}


@pytest.mark.parametrize("settings", [WHOLE, PARTS], ids=lambda settings: settings.discovery)
def test_what_was_announced_at_any_level_can_be_taken_back(settings: BrokerSettings):
    for level in Level:
        told = announcements(DEVICE, ABOUT, replace(settings, level=level))
        assert set(told) <= set(all_topics(DEVICE, "homeassistant"))
    assert len(set(all_topics(DEVICE, "homeassistant"))) == len(ENTITIES) + 1


def test_what_was_given_up_is_taken_away(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(discovery, "RETIRED", ((Platform.SENSOR, "mood"),))
    (payload,) = announcements(DEVICE, ABOUT, WHOLE).values()
    assert json.loads(payload)["components"]["mood"] == {"platform": "sensor"}
    check(WHOLE_TOPIC, payload, True, 1, None)
    mood = "homeassistant/sensor/ab12cd34/mood/config"
    assert announcements(DEVICE, ABOUT, PARTS)[mood] == b""
    assert mood in all_topics(DEVICE, "homeassistant")


def test_another_prefix():
    settings = replace(WHOLE, discovery_prefix="ha/found")
    assert set(announcements(DEVICE, ABOUT, settings)) == {"ha/found/device/ab12cd34/kneemon/config"}
    assert all(topic.startswith("ha/found/") for topic in withdrawals(DEVICE, settings))
    assert status_topic("ha/found") == "ha/found/status"


def test_one_line_of_an_access_list_is_enough():
    """pattern write homeassistant/+/%u/+/config"""
    for topic in all_topics(DEVICE, "homeassistant"):
        assert topic.count("/") == 4
        assert fnmatchcase(topic, f"homeassistant/*/{DEVICE}/*/config")
