# SPDX-License-Identifier: MIT
"""Questions to the home and answers from it, over a real Mosquitto and over the demo's broker.

A subscriber plays the other side: it reads what is asked, answers, and sees what became of it.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from mqtt_bench import BRISK, DEVICE, LOOPBACK, Listener, Mosquitto, SqliteOutbox, door, pipe, wait_until
from paho.mqtt.enums import MQTTProtocolVersion

from kneemon.model.home import LiveState, OpenQuestion, Questions
from kneemon.model.questions import Ask
from kneemon.mqtt.commands import MOST_BYTES
from kneemon.mqtt.link import MOST_NEWS, MOST_PACKET, Link
from kneemon.mqtt.news import Heard, Subscribed, Version
from kneemon.mqtt.publisher import MqttPublisher
from kneemon.mqtt.settings import BrokerSettings
from kneemon.mqtt.shapes import AckDocument, QuestionsDocument
from kneemon.virtual.broker import EmbeddedBroker

Publish = Callable[..., MqttPublisher]
Listen = Callable[..., Listener]

TODAY = date(2026, 11, 23)
MORNING = OpenQuestion(Ask.PAIN_MORNING, "b17-3-9f2c", TODAY)
PAIN_END = {"cmd": "answer", "args": {"ask": "pain_end", "value": 3}}


class Walker:
    """A kneemon with open questions, as far as this edge sees it: what is answered is not asked any more."""

    def __init__(self, publisher: MqttPublisher, *questions: OpenQuestion) -> None:
        self.asked: list[Mapping[str, object]] = []
        self.busy = threading.Event()
        self.busy.set()
        self._publisher = publisher
        self._open = list(questions)
        publisher.tell(Questions(tuple(questions)))
        publisher.obey(self.answer)

    def answer(self, name: str, args: Mapping[str, object]) -> Mapping[str, object]:
        assert name == "answer"
        self.asked.append(args)
        self.busy.wait(20)
        self._open = [question for question in self._open if question.ask != args["ask"]]
        self._publisher.tell(Questions(tuple(self._open)))
        return {"ok": True, "done": f"Pain {args['value']} of 10 is noted."}


@dataclass(frozen=True)
class Home:
    """A broker and the version of MQTT that it speaks."""

    settings: BrokerSettings
    protocol: MQTTProtocolVersion

    def listen(self, listen: Listen) -> Listener:
        return listen(self.settings.port, protocol=self.protocol)


@pytest.fixture(params=["mosquitto", "embedded"])
def home(request: pytest.FixtureRequest) -> Iterator[Home]:
    """Both kinds of broker that kneemon meets."""
    if request.param == "mosquitto":
        yield Home(request.getfixturevalue("broker").settings(), MQTTProtocolVersion.MQTTv5)
    else:
        with EmbeddedBroker() as embedded:
            yield Home(BrokerSettings(embedded.host, embedded.port), MQTTProtocolVersion.MQTTv311)


def acks(listener: Listener) -> list[dict[str, Any]]:
    """What was answered; each is a whole document."""
    for payload in listener.payloads("cmd/ack"):
        assert msgspec.json.encode(msgspec.json.decode(payload, type=AckDocument)) == payload
    return [json.loads(payload) for payload in listener.payloads("cmd/ack")]


def open_asks(listener: Listener) -> list[list[str]]:
    """Which questions were open, in each document."""
    for payload in listener.payloads("questions"):
        assert msgspec.json.encode(msgspec.json.decode(payload, type=QuestionsDocument)) == payload
    return [[entry["ask"] for entry in json.loads(payload)["open"]] for payload in listener.payloads("questions")]


def ready(publisher: MqttPublisher, listener: Listener) -> None:
    """Wait until commands are heard; whatever was said until then is forgotten."""

    def answered() -> bool:
        listener.say("cmd", "are you there?")
        return bool(acks(listener))

    wait_until(answered, f"an answer from the device, which says {publisher.status()}")
    listener.say("cmd", '{"id":"the last one","cmd":"are you there?"}')
    wait_until(lambda: "the last one" in [ack["id"] for ack in acks(listener)], "the last answer")
    listener.got.clear()


def test_a_question_is_asked_answered_from_the_other_side_and_gone(home: Home, publish: Publish, listen: Listen):
    listener = home.listen(listen)
    publisher = publish(home.settings)
    walker = Walker(publisher, MORNING, OpenQuestion(Ask.PAIN_LATER, "b17-3-9f2c", TODAY))
    wait_until(lambda: listener.on("questions"), "the questions")
    ready_at = json.loads(listener.payloads("questions")[0])
    assert [entry["ask"] for entry in ready_at["open"]] == ["pain_morning", "pain_later"]
    ready(publisher, listener)
    for number, question in enumerate(ready_at["open"]):
        args = {
            "ask": question["ask"],
            "value": question["least"] + 2,
            "session_id": question["session_id"],
            "morning": question["day"],
        }
        listener.say("cmd", json.dumps({"id": f"c{number}", "cmd": "answer", "args": args}))
    wait_until(lambda: len(acks(listener)) == 2, "two acks")
    assert [(ack["id"], ack["status"], ack["code"], ack["message"]) for ack in acks(listener)] == [
        ("c0", "done", None, "Pain 2 of 10 is noted."),
        ("c1", "done", None, "Pain 2 of 10 is noted."),
    ]
    wait_until(lambda: open_asks(listener)[-1:] == [[]], "nothing is asked any more")
    assert walker.asked[0] == {
        "ask": "pain_morning",
        "value": 2,
        "session_id": "b17-3-9f2c",
        "morning": "2026-11-23",
    }
    publisher.close()


def test_a_new_question_is_told_at_once(broker: Mosquitto, publish: Publish, listen: Listen):
    listener = listen(broker.port)
    publisher = publish(broker.settings())
    publisher.tell(Questions())
    wait_until(lambda: open_asks(listener) == [[]], "that nothing is asked")
    threading.Event().wait(0.2)  # until there is nothing more to be said, and the publisher sleeps
    publisher.tell(Questions((MORNING,)))
    wait_until(lambda: open_asks(listener) == [[], ["pain_morning"]], "the question")


def test_questions_are_retained_for_a_day_and_acks_are_not(broker: Mosquitto, publish: Publish, listen: Listen):
    early = listen(broker.port)
    publisher = publish(broker.settings())
    Walker(publisher, MORNING)
    wait_until(lambda: early.on("questions"), "the questions")
    ready(publisher, early)
    early.say("cmd", json.dumps({"id": "a", **PAIN_END}))
    wait_until(lambda: acks(early), "an ack")
    (ack,) = early.on("cmd/ack")
    assert 0 < ack.properties.MessageExpiryInterval <= 60
    late = listen(broker.port)
    wait_until(lambda: late.on("questions"), "retained questions")
    (questions,) = late.on("questions")
    assert 86000 < questions.properties.MessageExpiryInterval <= 86400
    assert not late.on("cmd") + late.on("cmd/ack")


def test_mqtt_3_retains_no_questions(broker: Mosquitto, publish: Publish, listen: Listen):
    listener = listen(broker.port)
    with door(lambda client, hello: pipe(client, hello, broker.port) if hello[8] == 4 else None) as old:
        publisher = publish(BrokerSettings(LOOPBACK, old.port), replace(BRISK, connack_s=0.2))
        Walker(publisher, MORNING)
        wait_until(lambda: listener.on("questions"), "the questions")
        late = listen(broker.port)
        wait_until(lambda: late.on("availability"), "retained presence")
        assert set(late.retained()) == {f"kneemon/v1/{DEVICE}/availability"}
        publisher.close()


def test_a_restarted_broker_is_asked_again_and_heard_again(broker: Mosquitto, publish: Publish, listen: Listen):
    publisher = publish(broker.settings())
    walker = Walker(publisher, MORNING)
    ready(publisher, listen(broker.port))
    broker.stop()
    wait_until(lambda: "away since" in publisher.status(), "a loss")
    broker.start()
    listener = listen(broker.port)
    wait_until(lambda: listener.on("questions"), "the questions again")
    ready(publisher, listener)
    listener.say("cmd", json.dumps({"id": "a", **PAIN_END}))
    wait_until(lambda: acks(listener), "an ack")
    assert len(walker.asked) == 1


@pytest.mark.parametrize("kept", ["before", "while"])
def test_a_retained_command_is_refused(kept: str, home: Home, publish: Publish, listen: Listen):
    """Kept by the broker before we come, or sent while we are here, which MQTT 5 tells and 3.1.1 does not."""
    listener = home.listen(listen)
    command = json.dumps({"id": "a", **PAIN_END})
    if kept == "before":
        listener.say("cmd", command, retain=True)
        wait_until(lambda: listener.on("cmd"), "the command at the broker")
    publisher = publish(home.settings)
    walker = Walker(publisher, MORNING)
    if kept == "while":
        ready(publisher, listener)
        listener.say("cmd", command, retain=True)
    wait_until(lambda: acks(listener), "an ack")
    told = (acks(listener)[0]["status"], acks(listener)[0]["code"])
    if kept == "while" and home.protocol is MQTTProtocolVersion.MQTTv311:
        assert (told, len(walker.asked)) == (("done", None), 1)
    else:
        assert (told, walker.asked) == (("rejected", "retained_command"), [])
    publisher.close()


def test_what_is_not_to_be_done_is_answered_and_not_done(home: Home, publish: Publish, listen: Listen):
    listener = home.listen(listen)
    publisher = publish(home.settings)
    walker = Walker(publisher, MORNING)
    ready(publisher, listener)
    a_minute_ago = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    for payload in (
        json.dumps({"id": "late", "expires_at": a_minute_ago, **PAIN_END}),
        json.dumps({"id": "unknown", "cmd": "alert.silence"}),
        b"\x00\xff garbage",
        b"[" * 5000,
        json.dumps({"id": 7, "cmd": "answer"}),
        json.dumps({"id": "good", **PAIN_END}),
        json.dumps({"id": "good", **PAIN_END}),
    ):
        listener.say("cmd", payload)
    wait_until(lambda: len(acks(listener)) == 7, "an ack to each")
    told = [(ack["id"], ack["status"], ack["code"]) for ack in acks(listener)]
    assert told[:5] == [
        ("late", "rejected", "expired"),
        ("unknown", "rejected", "unknown_command"),
        (None, "rejected", "bad_json"),
        (None, "rejected", "bad_json"),
        (None, "rejected", "bad_args"),
    ]
    assert sorted(told[5:], key=str) == [("good", "done", None), ("good", "duplicate", None)]
    assert len(walker.asked) == 1
    publisher.close()


def test_a_broker_sends_us_nothing_huge(broker: Mosquitto, publish: Publish, listen: Listen):
    listener = listen(broker.port)
    publisher = publish(broker.settings())
    Walker(publisher, MORNING)
    ready(publisher, listener)
    listener.say("cmd", b"x" * (MOST_PACKET + 1))
    listener.say("cmd", json.dumps({"id": "a", **PAIN_END}))
    wait_until(lambda: acks(listener), "an ack")
    assert [ack["id"] for ack in acks(listener)] == ["a"]
    assert not listener.on("availability")  # the link has lasted


def test_pain_is_marked_in_the_walk_that_is_on(broker: Mosquitto, publish: Publish, listen: Listen):
    listener = listen(broker.port)
    publisher = publish(broker.settings())
    walker = Walker(publisher, MORNING)
    ready(publisher, listener)
    for state, ask in ((LiveState("walking", "b17-4-0000"), "pain_now"), (LiveState("idle"), "pain_end")):
        publisher.tell(state)
        wait_until(lambda: listener.on("state"), "the state")
        listener.got.clear()
        listener.say("cmd", json.dumps({"cmd": "pain.report", "args": {"score": 4}}))
        wait_until(lambda: acks(listener), "an ack")
        assert (walker.asked[-1]["ask"], walker.asked[-1]["value"]) == (ask, 4)


def test_where_pain_stays_at_home_nothing_is_asked_and_no_answer_taken(
    broker: Mosquitto, publish: Publish, listen: Listen
):
    listener = listen(broker.port)
    publisher = publish(broker.settings(publish_pain=False))
    walker = Walker(publisher, MORNING)
    wait_until(lambda: listener.on("questions"), "the questions")
    (document,) = (json.loads(payload) for payload in listener.payloads("questions"))
    assert document["open"] == []
    ready(publisher, listener)
    listener.say("cmd", json.dumps({"id": "a", **PAIN_END}))
    wait_until(lambda: acks(listener), "an ack")
    assert (acks(listener)[0]["status"], acks(listener)[0]["code"]) == ("rejected", "not_allowed")
    assert walker.asked == []


def test_while_a_command_is_done_the_rest_goes_on(broker: Mosquitto, publish: Publish, listen: Listen):
    listener = listen(broker.port)
    publisher = publish(broker.settings())
    walker = Walker(publisher, MORNING)
    ready(publisher, listener)
    walker.busy.clear()
    listener.say("cmd", json.dumps({"id": "slow", **PAIN_END}))
    wait_until(lambda: walker.asked, "the command is being done")
    publisher.tell(LiveState("walking", "b17-4-0000", steps=12))
    wait_until(lambda: listener.on("state"), "the state")
    listener.say("cmd", json.dumps({"id": "other", "cmd": "fly"}))
    wait_until(lambda: acks(listener), "another answer")
    assert [ack["id"] for ack in acks(listener)] == ["other"]
    walker.busy.set()
    wait_until(lambda: len(acks(listener)) == 2, "the answer")


def test_closing_does_not_wait_for_a_command_and_forgets_those_that_wait(
    broker: Mosquitto, publish: Publish, listen: Listen
):
    listener = listen(broker.port)
    publisher = publish(broker.settings())
    walker = Walker(publisher, MORNING)
    (worker,) = (thread for thread in threading.enumerate() if thread.name == "kneemon-mqtt-commands")
    ready(publisher, listener)
    walker.busy.clear()
    listener.say("cmd", json.dumps(PAIN_END))
    wait_until(lambda: walker.asked, "the command is being done")
    listener.say("cmd", json.dumps(PAIN_END))
    listener.say("cmd", json.dumps({"id": "behind", "cmd": "fly"}))
    wait_until(lambda: acks(listener), "the last one is read")
    publisher.close()
    assert publisher.status() == "closed"
    wait_until(lambda: listener.payloads("availability") == [b"offline"], "good-bye")
    walker.busy.set()
    worker.join(10)
    assert not worker.is_alive()
    assert len(walker.asked) == 1


def test_commands_are_read_at_a_pace(broker: Mosquitto, publish: Publish, listen: Listen):
    listener = listen(broker.port)
    publisher = publish(broker.settings(), replace(BRISK, heard_per_s=20.0))
    Walker(publisher, MORNING)
    ready(publisher, listener)
    began_s = time.monotonic()
    for _ in range(11):
        listener.say("cmd", b"garbage")
    wait_until(lambda: len(acks(listener)) == 11, "an ack to each")
    assert time.monotonic() - began_s >= 10 / 20.0  # a slow machine only makes it longer


def test_of_a_long_message_only_its_beginning_is_kept(broker: Mosquitto, listen: Listen):
    link = Link(broker.settings(), "reader", Version.V5)
    assert link.open(5.0, 5.0) is None
    mid = link.subscribe(f"kneemon/v1/{DEVICE}/cmd")
    assert link.news.get(timeout=10) == Subscribed(mid, None)
    listen(broker.port).say("cmd", b"x" * (MOST_PACKET // 2))
    assert link.news.get(timeout=10) == Heard(f"kneemon/v1/{DEVICE}/cmd", b"x" * (MOST_BYTES + 1), retained=False)
    link.hang_up()


def test_a_flood_is_survived_and_told_once(
    broker: Mosquitto, publish: Publish, listen: Listen, caplog: pytest.LogCaptureFixture
):
    listener = listen(broker.port)
    publisher = publish(broker.settings(), replace(BRISK, rows_per_s=50.0))
    walker = Walker(publisher, MORNING)
    ready(publisher, listener)
    for _ in range(10 * MOST_NEWS):
        listener.say("cmd", b"garbage", qos=0)
    wait_until(lambda: "faster than they can be read" in caplog.text, "a word about it")
    publisher.tell(LiveState("walking", "b17-4-0000", steps=12))
    wait_until(lambda: listener.on("state"), "the state in spite of it")
    wait_until(lambda: publisher._link is not None and publisher._link.news.qsize() < 8, "the flood is over")
    listener.say("cmd", json.dumps({"id": "good", **PAIN_END}))
    wait_until(lambda: "good" in [ack["id"] for ack in acks(listener)], "an answer afterwards")
    assert len(walker.asked) == 1
    assert caplog.text.count("faster than they can be read") == 1


def test_without_anybody_to_obey_no_command_is_asked_for(
    broker: Mosquitto, outbox: SqliteOutbox, publish: Publish, listen: Listen
):
    listener = listen(broker.port)
    publisher = publish(broker.settings())
    publisher.tell(Questions((MORNING,)))
    wait_until(lambda: listener.on("questions"), "the questions")
    assert f"kneemon/v1/{DEVICE}/cmd" not in broker.log()
    publisher.obey(lambda *_: {"ok": True})
    wait_until(lambda: f"kneemon/v1/{DEVICE}/cmd (QoS 1)" in broker.log(), "the subscription")


def test_who_may_not_write_commands_is_not_heard(guarded: Callable[[str], Mosquitto], publish: Publish, listen: Listen):
    broker = guarded(f"user walker\ntopic readwrite kneemon/v1/{DEVICE}/#\n")
    reader = listen(broker.port, username="reader", password="secret")  # noqa: S106
    owner = listen(broker.port, username="walker", password="secret")  # noqa: S106
    publisher = publish(broker.settings(username="walker", password="secret"))  # noqa: S106
    walker = Walker(publisher, MORNING)
    ready(publisher, owner)
    reader.say("cmd", json.dumps({"id": "foreign", **PAIN_END}))
    owner.say("cmd", json.dumps({"id": "own", **PAIN_END}))
    wait_until(lambda: acks(owner), "an ack")
    assert [ack["id"] for ack in acks(owner)] == ["own"]
    assert len(walker.asked) == 1
