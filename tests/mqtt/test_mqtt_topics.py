# SPDX-License-Identifier: MIT
"""The table keeps the promises of the contract."""

import pytest

from kneemon.mqtt.topics import AVAILABILITY, SESSION_SUMMARY, STATE, TOPICS, Direction, Topic


def test_the_device_id_is_a_level_of_its_own():
    assert STATE.path("ab12cd34") == "kneemon/v1/ab12cd34/state"
    assert SESSION_SUMMARY.path("ab12cd34") == "kneemon/v1/ab12cd34/session/summary"


def test_names_are_unique_and_carry_no_wildcard():
    assert len({topic.name for topic in TOPICS}) == len(TOPICS)
    assert not any(set("+#$ ") & set(topic.name) for topic in TOPICS)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_what_is_stored_is_delivered_surely_and_kept_by_no_broker(topic: Topic):
    if topic.stored:
        assert topic.qos == 1
        assert not topic.retained
        assert topic.direction is Direction.OUT


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_retained_health_data_expires(topic: Topic):
    if topic.retained and topic is not AVAILABILITY:
        assert topic.expiry_s is not None
