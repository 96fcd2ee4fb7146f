#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""One collector that loses nothing: the broker keeps each message until PostgreSQL has committed it.

It needs paho-mqtt 2 and psql. Start as many as you like, each with a name of its own that it keeps for ever. The
database is named as for psql (PGHOST, PGDATABASE, PGUSER, ~/.pgpass). Any trouble with it ends this with an error, and
what was not committed waits at the broker: let systemd start it again. With --tell-devices each device hears on
session/ack that its document is stored; a kneemon with `collector = true` waits for that. docs/clinic.md says more.
"""

import argparse
import json
import os
import queue
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

try:
    from paho.mqtt.client import Client, MQTTMessage, MQTTv5
    from paho.mqtt.enums import CallbackAPIVersion
    from paho.mqtt.packettypes import PacketTypes
    from paho.mqtt.properties import Properties
    from paho.mqtt.reasoncodes import ReasonCode
except ImportError:
    sys.exit(
        "ingest.py needs paho-mqtt 2 or newer, which this Python does not have. Make one that has it:\n"
        "    python3 -m venv ~/ingest && ~/ingest/bin/pip install 'paho-mqtt>=2'\n"
        "and start ingest.py with ~/ingest/bin/python."
    )

KEPT = ("stored", "older")
COMMITTED = "committed"
MOST = 100  # messages in one transaction; the broker's max_inflight_messages counts, too

Received = tuple[int, MQTTMessage]  # in which connection, and what


class DatabaseGoneError(Exception):
    """There is no psql to speak to any more."""


class Database:
    """psql, as a process that is spoken to. All travels as hexadecimal digits, so nothing can become SQL."""

    def __init__(self) -> None:
        psql = shutil.which("psql")
        if psql is None:
            raise DatabaseGoneError("psql is not installed")
        told = ["--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set=ON_ERROR_STOP=1"]
        self._psql = subprocess.Popen([psql, *told], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def take(self, messages: list[MQTTMessage]) -> list[str]:
        """Commit them all; what became of each: stored, older or quarantined. Raises DatabaseGoneError."""
        calls = "".join(
            f"SELECT kneemon.take(convert_from('\\x{message.topic.encode().hex()}', 'UTF8'),"
            f" '\\x{message.payload.hex()}');\n"
            for message in messages
        )
        told: list[str] = []
        if self._psql.stdin is not None and self._psql.stdout is not None:
            with suppress(BrokenPipeError):
                self._psql.stdin.write(f"BEGIN;\n{calls}COMMIT;\nSELECT '{COMMITTED}';\n".encode())
                self._psql.stdin.flush()
            told = [self._psql.stdout.readline().decode().strip() for _ in range(len(messages) + 1)]
        if not told or told.pop() != COMMITTED:
            raise DatabaseGoneError("psql has ended")
        return told

    def close(self) -> None:
        with suppress(BrokenPipeError):
            self._psql.communicate()


class Collector:
    """`run` until interrupted. The network thread of paho only puts messages into a queue."""

    def __init__(self, args: argparse.Namespace) -> None:
        self._args = args
        self._received: queue.SimpleQueue[Received] = queue.SimpleQueue()
        self._connection = 0
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=args.name, protocol=MQTTv5, manual_ack=True)
        if args.username is not None:
            password = None if args.password_file is None else args.password_file.read_text().rstrip("\r\n")
            self._client.username_pw_set(args.username, password)
        if args.ca_file is not None:
            self._client.tls_set(args.ca_file, args.cert_file, args.key_file)
        self._client.on_connect = self._connected
        self._client.on_subscribe = self._subscribed
        self._client.on_message = self._heard

    def run(self) -> None:
        database = Database()
        database.take([])  # before the broker hands out anything
        keep = Properties(PacketTypes.CONNECT)
        keep.SessionExpiryInterval = self._args.keep_s
        self._client.connect(self._args.broker, self._args.port, clean_start=False, properties=keep)
        self._client.loop_start()
        try:
            while True:
                self._pass_on(database, self._batch())
        finally:
            self._client.disconnect()
            self._client.loop_stop()
            database.close()

    def _batch(self) -> list[Received]:
        batch = [self._received.get()]
        while len(batch) < MOST and not self._received.empty():
            batch.append(self._received.get())
        return batch

    def _pass_on(self, database: Database, batch: list[Received]) -> None:
        outcomes = database.take([message for _, message in batch])
        for (connection, message), outcome in zip(batch, outcomes, strict=True):
            if outcome in KEPT and self._args.tell_devices:
                self._tell(message)
            if connection == self._connection:  # else the broker hands it out again: it is committed, and older then
                self._client.ack(message.mid, message.qos)

    def _tell(self, message: MQTTMessage) -> None:
        document = json.loads(message.payload)
        stored = json.dumps({"session_id": document["session_id"], "revision": document["revision"]})
        self._client.publish(message.topic.removesuffix("summary") + "ack", stored, qos=1)

    def _connected(self, client: Client, _data: object, _flags: object, reason: ReasonCode, _more: object) -> None:
        self._connection += 1
        if reason.is_failure:
            self._tell_admin(f"the broker does not let it in: {reason}")
        else:
            client.subscribe(self._args.topic, 1)

    def _subscribed(self, _client: Client, _data: object, _mid: int, reasons: list[ReasonCode], _more: object) -> None:
        refused = reasons[0].is_failure
        self._tell_admin(f"the broker refuses {self._args.topic}: {reasons[0]}" if refused else "connected, collects")

    def _tell_admin(self, what: str) -> None:
        sys.stderr.write(f"{self._args.name}: {what}\n")
        sys.stderr.flush()

    def _heard(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self._received.put((self._connection, message))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", required=True, help="this collector's own, such as ingest-1")
    parser.add_argument("--broker", default="localhost")
    parser.add_argument("--port", type=int, default=1883)
    parser.add_argument("--topic", default="kneemon/v1/+/session/summary", help="default: %(default)s")
    parser.add_argument("--keep-s", type=int, default=604800, help="how long the broker keeps for it (default: a week)")
    parser.add_argument("--username")
    parser.add_argument("--password-file", type=Path)
    parser.add_argument("--ca-file", help="the authority of the broker's certificate; switches TLS on")
    parser.add_argument("--cert-file", help="this collector's own certificate")
    parser.add_argument("--key-file")
    parser.add_argument("--tell-devices", action="store_true", help="say session/ack to the device when it is stored")
    args = parser.parse_args()
    os.environ["PGCLIENTENCODING"] = "UTF8"
    try:
        Collector(args).run()
    except KeyboardInterrupt:
        return 0
    except DatabaseGoneError as gone:
        sys.stderr.write(f"{args.name}: {gone}; what was not committed waits at the broker\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"{args.name}: {args.broker}:{args.port} or a file cannot be used: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
