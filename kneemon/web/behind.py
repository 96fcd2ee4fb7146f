# SPDX-License-Identifier: MIT
"""One door: first who may, then the page that is behind it, and what goes wrong there told in words.

A page runs on one of a few worker threads, with one reading of the store that is open as long as its answer is made.
"""

from functools import partial
from typing import assert_never

from anyio import CapacityLimiter, create_task_group, to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from kneemon.app.opened import opened
from kneemon.config.options import Config
from kneemon.config.places import Places
from kneemon.controls.socket import ask
from kneemon.errors import ControlError, KneemonError, StoreError
from kneemon.web.entry_pages import checked_form, own_phrase, refused
from kneemon.web.forms import UnreadableError, form
from kneemon.web.guard import tell
from kneemon.web.reception import Guest, Reception
from kneemon.web.sending import BusyError, GoneError, Sending, Turns
from kneemon.web.signed import good, link
from kneemon.web.visit import Door, Form, Missing, Moved, Role, Sent, Shown, Visit


class Behind:
    """An ASGI application for one Route."""

    def __init__(
        self, reception: Reception, config: Config, places: Places, threads: CapacityLimiter, turns: Turns, door: Door
    ) -> None:
        self._reception = reception
        self._config = config
        self._places = places
        self._threads = threads
        self._turns = turns
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        guest = self._reception.guest(request)
        sending = Sending(send, head_only=request.method == "HEAD")
        answer = self._locked(request, guest) or await self._in_turn(request, guest, sending)
        if answer is not None:
            await answer(scope, receive, send)

    async def _in_turn(self, request: Request, guest: Guest, sending: Sending) -> Response | None:
        """Files wait until there is room for them; pages never wait for files."""
        if not self._door.sends:
            return await self._opened(request, guest, sending, self._threads)
        try:
            async with self._turns.one(guest.session.name):
                return await self._opened(request, guest, sending, self._turns.threads)
        except BusyError:
            say = guest.language.say
            text = say("Other files are on their way. Wait until they have come, then try again.")
            return self._reception.told(request, guest, 429, say("One file at a time"), text)

    def _locked(self, request: Request, guest: Guest) -> Response | None:
        say, reception, door = guest.language.say, self._reception, self._door
        if guest.role not in door.roles:
            text = say("This page is not for who is signed in now.")
            return reception.told(request, guest, 403, say("Not for you"), text)
        if door.expires and not good(request.url.path, request.url.query, reception.link_key(guest), reception.now_s):
            text = say("Go back to the page with the link, load it again, and take the new one.")
            return reception.told(request, guest, 410, say("The link has expired"), text)
        return None

    async def _opened(
        self, request: Request, guest: Guest, sending: Sending, threads: CapacityLimiter
    ) -> Response | None:
        """The page's answer; None when it is on its way already."""
        try:
            query = form(request.url.query)
            given = await checked_form(request, guest, self._reception) if self._door.post else Form()
        except UnreadableError as error:
            return refused(request, guest, self._reception, error)
        work = partial(self._answer, request, guest, query, given, sending)
        async with create_task_group() as tasks:
            if not self._door.post:
                tasks.start_soon(sending.watch, request.receive)
            answer = await to_thread.run_sync(work, limiter=threads)
            tasks.cancel_scope.cancel()
        return answer

    def _answer(self, request: Request, guest: Guest, query: Form, given: Form, sending: Sending) -> Response | None:
        """On a worker thread."""
        reception, language = self._reception, guest.language
        try:
            return self._page(request, guest, query, given, sending)
        except GoneError:
            return None
        except KneemonError as error:
            if sending.begun:
                raise
            status = 503 if isinstance(error, ControlError | StoreError) else 400
            told = language.sentence(str(error))
            return reception.told(request, guest, status, language.say("That did not work"), told)
        except Exception as fault:
            if sending.begun:
                raise
            tell(fault, self._door.path)
            text = language.say("This is a fault of kneemon itself. What you wrote was perhaps not kept.")
            return reception.told(request, guest, 500, language.say("That did not work"), text)

    def _page(self, request: Request, guest: Guest, query: Form, given: Form, sending: Sending) -> Response | None:
        reception = self._reception
        with opened(self._places.store, reception.clock) as reading:
            role = Role(guest.session.role)
            visit = Visit(
                role=role,
                language=guest.language,
                path=dict(request.path_params),
                query=query,
                form=given,
                reading=reading,
                ask=partial(ask, self._places.socket),
                config=self._config,
                access=self._places.web_access,
                store=self._places.store,
                clock=reception.clock,
                own_phrase=partial(own_phrase, reception, request, guest, role),
                physio_set=Role.PHYSIO in reception.access.roles,
                link=partial(link, key=reception.link_key(guest), now_s=reception.now_s),
            )
            match self._door.page(visit):
                case Shown() as shown:
                    return reception.page(
                        request, guest, shown.template, shown.title, shown.values, status=shown.status, visit=visit
                    )
                case Sent() as file:
                    sending.send(file)
                    return None
                case Moved() as moved:
                    return reception.moved(guest, moved.to, moved.said, bad=moved.bad)
                case Missing() as missing:
                    return reception.told(request, guest, 404, guest.language.say("No such page"), missing.said)
                case other:
                    assert_never(other)
