# SPDX-License-Identifier: MIT
"""The offline bundle: wheels only, for one Python and one machine, and sums over all that the Pi gets."""

import hashlib
import importlib.util
import subprocess
import sys
import tomllib
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from kneemon import __version__

TREE = Path(__file__).parents[2]
BUNDLE = TREE / "firmware/bundle"


@pytest.fixture
def bundle(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader = SourceFileLoader("bundle", str(BUNDLE))
    spec = importlib.util.spec_from_loader("bundle", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.fixture
def asked(bundle: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What pip was asked for; it brings kneemon's own wheel, and one that is needed."""
    calls: list[tuple[str, ...]] = []

    def pip(*words: str) -> None:
        calls.append(words)
        folder = Path(words[words.index("--wheel-dir" if words[0] == "wheel" else "--dest") + 1])
        name = "kneemon-1" if words[0] == "wheel" else "pip-26.3" if bundle.PIP in words else "smbus2-0.6.1"
        (folder / f"{name}-py3-none-any.whl").write_text(name)

    monkeypatch.setattr(bundle, "pip", pip)
    return calls


@pytest.mark.parametrize(
    ("name", "fit"),
    [
        ("rich-15.0.0-py3-none-any.whl", True),
        ("smbus2-0.6.1-py2.py3-none-any.whl", True),
        ("lgpio-0.2.2.0-cp313-cp313-linux_aarch64.whl", True),
        ("numpy-2.4.6-cp313-cp313-manylinux_2_27_aarch64.manylinux_2_28_aarch64.whl", True),
        ("lgpio-0.2.2.0-cp311-cp311-manylinux_2_34_aarch64.whl", False),
        ("lgpio-0.2.2.0-cp313-cp313-linux_x86_64.whl", False),
        ("old-1-py2-none-any.whl", False),
    ],
)
def test_a_wheel_fits_by_its_name(bundle: ModuleType, name: str, *, fit: bool) -> None:
    assert bundle.fits(name, "3.13", "aarch64") is fit


def test_it_holds_all_and_sums_hold_what_the_pi_gets(
    bundle: ModuleType, asked: list[tuple[str, ...]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    extra = tmp_path / "extra"
    extra.mkdir()
    for machine in ("aarch64", "x86_64"):
        (extra / f"lgpio-0.2.2.0-cp313-cp313-linux_{machine}.whl").write_text(machine)
    out = tmp_path / "out"
    bundle.make(out, "3.13", "aarch64", extra)
    assert (out / "VERSION").read_text() == f"kneemon {__version__}\npython 3.13\nmachine aarch64\n"
    assert {path.name for path in (out / "wheels").iterdir()} == {
        "kneemon-1-py3-none-any.whl",
        "smbus2-0.6.1-py3-none-any.whl",
        "pip-26.3-py3-none-any.whl",
        "lgpio-0.2.2.0-cp313-cp313-linux_aarch64.whl",
    }
    units = {path.name for path in (TREE / "systemd").iterdir()} - {"README.md"}
    assert {path.name for path in (out / "systemd").iterdir()} == units
    assert (out / "install").read_text() == (TREE / "firmware/install").read_text()
    sums = dict(reversed(line.split("  ")) for line in (out / "SHA256SUMS").read_text().splitlines())
    assert {name.partition("/")[0] for name in sums} == {"VERSION", "first-boot", "install", "systemd", "wheels"}
    for name, told in sums.items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == told
    assert (out / "prepare-card").is_file()
    assert (out / "boot/kneemon-config.txt").is_file()
    assert (out / "card/__init__.py").is_file()
    assert f"{out}: 4 wheels, 0." in capsys.readouterr().out


def test_pip_is_asked_for_wheels_at_the_pins_for_that_pi(
    bundle: ModuleType, asked: list[tuple[str, ...]], tmp_path: Path
) -> None:
    bundle.make(tmp_path / "out", "3.11", "aarch64", None)
    own, needs, pip = asked
    assert own[:2] == ("wheel", "--no-deps")
    for words in (needs, pip):
        assert words[:2] == ("download", "--only-binary=:all:")
        platforms = [words[i + 1] for i, word in enumerate(words) if word == "--platform"]
        assert platforms[0] == "manylinux_2_36_aarch64"
        assert all(platform.endswith("_aarch64") for platform in platforms)
    assert needs[needs.index("--constraint") + 1] == str(TREE / "constraints.txt")
    assert needs[-2:] == (f"{tmp_path}/{needs[-2].removeprefix(f'{tmp_path}/')}", bundle.LGPIO)
    assert needs[-2].endswith("kneemon-1-py3-none-any.whl[web,home]")
    assert pip[-2:] == ("--no-deps", bundle.PIP)


def test_who_has_no_lgpio_is_told(
    bundle: ModuleType, asked: list[tuple[str, ...]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle.make(tmp_path / "out", "3.13", "aarch64", None)
    assert "No lgpio is in it, and no index has one for Python 3.13" in capsys.readouterr().out


def test_what_would_be_compiled_is_refused_and_the_former_bundle_stays(
    bundle: ModuleType, asked: list[tuple[str, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    bundle.make(out, "3.13", "aarch64", None)
    before = sorted(path.name for path in out.rglob("*"))
    fetch = bundle.fetch

    def source(wheels: Path, *words: Any, **more: Any) -> None:
        fetch(wheels, *words, **more)
        (wheels / "smbus2-0.6.1.tar.gz").write_text("")

    monkeypatch.setattr(bundle, "fetch", source)
    with pytest.raises(bundle.BundleError, match=r"expected wheels only, saw smbus2-0\.6\.1\.tar\.gz"):
        bundle.make(out, "3.13", "aarch64", None)
    assert sorted(path.name for path in out.rglob("*")) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_extra_wheels_for_another_pi_are_refused(
    bundle: ModuleType, asked: list[tuple[str, ...]], tmp_path: Path
) -> None:
    extra = tmp_path / "extra"
    extra.mkdir()
    (extra / "lgpio-0.2.2.0-cp311-cp311-linux_aarch64.whl").write_text("")
    with pytest.raises(
        bundle.BundleError, match=r"expected wheels for Python 3\.13 on aarch64, saw lgpio-0\.2\.2\.0-cp311"
    ):
        bundle.make(tmp_path / "out", "3.13", "aarch64", extra)


def test_a_folder_of_somebody_elses_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("")
    command = [sys.executable, BUNDLE, tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, (tmp_path / "mine").exists()) == (1, True)
    assert done.stderr == f"bundle: {tmp_path}: expected no folder, or a bundle to be replaced; saw something else.\n"


def test_its_numbers_are_those_of_the_project(bundle: ModuleType) -> None:
    project = tomllib.loads((TREE / "pyproject.toml").read_text())["project"]
    assert set(bundle.EXTRAS.split(",")) <= set(project["optional-dependencies"])
    classified = [each.rpartition(" ")[2] for each in project["classifiers"] if "Python ::" in each]
    assert list(bundle.PYTHONS) == classified
    installer = (TREE / "firmware/install").read_text()
    assert f"\nEXTRAS={bundle.EXTRAS}\n" in installer
    assert f"case $python in {' | '.join(bundle.PYTHONS)})" in installer
