# SPDX-License-Identifier: MIT
"""One connection to a broker, from its dialling to its end, on a thread of its own.

paho is a transport here, never a queue and never the one who dials again: a link that has ended is thrown away. The
thread is ours, not paho's, so that whatever goes wrong there becomes a piece of news: a network that refuses, an answer
that makes no sense, a mistake in a callback. Callbacks only put news into a queue, for paho holds locks around them.
"""

import ssl
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from kneemon.mqtt import faults
from kneemon.mqtt.commands import MOST_BYTES
from kneemon.mqtt.faults import Fault
from kneemon.mqtt.news import Accepted, Answered, Dialled, Ended, Flooded, Heard, News, Subscribed, Version, Will
from kneemon.mqtt.settings import BrokerSettings

KEEP_ALIVE_TIMEOUT = 0x8D
RECEIVE_MAXIMUM = 0xFFFF  # MQTT 5, 3.2.2.3.3: what a broker takes that does not say
MOST_PACKET = 64 * 1024  # what a broker may send us; a command is far shorter
MOST_NEWS = 64  # unread news beyond which messages to us are dropped
TURN_S = 1.0


class Link:
    """`news` is read by one thread, the one that publishes; None in it is a nudge by somebody else."""

    def __init__(self, settings: BrokerSettings, client_id: str, version: Version, will: Will | None = None) -> None:
        self.version = version
        self.news: SimpleQueue[News | None] = SimpleQueue()
        self.window = 0
        self._settings = settings
        self._will = will
        self._client = _client(settings, client_id, version, will, self.news)
        self._stop = Event()
        self._thread = Thread(target=self._run, name="kneemon-mqtt-link", daemon=True)

    def open(self, dial_s: float, connack_s: float) -> Fault | None:
        """Dial; None when the broker has let us in. A nudge interrupts."""
        self._thread.start()
        heard = self._hear(dial_s, faults.TIMED_OUT)
        if isinstance(heard, Dialled):
            heard = self._hear(connack_s, faults.MUTE)
        if isinstance(heard, Accepted):
            self.window = heard.window
            return None
        if isinstance(heard, Ended):
            return heard.fault or faults.dropped(self._settings)
        return faults.CLOSING

    def publish(
        self, topic: str, payload: bytes, *, qos: int, retained: bool = False, expiry_s: int | None = None
    ) -> int:
        """Hand a message to the network thread; never waits. Returns its id, to be found in an `Answered`.

        Raises ValueError for what MQTT cannot carry: a wildcard in the topic, a payload beyond 256 MB.
        """
        properties = None
        if self.version is Version.V5 and expiry_s is not None:
            properties = _properties(PacketTypes.PUBLISH, MessageExpiryInterval=expiry_s)
        return self._client.publish(topic, payload, qos=qos, retain=retained, properties=properties).mid

    def subscribe(self, topic: str) -> None:
        """Ask for the messages of a topic; never waits. Each becomes a `Heard`, the broker's consent a `Subscribed`."""
        if self.version is Version.V5:  # else a broker tells of a message that it retains only who comes later
            self._client.subscribe(topic, options=SubscribeOptions(qos=1, retainAsPublished=True))
        else:
            self._client.subscribe(topic, qos=1)

    def hang_up(self, within_s: float = TURN_S) -> None:
        """Say good-bye after what is still on its way out, and let the thread end; at most `within_s` are waited."""
        self._client.disconnect()
        self._thread.join(within_s)
        self._stop.set()

    def _hear(self, timeout_s: float, or_else: Fault) -> News | None:
        try:
            return self.news.get(timeout=timeout_s)
        except Empty:
            return Ended(or_else)

    def _run(self) -> None:
        self.news.put(Ended(self._converse()))

    def _converse(self) -> Fault | None:
        client, settings = self._client, self._settings
        try:
            if settings.tls:
                client.tls_set_context(ssl.create_default_context(cafile=settings.ca_file))
        except OSError as error:
            return faults.of_ca_file(error, settings)
        try:
            client.connect(settings.host, settings.port, settings.keepalive_s, **self._session())
            self.news.put(Dialled())
            while not self._stop.is_set() and client.loop(TURN_S) == paho.MQTT_ERR_SUCCESS:
                pass
        except (OSError, UnicodeError) as error:
            return faults.of_error(error, settings)
        except Exception as error:  # noqa: BLE001 - a stumble within paho ends this link, never a thread in silence
            return faults.broken(error)
        finally:
            if (wire := client.socket()) is not None:
                wire.close()
        return None

    def _session(self) -> dict[str, Any]:
        """A session that begins empty and outlives the link long enough for the will to wait."""
        if self.version is Version.V311:
            return {}
        session_s = 0 if self._will is None else self._will.session_s
        properties = _properties(PacketTypes.CONNECT, SessionExpiryInterval=session_s, MaximumPacketSize=MOST_PACKET)
        return {"clean_start": True, "properties": properties}


def _client(
    settings: BrokerSettings, client_id: str, version: Version, will: Will | None, news: SimpleQueue[News | None]
) -> paho.Client:
    """A paho client for one connection. Its callbacks know the queue and not the link: no cycle keeps sockets open."""
    client = paho.Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        protocol=paho.MQTTv5 if version is Version.V5 else paho.MQTTv311,
        reconnect_on_failure=False,
    )
    client.username_pw_set(settings.username, settings.password)
    if will is not None:
        properties = None
        if version is Version.V5:
            properties = _properties(PacketTypes.WILLMESSAGE, WillDelayInterval=will.delay_s)
        client.will_set(will.topic, will.payload, qos=1, retain=True, properties=properties)

    def connected(_client: object, _data: object, _flags: object, reason: Any, properties: Any) -> None:
        if reason.is_failure:
            news.put(Ended(faults.of_connack(reason.value, str(reason), settings)))
        else:
            news.put(Accepted(getattr(properties, "ReceiveMaximum", RECEIVE_MAXIMUM)))

    def disconnected(_client: object, _data: object, flags: Any, reason: Any, _properties: object) -> None:
        if flags.is_disconnect_packet_from_server:
            news.put(Ended(faults.of_disconnect(reason.value, str(reason), client_id)))
        elif reason.value == KEEP_ALIVE_TIMEOUT:
            news.put(Ended(faults.SILENT))

    def published(_client: object, _data: object, mid: int, reason: Any, _properties: object) -> None:
        news.put(Answered(mid, str(reason) if reason.is_failure else None))

    def subscribed(_client: object, _data: object, _mid: int, reasons: Any, _properties: object) -> None:
        news.put(Subscribed(next((str(reason) for reason in reasons if reason.is_failure), None)))

    def heard(_client: object, _data: object, message: paho.MQTTMessage) -> None:
        unread = news.qsize()
        if unread < MOST_NEWS:
            news.put(Heard(message.topic, bytes(message.payload[: MOST_BYTES + 1]), message.retain))
        elif unread == MOST_NEWS:
            news.put(Flooded())

    client.on_connect = connected
    client.on_disconnect = disconnected
    client.on_publish = published
    client.on_subscribe = subscribed
    client.on_message = heard
    client.on_socket_register_write = _leave_it_to_the_loop
    return client


def _properties(packet_type: int, **values: int) -> Properties:
    properties = Properties(packet_type)  # type: ignore[no-untyped-call]
    for name, value in values.items():
        setattr(properties, name, value)
    return properties


def _leave_it_to_the_loop(_client: object, _data: object, _wire: object) -> None:
    """Without this, paho writes on the thread that publishes; two threads then write to one socket."""
