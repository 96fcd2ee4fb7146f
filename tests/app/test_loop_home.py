# SPDX-License-Identifier: MIT
"""What is open is asked at home, and an answer from there finds its walk: loop, publisher and broker are real."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from app_bench import Bench, wait_until
from daemon_bench import Mosquitto
from paho.mqtt.enums import CallbackAPIVersion

from kneemon.app.loop import App
from kneemon.clock import PacedClock
from kneemon.model.diary import PainAnswer
from kneemon.model.plans import Plan, PlanWeek
from kneemon.model.questions import Ask
from kneemon.model.records import TimeAnchor
from kneemon.model.samples import SampleBlock
from kneemon.mqtt.publisher import MqttPublisher
from kneemon.mqtt.settings import BrokerSettings
from kneemon.store import Store
from kneemon.virtual.walker import Walker

SUNDAY = date(2026, 11, 22)
MORNING = TimeAnchor("4f1c", 1000.0, datetime(2026, 11, 22, 9, 0, tzinfo=UTC), synchronised=True)
PLAN = Plan("six weeks", SUNDAY, (PlanWeek(10.0),), warm_up_s=5.0, cool_down_s=5.0)
TOPICS = "kneemon/v1/ab12/"

pytestmark = pytest.mark.usefixtures("in_utc")


class Dashboard:
    """Shows what is asked, answers it, and reads what became of the answer."""

    def __init__(self, port: int) -> None:
        self.documents: dict[str, list[dict[str, Any]]] = {"questions": [], "plan": [], "cmd/ack": []}
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.on_connect = lambda client, *_: client.subscribe(f"{TOPICS}#", 1)
        self._client.on_message = self._arrived
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def _arrived(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        self.documents.get(message.topic.removeprefix(TOPICS), []).append(
            json.loads(message.payload) if message.payload.startswith(b"{") else {}
        )

    def asked(self) -> list[str]:
        """The questions that are open by the newest document."""
        documents = self.documents["questions"]
        return [entry["ask"] for entry in documents[-1]["open"]] if documents else []

    def send(self, name: str, **args: object) -> dict[str, Any]:
        """A command; its ack."""
        before = len(self.documents["cmd/ack"])
        self._client.publish(f"{TOPICS}cmd", json.dumps({"id": f"c{before}", "cmd": name, "args": args}), qos=1)
        wait_until(lambda: len(self.documents["cmd/ack"]) > before)
        return self.documents["cmd/ack"][-1]

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    mosquitto = Mosquitto(tmp_path)
    yield mosquitto
    mosquitto.stop()


def test_the_home_answers_during_and_after_a_walk(
    broker: Mosquitto, tmp_path: Path, bench: Callable[..., Bench], outing: tuple[Walker, list[SampleBlock]]
) -> None:
    kneemon = bench(plan=PLAN, clock=PacedClock(start=MORNING))
    dashboard = Dashboard(broker.port)
    acks: list[dict[str, Any]] = []

    def during() -> None:
        wait_until(lambda: dashboard.documents["questions"])
        acks.append(dashboard.send("pain.report", score=4))

    def afterwards() -> None:
        wait_until(lambda: dashboard.asked() == ["pain_end"])
        (entry,) = dashboard.documents["questions"][-1]["open"]
        acks.append(dashboard.send("answer", ask="pain_end", value=12, session_id=entry["session_id"]))
        acks.append(dashboard.send("answer", ask="pain_end", value=3, session_id=entry["session_id"]))
        wait_until(lambda: dashboard.asked() == [])

    acts = {
        2.0: kneemon.ask("start", pain=1, signs=1),
        60.0: during,
        92.0: kneemon.ask("stop"),
        93.0: afterwards,
    }
    outbox = Store.open(tmp_path / "outbox.db", documents_of=lambda *_: (), clock=kneemon.clock)
    publisher = MqttPublisher(BrokerSettings("127.0.0.1", broker.port), "ab12", outbox, outbox, kneemon.clock)
    try:
        app: App
        with kneemon.running_on(kneemon.source(outing[1], acts), publisher=publisher) as app:
            publisher.obey(app.control)
            wait_until(lambda: "connected" in publisher.status())
            app.run()
    finally:
        publisher.close()
        outbox.close()
        dashboard.close()
    assert [(ack["status"], ack["code"]) for ack in acks] == [("done", None), ("rejected", "bad_args"), ("done", None)]
    assert acks[0]["message"] == "Pain 4 of 10 is noted."
    assert acks[1]["message"] == (
        "the answer to pain_end: expected a whole number from 0 to 10, saw 12. "
        "Pain is 0 (none) to 10 (worst imaginable)."
    )
    assert acks[2]["message"] == "Pain 3 of 10 is noted."
    record = kneemon.record()
    assert [mark.score for mark in record.summary.pains] == [4]
    assert PainAnswer(Ask.PAIN_END, 3, record.session_id) in kneemon.facts(PainAnswer)
    plan = dashboard.documents["plan"][-1]
    assert (plan["plan_id"], plan["state"], plan["week"]) == ("six weeks", "baseline", 1)
