# SPDX-License-Identifier: MIT
"""Power cuts while walks end and are sent: with the real store, nothing is lost, and what comes twice is the same."""

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from os import kill
from pathlib import Path

from mqtt_bench import BRISK, DEVICE, SUMMARY_TOPIC, Listener, Mosquitto, wait_until

from kneemon.clock import SystemClock
from kneemon.mqtt.documents import documents_of
from kneemon.mqtt.publisher import MqttPublisher
from kneemon.store.writer import Store

PROCESS = Path(__file__).with_name("torture_process.py")
CUTS = 30
A_ROUND = 10_000  # more walks than any round has, so that their numbers tell their order


def test_thirty_power_cuts_lose_nothing_and_keep_the_order(
    broker: Mosquitto, listen: Callable[..., Listener], tmp_path: Path
):
    luck = random.Random(6)
    listener = listen(broker.port, SUMMARY_TOPIC)
    path = tmp_path / "kneemon.db"
    command = [sys.executable, PROCESS, str(broker.port), path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as walkers:
        assert walkers.stdin is not None
        assert walkers.stdout is not None
        for cut in range(CUTS):
            walkers.stdin.write(f"{cut * A_ROUND}\n")
            walkers.stdin.flush()
            child = int(walkers.stdout.readline())
            time.sleep(luck.uniform(0.05, 0.4))
            kill(child, signal.SIGKILL)
            assert walkers.stdout.readline() == "gone\n"
    assert walkers.returncode == 0
    arrived_before = len(listener.got)

    settings, clock = broker.settings(discovery="off"), SystemClock()
    store = Store.open(path, documents_of=documents_of(settings), clock=clock)
    publisher = MqttPublisher(settings, DEVICE, store, store, clock, BRISK)
    wait_until(lambda: store.backlog().documents == 0, "the outbox is empty", within_s=60.0)
    publisher.close()
    walks = store.walks()
    store.close()

    told = [json.loads(message.payload) for message in list(listener.got)]
    first_seen = list(dict.fromkeys(document["session_id"] for document in told))
    by_key: dict[tuple[str, int], set[bytes]] = {}
    for document, message in zip(told, list(listener.got), strict=False):
        by_key.setdefault((document["session_id"], document["revision"]), set()).add(message.payload)
    assert len(walks) > 5 * CUTS  # it was worth the name
    assert arrived_before > CUTS
    assert set(first_seen) == {walk.session_id for walk in walks}
    numbers = {walk.session_id: walk.summary.steps for walk in walks}
    assert [numbers[session_id] for session_id in first_seen] == sorted(numbers.values())
    assert all(len(payloads) == 1 for payloads in by_key.values())
