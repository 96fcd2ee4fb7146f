# SPDX-License-Identifier: MIT
"""One connection of one made-up device, in MQTT 5, without a thread of its own: a selector says when it may work.

It is thrown away with its link, as the real device's is. `dial` waits for the network and belongs on a thread that may
wait; all the rest returns at once and is for one thread.
"""

import ssl
from collections import deque
from collections.abc import Callable
from typing import Any

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from kneemon.mqtt import faults
from kneemon.mqtt.faults import Fault
from kneemon.mqtt.news import Accepted, Answered, Ended, Will
from kneemon.mqtt.settings import BrokerSettings

WINDOW = 0xFFFF  # MQTT 5, 3.2.2.3.3: what a broker takes that does not say

WireNews = Accepted | Answered | Ended


class Wire:
    """An open socket. number: of its file. news: what the broker said, oldest first, to be taken by its reader."""

    def __init__(self, client: paho.Client, news: deque[WireNews]) -> None:
        self._client = client
        self._closing: Callable[[], object] | None = None
        self.news = news
        client.on_socket_close = lambda *_: self._close_told()
        self.number: int = client.socket().fileno()  # type: ignore[union-attr]

    @property
    def wants_to_write(self) -> bool:
        return self._client.want_write()

    def closing(self, told: Callable[[], object]) -> None:
        """Have `told` called once, just before the socket is closed, which may be within any other call."""
        self._closing = told

    def publish(
        self, topic: str, payload: bytes, *, qos: int, retained: bool = False, expiry_s: int | None = None
    ) -> int:
        """Hand over a message; returns its id, to be found in an `Answered`."""
        properties = None if expiry_s is None else _properties(PacketTypes.PUBLISH, MessageExpiryInterval=expiry_s)
        return self._client.publish(topic, payload, qos=qos, retain=retained, properties=properties).mid

    def read(self) -> None:
        """Take what has come."""
        self._minding(self._client.loop_read)
        while getattr(self._client.socket(), "pending", int)():  # TLS has read more than it was asked for
            self._minding(self._client.loop_read)
        if self._client.want_write():
            self.write()

    def write(self) -> None:
        """Send what waits."""
        self._minding(self._client.loop_write)

    def keep(self) -> None:
        """Show a sign of life when one is due; to be called every few seconds."""
        self._minding(self._client.loop_misc)

    def hang_up(self) -> None:
        """Say good-bye, so that the broker says no will, and close."""
        self._client.disconnect()
        self._minding(self._client.loop_write)
        self.drop()

    def drop(self) -> None:
        """Close without a word."""
        self._close_told()
        if (wire := self._client.socket()) is not None:
            wire.close()

    def _close_told(self) -> None:
        told, self._closing = self._closing, None
        if told is not None:
            told()

    def _minding(self, act: Callable[[], MQTTErrorCode]) -> None:
        try:
            code = act()
        except OSError:
            self.news.append(Ended(faults.CUT))
        except Exception as error:  # noqa: BLE001 - an answer that makes paho stumble ends this link only
            self.news.append(Ended(faults.broken(error)))
        else:
            if code != MQTTErrorCode.MQTT_ERR_SUCCESS:
                self.news.append(Ended(faults.CUT))


def dial(
    settings: BrokerSettings, client_id: str, will: Will, tls: ssl.SSLContext | None, within_s: float
) -> Wire | Fault:
    """A connection that has asked to be let in, or why there is none."""
    news: deque[WireNews] = deque()
    client = _client(settings, client_id, will, news)
    client.connect_timeout = within_s
    if tls is not None:
        client.tls_set_context(tls)
    properties = _properties(PacketTypes.CONNECT, SessionExpiryInterval=will.session_s)
    try:
        client.connect(settings.host, settings.port, settings.keepalive_s, clean_start=True, properties=properties)
    except (OSError, UnicodeError) as error:
        return faults.of_error(error, settings)
    return faults.CUT if client.socket() is None else Wire(client, news)


def _client(settings: BrokerSettings, client_id: str, will: Will, news: deque[WireNews]) -> paho.Client:
    """Its callbacks know the row of news alone."""
    client = paho.Client(
        CallbackAPIVersion.VERSION2, client_id=client_id, protocol=paho.MQTTv5, reconnect_on_failure=False
    )
    client.username_pw_set(settings.username, settings.password)
    delay = _properties(PacketTypes.WILLMESSAGE, WillDelayInterval=will.delay_s)
    client.will_set(will.topic, will.payload, qos=1, retain=True, properties=delay)

    def connected(_client: object, _data: object, _flags: object, reason: Any, properties: Any) -> None:
        if reason.is_failure:
            news.append(Ended(faults.of_connack(reason.value, str(reason), settings)))
        else:
            news.append(Accepted(getattr(properties, "ReceiveMaximum", WINDOW)))

    def disconnected(_client: object, _data: object, flags: Any, reason: Any, _properties: object) -> None:
        if flags.is_disconnect_packet_from_server:
            news.append(Ended(faults.of_disconnect(reason.value, str(reason), client_id)))
        else:
            news.append(Ended(faults.CUT))

    def published(_client: object, _data: object, mid: int, reason: Any, _properties: object) -> None:
        news.append(Answered(mid, str(reason) if reason.is_failure else None))

    client.on_connect = connected
    client.on_disconnect = disconnected
    client.on_publish = published
    return client


def _properties(packet_type: int, **values: int) -> Properties:
    properties = Properties(packet_type)  # type: ignore[no-untyped-call]
    for name, value in values.items():
        setattr(properties, name, value)
    return properties
