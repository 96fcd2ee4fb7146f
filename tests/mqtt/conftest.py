# SPDX-License-Identifier: MIT
"""Brokers, listeners, an outbox and publishers that end with their test; and a record of a walk."""

import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from mqtt_bench import BRISK, DEVICE, Listener, Mosquitto, Notebook, SqliteOutbox, program

from kneemon.clock import SystemClock
from kneemon.model.cues import CueKind
from kneemon.model.plans import Prescription
from kneemon.model.records import SessionRecord, TimeQuality
from kneemon.model.sessions import Alert, EndReason, PainMark, SessionSummary
from kneemon.mqtt.pace import Pace
from kneemon.mqtt.publisher import MqttPublisher
from kneemon.mqtt.settings import BrokerSettings
from kneemon.ports import Clock


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Callable[..., Mosquitto]]:
    brokers: list[Mosquitto] = []

    def new(configuration: str = "allow_anonymous true\n") -> Mosquitto:
        brokers.append(Mosquitto(tmp_path, configuration))
        return brokers[-1]

    yield new
    for broker in brokers:
        broker.stop()


@pytest.fixture
def broker(mosquitto: Callable[..., Mosquitto]) -> Mosquitto:
    return mosquitto().start()


@pytest.fixture
def guarded(mosquitto: Callable[..., Mosquitto], tmp_path: Path) -> Callable[[str], Mosquitto]:
    """A broker with the users walker (password "secret") and reader, and an access list."""

    def new(access: str) -> Mosquitto:
        passwords, access_file = tmp_path / "passwords", tmp_path / "access"
        passwords.touch(mode=0o600)
        for user in ("walker", "reader"):
            subprocess.run([program("mosquitto_passwd"), "-b", passwords, user, "secret"], check=True)
        access_file.write_text(access + "\nuser reader\ntopic read #\n")
        return mosquitto(f"allow_anonymous false\npassword_file {passwords}\nacl_file {access_file}\n").start()

    return new


@pytest.fixture
def listen() -> Iterator[Callable[..., Listener]]:
    listeners: list[Listener] = []

    def new(*args: Any, **more: Any) -> Listener:
        listeners.append(Listener(*args, **more))
        return listeners[-1]

    yield new
    for listener in listeners:
        listener.close()


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[SqliteOutbox]:
    box = SqliteOutbox(tmp_path / "outbox.db")
    yield box
    box.close()


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def publish(outbox: SqliteOutbox, notebook: Notebook) -> Iterator[Callable[..., MqttPublisher]]:
    """A publisher on the outbox, closed at the end of the test."""
    publishers: list[MqttPublisher] = []

    def new(settings: BrokerSettings, pace: Pace = BRISK, clock: Clock | None = None) -> MqttPublisher:
        publishers.append(MqttPublisher(settings, DEVICE, outbox, notebook, clock or SystemClock(), pace))
        return publishers[-1]

    yield new
    for publisher in publishers:
        publisher.close()


@pytest.fixture
def record() -> SessionRecord:
    """A walk with something in every field."""
    started_at = datetime(2026, 11, 22, 9, 14, 5, 120_400, tzinfo=UTC)
    prescription = Prescription("gentle", date(2026, 11, 22), 3, 1500.0, 1200.0, 180.0, 180.0, 110.0, 6)
    summary = SessionSummary(
        started_s=812.44,
        ended_s=2017.04,
        steps=1830,
        walking_s=1130.0,
        main_s=900.0,
        over_pace_s=42.0,
        over_limit_s=0.0,
        gaps_s=1.5,
        gaps=2,
        bouts=3,
        clipped=0,
        cadence_mean_spm=97.123,
        cadence_p95_spm=109.0,
        prescription=prescription,
        alerts=(Alert(CueKind.PACE_HIGH, 412.0, 121.0, 110.0), Alert(CueKind.PAIN_STOP, 1100.0, 7.0, 6.0)),
        pains=(PainMark(700.0, None), PainMark(1100.04, 7)),
        end_reason=EndReason.COMMAND,
    )
    return SessionRecord(
        device=DEVICE,
        session_id="b17-3-9f2c",
        revision=2,
        boot_id="4f1c",
        started_at=started_at,
        ended_at=started_at + timedelta(seconds=summary.duration_s),
        tz="Europe/Berlin",
        time_quality=TimeQuality.NTP,
        worn="waist",
        sensor="lis3dh",
        software="0.1.0",
        summary=summary,
        final=True,
    )
