# SPDX-License-Identifier: MIT
"""The site: every page at its address, behind the guard. It knows no page's meaning."""

import logging
from collections.abc import Sequence
from functools import partial

from anyio import to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from kneemon.config.options import Config
from kneemon.config.places import Places
from kneemon.controls.socket import ask
from kneemon.errors import WebError
from kneemon.ports import Clock
from kneemon.web.access import Access
from kneemon.web.entry_pages import Entry
from kneemon.web.guard import STATIC, Guard
from kneemon.web.reception import Guest, Reception
from kneemon.web.stream import Live

KEPT_S = 365 * 24 * 3600
SET_ONE = "Set a pass phrase first: kneemon web passphrase\n"
UNREADABLE = "The pass phrases cannot be read, so nobody can sign in. The device's journal says why: kneemon web\n"

log = logging.getLogger(__name__)


class Site:
    """An ASGI application. secure: it is served by https."""

    def __init__(self, config: Config, places: Places, clock: Clock, names: Sequence[str], *, secure: bool) -> None:
        self._access = Access(places.web_access)
        self._reception = Reception(config, self._access, clock, secure=secure)
        self.live = Live(partial(ask, places.socket, "status"))
        self._open = partial(_open, self._reception, config, places)
        self._doors: ASGIApp | None = None
        self._told = ""
        routes = [
            Route(STATIC + "{name}", self._static, methods=["GET"]),
            Route("/live/events", self._live_events, methods=["GET"]),
            *Entry(self._reception).routes(),
        ]
        app = Starlette(routes=routes, exception_handlers={404: self._no_page, 405: self._no_page})
        app.router.default = self._behind_sign_in
        self._app: ASGIApp = Guard(app, (*names, *config.web.names), self._closed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    def _closed(self) -> str:
        try:
            return "" if self._access.roles else SET_ONE
        except WebError as error:
            if str(error) != self._told:  # once; the way to the file is not for strangers
                self._told = str(error)
                log.error("%s", error)
            return UNREADABLE

    async def _static(self, request: Request) -> Response:
        file = self._reception.templates.files.get(request.path_params["name"])
        if file is None:
            return PlainTextResponse("There is no such file.\n", 404)
        kept = f"public, max-age={KEPT_S}, immutable" if request.url.query == f"v={file.mark}" else "no-cache"
        return Response(file.content, headers={"Content-Type": file.media_type, "Cache-Control": kept})

    async def _live_events(self, request: Request) -> Response:
        guest = self._reception.guest(request)
        if guest.role is None:
            return PlainTextResponse("Sign in first.\n", 403)
        events = self.live.events(guest.session.name, partial(self._still_in, request))
        return StreamingResponse(events, media_type="text/event-stream")

    def _still_in(self, request: Request) -> bool:
        try:
            return self._reception.guest(request).role is not None
        except WebError:
            return False

    async def _behind_sign_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Who is not signed in is not even told which pages there are."""
        request = Request(scope, receive)
        guest = self._reception.guest(request)
        if guest.role is None:
            await self._outside(request, guest)(scope, receive, send)
            return
        if self._doors is None:
            self._doors = await to_thread.run_sync(self._open)
        await self._doors(scope, receive, send)

    def _outside(self, request: Request, guest: Guest) -> Response:
        say = guest.language.say
        if request.method == "POST":
            return self._reception.told(request, guest, 403, say("Not done"), say("Sign in first."))
        return self._reception.to_sign_in(request, guest)

    async def _no_page(self, request: Request, _error: Exception) -> Response:
        guest = self._reception.guest(request)
        say = guest.language.say
        return self._reception.told(request, guest, 404, say("No such page"), say("There is no such page."))


def _open(reception: Reception, config: Config, places: Places) -> ASGIApp:
    from kneemon.web.doors import opened  # all that is behind, and its memory

    return opened(reception, config, places)
