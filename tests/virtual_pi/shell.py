# SPDX-License-Identifier: MIT
"""Root's commands in the guest, by ssh with a throw-away key. One connection serves many commands."""

import subprocess
from pathlib import Path


class ShellError(Exception):
    """The command failed, or did not end in time."""


class Shell:
    """port: on 127.0.0.1. folder: for the socket of the connection that is kept."""

    def __init__(self, port: int, key: Path, folder: Path) -> None:
        self._kept = folder / f"ssh-{port}"
        options = {
            "BatchMode": "yes",
            "ConnectTimeout": "60",
            "ControlMaster": "auto",
            "ControlPath": self._kept,
            "ControlPersist": "yes",
            "IdentitiesOnly": "yes",
            "LogLevel": "ERROR",
            "StrictHostKeyChecking": "no",
            "UserKnownHostsFile": "/dev/null",
        }
        said = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        self._ssh = ["ssh", "-F", "/dev/null", "-i", str(key), "-p", str(port), *said, "root@127.0.0.1"]

    def run(self, command: str, within_s: float = 60.0, *, check: bool = True, stdin: str | bytes = b"") -> str:
        """What it prints on both channels."""
        return self._ask(command, within_s, check, stdin, subprocess.STDOUT).decode(errors="replace")

    def fetch(self, command: str, within_s: float = 120.0) -> bytes:
        """What it prints on its output, byte by byte."""
        return self._ask(command, within_s, True, b"", subprocess.DEVNULL)

    def _ask(self, command: str, within_s: float, check: bool, stdin: str | bytes, stderr: int) -> bytes:
        given = stdin.encode() if isinstance(stdin, str) else stdin
        try:
            done = subprocess.run(
                [*self._ssh, command], input=given, stdout=subprocess.PIPE, stderr=stderr, timeout=within_s
            )
        except subprocess.TimeoutExpired as fault:
            seen = (fault.stdout or b"").decode(errors="replace")
            raise ShellError(f"`{command}` did not end within {within_s:.0f} s; so far:\n{seen}") from fault
        if check and done.returncode:
            seen = (done.stdout or b"").decode(errors="replace")
            raise ShellError(f"`{command}` ended with {done.returncode}:\n{seen}")
        return done.stdout

    def close(self) -> None:
        """Hang up; the connection may be dead already."""
        if self._kept.exists():
            subprocess.run([*self._ssh[:-1], "-O", "exit", "root@127.0.0.1"], capture_output=True, timeout=30)
