# SPDX-License-Identifier: MIT
"""Switching the device off without being root: a file is the request, and a unit of the system's answers it.

systemd/kneemon-poweroff.path watches for the file, systemd/kneemon-poweroff.service takes it away and powers off.
Whether anybody watches is asked of systemd; where nobody does, nothing happens. The file lies in the service's
runtime folder, which goes with the service: whoever asks must stay until systemd says stop.
"""

import logging
import shutil
import subprocess
from pathlib import Path

log = logging.getLogger(__name__)

REQUEST = Path("/run/kneemon/poweroff")  # the name in systemd/kneemon-poweroff.path
WATCHER = "kneemon-poweroff.path"
ASK_TIMEOUT_S = 10.0


class PathSwitch:
    """A `ports.PowerSwitch`. path: the file that the system's unit watches for."""

    def __init__(self, path: Path = REQUEST) -> None:
        self._path = path

    def off(self) -> None:
        """Ask for it. A request that cannot be written is logged: the device stays on, which harms no walk."""
        try:
            self._path.touch()
        except OSError as fault:
            log.error("the device cannot be switched off: %s", fault)


def power_off_watched(systemctl: str | None = None) -> bool:
    """Somebody would answer the request: the system's path unit is active. systemctl: another program to ask."""
    program = systemctl or shutil.which("systemctl")
    if program is None:
        return False
    try:
        asked = subprocess.run(
            [program, "is-active", "--quiet", WATCHER], check=False, capture_output=True, timeout=ASK_TIMEOUT_S
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0
