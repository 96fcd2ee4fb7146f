# SPDX-License-Identifier: MIT
"""The release, step by step; only what went through all of them is put into dist/."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from making import image, packages, source, versions, written
from making.faults import ReleaseError
from making.running import done_by, say, watched
from making.searched import must_be_ours_to_give
from making.tried import Tried

UNRELEASED = "Unreleased"
PYTHON = "3.13"


def main(words: Sequence[str]) -> int:
    args = _arguments(words)
    try:
        with TemporaryDirectory(prefix="kneemon-release-") as folder:
            _Release(args, Path(folder)).make()
    except ReleaseError as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    return 0


def _arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="release", description="Make kneemon's release; nothing is sent anywhere.")
    parser.add_argument("--out", type=Path, default=source.TREE / "dist", help="the folder for it (default: dist)")
    parser.add_argument("--without-image", action="store_true", help="leave out the flashable image, which needs root")
    parser.add_argument("--without-bundle", action="store_true", help="leave out the offline bundle")
    parser.add_argument(
        "--rehearse", action="store_true", help="with what lies here and the changelog's Unreleased, into OUT/rehearsal"
    )
    return parser.parse_args(words)


class _Release:
    def __init__(self, args: argparse.Namespace, folder: Path) -> None:
        self._rehearsal: bool = args.rehearse
        self._with_image = not args.without_image
        self._with_bundle = not args.without_bundle
        self._out: Path = args.out / "rehearsal" if args.rehearse else args.out
        self._folder = folder
        self._made = folder / "made"
        self._tree = folder / "tree"
        self._build = Path(os.environ.get("KNEEMON_BUILD", source.TREE / "build" / "pi"))
        self._missing: list[str] = []
        # What nobody else has: this tree, where it was built, whose home it was.
        self._ours = {source.TREE, folder} | ({Path.home()} if Path.home() != Path("/root") else set())

    def make(self) -> None:
        """All of it, or ReleaseError."""
        version, notes, moment = self._source()
        wheel, archive = self._packages(moment)
        tried = Tried(wheel, self._tree, self._folder / "tried")
        say(f"The wheel without the tree: {tried.at_work()}")
        said = {"pyproject.toml": version, "kneemon --version": tried.kneemon("--version").split()[-1]}
        if not self._rehearsal:
            said["CHANGELOG.md"] = version
        files = [wheel, archive, *self._bundle(version, wheel, moment, said), *self._image(version, said)]
        table = versions.must_agree(versions.rows(said, tried.versions(), versions.in_the_docs(self._tree)))
        say(f"Versions:\n{table}")
        self._write(version, notes, files, table)

    def _source(self) -> tuple[str, str, str]:
        """kneemon's version, what the changelog says of it, the time of the commit."""
        self._made.mkdir()
        self._tree.mkdir()
        if self._rehearsal:
            say("A rehearsal, with the files as they lie here. NOT A RELEASE.")
            source.as_it_lies(self._tree)
        else:
            source.must_be_clean()
            source.committed(self._tree)
        version = str(packages.project(self._tree)["project"]["version"])
        heading = UNRELEASED if self._rehearsal else version
        notes = versions.section((self._tree / "CHANGELOG.md").read_text(encoding="utf-8"), heading)
        return version, notes, source.moment()

    def _packages(self, moment: str) -> tuple[Path, Path]:
        say("Wheel and source archive")
        backend = packages.backend(self._tree, self._folder / "backend")
        made = packages.built(self._tree, self._made, backend, moment, "wheel", "sdist")
        (wheel,) = (path for path in made if path.suffix == ".whl")
        (archive,) = (path for path in made if path.name.endswith(".tar.gz"))
        packages.must_hold_the_package(wheel, self._tree)
        packages.must_build_the_same(archive, wheel, self._folder / "again", backend, moment)
        for path in made:
            must_be_ours_to_give(path, self._ours)
        return wheel, archive

    def _bundle(self, version: str, wheel: Path, moment: str, said: dict[str, str]) -> list[Path]:
        if not self._with_bundle:
            return self._lacks("the offline bundle")
        say("The offline bundle")
        folder = self._folder / "bundle"
        extra = self._build / "wheels"
        words = ("--extra-wheels", extra) if any(extra.glob("*.whl")) else ()
        environment: Mapping[str, str] = {"SOURCE_DATE_EPOCH": moment}
        watched(
            sys.executable, self._tree / "firmware" / "bundle", folder, "--python", PYTHON, *words,
            environment=environment,
        )  # fmt: skip
        done_by("sha256sum", "--check", "--quiet", "SHA256SUMS", cwd=folder)
        if (folder / "wheels" / wheel.name).read_bytes() != wheel.read_bytes():
            raise ReleaseError(
                "the offline bundle",
                expected=f"the very {wheel.name} of this release",
                seen="another one",
                remedy="Both are built of one tree and one time: see firmware/bundle.",
            )
        if not any(folder.glob("wheels/lgpio-*.whl")):
            self._lacks("lgpio's wheel in the bundle (made by firmware/image/lgpio; plain Debian has no other)")
        lines = dict(line.split(maxsplit=1) for line in (folder / "VERSION").read_text().splitlines())
        said["the bundle"] = lines["kneemon"]
        name = f"kneemon-{version}"
        tags = f"py{PYTHON}-{lines['machine']}"
        packed = written.packed(folder, self._made / f"{name}-bundle-{tags}.tar.gz", name, moment)
        must_be_ours_to_give(packed, self._ours)
        return [packed]

    def _image(self, version: str, said: dict[str, str]) -> list[Path]:
        if not self._with_image:
            return self._lacks("the flashable image")
        say("The flashable image")
        made = image.made(source.TREE, self._build)
        said["the image"] = image.marked(made)
        return [image.squeezed(made, self._made / f"kneemon-{version}.img.xz", self._ours)]

    def _lacks(self, what: str) -> list[Path]:
        self._missing.append(what)
        return []

    def _write(self, version: str, notes: str, files: Sequence[Path], table: str) -> None:
        (self._made / "SHA256SUMS").write_text(written.sums(files), encoding="utf-8")
        page = written.page(version, notes, files, table, self._missing)
        (self._made / f"RELEASE-{version}.md").write_text(page, encoding="utf-8")
        self._out.mkdir(parents=True, exist_ok=True)
        for path in sorted(self._made.iterdir()):
            shutil.move(path, self._out / path.name)
            say(f"  {(self._out / path.name).stat().st_size / 1e6:8.1f} MB  {self._out / path.name}")
        for what in self._missing:
            say(f"################ NOT IN IT: {what} ################")
