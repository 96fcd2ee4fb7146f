# SPDX-License-Identifier: MIT
"""Which commands are obeyed, with a handler that answers as it is told and a clock that is led."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from queue import SimpleQueue
from threading import Event
from typing import Any

import pytest

from kneemon.clock import PacedClock
from kneemon.errors import ControlError
from kneemon.model.records import TimeAnchor
from kneemon.mqtt.live import Live
from kneemon.mqtt.news import Heard
from kneemon.mqtt.orders import MOST_ACKS, MOST_IDS, MOST_WAITING, Orders
from kneemon.ports import LiveState

NOW = datetime(2026, 11, 23, 6, 30, 5, 120_000, tzinfo=UTC)


class Bench:
    """Orders and their handler. hold: while it is cleared, the handler does not come to an end."""

    def __init__(self, *, pain: bool = True, known: bool = True) -> None:
        self.clock = PacedClock(start=TimeAnchor("4f1c", 100.0, NOW, synchronised=known))
        self.live = Live(5.0)
        self.reply: Mapping[str, object] | Exception = {"ok": True, "done": "Pain 3 of 10 is noted."}
        self.asked: list[tuple[str, Mapping[str, object]]] = []
        self.hold = Event()
        self.hold.set()
        self._acked: SimpleQueue[None] = SimpleQueue()
        self.orders = Orders(self.clock, self.live, pain=pain, nudge=lambda: self._acked.put(None))
        self.orders.obey(self.handle)

    def handle(self, name: str, args: Mapping[str, object]) -> Mapping[str, object]:
        self.asked.append((name, args))
        assert self.hold.wait(20)
        if isinstance(self.reply, Exception):
            raise self.reply
        return self.reply

    def send(self, *, retained: bool = False, **fields: Any) -> None:
        command = {"cmd": "answer", "args": {"ask": "pain_end", "value": 3}, **fields}
        self.orders.take(Heard("cmd", json.dumps(command).encode(), retained))

    def send_and_hold(self) -> None:
        """A command that the handler has begun and does not bring to an end."""
        self.hold.clear()
        self.send(id="being done")
        while not self.asked:
            self.hold.wait(0.01)

    def refused(self) -> dict[str, Any]:
        """The answer that is there at once."""
        ack = self.orders.ack()
        assert ack is not None
        return dict(json.loads(ack))

    def done(self) -> dict[str, Any]:
        """The answer that comes from the handler."""
        self._acked.get(timeout=20)
        return self.refused()


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.orders.close()


def test_a_command_is_done_and_answered(bench: Bench):
    bench.send(id="c-7f")
    assert bench.done() == {
        "schema": "kneemon.ack/1",
        "id": "c-7f",
        "cmd": "answer",
        "status": "done",
        "code": None,
        "message": "Pain 3 of 10 is noted.",
        "ts": "2026-11-23T06:30:05.120Z",
    }
    assert bench.asked == [("answer", {"ask": "pain_end", "value": 3, "session_id": None, "morning": None})]
    assert bench.orders.ack() is None


def test_pain_is_that_of_the_walk_that_is_on(bench: Bench):
    for state, ask in ((None, "pain_end"), (LiveState("resting", "b1"), "pain_now"), (LiveState("idle"), "pain_end")):
        if state is not None:
            bench.live.offer(state)
        bench.send(cmd="pain.report", args={"score": 5})
        assert bench.done()["status"] == "done"
        assert (bench.asked[-1][1]["ask"], bench.asked[-1][1]["value"]) == (ask, 5)


@pytest.mark.parametrize(
    ("reply", "status", "code", "message"),
    [
        ({"ok": False, "error": "No walk is on."}, "rejected", "bad_args", "No walk is on."),
        ({"ok": False, "error": "No walk.", "code": "no_session"}, "rejected", "no_session", "No walk."),
        ({"ok": False, "error": "Try again.", "code": "busy"}, "failed", "busy", "Try again."),
        (
            ControlError("the card", expected="room", seen="none", remedy="Make some."),
            "failed",
            None,
            "the card: expected room, saw none. Make some.",
        ),
    ],
)
def test_what_the_handler_refuses_is_said(
    bench: Bench, reply: Mapping[str, object] | Exception, status: str, code: str | None, message: str
):
    bench.reply = reply
    bench.send(id="a")
    ack = bench.done()
    assert (ack["status"], ack["code"], ack["message"]) == (status, code, message)


def test_a_mistake_in_the_handler_is_logged_and_survived(bench: Bench, caplog: pytest.LogCaptureFixture):
    bench.reply = ZeroDivisionError("a mistake")
    bench.send(id="a")
    ack = bench.done()
    assert (ack["status"], ack["message"]) == ("failed", "kneemon stumbled over it; its log says more.")
    assert "a mistake" in caplog.text
    bench.reply = {"ok": True, "done": "Noted."}
    bench.send(id="b")
    assert bench.done()["message"] == "Noted."


def test_a_retained_command_is_refused(bench: Bench):
    bench.send(id="a", retained=True)
    ack = bench.refused()
    assert (ack["id"], ack["status"], ack["code"]) == ("a", "rejected", "retained_command")
    assert ack["message"] == (
        "A command must not be retained: publish an empty retained message to clear it, then send it anew."
    )
    assert bench.asked == []


def test_the_message_that_clears_a_retained_one_is_no_command(bench: Bench):
    bench.orders.take(Heard("cmd", b"", retained=True))
    bench.orders.take(Heard("cmd", b"", retained=False))
    assert bench.orders.ack() is None


def test_a_command_that_nobody_knows(bench: Bench):
    bench.send(cmd="session.start", id="a")
    ack = bench.refused()
    assert (ack["cmd"], ack["code"]) == ("session.start", "unknown_command")
    assert ack["message"] == "There is no command 'session.start'; there are answer, pain.report."


def test_a_command_counts_until_its_end(bench: Bench):
    bench.send(id="a", expires_at=(NOW + timedelta(milliseconds=1)).isoformat())
    assert bench.done()["status"] == "done"
    bench.send(id="b", expires_at="2026-11-23T07:30:05+01:00")
    ack = bench.refused()
    assert (ack["status"], ack["code"]) == ("rejected", "expired")
    assert ack["message"] == "The command counted until 2026-11-23T07:30:05+01:00; here it is 2026-11-23T06:30:05.120Z."
    assert len(bench.asked) == 1


@pytest.mark.parametrize("end", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_ends_beyond_all_calendars_are_survived(bench: Bench, end: str):
    bench.send(id="a", expires_at=end)
    assert (bench.done() if end.startswith("9") else bench.refused())["id"] == "a"


def test_without_the_time_a_command_with_an_end_is_refused_and_one_without_is_done():
    bench = Bench(known=False)
    bench.send(id="a", expires_at="2099-01-01T00:00:00Z")
    ack = bench.refused()
    assert ack["code"] == "expired"
    assert ack["message"] == (
        "This device does not know the time yet, so it cannot tell whether the command still counts; "
        "send it without expires_at."
    )
    bench.send(id="a")
    assert bench.done()["status"] == "done"
    bench.orders.close()


def test_a_command_that_waited_beyond_its_end_is_not_done(bench: Bench):
    bench.hold.clear()
    bench.send(id="a")
    bench.send(id="b", expires_at=(NOW + timedelta(seconds=5)).isoformat())
    bench.clock.advance(6.0)
    bench.hold.set()
    assert bench.done()["id"] == "a"
    ack = bench.done()
    assert (ack["id"], ack["code"]) == ("b", "expired")
    assert len(bench.asked) == 1


def test_a_second_delivery_does_nothing_again_and_is_told_what_came_of_the_first(bench: Bench):
    bench.hold.clear()
    bench.send(id="a")
    bench.send(id="a")
    ack = bench.refused()
    assert (ack["status"], ack["code"], ack["message"]) == ("duplicate", None, "Taken before, not again.")
    bench.hold.set()
    assert bench.done()["status"] == "done"
    bench.send(id="a")
    assert bench.refused()["message"] == "Taken before, not again. Pain 3 of 10 is noted."
    assert len(bench.asked) == 1


def test_the_last_64_ids_are_known(bench: Bench):
    for number in range(MOST_IDS + 1):
        bench.send(id=f"c{number}")
        assert bench.done()["status"] == "done"
    bench.send(id="c1")
    assert bench.refused()["status"] == "duplicate"
    bench.send(id="c0")
    assert bench.done()["status"] == "done"


def test_without_an_id_each_one_is_done(bench: Bench):
    for _ in range(2):
        bench.send()
        ack = bench.done()
        assert (ack["id"], ack["status"]) == (None, "done")
    assert len(bench.asked) == 2


def test_who_was_told_to_try_again_may(bench: Bench):
    bench.reply = {"ok": False, "error": "kneemon is busy or stopping; try again.", "code": "busy"}
    bench.send(id="a")
    assert bench.done()["code"] == "busy"
    bench.reply = {"ok": True, "done": "Noted."}
    bench.send(id="a")
    assert bench.done()["status"] == "done"


def test_no_more_than_eight_wait(bench: Bench):
    bench.send_and_hold()
    for number in range(MOST_WAITING):
        bench.send(id=f"c{number}")
    bench.send(id="one too many")
    ack = bench.refused()
    assert (ack["id"], ack["status"], ack["code"]) == ("one too many", "rejected", "busy")
    assert ack["message"] == "8 commands are waiting already; try again later."
    bench.hold.set()
    assert [bench.done()["id"] for _ in range(MOST_WAITING + 1)] == [
        "being done",
        *(f"c{number}" for number in range(MOST_WAITING)),
    ]
    bench.send(id="one too many")
    assert bench.done()["status"] == "done"


def test_where_pain_stays_at_home_it_is_not_taken_from_there_either():
    bench = Bench(pain=False)
    for command in ("answer", "pain.report"):
        bench.send(cmd=command)
        ack = bench.refused()
        assert (ack["status"], ack["code"]) == ("rejected", "not_allowed")
        assert ack["message"] == "This device does not speak of pain over MQTT: [mqtt] publish_pain is false there."
    assert bench.asked == []
    bench.orders.close()


def test_an_answer_that_is_a_minute_old_is_kept_from_everybody(bench: Bench):
    bench.send(cmd="fly", id="old")
    bench.clock.advance(59.0)
    bench.send(cmd="fly", id="new")
    bench.clock.advance(1.0)
    assert bench.refused()["id"] == "new"
    assert bench.orders.ack() is None


def test_the_answers_that_wait_are_bounded(bench: Bench):
    for number in range(MOST_ACKS + 5):
        bench.send(cmd="fly", id=f"c{number}")
    assert [bench.refused()["id"] for _ in range(MOST_ACKS)] == [f"c{number}" for number in range(5, MOST_ACKS + 5)]
    assert bench.orders.ack() is None


def test_a_flood_is_told_once(bench: Bench, caplog: pytest.LogCaptureFixture):
    for _ in range(3):
        bench.orders.flooded()
    assert [entry.message for entry in caplog.records] == [
        "MQTT: commands come faster than they can be read, and some are lost; look for who sends them"
    ]


def test_after_closing_nothing_is_done_any_more(bench: Bench):
    bench.send_and_hold()
    bench.send(id="waiting")
    bench.orders.close()
    assert not bench.orders.obeyed
    bench.hold.set()
    assert bench.done()["id"] == "being done"
    assert len(bench.asked) == 1
