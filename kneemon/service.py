# SPDX-License-Identifier: MIT
"""Tells systemd how the service is: sd_notify(3), one datagram per message, no library.

Without NOTIFY_SOCKET nobody listens and every call does nothing, as systemd's own convention has it; so the same
daemon runs in a terminal. A manager that cannot be told is no reason to stop a walk: it is logged once.
"""

import logging
import os
import socket
from collections.abc import Mapping

log = logging.getLogger(__name__)

SEND_TIMEOUT_S = 1.0


class ServiceNotifier:
    """The service's voice. `environment` is os.environ of the process that systemd started."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        if self._address.startswith("@"):  # the abstract namespace
            self._address = "\0" + self._address[1:]
        self._told_of_fault = False

    def ready(self) -> None:
        """The service is up: the sensor may still be missing, but it is being looked for."""
        self._send("READY=1")

    def status(self, text: str) -> None:
        """One line for `systemctl status`."""
        self._send(f"STATUS={' '.join(text.split())}")

    def watchdog(self) -> None:
        """Something got done; to be called well within the unit's WatchdogSec."""
        self._send("WATCHDOG=1")

    def stopping(self) -> None:
        """The service is going down, on purpose."""
        self._send("STOPPING=1")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as notify:
                notify.settimeout(SEND_TIMEOUT_S)
                notify.connect(self._address)
                notify.send(message.encode())
        except OSError as fault:
            if not self._told_of_fault:
                self._told_of_fault = True
                log.warning("systemd cannot be told %s: %s", message, fault)
