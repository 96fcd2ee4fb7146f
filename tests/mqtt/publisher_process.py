# SPDX-License-Identifier: MIT
"""A publisher that is about to be killed: publisher_process.py PORT OUTBOX {stay|die_at_puback}."""

import os
import signal
import sys
import time

from mqtt_bench import BRISK, DEVICE, LOOPBACK, Notebook, SqliteOutbox

from kneemon.clock import SystemClock
from kneemon.mqtt.publisher import MqttPublisher
from kneemon.mqtt.settings import BrokerSettings


class FatalOutbox(SqliteOutbox):
    """Loses power between the broker's PUBACK and the deletion of the row."""

    def acknowledged(self, seq: int) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


port, path, fate = int(sys.argv[1]), sys.argv[2], sys.argv[3]
outbox = FatalOutbox(path) if fate == "die_at_puback" else SqliteOutbox(path)
publisher = MqttPublisher(BrokerSettings(LOOPBACK, port), DEVICE, outbox, Notebook(), SystemClock(), BRISK)
time.sleep(60)
