# SPDX-License-Identifier: MIT
"""kneemon.service in the guest, as its owner and systemd see it: what it says, whether it lives, what it noted.

Times are the guest's. To let time pass there is to wait there.
"""

import json
import shlex
from collections.abc import Callable
from typing import Any

from virtual_pi.machine import Machine

UNIT = "kneemon.service"
# What `kneemon start`, `stop` and `status` send, without the seconds that their Python takes to start under emulation.
ASK = """\
import socket, sys
line = socket.socket(socket.AF_UNIX)
line.settimeout(60)
line.connect("/run/kneemon/control.sock")
line.sendall(sys.argv[1].encode() + b"\\n")
print(line.makefile().readline())
"""
USED = ("cloud-init=disabled",)  # words of the kernel's command line, as a prepared card has them after its first boot
CONFIG = "/etc/kneemon/kneemon.toml"
PLAN = "/etc/kneemon/plan.toml"


class Service:
    """Asks and tells over root's shell."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._cursor = ""

    def ask(self, command: str, **args: object) -> dict[str, Any]:
        """The answer of the running kneemon. Raises MachineError where nobody answers."""
        line = json.dumps({"cmd": command, "args": args})
        answer: dict[str, Any] = json.loads(self._machine.run(f"python3 -ISc {shlex.quote(ASK)} {shlex.quote(line)}"))
        return answer

    def done(self, command: str, **args: object) -> dict[str, Any]:
        """The same; AssertionError unless it did as it was told."""
        answer = self.ask(command, **args)
        assert answer["ok"], answer
        return answer

    def status(self) -> dict[str, Any]:
        return self.done("status")

    def steps(self) -> int:
        """Of the walk that is on."""
        return int(self.status()["steps"] or 0)

    def shown(self, *names: str, unit: str = UNIT) -> dict[str, str]:
        """Properties of a unit, by name."""
        told = self._machine.run(f"systemctl show -p {','.join(names)} {unit}")
        return dict(line.split("=", 1) for line in told.splitlines() if "=" in line)

    @property
    def pid(self) -> int:
        return int(self.shown("MainPID")["MainPID"])

    @property
    def restarts(self) -> int:
        return int(self.shown("NRestarts")["NRestarts"])

    def is_up(self) -> bool:
        """Started to the end, which systemd calls running."""
        return self.shown("SubState")["SubState"] == "running"

    def pass_time(self, seconds: float) -> None:
        """Wait in the guest."""
        self._machine.run(f"sleep {seconds:g}", within_s=max(120.0, 3 * seconds))

    def until(self, condition: Callable[[], Any], what: str, within_s: float = 90.0) -> Any:
        """The condition's first true value, looked at every two seconds of the guest. Raises AssertionError."""
        waited_s = 0.0
        while not (value := condition()):
            assert waited_s < within_s, f"waited {within_s:g} s of the guest in vain: {what}"
            self.pass_time(2.0)
            waited_s += 2.0
        return value

    def noted(self) -> str:
        """What stands new in its journal since the last call, priorities first: `<4>a warning`."""
        after = f"--after-cursor={shlex.quote(self._cursor)}" if self._cursor else ""
        told = self._machine.run(f"journalctl -u {UNIT} -o json --output-fields=MESSAGE,PRIORITY {after} --no-pager")
        entries = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
        if entries:
            self._cursor = entries[-1]["__CURSOR"]
        return "\n".join(f"<{entry.get('PRIORITY', '?')}>{entry.get('MESSAGE', '')}" for entry in entries)

    def configure(self, text: str, plan: str = "") -> None:
        """/etc/kneemon as a user writes it, and a restart."""
        for path, content in ((CONFIG, text), (PLAN, plan)):
            if content:
                self._machine.put(path, content, "640")
                self._machine.run(f"chgrp kneemon {path}")
        self._machine.run(f"systemctl restart {UNIT}", within_s=300)
