# SPDX-License-Identifier: MIT
"""Where the diary is written from a command line: by the kneemon that runs, else into the store itself."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Protocol

from kneemon.app import told
from kneemon.app.asked_records import amend
from kneemon.app.broker import broker_settings, documents_of, told_as, wants_detail
from kneemon.app.plan_in_use import planned
from kneemon.app.programme import Programme
from kneemon.config.options import Config
from kneemon.config.places import Places
from kneemon.controls.socket import alive, ask
from kneemon.errors import ControlError
from kneemon.model.diary import Fact
from kneemon.model.questions import Ask
from kneemon.ports import Clock
from kneemon.store.writer import Store


class Desk(Protocol):
    """Each returns one sentence for the person who asked; ControlError when it is refused, with the reason."""

    def tell(self, fact: Fact) -> str:
        """A profile, tags, a choice, an override."""
        ...

    def answer(self, ask: Ask, value: int, session_id: str = "", morning: date | None = None) -> str:
        """An answer, perhaps late. session_id "": the walk that is open or the newest. morning: the day, None today."""
        ...

    def amend(self, name: str, args: Mapping[str, object]) -> str:
        """A request of `asked_records`: about what is kept already, or the plan."""
        ...


@contextmanager
def desk(config: Config, places: Places, clock: Clock) -> Iterator[Desk]:
    """Raises StoreError, PlanError, ControlError."""
    if alive(places.socket):
        yield _Asking(places)
        return
    raises = config.mqtt.allow_remote_raise
    settings = broker_settings(config, places, os.environ)
    store = Store.open(
        places.store,
        documents_of=documents_of(settings),
        told=told_as(settings),
        detail=wants_detail(settings),
        outbox_mb=config.store.outbox_mb,
        commit_s=config.store.commit_s,
        clock=clock,
    )
    try:
        yield _Writing(
            Programme(planned(places.plan, store), store, clock, zone=config.device.time_zone, raises=raises), store
        )
        store.flush()
        problem = store.problem()
    finally:
        store.close()
    if problem is not None:
        raise ControlError(
            "the diary", expected="a store that can be written", seen=problem.rstrip("."), remedy="Then try again."
        )


class _Asking:
    """By the running kneemon."""

    def __init__(self, places: Places) -> None:
        self._socket = places.socket

    def tell(self, fact: Fact) -> str:
        kind, fields = told.fields_of(fact)
        return self._asked("tell", {"kind": kind, "fields": fields})

    def answer(self, ask: Ask, value: int, session_id: str = "", morning: date | None = None) -> str:
        about = {"session_id": session_id, "morning": None if morning is None else morning.isoformat()}
        return self._asked("answer", {"ask": ask.value, "value": value, **about})

    def amend(self, name: str, args: Mapping[str, object]) -> str:
        return self._asked(name, args)

    def _asked(self, name: str, args: Mapping[str, object]) -> str:
        reply = ask(self._socket, name, args)
        if not reply.get("ok"):
            raise ControlError(
                "the running kneemon",
                expected="to note it",
                seen="a refusal",
                remedy=str(reply.get("error", "It gave no reason.")),
            )
        return str(reply["done"])


class _Writing:
    """Into the store at rest."""

    def __init__(self, programme: Programme, store: Store) -> None:
        self._programme = programme
        self._store = store
        programme.look()

    def tell(self, fact: Fact) -> str:
        return told.tell(self._programme, fact)

    def answer(self, ask: Ask, value: int, session_id: str = "", morning: date | None = None) -> str:
        return told.answer(self._programme, ask, value, session_id, morning)

    def amend(self, name: str, args: Mapping[str, object]) -> str:
        return amend(name, args, self._programme, self._store)
