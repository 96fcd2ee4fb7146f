# SPDX-License-Identifier: MIT
"""The window, the rounds over the outbox and its faults, with a link that answers as it is told."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any

import pytest
from mqtt_bench import Notebook, short_walk

from kneemon.clock import PacedClock
from kneemon.errors import StoreError
from kneemon.model.home import Health, LastWalk, LiveState, Moment, Problem, Questions, Today
from kneemon.model.records import Backlog, OutboxMessage, TimeAnchor
from kneemon.mqtt import faults
from kneemon.mqtt.announcer import Announcer
from kneemon.mqtt.board import Board
from kneemon.mqtt.complaints import Complaints
from kneemon.mqtt.conversation import Conversation, LinkEndedError, Subjects
from kneemon.mqtt.delivery import Delivery
from kneemon.mqtt.diagnosis import Diagnosis
from kneemon.mqtt.live import Live
from kneemon.mqtt.moments import Moments
from kneemon.mqtt.news import Answered, Ended, Flooded, Heard, News, Subscribed, Version
from kneemon.mqtt.orders import Orders
from kneemon.mqtt.pace import Pace
from kneemon.mqtt.settings import BrokerSettings

COMMAND = "kneemon/v1/ab12cd34/cmd"
WISHES = "kneemon/v1/ab12cd34/desired/+"
TOPIC = "kneemon/v1/ab12cd34/session/summary"
TODAY = Today(date(2026, 11, 22), "UTC", datetime(2026, 11, 23, tzinfo=UTC), certain=True)
PACE = Pace(rows_per_s=1e6, retry_s=300.0)


class ScriptedLink:
    """Takes messages; answers those it is told to answer, at once."""

    def __init__(self, window: int = 100, refuses: frozenset[bytes] = frozenset(), *, silent: bool = False) -> None:
        self.version = Version.V5
        self.window = window
        self.news: SimpleQueue[News | None] = SimpleQueue()
        self.refuses = refuses
        self.ignores: frozenset[bytes] = frozenset()
        self.silent = silent
        self.sent: list[tuple[str, bytes, int]] = []
        self.expiries: list[int | None] = []
        self.subscribed: list[str] = []

    def subscribe(self, topic: str) -> int:
        self.subscribed.append(topic)
        return len(self.subscribed)

    def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        qos: int,
        retained: bool = False,
        expiry_s: int | None = None,
        correlation: bytes | None = None,
    ) -> int:
        if "+" in topic:
            raise ValueError("Publish topic cannot contain wildcards.")
        self.sent.append((topic, payload, qos))
        self.expiries.append(expiry_s)
        mid = len(self.sent)
        if qos and not self.silent and payload not in self.ignores:
            self.news.put(Answered(mid, "Quota exceeded" if payload in self.refuses else None))
        return mid

    def payloads(self, topic: str = TOPIC) -> list[bytes]:
        return [payload for one, payload, _ in list(self.sent) if one == topic]

    def names(self) -> list[str]:
        """Topics below the device, in order."""
        return [topic.removeprefix("kneemon/v1/ab12cd34/") for topic, _, _ in list(self.sent)]


class ListOutbox:
    """An outbox in a list, which can break."""

    def __init__(self, *payloads: bytes, topic: str = TOPIC) -> None:
        self.rows = [OutboxMessage(payload.decode(), topic, payload, seq) for seq, payload in enumerate(payloads, 1)]
        self.refusals: list[tuple[int, str]] = []
        self.broken = False

    def waiting(self, after: int, most: int) -> list[OutboxMessage]:
        self._fail_if_broken()
        return [row for row in self.rows if row.seq > after][:most]

    def acknowledged(self, seq: int) -> None:
        self._fail_if_broken()
        self.rows = [row for row in self.rows if row.seq != seq]

    def refused(self, seq: int, why: str) -> None:
        self.refusals.append((seq, why))

    def depth(self) -> int:
        return len(self.rows)

    def backlog(self) -> Backlog:
        return Backlog(self.depth())

    def _fail_if_broken(self) -> None:
        if self.broken:
            raise StoreError("The store", expected="a file", seen="a full disk", remedy="Make room.")


class Talk:
    """A conversation with everything it needs."""

    def __init__(
        self,
        link: ScriptedLink,
        outbox: ListOutbox,
        pace: Pace = PACE,
        clock: PacedClock | None = None,
        **settings: Any,
    ) -> None:
        self.link = link
        self.clock = clock or PacedClock()
        settings = {"discovery": "off", **settings}
        broker = BrokerSettings("127.0.0.1", **settings)
        notes = Notebook(discovery=f"off 2 1 {broker.retain_last:d} homeassistant")
        self.live = live = Live(5.0)
        self.board = Board("ab12cd34", broker)
        self.diagnosis = Diagnosis(pace)
        self.moments = Moments(broker, self.clock, pace.moment_s)
        self.orders = Orders(self.clock, lambda: live.walking, broker, notes, lambda: link.news.put(None))
        self.complaints = Complaints()
        self.closing, self.hurry = Event(), Event()
        subjects = Subjects(
            "ab12cd34",
            broker,
            live,
            self.board,
            self.diagnosis,
            self.moments,
            Announcer("ab12cd34", broker, notes, self.clock, pace),
            Delivery(outbox, broker, self.clock, self.complaints, pace),
            self.orders,
            self.complaints,
        )
        self.conversation = Conversation(
            link,  # type: ignore[arg-type]
            subjects,
            self.clock,
            pace,
            self.closing,
            self.hurry,
        )

    def until_dry(self) -> None:
        """All that can be said, then good-bye."""
        self.closing.set()
        self.conversation.run()

    def until_hurried(self) -> None:
        """As far as it gets against a silent link: the news run dry, and then it is hurried."""
        worker = Thread(target=self.conversation.run)
        worker.start()
        worker.join(0.5)
        self.hurry.set()
        self.link.news.put(None)
        worker.join()


def obeyed(_name: str, args: Mapping[str, object]) -> Mapping[str, object]:
    return {"ok": True, "done": f"Noted: {args['value']}."}


def rows(count: int) -> list[bytes]:
    return [f"s{number}/1".encode() for number in range(count)]


def test_presence_then_the_state_then_the_outbox_then_good_bye():
    link, outbox = ScriptedLink(), ListOutbox(*rows(25))
    talk = Talk(link, outbox)
    talk.live.offer(LiveState("idle"))
    talk.until_dry()
    topics = [topic.rsplit("/", 1)[1] for topic, _, _ in link.sent]
    assert topics == ["availability", "state", *["summary"] * 25, "availability"]
    assert link.payloads() == rows(25)
    assert link.sent[0][1:] == (b"online", 1)
    assert link.sent[-1][1:] == (b"offline", 1)
    assert outbox.depth() == 0


@pytest.mark.parametrize(("window", "sent"), [(100, 10), (3, 3)], ids=["our window", "the broker's window"])
def test_no_more_than_the_window_is_unacknowledged(window: int, sent: int):
    link, outbox = ScriptedLink(window, silent=True), ListOutbox(*rows(50))
    Talk(link, outbox).until_hurried()
    assert len(link.payloads()) == sent - 1  # and the availability
    assert outbox.depth() == 50


def test_a_full_window_keeps_only_the_newest_state_and_questions():
    link = ScriptedLink(1, silent=True)
    talk = Talk(link, ListOutbox())
    talk.live.offer(LiveState("walking"))
    talk.board.offer(Questions())
    talk.until_hurried()
    assert [topic.rsplit("/", 1)[1] for topic, _, _ in link.sent] == ["availability", "availability"]


def test_a_refused_document_stays_and_lets_the_others_pass():
    link, outbox = ScriptedLink(refuses=frozenset([b"s1/1"])), ListOutbox(*rows(4))
    talk = Talk(link, outbox)
    talk.until_dry()
    assert [row.payload for row in outbox.rows] == [b"s1/1"]
    assert outbox.refusals == [(2, "Quota exceeded")]
    assert link.payloads() == rows(4)  # tried once, not again and again


def test_a_refused_document_is_tried_again_later():
    link, outbox = ScriptedLink(refuses=frozenset([b"s0/1"])), ListOutbox(*rows(1))
    talk = Talk(link, outbox)
    worker = Thread(target=talk.conversation.run)
    worker.start()
    while not outbox.refusals:
        worker.join(0.01)
    assert talk.complaints.words() == f"the broker refuses {TOPIC} (Quota exceeded)"
    link.refuses = frozenset()
    talk.clock.advance(299.0)
    link.news.put(None)
    worker.join(0.1)
    assert link.payloads() == rows(1)
    talk.clock.advance(1.1)
    talk.closing.set()
    link.news.put(None)
    worker.join()
    assert link.payloads() == rows(1) * 2
    assert (outbox.depth(), talk.complaints.words()) == (0, "")


def test_one_refused_document_among_others_is_told_once(caplog: pytest.LogCaptureFixture):
    link, outbox = ScriptedLink(refuses=frozenset([b"s0/1", b"s2/1"])), ListOutbox(*rows(4))
    talk = Talk(link, outbox)
    worker = Thread(target=talk.conversation.run)
    worker.start()
    for round_over in (2, 4, 6):
        while len(outbox.refusals) < round_over:
            worker.join(0.01)
        talk.clock.advance(301.0)
        link.news.put(None)
    talk.closing.set()
    link.news.put(None)
    worker.join()
    assert [entry.levelname for entry in caplog.records] == ["WARNING"]
    assert "(Quota exceeded)" in talk.complaints.words()


def test_a_document_that_mqtt_cannot_carry_blocks_nobody():
    link, outbox = ScriptedLink(), ListOutbox(*rows(2), topic="kneemon/+/summary")
    outbox.rows.append(OutboxMessage("good/1", TOPIC, b"good", 3))
    Talk(link, outbox).until_dry()
    assert [seq for seq, _ in outbox.refusals] == [1, 2]
    assert link.payloads() == [b"good"]


def test_a_broken_outbox_is_told_and_survived(caplog: pytest.LogCaptureFixture):
    link, outbox = ScriptedLink(), ListOutbox(*rows(3))
    outbox.broken = True
    talk = Talk(link, outbox)
    for _ in range(5):
        link.news.put(None)
    talk.until_dry()
    assert "a full disk" in talk.complaints.words()
    assert len(caplog.records) == 1
    assert link.sent[-1][1] == b"offline"


def test_the_end_of_the_link_says_why():
    link = ScriptedLink(silent=True)
    link.news.put(Ended(faults.SILENT))
    with pytest.raises(LinkEndedError) as ended:
        Talk(link, ListOutbox()).conversation.run()
    assert ended.value.fault is faults.SILENT
    link.news.put(Ended(None))
    with pytest.raises(LinkEndedError, match="a link that broke"):
        Talk(link, ListOutbox()).conversation.run()


def test_a_standing_clock_is_no_tight_loop():
    """With a round due on a paced clock that stands still, the worker still listens for a while at a time."""
    link, outbox = ScriptedLink(refuses=frozenset([b"s0/1"])), ListOutbox(*rows(1))
    talk = Talk(link, outbox, Pace(rows_per_s=1e6, retry_s=0.001))
    asked: list[float | None] = []
    heard = link.news.get

    class Ear:
        put = link.news.put

        def get(self, timeout: float | None = None) -> News | None:
            asked.append(timeout)
            if len(asked) > 20:
                talk.hurry.set()
                return None
            return heard(timeout=0.0 if timeout is None else min(timeout, 0.01))

    link.news = Ear()  # type: ignore[assignment]
    talk.conversation.run()
    idle = [timeout for timeout in asked if timeout != 0.0]
    assert idle
    assert all(timeout is None or timeout >= 0.05 for timeout in idle)


def test_the_questions_are_told_after_the_state():
    link = ScriptedLink()
    talk = Talk(link, ListOutbox(b"s1/1"))
    talk.live.offer(LiveState("idle"))
    talk.board.offer(Questions())
    talk.until_dry()
    topics = [topic.removeprefix("kneemon/v1/ab12cd34/") for topic, _, _ in link.sent]
    assert topics == ["availability", "state", "questions", "session/summary", "availability"]
    assert link.sent[2][2] == 1
    assert link.subscribed == []


def test_commands_are_asked_for_once_and_only_when_somebody_obeys():
    link = ScriptedLink()
    talk = Talk(link, ListOutbox())
    worker = Thread(target=talk.conversation.run)
    worker.start()
    link.news.put(None)
    assert link.subscribed == []
    talk.orders.obey(obeyed)
    for _ in range(3):
        link.news.put(None)
    talk.closing.set()
    link.news.put(None)
    worker.join()
    assert link.subscribed == [COMMAND, WISHES]


def test_a_command_is_answered_and_what_was_not_asked_for_is_not_heard():
    link = ScriptedLink()
    talk = Talk(link, ListOutbox())
    talk.orders.obey(obeyed)
    worker = Thread(target=talk.conversation.run)
    worker.start()
    command = b'{"id":"%d","cmd":"answer","args":{"ask":"pain_end","value":3}}'
    link.news.put(Heard("kneemon/v1/somebody/cmd", command % 1, retained=False))
    link.news.put(Heard(COMMAND, command % 2, retained=False))
    link.news.put(Flooded())
    while not any(topic.endswith("cmd/ack") for topic, _, _ in link.sent):
        worker.join(0.01)
    talk.closing.set()
    link.news.put(None)
    worker.join()
    talk.orders.close()
    acks = [json.loads(payload) for topic, payload, qos in link.sent if topic.endswith("cmd/ack") and qos == 1]
    assert [(ack["id"], ack["status"], ack["message"]) for ack in acks] == [("2", "done", "Noted: 3.")]


def test_a_broker_that_does_not_let_us_read_commands_is_told_of():
    link = ScriptedLink()
    talk = Talk(link, ListOutbox())
    talk.orders.obey(obeyed)
    link.news.put(Subscribed(1, "Not authorized"))
    link.news.put(None)
    talk.until_hurried()
    assert talk.complaints.denied
    assert talk.complaints.words() == f"the broker does not let kneemon read {COMMAND} (Not authorized)"


def test_a_full_window_keeps_an_ack_until_there_is_room():
    link = ScriptedLink(1, silent=True)
    talk = Talk(link, ListOutbox())
    talk.orders.obey(obeyed)
    link.news.put(Heard(COMMAND, b"garbage", retained=False))
    talk.until_hurried()
    talk.orders.close()
    assert [topic.rsplit("/", 1)[1] for topic, _, _ in link.sent] == ["availability", "availability"]
    assert talk.orders.reply() is not None


def of_the_year_2000() -> PacedClock:
    """A clock that does not know the time."""
    return PacedClock(start=TimeAnchor("4f1c", 1000.0, datetime(2000, 1, 1, tzinfo=UTC), synchronised=False))


def heard_out(worker: Thread, link: ScriptedLink) -> None:
    """Nudge the conversation and let it say all that it has to say."""
    link.news.put(None)
    said = -1
    while said < len(link.sent) or not link.news.empty():
        said = len(link.sent)
        worker.join(0.2)


def ending(talk: Talk, *advances_s: float) -> list[list[str]]:
    """What was said after each of these times had passed; then good-bye."""
    said: list[list[str]] = []
    worker = Thread(target=talk.conversation.run)
    worker.start()
    for seconds in (0.0, *advances_s):
        talk.clock.advance(seconds)
        before = len(talk.link.sent)
        heard_out(worker, talk.link)
        said.append(talk.link.names()[before if said else 0 :])
    talk.hurry.set()
    talk.link.news.put(None)
    worker.join()
    return said


def test_without_the_time_documents_wait_half_a_minute_and_what_is_made_of_them_too():
    link, outbox = ScriptedLink(), ListOutbox(*rows(2))
    talk = Talk(link, outbox, clock=of_the_year_2000())
    talk.board.offer(TODAY)
    talk.board.offer(LastWalk(short_walk()))
    talk.live.offer(LiveState("idle"))
    first, early, late = ending(talk, 25.0, 10.0)
    assert first == ["availability", "state"]
    assert early == []
    assert sorted(late) == ["session/last", "session/summary", "session/summary", "today"]
    assert link.names().index("today") > link.names().index("session/summary")


def test_a_clock_that_gets_to_know_the_time_lets_documents_go(monkeypatch: pytest.MonkeyPatch):
    link, outbox = ScriptedLink(), ListOutbox(*rows(2))
    clock = of_the_year_2000()
    talk = Talk(link, outbox, clock=clock)
    worker = Thread(target=talk.conversation.run)
    worker.start()
    heard_out(worker, link)
    assert link.payloads() == []
    known = replace(clock.anchor(), synchronised=True)
    monkeypatch.setattr(clock, "anchor", lambda: known)
    clock.advance(5.0)
    talk.closing.set()
    link.news.put(None)
    worker.join()
    assert link.payloads() == rows(2)


def test_an_outbox_that_never_empties_delays_the_day_ten_minutes_at_most():
    """The broker takes its time with documents: there is always one on its way."""
    link, outbox = ScriptedLink(), ListOutbox(*rows(1))
    link.ignores = frozenset(rows(1))
    talk = Talk(link, outbox)
    talk.board.offer(TODAY)
    first, early, late = ending(talk, 590.0, 20.0)
    assert (first, early, late) == (["availability", "session/summary"], [], ["today"])


def test_what_would_expire_is_told_again():
    link = ScriptedLink()
    talk = Talk(link, ListOutbox())
    talk.board.offer(TODAY)
    talk.live.offer(LiveState("idle"))
    first, early, late, later = ending(talk, 1490.0, 20.0, 1500.0)
    assert first == ["availability", "state", "today"]
    assert (early, late, later) == ([], ["state", "today"], ["state", "today"])


def test_the_day_is_told_after_a_walk_that_ends_meanwhile():
    link, outbox = ScriptedLink(), ListOutbox()
    talk = Talk(link, outbox)
    talk.board.offer(TODAY)
    worker = Thread(target=talk.conversation.run)
    worker.start()
    heard_out(worker, link)
    outbox.rows.append(OutboxMessage("b1-1-aaaa/1", TOPIC, b"a walk", 1))
    talk.board.offer(replace(TODAY, steps=500))
    heard_out(worker, link)
    talk.closing.set()
    link.news.put(None)
    worker.join()
    assert link.names() == ["availability", "today", "session/summary", "today", "availability"]


def test_figures_do_not_hurry_and_problems_do():
    link = ScriptedLink()
    talk = Talk(link, ListOutbox())
    talk.diagnosis.offer(Health(battery_percent=81.0))
    worker = Thread(target=talk.conversation.run)
    worker.start()
    counts = []
    for health, seconds in (
        (Health(battery_percent=80.0), 59.0),
        (Health(battery_percent=80.0), 2.0),
        (Health(battery_percent=80.0, problems=(Problem.STORAGE,)), 0.0),
        (Health(battery_percent=80.0, problems=(Problem.STORAGE,)), 599.0),
        (Health(battery_percent=80.0, problems=(Problem.STORAGE,)), 2.0),
    ):
        talk.diagnosis.offer(health)
        talk.clock.advance(seconds)
        heard_out(worker, link)
        counts.append(link.names().count("diag"))
    talk.closing.set()
    link.news.put(None)
    worker.join()
    assert counts == [1, 2, 3, 3, 4]


def test_a_moment_that_has_waited_too_long_is_not_told():
    link = ScriptedLink(window=1, silent=True)
    talk = Talk(link, ListOutbox())
    worker = Thread(target=talk.conversation.run)
    worker.start()
    heard_out(worker, link)
    talk.moments.happened(Moment("pace_high", talk.clock.anchor().utc))
    talk.clock.advance(50.0)
    talk.moments.happened(Moment("rest_due", talk.clock.anchor().utc))
    talk.clock.advance(20.0)
    link.silent = False
    link.news.put(Answered(1, None))  # the window opens
    heard_out(worker, link)
    talk.closing.set()
    link.news.put(None)
    worker.join()
    events = [json.loads(payload)["event_type"] for payload in link.payloads("kneemon/v1/ab12cd34/event")]
    assert events == ["rest_due"]


def test_the_newest_walk_is_taken_away_where_there_is_none():
    link = ScriptedLink()
    talk = Talk(link, ListOutbox())
    talk.board.offer(LastWalk(None))
    talk.until_dry()
    assert link.payloads("kneemon/v1/ab12cd34/session/last") == [b""]
    kept = ScriptedLink()
    other = Talk(kept, ListOutbox(), retain_last=False)
    other.board.offer(LastWalk(None))
    other.until_dry()
    assert kept.names() == ["availability", "availability"]
