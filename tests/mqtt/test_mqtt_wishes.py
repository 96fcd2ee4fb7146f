# SPDX-License-Identifier: MIT
"""Wishes for settings: which are understood, how they are judged, and that each topic is cleared."""

import json
from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from orders_bench import TREE, OrdersBench

from kneemon.mqtt.orders import MOST_CLEARINGS, MOST_REPLIES, STAYS, WITHHELD, Reply
from kneemon.mqtt.topics import Desired
from kneemon.mqtt.wishes import MOST_TEXT, VALUES

NewBench = Callable[..., OrdersBench]

BUSY = {"ok": False, "error": "kneemon is busy or stopping; try again.", "code": "busy"}
LOCKED = {"ok": False, "error": "Only lower.", "code": "limit_locked"}


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
    made = new()
    made.reply = {"ok": True, "done": "It is so now."}
    return made


def emptied(key: str) -> Reply:
    return Reply(f"{TREE}/desired/{key}", b"", retained=True, expiry_s=None, qos=1)


def result(bench: OrdersBench) -> tuple[str, str, str | None]:
    """Of the next reply: what was wished, what became of it and why."""
    document = bench.refused()
    return document["wished"], document["status"], document["code"]


class TestValues:
    @pytest.mark.parametrize(
        ("key", "text", "plain"),
        [
            ("mute", "ON", "ON"),
            ("mute", " OFF\n", "OFF"),
            ("mute", "on", None),
            ("mute", "", None),
            ("mute", "1", None),
            ("plan", "follow", "follow"),
            ("plan", "pause", "pause"),
            ("plan", "stop", None),
            ("limit_min", "0", "0"),
            ("limit_min", "0.0", "0"),
            ("limit_min", "0.5", None),
            ("limit_min", "1", "1"),
            ("limit_min", "22.5", "22.5"),
            ("limit_min", "22.50", "22.5"),
            ("limit_min", "22.55", None),
            ("limit_min", "240", "240"),
            ("limit_min", "240.1", None),
            ("limit_min", "-1", None),
            ("limit_min", "+1", None),
            ("limit_min", "1e2", None),
            ("limit_min", "nan", None),
            ("limit_min", "inf", None),
            ("limit_min", "1_0", None),
            ("limit_min", "٣", None),
            ("limit_min", "99999999", None),
            ("limit_min", "", None),
            ("pace_spm", "0", "0"),
            ("pace_spm", "39.9", None),
            ("pace_spm", "40", "40"),
            ("pace_spm", "110.0", "110"),
            ("pace_spm", "180", "180"),
            ("pace_spm", "181", None),
        ],
    )
    def test_what_is_understood(self, key: Desired, text: str, plain: str | None):
        assert VALUES[key].understood(text) == plain

    def test_each_setting_has_its_values_in_words(self):
        assert {key.value: values.in_words for key, values in VALUES.items()} == {
            "mute": "ON or OFF",
            "plan": "follow or pause",
            "limit_min": "0 or 1 to 240",
            "pace_spm": "0 or 40 to 180",
        }
        assert tuple(VALUES) == tuple(Desired)

    @given(st.sampled_from(Desired), st.text())
    def test_what_is_understood_is_understood_again(self, key: Desired, text: str):
        plain = VALUES[key].understood(text)
        assert plain is None or VALUES[key].understood(plain) == plain


def test_a_wish_is_judged_told_and_cleared(bench: OrdersBench):
    bench.wish("limit_min", "12")
    bench.judged()
    assert bench.asked == [("wish", {"key": "limit_min", "value": "12"})]
    told = bench.next()
    assert told == Reply(f"{TREE}/desired/limit_min/result", told.payload, retained=False, expiry_s=60, qos=1)
    assert json.loads(told.payload) == {
        "schema": "kneemon.desired.result/1",
        "key": "limit_min",
        "wished": "12",
        "status": "accepted",
        "code": None,
        "message": "It is so now.",
        "ts": "2026-11-23T06:30:05.120Z",
    }
    assert bench.next() == emptied("limit_min")
    assert bench.orders.reply() is None


def test_one_that_is_refused_is_cleared_too(bench: OrdersBench):
    bench.reply = LOCKED
    bench.wish("limit_min", "120")
    bench.judged()
    assert result(bench) == ("120", "refused", "limit_locked")
    assert bench.next() == emptied("limit_min")


def test_our_own_clearing_comes_back_and_is_no_wish(bench: OrdersBench):
    bench.wish("mute", "", retained=False)
    bench.wish("mute", "", retained=True)
    bench.wish("colour", "")
    assert bench.orders.reply() is None
    assert bench.asked == []


def test_a_setting_that_there_is_not(bench: OrdersBench):
    bench.wish("colour", "red")
    document = bench.refused()
    assert (document["key"], document["wished"], document["status"]) == ("colour", "red", "refused")
    assert document["code"] == "unknown_setting"
    assert document["message"] == "There is no setting 'colour'; there are mute, plan, limit_min, pace_spm."
    assert bench.next() == emptied("colour")
    assert bench.asked == []


@pytest.mark.parametrize("payload", [b"\xff\xfe", b"x" * (MOST_TEXT + 1)])
def test_what_is_no_text(payload: bytes, bench: OrdersBench):
    bench.wish("mute", payload)
    document = bench.refused()
    assert (document["status"], document["code"]) == ("refused", "bad_args")
    assert document["message"] == "A wish is plain text of at most 64 bytes; this is none."
    assert len(document["wished"]) <= MOST_TEXT
    assert bench.next() == emptied("mute")
    assert bench.asked == []


def test_a_long_text_is_a_wish_that_is_judged(bench: OrdersBench):
    bench.wish("plan", "é" * (MOST_TEXT // 2))
    bench.judged()
    assert bench.asked == [("wish", {"key": "plan", "value": "é" * (MOST_TEXT // 2)})]


def test_a_name_that_is_none_is_not_answered(bench: OrdersBench, caplog: pytest.LogCaptureFixture):
    for name in ("x" * 65, "", "mute/result", "a\x01"):
        bench.wish(name, "ON")
    assert bench.orders.reply() is None
    assert [entry.message for entry in caplog.records] == [
        "MQTT: somebody wishes for settings whose names cannot be answered: empty, far too long, odd"
    ]


def test_of_each_setting_the_newest_wish_counts(bench: OrdersBench, caplog: pytest.LogCaptureFixture):
    bench.send_and_hold()
    for minutes in ("10", "11", "12"):
        bench.wish("limit_min", minutes)
    bench.wish("mute", "ON")
    bench.hold.set()
    for _ in range(3):
        bench.judged()
    wished = [args["value"] for name, args in bench.asked if name == "wish"]
    assert wished == ["12", "ON"]
    bench.send(id="behind them")
    bench.judged()
    assert not caplog.records


def test_a_newer_one_is_not_cleared_with_the_one_before(bench: OrdersBench):
    bench.hold.clear()
    bench.wish("limit_min", "10")
    while not bench.asked:
        bench.hold.wait(0.01)
    bench.wish("limit_min", "11")
    first, bench.hold = bench.hold, Event()
    first.set()
    bench.judged()
    assert result(bench) == ("10", "accepted", None)
    assert bench.orders.reply() is None
    bench.hold.set()
    bench.judged()
    assert result(bench) == ("11", "accepted", None)
    assert bench.next() == emptied("limit_min")
    assert bench.orders.reply() is None


def test_a_clearing_that_waits_gives_way_to_a_newer_wish(bench: OrdersBench):
    bench.wish("limit_min", "10")
    bench.judged()
    assert result(bench) == ("10", "accepted", None)
    bench.send_and_hold()
    bench.wish("limit_min", "11")
    assert bench.orders.reply() is None
    bench.hold.set()
    bench.judged()
    bench.judged()
    bench.next()  # the command's
    assert result(bench) == ("11", "accepted", None)
    assert bench.next() == emptied("limit_min")


def test_a_stale_result_is_dropped_and_its_clearing_is_not(bench: OrdersBench):
    bench.wish("mute", "ON")
    bench.judged()
    bench.clock.advance(3600.0)
    assert bench.next() == emptied("mute")
    assert bench.orders.reply() is None


def test_a_flood_of_settings_stays_bounded(bench: OrdersBench):
    for number in range(10 * MOST_CLEARINGS):
        bench.wish(f"k{number}", "x")
    for key in Desired:
        bench.wish(key, "ON")
        bench.judged()
    replies = []
    while (reply := bench.orders.reply()) is not None:
        replies.append(reply)
    clearings = [reply.topic for reply in replies if not reply.payload]
    assert len(replies) == MOST_REPLIES + MOST_CLEARINGS + len(Desired)
    assert clearings[-len(Desired) :] == [emptied(key).topic for key in Desired]


def test_when_nobody_has_the_time_it_is_tried_three_times_and_stays(bench: OrdersBench):
    bench.reply = BUSY
    bench.wish("mute", "ON")
    for _ in range(3):
        bench.judged()
    assert [args["value"] for _, args in bench.asked] == ["ON"] * 3
    document = bench.refused()
    assert (document["status"], document["code"]) == ("refused", "busy")
    assert document["message"] == f"{BUSY['error']} {STAYS}"
    assert bench.orders.reply() is None
    bench.reply = {"ok": True}
    bench.wish("mute", "ON")  # as the broker tells it to who connects anew
    bench.judged()
    assert result(bench) == ("ON", "accepted", None)
    assert bench.next() == emptied("mute")


def test_a_newer_one_is_judged_instead_of_one_that_is_tried_again(bench: OrdersBench):
    bench.reply = BUSY
    bench.hold.clear()
    bench.wish("mute", "ON")
    while not bench.asked:
        bench.hold.wait(0.01)
    bench.wish("mute", "OFF")
    bench.reply = {"ok": False, "error": "Try again.", "code": "busy"}
    bench.hold.set()
    for _ in range(4):
        bench.judged()
    assert [args["value"] for _, args in bench.asked] == ["ON", "OFF", "OFF", "OFF"]


def test_wishes_take_no_command_its_place(bench: OrdersBench):
    bench.send_and_hold()
    for key in Desired:
        bench.wish(key, "ON")
    for number in range(8):
        bench.send(id=f"c{number}")
    assert bench.orders.reply() is None
    bench.send(id="one too many")
    assert bench.refused()["code"] == "busy"


def test_after_closing_a_wish_stays_where_it_is(bench: OrdersBench):
    bench.send_and_hold()
    bench.wish("mute", "ON")
    bench.orders.close()
    bench.hold.set()
    bench.judged()
    bench.next()
    assert bench.orders.reply() is None
    assert [name for name, _ in bench.asked] == ["answer"]


def test_where_pain_stays_at_home_its_words_do_too(new: NewBench):
    bench = new(publish_pain=False)
    bench.reply = {"ok": True, "done": "Paused after two days of more pain."}
    bench.wish("plan", "pause")
    bench.judged()
    assert bench.refused()["message"] == "Done."
    bench.next()
    bench.reply = {"ok": False, "error": "You reported a sign.", "code": "not_allowed"}
    bench.wish("plan", "follow")
    bench.judged()
    assert bench.refused()["message"] == WITHHELD
    bench.next()
    bench.reply = LOCKED
    bench.wish("limit_min", "99")
    bench.judged()
    assert bench.refused()["message"] == "Only lower."
