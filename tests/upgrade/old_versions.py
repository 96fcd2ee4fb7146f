# SPDX-License-Identifier: MIT
"""The versions that are upgraded from: where main job, plan, home and the physio's page were finished.

One for each schema of the store. They are taken out of git, whole, and run their own code.
"""

import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
STORED = Path(__file__).with_name("stored")


@dataclass(frozen=True, slots=True)
class OldVersion:
    """commit: where it was finished. schema: of the store that it writes. diary: whether it asks and remembers."""

    name: str
    commit: str
    schema: int

    @property
    def diary(self) -> bool:
        """It asks, and keeps the answers."""
        return self.schema >= 2

    @property
    def amends(self) -> bool:
        """It notes, corrects and deletes walks."""
        return self.schema >= 4

    @property
    def stored(self) -> Path:
        """A store that it wrote, in an archive."""
        return STORED / f"schema{self.schema}.tar.xz"

    @property
    def said(self) -> Path:
        """What it said itself of that store."""
        return STORED / f"schema{self.schema}.json"


OLD_VERSIONS = (
    OldVersion("main-job", "a556638fcc30", 1),
    OldVersion("plan", "122dcace150f", 2),
    OldVersion("home", "dc91f0bca36e", 3),
    OldVersion("physio", "566da129c3fe", 4),
)


class MissingHistoryError(Exception):
    """The old version is not in this clone."""


def unpack(version: OldVersion, into: Path) -> None:
    """Its whole tree, as it was. MissingHistoryError in a clone that has no such commit."""
    into.mkdir(parents=True)
    made = subprocess.run(["git", "-C", ROOT, "archive", version.commit], capture_output=True, check=False)
    if made.returncode:
        raise MissingHistoryError(
            f"the version {version.name} ({version.commit}) is not in this clone: expected the whole history, saw "
            f"{made.stderr.decode(errors='replace').strip()!r}. Fetch it: git fetch --unshallow"
        )
    subprocess.run(["tar", "-x", "-C", into], input=made.stdout, check=True)
