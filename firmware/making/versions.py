# SPDX-License-Identifier: MIT
"""What the versions are, and that every place that names one names the same."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from making.faults import ReleaseError


@dataclass(frozen=True)
class Agreed:
    """One version, and what each place says of it."""

    what: str
    places: Mapping[str, str]


def must_agree(rows: Sequence[Agreed]) -> str:
    """The table of them all. ReleaseError where two places differ."""
    for row in rows:
        if len(set(row.places.values())) != 1:
            raise ReleaseError(
                f"the version of {row.what}",
                expected="the same in every place",
                seen="; ".join(f"{value!r} in {place}" for place, value in row.places.items()),
                remedy="Make them agree.",
            )
    values = [(row.what, next(iter(row.places.values())), ", ".join(row.places)) for row in rows]
    width, wide = (max(len(value[column]) for value in values) for column in (0, 1))
    return "\n".join(f"{what:<{width}}  {value:<{wide}}  {places}" for what, value, places in values)


def section(changelog: str, heading: str) -> str:
    """What the changelog says of one version, without its heading."""
    found = re.search(
        rf"^## \[{re.escape(heading)}\](?: - \d{{4}}-\d\d-\d\d)?\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL
    )
    if found is None or not found[1].strip():
        raise ReleaseError(
            "CHANGELOG.md",
            expected=f"a section `## [{heading}]` with something in it",
            seen="none",
            remedy="Give what is under `## [Unreleased]` its version and its day.",
        )
    return found[1].strip()


def in_the_docs(tree: Path) -> dict[str, str]:
    """By place: the contracts as the documents name them."""
    (documented,) = re.findall(r"stands below `(kneemon/v\d+)/<id>/`", (tree / "docs/mqtt.md").read_text("utf-8"))
    described = json.loads((tree / "docs/mqtt/asyncapi.json").read_text("utf-8"))
    major = described["info"]["version"].partition(".")[0]
    schemas = sorted((tree / "docs/export").glob("whole-*.schema.json"))
    title = json.loads(schemas[-1].read_text("utf-8"))["title"]
    stored = [int(path.name.removeprefix("schema").split(".")[0]) for path in (tree / STORED).glob("schema*.tar.xz")]
    return {
        "docs/mqtt.md": documented,
        "docs/mqtt/asyncapi.json": f"kneemon/v{major}",
        f"docs/export/{schemas[-1].name}": title,
        STORED: str(max(stored)),
    }


STORED = "tests/upgrade/stored"


def rows(release: Mapping[str, str], wheel: Mapping[str, str], docs: Mapping[str, str]) -> list[Agreed]:
    """release: kneemon's own version by place. wheel: what the installed wheel says. docs: `in_the_docs`."""

    def below(folder: str) -> dict[str, str]:
        return {place: value for place, value in docs.items() if place.startswith(folder)}

    return [
        Agreed("kneemon", {**release, "the installed wheel": wheel["package"]}),
        Agreed("the MQTT contract", {"the wheel": wheel["contract"], "its info": wheel["said"], **below("docs/mqtt")}),
        Agreed("the export", {"the wheel": wheel["export"], **below("docs/export")}),
        Agreed("the store's schema", {"the wheel": wheel["store"], **below(STORED)}),
    ]
