# SPDX-License-Identifier: MIT
"""A real kneemon in a real Home Assistant: all that it shows, all that may be asked of it, away and back, forgotten.

One kneemon for the module: each test leaves it running and idle.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from stage_device import DEVICE, Device, Household
from stage_driver import Home
from stage_install import OLD, Edition
from stage_kneemon import WEEKS, Kneemon
from stage_processes import HOUSEHOLD, PASSWORD, Broker, HomeAssistant, wait_until

from kneemon.mqtt.entities import ENTITIES
from kneemon.mqtt.entity import Entity, Platform

AWAY_S = 120.0  # the broker waits before it says that somebody is gone
MANY = 70  # steps of a walk that is long enough to be one of the plan's
LIVE = [entity for entity in ENTITIES if entity.bound]
LASTING = [entity for entity in ENTITIES if not entity.bound]


@pytest.fixture(scope="module")
def running(
    broker: Broker, edition: Edition, house: HomeAssistant, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kneemon]:
    kneemon = Kneemon(tmp_path_factory.mktemp("kneemon"), broker, edition.form)
    kneemon.start()
    yield kneemon
    kneemon.kill()


@pytest.fixture
def kneemon(running: Kneemon, home: Home) -> Kneemon:
    """Known to Home Assistant, and idle."""
    if not running.alive():
        running.start()
    home.becomes("sensor.kneemon_session", "idle")
    return running


@pytest.fixture
def household(broker: Broker) -> Iterator[Household]:
    household = Household(broker.port, HOUSEHOLD, PASSWORD)
    yield household
    household.close()


def unique_ids(kneemon: Kneemon) -> dict[str, Entity]:
    return {f"kneemon_{kneemon.device}_{entity.key}": entity for entity in ENTITIES}


def walked(home: Home) -> Any:
    return home.attributes("sensor.kneemon_last_walk").get("session_id")


def day_is_told(home: Home, kneemon: Kneemon) -> None:
    """What Home Assistant shows of today is what is stored."""
    today = datetime.now(UTC).date()
    home.until(lambda: home.number("sensor.kneemon_steps_today") == kneemon.days()[today][0], "the day is told")


def walk(home: Home, kneemon: Kneemon, steps: int = 5) -> None:
    """A walk of some steps, from start to end, by Home Assistant's buttons."""
    before = walked(home)
    home.press("start_walk")
    home.until(lambda: home.number("sensor.kneemon_session_steps") >= steps, f"{steps} steps", 120.0)
    home.press("stop_walk")
    home.becomes("sensor.kneemon_session", "idle")
    home.until(lambda: walked(home) != before, "the walk is told")
    day_is_told(home, kneemon)


def test_every_entity_is_there_as_the_table_says(home: Home, kneemon: Kneemon) -> None:
    wanted = unique_ids(kneemon)
    home.until(lambda: set(home.entities()) == set(wanted), f"{len(wanted)} entities")
    registry = home.entities()
    states = home.states()
    for unique_id, entity in wanted.items():
        assert registry[unique_id]["entity_id"] == entity.entity_id
        assert registry[unique_id]["entity_category"] == entity.category, entity.key
        shown = states[entity.entity_id]["attributes"]
        assert shown["friendly_name"] == f"Kneemon {entity.name}"
        assert shown.get("unit_of_measurement") == entity.unit, entity.key
        assert shown.get("state_class") == entity.state_class, entity.key
        if entity.platform is not Platform.BUTTON:
            assert shown.get("device_class") == entity.device_class, entity.key
        assert states[entity.entity_id]["state"] != "unavailable", entity.key
    (device,) = home.devices()
    assert (device["name"], device["manufacturer"], device["serial_number"]) == ("Kneemon", "kneemon", kneemon.device)
    assert registry.keys() == wanted.keys()


def test_what_is_told_first_is_shown(home: Home, kneemon: Kneemon) -> None:
    home.becomes("binary_sensor.kneemon_connected", "on")
    home.becomes("binary_sensor.kneemon_motion_sensor_problem", "off")
    home.becomes("sensor.kneemon_unsent_documents", "0")
    home.becomes("select.kneemon_plan_mode", "follow")
    home.becomes("switch.kneemon_mute", "off")
    home.until(lambda: home.number("sensor.kneemon_plan_limit") > 0, "today's minutes")
    assert home.state("sensor.kneemon_battery") == "unknown"
    home.until(lambda: home.state("sensor.kneemon_last_walk") not in (None, "unknown"), "the newest walk")


def test_a_walk_by_buttons_is_shown_counted_and_told(home: Home, kneemon: Kneemon) -> None:
    walks = int(home.until(lambda: home.state("sensor.kneemon_walks_today"), "walks today"))
    steps = int(home.state("sensor.kneemon_steps_today") or "nan")
    home.press("start_walk")
    home.becomes("sensor.kneemon_session", "walking")
    home.until(lambda: home.attributes("event.kneemon_alert").get("event_type") == "walk_started", "the start is told")
    home.until(lambda: home.number("sensor.kneemon_cadence") > 60, "a cadence", 90.0)
    assert home.number("sensor.kneemon_session_steps") >= 5
    assert 0 < home.number("sensor.kneemon_remaining") <= home.number("sensor.kneemon_plan_limit")
    assert home.attributes("sensor.kneemon_plan_limit")["walk_day"] is True
    home.press("pause_walk")
    home.becomes("sensor.kneemon_session", "paused")
    home.becomes("sensor.kneemon_cadence", "unknown")
    home.press("resume_walk")
    home.becomes("sensor.kneemon_session", "walking")
    home.serve("number.set_value", entity_id="number.kneemon_report_pain", value=2)
    home.press("stop_walk")
    home.becomes("sensor.kneemon_session", "idle")
    home.until(lambda: home.attributes("event.kneemon_alert").get("event_type") == "walk_ended", "the end is told")
    home.becomes("sensor.kneemon_walks_today", str(walks + 1))
    newest = home.attributes("sensor.kneemon_last_walk")
    assert newest["steps"] >= 5
    assert newest["paused_s"] > 0
    assert [mark["score"] for mark in newest["pain"]["marks"]] == [2]
    home.becomes("sensor.kneemon_steps_today", str(steps + newest["steps"]))
    home.becomes("sensor.kneemon_unsent_documents", "0")


def test_pain_goes_to_the_walk_as_a_new_revision(home: Home, kneemon: Kneemon) -> None:
    walk(home, kneemon, MANY)
    session, revision = walked(home), home.attributes("sensor.kneemon_last_walk")["revision"]
    home.serve("number.set_value", entity_id="number.kneemon_report_pain", value=4)
    home.becomes("sensor.kneemon_last_walk_pain", "4")
    home.becomes("number.kneemon_report_pain", "4")
    assert walked(home) == session
    assert home.attributes("sensor.kneemon_last_walk")["revision"] > revision


def test_what_the_other_buttons_ask_for_is_done(home: Home, kneemon: Kneemon, household: Household) -> None:
    wanted: list[tuple[str, str]] = []
    for button, command in (
        ("identify", "identify"),
        ("start_push_off", "exercise.start"),
        ("stop_exercise", "exercise.stop"),
        ("start_calf_stretch", "exercise.start"),
        ("stop_exercise", "exercise.stop"),
    ):
        home.press(button)
        wanted.append((command, "done"))  # to stop is refused where no exercise is on
        home.until(lambda: len(household.heard()) == len(wanted), f"the answer to {button}")
    assert household.heard() == wanted
    home.press("stop_exercise")
    home.until(lambda: household.heard()[-1] == ("exercise.stop", "rejected"), "the refusal")


def test_a_walk_while_the_link_is_down_arrives_with_it(home: Home, kneemon: Kneemon, broker: Broker) -> None:
    before, walks = walked(home), home.number("sensor.kneemon_walks_today")
    broker.stop()
    home.becomes("sensor.kneemon_session", "unavailable")
    kneemon.configured("start")
    wait_until(lambda: (kneemon.status()["steps"] or 0) >= 5, "five steps")
    kneemon.configured("stop")
    assert walked(home) in (None, before)
    broker.start()
    home.until(lambda: walked(home) not in (None, before), "the walk is told", AWAY_S)
    assert home.attributes("sensor.kneemon_last_walk")["steps"] >= 5
    home.becomes("sensor.kneemon_walks_today", f"{walks + 1:.0f}")
    day_is_told(home, kneemon)
    home.becomes("sensor.kneemon_unsent_documents", "0")


def test_settings_are_wished_for_and_told(home: Home, kneemon: Kneemon) -> None:
    home.serve("switch.turn_on", entity_id="switch.kneemon_mute")
    home.becomes("switch.kneemon_mute", "on")
    home.serve("switch.turn_off", entity_id="switch.kneemon_mute")
    home.becomes("switch.kneemon_mute", "off")
    home.serve("select.select_option", entity_id="select.kneemon_plan_mode", option="pause")
    home.becomes("select.kneemon_plan_mode", "pause")
    home.serve("select.select_option", entity_id="select.kneemon_plan_mode", option="follow")
    home.becomes("select.kneemon_plan_mode", "follow")
    home.serve("number.set_value", entity_id="number.kneemon_limit", value=5)
    home.becomes("number.kneemon_limit", "5")
    home.becomes("sensor.kneemon_plan_limit", "5.0")
    home.serve("number.set_value", entity_id="number.kneemon_limit", value=0)
    home.becomes("number.kneemon_limit", "0")
    home.serve("number.set_value", entity_id="number.kneemon_pace_limit", value=90)
    home.becomes("number.kneemon_pace_limit", "90")
    home.serve("number.set_value", entity_id="number.kneemon_pace_limit", value=0)
    home.becomes("number.kneemon_pace_limit", "0")


def test_a_limit_is_not_raised_from_outside(home: Home, kneemon: Kneemon) -> None:
    own = home.until(lambda: home.state("sensor.kneemon_plan_limit"), "today's minutes")
    home.serve("number.set_value", entity_id="number.kneemon_limit", value=110)
    home.serve("number.set_value", entity_id="number.kneemon_pace_limit", value=80)
    home.becomes("number.kneemon_pace_limit", "80")  # judged after the other one
    assert (home.state("number.kneemon_limit"), home.state("sensor.kneemon_plan_limit")) == ("0", own)
    home.serve("number.set_value", entity_id="number.kneemon_pace_limit", value=0)
    home.becomes("number.kneemon_pace_limit", "0")


def test_all_is_back_when_mqtt_is_reloaded(home: Home, kneemon: Kneemon) -> None:
    before = {entity.entity_id: home.state(entity.entity_id) for entity in LASTING}
    home.reload_mqtt()
    home.until(lambda: set(home.entities()) == set(unique_ids(kneemon)), "all entities")
    _all_back(home, before)


def test_all_is_back_when_home_assistant_starts_again(house: HomeAssistant, home: Home, kneemon: Kneemon) -> None:
    before = {entity.entity_id: home.state(entity.entity_id) for entity in LASTING}
    house.stop()
    house.start()
    home.until(home.mqtt_loaded, "the MQTT entry is loaded")
    _all_back(home, before)
    walk(home, kneemon)


def test_away_the_live_is_unavailable_and_the_rest_stays(house: HomeAssistant, home: Home, kneemon: Kneemon) -> None:
    walk(home, kneemon)
    steps, session = home.state("sensor.kneemon_steps_today"), walked(home)
    kneemon.kill()
    home.becomes("binary_sensor.kneemon_connected", "off", AWAY_S)
    states = home.states()
    assert {states[entity.entity_id]["state"] for entity in LIVE} == {"unavailable"}
    assert [entity.key for entity in LASTING if states[entity.entity_id]["state"] == "unavailable"] == []
    assert (home.state("sensor.kneemon_steps_today"), walked(home)) == (steps, session)
    house.stop()
    house.start()  # with the kneemon still out
    home.until(home.mqtt_loaded, "the MQTT entry is loaded")
    home.becomes("sensor.kneemon_steps_today", str(steps))
    home.until(lambda: walked(home) == session, "the newest walk")
    home.becomes("binary_sensor.kneemon_connected", "off")
    home.becomes("sensor.kneemon_session", "unavailable")
    home.serve("select.select_option", entity_id="select.kneemon_plan_mode", option="pause")
    now = '{"cmd": "session.start", "id": "while-away"}'
    home.serve("mqtt.publish", topic=f"kneemon/v1/{kneemon.device}/cmd", payload=now, qos=1)
    kneemon.start()
    home.becomes("select.kneemon_plan_mode", "pause")
    home.becomes("sensor.kneemon_session", "idle")
    assert home.state("sensor.kneemon_steps_today") == steps
    _all_back(home, {})
    home.serve("select.select_option", entity_id="select.kneemon_plan_mode", option="follow")
    home.becomes("select.kneemon_plan_mode", "follow")
    assert (home.state("sensor.kneemon_session"), walked(home)) == ("idle", session)


def test_the_weeks_before_are_brought_into_their_hours(home: Home, kneemon: Kneemon, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.touch(mode=0o600)
    token.write_text(home.token or "")
    told = kneemon.configured("ha-import", home.url, "--token-file", str(token))
    start = (datetime.now(UTC) - timedelta(weeks=WEEKS + 1)).isoformat()
    statistic = f"kneemon:steps_{kneemon.device}"

    def by_hour() -> dict[datetime, int]:
        rows = home.statistics(statistic, start)
        assert all(row["change"] >= 0 for row in rows)
        return {datetime.fromtimestamp(row["start"] / 1000, UTC): round(row["change"]) for row in rows if row["change"]}

    wanted = kneemon.hours()
    assert len(wanted) > WEEKS
    home.until(lambda: by_hour() == wanted, f"{statistic} hour by hour: {told}")
    hours = home.statistics(statistic, start)
    assert "has it all already" in kneemon.configured("ha-import", home.url, "--token-file", str(token))
    assert home.statistics(statistic, start) == hours


def test_forgotten_nothing_is_left(home: Home, kneemon: Kneemon) -> None:
    kneemon.stop()
    kneemon.configured("mqtt", "forget", "--yes")
    home.until(lambda: not home.entities(), "no entity is left")
    home.until(lambda: not home.devices(), "no device is left")
    assert not [entity for entity in home.states() if "kneemon" in entity]


def test_the_new_form_of_discovery_is_unknown_to_an_old_home(
    home: Home, broker: Broker, edition: Edition, running: Kneemon
) -> None:
    """What is found above is found by the form that was chosen, and by nothing else."""
    if running.alive():
        running.stop()
        running.configured("mqtt", "forget", "--yes")
    home.until(lambda: not home.entities(), "no entity is left")
    device = Device(broker.port, PASSWORD)
    device.announce("device")
    sign = b'{"name": "sign", "unique_id": "sign", "state_topic": "kneemon/v1/sign"}'
    device.say(f"homeassistant/sensor/{DEVICE}/sign/config", sign)
    home.until(lambda: "sign" in home.entities(), "a later message is seen")
    known = 1 if edition is OLD else len(ENTITIES) + 1
    home.until(lambda: len(home.entities()) == known, f"{known} entities")
    device.forget()
    home.until(lambda: not home.entities(), "no entity is left")
    device.close()


def _all_back(home: Home, before: dict[str, str | None]) -> None:
    for entity in LIVE:
        home.until(lambda entity=entity: home.state(entity.entity_id) not in (None, "unavailable"), entity.key)
    for entity_id, state in before.items():
        if not entity_id.startswith("sensor.kneemon_last_sync"):
            home.becomes(entity_id, str(state))
