# SPDX-License-Identifier: MIT
"""The variants of the documents that are kept beside the examples, and what Home Assistant is told, in both forms.

When a comparison fails, a document has changed: `python tests/mqtt/renew_fixtures.py`, or a folder of its own.
"""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import msgspec
import pytest
from contract_check import check, validator
from renew_fixtures import DISCOVERY, FIXTURES, NEWEST, VARIANTS, folders, name_of

from kneemon.mqtt.schemas import DOCUMENTS
from kneemon.mqtt.shapes import SummaryDocument

KEPT = sorted(FIXTURES.glob(f"v1*/{VARIANTS}/*.json"))
ANNOUNCED = sorted(FIXTURES.glob(f"v1*/{DISCOVERY}/*.json"))


def ids(path: Path) -> str:
    return str(path.relative_to(FIXTURES))


def document_of(path: Path) -> type[msgspec.Struct]:
    """What this file holds a variant of: state-1.idle.json of state-1.json."""
    kept = next(name for name in map(name_of, DOCUMENTS) if path.name.startswith(name.removesuffix("json")))
    return next(document for document in DOCUMENTS if name_of(document) == kept)


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.name)
def test_today_s_builders_still_write_them(folder: Path):
    kept = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.json")}
    assert folders()[folder] == kept


@pytest.mark.parametrize("path", KEPT, ids=ids)
def test_each_variant_is_valid_and_can_be_read(path: Path):
    document = document_of(path)
    validator(document).validate(json.loads(path.read_text()))
    msgspec.json.decode(path.read_bytes(), type=document)


def test_whatever_may_be_null_is_so_somewhere_and_is_not_elsewhere():
    """Else the variants would prove little."""
    seen: dict[tuple[str, str], set[bool]] = defaultdict(set)
    for path in (*KEPT, *NEWEST.glob("*.json")):
        document = document_of(path)
        for key, value in json.loads(path.read_text()).items():
            seen[name_of(document), key].add(value is None)
    may_be_null = {
        (name_of(document), field.encode_name)
        for document in DOCUMENTS
        for field in msgspec.structs.fields(document)
        if field.required and _may_be_null(field.type)
    }
    assert {place for place in may_be_null if seen[place] != {True, False}} == set()
    assert len(may_be_null) > 40


def _may_be_null(annotation: Any) -> bool:
    info = msgspec.inspect.type_info(annotation)
    return isinstance(info, msgspec.inspect.UnionType) and info.includes_none


def test_what_is_kept_of_a_walk_is_read_as_it_was_written():
    def read(variant: str) -> SummaryDocument:
        path = NEWEST / VARIANTS / f"session.summary-1.{variant}.json"
        return msgspec.json.decode(path.read_bytes(), type=SummaryDocument)

    assert (read("no-pain").pain, read("no-pain").gave_way) == (None, None)
    assert (read("no-plan").plan_id, read("no-plan").limit_s) == (None, None)
    assert (read("unsynced").time_quality, read("unsynced").time_error_s) == ("unsynced", None)
    gave_way = read("gave_way").gave_way
    assert gave_way is not None
    assert gave_way.at_s == (12.0, 811.0, 1100.5)
    assert read("power_loss").interrupted
    assert read("power_loss").cadence_mean_spm is None


@pytest.mark.parametrize("path", ANNOUNCED, ids=ids)
def test_each_announcement_keeps_the_contract(path: Path):
    announced = json.loads(path.read_text())
    assert (len(announced) > 20) is (path.stem == "component")
    for topic, payload in announced.items():
        check(topic, b"" if payload is None else json.dumps(payload).encode(), True, 1, None)


def test_both_forms_tell_of_the_same_entities():
    forms = {path.stem: json.loads(path.read_text()) for path in ANNOUNCED}
    whole, parts = forms["device"], forms["component"]
    (device,) = whole.values()
    told = {part["unique_id"] for part in device["components"].values() if "unique_id" in part}
    assert told == {part["unique_id"] for part in parts.values() if part is not None}
    (at_home,) = forms["device.no-pain"].values()
    (minimal,) = forms["device.minimal"].values()
    assert 0 < len(minimal["components"]) < len(at_home["components"]) < len(device["components"])
    assert not [key for key in at_home["components"] if "pain" in key]
