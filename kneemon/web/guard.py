# SPDX-License-Identifier: MIT
"""What stands before every page: names, methods, sizes, and the headers that tell a browser what it may do.

It knows neither pages nor who is signed in. A request that is refused here is answered in plain words, and the rest of
it is not read. Host: a foreign name that leads here (DNS rebinding) is refused; the address that the request came in
by is always right.
"""

import logging
import re
import secrets
import traceback
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)

BODY_BYTES = 1_000_000
METHODS = ("GET", "HEAD", "POST")
HOST = re.compile(r"(\[[0-9a-fA-F:.%]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?")
ALWAYS_OURS = ("localhost", "127.0.0.1", "::1")
STATIC = "/static/"
POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: a browser would then send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "accelerometer=(), camera=(), geolocation=(), gyroscope=(), microphone=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class TooMuchError(Exception):
    """More was sent than is read."""


class Guard:
    """names: what the page may be called by. closed: why nothing is served now, "" when it is."""

    def __init__(self, app: ASGIApp, names: Iterable[str], closed: Callable[[], str]) -> None:
        self._app = app
        self._names = {name.lower() for name in (*ALWAYS_OURS, *names)}
        self._closed = closed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        scope["nonce"] = nonce = secrets.token_urlsafe(16)
        sent = Headers(scope=scope)
        whole = sent.get("content-length", "0") == "0" and "transfer-encoding" not in sent
        started, read = False, 0

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers["Content-Security-Policy"] = POLICY.format(nonce=nonce)
                headers.setdefault("Cache-Control", "no-store")
                if not whole:  # else the rest would be read to its end
                    headers["Connection"] = "close"
            await send(message)

        if refused := self._refused(scope):
            await plain(guarded, *refused)
            return

        async def counted() -> Message:
            nonlocal read, whole
            message = await receive()
            read += len(message.get("body", b""))
            if read > BODY_BYTES:
                raise TooMuchError
            whole = whole or (message["type"] == "http.request" and not message.get("more_body", False))
            return message

        try:
            await self._app(scope, counted, guarded)
        except Exception as fault:  # noqa: BLE001  uvicorn would print all of it, with what people wrote
            tell(fault, scope["path"])
            if not started:
                await plain(guarded, 500, "That did not work: a fault of kneemon itself.\n")

    def _refused(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        host = HOST.fullmatch(headers.get("host", ""))
        if host is None:
            return 400, "The request names no host.\n"
        name = host[1].strip("[]").rstrip(".").lower()
        if name not in self._names and name != (scope.get("server") or ("",))[0]:
            return 421, "This is kneemon, and not known by that name. Is the name right? Then add it to web.names.\n"
        if scope["method"] not in METHODS:
            return 405, "That is not understood.\n"
        if any(not letter.isprintable() for letter in scope["path"]):
            return 400, "There is no such page.\n"
        if int(headers.get("content-length", "0")) > BODY_BYTES:
            return 413, f"At most {BODY_BYTES} bytes are read.\n"
        if not scope["path"].startswith(STATIC) and (why := self._closed()):
            return 503, why
        return None


def foreign(headers: Mapping[str, str]) -> bool:
    """Was the form sent from another site's page?"""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    try:
        return origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower()
    except ValueError:  # half an address of IPv6
        return True


def tell(fault: BaseException, where: str) -> None:
    """The journal hears of a fault by its place alone: what people wrote does not go there."""
    while isinstance(fault, BaseExceptionGroup):
        fault = fault.exceptions[0]
    place = traceback.extract_tb(fault.__traceback__)[-1]
    log.error("a fault of kneemon's own behind %s: %s in %s:%s", where, type(fault).__name__, place.name, place.lineno)
    log.debug("", exc_info=fault)


async def plain(send: Send, status: int, text: str) -> None:
    """A few words instead of a page."""
    said = text.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(said)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": said})
