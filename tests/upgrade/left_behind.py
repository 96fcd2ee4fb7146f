# SPDX-License-Identifier: MIT
"""What an old version left behind, and what today's command line says of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from old_versions import OldVersion


@dataclass(frozen=True, slots=True)
class Told:
    """What a verb said and how it ended."""

    code: int
    out: str
    err: str

    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True, slots=True)
class Left:
    """What an old version left behind: its database, and what it said of it."""

    version: OldVersion
    path: Path
    said: Mapping[str, Any]

    @property
    def copy(self) -> Path:
        """Where the store as it was is kept."""
        return self.path.with_name(f"{self.path.name}.schema{self.version.schema}.bak")
