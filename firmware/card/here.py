# SPDX-License-Identifier: MIT
"""What this PC knows: its time zone and country, its lists of both where it has them, and the user's ssh keys."""

from __future__ import annotations

import os
import zoneinfo
from pathlib import Path

ZONES = Path("/usr/share/zoneinfo")
LOCALTIME = Path("/etc/localtime")


def zones() -> frozenset[str]:
    """Empty where the PC has no list, which is so on Windows."""
    return frozenset(zoneinfo.available_timezones())


def countries() -> frozenset[str]:
    return frozenset(row[0] for row in _rows("iso3166.tab"))


def time_zone() -> str:
    """ "" when it is not known."""
    try:
        target = os.path.realpath(LOCALTIME)
    except OSError:
        return ""
    _, found, zone = target.rpartition("/zoneinfo/")
    return zone if found and zone in zones() else ""


def country(zone: str) -> str:
    """Where the zone is; else what the PC's language says; "" when neither tells."""
    for row in _rows("zone.tab"):
        if len(row) > 2 and row[2] == zone:
            return row[0]
    region = os.environ.get("LANG", "").partition("_")[2][:2].upper()
    return region if region in countries() else ""


def key_files() -> list[Path]:
    """Public keys of whoever runs this, the best kind first."""
    return sorted((Path.home() / ".ssh").glob("id_*.pub"), key=lambda path: ("ed25519" not in path.name, path.name))


def _rows(name: str) -> list[list[str]]:
    try:
        lines = (ZONES / name).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    return [line.split("\t") for line in lines if line and not line.startswith("#")]
