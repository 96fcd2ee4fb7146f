# SPDX-License-Identifier: MIT
"""The table keeps the promises of the contract."""

import pytest

from kneemon.mqtt.commands import COMMANDS
from kneemon.mqtt.schemas import DOCUMENTS
from kneemon.mqtt.topics import (
    ABOUT_PAIN,
    ACK,
    AVAILABILITY,
    COMMAND,
    DESIRED,
    DESIRED_RESULT,
    DIAG,
    EVENT,
    INFO,
    SESSION_ACK,
    SESSION_DETAIL,
    SESSION_SUMMARY,
    STATE,
    TOPICS,
    CommandName,
    Desired,
    Direction,
    Level,
    Topic,
)
from kneemon.mqtt.wishes import VALUES

EVERY = pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)


def test_the_device_id_is_a_level_of_its_own():
    assert STATE.path("ab12cd34") == "kneemon/v1/ab12cd34/state"
    assert SESSION_SUMMARY.path("ab12cd34") == "kneemon/v1/ab12cd34/session/summary"


def test_places_are_filled_in_or_left_open():
    assert SESSION_DETAIL.path("ab12cd34", session_id="b1", chunk=2) == "kneemon/v1/ab12cd34/session/detail/b1/2"
    assert SESSION_DETAIL.filter("ab12cd34") == "kneemon/v1/ab12cd34/session/detail/+/+"
    assert DESIRED.filter("ab12cd34") == "kneemon/v1/ab12cd34/desired/+"


def test_names_are_unique_and_carry_no_wildcard():
    assert len({topic.name for topic in TOPICS}) == len(TOPICS)
    assert not any(set("+#$ ") & set(topic.name) for topic in TOPICS)


@EVERY
def test_what_is_stored_is_delivered_surely_and_kept_by_no_broker(topic: Topic):
    if topic.stored:
        assert topic.qos == 1
        assert not topic.retained
        assert topic.direction is Direction.OUT


@EVERY
def test_health_data_is_retained_with_an_expiry_only(topic: Topic):
    if topic.health and topic.retained:
        assert topic.expiry_s is not None


def test_history_moments_and_commands_are_kept_by_no_broker():
    for topic in (EVENT, SESSION_SUMMARY, SESSION_DETAIL, COMMAND, ACK, DESIRED_RESULT, SESSION_ACK):
        assert not topic.retained


def test_what_tells_of_walks_and_pain_is_known():
    """Every document that is not said to be of health is looked at here by name."""
    assert {topic.name for topic in TOPICS if topic.direction is Direction.OUT and not topic.health} == {
        "availability",
        "info",
        "settings",
        "diag",
        "cmd/ack",
        "desired/{key}/result",
    }


@EVERY
def test_nothing_of_health_goes_out_at_the_level_of_the_device(topic: Topic):
    if topic.level < Level.SUMMARY:
        assert not topic.health
        assert topic.direction is Direction.OUT


def test_the_lowest_level_tells_that_the_device_is_there_and_how_it_does():
    assert {topic for topic in TOPICS if topic.level <= Level.MINIMAL} == {AVAILABILITY, INFO, DIAG}


@EVERY
def test_only_plain_words_have_no_document(topic: Topic):
    assert (topic.document is None) == (topic in (AVAILABILITY, DESIRED))
    assert topic.document is None or topic.document in DOCUMENTS


def test_every_command_and_every_wish_has_a_meaning():
    assert set(COMMANDS) == set(CommandName)
    assert set(VALUES) == set(Desired)
    assert set(ABOUT_PAIN) < set(CommandName)
