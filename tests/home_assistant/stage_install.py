# SPDX-License-Identifier: MIT
"""Two Home Assistants from nothing: an old one that knows discovery by component only, and one that knows devices.

Each goes into a venv of a Python of this machine, or, where there is none of the kind, into a small Debian root that
mmdebstrap makes and chroot enters: the packages are the same, and come from pip's configured index. All versions are
pinned, dependencies of dependencies too. What is made is kept in .home/ and made anew when a pin changes.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from kneemon.mqtt.settings import Discovery

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".home"
GLIBCS = ("2_34", "2_28", "2_17", "_2014", "2_12", "_2010", "2_5", "_1")
INSTALL_S = 1800.0


@dataclass(frozen=True)
class Edition:
    """A Home Assistant, the Python it wants, the Debian that has it, and the discovery it knows."""

    version: str
    python: str
    suite: str
    form: Discovery

    @property
    def pins(self) -> Path:
        return HERE / "pins" / f"home-assistant-{self.version}.txt"


OLD = Edition("2024.3.3", "3.11", "bookworm", "component")
NEW = Edition("2025.4.4", "3.13", "trixie", "device")


@dataclass(frozen=True)
class Installed:
    """How it is started; `root` is its / and Path("/") without a chroot."""

    edition: Edition
    python: tuple[str, ...]
    environment: dict[str, str]
    root: Path

    def inside(self, path: Path) -> str:
        """A path below the root as the process sees it."""
        return str(Path("/") / path.relative_to(self.root))


def installed(edition: Edition) -> Installed:
    """Ready to start; made if need be. KNEEMON_HOME_PYTHON=debian: in a Debian root, whatever the machine has."""
    python = None if os.environ.get("KNEEMON_HOME_PYTHON") == "debian" else found_python(edition.python)
    return _in_venv(edition, python) if python else _in_debian(edition)


def found_python(version: str) -> str | None:
    """A Python of this version that runs: of the path, or one of pyenv's."""
    pyenv = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}"), reverse=True)
    asked = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
    for candidate in (shutil.which(f"python{version}"), *map(str, pyenv)):
        if candidate:
            answer = subprocess.run([candidate, "-c", asked], capture_output=True, text=True, check=False)
            if answer.stdout.strip() == version:
                return candidate
    return None


def venv_with(name: str, python: str, pins: Path) -> Path:
    """The Python of a venv in .home/ that holds what the pins name."""
    venv = CACHE / name
    interpreter = venv / "bin" / "python"
    with _Making(venv, pins) as missing:
        if missing:
            _run(f"make a venv of {python}", [python, "-m", "venv", str(venv)])
            _run(f"install {pins.name}", [*_pip(str(interpreter)), "install", "--no-deps", "--requirement", str(pins)])
    return interpreter


def program(name: str, package: str) -> str:
    """A program of the machine; without it these tests say nothing, so they fail."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if found is None:
        pytest.fail(f"{name} is needed by these tests: sudo apt install {package}")
    return found


def _in_venv(edition: Edition, python: str) -> Installed:
    interpreter = venv_with(f"home-assistant-{edition.version}", python, edition.pins)
    return Installed(edition, (str(interpreter),), {}, Path("/"))


def _in_debian(edition: Edition) -> Installed:
    if os.geteuid() != 0:
        pytest.fail(
            f"Home Assistant {edition.version} needs Python {edition.python}. This machine has none, and only root may "
            f"make a Debian {edition.suite} that has it: install python{edition.python} with its venv, or run as root."
        )
    root = CACHE / edition.suite
    with _Making(root, edition.pins) as missing:
        if missing:
            make = [program("mmdebstrap", "mmdebstrap"), "--quiet", "--variant=minbase", "--include=python3"]
            _run(f"make a Debian {edition.suite}", [*make, edition.suite, str(root)])
            _foreign_install(edition, root / "opt" / "home-assistant")
    chroot = (program("chroot", "coreutils"), str(root), "/usr/bin/python3")
    return Installed(edition, chroot, {"PYTHONPATH": "/opt/home-assistant"}, root)


def _foreign_install(edition: Edition, target: Path) -> None:
    """pip of here for the Python of there: wheels as they are, and what is not a wheel, being pure Python, made one."""
    wheels = CACHE / "wheels"
    pure = [
        line.partition(" #")[0].strip() for line in edition.pins.read_text().splitlines() if line.endswith("# no wheel")
    ]
    pip = _pip(sys.executable)
    _run("make wheels", [*pip, "wheel", "--no-deps", "--wheel-dir", str(wheels), *pure])
    short = f"cp{edition.python.replace('.', '')}"
    platforms = [f"manylinux{glibc}_{platform.machine()}" for glibc in map(_underscored, GLIBCS)]
    places = [f"--platform={place}" for place in (*platforms, f"linux_{platform.machine()}")]
    kind = [f"--python-version={edition.python}", "--implementation=cp", *places]
    kind += [f"--abi={abi}" for abi in (short, "abi3", "none")]
    whole = ["--only-binary=:all:", "--no-deps", "--no-compile", "--ignore-requires-python"]
    source = ["--find-links", str(wheels), "--requirement", str(edition.pins)]
    _run(f"install {edition.pins.name}", [*pip, "install", "--target", str(target), *kind, *whole, *source])


def _underscored(glibc: str) -> str:
    return glibc.removeprefix("_") if glibc.startswith("_") else f"_{glibc}"


def _pip(python: str) -> list[str]:
    return [python, "-m", "pip", "--disable-pip-version-check", "--quiet"]


def _run(what: str, command: Sequence[str]) -> None:
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=INSTALL_S, check=False
    )
    if done.returncode:
        pytest.fail(f"could not {what}: {' '.join(command)}\n{done.stdout[-4000:]}")


class _Making:
    """True when the folder must be made: it is empty then. It is whole only once the block has ended well."""

    def __init__(self, folder: Path, pins: Path) -> None:
        self._folder = folder
        self._stamp = folder.with_name(f"{folder.name}.made")
        self._wanted = hashlib.sha256(pins.read_bytes() + str(folder).encode()).hexdigest()

    def __enter__(self) -> bool:
        made = self._stamp.read_text() if self._stamp.exists() else ""
        if made == self._wanted and self._folder.exists():
            return False
        self._stamp.unlink(missing_ok=True)
        if self._folder.exists():
            shutil.rmtree(self._folder)
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        return True

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._stamp.write_text(self._wanted)
