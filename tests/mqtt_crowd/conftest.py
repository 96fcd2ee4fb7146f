# SPDX-License-Identifier: MIT
"""Brokers that end with their test, and crowds that are in a hurry."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest

from kneemon.app.crowd import CrowdOptions, scripts
from kneemon.clock import SystemClock
from kneemon.mqtt.crowd import Crowd
from kneemon.mqtt.crowd_tally import Tally
from kneemon.mqtt.pace import Pace
from kneemon.mqtt.settings import BrokerSettings
from tests.mqtt.mqtt_bench import BRISK, Mosquitto


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Callable[..., Mosquitto]]:
    brokers: list[Mosquitto] = []

    def new(configuration: str = "allow_anonymous true\n") -> Mosquitto:
        brokers.append(Mosquitto(tmp_path, configuration))
        return brokers[-1]

    yield new
    for broker in brokers:
        broker.stop()


def crowd(
    settings: BrokerSettings,
    *,
    devices: int = 20,
    walks: int = 1,
    minutes: float = 0.5,
    speed: float = 1000.0,
    pace: Pace = BRISK,
    stop: Event | None = None,
    told: Callable[[Tally], None] | None = None,
) -> Crowd:
    clock = SystemClock()
    said = scripts(CrowdOptions(devices, walks, minutes, speed), settings, clock.anchor().utc, seed=7)
    return Crowd(settings, said, clock, pace=pace, stop=stop, told=told)
