# SPDX-License-Identifier: MIT
"""A crowd of made-up devices at a real Mosquitto: what it says, what it survives, and that nothing of it stays."""

import re
import subprocess
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from kneemon.app.crowd import CrowdOptions, device_id, scripts
from kneemon.clock import SystemClock
from kneemon.errors import BrokerError
from kneemon.mqtt import shapes
from kneemon.mqtt.crowd_tally import Tally
from kneemon.mqtt.settings import BrokerSettings
from tests.mqtt.mqtt_bench import BRISK, LOOPBACK, Listener, Mosquitto, free_port, wait_until
from tests.mqtt_crowd.conftest import crowd

Broker = Callable[..., Mosquitto]
CERTIFICATE = Path(__file__).parents[2] / "docs" / "clinic" / "certificate.sh"


def test_each_device_tells_its_walks_twice_and_leaves_nothing_behind(mosquitto: Broker) -> None:
    broker = mosquitto().start()
    listener = Listener(broker.port)
    tally = crowd(broker.settings(), walks=2).run()
    assert (tally.devices, tally.links, tally.reconnects) == (20, 20, 0)
    assert (tally.made, tally.acknowledged, tally.refused, tally.lost, tally.again) == (80, 80, 0, 0, 0)
    assert tally.refusals == {}
    assert tally.left_behind == 0

    wait_until(lambda: len(listener.on("/session/summary")) == 80, "all documents arrive")
    summaries = [msgspec.json.decode(each, type=shapes.SummaryDocument) for each in listener.payloads("/summary")]
    assert Counter(each.device for each in summaries) == {device_id(number): 4 for number in range(1, 21)}
    assert Counter(each.revision for each in summaries) == {1: 40, 2: 40}
    assert len({(each.device, each.session_id, each.revision) for each in summaries}) == 80
    assert all(each.pain is not None and each.pain.after is not None for each in summaries if each.revision == 2)
    assert all(each.steps > 0 and each.walking_s > 0 for each in summaries)
    for payload in filter(None, listener.payloads("/state")):
        msgspec.json.decode(payload, type=shapes.StateDocument)
    assert {
        msgspec.json.decode(each, type=shapes.InfoDocument).sensor for each in listener.payloads("/info") if each
    } == {"made up"}
    wait_until(lambda: Counter(listener.payloads("/availability"))[b""] == 20, "all take back that they are there")
    assert Counter(listener.payloads("/availability")) == {b"online": 20, b"": 20}
    latecomer = Listener(broker.port)
    wait_until(lambda: broker.log().count("Sending SUBACK") == 2, "the latecomer reads")
    assert latecomer.retained() == {}
    for each in (listener, latecomer):
        each.close()


def test_every_device_has_its_own_connection_and_a_will(mosquitto: Broker) -> None:
    broker = mosquitto().start()
    crowd(broker.settings()).run()
    wait_until(lambda: broker.log().count("Received DISCONNECT from kneemon-sim") == 20, "all say good-bye")
    log = broker.log()
    for number in range(1, 21):
        assert log.count(f"as kneemon-{device_id(number)} (p5, c1, k30)") == 1
    assert log.count("Will message specified (7 bytes) (r1, q1)") == 20


def test_ids_are_seen_to_be_made_up() -> None:
    ids = [device_id(number) for number in (1, 999, 20_000)]
    assert ids == ["sim000000001", "sim000000999", "sim000020000"]
    assert all(re.fullmatch("[a-z0-9]{12}", each) for each in ids)


def test_another_seed_is_other_walks_and_the_same_seed_the_same() -> None:
    settings, at = BrokerSettings(LOOPBACK), SystemClock().anchor().utc

    def said(seed: int) -> list[bytes]:
        [script] = scripts(CrowdOptions(1, walks=2), settings, at, seed)
        return [document.payload for moment in script.moments for document in moment.say(at).documents]

    assert said(7) == said(7)
    assert set(said(7)).isdisjoint(said(8))


def test_a_broker_that_restarts_loses_no_document(mosquitto: Broker) -> None:
    broker = mosquitto().start()
    restarted = threading.Event()

    def restart() -> None:
        broker.stop()
        broker.start()
        restarted.set()

    def told(tally: object) -> None:
        if once.acquire(blocking=False):
            threading.Thread(target=restart).start()

    once = threading.Semaphore(1)
    tally = crowd(broker.settings(), walks=2, minutes=2.0, speed=200.0, told=told).run()
    assert restarted.is_set()
    assert (tally.made, tally.acknowledged, tally.refused, tally.lost) == (80, 80, 0, 0)
    assert tally.reconnects >= 20
    assert tally.longest_storm is not None
    assert tally.longest_storm.devices >= 20
    assert tally.faults["a link that broke"] >= 20


def test_what_a_broker_took_without_a_word_is_sent_again(mosquitto: Broker) -> None:
    broker = mosquitto().start()

    def told(tally: Tally) -> None:
        if tally.made == 0:
            broker.freeze()
        elif tally.made >= 20 and once.acquire(blocking=False):
            broker._process.kill()
            broker._process.wait(10)
            broker.start()

    once = threading.Semaphore(1)
    tally = crowd(broker.settings(), minutes=4.0, speed=100.0, pace=replace(BRISK, connack_s=60.0), told=told).run()
    assert not once.acquire(blocking=False)
    assert (tally.made, tally.acknowledged, tally.refused, tally.lost) == (40, 40, 0, 0)
    assert tally.again >= 20


def test_what_a_broker_refuses_is_counted_and_named(mosquitto: Broker, tmp_path: Path) -> None:
    acl = tmp_path / "acl"
    acl.write_text("topic readwrite kneemon/v1/+/availability\ntopic write kneemon/v1/+/info\n")
    broker = mosquitto(f"allow_anonymous true\nacl_file {acl}\n").start()
    tally = crowd(broker.settings()).run()
    assert (tally.made, tally.acknowledged, tally.refused, tally.lost) == (40, 0, 40, 0)
    assert tally.refusals["session/summary", "Not authorized"] == 40
    assert tally.refusals["state", "Not authorized"] >= 20


def test_a_broker_that_is_not_there_is_told(mosquitto: Broker) -> None:
    port = free_port()
    with pytest.raises(BrokerError, match=f"127.0.0.1:{port}: expected .*, saw nobody listening at that port"):
        crowd(BrokerSettings(LOOPBACK, port)).run()


def test_a_broker_that_wants_a_password_is_told(mosquitto: Broker) -> None:
    broker = mosquitto("allow_anonymous false\n").start()
    with pytest.raises(BrokerError, match="saw a broker that wants a user name and a password"):
        crowd(broker.settings()).run()


def test_whoever_stops_it_leaves_nothing_behind(mosquitto: Broker) -> None:
    broker = mosquitto().start()
    stop = threading.Event()

    def told(tally: object) -> None:
        stop.set()

    tally = crowd(broker.settings(), minutes=60.0, speed=1.0, stop=stop, told=told).run()
    assert tally.online == 0 or tally.left_behind == 0
    latecomer = Listener(broker.port)
    wait_until(lambda: "Sending SUBACK" in broker.log(), "the latecomer reads")
    assert latecomer.retained() == {}
    latecomer.close()


@pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")  # paho drops it after a failed handshake
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_it_speaks_tls_and_trusts_only_whom_it_should(mosquitto: Broker, tmp_path: Path) -> None:
    for told in (["authority"], ["broker", LOOPBACK]):
        subprocess.run([CERTIFICATE, tmp_path / "ca", *told], check=True, capture_output=True)
    subprocess.run([CERTIFICATE, tmp_path / "other", "authority"], check=True, capture_output=True)
    files = "".join(
        f"{option} {tmp_path}/ca/{file}\n" for option, file in (("certfile", "broker.crt"), ("keyfile", "broker.key"))
    )
    broker = mosquitto(f"allow_anonymous true\n{files}").start()
    settings = broker.settings(tls=True, ca_file=str(tmp_path / "ca" / "ca.crt"))
    assert crowd(settings).run().acknowledged == 40
    with pytest.raises(BrokerError, match="saw a certificate that cannot be trusted"):
        crowd(replace(settings, ca_file=str(tmp_path / "other" / "ca.crt")), devices=2).run()
