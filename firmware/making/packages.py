# SPDX-License-Identifier: MIT
"""Wheel and source archive, made by the tree's own build backend; and whether they hold what they should."""

from __future__ import annotations

import tarfile
import venv
import zipfile
from pathlib import Path

import tomllib

from making.faults import ReleaseError
from making.running import done_by

PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet")


def project(tree: Path) -> dict:
    """The tree's pyproject.toml."""
    return tomllib.loads((tree / "pyproject.toml").read_text(encoding="utf-8"))


def fresh_python(folder: Path) -> Path:
    """A virtual environment's Python, with pip and nothing else."""
    venv.create(folder, with_pip=True)
    return folder / "bin" / "python"


def built(tree: Path, out: Path, backend: Path, moment: str, *kinds: str) -> list[Path]:
    """The archives, by kind (`wheel`, `sdist`). backend: a Python that has the build backend."""
    targets = [word for kind in kinds for word in ("-t", kind)]
    before = set(out.glob("*"))
    environment = {"SOURCE_DATE_EPOCH": moment}
    done_by(backend, "-m", "hatchling", "build", "-d", out, *targets, cwd=tree, environment=environment)
    return sorted(set(out.glob("*")) - before)


def backend(tree: Path, folder: Path) -> Path:
    """A Python with what pyproject.toml says that builds it, in its exact version."""
    python = fresh_python(folder)
    wanted = project(tree)["build-system"]["requires"]
    done_by(python, *PIP, "install", "--only-binary=:all:", *wanted)
    return python


def must_hold_the_package(wheel: Path, tree: Path) -> None:
    """Every file of the package and nothing but it: catalogues and templates are in it, tests are not."""
    wanted = {str(path.relative_to(tree)) for path in (tree / "kneemon").rglob("*") if path.is_file()}
    with zipfile.ZipFile(wheel) as packed:
        seen = {name for name in packed.namelist() if ".dist-info/" not in name}
    if wanted != seen:
        missing, more = sorted(wanted - seen), sorted(seen - wanted)
        raise ReleaseError(
            wheel.name,
            expected="the files below kneemon/, all of them and no others",
            seen=f"missing {', '.join(missing) or 'none'}; too many {', '.join(more) or 'none'}",
            remedy="Look at [tool.hatch.build] in pyproject.toml.",
        )


def must_build_the_same(archive: Path, wheel: Path, folder: Path, backend: Path, moment: str) -> None:
    """The source archive is whole: the wheel that comes of it is the same to the byte."""
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    (source,) = folder.iterdir()
    out = folder / "again"
    out.mkdir()
    (again,) = built(source, out, backend, moment, "wheel")
    if again.read_bytes() != wheel.read_bytes():
        raise ReleaseError(
            archive.name,
            expected=f"that it builds {wheel.name} to the byte",
            seen="another wheel",
            remedy="Something is left out of it, or depends on the machine: compare the two with diffoscope.",
        )
