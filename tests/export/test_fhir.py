# SPDX-License-Identifier: MIT
"""Walks and pain as a FHIR Bundle, read by programs not of ours: their numbers are the store's."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from foreign import Reader, Rows, readers

from kneemon.app.reading import Reading, WalkRead
from kneemon.errors import ExportError
from kneemon.export.csv_files import dated
from kneemon.export.diary_columns import Dated
from kneemon.export.fhir import Bundled, write_fhir
from kneemon.model.diary import Knee, PainAnswer, Struck
from kneemon.model.questions import Ask
from kneemon.model.records import TimeQuality

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
NASTY = '<script>alert("1")</script> & \\u0000 "quoted" \n=1+1 \U0001f9b5'


def bundle(walks: list[WalkRead], diary: list[Dated] | None = None) -> bytes:
    file = io.BytesIO()
    write_fhir(file, walks, Bundled(AT, "x320b7u0pn6f", "0.1.0", Knee.RIGHT, diary or []))
    return file.getvalue()


def observations(rows: Rows, code: str) -> list[dict]:
    return [row for row in rows["Observation"] if row["code"]["coding"][0]["code"] == code]


@pytest.fixture(scope="module")
def walks(life: Reading) -> list[WalkRead]:
    return life.walks(100)[::-1]


@pytest.fixture(scope="module")
def diary(life: Reading) -> list[Dated]:
    return dated(life.reader.diary(), life.reader.anchors())


@pytest.fixture(scope="module", params=readers("FHIR"), ids=str)
def reader(request: pytest.FixtureRequest) -> Reader:
    return request.param


@pytest.fixture(scope="module")
def rows(walks: list[WalkRead], diary: list[Dated], reader: Reader, npm: Path) -> Rows:
    return reader.read(bundle(walks, diary), npm)


def test_it_is_a_collection_about_somebody_without_a_name(rows):
    assert rows["Bundle"][0]["type"] == "collection"
    (patient,) = rows["Patient"]
    assert patient.keys() == {"resourceType", "id", "fullUrl"}
    (device,) = rows["Device"]
    assert device["deviceName"] == [{"name": "x320b7u0pn6f", "type": "user-friendly-name"}]


@pytest.mark.parametrize(
    ("code", "unit", "figure"),
    [
        ("55411-3", "min", lambda summary: summary.walking_s / 60),
        ("55423-8", "{steps}", lambda summary: summary.steps),
        ("8454255", "{steps}/min", lambda summary: summary.cadence_mean_spm),
    ],
)
def test_every_walk_has_its_figures(rows, walks, code, unit, figure):
    found = observations(rows, code)
    assert [float(row["valueQuantity"]["value"]) for row in found] == pytest.approx(
        [figure(walk.record.summary) for walk in walks], abs=0.0006
    )
    assert {row["valueQuantity"]["code"] for row in found} == {unit}
    assert [datetime.fromisoformat(row["effectivePeriod"]["start"]) for row in found] == [
        walk.record.started_at.replace(microsecond=0) for walk in walks
    ]


def test_a_walk_is_a_panel_of_its_measures(rows, walks):
    named = {row["fullUrl"]: row for row in rows["Observation"]}
    assert len(named) == len(rows["Observation"])
    panels = observations(rows, "PAPanel")
    assert len(panels) == len(walks)
    for panel in panels:
        members = [named[member["reference"]] for member in panel["hasMember"]]
        assert [member["code"]["coding"][0]["code"] for member in members] == [
            "55411-3",
            "73985-4",
            "55423-8",
            "8454255",
        ]
        assert {json.dumps(member["effectivePeriod"]) for member in members} == {json.dumps(panel["effectivePeriod"])}
        assert members[1]["valueCodeableConcept"]["coding"][0]["code"] == "LA11834-1"
    everybody = {rows["Patient"][0]["fullUrl"]}
    assert {row["subject"]["reference"] for row in rows["Observation"]} == everybody
    for row in panels:
        codes = [category["coding"][0]["code"] for category in row["category"]]
        assert codes == ["activity", "PhysicalActivity"]


def test_every_pain_told_is_there_once(rows, walks, diary):
    found = observations(rows, "72514-3")

    def scores(when: str) -> list[int]:
        return [int(float(row["valueQuantity"]["value"])) for row in found if row["note"][0]["text"] == when]

    assert scores("Before the walk") == told(walk.outcome.p0 for walk in walks)
    assert scores("At the end of the walk") == told(walk.outcome.p1 for walk in walks)
    assert scores("Two hours after the walk") == told(walk.outcome.p2 for walk in walks)
    marks = [mark.score for walk in walks for mark in walk.record.summary.pains]
    assert scores("During the walk") == told(marks)
    mornings = {walk.outcome.day: walk.outcome.pm for walk in walks if walk.outcome.pm is not None}
    assert scores("Next morning") == list(mornings.values())
    assert {row["bodySite"]["text"] for row in found} == {"right knee"}
    later = {
        row.entry.fact.session_id: row.at.replace(microsecond=0)
        for row in diary
        if isinstance(row.entry.fact, PainAnswer) and row.entry.fact.ask is Ask.PAIN_LATER
    }
    times = [
        datetime.fromisoformat(row["effectiveDateTime"])
        for row in found
        if row["note"][0]["text"] == "Two hours after the walk"
    ]
    assert times == [later[walk.record.session_id] for walk in walks if walk.outcome.p2 is not None]


def told(scores) -> list[int]:
    return [score for score in scores if score is not None]


def test_what_is_wrong_is_refused(walks, reader, npm):
    content = json.loads(bundle(walks[:1]))
    del content["entry"][2]["resource"]["status"]
    with pytest.raises(Exception, match=r"(?i)status"):
        reader.read(json.dumps(content).encode(), npm)


def test_notes_doubts_and_deletions_are_told(walks, reader, npm):
    walk = walks[0]
    doubted = replace(
        walk,
        record=replace(walk.record, time_quality=TimeQuality.UNSYNCED, time_error_s=None),
        notes={"walker": NASTY, "physio": "kept"},
        struck=Struck(walk.record.session_id),
    )
    rows = reader.read(bundle([doubted]), npm)
    assert {row["status"] for row in rows["Observation"]} == {"entered-in-error"}
    (panel,) = observations(rows, "PAPanel")
    texts = [note["text"] for note in panel["note"]]
    assert texts[0].startswith("The device's clock was not set")
    assert [" ".join(text.split()) for text in texts[1:]] == [" ".join(NASTY.split()), "kept"]


def test_without_a_time_an_answer_is_known_to_be_after_the_walk(walks):
    found = [entry["resource"] for entry in json.loads(bundle(walks))["entry"][2:]]
    later = [row for row in found if row.get("note", [{}])[0].get("text") == "Two hours after the walk"]
    assert later
    assert all(row["effectivePeriod"].keys() == {"start"} for row in later)


def test_the_same_walk_has_the_same_name_and_of_another_device_another(walks):
    def names(content: bytes) -> set[str]:
        return {entry["fullUrl"] for entry in json.loads(content)["entry"]}

    assert names(bundle(walks[:1])) < names(bundle(walks))
    other = io.BytesIO()
    write_fhir(other, walks, Bundled(AT, "another", "0.1.0"))
    assert not names(bundle(walks)) & names(other.getvalue())


def test_a_bundle_of_nothing_is_read(reader, npm):
    assert "Observation" not in reader.read(bundle([]), npm)


def test_an_unknown_zone_is_told(walks):
    lost = replace(walks[0], record=replace(walks[0].record, tz="Europe/Atlantis"))
    with pytest.raises(ExportError, match="expected a time zone this machine knows, saw 'Europe/Atlantis'"):
        bundle([lost])
