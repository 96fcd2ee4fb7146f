# SPDX-License-Identifier: MIT
"""`kneemon run` as systemd sees it: with a walk to end, without a sensor, beside a second one."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from app_bench import wait_until
from daemon_bench import Daemon, Listener, Mosquitto, Systemd, record_walk

from kneemon.clock import SystemClock
from kneemon.errors import ExitCode
from kneemon.model.sessions import EndReason


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    service_manager = Systemd(tmp_path / "notify")
    yield service_manager
    service_manager.close()


@pytest.fixture
def daemons() -> Iterator[list[Daemon]]:
    """Put down at the end, whatever happened."""
    started: list[Daemon] = []
    yield started
    for daemon in started:
        daemon.put_down()


def test_sigterm_closes_the_walk_and_leaves_in_order(
    tmp_path: Path, systemd: Systemd, daemons: list[Daemon], capsys: pytest.CaptureFixture[str]
) -> None:
    broker = Mosquitto(tmp_path)
    listener = Listener(broker.port)
    options = record_walk(tmp_path / "walk.csv") + f'[mqtt]\nhost = "127.0.0.1"\nport = {broker.port}\n'
    daemon = Daemon(tmp_path, options, NOTIFY_SOCKET=systemd.path)
    daemons.append(daemon)
    try:
        daemon.started()
        assert daemon.do("start") == 0
        wait_until(lambda: (daemon.status()["elapsed_s"] or 0.0) >= 2.0)
        assert daemon.do("pain", "4") == 0
        assert capsys.readouterr().out == "The walk has begun.\nPain 4 of 10 is noted.\n"
        assert daemon.terminate() == ExitCode.OK
        with daemon.reader() as reader:
            record, kept = reader.session(), [message.payload for message in reader.waiting(0, 10)]
        (document,) = wait_until(lambda: {*listener.documents, *kept})
    finally:
        listener.close()
        broker.stop()
    assert record.summary.end_reason is EndReason.SHUTDOWN
    assert record.summary.duration_s >= 2.0
    assert [mark.score for mark in record.summary.pains] == [4]
    assert json.loads(document)["end_reason"] == "shutdown"
    assert json.loads(document)["interrupted"] is True
    assert systemd.count("STOPPING=1") == 1
    assert systemd.heard[0] == "READY=1"
    assert systemd.heard[-1] == "STOPPING=1"
    assert "STATUS=walking" in systemd.heard
    assert not daemon.socket.exists()
    assert re.search(rf"session {record.session_id} started\n", daemon.log)
    assert "session ended (shutdown)" in daemon.log
    assert "Traceback" not in daemon.log


def test_without_a_bus_it_stays_and_says_why(
    tmp_path: Path, systemd: Systemd, daemons: list[Daemon], capsys: pytest.CaptureFixture[str]
) -> None:
    service = {"NOTIFY_SOCKET": systemd.path, "JOURNAL_STREAM": "8:1"}
    daemon = Daemon(tmp_path, '[sensor]\nsource = "fifo"\nbus = 97\n', **service)
    daemons.append(daemon)
    daemon.started()
    wait_until(lambda: systemd.count("READY=1") == 1 and systemd.count("WATCHDOG=1") >= 4)
    assert systemd.count("STATUS=I2C bus 97: expected /dev/i2c-97") == 1

    assert daemon.do("status") == ExitCode.OK
    status = capsys.readouterr().out
    assert "session  idle\n" in status
    assert "sensor   any known chip on bus 97: I2C bus 97: expected /dev/i2c-97" in status
    assert "plan     none: kneemon counts and stores, and gives no limit cues\n" in status
    assert "store    writing\n" in status
    assert "MQTT     off: no broker configured\n" in status

    assert daemon.do("check") == ExitCode.OK
    assert "kneemon is running and has the sensor and the pins" in capsys.readouterr().out

    assert daemon.do("run") == ExitCode.STORE
    refusal = capsys.readouterr().err.strip().splitlines()[-1]
    assert refusal.startswith(f"kneemon: the store {daemon.store} cannot be used: expected to be its only writer")

    SystemClock().wait(1.0)
    assert daemon.terminate() == ExitCode.OK
    faults = [line for line in daemon.log.splitlines() if "I2C bus 97" in line]
    assert len(faults) == 1
    assert faults[0].startswith("<4>kneemon.app.loop: any known chip on bus 97: I2C bus 97: expected /dev/i2c-97, saw ")
    assert all(line.startswith(("<4>", "<6>")) for line in daemon.log.splitlines()), "the journal reads the levels"
    assert systemd.count("STOPPING=1") == 1
    assert "Traceback" not in daemon.log
