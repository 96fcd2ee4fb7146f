# SPDX-License-Identifier: MIT
"""The files that a home needs beside kneemon, with this device's id and its broker filled in."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from kneemon.errors import ExportError

ID, HOST = "@ID@", "@HOST@"

# What each is for, by its name or by the folder that it is in.
MEANINGS = {
    "mosquitto.conf": "for Mosquitto: TLS, users with passwords, and the access list",
    "mosquitto.acl": "for Mosquitto: who may read and write what; the device only its own",
    "kneemon-mqtt.service": "for avahi on the broker's machine: lets `kneemon mqtt setup` find it",
    "dashboard.yaml": "for Home Assistant: a dashboard of its own cards",
    "over_the_limit.yaml": "a blueprint for Home Assistant: tells somebody when the day's minutes are exceeded",
    "no_walk_today.yaml": "a blueprint for Home Assistant: reminds of the walk of the day",
    "ask_pain_after_walk.yaml": "a blueprint for Home Assistant: asks for pain on a phone after a walk",
    "battery_low.yaml": "a blueprint for Home Assistant: says when the device wants to be charged",
    "not_synced.yaml": "a blueprint for Home Assistant: says when nothing came for days",
    "blueprints": "a blueprint for Home Assistant: an automation to be filled in",
    "node-red-flow.json": "for Node-RED: a flow to begin with",
}


@dataclass(frozen=True, slots=True)
class HomeFile:
    """path: within the folder."""

    path: Path
    meaning: str
    text: str


def home_files(device: str, host: str) -> list[HomeFile]:
    """All of them, filled in."""
    found = []
    for path, source in _walked(files("kneemon.mqtt") / "files", Path()):
        meaning = MEANINGS.get(path.name) or MEANINGS.get(path.parts[0], "")
        text = source.read_text(encoding="utf-8").replace(ID, device).replace(HOST, host)
        found.append(HomeFile(path, meaning, text))
    return found


def write_files(folder: Path, found: list[HomeFile], *, replace: bool) -> None:
    """Raises ExportError; a file that is there is replaced only when asked for."""
    try:
        there = [str(each.path) for each in found if os.path.lexists(folder / each.path)]
        if there and not replace:
            raise ExportError(
                str(folder),
                expected="a folder without the files of an earlier time",
                seen=there[0] if len(there) == 1 else f"{there[0]} and {len(there) - 1} more of them",
                remedy="The same command with --replace writes them anew; or name another folder.",
            )
        for each in found:
            path = folder / each.path
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.is_symlink():
                path.unlink()  # what it points to is not ours
            path.write_text(each.text, encoding="utf-8")
    except OSError as fault:
        raise ExportError(
            str(folder),
            expected="a folder that can be written",
            seen=fault.strerror or str(fault),
            remedy="Name another one.",
        ) from fault


def _walked(folder: Traversable, at: Path) -> Iterator[tuple[Path, Traversable]]:
    for each in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if each.is_dir():
            yield from _walked(each, at / each.name)
        else:
            yield at / each.name, each
