# SPDX-License-Identifier: MIT
"""Serves the site by uvicorn: on its own socket, or on the one that systemd has opened and started this service for.

Started by systemd's socket it goes away when nobody has asked for anything for a while, and its memory with it. Limits:
a request's head must be there within seconds, one answer at a time on a line, and so many lines at once.
"""

import asyncio
import logging
import os
import socket
import ssl
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from pathlib import Path

import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from kneemon.config.options import Config
from kneemon.config.places import Places
from kneemon.errors import WebError
from kneemon.ports import Clock
from kneemon.web.leftovers import clear_away
from kneemon.web.site import Site

log = logging.getLogger(__name__)

LINES, HEAD_BYTES = 40, 16_384
HEAD_WITHIN_S, KEPT_S, GOING_S = 15.0, 15, 3
FIRST_FD = 3  # sd_listen_fds(3)
RESTS_AFTER_S = 600.0
LOOKS_EACH_S = 15.0


class Server:
    """socket: already bound. rests: goes when nobody asks any more."""

    def __init__(self, config: Config, places: Places, clock: Clock, listening: socket.socket, *, rests: bool) -> None:
        clear_away(places.store.parent)
        self._clock = clock
        self._socket = listening
        self._rests_after_s = RESTS_AFTER_S if rests else None
        self._asked_at_s = clock.now_s()
        cert, key = _certificate(places)
        self._site = Site(config, places, clock, own_names(), secure=cert is not None)
        self.live = self._site.live
        self._uvicorn = uvicorn.Server(
            uvicorn.Config(
                self._counted,
                interface="asgi3",
                http=_HurriedProtocol,
                ws="none",
                lifespan="off",
                loop="asyncio",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,  # an address that a visitor claims is worth nothing
                limit_concurrency=LINES,
                h11_max_incomplete_event_size=HEAD_BYTES,
                timeout_keep_alive=KEPT_S,
                timeout_graceful_shutdown=GOING_S,
                ssl_certfile=cert,
                ssl_keyfile=key,
            )
        )

    @property
    def address(self) -> str:
        """To type into a browser on this machine."""
        host, port = self._socket.getsockname()[:2]
        shown = {"0.0.0.0": own_names()[-1], "::": own_names()[-1]}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
        return f"{'https' if self._uvicorn.config.is_ssl else 'http'}://{shown}:{port}/"

    @property
    def started(self) -> bool:
        return self._uvicorn.started

    @property
    def open_to_all(self) -> bool:
        """Others in the network can read along."""
        return not self._uvicorn.config.is_ssl and not ip_address(self._socket.getsockname()[0]).is_loopback

    def run(self) -> None:
        """Until a signal, or until it rests."""
        asyncio.run(self._serve())

    def stop(self) -> None:
        self._uvicorn.should_exit = True

    async def _serve(self) -> None:
        resting = asyncio.create_task(self._rest())
        try:
            await self._uvicorn.serve([self._socket])
        finally:
            resting.cancel()

    async def _rest(self) -> None:
        if self._rests_after_s is None:
            return
        while self.live.watched or self._clock.now_s() - self._asked_at_s < self._rests_after_s:
            await asyncio.sleep(min(LOOKS_EACH_S, self._rests_after_s))
        log.info("nobody has asked for anything for %.0f minutes: it rests", self._rests_after_s / 60)
        self.stop()

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._asked_at_s = self._clock.now_s()
        try:
            await self._site(scope, receive, send)
        finally:
            self._asked_at_s = self._clock.now_s()


def handed_over(environ: Mapping[str, str]) -> socket.socket | None:
    """The socket that systemd has opened for this process; None where it has not."""
    if environ.get("LISTEN_PID") != str(os.getpid()) or environ.get("LISTEN_FDS") != "1":
        return None
    return socket.socket(fileno=FIRST_FD)


def listening(config: Config, port: int | None = None) -> socket.socket:
    """port: instead of the configured one. Raises WebError when it may not be had."""
    host, port = config.web.listen, config.web.port if port is None else port
    found: socket.socket | None = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE | socket.AI_NUMERICHOST
        )[0]
        found = socket.socket(family, kind, protocol)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
        found.listen(LINES)
    except OSError as fault:
        if found is not None:
            found.close()
        raise WebError(
            f"web.listen = {host!r}, web.port = {port}",
            expected="an address of this machine, and a free port",
            seen=fault.strerror or str(fault),
            remedy="Is the page served already? Else set another port, or 127.0.0.1.",
        ) from fault
    return found


def own_names() -> Sequence[str]:
    """What this machine is called in its network; the last as others there call it."""
    name = socket.gethostname().lower()
    short = name.partition(".")[0]
    return (name, short, f"{short}.local")


def _certificate(places: Places) -> tuple[Path | None, Path | None]:
    cert, key = places.web_cert_file, places.web_key_file
    if (cert is None) != (key is None):
        raise WebError(
            "https",
            expected="both web.cert_file and web.key_file, or neither",
            seen="one of them",
            remedy="Set the other one, too.",
        )
    if cert is not None and key is not None:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key)
        except OSError as fault:
            raise WebError(
                f"The certificate {cert} with the key {key}",
                expected="two files in PEM form that belong together, readable by kneemon",
                seen=fault.strerror or str(fault),
                remedy="On the device: `sudo install -m 640 -g kneemon FILE /etc/kneemon/`.",
            ) from fault
    return cert, key


class _HurriedProtocol(H11Protocol):
    """Hangs up on who opens a line and does not say whole what they want."""

    _hurry: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._mind()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._mind()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._relax()

    def _mind(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self._relax()
        elif self._hurry is None:
            self._hurry = self.loop.call_later(HEAD_WITHIN_S, self._hang_up)

    def _relax(self) -> None:
        if self._hurry is not None:
            self._hurry.cancel()
            self._hurry = None

    def _hang_up(self) -> None:
        self._hurry = None
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()
