# SPDX-License-Identifier: MIT
"""What the service takes while it drains an ADXL345: `kneemon run` in real time (see `served`), its store on the disk.

One life without a broker and, where there is a Mosquitto, one with it, side by side: each takes about a hundredth of a
core. And what each chip asks of the bus (see `traffic`).
"""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import mosquitto
from tests.bench.cost import TOP
from tests.bench.served import Life
from tests.bench.telling import BenchError, progress
from tests.bench.traffic import Traffic, traffic_of_all

WARM_S = 10.0
STEPS_LEAST = 0.9  # of the true ones: less, and what was measured is no walk

CONFIG = """\
[sensor]
chip = "adxl345"
[feedback]
pins = "none"
[store]
path = "walks.db"
[control]
socket = "control.sock"
[log]
level = "warning"
"""


@dataclass(frozen=True, slots=True)
class Drained:
    """with_broker: None where there is no Mosquitto. chips: the bus of each."""

    without_broker: Life
    with_broker: Life | None
    chips: Sequence[Traffic]


def measure(seconds: float) -> Drained:
    """Raises BenchError when the service does not run or does not count."""
    with progress("what each chip asks of the bus"):
        chips = traffic_of_all()
    program = mosquitto.program()
    with progress(f"the service behind an emulated ADXL345, {WARM_S + seconds:g} s"), ThreadPoolExecutor(2) as side:
        plain = side.submit(_lived, seconds, None)
        linked = side.submit(_lived, seconds, program) if program else None
        return Drained(plain.result(), linked.result() if linked else None, chips)


def walked(life: Life) -> Life:
    """The same life. Raises BenchError when it counted too few steps of its walker."""
    if life.steps < STEPS_LEAST * life.true_steps:
        raise BenchError(f"the service behind the emulated chip counted {life.steps} of {life.true_steps:.0f} steps")
    return life


def _lived(seconds: float, broker: str | None) -> Life:
    with ExitStack() as opened:
        folder = Path(opened.enter_context(TemporaryDirectory()))
        config = CONFIG
        if broker:
            port = opened.enter_context(mosquitto.running(broker, folder))
            config += f"[mqtt]\nhost = {json.dumps(mosquitto.LOOPBACK)}\nport = {port}\n"
        file = folder / "kneemon.toml"
        file.write_text(config, encoding="utf-8")
        notified = opened.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        notified.bind(str(folder / "notify"))
        service = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.served", str(file), str(WARM_S), str(seconds)],
            cwd=TOP,
            env={**os.environ, "NOTIFY_SOCKET": str(folder / "notify")},
            stdout=subprocess.PIPE,
            text=True,
        )
        opened.callback(service.kill)
        _hear(notified, service)
        answer, _ = service.communicate()
        if service.returncode != 0:
            raise BenchError("the service behind the emulated chip was not measured")
    return walked(Life.of_json(answer))


def _hear(notified: socket.socket, service: subprocess.Popen[str]) -> None:
    """Take in what the service says, as systemd would, until it has ended."""
    notified.settimeout(0.5)
    while service.poll() is None:
        with suppress(TimeoutError):
            notified.recv(4096)
