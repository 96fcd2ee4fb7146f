# SPDX-License-Identifier: MIT
"""The id of this device, as it stands in every topic; made when a store is made."""

import re
from contextlib import closing
from pathlib import Path

from kneemon.errors import ConfigError, StoreError
from kneemon.store import connect
from kneemon.store.faults import explained

_ID = re.compile("[a-z0-9]{8,16}")


def device_id(store: Path) -> str | None:
    """None where kneemon never ran. Raises StoreError for a store that cannot be read."""
    if not store.exists():
        return None
    with explained(store), closing(connect.reading(store)) as connection:
        row = connection.execute("SELECT value FROM meta WHERE key = 'device'").fetchone()
    return None if row is None else str(row[0])


def wanted_device(named: str | None, store: Path) -> str:
    """The one that is named, else this one. Raises ConfigError, StoreError."""
    device = device_id(store) if named is None else named
    if device is None:
        raise StoreError(
            "The id of this device",
            expected="a store, which holds it",
            seen=f"none at {store}",
            remedy="Let kneemon run once first, which makes one. Or name one with --device.",
        )
    if not _ID.fullmatch(device):
        raise ConfigError(
            "--device",
            expected="8 to 16 small letters and digits",
            seen=repr(device),
            remedy="It stands in every topic of the device: kneemon/v1/ID/…",
        )
    return device
