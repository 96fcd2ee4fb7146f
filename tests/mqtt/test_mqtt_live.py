# SPDX-License-Identifier: MIT
"""Which live states are sent."""

from datetime import UTC, datetime

from kneemon.model.home import LiveState
from kneemon.mqtt.live import Live


def send(live: Live, now_s: float) -> int | None:
    """The QoS of what was due and is sent now."""
    due = live.due(now_s)
    if due is None:
        return None
    live.sending(due[0], now_s, at=datetime(2026, 11, 22, tzinfo=UTC), boot_id="4f1c")
    return due[1]


def test_a_change_goes_surely_and_progress_every_five_seconds():
    live = Live(every_s=5.0)
    assert send(live, 0.0) is None
    live.offer(LiveState("idle"))
    assert send(live, 0.0) == 1
    sent = []
    for second in range(1, 13):
        live.offer(LiveState("walking", "b1-1-aaaa", steps=2 * second, elapsed_s=second))
        sent.append(send(live, float(second)))
    assert sent == [1, None, None, None, None, 0, None, None, None, None, 0, None]
    live.offer(LiveState("resting", "b1-1-aaaa", steps=26, elapsed_s=13))
    assert send(live, 13.0) == 1


def test_the_same_thing_is_not_said_twice():
    live = Live(every_s=5.0)
    live.offer(LiveState("idle"))
    assert send(live, 0.0) == 1
    live.offer(LiveState("idle"))
    assert send(live, 100.0) is None


def test_crossing_a_limit_is_a_change():
    live = Live(every_s=5.0)
    live.offer(LiveState("walking", limit_s=60.0))
    assert send(live, 0.0) == 1
    live.offer(LiveState("walking", limit_s=60.0, over=("pace_high",)))
    assert send(live, 0.5) == 1


def test_a_new_connection_hears_the_newest_state_again():
    live = Live(every_s=5.0)
    live.offer(LiveState("walking", steps=1))
    assert send(live, 0.0) == 1
    live.offer(LiveState("walking", steps=2))
    live.again()
    assert send(live, 0.1) == 1
