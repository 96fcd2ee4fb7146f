# SPDX-License-Identifier: MIT
"""A Mosquitto of the bench's own on loopback, where there is one."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.bench.telling import BenchError

LOOPBACK = "127.0.0.1"
READY_WITHIN_S = 10.0


def program() -> str | None:
    """Debian has it where only root looks."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


@contextmanager
def running(path: str, folder: Path) -> Iterator[int]:
    """The program at `path`, until the end of the block: its port. Raises BenchError when it does not answer."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
    configuration = folder / "mosquitto.conf"
    configuration.write_text(f"listener {port} {LOOPBACK}\npersistence false\nallow_anonymous true\n")
    broker = subprocess.Popen([path, "-c", str(configuration)], stderr=subprocess.DEVNULL)
    try:
        _await_answer(broker, port)
        yield port
    finally:
        broker.terminate()
        broker.wait()


def _await_answer(broker: subprocess.Popen[bytes], port: int) -> None:
    until_s = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < until_s and broker.poll() is None:
        with suppress(OSError), socket.create_connection((LOOPBACK, port), 1.0):
            return
        time.sleep(0.05)
    raise BenchError(f"mosquitto did not answer within {READY_WITHIN_S:g} s")
