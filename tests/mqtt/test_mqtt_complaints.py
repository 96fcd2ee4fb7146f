# SPDX-License-Identifier: MIT
"""Many refused topics are one sentence, with the user's name that the shipped access list asks for."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from mqtt_bench import DEVICE, Mosquitto, Notebook, SqliteOutbox, document, program, wait_until

from kneemon.app.home_files import home_files
from kneemon.model.home import Health, LiveState
from kneemon.mqtt.complaints import Complaints, user_named
from kneemon.mqtt.publisher import MqttPublisher

NAMED = f"with the access list of `kneemon mqtt files` the user must be named {DEVICE}"


def refuse(complaints: Complaints, *topics: str) -> None:
    for topic in topics:
        complaints.tell(topic, f"the broker refuses {topic} (Not authorized)", denied=True)


def test_two_are_told_one_by_one():
    complaints = Complaints()
    complaints.another_link(user_named(DEVICE))
    refuse(complaints, "a", "b")
    assert complaints.words() == "the broker refuses a (Not authorized); the broker refuses b (Not authorized)"


def test_many_are_one_sentence_and_what_else_is_wrong_stays_another(caplog: pytest.LogCaptureFixture):
    complaints = Complaints()
    complaints.another_link(user_named(DEVICE))
    complaints.tell("the outbox", "it cannot be read")
    complaints.tell("x", "the broker refuses x (Quota exceeded)", denied=True)
    refuse(complaints, *"abcdefg")
    many = "the broker refuses a (Not authorized), and 6 other topics"
    assert complaints.words() == f"{many}: {NAMED}; it cannot be read; the broker refuses x (Quota exceeded)"
    told = [entry.message for entry in caplog.records if "Not authorized" in entry.message]
    assert len(told) == 3
    assert told[-1] == f"MQTT: the broker refuses a (Not authorized), and 2 other topics: {NAMED}"
    complaints.another_link()
    assert complaints.words().startswith(f"{many}; it cannot be read"), "where the name is right, it is no advice"
    for topic in "abcde":
        complaints.over(topic)
    assert "the broker refuses f (Not authorized); the broker refuses g (Not authorized)" in complaints.words()


@pytest.mark.parametrize(("user", "told"), [("walker", True), (DEVICE, False)])
def test_a_user_by_another_name_than_the_device_with_the_shipped_list(
    guarded: Callable[[str], Mosquitto], outbox: SqliteOutbox, notebook: Notebook, tmp_path: Path,
    publish: Callable[..., MqttPublisher], user: str, told: bool,
):  # fmt: skip
    (access,) = (each.text for each in home_files(DEVICE, "hub.local") if each.path.name == "mosquitto.acl")
    broker = guarded(access)
    subprocess.run([program("mosquitto_passwd"), "-b", tmp_path / "passwords", user, "secret"], check=True)
    broker.reload()
    outbox.add(document(1))
    publisher = publish(broker.settings(username=user, password="secret"))  # noqa: S106
    publisher.tell(LiveState("idle"))
    publisher.tell(Health())
    if told:
        wait_until(lambda: publisher.status().endswith(f" other topics: {NAMED}"), "the advice")
        assert publisher.status().count("Not authorized") == 1
        assert len(publisher.status().split("; ")) == 2
    else:
        wait_until(lambda: outbox.depth() == 0, "delivery")
        assert publisher.status().endswith("MQTT 5")
