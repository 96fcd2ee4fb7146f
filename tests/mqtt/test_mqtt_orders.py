# SPDX-License-Identifier: MIT
"""Which commands are obeyed, with a handler that answers as it is told and a clock that is led."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from contract_check import check
from hypothesis import given
from hypothesis import strategies as st
from mqtt_bench import DEVICE, Notebook
from orders_bench import BOOT, NOW, TREE, OrdersBench

from kneemon.errors import ControlError, StoreError
from kneemon.mqtt.news import Heard
from kneemon.mqtt.orders import MOST_REPLIES, MOST_WAITING, WITHHELD, Reply
from kneemon.mqtt.remembered import MOST_IDS, UNKNOWN
from kneemon.mqtt.topics import Level

NewBench = Callable[..., OrdersBench]


@pytest.fixture
def new() -> Iterator[NewBench]:
    made: list[OrdersBench] = []

    def bench(**how: Any) -> OrdersBench:
        made.append(OrdersBench(**how))
        return made[-1]

    yield bench
    for each in made:
        each.hold.set()
        each.orders.close()


@pytest.fixture
def bench(new: NewBench) -> OrdersBench:
    return new()


def test_a_command_is_done_and_answered(bench: OrdersBench):
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
    assert bench.orders.reply() is None


def test_pain_is_that_of_the_walk_that_is_on(bench: OrdersBench):
    for walk, ask in ((None, "pain_end"), ("b1", "pain_now"), (None, "pain_end")):
        bench.walking = walk
        bench.send(cmd="pain.report", args={"score": 5})
        assert bench.done()["status"] == "done"
        assert (bench.asked[-1][1]["ask"], bench.asked[-1][1]["value"]) == (ask, 5)


@pytest.mark.parametrize(
    ("reply", "status", "code", "message"),
    [
        ({"ok": False, "error": "No walk is on."}, "rejected", "not_allowed", "No walk is on."),
        ({"ok": False}, "rejected", "not_allowed", "It gave no reason."),
        ({"ok": False, "error": "The card is full.", "code": "storage"}, "failed", "storage", "The card is full."),
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
    bench: OrdersBench, reply: Mapping[str, object] | Exception, status: str, code: str | None, message: str
):
    bench.reply = reply
    bench.send(id="a")
    ack = bench.done()
    assert (ack["status"], ack["code"], ack["message"]) == (status, code, message)


def test_words_that_utf_8_cannot_carry_are_answered(bench: OrdersBench):
    bench.reply = {"ok": False, "error": "the store /home/\udcff cannot be used", "code": "storage"}
    bench.send(id="a")
    assert bench.done()["message"] == "the store /home/? cannot be used"
    bench.reply = ControlError("/home/\udcff", expected="room", seen="none", remedy="Make some.")
    bench.send(id="b")
    assert bench.done()["message"] == "/home/?: expected room, saw none. Make some."
    bench.reply = {"ok": True, "done": "\udcff"}
    bench.send(id="c")
    assert bench.done()["message"] == "?"


def test_a_mistake_of_our_own_is_logged_and_survived(
    bench: OrdersBench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def stumble(*_: object) -> None:
        raise ZeroDivisionError("a mistake of our own")

    with monkeypatch.context() as patched:
        patched.setattr(bench.orders, "_done", stumble)
        patched.setattr(bench.orders, "_judged", stumble)
        bench.send(id="a")
        bench.judged()
        bench.wish("mute", "ON")
        bench.judged()
    assert caplog.text.count("ZeroDivisionError: a mistake of our own") == 2
    bench.send(id="b")
    assert bench.done()["status"] == "done"


def test_a_mistake_in_the_handler_is_logged_and_survived(bench: OrdersBench, caplog: pytest.LogCaptureFixture):
    bench.reply = ZeroDivisionError("a mistake")
    bench.send(id="a")
    ack = bench.done()
    assert (ack["status"], ack["message"]) == ("failed", "kneemon stumbled over it; its log says more.")
    assert "a mistake" in caplog.text
    bench.reply = {"ok": True, "done": "Noted."}
    bench.send(id="b")
    assert bench.done()["message"] == "Noted."


def test_a_retained_command_is_refused(bench: OrdersBench):
    bench.send(id="a", retained=True)
    ack = bench.refused()
    assert (ack["id"], ack["status"], ack["code"]) == ("a", "rejected", "retained_command")
    assert ack["message"] == (
        "A command must not be retained: publish an empty retained message to clear it, then send it anew."
    )
    assert bench.asked == []


def test_the_message_that_clears_a_retained_one_is_no_command(bench: OrdersBench):
    bench.orders.take(Heard(f"{TREE}/cmd", b"", retained=True))
    bench.orders.take(Heard(f"{TREE}/cmd", b"", retained=False))
    assert bench.orders.reply() is None


def test_a_command_that_nobody_knows(bench: OrdersBench):
    bench.send(cmd="alert.silence", id="a")
    ack = bench.refused()
    assert (ack["cmd"], ack["code"]) == ("alert.silence", "unknown_command")
    assert ack["message"] == (
        "There is no command 'alert.silence'; there are session.start, session.stop, session.pause, session.resume, "
        "pain.report, answer, alert.snooze, identify, plan.pause, plan.resume, plan.stay, plan.rest, exercise.start, "
        "exercise.stop, session.get, session.resend."
    )


def test_a_command_counts_until_its_end(bench: OrdersBench):
    bench.send(id="a", expires_at=(NOW + timedelta(milliseconds=1)).isoformat())
    assert bench.done()["status"] == "done"
    bench.send(id="b", expires_at="2026-11-23T07:30:05+01:00")
    ack = bench.refused()
    assert (ack["status"], ack["code"]) == ("rejected", "expired")
    assert ack["message"] == "The command counted until 2026-11-23T07:30:05+01:00; here it is 2026-11-23T06:30:05.120Z."
    assert len(bench.asked) == 1


@pytest.mark.parametrize("end", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_ends_beyond_all_calendars_are_survived(bench: OrdersBench, end: str):
    bench.send(id="a", expires_at=end)
    assert (bench.done() if end.startswith("9") else bench.refused())["id"] == "a"


def test_without_the_time_a_command_with_an_end_is_refused_and_one_without_is_done(new: NewBench):
    bench = new(start=replace(BOOT, synchronised=False))
    bench.send(id="a", expires_at="2099-01-01T00:00:00Z")
    ack = bench.refused()
    assert ack["code"] == "expired"
    assert ack["message"] == (
        "This device does not know the time yet, so it cannot tell whether the command still counts; "
        "send it without expires_at."
    )
    bench.send(id="a")
    assert bench.done()["status"] == "done"


def test_a_command_that_waited_beyond_its_end_is_not_done(bench: OrdersBench):
    bench.hold.clear()
    bench.send(id="a")
    bench.send(id="b", expires_at=(NOW + timedelta(seconds=5)).isoformat())
    bench.clock.advance(6.0)
    bench.hold.set()
    assert bench.done()["id"] == "a"
    ack = bench.done()
    assert (ack["id"], ack["code"]) == ("b", "expired")
    assert len(bench.asked) == 1


def test_a_second_delivery_does_nothing_again_and_is_told_what_came_of_the_first(bench: OrdersBench):
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


def test_the_last_64_ids_are_known(bench: OrdersBench):
    for number in range(MOST_IDS + 1):
        bench.send(id=f"c{number}")
        assert bench.done()["status"] == "done"
    bench.send(id="c1")
    assert bench.refused()["status"] == "duplicate"
    bench.send(id="c0")
    assert bench.done()["status"] == "done"


def test_without_an_id_each_one_is_done(bench: OrdersBench):
    for _ in range(2):
        bench.send()
        ack = bench.done()
        assert (ack["id"], ack["status"]) == (None, "done")
    assert len(bench.asked) == 2


def test_who_was_told_to_try_again_may(bench: OrdersBench):
    bench.reply = {"ok": False, "error": "kneemon is busy or stopping; try again.", "code": "busy"}
    bench.send(id="a")
    assert bench.done()["code"] == "busy"
    bench.reply = {"ok": True, "done": "Noted."}
    bench.send(id="a")
    assert bench.done()["status"] == "done"


def test_no_more_than_eight_wait(bench: OrdersBench):
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


def test_an_answer_that_is_a_minute_old_is_kept_from_everybody(bench: OrdersBench):
    bench.send(cmd="fly", id="old")
    bench.clock.advance(59.0)
    bench.send(cmd="fly", id="new")
    bench.clock.advance(1.0)
    assert bench.refused()["id"] == "new"
    assert bench.orders.reply() is None


def test_the_answers_that_wait_are_bounded(bench: OrdersBench):
    for number in range(MOST_REPLIES + 5):
        bench.send(cmd="fly", id=f"c{number}")
    assert [bench.refused()["id"] for _ in range(MOST_REPLIES)] == [
        f"c{number}" for number in range(5, MOST_REPLIES + 5)
    ]
    assert bench.orders.reply() is None


def test_a_flood_is_told_once(bench: OrdersBench, caplog: pytest.LogCaptureFixture):
    for _ in range(3):
        bench.orders.flooded()
    assert [entry.message for entry in caplog.records] == [
        "MQTT: commands come faster than they can be read, and some are lost; look for who sends them"
    ]


def test_after_closing_nothing_is_done_any_more(bench: OrdersBench):
    bench.send_and_hold()
    bench.send(id="waiting")
    bench.orders.close()
    assert not bench.orders.obeyed
    bench.hold.set()
    assert bench.done()["id"] == "being done"
    assert len(bench.asked) == 1


def test_a_reply_goes_where_the_table_says(bench: OrdersBench):
    bench.send(cmd="fly", id="a")
    reply = bench.next()
    assert reply == Reply(f"{TREE}/cmd/ack", reply.payload, retained=False, expiry_s=60, qos=1)


def test_what_is_to_be_subscribed_to(new: NewBench):
    both = (f"{TREE}/cmd", f"{TREE}/desired/+")
    assert [new(level=level).orders.filters(DEVICE) for level in Level] == [(), (), both, both]


@pytest.mark.parametrize("level", [Level.OFF, Level.MINIMAL])
def test_who_is_told_nothing_of_walks_has_nothing_to_say(level: Level, new: NewBench):
    bench = new(level=level)
    bench.send()
    bench.send(cmd="fly")
    bench.wish("mute", "ON")
    bench.wish("colour", "red")
    assert bench.orders.reply() is None
    assert bench.asked == []


def test_what_is_not_for_us_is_ignored(bench: OrdersBench):
    for topic in (f"{TREE}/state", f"{TREE}/cmd/ack", f"{TREE}/desired", "elsewhere"):
        bench.orders.take(Heard(topic, b'{"cmd":"answer"}', retained=False))
    assert bench.orders.reply() is None
    assert bench.asked == []


def test_each_command_is_asked_of_the_handler_by_its_name_there(bench: OrdersBench):
    bench.send(cmd="session.start", args={"pain": 2})
    bench.done()
    bench.send(cmd="plan.rest", args={})
    bench.done()
    bench.send(cmd="session.get", args={"session_id": "b1"})
    bench.done()
    assert bench.asked == [
        ("start", {"pain": 2, "signs": None}),
        ("tell", {"kind": "choice", "fields": {"kind": "rest"}}),
        ("send-again", {"session_ids": ["b1"], "since": None, "detail": True}),
    ]


def test_who_lets_it_buzz_is_told_of_no_pain_mark(bench: OrdersBench):
    bench.reply = {"ok": True, "done": "your pain mark is noted", "lasts_s": 0.3}
    bench.send(cmd="identify", args={})
    assert bench.done()["message"] == "It buzzes once."


def test_what_cannot_be_translated_is_refused_and_not_asked(bench: OrdersBench):
    bench.send(cmd="exercise.start", args={"kind": "stop"}, id="a")
    ack = bench.done()
    assert (ack["status"], ack["code"]) == ("rejected", "bad_args")
    assert ack["message"] == (
        "the exercise: expected one of push_off, calf_stretch, balance, cold, saw 'stop'. Name one of them."
    )
    assert bench.asked == []


class TestWherePainStaysAtHome:
    @pytest.fixture
    def bench(self, new: NewBench) -> OrdersBench:
        return new(publish_pain=False)

    @pytest.mark.parametrize(
        ("cmd", "args"),
        [
            ("answer", {"ask": "reps", "value": 3}),
            ("pain.report", {"score": 1}),
            ("session.start", {"pain": 1}),
            ("session.start", {"signs": 2}),
        ],
    )
    def test_it_is_not_taken_from_there_either(self, cmd: str, args: dict[str, object], bench: OrdersBench):
        bench.send(cmd=cmd, args=args)
        ack = bench.refused()
        assert (ack["status"], ack["code"]) == ("rejected", "not_allowed")
        assert ack["message"] == "This device does not speak of pain over MQTT: [mqtt] publish_pain is false there."
        assert bench.asked == []

    @pytest.mark.parametrize("args", [{}, {"pain": None, "signs": None}])
    def test_all_else_is_done_and_no_word_of_the_plan_leaves(self, args: dict[str, object], bench: OrdersBench):
        bench.reply = {"ok": True, "done": "The walk has begun. You reported a sign on the list SOON."}
        bench.send(cmd="session.start", args=args)
        ack = bench.done()
        assert (ack["status"], ack["message"]) == ("done", "Done.")

    @pytest.mark.parametrize(
        ("reply", "code", "message"),
        [
            ({"ok": False, "error": "You reported pain 7.", "code": "not_allowed"}, "not_allowed", WITHHELD),
            ({"ok": False, "error": "You reported pain 7."}, "not_allowed", WITHHELD),
            ({"ok": False, "error": "You reported pain 7.", "code": "pain"}, "pain", WITHHELD),
            ({"ok": False, "error": "A walk is on.", "code": "already_walking"}, "already_walking", "A walk is on."),
            (ControlError("the plan", expected="no pain", seen="7", remedy="Rest."), None, WITHHELD),
        ],
    )
    def test_why_it_is_refused_is_said_where_that_tells_nothing(
        self, reply: Mapping[str, object] | Exception, code: str | None, message: str, bench: OrdersBench
    ):
        bench.reply = reply
        bench.send(cmd="session.start", args={}, id="a")
        ack = bench.done()
        assert (ack["code"], ack["message"]) == (code, message)
        if code is not None:
            bench.send(cmd="session.start", args={}, id="a")
            assert "pain 7" not in bench.refused()["message"]


class TestResponseTopics:
    @pytest.mark.parametrize("place", ["", "/hass", "/a/b"])
    def test_below_our_acks_it_is_honoured(self, place: str, bench: OrdersBench):
        bench.send(to=f"{TREE}/cmd/ack{place}", correlation=b"\x00\x01")
        bench.judged()
        reply = bench.next()
        assert (reply.topic, reply.correlation) == (f"{TREE}/cmd/ack{place}", b"\x00\x01")

    @pytest.mark.parametrize(
        "elsewhere",
        [
            "homeassistant/sensor/x/config",
            f"{TREE}/state",
            f"{TREE}/cmd/acknowledged",
            f"{TREE}/cmd/ack/+",
            f"{TREE}/cmd/ack/#",
            f"{TREE}/cmd/ack/",
            f"{TREE}/cmd/ack/\x01",
            f"{TREE}/cmd/ack/{'x' * 300}",
            "kneemon/v1/zz99yy88/cmd/ack",
            "",
        ],
    )
    def test_elsewhere_nothing_is_said(self, elsewhere: str, bench: OrdersBench, caplog: pytest.LogCaptureFixture):
        for place in (elsewhere, "it's elsewhere"):
            bench.send(to=place, correlation=b"1")
            bench.judged()
            reply = bench.next()
            assert (reply.topic, reply.correlation) == (f"{TREE}/cmd/ack", b"1")
            assert b"elsewhere" not in reply.payload
        (entry,) = caplog.records
        assert entry.message.startswith("MQTT: somebody wants answers at '")
        assert entry.message.endswith(f"; they go to {TREE}/cmd/ack, or below it")

    def test_a_refusal_finds_its_way_too(self, bench: OrdersBench):
        bench.send(cmd="fly", to=f"{TREE}/cmd/ack/hass", correlation=b"7")
        reply = bench.next()
        assert (reply.topic, reply.correlation) == (f"{TREE}/cmd/ack/hass", b"7")

    def test_correlation_data_without_end_is_not_carried(self, bench: OrdersBench, caplog: pytest.LogCaptureFixture):
        bench.send(cmd="fly", correlation=b"x" * 256)
        assert bench.next().correlation == b"x" * 256
        bench.send(cmd="fly", correlation=b"x" * 257)
        assert bench.next().correlation is None
        assert [entry.message for entry in caplog.records] == [
            "MQTT: correlation data of more than 256 bytes is left out of answers"
        ]


class TestOverTime:
    """What is remembered, and for how long."""

    def test_an_id_is_known_for_ten_minutes(self, bench: OrdersBench):
        bench.send(id="a")
        bench.done()
        bench.clock.advance(599.0)
        bench.send(id="a")
        assert bench.refused()["status"] == "duplicate"
        bench.clock.advance(1.0)
        bench.send(id="a")
        assert bench.done()["status"] == "done"

    def test_it_is_known_for_as_long_as_it_takes(self, bench: OrdersBench):
        bench.send_and_hold(id="a")
        bench.send(id="b")
        bench.clock.advance(700.0)
        for command_id in ("a", "b"):
            bench.send(id=command_id)
            assert bench.refused()["status"] == "duplicate"

    def test_it_is_known_after_a_restart(self, new: NewBench):
        before = new()
        before.send(id="a")
        before.done()
        before.clock.advance(500.0)
        after = new(notes=before.notes, start=replace(BOOT, monotonic_s=before.clock.now_s()))
        after.send(id="a")
        ack = after.refused()
        assert (ack["status"], ack["message"]) == ("duplicate", "Taken before, not again. Pain 3 of 10 is noted.")
        after.clock.advance(100.0)
        after.send(id="a")
        assert after.done()["status"] == "done"

    @pytest.mark.parametrize("now_s", [20.0, 9000.0])
    def test_over_a_reboot_nobody_knows_how_long_ago_it_was(self, now_s: float, new: NewBench):
        before = new()
        before.send(id="a")
        before.done()
        before.clock.advance(5000.0)
        after = new(notes=before.notes, start=replace(BOOT, boot_id="4f1d", monotonic_s=now_s))
        after.clock.advance(599.0)
        after.send(id="a")
        assert after.refused()["status"] == "duplicate"
        after.clock.advance(1.0)
        after.send(id="a")
        assert after.done()["status"] == "done"

    def test_what_was_begun_and_cut_off_is_not_begun_again(self, new: NewBench):
        before = new()
        before.send_and_hold(id="a")
        after = new(notes=before.notes)
        after.send(id="a")
        ack = after.refused()
        assert (ack["status"], ack["code"], ack["message"]) == (
            "duplicate",
            None,
            f"Taken before, not again. {UNKNOWN}",
        )
        assert after.asked == []

    def test_what_only_waited_was_not_done(self, new: NewBench):
        before = new()
        before.send_and_hold(id="a")
        before.send(id="b")
        after = new(notes=before.notes)
        after.send(id="b")
        assert after.done()["status"] == "done"

    def test_who_was_told_to_try_again_may_after_a_restart(self, new: NewBench):
        before = new()
        before.reply = {"ok": False, "error": "Try again.", "code": "busy"}
        before.send(id="a")
        before.done()
        after = new(notes=before.notes)
        after.send(id="a")
        assert after.done()["status"] == "done"

    def test_what_is_kept_is_bounded(self, new: NewBench):
        before = new()
        before.reply = {"ok": True, "done": "word " * 1000}
        for number in range(MOST_IDS + 10):
            before.send(id=f"{number:064}")
            before.done()
        assert isinstance(before.notes, Notebook)
        assert len(before.notes.notes["commands"]) < 64 * (64 + 240 + 40)
        after = new(notes=before.notes)
        after.send(id=f"{MOST_IDS + 9:064}")
        assert after.refused()["message"].endswith("word word…")
        after.send(id=f"{9:064}")
        assert after.done()["status"] == "done"

    @pytest.mark.parametrize("text", ["", "[", "{}", "null", '{"boot":"4f1c","ids":[["a"]]}', '{"boot":1,"ids":[]}'])
    def test_notes_that_cannot_be_read_cost_no_command(
        self, text: str, new: NewBench, caplog: pytest.LogCaptureFixture
    ):
        bench = new(notes=Notebook(commands=text))
        bench.send(id="a")
        assert bench.done()["status"] == "done"
        (entry,) = caplog.records
        assert entry.message.startswith("MQTT: which commands were done is not kept over a restart: ")

    def test_a_clock_that_runs_backwards_in_the_notes_is_survived(self, new: NewBench):
        bench = new(notes=Notebook(commands='{"boot":"4f1c","ids":[["a",99999.0,"Done."]]}'))
        bench.clock.advance(600.0)
        bench.send(id="a")
        assert bench.done()["status"] == "done"

    def test_a_card_that_fails_costs_no_command(self, new: NewBench, caplog: pytest.LogCaptureFixture):
        class Full(Notebook):
            def keep(self, name: str, text: str) -> None:
                raise StoreError("the store", expected="room", seen="none", remedy="Make some.")

        bench = new(notes=Full())
        for command_id in ("a", "b"):
            bench.send(id=command_id)
            assert bench.done()["status"] == "done"
        bench.send(id="a")
        assert bench.refused()["status"] == "duplicate"
        assert [entry.message for entry in caplog.records] == [
            "MQTT: which commands were done is not kept over a restart: the store: expected room, saw none. Make some."
        ]


TEXTS = st.text(max_size=80)
NAMES = st.sampled_from(["cmd", "cmd/ack", "desired/mute", "desired/", "state", ""]) | TEXTS.map("desired/{}".format)
PAYLOADS = st.binary(max_size=100) | st.sampled_from([b"ON", b'{"cmd":"identify"}', b'{"cmd":"fly","id":"a"}'])
ADDRESSES = st.none() | TEXTS | TEXTS.map(f"{TREE}/cmd/ack{{}}".format)


@given(st.lists(st.tuples(NAMES, PAYLOADS, st.booleans(), ADDRESSES, st.none() | st.binary(max_size=300)), max_size=12))
def test_whatever_comes_we_publish_only_where_we_answer(
    messages: list[tuple[str, bytes, bool, str | None, bytes | None]],
):
    bench = OrdersBench()
    try:
        for name, *rest in messages:
            bench.orders.take(Heard(f"{TREE}/{name}", *rest))
        while (reply := bench.orders.reply()) is not None:
            check(reply.topic, reply.payload, reply.retained, reply.qos, reply.expiry_s)
            below = reply.topic.removeprefix(f"{TREE}/")
            assert below.startswith(("cmd/ack/", "desired/")) or below == "cmd/ack"
            assert reply.retained is not bool(reply.payload)
            assert len(reply.topic) <= 300
            assert not below.startswith("cmd/ack") or not set(below) & set("+#\0")
    finally:
        bench.orders.close()
