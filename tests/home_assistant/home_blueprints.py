# SPDX-License-Identifier: MIT
"""Each blueprint loads, its action runs for what it is meant for, and keeps quiet for everything else."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from stage_device import Device
from stage_driver import Home
from stage_phone import Phone
from stage_processes import FILES

from kneemon.mqtt.documents import rfc3339
from kneemon.mqtt.topics import DIAG, EVENT, PLAN, SESSION_LAST, STATE, TODAY

QUIET_S = 2.5  # how long nothing must happen
Automate = Callable[..., str]


@pytest.fixture
def automate(home: Home) -> Iterator[Automate]:
    """An automation of a blueprint, gone with its test like the messages that it left."""
    made: list[str] = []

    def new(blueprint: str, **inputs: object) -> str:
        made.append(f"{blueprint}_{time.monotonic_ns()}")
        return home.automate(made[-1], f"kneemon/{blueprint}.yaml", **inputs)

    yield new
    for name in made:
        home.rest("DELETE", f"/api/config/automation/config/{name}")
    for note in told(home):
        home.serve("persistent_notification.dismiss", notification_id=note)


@pytest.fixture(autouse=True)
def nothing_pushed(phone: Phone) -> None:
    phone.pushed.clear()


def told(home: Home) -> dict[str, dict[str, Any]]:
    """The messages of our blueprints; Home Assistant has some of its own."""
    return {name: note for name, note in home.notifications().items() if name.startswith(("kneemon", "also"))}


def ago(**how_long: float) -> str:
    return rfc3339(datetime.now(UTC) - timedelta(**how_long))


def soon() -> str:
    """A time of day that comes in a few seconds; Home Assistant here lives in UTC."""
    return (datetime.now(UTC) + timedelta(seconds=4)).strftime("%H:%M:%S")


def alert(device: Device, kind: str) -> None:
    device.tell(EVENT, event_type=kind, ts=ago())


def walk(device: Device, session_id: str, *, ended_at: str, after: int | None = None, revision: int = 1) -> None:
    """The newest walk as the kneemon tells it."""
    pain: dict[str, object] = {
        "before": 2,
        "after": after,
        "later": None,
        "morning": None,
        "marks": [],
        "scale": "nrs-11",
    }
    device.tell(SESSION_LAST, session_id=session_id, revision=revision, ended_at=ended_at, pain=pain)


def today(device: Device, *, walks: int, walk_day: bool = True, mode: str = "follow", session: str = "idle") -> None:
    day = datetime.now(UTC).date()
    device.tell(TODAY, date=str(day), tz="UTC", steps=0, walking_s=0, sessions=walks)
    device.tell(PLAN, mode=mode, walk_day=walk_day)
    device.tell(STATE, ts=ago(), session=session)


def diag(device: Device, battery_pct: float, *, synced: str | None = None) -> None:
    device.tell(DIAG, ts=ago(), battery_pct=battery_pct, last_sync=synced or ago())


def holds(condition: Callable[[], bool]) -> bool:
    """It stays true for a while; a message that should not come would have come by then."""
    end = time.monotonic() + QUIET_S
    while time.monotonic() < end:
        if not condition():
            return False
        time.sleep(0.1)
    return True


def test_every_blueprint_loads(home: Home) -> None:
    known = home.ask("blueprint/list", domain="automation")
    shipped = {f"kneemon/{path.name}" for path in (FILES / "blueprints").glob("*.yaml")}
    assert len(shipped) == 5
    assert {name: known[name].get("error") for name in shipped} == dict.fromkeys(shipped)


def test_over_the_limit_tells_of_a_limit_and_of_nothing_else(home: Home, device: Device, automate: Automate) -> None:
    automate("over_the_limit")
    alert(device, "pace_high")
    home.until(lambda: home.attributes("event.kneemon_alert").get("event_type") == "pace_high", "an alert is seen")
    assert holds(lambda: not told(home))
    alert(device, "over_limit")
    note = home.until(lambda: told(home).get("kneemon_alert"), "the message")
    assert note["message"] == "The walk goes on beyond today's limit."


def test_the_first_alert_ever_is_told(home: Home, device: Device, automate: Automate) -> None:
    automate("over_the_limit")
    alert(device, "limit_reached")
    home.until(lambda: "kneemon_alert" in told(home), "the message")


def test_an_old_alert_is_not_told_again_when_mqtt_is_reloaded(home: Home, device: Device, automate: Automate) -> None:
    automate("over_the_limit")
    alert(device, "limit_reached")
    home.until(lambda: "kneemon_alert" in told(home), "the message")
    home.serve("persistent_notification.dismiss", notification_id="kneemon_alert")
    home.reload_mqtt()
    home.until(lambda: home.state("event.kneemon_alert") not in (None, "unavailable", "unknown"), "the alert is back")
    assert holds(lambda: not told(home))


def test_over_the_limit_tells_the_phone_and_does_what_else_is_asked(
    home: Home, device: Device, automate: Automate, phone: Phone
) -> None:
    also = {"service": "persistent_notification.create", "data": {"message": "also", "notification_id": "also"}}
    automate("over_the_limit", phone=phone.id, kinds=["pain_stop"], also=[also])
    alert(device, "over_limit")
    assert holds(lambda: not phone.pushed and not told(home))
    alert(device, "pain_stop")
    home.until(lambda: phone.pushed, "a push")
    assert phone.pushed[0]["message"] == "The knee hurts too much. Stop walking, and rest."
    home.until(lambda: set(told(home)) == {"also"}, "what else was asked")


@pytest.mark.parametrize(
    "quiet",
    [{"walks": 1}, {"walks": 0, "walk_day": False}, {"walks": 0, "mode": "pause"}, {"walks": 0, "session": "walking"}],
)
def test_no_walk_today_keeps_quiet(home: Home, device: Device, automate: Automate, quiet: dict[str, Any]) -> None:
    today(device, **quiet)
    home.becomes("sensor.kneemon_session", quiet.get("session", "idle"))
    entity = automate("no_walk_today", at=soon())
    time.sleep(5)
    assert told(home) == {}
    assert home.attributes(entity)["last_triggered"] is None


def test_no_walk_today_reminds(home: Home, device: Device, automate: Automate) -> None:
    today(device, walks=0)
    home.becomes("sensor.kneemon_walks_today", "0")
    home.becomes("sensor.kneemon_session", "idle")
    automate("no_walk_today", at=soon())
    note = home.until(lambda: told(home).get("kneemon_no_walk"), "the reminder")
    assert note["message"].startswith("No walk is known of today.")


def test_what_is_not_known_of_today_is_not_no_walk(home: Home, device: Device, automate: Automate) -> None:
    home.becomes("sensor.kneemon_walks_today", "unknown")
    automate("no_walk_today", at=soon())
    time.sleep(5)
    assert told(home) == {}


def test_the_pain_asked_for_on_the_phone_reaches_the_kneemon(
    home: Home, device: Device, automate: Automate, phone: Phone
) -> None:
    automate("ask_pain_after_walk", phone=phone.id)
    walk(device, "b1-1-aa11", ended_at=ago(minutes=3))
    push = home.until(lambda: phone.pushed and phone.pushed[0], "the question")
    assert "after the walk of 19 min" in push["message"]
    typed, none_at_all = (action["action"] for action in push["data"]["actions"])
    walk(device, "b1-1-aa11", ended_at=ago(minutes=3), revision=2)  # the same walk again is not asked for again
    phone.reply(f"{typed}-of-another-walk", "7")
    assert holds(lambda: len(phone.pushed) == 1 and not device.heard)
    phone.reply(typed, "rather a lot")
    home.until(lambda: len(phone.pushed) == 2, "the question once more")
    assert phone.pushed[1]["message"].startswith("Please answer with a whole number")
    phone.reply(typed, " 4 ")
    home.until(lambda: device.heard, "the answer at the kneemon")
    (command,) = device.commands()
    assert command["cmd"] == "pain.report"
    assert command["args"] == {"score": 4, "session_id": "b1-1-aa11"}
    assert "expires_at" not in command  # a kneemon that does not know the time would refuse it
    assert none_at_all != typed
    device.answer("done", "Pain 4 of 10 is noted.")
    assert holds(lambda: len(phone.pushed) == 2)


def test_an_answer_that_is_not_taken_is_told(home: Home, device: Device, automate: Automate, phone: Phone) -> None:
    entity = automate("ask_pain_after_walk", phone=phone.id)
    walk(device, "b1-6-ff66", ended_at=ago(minutes=3))
    push = home.until(lambda: phone.pushed and phone.pushed[0], "the question")
    phone.reply(push["data"]["actions"][0]["action"], "4")
    home.until(lambda: device.heard, "the answer at the kneemon")
    device.answer("rejected", "There is no such walk.", "no_session")
    refused = home.until(lambda: len(phone.pushed) == 2 and phone.pushed[1]["message"], "the refusal is told")
    assert refused.startswith("The kneemon did not take your answer 4. There is no such walk.")
    home.until(lambda: home.attributes(entity)["current"] == 0, "the automation is over")
    walk(device, "b1-7-aa77", ended_at=ago(minutes=2))
    push = home.until(lambda: len(phone.pushed) == 3 and phone.pushed[2], "the next question")
    phone.reply(push["data"]["actions"][1]["action"])
    silence = home.until(lambda: len(phone.pushed) == 4 and phone.pushed[3]["message"], "the silence is told")
    assert silence.startswith("The kneemon did not take your answer 0. It did not say why.")


def test_no_pain_is_one_press_and_waits_for_the_kneemon_to_be_at_home(
    home: Home, device: Device, automate: Automate, phone: Phone
) -> None:
    automate("ask_pain_after_walk", phone=phone.id)
    walk(device, "b1-2-bb22", ended_at=ago(minutes=3))
    push = home.until(lambda: phone.pushed and phone.pushed[0], "the question")
    device.is_there("offline")
    home.becomes("binary_sensor.kneemon_connected", "off")
    phone.reply(push["data"]["actions"][1]["action"])
    assert holds(lambda: not device.heard)
    device.is_there("online")
    home.until(lambda: device.heard, "the answer at the kneemon")
    assert device.commands()[0]["args"] == {"score": 0, "session_id": "b1-2-bb22"}


def test_without_a_phone_a_message_asks_for_the_pain(home: Home, device: Device, automate: Automate) -> None:
    automate("ask_pain_after_walk")
    walk(device, "b1-3-cc33", ended_at=ago(hours=7))
    assert holds(lambda: not told(home))  # an old walk
    walk(device, "b1-4-dd44", ended_at=ago(minutes=1), after=5)
    assert holds(lambda: not told(home))  # its pain is known
    walk(device, "b1-5-ee55", ended_at=ago(minutes=1))
    note = home.until(lambda: told(home).get("kneemon_pain"), "the question")
    assert 'Please set the slider "Report pain".' in note["message"]


def test_a_low_battery_is_told_once_it_is_low(home: Home, device: Device, automate: Automate, phone: Phone) -> None:
    automate("battery_low", minutes=0, below=25, phone=phone.id)
    diag(device, 80)
    home.becomes("sensor.kneemon_battery", "80")
    diag(device, 30)
    assert holds(lambda: not phone.pushed)
    diag(device, 24)
    home.until(lambda: phone.pushed, "the reminder")
    assert phone.pushed[0]["message"] == "The kneemon's battery is at 24 %. Please charge it."
    diag(device, 23)
    assert holds(lambda: len(phone.pushed) == 1)


def test_not_synced_counts_the_days(home: Home, device: Device, automate: Automate) -> None:
    diag(device, 80, synced=ago(days=2))
    home.becomes("sensor.kneemon_battery", "80")
    automate("not_synced", at=soon(), days=3)
    time.sleep(5)
    assert told(home) == {}
    diag(device, 79, synced=ago(days=4.5))
    home.becomes("sensor.kneemon_battery", "79")
    automate("not_synced", at=soon(), days=3)
    note = home.until(lambda: told(home).get("kneemon_not_synced"), "the message")
    assert note["message"].startswith("The kneemon has not been heard of for 4 days.")
