# SPDX-License-Identifier: MIT
"""Signing in and out, the language and the size of text: the only pages for who is not signed in.

A pass phrase is looked at only when the throttle allows it. Which of role and phrase was wrong is not said.
"""

from collections.abc import Awaitable, Callable
from math import ceil

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kneemon.web.forms import UnreadableError, form, sent
from kneemon.web.guard import foreign
from kneemon.web.reception import Guest, Reception
from kneemon.web.signed import same
from kneemon.web.visit import Form, Role

Handler = Callable[[Request, Guest, Form], Awaitable[Response]]


class Entry:
    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._looking_at_one = False

    def routes(self) -> list[Route]:
        return [
            Route("/sign-in", self._sign_in_page, methods=["GET"]),
            Route("/sign-in", self._posted(self._sign_in), methods=["POST"]),
            Route("/sign-out", self._posted(self._sign_out), methods=["POST"]),
            Route("/look", self._posted(self._look), methods=["POST"]),
        ]

    def _posted(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        """Only what came with our own form's token."""

        async def endpoint(request: Request) -> Response:
            guest = self._reception.guest(request)
            try:
                given = await checked_form(request, guest, self._reception)
            except UnreadableError as error:
                return refused(request, guest, self._reception, error)
            return await handler(request, guest, given)

        return endpoint

    async def _sign_in_page(self, request: Request) -> Response:
        guest = self._reception.guest(request)
        try:
            onward = form(request.url.query).one("next") or "/"
        except UnreadableError:
            onward = "/"
        if guest.role:
            return self._reception.moved(guest, onward)
        return self._page(request, guest, onward)

    async def _sign_in(self, request: Request, guest: Guest, given: Form) -> Response:
        say, onward = guest.language.say, given.one("next") or "/"
        role = next((role for role in Role if role == given.one("role")), Role.WALKER)
        if self._looking_at_one:
            return self._page(request, guest, onward, say("Somebody else is signing in. Try again."), role, 429, 5)
        if seconds := _pause(self._reception, request, guest, role):
            return self._page(request, guest, onward, _too_many(guest, seconds), role, 429, seconds)
        self._looking_at_one = True
        try:
            right = await run_in_threadpool(self._reception.access.matches, role, given.one("phrase"))
        finally:
            self._looking_at_one = False
        if not right:
            return self._page(request, guest, onward, say("That was not the right pass phrase."), role, 403)
        self._reception.throttle.forgive(_address(request), role, guest.known_as(role))
        return self._reception.signed_in(guest, role, onward)

    async def _sign_out(self, _request: Request, guest: Guest, _given: Form) -> Response:
        return await run_in_threadpool(self._reception.signed_out, guest)

    async def _look(self, _request: Request, guest: Guest, given: Form) -> Response:
        return self._reception.looking(guest, given.one("back"), given.one("language"), given.one("text"))

    def _page(
        self,
        request: Request,
        guest: Guest,
        onward: str,
        wrong: str = "",
        role: Role = Role.WALKER,
        status: int = 200,
        again_s: int = 0,
    ) -> Response:
        roles = [each for each in Role if each in self._reception.access.roles]
        values = {"roles": roles, "chosen": role, "onward": onward, "wrong": wrong}
        title = guest.language.say("Sign in")
        response = self._reception.page(request, guest, "sign_in.html", title, values, status=status)
        if again_s:
            response.headers["Retry-After"] = str(again_s)
        return response


def own_phrase(reception: Reception, request: Request, guest: Guest, role: Role, phrase: str) -> str:
    """Why it is not taken for that of who is signed in, in words; "" when it is right. From a worker thread."""
    if seconds := _pause(reception, request, guest, role):
        return _too_many(guest, seconds)
    if not reception.access.matches(role, phrase):
        return guest.language.say("That is not your pass phrase.")
    reception.throttle.forgive(_address(request), role, guest.known_as(role))
    return ""


async def checked_form(request: Request, guest: Guest, reception: Reception) -> Form:
    """The form without its token. Raises UnreadableError, 403 when it is not one of ours."""
    if foreign(request.headers):
        raise UnreadableError(403, guest.language.say("The form was sent from another site's page."))
    given = await sent(request)
    if not same(given.one("csrf"), reception.token(guest)):
        text = guest.language.say(
            "The form is from an earlier visit. Go back, load the page again, and send it once more."
        )
        raise UnreadableError(403, text)
    return Form({name: values for name, values in given.values.items() if name != "csrf"})


def refused(request: Request, guest: Guest, reception: Reception, error: UnreadableError) -> Response:
    say = guest.language.say
    return reception.told(request, guest, error.status, say("Not done"), say(error.text))


def _pause(reception: Reception, request: Request, guest: Guest, role: Role) -> int:
    """0: this is a try. Else the seconds to wait before one."""
    return ceil(reception.throttle.wait_s(_address(request), role, guest.known_as(role)))


def _too_many(guest: Guest, seconds: int) -> str:
    return guest.language.several(
        "Too many wrong tries. Wait {number} second, then try again.",
        "Too many wrong tries. Wait {number} seconds, then try again.",
        seconds,
    )


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
