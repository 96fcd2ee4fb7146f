# SPDX-License-Identifier: MIT
"""What a page's function is given, and what it may answer with. It knows no web framework.

A page is a function from Visit to Answer, behind a Door, which says who may come in. Pages run on worker threads, one
Visit each. They read by `visit.reading` and change things by `visit.ask` alone. KneemonErrors that they raise are told
to the visitor in words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the store and the plan's rules, and their 5 MB, only behind a sign-in
    from pathlib import Path

    from kneemon.app.reading import Reading
    from kneemon.config.options import Config
    from kneemon.language import Language
    from kneemon.ports import Clock


class Role(StrEnum):
    """Who is signed in. The walker owns the device, the physio sets the limits, a reader only looks."""

    WALKER = "walker"
    PHYSIO = "physio"
    READER = "reader"


EVERYBODY = frozenset(Role)
OWNER = frozenset({Role.WALKER})
BOTH = frozenset({Role.WALKER, Role.PHYSIO})

Reply = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Form:
    """What was sent, by name; a field that is not there is ""."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def one(self, name: str) -> str:
        """The first value, without space around it."""
        return self.values.get(name, ("",))[0].strip()

    def all(self, name: str) -> tuple[str, ...]:
        return self.values.get(name, ())


@dataclass(frozen=True, slots=True)
class Visit:
    """One request by somebody who may.

    ask: one request to the running kneemon, as over its control socket; raises ControlError when nobody answers.
    physio_set: a physio has a pass phrase here, so the limits are no longer the walker's to change. access: where the
    pass phrases are kept. link: makes of a path behind a door that `expires` an address that works for ten minutes.
    own_phrase: why that is not the visitor's pass phrase, in words, "" when it is; too many tries are not looked at.
    """

    role: Role
    language: Language
    path: Mapping[str, str]
    query: Form
    form: Form
    reading: Reading
    ask: Callable[[str, Mapping[str, object]], Reply]
    config: Config
    access: Path
    store: Path
    clock: Clock
    own_phrase: Callable[[str], str]
    physio_set: bool = False
    link: Callable[[str], str] = str

    def may(self, roles: frozenset[Role]) -> bool:
        return self.role in roles

    @property
    def may_set_limits(self) -> bool:
        """The physio; the walker, too, as long as no physio has a pass phrase here."""
        return self.role is Role.PHYSIO or (self.role is Role.WALKER and not self.physio_set)


@dataclass(frozen=True, slots=True)
class Shown:
    """A page: its template and what that needs. title: already said in the visitor's language."""

    template: str
    title: str
    values: Mapping[str, object] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True, slots=True)
class Moved:
    """To another page (303), with a word about what was done, already in the visitor's language; bad: it was not."""

    to: str
    said: str = ""
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """A file. chunks may be made while it is sent."""

    chunks: Iterable[bytes]
    name: str
    media_type: str
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no such thing (404)."""

    said: str


Answer = Shown | Moved | Sent | Missing
Page = Callable[[Visit], Answer]


@dataclass(frozen=True, slots=True)
class Door:
    """path: as Starlette has it, /walk/{session_id}. post: it changes something; a form with the token is asked for.

    expires: the address must be one that `Visit.link` has made, at most ten minutes ago. sends: files, which take
    their time: few of them at once, and one for each visitor.
    """

    path: str
    page: Page
    roles: frozenset[Role] = EVERYBODY
    post: bool = False
    expires: bool = False
    sends: bool = False
