# SPDX-License-Identifier: MIT
"""JSON Schemas (2020-12) of the documents, made of their shapes; for whoever reads them, and for the tests.

A key that is not required came with a later version, and old documents do not have it. Nothing here runs on a device
that walks.
"""

from typing import Any

import msgspec
from msgspec import Struct

from kneemon.mqtt import shapes
from kneemon.mqtt.topics import TOPICS

DIALECT = "https://json-schema.org/draft/2020-12/schema"

# What is sent to the device names no schema of its own.
_NAMELESS: dict[type[Struct], str] = {
    shapes.CommandDocument: "kneemon.command/1",
    shapes.StoredDocument: "kneemon.session.ack/1",
}

DOCUMENTS: tuple[type[Struct], ...] = tuple(dict.fromkeys(topic.document for topic in TOPICS if topic.document))


def name_of(document: type[Struct]) -> str:
    """The name and major version of the document, such as kneemon.state/1."""
    return shapes.schema_of(document) or _NAMELESS[document]


def file_of(document: type[Struct]) -> str:
    """The file that holds the document's schema, such as state-1.schema.json."""
    return f"{name_of(document).removeprefix('kneemon.').replace('/', '-')}.schema.json"


def schema(document: type[Struct]) -> dict[str, Any]:
    """The document's schema, complete in itself."""
    whole = msgspec.json.schema(document)
    parts = {name: tidied(part) for name, part in whole["$defs"].items()}
    root = parts.pop(document.__name__)
    name = name_of(document)
    head = {"$schema": DIALECT, "$id": f"urn:{name.replace('.', ':').replace('/', ':')}"}
    return head | root | {"title": name} | ({"$defs": parts} if parts else {})


def tidied(part: dict[str, Any]) -> dict[str, Any]:
    """As msgspec has it, but the document's name is required, and descriptions are one line."""
    if "description" in part:
        part = part | {"description": " ".join(part["description"].split())}
    if "schema" in part.get("properties", {}):
        name = {"const": part["properties"]["schema"]["default"]}
        part = part | {
            "properties": part["properties"] | {"schema": name},
            "required": ["schema", *part.get("required", [])],
        }
    return part
