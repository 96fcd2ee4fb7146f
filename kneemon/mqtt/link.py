# SPDX-License-Identifier: MIT
"""One connection to a broker, from its dialling to its end, on a thread of its own.

paho is a transport here, never a queue and never the one who dials again: a link that has ended is thrown away. The
thread is ours, not paho's, so that whatever goes wrong there becomes a piece of news: a network that refuses, an answer
that makes no sense, a mistake in a callback. Callbacks only put news into a queue, for paho holds locks around them.
"""

import logging
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from kneemon.mqtt import faults, tls
from kneemon.mqtt.commands import MOST_BYTES
from kneemon.mqtt.faults import Fault
from kneemon.mqtt.news import Accepted, Answered, Dialled, Ended, Flooded, Heard, News, Subscribed, Version, Will
from kneemon.mqtt.settings import BrokerSettings

KEEP_ALIVE_TIMEOUT = 0x8D
RECEIVE_MAXIMUM = 0xFFFF  # MQTT 5, 3.2.2.3.3: what a broker takes that does not say
MOST_PACKET = 64 * 1024  # what a broker may send us; a command is far shorter
MOST_NEWS = 64  # unread news beyond which messages to us are dropped
PACKET_MARGIN = 64  # what a packet needs beside topic, payload and correlation: its header and properties
FAILED_TO_READ = "failed to receive on socket: "  # paho's words, which it does not pass on otherwise
TURN_S = 1.0

log = logging.getLogger(__name__)


class Link:
    """`news` is read by one thread, the one that publishes; None in it is a nudge by somebody else."""

    def __init__(self, settings: BrokerSettings, client_id: str, version: Version, will: Will | None = None) -> None:
        self.version = version
        self.news: SimpleQueue[News | None] = SimpleQueue()
        self.window = 0
        self._largest: int | None = None
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
            self.window, self._largest = heard.window, heard.largest
            return None
        if isinstance(heard, Ended):
            return heard.fault or faults.dropped(self._settings)
        return faults.CLOSING

    def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        qos: int,
        retained: bool = False,
        expiry_s: int | None = None,
        correlation: bytes | None = None,
    ) -> int:
        """Hand a message to the network thread; never waits. Returns its id, to be found in an `Answered`.

        Raises ValueError for what cannot be carried: a wildcard in the topic, more than MQTT or this broker takes.
        """
        size = len(payload) + len(topic.encode()) + len(correlation or b"") + PACKET_MARGIN
        if self._largest is not None and size > self._largest:  # a broker would break the link, again and again
            raise ValueError(f"{size} bytes, and the broker takes {self._largest}")
        properties = None
        if self.version is Version.V5 and (expiry_s is not None or correlation is not None):
            properties = _properties(PacketTypes.PUBLISH, MessageExpiryInterval=expiry_s, CorrelationData=correlation)
        return self._client.publish(topic, payload, qos=qos, retain=retained, properties=properties).mid

    def subscribe(self, topic: str) -> int | None:
        """Ask for the messages of a topic; never waits. Each becomes a `Heard`, the broker's consent a `Subscribed`.

        Returns the id to be found there.
        """
        if self.version is Version.V5:  # else a broker tells of a message that it retains only who comes later
            return self._client.subscribe(topic, options=SubscribeOptions(qos=1, retainAsPublished=True))[1]
        return self._client.subscribe(topic, qos=1)[1]

    def hang_up(self, within_s: float = TURN_S) -> None:
        """Say good-bye after what is still on its way out, and let the thread end; at most `within_s` are waited."""
        self._client.disconnect()
        self._thread.join(within_s)
        self._stop.set()

    def cut(self) -> None:
        """End without a good-bye, so that the broker says what was left for this case."""
        self._stop.set()
        self._thread.join(2 * TURN_S)

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
                trust = tls.context(settings)
                if isinstance(trust, Fault):
                    return trust
                client.tls_set_context(trust)
            client.connect(settings.host, settings.port, settings.keepalive_s, **self._session())
            self.news.put(Dialled())
            while not self._stop.is_set() and client.loop(TURN_S) == paho.MQTT_ERR_SUCCESS:
                pass
        except (OSError, UnicodeError) as error:
            return faults.of_error(error, settings)
        except Exception as error:  # a stumble within paho ends this link, never a thread in silence
            log.debug("MQTT: the library stumbled", exc_info=True)
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
            window = getattr(properties, "ReceiveMaximum", RECEIVE_MAXIMUM)
            news.put(Accepted(window, getattr(properties, "MaximumPacketSize", None)))

    def disconnected(_client: object, _data: object, flags: Any, reason: Any, _properties: object) -> None:
        if flags.is_disconnect_packet_from_server:
            news.put(Ended(faults.of_disconnect(reason.value, str(reason), client_id)))
        elif reason.value == KEEP_ALIVE_TIMEOUT:
            news.put(Ended(faults.SILENT))

    def published(_client: object, _data: object, mid: int, reason: Any, _properties: object) -> None:
        news.put(Answered(mid, str(reason) if reason.is_failure else None))

    def subscribed(_client: object, _data: object, mid: int, reasons: Any, _properties: object) -> None:
        news.put(Subscribed(mid, next((str(reason) for reason in reasons if reason.is_failure), None)))

    def heard(_client: object, _data: object, message: paho.MQTTMessage) -> None:
        unread = news.qsize()
        if unread < MOST_NEWS:
            answer = getattr(message.properties, "ResponseTopic", None)
            correlation = getattr(message.properties, "CorrelationData", None)
            beginning = bytes(message.payload[: MOST_BYTES + 1])
            news.put(Heard(message.topic, beginning, message.retain, answer, correlation))
        elif unread == MOST_NEWS:
            news.put(Flooded())

    def logged(_client: object, _data: object, _level: object, words: str) -> None:
        alert = words.removeprefix(FAILED_TO_READ)
        if settings.tls and alert != words and "ALERT" in alert:
            news.put(Ended(faults.of_alert(alert, settings)))

    client.on_connect = connected
    client.on_log = logged
    client.on_disconnect = disconnected
    client.on_publish = published
    client.on_subscribe = subscribed
    client.on_message = heard
    client.on_socket_register_write = _leave_it_to_the_loop
    return client


def _properties(packet_type: int, **values: int | bytes | None) -> Properties:
    properties = Properties(packet_type)  # type: ignore[no-untyped-call]
    for name, value in values.items():
        if value is not None:
            setattr(properties, name, value)
    return properties


def _leave_it_to_the_loop(_client: object, _data: object, _wire: object) -> None:
    """Without this, paho writes on the thread that publishes; two threads then write to one socket."""
