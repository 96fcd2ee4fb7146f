# SPDX-License-Identifier: MIT
"""The check's look at files: configuration, plan, store, and the room there is for walks. Everything is only read."""

import os
from collections.abc import Iterator

from kneemon.app.check.finding import Finding, fault, good, note, of_error
from kneemon.app.check.machine import Machine
from kneemon.config.options import Config
from kneemon.config.places import Places
from kneemon.config.plan_file import load_plan, plan_warnings
from kneemon.errors import KneemonError
from kneemon.store.reader import StoreReader

LITTLE_BYTES = 200e6  # a walk of an hour takes less than 1 MB; the system and its journal need the rest
NO_ROOM_BYTES = 20e6
UNVERIFIED = {
    "thigh": "no recorded walk with counted steps was worn there, only walks without a count.",
    "shank": "unverified. It was built on a simulated walker alone; no recorded walk was worn there.",
}


def look_at_configuration(config: Config) -> Iterator[Finding]:
    """Which file, and how far steps counted at the place it is worn have been checked."""
    yield good("configuration", f"{config.file}" if config.file else "defaults, there is no file")
    worn = config.device.worn
    if worn in UNVERIFIED:
        yield note("worn", f"{worn}: {UNVERIFIED[worn]}", "Count a hundred steps yourself and compare.")
    else:
        yield good("worn", f"{worn}: step counting there was checked on recorded walks")


def look_at_plan(places: Places) -> Iterator[Finding]:
    if places.plan is None:
        yield note("plan", "none: kneemon will count and store, and give no limit cues.")
        return
    try:
        plan = load_plan(places.plan)
    except KneemonError as error:
        yield of_error("plan", error, "a slip of the pen in the file")
        return
    yield good("plan", f"{plan.name}, {len(plan.weeks)} weeks from {plan.start}")
    for warning in plan_warnings(plan):
        yield note("plan", warning)


def look_at_store(places: Places, machine: Machine) -> Iterator[Finding]:
    """Only read: to open it as a writer would end a walk that a power cut has left open, without its document."""
    path = places.store
    try:
        nearest = next(place for place in (path, *path.parents) if place.exists())
        if nearest.is_dir() == (nearest == path):
            there, needed = ("folder", "file") if nearest == path else ("file", "folder")
            text = f"{nearest} is a {there} where a {needed} is needed."
            yield fault("store", text, "store.path names something else", "Choose another path in store.path.")
            return
        text = f"{path}, to be made at the first start"
        if nearest == path:
            with StoreReader(path) as reader:
                walks = len(reader.sessions())
                text = f"{path}, {walks} {'walk' if walks == 1 else 'walks'}"
        free_bytes = machine.free_bytes(nearest)
    except KneemonError as error:
        yield of_error("store", error, "the file is damaged, another program's, or of a newer kneemon")
        return
    except OSError as error:
        yield fault("store", str(error), "this user may not look there", "Run it again with `sudo -u kneemon`.")
        return
    yield good("store", text)
    if not os.access(nearest, os.W_OK):
        yield note("store", f"you may not write into {nearest}: only its owner can `kneemon run`.")
    if free_bytes < LITTLE_BYTES:
        room = f"{free_bytes / 1e6:.0f} MB are free for {path}"
        clear = "Delete what is not needed; `sudo journalctl --vacuum-size=50M` is a beginning."
        if free_bytes < NO_ROOM_BYTES:
            yield fault("disk", f"{room}: walks cannot be kept.", "the card is full", clear)
        else:
            yield note("disk", f"{room}.", clear)
