# SPDX-License-Identifier: MIT
"""Walkers that are about to be killed: torture_process.py PORT STORE.

For each number on stdin a child is forked that walks, ends its walks and publishes them until it is killed; the number
is that of its first walk. The child's process id is told. Forked, for thirty interpreters would take long to start.
"""

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

from mqtt_bench import BRISK, DEVICE, LOOPBACK, short_walk

import kneemon.mqtt.link  # noqa: F401 - imported once, here, instead of in each child
from kneemon.clock import SystemClock
from kneemon.mqtt.documents import documents_of
from kneemon.mqtt.publisher import MqttPublisher
from kneemon.mqtt.settings import BrokerSettings
from kneemon.store.writer import Store


def walk_on(port: int, path: Path, first: int) -> None:
    """Until killed."""
    settings, clock = BrokerSettings(LOOPBACK, port, discovery="off"), SystemClock()
    store = Store.open(path, documents_of=documents_of(settings), clock=clock)
    publisher = MqttPublisher(settings, DEVICE, store, store, clock, BRISK)
    boot_id = clock.anchor().boot_id
    number = first
    while True:
        walk = replace(short_walk(number), session_id=store.next_session_id(boot_id), boot_id=boot_id)
        begun = replace(walk, summary=replace(walk.summary, end_reason=None), final=False)
        store.begin(begun)
        store.end(walk)
        publisher.wake()
        number += 1
        time.sleep(0.002)


if __name__ == "__main__":
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            walk_on(int(sys.argv[1]), Path(sys.argv[2]), int(line))
        os.write(1, b"%d\n" % child)
        os.waitpid(child, 0)
        os.write(1, b"gone\n")
