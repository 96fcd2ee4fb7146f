# SPDX-License-Identifier: MIT
"""QEMU's monitor: the few things that are asked of the machine itself, not of the guest."""

import json
import re
import socket
from pathlib import Path
from typing import Any, Self

FORWARD = re.compile(r"TCP\[HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(?P<host>\d+)\s+\S+\s+(?P<guest>\d+)")
LONG_S = 180.0


class Monitor:
    """One connection to the socket `at`; a context."""

    def __init__(self, at: Path, timeout_s: float = LONG_S) -> None:
        self._link = socket.socket(socket.AF_UNIX)
        self._link.settimeout(timeout_s)
        self._link.connect(str(at))
        self._lines = self._link.makefile("rb")
        self._next()
        self._ask("qmp_capabilities")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()
        self._link.close()

    def human(self, command: str) -> str:
        """What the monitor for people answers."""
        return str(self._ask("human-monitor-command", {"command-line": command}))

    def forwards(self) -> dict[int, int]:
        """The guest's ports, each with the one of 127.0.0.1 that leads there."""
        return {int(found["guest"]): int(found["host"]) for found in FORWARD.finditer(self.human("info usernet"))}

    def _ask(self, what: str, arguments: dict[str, Any] | None = None) -> Any:
        self._link.sendall(json.dumps({"execute": what, "arguments": arguments or {}}).encode())
        while True:
            answer = self._next()
            if "error" in answer:
                raise RuntimeError(f"QEMU's monitor, {what}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]

    def _next(self) -> dict[str, Any]:
        line = self._lines.readline()
        if not line:
            raise RuntimeError("QEMU's monitor hung up")
        found: dict[str, Any] = json.loads(line)
        return found
