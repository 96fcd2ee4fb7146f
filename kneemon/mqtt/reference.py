# SPDX-License-Identifier: MIT
"""The page of the MQTT contract, and what programs read of it, made from the same tables that the device goes by.

`python -m kneemon.mqtt.reference` renews what stands between the marks in mqtt.md of the folder docs (or the one
named), and writes its folder mqtt anew: a JSON Schema for each document, and the AsyncAPI document. A test holds them
to it. It knows no other page.
"""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from importlib.resources import files as files_of
from pathlib import Path
from typing import Any

from msgspec import Struct

from kneemon.mqtt.asyncapi import asyncapi
from kneemon.mqtt.commands import CODES, COMMANDS
from kneemon.mqtt.entities import ENTITIES
from kneemon.mqtt.entity import Entity, Platform
from kneemon.mqtt.examples import examples
from kneemon.mqtt.schemas import DOCUMENTS, file_of, name_of, schema
from kneemon.mqtt.topics import ABOUT_PAIN, COMMAND, DAY_S, HOUR_S, TOPICS, Direction, Topic
from kneemon.mqtt.wishes import VALUES

PAGE = "mqtt.md"
FOLDER = "mqtt"

_PART = re.compile(r"(<!-- generated: (?P<name>[a-z]+) -->\n).*?(<!-- end -->)", re.DOTALL)
_UNITS = {"_s": "s", "_spm": "steps/min", "_min": "min", "_pct": "%", "_mb": "MB"}


def topic_table() -> str:
    """Every topic below kneemon/v1/<id>/."""
    head = ("Topic", "Way", "QoS", "Retained", "A broker keeps it", "From level", "Document", "What it says")
    return _table(head, [_topic_row(topic) for topic in TOPICS])


def document_parts() -> str:
    """Each document: what it says, an example, its keys."""
    shown = examples()
    lines: list[str] = []
    for document in DOCUMENTS:
        topic = next(topic for topic in TOPICS if topic.document is document)
        whole = schema(document)
        lines += [f"### `{name_of(document)}`", "", f"On {_places(document)}. {whole['description']}", ""]
        lines += [f"Schema: [{file_of(document)}]({FOLDER}/{file_of(document)}).", ""]
        lines += ["```json", _laid_out(shown[topic]), "```", "", *_keys(whole, whole)]
    return "\n".join(lines)


def command_table() -> str:
    """What may be asked for on cmd."""
    rows = [
        (f"`{name}`", meaning.does + (" (about pain)" if name in ABOUT_PAIN else ""), meaning.takes or "none")
        for name, meaning in COMMANDS.items()
    ]
    return _table(("Command", "What it does", "Args"), rows)


def code_table() -> str:
    """Why something was not done."""
    return _table(("Code", "Why"), [(f"`{code}`", words) for code, words in CODES.items()])


def wish_table() -> str:
    """What may be wished for below desired/."""
    rows = [(f"`desired/{key}`", values.in_words, values.meaning) for key, values in VALUES.items()]
    return _table(("Topic", "May be", "What it is"), rows)


def entity_table() -> str:
    """What Home Assistant shows."""
    return _table(("Entity", "Name", "From", "Unit", "Needs the link"), [_entity_row(entity) for entity in ENTITIES])


def access_list() -> str:
    """The access list as `kneemon mqtt files` writes it."""
    text = (files_of("kneemon.mqtt") / "files/mosquitto.acl").read_text(encoding="utf-8")
    shown = text.partition("\n")[2].replace("@ID@", "<id>").strip()  # without the line of the licence
    return f"```\n{shown}\n```\n"


def renewed(page: str) -> str:
    """The page, every generated part of it made anew."""
    return _PART.sub(lambda part: f"{part[1]}\n{_PARTS[part['name']]()}\n{part[3]}", page)


def files() -> dict[str, str]:
    """The files of the folder mqtt by name."""
    schemas = {file_of(document): _json(schema(document)) for document in DOCUMENTS}
    return {**schemas, "asyncapi.json": _json(asyncapi())}


def main(folder: Path) -> None:
    """Renew the page in `folder`, and the folder beside it."""
    page = folder / PAGE
    page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")
    made = folder / FOLDER
    made.mkdir(exist_ok=True)
    for name, text in files().items():
        (made / name).write_text(text, encoding="utf-8")
    for old in made.glob("*.json"):
        if old.name not in files():
            old.unlink()


_PARTS = {
    "topics": topic_table,
    "documents": document_parts,
    "commands": command_table,
    "codes": code_table,
    "wishes": wish_table,
    "entities": entity_table,
    "access": access_list,
}


def _topic_row(topic: Topic) -> tuple[str, ...]:
    return (
        f"`{topic.name}`",
        "from kneemon" if topic.direction is Direction.OUT else "to kneemon",
        str(topic.qos),
        "yes" if topic.retained else "no",
        _span(topic.expiry_s) if topic.direction is Direction.OUT else "–",
        topic.level.name.lower(),
        "plain text" if topic.document is None else f"`{name_of(topic.document)}`",
        topic.meaning,
    )


def _span(seconds: int | None) -> str:
    if seconds is None:
        return "as long as it likes"
    if seconds % DAY_S == 0 and seconds > DAY_S:
        return f"{seconds // DAY_S} days"
    return f"{seconds // HOUR_S} h" if seconds >= HOUR_S else f"{seconds} s"


def _places(document: type[Struct]) -> str:
    return " and ".join(f"`{topic.name}`" for topic in TOPICS if topic.document is document)


def _laid_out(payload: bytes) -> str:
    """One key to a line, short lists and objects on it."""
    lines = [f"  {json.dumps(key)}: {_short(value)}" for key, value in json.loads(payload).items()]
    return "{\n" + ",\n".join(lines) + "\n}"


def _short(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _keys(part: Mapping[str, Any], whole: Mapping[str, Any]) -> list[str]:
    rows = [(f"`{key}`", _kind(field, whole), _words(key, field)) for key, field in part["properties"].items()]
    lines = [_table(("Key", "Value", "Unit and words"), rows)]
    inner = dict.fromkeys(ref for field in part["properties"].values() for ref in _objects(field, whole))
    for name in inner:
        lines += [f"In `{name}`: {whole['$defs'][name]['description']}", "", *_keys(whole["$defs"][name], whole)]
    return lines


def _objects(field: Mapping[str, Any], whole: Mapping[str, Any]) -> list[str]:
    """The names of the objects that a value of this field is made of."""
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        return [name] if "properties" in whole["$defs"][name] else []
    parts = [*field.get("anyOf", ()), *([field["items"]] if field.get("items") else [])]
    return [name for part in parts for name in _objects(part, whole)]


def _kind(field: Mapping[str, Any], whole: Mapping[str, Any]) -> str:
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        known = whole["$defs"][name]
        return f"`{name}`" if "properties" in known else _kind(known, whole)
    if "anyOf" in field:
        return " or ".join(_kind(part, whole) for part in field["anyOf"])
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return ", ".join(f"`{word}`" for word in field["enum"])
    if "items" in field:
        return f"list of {_kind(field['items'], whole)}"
    return _simple(field)


def _simple(field: Mapping[str, Any]) -> str:
    words = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    kind = words.get(field["type"], field["type"])
    if "maximum" in field:
        return f"{kind} {field['minimum']} to {field['maximum']}"
    return f"{kind} from {field['minimum']}" if "minimum" in field else kind


def _words(key: str, field: Mapping[str, Any]) -> str:
    """The key's unit, what is said of its values, and the words that are known."""
    parts = [field, *field.get("anyOf", ()), *([field["items"]] if field.get("items") else [])]
    unit = next((unit for tail, unit in _UNITS.items() if key.endswith(tail)), None)
    said = dict.fromkeys(part["description"] for part in parts if "description" in part and part["description"] != unit)
    known = [f"`{word}`" for part in parts for word in part.get("examples", ())]
    return "; ".join(filter(None, (unit, *said, ", ".join(known))))


def _entity_row(entity: Entity) -> tuple[str, ...]:
    reads = f"`{entity.topic.name}`" if entity.topic is not None else f"asks on `{COMMAND.name}`"
    if entity.wishes is not None:
        reads += f", wishes on `desired/{entity.wishes}`"
    elif entity.sends is not None and entity.platform is not Platform.BUTTON:
        reads += f", asks on `{COMMAND.name}`"
    return (
        f"`{entity.entity_id}`",
        entity.name + (" (about pain)" if entity.about_pain else ""),
        reads,
        entity.unit or "",
        "yes" if entity.bound else "no",
    )


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join([*(f"| {' | '.join(cells)} |" for cells in lines), ""])


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main(Path(*sys.argv[1:] or ["docs"]))
