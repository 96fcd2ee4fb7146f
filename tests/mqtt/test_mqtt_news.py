# SPDX-License-Identifier: MIT
"""What the home is told of how it is and of what happens, over a real Mosquitto."""

import json
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from mqtt_bench import (
    BRISK,
    DEVICE,
    LOOPBACK,
    Listener,
    Mosquitto,
    Notebook,
    SqliteOutbox,
    document,
    door,
    pipe,
    short_walk,
    wait_until,
)
from paho.mqtt.enums import MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from kneemon.clock import SystemClock
from kneemon.model.home import (
    About,
    Health,
    LastWalk,
    LiveState,
    Moment,
    News,
    OpenQuestion,
    PlanToday,
    Problem,
    Questions,
    Reported,
    Today,
)
from kneemon.model.questions import Ask
from kneemon.model.records import SecondRow
from kneemon.mqtt.documents import documents_of
from kneemon.mqtt.publisher import MqttPublisher
from kneemon.mqtt.settings import BrokerSettings
from kneemon.mqtt.topics import TOPICS, Level
from kneemon.virtual.broker import EmbeddedBroker

Publish = Callable[..., MqttPublisher]
Listen = Callable[..., Listener]

DAY = date(2026, 11, 22)
TODAY = Today(DAY, "Europe/Berlin", datetime(2026, 11, 22, 23, tzinfo=UTC), certain=True, steps=12)
ALL: tuple[News, ...] = (
    LastWalk(short_walk()),
    TODAY,
    Health(battery_percent=81.0),
    Questions((OpenQuestion(Ask.PAIN_END, "b1-1-aaaa", DAY),)),
    LiveState("idle"),
    PlanToday(limit_s=1200.0),
    Reported(),
    About("0.1.0", "lis3dh", "waist"),
)


def tell_all(publisher: MqttPublisher) -> None:
    for news in ALL:
        publisher.tell(news)


def names(listener: Listener) -> list[str]:
    """Topics in the order they came, those of the device without its tree."""
    return [message.topic.removeprefix(f"kneemon/v1/{DEVICE}/") for message in list(listener.got)]


def moment(kind: str = "pace_high", ago_s: float = 0.0) -> Moment:
    return Moment(kind, SystemClock().anchor().utc - timedelta(seconds=ago_s), "b1-1-aaaa", 121.0, 110.0)


def test_after_a_connect_all_is_told_in_order(
    broker: Mosquitto, outbox: SqliteOutbox, publish: Publish, listen: Listen
):
    listener = listen(broker.port)
    told = threading.Event()

    def serve(client: socket.socket, hello: bytes) -> None:
        told.wait(20)
        pipe(client, hello, broker.port)

    for number in (1, 2):
        outbox.add(document(number))
    with door(serve) as late:
        publisher = publish(BrokerSettings(LOOPBACK, late.port), replace(BRISK, connack_s=20.0))
        tell_all(publisher)
        told.set()
        wait_until(lambda: "session/last" in names(listener), "all of it")
        publisher.close()
    wait_until(lambda: listener.payloads("availability")[-1] == b"offline", "good-bye")
    assert names(listener) == [
        "availability",
        f"homeassistant/device/{DEVICE}/kneemon/config",
        *("info", "settings", "plan", "state", "questions", "diag"),
        *("session/summary", "session/summary"),
        *("diag", "today", "session/last"),  # the outbox is empty: a sync
        "availability",
    ]
    first, synced = (json.loads(payload) for payload in listener.payloads("diag"))
    assert (first["outbox"], first["last_sync"]) == (2, None)
    assert (synced["outbox"], synced["battery_pct"]) == (0, 81.0)
    assert synced["last_sync"] == synced["ts"]


def test_only_what_differs_is_told_again(broker: Mosquitto, publish: Publish, listen: Listen):
    listener = listen(broker.port)
    publisher = publish(broker.settings())
    tell_all(publisher)
    wait_until(lambda: "session/last" in names(listener), "all of it")
    listener.got.clear()
    tell_all(publisher)
    publisher.tell(replace(TODAY, steps=13))
    publisher.tell(Health(battery_percent=80.0))  # a mere figure: it does not hurry
    publisher.tell(Reported(mute=True))
    wait_until(lambda: {"today", "settings"} <= set(names(listener)), "the changes")
    publisher.tell(Health(battery_percent=80.0, problems=(Problem.SENSOR,)))
    wait_until(lambda: listener.on("diag"), "the problem")
    assert sorted(names(listener)) == ["diag", "settings", "today"]
    assert json.loads(listener.payloads("diag")[0])["problems"] == ["sensor_fault"]


def test_a_new_broker_hears_all_of_it_again(broker: Mosquitto, publish: Publish, listen: Listen):
    publisher = publish(broker.settings())
    tell_all(publisher)
    first = listen(broker.port)
    wait_until(lambda: "session/last" in names(first), "all of it")
    broker.stop()
    wait_until(lambda: "away since" in publisher.status(), "a loss")
    broker.start()
    again = listen(broker.port)
    wait_until(lambda: "session/last" in names(again), "all of it again")
    wanted = {"availability", "info", "settings", "plan", "state", "questions", "diag", "today", "session/last"}
    assert wanted <= set(names(again))


def test_how_the_device_does_is_told_now_and_then(broker: Mosquitto, publish: Publish, listen: Listen):
    listener = listen(broker.port)
    publisher = publish(broker.settings(), replace(BRISK, diag_s=0.2))
    publisher.tell(Health())
    wait_until(lambda: len(listener.on("diag")) >= 3, "three of them")
    syncs = [json.loads(payload)["last_sync"] for payload in listener.payloads("diag")]
    assert len(set(syncs)) == len(syncs)


def test_retained_is_what_the_table_allows_and_as_long(broker: Mosquitto, publish: Publish, listen: Listen):
    early = listen(broker.port)
    publisher = publish(broker.settings())
    tell_all(publisher)
    wait_until(lambda: "session/last" in names(early), "all of it")
    publisher.happened(moment())
    wait_until(lambda: "event" in names(early), "an event")
    late = listen(broker.port)
    wait_until(lambda: "session/last" in names(late), "what is retained")
    lines = {topic.path(DEVICE): topic for topic in TOPICS if topic.retained and "{" not in topic.name}
    retained = late.retained()
    assert set(retained) == {*lines, f"homeassistant/device/{DEVICE}/kneemon/config"}
    for path, line in lines.items():
        left_s = getattr(retained[path].properties, "MessageExpiryInterval", None)
        if line.expiry_s is None:
            assert left_s is None
        else:
            assert line.expiry_s - 60 < left_s <= line.expiry_s


def test_mqtt_3_retains_nothing_that_expires(broker: Mosquitto, publish: Publish, listen: Listen):
    listener = listen(broker.port)
    with door(lambda client, hello: pipe(client, hello, broker.port) if hello[8] == 4 else None) as old:
        publisher = publish(BrokerSettings(LOOPBACK, old.port), replace(BRISK, connack_s=0.2))
        tell_all(publisher)
        wait_until(lambda: "session/last" in names(listener), "all of it")
        late = listen(broker.port)
        wait_until(lambda: late.on("settings"), "what is retained")
        assert set(late.retained()) == {
            f"homeassistant/device/{DEVICE}/kneemon/config",
            *(f"kneemon/v1/{DEVICE}/{name}" for name in ("availability", "info", "settings")),
        }
        publisher.close()


def test_the_demo_s_broker_is_told_all_of_it(outbox: SqliteOutbox, publish: Publish, listen: Listen):
    """It speaks MQTT 3.1.1 only."""
    with EmbeddedBroker() as embedded:
        listener = listen(embedded.port, protocol=MQTTProtocolVersion.MQTTv311)
        outbox.add(document(1))
        publisher = publish(BrokerSettings(embedded.host, embedded.port))
        tell_all(publisher)
        wait_until(lambda: "session/last" in names(listener), "all of it")
        publisher.happened(moment())
        wait_until(lambda: "event" in names(listener), "an event")
        listener.got.clear()
        listener.shout("homeassistant/status", "online")
        wait_until(lambda: "session/last" in names(listener), "all of it again")
        publisher.close()
    assert outbox.depth() == 0


def test_the_newest_walk_need_not_be_retained(broker: Mosquitto, publish: Publish, listen: Listen, notebook: Notebook):
    """Also one that was, when that was still allowed."""
    listener = listen(broker.port)
    listener.say("session/last", "an old walk", retain=True)
    wait_until(lambda: listener.on("session/last"), "the old walk")
    notebook.keep("discovery", "device 2 1 1 homeassistant")
    publisher = publish(broker.settings(retain_last=False))
    publisher.tell(LastWalk(short_walk()))
    publisher.tell(About("0.1.0", "lis3dh", "waist"))
    wait_until(lambda: any(b"b1-1-aaaa" in payload for payload in listener.payloads("session/last")), "the new walk")
    wait_until(lambda: notebook.notes["discovery"] == "device 2 1 0 homeassistant", "that it is noted")
    late = listen(broker.port)
    wait_until(lambda: late.on("availability"), "what is retained")
    assert not late.on("session/last")


def test_at_the_level_minimal_nothing_about_walks_goes_out(
    broker: Mosquitto, outbox: SqliteOutbox, publish: Publish, listen: Listen, notebook: Notebook
):
    """Nor does it stay at the broker, where more was told before."""
    listener = listen(broker.port)
    open_handed = publish(broker.settings())
    tell_all(open_handed)
    wait_until(lambda: "session/last" in names(listener), "all of it")
    wait_until(lambda: "discovery" in notebook.notes, "that it is noted")
    open_handed.close()
    listener.got.clear()
    outbox.add(document(1))
    publisher = publish(broker.settings(level=Level.MINIMAL))
    tell_all(publisher)
    publisher.obey(lambda *_: {"ok": True})
    publisher.happened(moment())
    wait_until(lambda: notebook.notes["discovery"] == "device 1 1 1 homeassistant", "that it is noted")
    publisher.close()
    assert {name for name in names(listener) if listener.payloads(name) != [b""]} == {
        *("availability", "info", "diag"),
        f"homeassistant/device/{DEVICE}/kneemon/config",
    }
    assert outbox.depth() == 1
    late = listen(broker.port)
    wait_until(lambda: len(late.retained()) >= 4, "what is retained")
    assert set(names(late)) == {
        *("availability", "info", "diag"),
        f"homeassistant/device/{DEVICE}/kneemon/config",
    }


def test_where_pain_stays_at_home_no_moment_tells_of_it(broker: Mosquitto, publish: Publish, listen: Listen):
    listener = listen(broker.port)
    publisher = publish(broker.settings(publish_pain=False))
    wait_until(lambda: listener.on("availability"), "presence")
    for kind in ("pain_stop", "gave_way", "pace_high"):
        publisher.happened(moment(kind))
    wait_until(lambda: listener.on("event"), "an event")
    assert [json.loads(payload)["event_type"] for payload in listener.payloads("event")] == ["pace_high"]


def test_what_happens_is_told_live_or_never(mosquitto: Callable[..., Mosquitto], publish: Publish, listen: Listen):
    broker = mosquitto()
    publisher = publish(broker.settings())
    wait_until(lambda: "next try" in publisher.status(), "the first failure")
    publisher.happened(moment("rest_due"))  # nobody is there
    listener = listen(broker.start().port)
    wait_until(lambda: listener.on("availability"), "presence")
    publisher.happened(moment("limit_near", ago_s=61.0))
    for _ in range(3):
        publisher.happened(moment())
    wait_until(lambda: len(listener.on("event")) == 3, "three events")
    told = [json.loads(message.payload) for message in listener.on("event")]
    assert {event["event_type"] for event in told} == {"pace_high"}
    assert len({event["event_id"] for event in told}) == 3
    assert {(message.qos, message.retain) for message in listener.on("event")} == {(1, False)}
    assert all(0 < message.properties.MessageExpiryInterval <= 60 for message in listener.on("event"))


def test_a_topic_that_the_broker_refuses_is_a_problem_of_the_device(
    guarded: Callable[[str], Mosquitto], outbox: SqliteOutbox, publish: Publish, listen: Listen
):
    """Somebody else's id is refused by the access list."""
    broker = guarded(f"user walker\ntopic readwrite kneemon/v1/{DEVICE}/#\ntopic read homeassistant/status\n")
    listener = listen(broker.port, username="reader", password="secret")  # noqa: S106
    publisher = publish(broker.settings(username="walker", password="secret", discovery="off"))  # noqa: S106
    publisher.tell(Health())
    wait_until(lambda: listener.on("diag"), "how it does")
    assert json.loads(listener.payloads("diag")[-1])["problems"] == []
    outbox.add(document(1, topic="kneemon/v1/somebody/session/summary"))
    publisher.wake()
    wait_until(lambda: len(listener.on("diag")) == 2, "how it does now")
    told = json.loads(listener.payloads("diag")[-1])
    assert (told["problems"], told["outbox"]) == (["mqtt_denied"], 1)


def test_documents_expire_at_the_broker_as_they_say(
    broker: Mosquitto, outbox: SqliteOutbox, publish: Publish, listen: Listen
):
    listener = listen(broker.port)
    settings = broker.settings(level=Level.DETAIL)
    seconds = [SecondRow(float(second), 2 * second, 100.0, "walking", "main", over_pace=False) for second in range(60)]
    for message in documents_of(settings)(short_walk(), lambda: seconds):
        outbox.add(message)
    publish(settings)
    wait_until(lambda: outbox.depth() == 0, "delivery")
    wait_until(lambda: listener.on("session/detail/b1-1-aaaa/1"), "the detail")
    (summary,), (detail,) = listener.on("session/summary"), listener.on("session/detail/b1-1-aaaa/1")
    assert not hasattr(summary.properties, "MessageExpiryInterval")
    assert 86000 < detail.properties.MessageExpiryInterval <= 86400


def test_an_answer_goes_where_it_is_asked_for(broker: Mosquitto, publish: Publish, listen: Listen):
    """The response topic and correlation data of MQTT 5."""
    listener = listen(broker.port)
    publisher = publish(broker.settings())
    publisher.obey(lambda *_: {"ok": True})
    asked = Properties(PacketTypes.PUBLISH)
    asked.ResponseTopic = f"kneemon/v1/{DEVICE}/cmd/ack/me"
    asked.CorrelationData = b"\x00 7"

    def answered() -> bool:
        listener.say("cmd", '{"id":"c1","cmd":"nothing"}', properties=asked)
        return bool(listener.on("cmd/ack/me"))

    wait_until(answered, "an answer")
    assert listener.on("cmd/ack/me")[0].properties.CorrelationData == b"\x00 7"
    assert not listener.on("cmd/ack")
