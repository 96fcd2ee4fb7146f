# SPDX-License-Identifier: MIT
"""A broker that keeps what collectors have not fetched yet, and a database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clinic.clinic_bench import Postgres, postgres
from tests.mqtt.mqtt_bench import Mosquitto


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    with postgres() as running:
        yield running


@pytest.fixture
def database(server: Postgres) -> Postgres:
    server.empty()
    return server


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    mosquitto = Mosquitto(tmp_path, "allow_anonymous true\nmax_queued_messages 0\n").start()
    yield mosquitto
    mosquitto.stop()
