# SPDX-License-Identifier: MIT
"""The JSON Schema (2020-12) of the one document of everything, made of its shapes and of the words it keeps as JSON.

`python -m kneemon.app.whole_reference` writes it anew into export/ of the folder docs (or the one named); a test holds
it to it. Nothing here runs on a device that walks.
"""

import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from kneemon.export.whole import FORMAT, VERSION, Whole
from kneemon.model.records import PainTold, SessionRecord
from kneemon.model.sessions import SessionSummary
from kneemon.store.facts import KINDS

FILE = Path("export", f"whole-{VERSION}.schema.json")
DIALECT = "https://json-schema.org/draft/2020-12/schema"
AS_JSON = {("Walk", "summary"): SessionSummary, ("Walk", "pain_told"): PainTold, ("Former", "record"): SessionRecord}


def schema() -> dict[str, Any]:
    """The document's schema, complete in itself. A kind of entry that it does not name is a newer kneemon's."""
    kinds = {kind: fact.__name__ for kind, fact in KINDS.items()}
    shapes = (Whole, SessionSummary, PainTold, SessionRecord, *KINDS.values())
    _, parts = msgspec.json.schema_components(shapes, ref_template="#/$defs/{name}")
    parts = {name: _tidied(part) for name, part in sorted(parts.items())}
    for (owner, key), kind in AS_JSON.items():
        parts[owner]["properties"][key] = {"$ref": f"#/$defs/{kind.__name__}"}
    entry = parts["Entry"]
    entry["properties"]["body"] = {"type": "object"}
    entry["allOf"] = [
        {
            "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
            "then": {"properties": {"body": {"$ref": f"#/$defs/{name}"}}},
        }
        for kind, name in kinds.items()
    ]
    root: dict[str, Any] = parts.pop("Whole")
    root["properties"] |= {"format": {"const": FORMAT}, "version": {"const": VERSION}}
    head: dict[str, Any] = {"$schema": DIALECT, "$id": f"urn:{FORMAT}:{VERSION}"}
    return head | root | {"title": f"{FORMAT}/{VERSION}", "$defs": parts}


def text() -> str:
    """The schema as it stands in its file."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def main(folder: Path) -> None:
    """Write it into `folder`."""
    path = folder / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text(), encoding="utf-8")


def _tidied(part: dict[str, Any]) -> dict[str, Any]:
    """Descriptions are one line."""
    return part | ({"description": " ".join(part["description"].split())} if "description" in part else {})


if __name__ == "__main__":
    main(Path(*sys.argv[1:] or ["docs"]))
