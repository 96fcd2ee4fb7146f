# SPDX-License-Identifier: MIT
"""`kneemon simulate traffic` as a person meets it: it says what it is, asks before it goes far, ends with figures."""

import argparse
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kneemon.cli import traffic
from kneemon.errors import BrokerError, ConfigError, ExitCode
from tests.mqtt.mqtt_bench import LOOPBACK, Mosquitto, wait_until

Broker = Callable[..., Mosquitto]
USUAL = {
    "devices": 5,
    "broker": "localhost",
    "walks": 1,
    "minutes": 0.5,
    "speed": 1000.0,
    "username": None,
    "password_file": None,
    "tls": False,
    "ca_file": None,
    "yes_made_up_devices": False,
}


def arguments(**more: Any) -> argparse.Namespace:
    return argparse.Namespace(**{**USUAL, **more})


def test_it_says_that_nobody_walks_and_ends_with_a_table(mosquitto: Broker, capsys: pytest.CaptureFixture[str]) -> None:
    broker = mosquitto().start()
    assert traffic.run(arguments(broker=f"{LOOPBACK}:{broker.port}")) == ExitCode.OK
    first, *table = capsys.readouterr().out.splitlines()
    assert first.startswith("Made-up traffic: 5 devices, sim000000001 to sim000000005, 1 walk each")
    assert first.endswith("Nobody walks.")
    rows = {line[:13].strip(): line[14:] for line in table}
    assert rows["Documents"] == "10 made, 10 acknowledged, 0 refused"
    assert rows["Lost"] == "0"
    assert rows["Connections"].startswith("5, 0 reconnects, ")
    assert "Left behind" not in rows


def test_a_broker_that_refuses_makes_it_fail_with_a_reason(
    mosquitto: Broker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    acl = tmp_path / "acl"
    acl.write_text("topic readwrite kneemon/v1/+/availability\n")
    broker = mosquitto(f"allow_anonymous true\nacl_file {acl}\n").start()
    with pytest.raises(BrokerError, match=r"saw \d+ refusals of .* \(Not authorized\)\. Look at its log"):
        traffic.run(arguments(broker=f"{LOOPBACK}:{broker.port}"))
    assert "10 × session/summary: Not authorized" in capsys.readouterr().out


@pytest.mark.parametrize("host", ["broker.example", "192.0.2.7:1883", "[2001:db8::7]:1883"])
def test_it_does_not_go_to_another_machine_unasked(host: str) -> None:
    with pytest.raises(BrokerError, match="add --yes-made-up-devices"):
        traffic.run(arguments(broker=host))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"devices": 0}, "--devices: expected a number from 1 to 20000, saw 0"),
        ({"devices": 20_001}, "--devices"),
        ({"walks": 0}, "--walks"),
        ({"minutes": float("nan")}, "--minutes"),
        ({"speed": 0.0}, "--speed"),
        ({"broker": "localhost:mqtt"}, "--broker: expected HOST or HOST:PORT"),
        ({"broker": "localhost:0"}, "port"),
        ({"broker": ""}, "MQTT broker"),
        ({"password_file": Path("/nowhere")}, "--password-file /nowhere: expected a file"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        traffic.run(arguments(**wrong))


def test_a_password_does_not_cross_the_network_in_plain_sight(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("opensesame\n")
    with pytest.raises(ConfigError, match="--password-file: expected TLS") as refused:
        traffic.run(arguments(broker="broker.example", username="sim", password_file=secret, yes_made_up_devices=True))
    assert "opensesame" not in str(refused.value)


def test_too_few_open_files_are_told_with_what_fits() -> None:
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (64, 200))\n"
        "from kneemon.app.crowd import allow_files\n"
        "allow_files(100); print(resource.getrlimit(resource.RLIMIT_NOFILE))\n"
        "allow_files(1000)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == "(164, 200)\n"
    assert "The limit of open files: expected at least 1064" in done.stderr
    assert "--devices 136" in done.stderr


def test_ctrl_c_ends_it_with_the_table(mosquitto: Broker) -> None:
    broker = mosquitto().start()
    told = arguments(broker=f"{LOOPBACK}:{broker.port}", minutes=60.0, speed=1.0)
    code = (
        f"import sys\nfrom argparse import Namespace\nfrom kneemon.cli import traffic\nsys.exit(traffic.run({told!r}))"
    )
    running = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    wait_until(lambda: broker.log().count("New client connected") >= 5, "all are there")
    running.send_signal(signal.SIGINT)
    out, _ = running.communicate(timeout=60)
    assert running.returncode == ExitCode.INTERRUPTED
    assert "Unanswered    0" in out
    assert "Left behind" not in out
