# SPDX-License-Identifier: MIT
"""How soon the service is there, and what it takes while somebody walks: `kneemon run`, as systemd would start it.

Source: the simulated walker, who stands for 8 s and then walks; no pins; a store of its own; with and without a broker
(the demo's, in this process), side by side, for each takes little more than a hundredth of a core; they are started one
after the other. Real seconds; MB of 10^6 bytes.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

from kneemon.clock import PacedClock
from kneemon.sensor.simulated import SimulatedSource
from kneemon.virtual.broker import EmbeddedBroker
from kneemon.virtual.demo_walk import demo_script
from kneemon.virtual.walker import Walker
from tests.bench.measured import memory_mb
from tests.bench.spread import Spread
from tests.bench.telling import BenchError, progress

KNEEMON = str(Path(sys.executable).with_name("kneemon"))
READY_WITHIN_S = 60.0
SETTLING_S = 1.0  # after READY
STANDING_S = 5.0  # then memory and the standing walker's CPU are looked at: the script stands for 8 s
UNTIL_WALKING_S = 6.0  # the first steps are held back
WALKING_S = 15.0

# What is started and timed; each is a process from its start to its end.
STARTS: Mapping[str, Sequence[str]] = {
    "Python, nothing else": (sys.executable, "-c", "pass"),
    "Python, importing numpy": (sys.executable, "-c", "import numpy"),
    "Python, importing all of the service": (
        sys.executable,
        "-c",
        "import kneemon.app.compose, kneemon.mqtt.publisher",
    ),
    "`kneemon --version`": (KNEEMON, "--version"),
}

CONFIG = """\
[sensor]
source = "simulated"
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
class Service:
    """The running service; CPU in % of one core."""

    broker: bool
    ready_s: Spread
    resident_mb: Spread
    peak_mb: Spread
    standing_percent: Spread
    walking_percent: Spread


@dataclass(frozen=True, slots=True)
class Starting:
    """Seconds of each start, and the services. walker_percent: of one core, for making the simulated signal alone."""

    runs: int
    starts: Mapping[str, Spread]
    services: Sequence[Service]
    walker_percent: float


def measure(runs: int) -> Starting:
    """Raises BenchError when kneemon does not start or does not count."""
    with progress(f"starting, {runs} times each"):
        starts = {what: Spread.of(_seconds(command) for _ in range(runs)) for what, command in STARTS.items()}
    brokers = (False, True)
    with progress(f"the service with and without a broker, {runs} times half a minute"), ThreadPoolExecutor(2) as side:
        starting = Lock()
        lives = [list(side.map(lambda broker: _live(broker, starting), brokers)) for _ in range(runs)]
    services = [
        Service(broker, *(Spread.of(values) for values in zip(*of_broker, strict=True)))
        for broker, of_broker in zip(brokers, zip(*lives, strict=True), strict=True)
    ]
    return Starting(runs, starts, services, _walker_percent())


def _seconds(command: Sequence[str]) -> float:
    before_s = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - before_s


def _live(broker: bool, starting: Lock) -> tuple[float, float, float, float, float]:
    """One life of the service: the figures of `Service`, in its order. starting: held by one that is not ready yet."""
    with ExitStack() as opened:
        folder = Path(opened.enter_context(TemporaryDirectory()))
        config = CONFIG
        if broker:
            config += f'[mqtt]\nhost = "127.0.0.1"\nport = {opened.enter_context(EmbeddedBroker()).port}\n'
        file = folder / "kneemon.toml"
        file.write_text(config, encoding="utf-8")
        notified = opened.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        notified.bind(str(folder / "notify"))
        environment = {**os.environ, "KNEEMON_CONFIG": str(file), "NOTIFY_SOCKET": str(folder / "notify")}
        with starting:
            before_s = time.perf_counter()
            service = opened.enter_context(_running(environment))
            if not _heard(notified, READY_WITHIN_S, "READY=1"):
                raise BenchError(f"kneemon run was not ready within {READY_WITHIN_S:g} s")
            ready_s = time.perf_counter() - before_s
        _heard(notified, SETTLING_S)
        standing = _percent(service.pid, notified, STANDING_S)
        resident_mb, peak_mb = (memory_mb(field, str(service.pid)) for field in ("VmRSS", "VmHWM"))
        subprocess.run([KNEEMON, "start"], env=environment, check=True, stdout=subprocess.DEVNULL)
        _heard(notified, UNTIL_WALKING_S)
        walking = _percent(service.pid, notified, WALKING_S)
    return ready_s, resident_mb, peak_mb, standing, walking


@contextmanager
def _running(environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """`kneemon run` until the end of the block; BenchError when it does not end well."""
    service = subprocess.Popen([KNEEMON, "run"], env=environment)
    try:
        yield service
        service.send_signal(signal.SIGTERM)
        if service.wait(20) != 0:
            raise BenchError(f"kneemon run ended with exit code {service.returncode}")
    finally:
        service.kill()
        service.wait()


def _percent(pid: int, notified: socket.socket, seconds: float) -> float:
    """Of one core, over the next `seconds`."""
    cpu_s, began_s = _cpu_s(pid), time.perf_counter()
    _heard(notified, seconds)
    return 100 * (_cpu_s(pid) - cpu_s) / (time.perf_counter() - began_s)


def _cpu_s(pid: int) -> float:
    """Of all threads of a process, to the nanosecond: its CPU-time clock, as clock_getcpuclockid(3) names it."""
    return time.clock_gettime(~pid << 3 | 2)


def _heard(notified: socket.socket, seconds: float, message: str | None = None) -> bool:
    """Let time pass, as systemd would: taking in what the service says; True as soon as it says `message`."""
    until_s = time.perf_counter() + seconds
    while (left_s := until_s - time.perf_counter()) > 0:
        notified.settimeout(left_s)
        with suppress(TimeoutError):
            if notified.recv(4096).decode() == message:
                return True
    return False


def _walker_percent(seconds: float = 120.0) -> float:
    """Of one core, for making the simulated signal as the service's source makes it, and nothing else."""
    source = SimulatedSource(Walker(demo_script()), PacedClock().leader)
    before_s, blocks = time.thread_time(), 0
    while blocks < seconds / 0.1:
        source.read()
        blocks += 1
    return 100 * (time.thread_time() - before_s) / seconds
