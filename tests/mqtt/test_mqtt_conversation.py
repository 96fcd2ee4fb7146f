# SPDX-License-Identifier: MIT
"""The window, the rounds over the outbox and its faults, with a link that answers as it is told."""

import json
from collections.abc import Mapping
from queue import SimpleQueue
from threading import Event, Thread

import pytest

from kneemon.clock import PacedClock
from kneemon.errors import StoreError
from kneemon.model.records import OutboxMessage
from kneemon.mqtt import faults
from kneemon.mqtt.bulletin import Bulletin
from kneemon.mqtt.complaints import Complaints
from kneemon.mqtt.conversation import Conversation, LinkEndedError
from kneemon.mqtt.live import Live
from kneemon.mqtt.news import Answered, Ended, Flooded, Heard, News, Subscribed, Version
from kneemon.mqtt.orders import Orders
from kneemon.mqtt.pace import Pace
from kneemon.ports import LiveState, Questions

COMMAND = "kneemon/v1/ab12cd34/cmd"
TOPIC = "kneemon/v1/ab12cd34/session/summary"
PACE = Pace(rows_per_s=1e6, retry_s=300.0)


class ScriptedLink:
    """Takes messages; answers those it is told to answer, at once."""

    def __init__(self, window: int = 100, refuses: frozenset[bytes] = frozenset(), *, silent: bool = False) -> None:
        self.version = Version.V5
        self.window = window
        self.news: SimpleQueue[News | None] = SimpleQueue()
        self.refuses = refuses
        self.silent = silent
        self.sent: list[tuple[str, bytes, int]] = []
        self.subscribed: list[str] = []

    def subscribe(self, topic: str) -> None:
        self.subscribed.append(topic)

    def publish(
        self, topic: str, payload: bytes, *, qos: int, retained: bool = False, expiry_s: int | None = None
    ) -> int:
        if "+" in topic:
            raise ValueError("Publish topic cannot contain wildcards.")
        self.sent.append((topic, payload, qos))
        mid = len(self.sent)
        if qos and not self.silent:
            self.news.put(Answered(mid, "Quota exceeded" if payload in self.refuses else None))
        return mid

    def payloads(self) -> list[bytes]:
        return [payload for topic, payload, _ in self.sent if topic == TOPIC]


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

    def _fail_if_broken(self) -> None:
        if self.broken:
            raise StoreError("The store", expected="a file", seen="a full disk", remedy="Make room.")


class Talk:
    """A conversation with everything it needs."""

    def __init__(self, link: ScriptedLink, outbox: ListOutbox, pace: Pace = PACE) -> None:
        self.link = link
        self.clock = PacedClock()
        self.live = Live(5.0)
        self.bulletin = Bulletin(pain=True)
        self.orders = Orders(self.clock, self.live, pain=True, nudge=lambda: link.news.put(None))
        self.complaints = Complaints()
        self.closing, self.hurry = Event(), Event()
        self.conversation = Conversation(
            link,  # type: ignore[arg-type]
            "ab12cd34",
            outbox,
            self.clock,
            self.live,
            self.bulletin,
            self.orders,
            self.complaints,
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
    talk.bulletin.offer(Questions())
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
    """With a round due on a paced clock that stands still, the worker still listens at least a second at a time."""
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
    assert all(timeout is None or timeout >= 1.0 for timeout in idle)


def test_the_questions_are_told_after_the_state():
    link = ScriptedLink()
    talk = Talk(link, ListOutbox(b"s1/1"))
    talk.live.offer(LiveState("idle"))
    talk.bulletin.offer(Questions())
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
    assert link.subscribed == [COMMAND]


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
    link.news.put(Subscribed("Not authorized"))
    link.news.put(None)
    talk.until_hurried()
    assert talk.complaints.words() == f"the broker does not let kneemon read {COMMAND} (Not authorized)"


def test_a_full_window_keeps_an_ack_until_there_is_room():
    link = ScriptedLink(1, silent=True)
    talk = Talk(link, ListOutbox())
    talk.orders.obey(obeyed)
    link.news.put(Heard(COMMAND, b"garbage", retained=False))
    talk.until_hurried()
    talk.orders.close()
    assert [topic.rsplit("/", 1)[1] for topic, _, _ in link.sent] == ["availability", "availability"]
    assert talk.orders.ack() is not None
