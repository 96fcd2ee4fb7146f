# SPDX-License-Identifier: MIT
"""The schemas say what the documents are, today's and those of earlier versions; the AsyncAPI document is one."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from contract_check import check, check_payload, line_of, validator
from jsonschema import Draft7Validator, Draft202012Validator
from renew_fixtures import FIXTURES, NEWEST, made, name_of

from kneemon.model.home import About
from kneemon.mqtt.asyncapi import asyncapi
from kneemon.mqtt.discovery import announcements, withdrawals
from kneemon.mqtt.examples import DEVICE, SETTINGS_OF_IT, examples
from kneemon.mqtt.schemas import DOCUMENTS, file_of, schema
from kneemon.mqtt.shapes import SummaryDocument
from kneemon.mqtt.topics import (
    ACK,
    AVAILABILITY,
    COMMAND,
    DESIRED,
    SESSION_DETAIL,
    SESSION_LAST,
    SESSION_SUMMARY,
    STATE,
    TOPICS,
    Direction,
    Topic,
)

KEPT = sorted(FIXTURES.glob("v1*/*.json"))
OUT = [topic for topic in TOPICS if topic.direction is Direction.OUT]


def sent(topic: Topic, **places: str | int) -> tuple[str, bytes, bool, int, int | None]:
    """A message of the topic, as it should be."""
    return topic.path(DEVICE, **places), examples()[topic], topic.retained, topic.qos, topic.expiry_s


@pytest.mark.parametrize("document", DOCUMENTS, ids=file_of)
def test_each_schema_is_one_and_knows_its_document(document: type[msgspec.Struct]):
    whole = schema(document)
    Draft202012Validator.check_schema(whole)
    assert set(whole["properties"]) == set(document.__struct_fields__)
    example = json.loads((NEWEST / name_of(document)).read_text())
    assert validator(document).is_valid(example)
    for key in whole["required"]:
        assert not validator(document).is_valid({other: example[other] for other in example if other != key})


def test_ids_and_files_are_unique():
    assert len({schema(document)["$id"] for document in DOCUMENTS}) == len(DOCUMENTS)
    assert len({file_of(document) for document in DOCUMENTS}) == len(DOCUMENTS)


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("schema", "kneemon.session.summary/2"),
        ("steps", -1),
        ("steps", "812"),
        ("time_quality", "guessed"),
        ("started_at", "2026-11-22T09:14:05.120"),
        ("pain", {"before": 11, "after": None, "later": None, "morning": None, "marks": []}),
        ("alerts", [{"type": "pace_high"}]),
    ],
)
def test_a_wrong_value_is_seen(key: str, wrong: object):
    right = json.loads(examples()[SESSION_SUMMARY])
    assert validator(SummaryDocument).is_valid(right)
    assert not validator(SummaryDocument).is_valid(right | {key: wrong})


def test_a_reader_of_today_takes_a_key_of_tomorrow():
    assert validator(SummaryDocument).is_valid(json.loads(examples()[SESSION_SUMMARY]) | {"news": 1})


def test_the_fixtures_are_of_this_version():
    """When this fails, a document has changed: `python tests/mqtt/renew_fixtures.py`, or a folder of its own."""
    assert made() == {path.name: path.read_text(encoding="utf-8") for path in sorted(NEWEST.glob("*.json"))}


@pytest.mark.parametrize("path", KEPT, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_an_earlier_version_wrote_is_valid_still(path: Path):
    document = next(document for document in DOCUMENTS if name_of(document) == path.name)
    validator(document).validate(json.loads(path.read_text()))
    msgspec.json.decode(path.read_bytes(), type=document)


def test_the_summary_that_was_kept_is_read_as_it_was_written():
    walk = msgspec.json.decode((NEWEST / "session.summary-1.json").read_bytes(), type=SummaryDocument)
    assert (walk.session_id, walk.revision, walk.steps) == ("b17-3-9f2c", 2, 1830)
    assert walk.pain is not None
    assert [mark.score for mark in walk.pain.marks] == [5, None]


def asyncapi_faults(document: dict[str, Any]) -> list[str]:
    meta = json.loads((FIXTURES / "asyncapi-3.0.0.json").read_text())
    return [fault.message for fault in Draft7Validator(meta).iter_errors(document)]


def test_the_asyncapi_document_is_one():
    document = asyncapi()
    assert asyncapi_faults(document) == []
    assert asyncapi_faults(document | {"asyncapi": "2.6.0"}) != []
    broken = document | {"operations": {"sendState": {"channel": {"$ref": "#/channels/state"}}}}
    assert asyncapi_faults(broken) != []


def test_the_asyncapi_document_has_every_topic_and_no_loose_end():
    document = asyncapi()
    assert {f"kneemon/v1/{{device}}/{topic.name}" for topic in TOPICS} == {
        channel["address"] for channel in document["channels"].values()
    }

    def references(part: object) -> list[str]:
        if isinstance(part, dict):
            here = [part["$ref"]] if "$ref" in part else []
            return [*here, *(ref for value in part.values() for ref in references(value))]
        return [ref for value in part for ref in references(value)] if isinstance(part, list) else []

    assert references(document)
    for reference in references(document):
        place: Any = document
        for name in reference.removeprefix("#/").split("/"):
            place = place[name]


@pytest.mark.parametrize("topic", OUT, ids=lambda topic: topic.name)
def test_what_keeps_the_contract_passes(topic: Topic):
    places = {"session_id": "b17-3-9f2c", "chunk": 1, "key": "limit_min"}
    check(*sent(topic, **places))
    check_payload(topic, examples()[topic])


def test_clearings_replies_and_announcements_pass():
    check(SESSION_LAST.path(DEVICE), b"", True, 1, None)
    check(DESIRED.path(DEVICE, key="mute"), b"", True, 1, None)
    check(ACK.path(DEVICE) + "/panel", examples()[ACK], False, 1, 60)
    check(STATE.path(DEVICE), examples()[STATE], True, 0, STATE.expiry_s)
    check(STATE.path(DEVICE), examples()[STATE], False, 1, None)  # as to an MQTT 3.1.1 broker
    for topic, payload in announcements(DEVICE, About("0.1.0", "lis3dh", "waist"), SETTINGS_OF_IT).items():
        check(topic, payload, True, 1, None)
    for topic in withdrawals(DEVICE, SETTINGS_OF_IT):
        check(topic, b"", True, 1, None)


def test_what_breaks_the_contract_is_seen():
    summary, state = examples()[SESSION_SUMMARY], examples()[STATE]
    for message in (
        ("kneemon/v1/ab12cd34/steps", state, False, 1, None),
        ("kneemon/v2/ab12cd34/state", state, True, 1, 3600),
        (SESSION_SUMMARY.path(DEVICE), summary, True, 1, None),
        (SESSION_SUMMARY.path(DEVICE), summary, False, 0, None),
        (SESSION_SUMMARY.path(DEVICE), state, False, 1, None),
        (SESSION_SUMMARY.path(DEVICE), b"", True, 1, None),
        (STATE.path(DEVICE), state, True, 1, None),
        (STATE.path(DEVICE), state, True, 1, 7200),
        (STATE.path(DEVICE), state.replace(b'"seq":132', b'"seq":-1'), True, 1, 3600),
        (STATE.path(DEVICE), state.replace(b'"seq"', b'"mood":1,"seq"'), True, 1, 3600),
        (AVAILABILITY.path(DEVICE), b"away", True, 1, None),
        (COMMAND.path(DEVICE), examples()[COMMAND], False, 1, None),
        ("homeassistant/sensor/ab12cd34/cadence/config", b'{"name":"Cadence"}', True, 1, None),
        ("homeassistant/device/ab12cd34/kneemon/config", b"", False, 1, None),
    ):
        with pytest.raises(AssertionError):
            check(*message)


def test_the_exact_line_is_found():
    assert line_of("kneemon/v1/ab12cd34/session/detail/b17-3-9f2c/2") is SESSION_DETAIL
    assert line_of("kneemon/v1/ab12cd34/session/last") is SESSION_LAST
    assert line_of("kneemon/v1/ab12cd34/cmd/ack") is ACK
