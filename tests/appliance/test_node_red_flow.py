# SPDX-License-Identifier: MIT
"""The Node-RED flow that is shipped: its nodes lead to nodes that are there, and it speaks the contract's topics."""

import json
from typing import Any

import pytest

from kneemon.app.home_files import home_files
from kneemon.mqtt.topics import COMMAND, TOPICS, CommandName, Direction

DEVICE = "ab12cd34"
LINKS = ("z", "broker", "group", "page", "ui", "theme")  # keys whose value is another node's id
FILES = {str(found.path): found.text for found in home_files(DEVICE, "broker.local")}


@pytest.fixture
def flow() -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = json.loads(FILES["node-red-flow.json"])
    return nodes


def of_type(flow: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    found = [node for node in flow if node["type"] == kind]
    assert found
    return found


def test_every_node_leads_to_nodes_that_are_there(flow: list[dict[str, Any]]) -> None:
    known = {node["id"] for node in flow}
    assert len(known) == len(flow)
    wires = [(node["id"], target) for node in flow for out in node.get("wires", ()) for target in out]
    links = [(node["id"], node[key]) for node in flow for key in LINKS if key in node and node["type"] != "mqtt-broker"]
    assert wires
    assert links
    assert [link for link in wires + links if link[1] not in known] == []


def test_a_function_has_as_many_ways_out_as_it_says(flow: list[dict[str, Any]]) -> None:
    assert [node["id"] for node in of_type(flow, "function") if len(node["wires"]) != node["outputs"]] == []


def test_it_hears_and_says_what_the_contract_has(flow: list[dict[str, Any]]) -> None:
    out = {line.path(DEVICE) for line in TOPICS if line.direction is Direction.OUT and "{" not in line.name}
    assert {node["topic"] for node in of_type(flow, "mqtt in")} <= out
    (said,) = of_type(flow, "mqtt out")
    assert (said["topic"], said["qos"], said["retain"]) == (COMMAND.path(DEVICE), str(COMMAND.qos), "false")
    assert {node["payload"] for node in of_type(flow, "ui-button")} <= set(CommandName)


def test_a_kneemon_that_does_not_know_the_time_takes_its_commands(flow: list[dict[str, Any]]) -> None:
    assert "expires_at" not in json.dumps(flow)


def test_its_broker_is_the_one_that_was_named_and_the_first_comment_says_what_is_left(
    flow: list[dict[str, Any]],
) -> None:
    (broker,) = of_type(flow, "mqtt-broker")
    assert (broker["broker"], broker["port"], broker["usetls"]) == ("broker.local", "1883", False)
    first = of_type(flow, "comment")[0]["info"]
    for words in ("TLS", "8883", "1883", "homeassistant"):
        assert words in first, words
