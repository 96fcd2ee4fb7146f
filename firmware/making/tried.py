# SPDX-License-Identifier: MIT
"""The wheel without the tree: installed where nothing else is, and asked to do its work."""

from __future__ import annotations

import json
from pathlib import Path

from making.faults import ReleaseError
from making.packages import PIP, fresh_python
from making.running import done_by

EXTRAS = "demo,home,web"
# Isolated (-I): neither the folder it stands in nor the user's packages are looked at.
ASK = """
import json, kneemon, msgspec
from kneemon.export.whole import FORMAT, VERSION
from kneemon.mqtt.shapes import InfoDocument
from kneemon.mqtt.topics import ROOT
from kneemon.store.schema import SCHEMA
said = {field.name: field.default for field in msgspec.structs.fields(InfoDocument)}
print(json.dumps({
    "package": kneemon.__version__, "place": kneemon.__file__, "contract": ROOT, "said": said["contract"],
    "export": f"{FORMAT}/{VERSION}", "store": SCHEMA,
}))
"""


class Tried:
    """A fresh environment with the wheel in it."""

    def __init__(self, wheel: Path, tree: Path, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self._home = folder / "home"
        self._home.mkdir()
        self._python = fresh_python(folder / "venv")
        pins = tree / "constraints.txt"
        done_by(self._python, *PIP, "install", "--only-binary=:all:", "--constraint", pins, f"{wheel}[{EXTRAS}]")

    def kneemon(self, *words: str) -> str:
        """What a verb prints, in a home where nothing is."""
        return self._run("-m", "kneemon", *words)

    def versions(self) -> dict[str, str]:
        """What it says of itself, by what it is the version of."""
        told = json.loads(self._run("-c", ASK))
        if not Path(told["place"]).is_relative_to(self._folder):
            raise ReleaseError(
                "the wheel without the tree",
                expected=f"a package below {self._folder}",
                seen=told["place"],
                remedy="Another kneemon is in the way.",
            )
        return {name: str(value) for name, value in told.items()}

    def at_work(self) -> str:
        """A walk from the emulated chip to the sheet of paper, in German: one sentence about it."""
        store = str(self._home / "walk.db")
        self.kneemon("demo", "--speed", "60", "--store", store)
        walk = json.loads(self.kneemon("sessions", "--json", "--store", store))
        self.kneemon("report", "--html", "--language", "de", "--store", store, "--out", str(self._home / "paper.html"))
        self.kneemon(
            "export", "all", "--as", "csv,xlsx,fit,fhir,json", "--store", store, "--out", str(self._home / "out")
        )
        paper = (self._home / "paper.html").read_text(encoding="utf-8")
        if walk["steps"] < 500 or 'lang="de"' not in paper or "Bericht über das Gehen" not in paper:
            raise ReleaseError(
                "the wheel without the tree",
                expected="a walk of more than 500 steps, and its report in German",
                seen=f"{walk['steps']} steps, and a report of {len(paper)} characters",
                remedy="See what it leaves out: kneemon demo, then kneemon report --language de.",
            )
        return f"{walk['steps']} steps, a report in German, {len(list((self._home / 'out').iterdir()))} exported files"

    def _run(self, *words: str) -> str:
        environment = {"HOME": str(self._home), "PYTHONPATH": "", "XDG_CONFIG_HOME": "", "XDG_STATE_HOME": ""}
        return done_by(self._python, "-I", *words, cwd=self._home, environment=environment)
