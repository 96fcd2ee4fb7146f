# SPDX-License-Identifier: MIT
"""The table: of each walk the highest revision, in whatever order they come; what is no document is kept aside."""

import itertools
import json
import subprocess
import tomllib

import msgspec
import pytest

from kneemon.mqtt import shapes
from tests.clinic.clinic_bench import CLINIC, COLLECTOR, DEVICE, Postgres, document, topic


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
def test_the_highest_revision_stays_in_whatever_order_they_come(database: Postgres, order: tuple[int, ...]) -> None:
    for revision in (*order, *order):
        assert database.take(topic(), document(revision=revision, steps=revision * 10)) in ("stored", "older")
    assert database.ask("SELECT revision, steps FROM kneemon.session_summary") == [["3", "30"]]
    assert database.count("quarantine") == 0


def test_two_devices_may_have_a_session_of_the_same_name(database: Postgres) -> None:
    for device in ("ab12cd34", "ef56gh78"):
        assert database.take(topic(device), document(device)) == "stored"
    assert database.count("session_summary") == 2


def test_a_document_becomes_typed_columns_on_the_walkers_own_day(database: Postgres) -> None:
    told = {"before": 2, "after": 3, "later": None, "morning": 5, "marks": [], "scale": "nrs-11"}
    database.take(topic(), document(pain=told, gave_way={"times": 1, "at_s": [3.0]}, over_limit_s=60.0))
    row = database.ask(
        "SELECT steps, walking_s, cadence_mean_spm, pain_before, pain_later, pain_morning, gave_way_times, day "
        "FROM kneemon.session_summary"
    )
    assert row == [["1830", "1130", "97.1", "2", "", "5", "1", "2026-11-23"]]  # half past midnight in Berlin
    day = database.ask(
        "SELECT walks, steps, walking_min, over_limit_min, worst_pain_before, worst_pain_after, gave_way_times "
        "FROM kneemon.walked_per_day"
    )
    assert day == [["1", "1830", "18.8", "1.0", "2", "5", "1"]]


def test_a_zone_that_nobody_knows_is_taken_for_utc(database: Postgres) -> None:
    assert database.take(topic(), document(tz="Moon/Tranquility")) == "stored"
    assert database.ask("SELECT day FROM kneemon.session_summary") == [["2026-11-22"]]


def test_a_walk_of_unknown_time_or_one_that_goes_on_is_in_no_day(database: Postgres) -> None:
    database.take(topic(), document(session_id="unsynced", time_quality="unsynced"))
    database.take(topic(), document(session_id="going on", final=False))
    database.take(topic(), document(session_id="estimated", time_quality="estimated"))
    assert database.ask("SELECT walks FROM kneemon.walked_per_day") == [["1"]]
    assert database.ask("SELECT session_id FROM kneemon.walked_some_day") == [["unsynced"]]
    assert database.ask("SELECT device, walks FROM kneemon.last_heard") == [[DEVICE, "3"]]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "invalid input syntax for type json"),
        (b"\xff\xfe", 'invalid byte sequence for encoding "UTF8": 0xff'),
        (b'{"schema": "kneemon.session.summary/2"}', "not a kneemon.session.summary/1"),
        (b"[]", "not a kneemon.session.summary/1"),
        (document("ef56gh78"), "the device in the document is not the one in its topic"),
        (document(revision=0), 'violates check constraint "session_summary_revision_check"'),
        (document(steps=1.5), "invalid input syntax for type integer"),
        (document(steps=None), 'null value in column "steps"'),
        (document(steps=-1), 'violates check constraint "session_summary_steps_check"'),
        (document(steps=10**12), "out of range for type integer"),
        (document(started_at="now"), "started_at is not a time in UTC"),
        (document(started_at="2026-02-30T00:00:00Z"), "date/time field value out of range"),
        (document(session_id="a\0b"), "unsupported Unicode escape sequence"),
        (document(session_id=""), 'violates check constraint "session_summary_session_id_check"'),
        (b"[" * 100_000, "stack depth limit exceeded"),
    ],
)
def test_what_is_no_document_is_kept_aside_with_the_reason(database: Postgres, payload: bytes, reason: str) -> None:
    for _ in range(2):
        assert database.take(topic(), payload) == "quarantined"
    assert database.count("session_summary") == 0
    [row] = database.ask("SELECT times, encode(payload, 'hex'), reason FROM kneemon.quarantine")
    assert row[:2] == ["2", payload.hex()]
    assert reason in row[2]


def test_a_collector_may_hand_in_and_read_nothing(database: Postgres) -> None:
    for sql in (
        "SELECT * FROM kneemon.session_summary",
        "SELECT * FROM kneemon.quarantine",
        "DELETE FROM kneemon.session_summary",
        "SELECT * FROM kneemon.arrivals",
    ):
        with pytest.raises(subprocess.CalledProcessError) as denied:
            database.run(sql, user=COLLECTOR)
        assert "permission denied" in denied.value.stderr


def test_a_reader_may_look_at_all_and_change_nothing(database: Postgres) -> None:
    database.run("DROP ROLE IF EXISTS physio; CREATE ROLE physio LOGIN IN ROLE kneemon_reader")
    database.take(topic(), document())
    database.take(topic(), b"rubbish")
    for table in ("session_summary", "walked_per_day", "last_heard", "quarantine"):
        assert database.run(f"SELECT count(*) FROM kneemon.{table}", user="physio").strip() == "1"  # noqa: S608
    for table in ("session_summary", "quarantine"):
        with pytest.raises(subprocess.CalledProcessError):
            database.run(f"DELETE FROM kneemon.{table}", user="physio")  # noqa: S608


@pytest.mark.parametrize("name", ["postgresql", "influxdb"])
def test_what_nobody_has_tried_says_so_and_can_be_read_at_least(name: str) -> None:
    board = json.loads((CLINIC / f"grafana-{name}.json").read_text())
    assert board["description"].startswith("NOT TRIED")
    assert "NOT TRIED" in board["panels"][0]["options"]["content"]


def test_telegrafs_file_says_that_nobody_has_tried_it_and_can_be_read_at_least() -> None:
    text = (CLINIC / "telegraf.conf").read_text()
    assert "NOT TRIED" in text
    [consumer] = tomllib.loads(text)["inputs"]["mqtt_consumer"]
    assert (consumer["qos"], consumer["persistent_session"]) == (1, True)
    told = msgspec.structs.fields(shapes.SummaryDocument)
    for field in consumer["json_v2"][0]["field"]:
        assert field["path"].partition(".")[0] in {each.name for each in told}


def test_the_panels_ask_for_what_is_there(database: Postgres) -> None:
    board = json.loads((CLINIC / "grafana-postgresql.json").read_text())
    database.take(topic(), document())
    asked = [target["rawSql"] for panel in board["panels"] for target in panel.get("targets", ())]
    assert len(asked) == 4
    for sql in asked:
        usual = sql.replace("$device", DEVICE).replace("$__timeFilter(day)", "day > '2026-01-01'")
        assert len(database.ask(usual)) == 1
