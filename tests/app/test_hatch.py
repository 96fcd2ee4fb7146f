# SPDX-License-Identifier: MIT
"""What is said at the hatch: a yes is kept, a busy was not done."""

from collections.abc import Callable, Mapping
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread

import pytest

from kneemon.app import hatch
from kneemon.app.asked import Asked
from kneemon.app.inbox import ITEMS, Inbox
from kneemon.clock import SystemClock
from kneemon.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "kneemon.db", documents_of=lambda *_: (), clock=SystemClock())


def doing(done: list[str]) -> Callable[[str, Mapping[str, object]], Mapping[str, object]]:
    def control(name: str, _args: Mapping[str, object]) -> Mapping[str, object]:
        done.append(name)
        return {"ok": True, "done": "Noted."}

    return control


def test_a_yes_that_is_kept(store: Store) -> None:
    assert hatch.kept(doing([]), store)("answer", {}) == {"ok": True, "done": "Noted."}
    store.close()


def test_a_yes_that_cannot_be_kept_is_none(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "problem", lambda: "the disk is full.")
    reply = hatch.kept(doing([]), store)("answer", {})
    assert reply == {"ok": False, "error": "It was taken, but could not be kept: the disk is full.", "code": "storage"}
    assert hatch.kept(doing([]), store)("status", {})["ok"] is True, "nothing of it is kept"
    store.close()


def test_while_the_file_is_written_anew_who_asks_is_told_so_and_nothing_is_done(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    with monkeypatch.context() as busy:
        busy.setattr(store._sweep, "at_work", True)
        assert hatch.kept(doing(done), store)("note-walk", {}) == hatch.BUSY
        assert hatch.kept(doing(done), store)("status", {})["ok"] is True, "that keeps nothing"
    assert done == ["status"]
    assert hatch.kept(doing(done), store)("note-walk", {})["ok"] is True
    store.close()


def test_what_was_given_up_is_never_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hatch, "ANSWERED_S", 0.05)
    waiting: SimpleQueue[Asked] = SimpleQueue()

    def put(asked: Asked, _patience_s: float) -> bool:
        waiting.put(asked)
        return True

    assert hatch.ask(put, "start", {}, 0.0)["code"] == "busy"
    done: list[str] = []
    hatch.answer(waiting.get(), lambda asked: done.append(asked.name) or {"ok": True})
    assert done == []


def test_what_is_being_done_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hatch, "ANSWERED_S", 0.05)
    clock = SystemClock()
    workers: list[Thread] = []

    def slow(_asked: Asked) -> Mapping[str, object]:
        clock.wait(0.5)
        return {"ok": True}

    def put(asked: Asked, _patience_s: float) -> bool:
        workers.append(Thread(target=hatch.answer, args=(asked, slow)))
        workers[-1].start()
        return True

    assert hatch.ask(put, "start", {}, 0.0) == {"ok": True}
    workers[0].join()


def test_an_inbox_without_room_is_not_waited_for_long() -> None:
    inbox: Inbox[int] = Inbox(Event())
    assert all(inbox.put(number) for number in range(ITEMS))
    assert inbox.put(ITEMS, patience_s=0.1) is False
    assert list(inbox.rest()) == list(range(ITEMS)), "nor is it there later"
