# SPDX-License-Identifier: MIT
"""Archives that are the same each time, their sums, and the page that goes with them."""

from __future__ import annotations

import gzip
import hashlib
import tarfile
from collections.abc import Sequence
from pathlib import Path

PIECE = 1 << 20


def packed(folder: Path, archive: Path, name: str, moment: str) -> Path:
    """The folder as `name` in a tar.gz: in order, of one time, nobody's."""
    with (
        archive.open("wb") as file,
        gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=int(moment)) as squeezed,
        tarfile.open(fileobj=squeezed, mode="w", format=tarfile.PAX_FORMAT) as out,
    ):
        for path in [folder, *sorted(folder.rglob("*"))]:
            entry = out.gettarinfo(path, arcname=str(Path(name) / path.relative_to(folder)))
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = ""
            entry.mtime = int(moment)
            entry.mode = 0o755 if path.is_dir() or entry.mode & 0o100 else 0o644
            if path.is_file():
                with path.open("rb") as content:
                    out.addfile(entry, content)
            else:
                out.addfile(entry)
    return archive


def sums(files: Sequence[Path]) -> str:
    """As `sha256sum --check` reads it."""
    return "".join(f"{_sum(path)}  {path.name}\n" for path in files)


def page(version: str, notes: str, files: Sequence[Path], table: str, missing: Sequence[str]) -> str:
    """What a reader of the release sees."""
    rows = "\n".join(f"| `{path.name}` | {path.stat().st_size / 1e6:.1f} MB | `{_sum(path)}` |" for path in files)
    lacks = "".join(f"**Not in it: {what}.**\n\n" for what in missing)
    return (
        f"# kneemon {version}\n\n{lacks}{notes}\n\n"
        f"## Files\n\n| file | size | SHA-256 |\n| --- | --- | --- |\n{rows}\n\n"
        f"Check them: `sha256sum --check SHA256SUMS`\n\n## Versions\n\n```\n{table}\n```\n"
    )


def _sum(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            found.update(piece)
    return found.hexdigest()
