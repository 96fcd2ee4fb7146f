# SPDX-License-Identifier: MIT
"""The collectors between a real Mosquitto and a real PostgreSQL: nothing breaks them, a kill loses nothing."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from kneemon.app.crowd import CrowdOptions, device_id, scripts
from kneemon.clock import SystemClock
from kneemon.mqtt.crowd import Crowd
from tests.clinic.clinic_bench import CLINIC, DEVICE, Postgres, Worker, alone, by_python, by_shell, document, topic
from tests.mqtt.mqtt_bench import LOOPBACK, Listener, Mosquitto, free_port, wait_until

Start = Callable[..., Worker]
NASTY = [
    b"",
    b"'; DROP TABLE kneemon.session_summary; --",
    b"$$ \\! touch owned \\q",
    b"\\.\n\\.\n",
    b"SELECT 1;\n\\quit\n",
    b"a\0b\xff\xfe\r\n\t\x01\x02",
    b'{"schema": "kneemon.session.summary/1", "device": "\\u0000"}',
    b"x" * 300_000,
]
NASTY_DEVICE = "o'brien\\\"; -- $1 % \\."


@pytest.fixture
def start(broker: Mosquitto, database: Postgres, tmp_path: Path) -> Iterator[Start]:
    workers: list[Worker] = []

    def new(by: Callable[..., Worker], name: str, *told: str) -> Worker:
        worker = by(broker.port, name, database, tmp_path, *told)
        workers.append(worker)
        wait_until(lambda: f"as {name} " in broker.log() or worker.over, f"{name} connects")
        wait_until(lambda: f"{name} 1 " in broker.log() or worker.over, f"{name} subscribes")
        assert worker.over is None, worker.log()
        return worker

    yield new
    for worker in workers:
        worker.stop()


@pytest.fixture
def sender(broker: Mosquitto) -> Iterator[paho.Client]:
    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
    client.connect(LOOPBACK, broker.port)
    client.loop_start()
    yield client
    client.disconnect()
    client.loop_stop()


def send(sender: paho.Client, numbers: range, revision: int = 1) -> None:
    """A walk for each number; returns when the broker has them."""
    told = [
        sender.publish(topic(), document(session_id=f"b1-{number}-abcd", revision=revision), qos=1)
        for number in numbers
    ]
    for each in told:
        each.wait_for_publish(30)
        assert each.is_published()


@pytest.mark.parametrize("by", [by_shell, by_python])
def test_no_payload_breaks_it(start: Start, by: Start, sender: paho.Client, database: Postgres, tmp_path: Path) -> None:
    worker = start(by, "ingest-1")
    for payload in NASTY:
        sender.publish(topic(), payload, qos=1)
    sender.publish(topic(NASTY_DEVICE), document(NASTY_DEVICE), qos=1)
    sender.publish(topic(), document(worn="o'brien \\ \" \n \t \\. ; $$ ä"), qos=1)
    wait_until(lambda: database.count("session_summary") == 1, worker.log())
    kept = {bytes.fromhex(row[0]) for row in database.ask("SELECT encode(payload, 'hex') FROM kneemon.quarantine")}
    assert kept == {*NASTY, document(NASTY_DEVICE)}
    topics = database.ask("SELECT topic FROM kneemon.quarantine WHERE topic ~ 'brien'")
    assert topics == [[topic(NASTY_DEVICE)]]
    worn = database.ask("SELECT encode(convert_to(document ->> 'worn', 'UTF8'), 'hex') FROM kneemon.session_summary")
    assert bytes.fromhex(worn[0][0]).decode() == "o'brien \\ \" \n \t \\. ; $$ ä"
    assert worker.over is None
    assert not list(tmp_path.rglob("owned"))


def test_two_shell_collectors_one_of_them_gone_for_a_while(
    start: Start, sender: paho.Client, broker: Mosquitto, database: Postgres
) -> None:
    first, second = start(by_shell, "ingest-1"), start(by_shell, "ingest-2")
    send(sender, range(40))
    wait_until(lambda: database.count("session_summary") == 40, "both fetch")
    first.stop()
    wait_until(lambda: "Received DISCONNECT from ingest-1" in broker.log(), "one is gone")
    send(sender, range(40, 140))
    send(sender, range(40, 140))
    start(by_shell, "ingest-1")
    wait_until(lambda: database.count("session_summary") == 140, second.log())
    assert database.count("quarantine") == 0


def test_a_shell_collector_ends_with_its_database_and_the_broker_keeps_what_comes(
    start: Start, sender: paho.Client, database: Postgres
) -> None:
    worker = start(by_shell, "ingest-1")
    send(sender, range(1))
    wait_until(lambda: database.count("session_summary") == 1, worker.log())
    database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'ingest'")
    send(sender, range(1, 2))
    wait_until(lambda: worker.over, worker.log())
    send(sender, range(2, 12))
    start(by_shell, "ingest-1")
    wait_until(lambda: database.count("session_summary") >= 11, "the rest is fetched")


def test_what_a_killed_shell_collector_loses_comes_when_the_devices_send_again(
    start: Start, sender: paho.Client, database: Postgres
) -> None:
    workers = [start(by_shell, "ingest-1"), start(by_shell, "ingest-2")]
    told = [sender.publish(topic(), document(session_id=f"b1-{number}-abcd"), qos=1) for number in range(400)]
    wait_until(lambda: database.count("session_summary") > 0, "some of them arrive")
    workers[0].kill()
    for each in told:
        each.wait_for_publish(30)
    start(by_shell, "ingest-1")
    send(sender, range(400))
    wait_until(lambda: database.count("session_summary") == 400, workers[1].log())
    assert database.count("quarantine") == 0


def test_without_paho_it_says_what_to_install(tmp_path: Path) -> None:
    command = [sys.executable, "-I", "-S", str(CLINIC / "ingest.py"), "--name", "ingest-1"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    line = "python3 -m venv ~/ingest && ~/ingest/bin/pip install 'paho-mqtt>=2'"
    assert line in done.stderr
    assert line in (CLINIC.parent / "clinic.md").read_text()


def test_a_killed_collector_that_waits_for_the_database_loses_nothing(
    start: Start, sender: paho.Client, database: Postgres
) -> None:
    workers = [start(by_python, "ingest-1"), start(by_python, "ingest-2")]
    for turn in range(4):
        numbers = range(turn * 200, turn * 200 + 200)
        told = [sender.publish(topic(), document(session_id=f"b1-{number}-abcd"), qos=1) for number in numbers]
        wait_until(lambda least=numbers[0]: database.count("session_summary") > least, "some of them arrive")
        workers[turn % 2].kill()
        for each in told:
            each.wait_for_publish(30)
        workers[turn % 2] = start(by_python, f"ingest-{turn % 2 + 1}")
    wait_until(lambda: database.count("session_summary") == 800, workers[0].log() + workers[1].log())
    assert database.count("quarantine") == 0


def test_it_ends_with_its_database_and_nothing_is_lost(start: Start, sender: paho.Client, database: Postgres) -> None:
    worker = start(by_python, "ingest-1")
    send(sender, range(1))
    wait_until(lambda: database.count("session_summary") == 1, worker.log())
    database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'ingest'")
    send(sender, range(1, 50))
    assert wait_until(lambda: worker.over, worker.log()) == 1
    assert "what was not committed waits at the broker" in worker.log()
    start(by_python, "ingest-1")
    wait_until(lambda: database.count("session_summary") == 50, "the rest is fetched")


def test_a_broker_or_a_database_that_is_not_there_is_told(database: Postgres, tmp_path: Path) -> None:
    port = free_port()
    worker = by_python(port, "ingest-1", database, tmp_path)
    assert wait_until(lambda: worker.over, worker.log()) == 1
    assert f"{LOOPBACK}:{port} or a file cannot be used: [Errno 111] Connection refused" in worker.log()
    nowhere = Postgres(tmp_path)
    worker = by_python(port, "ingest-2", nowhere, tmp_path)
    assert wait_until(lambda: worker.over, worker.log()) == 1
    assert "ingest-2: psql has ended; what was not committed waits at the broker" in worker.log()
    assert "Traceback" not in worker.log()


def test_two_collectors_that_both_get_all_store_it_once(
    start: Start, sender: paho.Client, broker: Mosquitto, database: Postgres
) -> None:
    workers = [start(alone, "ingest-1"), start(alone, "ingest-2")]
    send(sender, range(50))
    workers[0].kill()
    send(sender, range(50, 100))
    wait_until(lambda: database.count("session_summary") == 100, workers[1].log())
    assert database.count("quarantine") == 0


def test_a_frozen_collector_holds_up_nobody_for_good(start: Start, sender: paho.Client, database: Postgres) -> None:
    worker = start(by_python, "ingest-1")
    os.killpg(worker.pid, signal.SIGSTOP)
    send(sender, range(300))
    os.killpg(worker.pid, signal.SIGCONT)
    wait_until(lambda: database.count("session_summary") == 300, worker.log())


def test_a_device_hears_that_its_document_is_stored(
    start: Start, sender: paho.Client, broker: Mosquitto, database: Postgres
) -> None:
    listener = Listener(broker.port, f"kneemon/v1/{DEVICE}/session/ack")
    worker = start(by_python, "ingest-1", "--tell-devices")
    sender.publish(topic(), b"rubbish", qos=1)
    for revision in (2, 1):
        sender.publish(topic(), document(revision=revision), qos=1)
    wait_until(lambda: len(listener.got) == 2, worker.log())
    assert [message.payload for message in listener.got] == [
        b'{"session_id": "b1-1-abcd", "revision": 2}',
        b'{"session_id": "b1-1-abcd", "revision": 1}',
    ]
    listener.close()
    assert database.ask("SELECT revision FROM kneemon.session_summary") == [["2"]]


def test_a_crowd_of_made_up_devices_arrives_as_rows(start: Start, broker: Mosquitto, database: Postgres) -> None:
    start(by_python, "ingest-1")
    start(by_shell, "ingest-2")
    clock, options = SystemClock(), CrowdOptions(devices=20, walks=2, minutes=0.5, speed=1000.0)
    tally = Crowd(broker.settings(), scripts(options, broker.settings(), clock.anchor().utc, seed=7), clock).run()
    assert (tally.made, tally.acknowledged, tally.lost) == (80, 80, 0)
    stored = "SELECT count(*), min(revision), count(pain_after) FROM kneemon.session_summary"
    wait_until(lambda: database.ask(stored) == [["40", "2", "40"]], "all are stored")
    assert database.count("quarantine") == 0
    days = database.ask("SELECT device, sum(walks) FROM kneemon.walked_per_day GROUP BY device ORDER BY device")
    assert days == [[device_id(number), "2"] for number in range(1, 21)]
