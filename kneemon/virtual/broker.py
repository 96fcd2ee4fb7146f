# SPDX-License-Identifier: MIT
"""A small MQTT broker inside this process, for the demo: amqtt on a free loopback port, on a thread of its own.

It is open to every program of this machine, speaks MQTT 3.1.1 and keeps nothing; a home has a real broker. amqtt
misreads a CONNECT of MQTT 5 and then waits for ever for the rest of it. Hence the version is looked at before amqtt
sees it, and another one is answered as MQTT 3.1.1 asks for in section 3.1.2.2.
"""

import asyncio
import logging
import warnings
from contextlib import suppress
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self

from kneemon.errors import BrokerError

log = logging.getLogger(__name__)

LEVEL_OF_3_1_1 = 4
UNACCEPTABLE_VERSION = bytes((0x20, 2, 0, 1))  # a CONNACK
STOP_S = 2.0
TURN_S = 0.05  # many turns of an event loop


class EmbeddedBroker:
    """`with EmbeddedBroker() as broker:` serves at broker.host and broker.port until the end of the block.

    Raises BrokerError when amqtt is not installed or does not start.
    """

    host = "127.0.0.1"

    def __init__(self) -> None:
        self.port = 0
        self._settled = Event()
        self._fault: Exception | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()
        self._thread = Thread(target=self._run, name="kneemon-broker", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._settled.wait()
        if isinstance(self._fault, ImportError):
            raise BrokerError(
                "The demo's own MQTT broker",
                expected="the Python package amqtt",
                seen=f"that it cannot be imported ({self._fault})",
                remedy="Run `pip install '.[demo]'` in a copy of the repository, or name a broker of yours with "
                "--broker HOST.",
            )
        if self._fault is not None:
            raise BrokerError(
                "The demo's own MQTT broker",
                expected="a broker that starts",
                seen=str(self._fault),
                remedy="Name a broker of yours with --broker HOST.",
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._loop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(2 * STOP_S)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as error:
            self._fault = error
            log.debug("the embedded broker stopped", exc_info=error)
        finally:
            self._settled.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(_note)
        for chatty in ("amqtt", "transitions"):
            logging.getLogger(chatty).setLevel(logging.CRITICAL)
        broker = _new_broker()
        await broker.start()

        guests: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

        def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            guest = asyncio.create_task(_admit(broker, reader, writer))
            guests[guest] = writer
            guest.add_done_callback(lambda guest: guests.pop(guest).close())

        server = await asyncio.start_server(greet, self.host, 0)
        self.port = server.sockets[0].getsockname()[1]
        self._settled.set()
        await self._stopping.wait()
        await asyncio.sleep(TURN_S)  # who is at the door is let in: asyncio forgets those whom a closing door meets
        server.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(broker.shutdown(), STOP_S)
        for guest in guests:
            guest.cancel()
        await asyncio.gather(*guests, return_exceptions=True)


def _new_broker() -> Any:
    """amqtt's Broker: an extra, and slow to import, hence not before a broker is wanted."""
    with warnings.catch_warnings():
        # Its plugin for password files, loaded but not used, comes by way of passlib in amqtt before 0.12.
        warnings.filterwarnings("ignore", "'crypt' is deprecated", DeprecationWarning)
        from amqtt.broker import Broker

        return Broker(
            {
                "listeners": {"default": {"type": "external"}},
                "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
            }
        )


async def _admit(broker: Any, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hand one client to amqtt, or answer it ourselves when it speaks another version."""
    from amqtt.adapters import StreamWriterAdapter

    try:
        head = await reader.readexactly(2)
        while head[-1] & 0x80:  # the remaining length goes on
            head += await reader.readexactly(1)
        head += await reader.readexactly(7)  # the protocol's name with its length, and the level
        if head[-1] == LEVEL_OF_3_1_1:
            await broker.external_connected(_Reread(head, reader), StreamWriterAdapter(writer), "default")
        else:
            writer.write(UNACCEPTABLE_VERSION)
            await writer.drain()
    except (OSError, EOFError) as error:
        log.debug("a client left in the middle of something: %s", error)


class _Reread:
    """amqtt's ReaderAdapter for a stream whose beginning has been looked at."""

    def __init__(self, head: bytes, rest: asyncio.StreamReader) -> None:
        self._head = head
        self._rest = rest

    async def read(self, n: int) -> bytes:
        taken, self._head = self._head[:n], self._head[n:]
        return taken + await self._rest.readexactly(n - len(taken))

    def feed_eof(self) -> None:
        self._rest.feed_eof()


def _note(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A client that leaves in the middle of something is no news."""
    log.debug("%s", context.get("message"), exc_info=context.get("exception"))
