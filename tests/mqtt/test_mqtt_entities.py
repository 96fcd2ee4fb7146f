# SPDX-License-Identifier: MIT
"""The table of entities: what Home Assistant is promised, and that every value it reads is there."""

import re
from dataclasses import replace
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest
from msgspec import Struct

from kneemon.model.diary import ExerciseKind
from kneemon.model.home import Problem
from kneemon.mqtt.commands import Command, read
from kneemon.mqtt.entities import ENTITIES, RETIRED, shown
from kneemon.mqtt.entity import Entity, Platform, config
from kneemon.mqtt.settings import BrokerSettings
from kneemon.mqtt.shapes import EVENT_TYPES
from kneemon.mqtt.topics import ABOUT_PAIN, AVAILABILITY, EVENT, CommandName, Desired, Direction, Level
from kneemon.mqtt.wishes import VALUES

EVERY = pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.entity_id)
HOME = BrokerSettings("homeassistant.local")

# What the shipped dashboard and blueprints name: an id that changes breaks homes.
PROMISED = """
sensor.kneemon_session sensor.kneemon_session_steps sensor.kneemon_cadence sensor.kneemon_remaining
number.kneemon_report_pain button.kneemon_start_walk button.kneemon_stop_walk button.kneemon_pause_walk
button.kneemon_resume_walk button.kneemon_identify button.kneemon_start_push_off button.kneemon_start_calf_stretch
button.kneemon_stop_exercise
sensor.kneemon_steps_today sensor.kneemon_walking_today sensor.kneemon_walks_today sensor.kneemon_plan_limit
sensor.kneemon_plan_state sensor.kneemon_last_walk sensor.kneemon_last_walk_pain sensor.kneemon_open_questions
sensor.kneemon_battery sensor.kneemon_last_sync sensor.kneemon_unsent_documents binary_sensor.kneemon_connected
binary_sensor.kneemon_motion_sensor_problem binary_sensor.kneemon_clock_problem binary_sensor.kneemon_storage_problem
binary_sensor.kneemon_sync_problem event.kneemon_alert switch.kneemon_mute select.kneemon_plan_mode
number.kneemon_limit number.kneemon_pace_limit
"""
LIVE = """
session session_steps cadence remaining report_pain start_walk stop_walk pause_walk resume_walk identify start_push_off
start_calf_stretch stop_exercise
"""


def told(entity: Entity) -> dict[str, Any]:
    return config(entity, "ab12cd34", pain=True)


def objects(kind: Any) -> list[type[Struct]]:
    """The documents that a value of this type may be."""
    if isinstance(kind, type) and issubclass(kind, Struct):
        return [kind]
    if get_origin(kind) in (Annotated, Union, UnionType):
        return [found for part in get_args(kind) for found in objects(part)]
    return []


def has(document: type[Struct], path: str) -> bool:
    """The document has a value there."""
    key, _, rest = path.partition(".")
    hints = get_type_hints(document)
    return key in hints and (not rest or any(has(part, rest) for part in objects(hints[key])))


def test_the_promised_ids():
    assert {entity.entity_id for entity in ENTITIES} == set(PROMISED.split())


def test_keys_are_unique_and_none_comes_back_to_life():
    keys = [entity.key for entity in ENTITIES]
    assert len(set(keys)) == len(keys)
    assert not {key for _, key in RETIRED} & set(keys)


@EVERY
def test_the_name_makes_the_same_id_where_nothing_else_does(entity: Entity):
    slug = re.sub("[^a-z0-9]+", "_", f"Kneemon {entity.name}".lower())
    assert f"{entity.platform}.{slug}" == entity.entity_id
    assert entity.name == entity.name.capitalize()
    assert (told(entity)["object_id"], told(entity)["default_entity_id"]) == (slug, entity.entity_id)
    assert told(entity)["unique_id"] == f"kneemon_ab12cd34_{entity.key}"


@EVERY
def test_every_value_that_a_template_reads_is_in_the_document(entity: Entity):
    paths = re.findall(r"value_json\.([a-z_.]+)", entity.template or "")
    if entity.platform in (Platform.BUTTON, Platform.EVENT) or entity.topic is AVAILABILITY:
        assert paths == []
        return
    assert entity.topic is not None
    assert entity.topic.document is not None
    assert paths != []
    for path in paths:
        assert has(entity.topic.document, path), path


def test_a_value_that_is_in_no_document_is_seen():
    plan = next(entity for entity in ENTITIES if entity.key == "plan_limit")
    last = next(entity for entity in ENTITIES if entity.key == "last_walk_pain")
    assert plan.topic is not None
    assert plan.topic.document is not None
    assert not has(plan.topic.document, "limit_min")
    assert last.topic is not None
    assert last.topic.document is not None
    assert has(last.topic.document, "pain.after")
    assert not has(last.topic.document, "pain.worst")
    assert not has(last.topic.document, "steps.after")


@EVERY
def test_what_is_read_is_said_and_what_is_sent_is_taken(entity: Entity):
    assert entity.topic is None or entity.topic.direction is Direction.OUT
    if entity.platform is Platform.BUTTON:
        assert entity.topic is None
        assert entity.sends is not None
    if entity.sends is not None:
        command = read(re.sub(r"{{.*?}}", "3", entity.sends, count=1).encode())
        assert isinstance(command, Command)
        assert command.cmd in tuple(CommandName)
        assert entity.about_pain == (command.cmd in ABOUT_PAIN)
        assert command.args.get("kind", ExerciseKind.PUSH_OFF) in tuple(ExerciseKind)


def test_exactly_what_means_nothing_without_a_link_is_bound_to_it():
    assert [entity.key for entity in ENTITIES if entity.bound] == LIVE.split()
    for entity in ENTITIES:
        assert ("availability" in told(entity)) == entity.bound


@EVERY
def test_options_are_those_that_can_come(entity: Entity):
    if not entity.options or entity.topic is None or entity.topic.document is None:
        return
    key = re.findall(r"value_json\.([a-z_]+)", entity.template or "")[0]
    kind = get_type_hints(entity.topic.document)[key]
    (first, *_) = [part for part in (kind, *get_args(kind)) if part is not NoneType]
    words = (
        list(first)
        if isinstance(first, type)
        else msgspec.json.schema(get_type_hints(entity.topic.document, include_extras=True)[key])["anyOf"][0][
            "examples"
        ]
    )
    assert set(entity.options) - {"unknown"} == set(words)


def test_every_wish_has_an_entity_and_is_kept_until_the_device_comes_home():
    wishing = {entity.wishes: entity for entity in ENTITIES if entity.wishes is not None}
    assert set(wishing) == set(Desired)
    for key, entity in wishing.items():
        assert told(entity)["command_topic"] == f"kneemon/v1/ab12cd34/desired/{key}"
        assert (told(entity)["retain"], told(entity)["qos"], entity.category) == (True, 1, "config")
        assert not entity.bound
        if entity.platform is Platform.NUMBER:
            most = told(entity)["max"]
            assert (told(entity)["min"], told(entity)["step"]) == (0, 1)
            assert VALUES[key].understood("0") == "0"
            assert VALUES[key].understood(str(most)) == str(most)
            assert f"<= {most} else None" in (entity.template or "")
        else:
            assert set(entity.options or ("ON", "OFF")) == set(VALUES[key].words)


def test_no_command_is_kept_for_a_device_that_is_away():
    for entity in ENTITIES:
        if entity.sends is not None:
            assert told(entity)["command_topic"] == "kneemon/v1/ab12cd34/cmd"
            assert "retain" not in told(entity)
            assert entity.bound


def test_totals_only_grow_and_are_never_unavailable():
    growing = [entity for entity in ENTITIES if entity.state_class == "total_increasing"]
    assert [entity.key for entity in growing] == ["steps_today", "walking_today", "walks_today"]
    assert not any(entity.bound for entity in growing)


def test_every_problem_of_the_device_shows_somewhere():
    shown_somewhere = " ".join(entity.template or "" for entity in ENTITIES if entity.device_class == "problem")
    assert {problem for problem in Problem if f"'{problem}'" in shown_somewhere} == set(Problem) - {Problem.BATTERY}


@EVERY
def test_the_levels(entity: Entity):
    for level in Level:
        for pain in (True, False):
            there = entity in shown(replace(HOME, level=level, publish_pain=pain))
            told_of = entity.topic is None or entity.topic.level <= level
            asked = (entity.sends is None and entity.wishes is None) or level >= Level.SUMMARY
            assert there == (told_of and asked and (pain or not entity.about_pain))


def test_the_lowest_level_shows_the_device_only():
    assert {entity.key for entity in shown(replace(HOME, level=Level.MINIMAL))} == {
        "battery",
        "last_sync",
        "unsent_documents",
        "connected",
        "motion_sensor_problem",
        "clock_problem",
        "storage_problem",
        "sync_problem",
    }
    assert shown(replace(HOME, level=Level.OFF)) == ()


def test_nothing_about_pain_where_pain_stays_at_home():
    kept = shown(replace(HOME, publish_pain=False))
    assert {entity.key for entity in ENTITIES if entity not in kept} == {
        "report_pain",
        "plan_state",
        "last_walk_pain",
        "open_questions",
    }
    for entity in kept:
        assert "pain" not in str(config(entity, "ab12cd34", pain=False))


def test_every_moment_is_an_event_and_those_of_pain_only_where_it_is_told():
    (alert,) = (entity for entity in ENTITIES if entity.topic is EVENT)
    assert told(alert)["event_types"] == list(EVENT_TYPES)
    discreet = config(alert, "ab12cd34", pain=False)["event_types"]
    assert discreet == [
        "pace_high",
        "rest_due",
        "limit_near",
        "limit_reached",
        "over_limit",
        "walk_started",
        "walk_ended",
    ]
