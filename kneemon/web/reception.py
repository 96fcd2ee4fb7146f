# SPDX-License-Identifier: MIT
"""Who comes, by their cookies, and every answer that goes out as a page. It knows no page's meaning.

A session's cookie is sealed, strict, and over when nothing was asked for during `web.signed_in_h`, when the role's
pass phrase changes, and when it is signed out. Language and size of text are a cookie that is nobody's secret.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_urlsafe
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from kneemon.config.options import Config
from kneemon.language import LANGUAGES, Language, language
from kneemon.ports import Clock
from kneemon.web.access import Access, derived
from kneemon.web.signed import Known, Said, Session, form_token, sealed, unsealed
from kneemon.web.templating import Templates
from kneemon.web.throttle import Throttle
from kneemon.web.visit import Role, Visit

SESSION, KNOWN, LOOK, SAID = "kneemon", "kneemon-known", "kneemon-look", "kneemon-said"
YEAR_S = 365 * 24 * 3600
RENEWED_S = 60.0
SAID_LONGEST = 600  # a cookie has 4 kB
OWN_PATH = re.compile(r"/(?![/\\])[A-Za-z0-9_./~%@:+-]*(\?[A-Za-z0-9_.~%&=+:-]*)?(#[A-Za-z0-9_-]*)?")


@dataclass(frozen=True, slots=True)
class Passing:
    """What a page's frame needs of a Visit where there is none."""

    role: Role


@dataclass(frozen=True, slots=True)
class Guest:
    """Who asks. role: None before they are signed in. new: their session's cookie is to be sent."""

    session: Session
    role: Role | None
    language: Language
    large: bool
    said: Said | None
    known: Known | None
    new: bool

    def known_as(self, role: Role) -> str | None:
        """The browser's name, where it has signed in as that before."""
        return self.known.known_as(role.value) if self.known else None


class Reception:
    """secure: cookies go over https alone."""

    def __init__(self, config: Config, access: Access, clock: Clock, *, secure: bool) -> None:
        self.access = access
        self.clock = clock
        self.throttle = Throttle(clock)
        self._secure = secure
        self._prefix = "__Host-" if secure else ""
        self._lasts_s = config.web.signed_in_h * 3600.0
        self._usual = config.web.language
        self._languages = {code: language(code) for code in LANGUAGES}
        self.templates = Templates()

    @property
    def now_s(self) -> float:
        return self.clock.anchor().utc.timestamp()

    def guest(self, request: Request) -> Guest:
        key = self.access.key
        session = unsealed(key, self._cookie(request, SESSION), Session)
        known = unsealed(key, self._cookie(request, KNOWN), Known)
        role = self._role(session) if session else None
        now_s = self.now_s
        if session is None or (session.role and role is None):
            session, new = self._stranger(), True
        else:
            new = abs(now_s - session.at_s) > RENEWED_S
        code, _, size = self._cookie(request, LOOK).partition(".")
        language = self._languages.get(code, self._languages[self._usual])
        said = unsealed(key, self._cookie(request, SAID), Said)
        said = said if said and said.session == session.name else None
        return Guest(session, role, language, size == "large", said, known, new)

    def _role(self, session: Session) -> Role | None:
        """Of a session that still holds. A clock that was set back is no reason to end it."""
        if (
            not session.role
            or abs(self.now_s - session.at_s) > self._lasts_s
            or self.access.ended(session.role, session.name)
        ):
            return None
        role = Role(session.role)
        return role if session.epoch and session.epoch == self.access.epoch(role) else None

    def _stranger(self) -> Session:
        return Session(token_urlsafe(12), self.now_s)

    def token(self, guest: Guest) -> str:
        return form_token(self.access.key, guest.session.name)

    def link_key(self, guest: Guest) -> bytes:
        return derived(self.access.key, "session", guest.session.name, str(guest.role))

    def page(
        self,
        request: Request,
        guest: Guest,
        template: str,
        title: str,
        values: Mapping[str, object],
        *,
        status: int = 200,
        visit: Visit | None = None,
    ) -> Response:
        context: dict[str, object] = {
            **values,
            "_": guest.language.say,
            "ngettext": guest.language.several,
            "language": guest.language,
            "visit": visit or (Passing(guest.role) if guest.role else None),
            "csrf": self.token(guest),
            "nonce": request.scope["nonce"],
            "said": (guest.said.text, guest.said.bad) if guest.said else None,
            "large": guest.large,
            "here": request.url.path,
            "title": title,
        }
        response = HTMLResponse(self.templates.draw(template, context), status)
        if guest.said:
            self._forget(response, SAID)
        return self.attend(response, guest)

    def told(self, request: Request, guest: Guest, status: int, title: str, text: str) -> Response:
        """A page that says why there is no other."""
        template = "refused.html" if status == 403 else "error.html"
        return self.page(request, guest, template, title, {"text": text}, status=status)

    def attend(self, response: Response, guest: Guest) -> Response:
        """The answer with the session's cookie, where that is new or has aged."""
        if guest.new:
            self._keep(response, SESSION, sealed(self.access.key, self._aged(guest.session)))
        return response

    def moved(self, guest: Guest, to: str, said: str = "", *, bad: bool = False) -> Response:
        """To a page of our own, whatever was asked for."""
        response = RedirectResponse(own_path(to), 303)
        if said:
            short = said if len(said) <= SAID_LONGEST else said[:SAID_LONGEST] + "…"
            self._keep(response, SAID, sealed(self.access.key, Said(guest.session.name, short, bad)))
        return self.attend(response, guest)

    def to_sign_in(self, request: Request, guest: Guest) -> Response:
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return self.moved(guest, "/sign-in" if wanted == "/" else f"/sign-in?next={quote(wanted, safe='')}")

    def signed_in(self, guest: Guest, role: Role, to: str) -> Response:
        """With a session of a new name, so that nobody else can know it from before."""
        session = Session(token_urlsafe(12), self.now_s, role.value, self.access.epoch(role) or "")
        response = RedirectResponse(own_path(to), 303)
        self._keep(response, SESSION, sealed(self.access.key, session))
        before = guest.known or Known(token_urlsafe(12))
        known = Known(before.name, tuple(sorted({*before.roles, role.value})))
        self._keep(response, KNOWN, sealed(self.access.key, known), YEAR_S)
        return response

    def signed_out(self, guest: Guest) -> Response:
        if guest.role:
            now_s = self.now_s
            self.access.end(guest.role, guest.session.name, now_s + self._lasts_s, now_s)
        response = RedirectResponse("/sign-in", 303)
        self._forget(response, SESSION)
        self._forget(response, SAID)
        return response

    def looking(self, guest: Guest, to: str, language: str, text: str) -> Response:
        """The language and the size of text that were chosen; what was not chosen stays."""
        code = language if language in LANGUAGES else guest.language.code
        size = text if text in ("large", "normal") else "large" if guest.large else "normal"
        response = self.moved(guest, to)
        self._keep(response, LOOK, f"{code}.{size}", YEAR_S)
        return response

    def _aged(self, session: Session) -> Session:
        return Session(session.name, self.now_s, session.role, session.epoch)

    def _cookie(self, request: Request, name: str) -> str:
        return request.cookies.get(self._prefix + name, "")

    def _keep(self, response: Response, name: str, value: str, lasts_s: int | None = None) -> None:
        response.set_cookie(
            self._prefix + name, value, lasts_s, path="/", secure=self._secure, httponly=True, samesite="strict"
        )

    def _forget(self, response: Response, name: str) -> None:
        response.delete_cookie(self._prefix + name, path="/", secure=self._secure, httponly=True, samesite="strict")


def own_path(path: str) -> str:
    """The path if it leads nowhere else than to our pages, else the first page."""
    return path if OWN_PATH.fullmatch(path) else "/"
