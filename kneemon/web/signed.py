# SPDX-License-Identifier: MIT
"""What is signed: the cookies, the token of a form, and links that expire. It asks no clock: seconds (UTC) are given.

A link is good for ten minutes and in the session that it was made in: copied, mailed or found in a history it opens
nothing. The cookie is asked for besides.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from typing import TypeVar
from urllib.parse import parse_qsl, quote, urlencode

import msgspec
from itsdangerous import BadData, URLSafeSerializer

from kneemon.web.access import derived

LINK_LASTS_S = 600.0
UNTIL, BY = "until", "by"
FRACTIONAL = 1.0  # a link's end is written in whole seconds


class Session(msgspec.Struct, frozen=True):
    """A browser's. role: "" before it is signed in. at_s: when it last asked for something."""

    name: str
    at_s: float
    role: str = ""
    epoch: str = ""


class Known(msgspec.Struct, frozen=True):
    """A browser that has signed in before, as `roles`: others' wrong pass phrases of these do not count against it."""

    name: str
    roles: tuple[str, ...] = ()

    def known_as(self, role: str) -> str | None:
        """Its name to whom it has signed in as that."""
        return self.name if role in self.roles else None


class Said(msgspec.Struct, frozen=True):
    """A word about what was done, for the next page of that session."""

    session: str
    text: str
    bad: bool = False


T = TypeVar("T", Session, Known, Said)


def sealed(key: bytes, value: Session | Known | Said) -> str:
    """For a cookie."""
    return str(_serializer(key, type(value).__name__).dumps(msgspec.to_builtins(value)))


def unsealed(key: bytes, text: str, kind: type[T]) -> T | None:
    """None for what we did not seal, or not as that."""
    try:
        return msgspec.convert(_serializer(key, kind.__name__).loads(text), kind)
    except (BadData, msgspec.ValidationError):
        return None


def form_token(key: bytes, session: str) -> str:
    return _text(derived(key, "form", session))


def same(one: str, other: str) -> bool:
    """Takes as long whether they differ early or late."""
    return hmac.compare_digest(one.encode(), other.encode())


def link(path: str, key: bytes, now_s: float, lasts_s: float = LINK_LASTS_S) -> str:
    """The address of what `path` names, query included, until it expires. key: the session's, `Visit.secret`."""
    bare, _, query = path.partition("?")
    given = [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] not in (UNTIL, BY)]
    given.append((UNTIL, str(int(now_s + lasts_s + FRACTIONAL))))
    return f"{bare}?{urlencode([*given, (BY, _mark(bare, given, key))])}"


def good(path: str, query: str, key: bytes, now_s: float) -> bool:
    """Is it a link that we made, in this session, and not too long ago?"""
    given = parse_qsl(query, keep_blank_values=True)
    marks = [value for name, value in given if name == BY]
    ends = [value for name, value in given if name == UNTIL]
    rest = [pair for pair in given if pair[0] != BY]
    if len(marks) != 1 or len(ends) != 1 or not ends[0].isascii() or not ends[0].isdecimal() or len(ends[0]) > 12:
        return False
    return same(marks[0], _mark(path, rest, key)) and int(ends[0]) >= now_s


def _mark(path: str, given: list[tuple[str, str]], key: bytes) -> str:
    return _text(derived(key, "link", quote(path), urlencode(given)))


def _text(made: bytes) -> str:
    return urlsafe_b64encode(made).decode().rstrip("=")


def _serializer(key: bytes, purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(
        derived(key, "cookie"), salt=purpose, signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    )
