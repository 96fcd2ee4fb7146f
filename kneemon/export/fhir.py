# SPDX-License-Identifier: MIT
"""Walks and pain as a FHIR R4 Bundle (a collection): `write_fhir`, one resource after the other, never all at once.

Shaped after the HL7 US Physical Activity guide, STU 1; not conformant, for it asks for a US Core patient and this one
has no name. Steps of a day are left out: the device is worn for walks only, so it does not know them. A walk that was
deleted, and is asked for all the same, is marked entered-in-error.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, BinaryIO
from uuid import NAMESPACE_URL, uuid5

from kneemon.export.diary_columns import Dated
from kneemon.export.facts import WalkFacts, zone_of
from kneemon.model.diary import Knee, PainAnswer
from kneemon.model.questions import Ask
from kneemon.model.records import SessionRecord, TimeQuality

Resource = dict[str, Any]

GUIDE = "http://hl7.org/fhir/us/physical-activity"
TEMPORARY = f"{GUIDE}/CodeSystem/pa-temporary-codes"
CATEGORIES = "http://terminology.hl7.org/CodeSystem/observation-category"
LOINC, UCUM, SNOMED = "http://loinc.org", "http://unitsofmeasure.org", "http://snomed.info/sct"
IEEE_11073 = "urn:iso:std:iso:11073:10101"
NAMES = uuid5(NAMESPACE_URL, "urn:kneemon:fhir")

DURATION = (LOINC, "55411-3", "Exercise duration")
KIND = (LOINC, "73985-4", "Exercise activity")
WALKING = (LOINC, "LA11834-1", "Walking")
STEPS = (LOINC, "55423-8", "Number of steps in unspecified time Pedometer")
CADENCE = (IEEE_11073, "8454255", "MDC_HF_CAD")  # partition 129, term 111
PAIN = (LOINC, "72514-3", "Pain severity - 0-10 verbal numeric rating [Score] - Reported")
PANEL = (TEMPORARY, "PAPanel", "Physical Activity Panel")
KNEE = (SNOMED, "72696002", "Knee region structure")

WHEN = {
    Ask.PAIN_BEFORE: "Before the walk",
    Ask.PAIN_END: "At the end of the walk",
    Ask.PAIN_LATER: "Two hours after the walk",
}
DURING, MORNING = "During the walk", "Next morning"


@dataclass(frozen=True, slots=True)
class Bundled:
    """made_at: aware. knee: the painful one, None when not known. diary: tells when an answer was given."""

    made_at: datetime
    device: str
    software: str
    knee: Knee | None = None
    diary: Sequence[Dated] = ()


def write_fhir(file: BinaryIO, walks: Iterable[WalkFacts], about: Bundled) -> None:
    """The Bundle into `file`, as JSON. ExportError for a time zone that is not known here."""
    head = {"resourceType": "Bundle", "type": "collection", "timestamp": _iso(about.made_at)}
    file.write(json.dumps(head)[:-1].encode() + b', "entry": [')
    for number, resource in enumerate(_resources(walks, about)):
        name = _urn(about.device, f"{resource['resourceType']}/{resource['id']}")
        entry = {"fullUrl": name, "resource": resource}
        file.write((b",\n" if number else b"\n") + json.dumps(entry, ensure_ascii=False).encode("utf-8", "replace"))
    file.write(b"\n]}\n")


def _resources(walks: Iterable[WalkFacts], about: Bundled) -> Iterator[Resource]:
    yield {"resourceType": "Patient", "id": "walker"}
    yield {
        "resourceType": "Device",
        "id": "kneemon",
        "manufacturer": "kneemon",
        "deviceName": [{"name": about.device or "kneemon", "type": "user-friendly-name"}],
        "version": [{"value": about.software}],
    }
    told = _told(about.diary)
    mornings: set[str] = set()
    for walk in walks:
        yield from _walk(walk, about)
        yield from _pains(walk, about, told.get(walk.record.session_id, {}), mornings)


def _told(diary: Iterable[Dated]) -> Mapping[str, Mapping[Ask, datetime]]:
    """When the newest answer to each question was given, by walk."""
    found: dict[str, dict[Ask, datetime]] = {}
    for row in diary:
        fact = row.entry.fact
        if isinstance(fact, PainAnswer) and fact.session_id and fact.score is not None:
            found.setdefault(fact.session_id, {})[fact.ask] = row.at
    return found


def _walk(walk: WalkFacts, about: Bundled) -> Iterator[Resource]:
    record, summary = walk.record, walk.record.summary
    zone = zone_of(record)
    period = {
        "effectivePeriod": {
            "start": _iso(record.started_at.astimezone(zone)),
            "end": _iso(max(record.ended_at, record.started_at).astimezone(zone)),
        }
    }
    measures: list[Resource] = [
        _observation(walk, about, "duration", DURATION, "Time walked", _quantity(summary.walking_s / 60, "min", "min")),
        _observation(walk, about, "kind", KIND, "", {"valueCodeableConcept": _concept(WALKING)}),
        _observation(walk, about, "steps", STEPS, "", _quantity(summary.steps, "steps", "{steps}")),
    ]
    if summary.cadence_mean_spm is not None:
        value = _quantity(summary.cadence_mean_spm, "steps/min", "{steps}/min")
        measures.append(_observation(walk, about, "cadence", CADENCE, "Mean walking cadence", value))
    for measure in measures:
        yield {**measure, **period, "meta": _profile("pa-observation-activity-measure")}
    members = [_reference(about, f"Observation/{measure['id']}") for measure in measures]
    panel = _observation(walk, about, "walk", PANEL, "", {})
    notes = [*_doubts(record), *({"text": text} for text in walk.notes.values())]
    yield {
        **panel,
        **period,
        "meta": _profile("pa-observation-activity-group"),
        **({"note": notes} if notes else {}),
        "hasMember": members,
    }


def _pains(walk: WalkFacts, about: Bundled, told: Mapping[Ask, datetime], mornings: set[str]) -> Iterator[Resource]:
    """Each pain that was told; a later answer without a known time has the walk's end as its earliest one."""
    record, seen = walk.record, walk.outcome
    zone = zone_of(record)
    start, end = record.started_at.astimezone(zone), max(record.ended_at, record.started_at).astimezone(zone)
    since_end: Resource = {"effectivePeriod": {"start": _iso(end)}}
    known = {ask: {"effectiveDateTime": _iso(at)} for ask, at in told.items()}
    found: list[tuple[str, int | None, str, Resource]] = [
        ("before", seen.p0, WHEN[Ask.PAIN_BEFORE], known.get(Ask.PAIN_BEFORE, {"effectiveDateTime": _iso(start)})),
        ("end", seen.p1, WHEN[Ask.PAIN_END], known.get(Ask.PAIN_END, {"effectiveDateTime": _iso(end)})),
        ("later", seen.p2, WHEN[Ask.PAIN_LATER], known.get(Ask.PAIN_LATER, since_end)),
    ]
    for number, mark in enumerate(record.summary.pains, 1):
        at = (record.started_at + timedelta(seconds=mark.at_s)).astimezone(zone)
        found.append((f"during-{number}", mark.score, DURING, {"effectiveDateTime": _iso(at)}))
    for name, score, when, effective in found:
        if score is not None:
            yield _pain(walk, about, f"{record.session_id}/pain-{name}", score, when, effective)
    day = (seen.day + timedelta(days=1)).isoformat()
    if seen.pm is not None and day not in mornings:
        mornings.add(day)  # one morning, however many walks the day before
        yield _pain(walk, about, f"morning/{day}", seen.pm, MORNING, {"effectiveDateTime": day})


def _pain(walk: WalkFacts, about: Bundled, name: str, score: int, when: str, effective: Resource) -> Resource:
    site: Resource = _concept(KNEE)
    if about.knee is not None:
        site["text"] = "both knees" if about.knee is Knee.BOTH else f"{about.knee.value} knee"
    doubts = [] if name.startswith("morning/") else _doubts(walk.record)
    return {
        "resourceType": "Observation",
        "id": _id(about.device, name),
        "status": "entered-in-error" if walk.struck else "final",
        "category": [_concept((CATEGORIES, "survey", "Survey"))],
        "code": _concept(PAIN),
        "subject": _reference(about, "Patient/walker"),
        **effective,
        "performer": [_reference(about, "Patient/walker")],
        "valueQuantity": _quantity(score, "{score}", "{score}")["valueQuantity"],
        "note": [{"text": when}, *doubts],
        "bodySite": site,
    }


def _observation(
    walk: WalkFacts, about: Bundled, name: str, code: tuple[str, str, str], text: str, value: Resource
) -> Resource:
    status = "final" if walk.record.final else "preliminary"
    return {
        "resourceType": "Observation",
        "id": _id(about.device, f"{walk.record.session_id}/{name}"),
        "status": "entered-in-error" if walk.struck else status,
        "category": [
            _concept((CATEGORIES, "activity", "Activity")),
            _concept((TEMPORARY, "PhysicalActivity", "Physical Activity")),
        ],
        "code": {**_concept(code), **({"text": text} if text else {})},
        "subject": _reference(about, "Patient/walker"),
        "performer": [_reference(about, "Patient/walker")],
        "device": _reference(about, "Device/kneemon"),
        **value,
    }


def _doubts(record: SessionRecord) -> list[Resource]:
    """What is to be told of the times."""
    if record.time_quality is TimeQuality.NTP:
        return []
    if record.time_quality is TimeQuality.ESTIMATED and record.time_error_s is not None:
        return [{"text": f"Times may be too early by up to {record.time_error_s:.0f} s."}]
    return [{"text": "The device's clock was not set: times of day are a guess. Durations are right."}]


def _concept(code: tuple[str, str, str]) -> Resource:
    system, value, display = code
    return {"coding": [{"system": system, "code": value, "display": display}]}


def _quantity(value: float, unit: str, code: str) -> Resource:
    return {"valueQuantity": {"value": round(value, 3), "unit": unit, "system": UCUM, "code": code}}


def _profile(name: str) -> Resource:
    return {"profile": [f"{GUIDE}/StructureDefinition/{name}"]}


def _reference(about: Bundled, name: str) -> Resource:
    return {"reference": _urn(about.device, name)}


def _urn(device: str, name: str) -> str:
    return f"urn:uuid:{_id(device, name)}"


def _id(device: str, name: str) -> str:
    """The same for the same thing of the same device, whenever it is exported."""
    return str(uuid5(NAMES, f"{device}/{name}"))


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
