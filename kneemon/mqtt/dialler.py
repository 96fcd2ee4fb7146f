# SPDX-License-Identifier: MIT
"""Dials a broker: in MQTT 5 and, where that is not understood, in MQTT 3.1.1, which is then remembered.

A broker shows that it does not understand MQTT 5 by saying so, by hanging up, or by waiting for ever for the rest of a
message it misread.
"""

from typing import TYPE_CHECKING

from kneemon.mqtt import faults
from kneemon.mqtt.faults import Fault
from kneemon.mqtt.news import Version, Will
from kneemon.mqtt.settings import BrokerSettings

if TYPE_CHECKING:
    from kneemon.mqtt.link import Link


class Dialler:
    """One broker, one client id. `interrupt` may be called by another thread than `dial`."""

    def __init__(
        self,
        settings: BrokerSettings,
        client_id: str,
        will: Will | None = None,
        *,
        dial_s: float = 20.0,
        connack_s: float = 5.0,
    ) -> None:
        self._settings = settings
        self._client_id = client_id
        self._will = will
        self._dial_s = dial_s
        self._connack_s = connack_s
        self._versions: tuple[Version, ...] = (Version.V5, Version.V311)
        self._link: Link | None = None
        self._interrupted = False

    def dial(self) -> "Link | Fault":
        """An open link, or why there is none."""
        from kneemon.mqtt.link import Link  # paho takes a while to import: not before somebody dials

        fault = faults.CLOSING
        for version in self._versions:
            link = self._link = Link(self._settings, self._client_id, version, self._will)
            if self._interrupted:
                return faults.CLOSING
            refusal = link.open(self._dial_s, self._connack_s)
            if refusal is None:
                if version is Version.V311:
                    self._versions = (version,)
                return link
            link.hang_up()
            fault = refusal
            if not fault.older:
                break
        return fault

    def interrupt(self) -> None:
        """Let a waiting `dial`, and every later one, return at once."""
        self._interrupted = True
        if self._link is not None:
            self._link.news.put(None)
