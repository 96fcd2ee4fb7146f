# SPDX-License-Identifier: MIT
"""Commands and wishes over a real broker: answers where they are wanted, wishes that leave nothing behind."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from mqtt_bench import DEVICE, Listener, Mosquitto, Notebook, wait_until
from paho.mqtt.enums import MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from kneemon.mqtt.publisher import MqttPublisher
from kneemon.mqtt.settings import BrokerSettings
from kneemon.mqtt.topics import Level
from kneemon.virtual.broker import EmbeddedBroker

Publish = Callable[..., MqttPublisher]
Listen = Callable[..., Listener]
Home = tuple[BrokerSettings, MQTTProtocolVersion]

TREE = f"kneemon/v1/{DEVICE}"


class House:
    """A kneemon whose settings are what was last wished for. hold: while it is cleared, nothing is judged."""

    def __init__(self, publisher: MqttPublisher) -> None:
        self.asked: list[tuple[str, Mapping[str, object]]] = []
        self.hold = threading.Event()
        self.hold.set()
        publisher.obey(self.answer)

    @property
    def wished(self) -> list[tuple[object, object]]:
        return [(args["key"], args["value"]) for name, args in self.asked if name == "wish"]

    def answer(self, name: str, args: Mapping[str, object]) -> Mapping[str, object]:
        self.asked.append((name, args))
        assert self.hold.wait(20)
        if args.get("key") == "limit_min":
            return {"ok": False, "error": "Only lower.", "code": "limit_locked"}
        return {"ok": True, "done": "It is so now."}


@pytest.fixture(params=["mosquitto", "embedded"])
def home(request: pytest.FixtureRequest) -> Iterator[Home]:
    """Both kinds of broker that kneemon meets."""
    if request.param == "mosquitto":
        yield request.getfixturevalue("broker").settings(), MQTTProtocolVersion.MQTTv5
    else:
        with EmbeddedBroker() as embedded:
            yield BrokerSettings(embedded.host, embedded.port), MQTTProtocolVersion.MQTTv311


def results(listener: Listener) -> list[dict[str, Any]]:
    """What became of the wishes."""
    return [json.loads(payload) for payload in listener.payloads("/result")]


def cleared(listener: Listener) -> set[str]:
    """The settings whose topics were emptied."""
    return {message.topic.removeprefix(f"{TREE}/desired/") for message in listener.got if not message.payload}


def there(publisher: MqttPublisher, listener: Listener) -> None:
    """Wait until wishes are heard."""

    def answered() -> bool:
        listener.say("desired/are-you-there", "ON")
        return bool(listener.on("are-you-there/result"))

    wait_until(answered, f"an answer from the device, which says {publisher.status()}")


def test_a_wish_of_meanwhile_is_judged_on_return_and_nothing_of_it_stays(home: Home, publish: Publish, listen: Listen):
    settings, protocol = home
    early = listen(settings.port, protocol=protocol)
    for key, value in (("mute", "OFF"), ("mute", "ON"), ("limit_min", "90"), ("colour", "red"), ("pace_spm", b"\xff")):
        early.say(f"desired/{key}", value, retain=True)
    wait_until(lambda: early.on("desired/pace_spm"), "the wishes at the broker")
    publisher = publish(settings)
    house = House(publisher)
    wait_until(lambda: len(results(early)) >= 4, "four results")
    assert {(each["key"], each["status"], each["code"]) for each in results(early)} == {
        ("mute", "accepted", None),
        ("limit_min", "refused", "limit_locked"),
        ("colour", "refused", "unknown_setting"),
        ("pace_spm", "refused", "bad_args"),
    }
    wished = {"mute", "limit_min", "colour", "pace_spm"}
    wait_until(lambda: cleared(early) == wished, "four clearings")
    late = listen(settings.port, f"{TREE}/desired/#", protocol=protocol)
    other = listen(settings.port, f"{TREE}/availability", protocol=protocol)
    wait_until(lambda: other.on("availability"), "what is retained")
    late.say("desired/mute", "OFF")
    wait_until(lambda: late.on("mute/result"), "one more result")
    assert [message.topic for message in late.on("") if message.retain and "/desired/" in message.topic] == []
    if protocol is MQTTProtocolVersion.MQTTv5:  # the demo's broker tells of what it retains twice
        assert sorted(house.wished) == [("limit_min", "90"), ("mute", "OFF"), ("mute", "ON")]
    publisher.close()


def test_results_are_live_or_nothing(broker: Mosquitto, publish: Publish, listen: Listen):
    listener = listen(broker.port)
    publisher = publish(broker.settings())
    House(publisher)
    there(publisher, listener)
    listener.say("desired/mute", "ON", retain=True)
    wait_until(lambda: listener.on("mute/result"), "the result")
    (told,) = listener.on("mute/result")
    assert not told.retain
    assert 0 < told.properties.MessageExpiryInterval <= 60


def test_the_newest_of_many_wishes_is_the_one_that_holds(broker: Mosquitto, publish: Publish, listen: Listen):
    listener = listen(broker.port)
    publisher = publish(broker.settings())
    house = House(publisher)
    there(publisher, listener)
    house.hold.clear()
    listener.say("cmd", json.dumps({"cmd": "session.stop"}))
    wait_until(lambda: house.asked, "the command")
    for value in ("ON", "OFF", "ON", "OFF"):
        listener.say("desired/mute", value, retain=True)
    listener.say("cmd", json.dumps({"cmd": "fly"}))
    wait_until(lambda: listener.on("cmd/ack"), "that all of them were read")
    house.hold.set()
    wait_until(lambda: listener.on("mute/result"), "the result")
    assert house.wished == [("mute", "OFF")]
    wait_until(lambda: b"" in listener.payloads("desired/mute"), "the clearing")
    late = listen(broker.port)
    wait_until(lambda: late.on("availability"), "what is retained")
    assert not late.on("desired/mute")


def test_a_wish_that_nobody_had_time_for_is_looked_at_at_the_next_connection(
    broker: Mosquitto, publish: Publish, listen: Listen
):
    listener = listen(broker.port)
    first = publish(broker.settings())
    first.obey(lambda *_: {"ok": False, "error": "kneemon is stopping.", "code": "busy"})
    there(first, listener)
    listener.say("desired/mute", "ON", retain=True)
    wait_until(lambda: [each["code"] for each in results(listener)][-1] == "busy", "a refusal")
    first.close()
    house = House(publish(broker.settings()))
    wait_until(lambda: house.wished == [("mute", "ON")], "the wish again")


def test_an_answer_goes_where_it_is_wanted_and_nowhere_else(
    broker: Mosquitto, publish: Publish, listen: Listen, caplog: pytest.LogCaptureFixture
):
    listener = listen(broker.port)
    publisher = publish(broker.settings())
    House(publisher)
    there(publisher, listener)

    def ask(number: int, place: str | None) -> None:
        how = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        how.CorrelationData = bytes([number])
        if place is not None:
            how.ResponseTopic = place
        listener.say("cmd", json.dumps({"id": str(number), "cmd": "identify"}), properties=how)

    ask(1, f"{TREE}/cmd/ack/node-red")
    ask(2, "homeassistant/switch/door/set")
    ask(3, None)
    wait_until(lambda: len([message for message in listener.got if "/cmd/ack" in message.topic]) == 3, "three acks")
    answered = {
        json.loads(message.payload)["id"]: (message.topic, message.properties.CorrelationData)
        for message in listener.got
        if "/cmd/ack" in message.topic
    }
    assert answered == {
        "1": (f"{TREE}/cmd/ack/node-red", b"\x01"),
        "2": (f"{TREE}/cmd/ack", b"\x02"),
        "3": (f"{TREE}/cmd/ack", b"\x03"),
    }
    assert not listener.on("door/set")
    assert caplog.text.count("somebody wants answers at 'homeassistant/switch/door/set'") == 1


def test_what_was_done_is_not_done_again_after_a_restart(
    broker: Mosquitto, publish: Publish, listen: Listen, notebook: Notebook
):
    listener = listen(broker.port)
    first = publish(broker.settings())
    House(first)
    there(first, listener)
    start = json.dumps({"id": "c-7f", "cmd": "session.start"})
    listener.say("cmd", start)
    wait_until(lambda: listener.on("cmd/ack"), "an ack")
    first.close()
    second = publish(broker.settings())
    house = House(second)
    listener.got.clear()
    there(second, listener)
    listener.say("cmd", start)
    wait_until(lambda: listener.on("cmd/ack"), "an ack")
    (ack,) = (json.loads(payload) for payload in listener.payloads("cmd/ack"))
    assert (ack["status"], ack["message"]) == ("duplicate", "Taken before, not again. It is so now.")
    assert house.asked == []
    assert "c-7f" in notebook.notes["commands"]


def test_who_is_told_nothing_of_walks_is_not_listened_to(broker: Mosquitto, publish: Publish, listen: Listen):
    listener = listen(broker.port)
    publisher = publish(broker.settings(level=Level.MINIMAL))
    house = House(publisher)
    wait_until(lambda: b"online" in listener.payloads("availability"), "the device")
    listener.say("cmd", json.dumps({"cmd": "session.start"}))
    listener.say("desired/mute", "ON", retain=True)
    wait_until(lambda: listener.on("desired/mute"), "the wish at the broker")
    publisher.close()
    assert f"{TREE}/cmd (QoS" not in broker.log()
    assert f"{TREE}/desired/+ (QoS" not in broker.log()
    assert house.asked == []
