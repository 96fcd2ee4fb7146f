# SPDX-License-Identifier: MIT
"""What a broker keeps of a whole walk: what the table of the contract allows, for as long as it says, and nothing else.

The walk is made by the real loop, with a home that commands, wishes and answers; who looks comes when all is quiet.
"""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from contract_check import DISCOVERED, line_of
from mqtt_bench import Listener, Mosquitto

sys.path.append(str(Path(__file__).parent.parent / "app"))  # the bench of the room next door

from app_bench import wait_until
from home_bench import Kneemon, Phone, scan

from kneemon.mqtt.settings import BrokerSettings
from kneemon.mqtt.topics import (
    AVAILABILITY,
    DIAG,
    INFO,
    PLAN,
    QUESTIONS,
    SESSION_LAST,
    SETTINGS,
    STATE,
    TODAY,
    TOPICS,
    Direction,
    Level,
    Topic,
)

ALWAYS = (AVAILABILITY, INFO, DIAG)
ABOUT_WALKS = (STATE, TODAY, PLAN, SETTINGS, SESSION_LAST, QUESTIONS)

Found = dict[str, Any]


def walked(folder: Path, broker: Mosquitto, settings: BrokerSettings) -> tuple[str, Found, Found, Listener]:
    """A day at home: the device's id, what is retained while it is there and when it has gone, and who heard it all."""
    kneemon = Kneemon(folder, settings)
    listener = Listener(broker.port)
    obeys, hears_of_pain = settings.level >= Level.SUMMARY, settings.publish_pain

    def early() -> None:
        wait_until(lambda: listener.on("availability"))
        if not obeys:
            assert kneemon.app.control("start", {"pain": 2, "signs": 1})["ok"]
            return
        phone = Phone(listener, kneemon.device)
        assert phone.wish("limit_min", "1")["status"] == "accepted"
        assert phone.wish("pace_spm", "300")["status"] == "refused"
        assert phone.command("session.start", **({"pain": 2, "signs": 1} if hears_of_pain else {}))["status"] == "done"
        assert phone.wish("mute", "ON")["status"] == "accepted"

    def late() -> None:
        if not obeys:
            assert kneemon.app.control("stop", {})["ok"]
            return
        phone = Phone(listener, kneemon.device)
        assert phone.command("session.stop")["status"] == "done"
        assert phone.command("session.get", session_id=newest(kneemon))["status"] == "done"

    acts = {
        1.0: early,
        50.0: kneemon.bench.ask("pain", score=3),
        70.0: kneemon.bench.ask("gave-way"),
        142.0: late,
    }
    with kneemon.living(acts):
        kneemon.app.run()
        wait_until(kneemon.delivered)
        if obeys:
            phone = Phone(listener, kneemon.device)
            walk = newest(kneemon)
            wait_until(lambda: [last for last in phone.read("session/last") if last["session_id"] == walk])
            wait_until(lambda: [today for today in phone.read("today") if today["sessions"] == 1])
            wait_until(lambda: phone.read("state")[-1]["session"] == "idle")
        wait_until(lambda: json.loads(listener.payloads("diag")[-1])["outbox"] == 0)
        here = scan(broker.port)
        device = kneemon.device
    return device, here, scan(broker.port), listener


def newest(kneemon: Kneemon) -> str:
    kneemon.store.flush()
    return kneemon.bench.record().session_id


def lines(found: Found) -> set[Topic]:
    return {line_of(topic) for topic in found if not DISCOVERED.fullmatch(topic)}


def keep_the_contract(found: Found) -> None:
    """Each one is retained by right, and goes when it should."""
    for topic, message in found.items():
        expiry_s = getattr(message.properties, "MessageExpiryInterval", None)
        if DISCOVERED.fullmatch(topic):
            assert expiry_s is None
            continue
        line = line_of(topic)
        assert line.retained, topic
        assert line.direction is Direction.OUT, topic
        if line.expiry_s is None:
            assert expiry_s is None, topic
        else:
            assert 0 < expiry_s <= line.expiry_s, topic


@pytest.fixture(autouse=True)
def _in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")


def test_the_table_never_retains_health_data_for_ever() -> None:
    assert all(line.expiry_s for line in TOPICS if line.health and line.retained)


@pytest.mark.parametrize("discovery", ["device", "component", "off"])
def test_after_a_walk_only_what_the_table_allows_is_retained(broker: Mosquitto, tmp_path: Path, discovery: Any) -> None:
    device, here, gone, listener = walked(tmp_path, broker, broker.settings(discovery=discovery))
    listener.close()
    heard = {line_of(message.topic) for message in listener.got if f"/{device}/" in message.topic and device_s(message)}
    assert {line.name for line in heard} >= {"event", "session/summary", "session/detail/{session_id}/{chunk}"}
    for found in (here, gone):
        keep_the_contract(found)
        assert lines(found) == {*ALWAYS, *ABOUT_WALKS}
        assert all(topic.startswith(f"kneemon/v1/{device}/") or DISCOVERED.fullmatch(topic) for topic in found)
        announced = [topic for topic in found if DISCOVERED.fullmatch(topic)]
        assert (len(announced) == 1, len(announced) > 20) == (discovery == "device", discovery == "component")
    assert here[AVAILABILITY.path(device)].payload == b"online"
    assert gone[AVAILABILITY.path(device)].payload == b"offline"
    last = json.loads(here[SESSION_LAST.path(device)].payload)
    assert (last["pain"]["before"], last["gave_way"]["times"]) == (2, 1)
    assert json.loads(here[STATE.path(device)].payload)["session"] == "idle"


def device_s(message: Any) -> bool:
    """It is one of the contract, not of Home Assistant's."""
    return bool(message.topic.startswith("kneemon/"))


def test_where_pain_stays_at_home_nothing_tells_of_it(broker: Mosquitto, tmp_path: Path) -> None:
    device, here, gone, listener = walked(tmp_path, broker, broker.settings(publish_pain=False))
    listener.close()
    for found in (here, gone):
        keep_the_contract(found)
        assert lines(found) == {*ALWAYS, *ABOUT_WALKS}
    last = json.loads(here[SESSION_LAST.path(device)].payload)
    assert (last["pain"], last["gave_way"]) == (None, None)
    assert json.loads(here[QUESTIONS.path(device)].payload)["open"] == []
    plan = json.loads(here[PLAN.path(device)].payload)
    assert (plan["state"], plan["reason"], plan["since"]) == (None, None, None)
    told = [json.loads(payload) for payload in listener.payloads("session/summary")]
    assert told
    assert all(document["pain"] is document["gave_way"] is None for document in told)
    events = {json.loads(payload)["event_type"] for payload in listener.payloads("/event")}
    assert "walk_ended" in events
    assert not events & {"gave_way", "pain_rose", "pain_stop"}


def test_at_the_level_minimal_nothing_is_known_of_walks(broker: Mosquitto, tmp_path: Path) -> None:
    _, here, gone, listener = walked(tmp_path, broker, broker.settings(level=Level.MINIMAL))
    listener.close()
    for found in (here, gone):
        keep_the_contract(found)
        assert lines(found) == set(ALWAYS)
    assert {line_of(message.topic) for message in listener.got if device_s(message)} == set(ALWAYS)
