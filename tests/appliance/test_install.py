# SPDX-License-Identifier: MIT
"""The installer on a small system of its own: what it puts where, keeps, takes back and refuses."""

import os
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from a_system import System, make_bundle, sums

from kneemon import __version__
from kneemon.store.schema import SCHEMA

pytestmark = pytest.mark.timeout(600)  # a second each on a machine at rest, minutes on one that is not

TREE = Path(__file__).parents[2]
OLD_STORE = TREE / "tests/store/schema3.sql"
STORE = "var/lib/kneemon/kneemon.db"
UNITS = "etc/systemd/system"
FIRST = f"/opt/kneemon-releases/{__version__}-1"
SECOND = f"/opt/kneemon-releases/{__version__}-2"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> System:
    """Installed once; the tests get copies."""
    system = System(tmp_path_factory.mktemp("system"))
    make_bundle(system.folder / "bundle")
    done = system.install("bundle", "install")
    assert (done.returncode, done.stderr) == (0, "")
    return system


@pytest.fixture
def system(installed: System, tmp_path: Path) -> System:
    """A copy whose releases and bundle share their files with the first: nobody writes into these."""
    for name in ("opt", "bundle"):
        shutil.copytree(installed.folder / name, tmp_path / name, symlinks=True, copy_function=os.link)
    for name in ("etc", "var"):
        shutil.copytree(installed.folder / name, tmp_path / name, symlinks=True)
    return System(tmp_path)


@pytest.fixture
def bare(installed: System, tmp_path: Path) -> System:
    """The bundle, and nothing installed."""
    shutil.copytree(installed.folder / "bundle", tmp_path / "bundle", copy_function=os.link)
    return System(tmp_path)


def stored(system: System, schema: int) -> Path:
    """Two walks of an older kneemon; of a newer one, where there is no such schema yet."""
    path = system.folder / STORE
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(OLD_STORE.read_text(encoding="utf-8"))
        connection.execute(f"PRAGMA user_version = {schema}")
    return path


def walks(path: Path) -> tuple[int, int]:
    """The schema, and how many walks are stored."""
    with closing(sqlite3.connect(path)) as connection:
        (schema,) = connection.execute("PRAGMA user_version").fetchone()
        (count,) = connection.execute("SELECT count(*) FROM session").fetchone()
    return schema, count


def contents(folder: Path) -> dict[str, str]:
    """Files by path: where a link leads, or what a file holds."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            found[str(path.relative_to(folder))] = f"-> {path.readlink()}"
        elif path.is_file():
            found[str(path.relative_to(folder))] = path.read_bytes().hex()
    return found


def altered(system: System, name: str, content: str) -> None:
    """Another file in the bundle, with its sum; the first bundle keeps its own."""
    for each in (name, "SHA256SUMS"):
        (system.folder / "bundle" / each).unlink(missing_ok=True)
    (system.folder / "bundle" / name).write_text(content)
    sums(system.folder / "bundle")


def test_everything_is_in_its_place(installed: System) -> None:
    root = installed.folder
    assert str((root / "opt/kneemon").readlink()) == FIRST
    assert installed.releases == {f"{__version__}-1"}
    assert {name for name in ("complete", "settled", "work", "before") if (root / FIRST[1:] / name).exists()} == {
        "complete",
        "settled",
    }
    wanted = {f"{UNITS}/multi-user.target.wants/kneemon.service", f"{UNITS}/sockets.target.wants/kneemon-web.socket"}
    assert {str(path.relative_to(root)) for path in (root / UNITS).glob("*.wants/*")} == wanted
    configuration = root / "etc/kneemon/kneemon.toml"
    assert (configuration.read_text(), configuration.stat().st_mode & 0o777) == ("", 0o640)
    assert (root / "var/lib/kneemon").stat().st_mode & 0o777 == 0o750
    said = installed.run("/opt/kneemon/bin/kneemon", "--version")
    assert said.stdout == f"kneemon {__version__}\n"


def test_every_file_is_where_the_manual_says(installed: System) -> None:
    page = (TREE / "systemd/README.md").read_text()
    told = {}
    for names, folder in re.findall(r"^\| (`.*`) \| `(/etc/[^`]*)` \|", page, re.MULTILINE):
        first, *others = re.findall(r"`([^`]*)`", names)
        for name in (first, *(f"{first.rpartition('.')[0]}{other}" for other in others)):
            told[name] = folder + name if folder.endswith("/") else folder
    files = {path.name: path for path in (TREE / "systemd").iterdir() if path.name != "README.md"}
    assert told.keys() == files.keys()
    for name, path in files.items():
        assert (installed.folder / told[name][1:]).read_text() == path.read_text(), name


def test_a_newer_one_takes_the_place_and_the_walks_are_kept(system: System) -> None:
    root, store = system.folder, stored(system, 3)
    unfinished = root / f"opt/kneemon-releases/{__version__}-7/lib"
    unfinished.mkdir(parents=True)
    own = root / UNITS / "kneemon.service.d/own.conf"
    own.parent.mkdir()
    own.write_text("[Service]\nNice=0\n")
    gone = root / FIRST[1:] / "share/kneemon/systemd/kneemon-old.timer"
    gone.write_text("")
    (root / UNITS / "kneemon-old.timer").write_text("")
    (root / UNITS / "sockets.target.wants/kneemon-web.socket").unlink()  # the owner's choice
    before = walks(store)
    done = system.install("bundle", "upgrade")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"it is kept at /{STORE}.schema3.bak" in done.stdout
    assert str((root / "opt/kneemon").readlink()) == SECOND
    assert system.releases == {f"{__version__}-2"}
    assert walks(store) == (SCHEMA, before[1])
    assert walks(store.with_name("kneemon.db.schema3.bak")) == before
    assert own.exists()
    assert not (root / UNITS / "kneemon-old.timer").exists()
    assert not (root / UNITS / "sockets.target.wants/kneemon-web.socket").is_symlink()


def test_what_a_newer_kneemon_stored_is_not_touched_and_the_old_one_stays(system: System) -> None:
    store = stored(system, 99)
    before, kept = store.read_bytes(), contents(system.folder / "etc")
    done = system.install("bundle", "upgrade")
    assert done.returncode == 1
    assert "was written by a newer kneemon: expected schema" in done.stderr
    assert f"Nothing was changed.\nkneemon: as before: {FIRST} is in use\n" in done.stderr
    assert (str((system.folder / "opt/kneemon").readlink()), system.releases) == (FIRST, {f"{__version__}-1"})
    assert (store.read_bytes(), contents(system.folder / "etc")) == (before, kept)


@pytest.mark.parametrize("by_hand", [False, True])
def test_what_fails_is_taken_back(system: System, *, by_hand: bool) -> None:
    root, store = system.folder, stored(system, 3)
    if by_hand:  # as the manual once had it: a real folder
        (root / "opt/kneemon").unlink()
        (root / FIRST[1:]).rename(root / "opt/kneemon")
    before = walks(store)
    shutil.rmtree(root / "etc/udev/rules.d")
    (root / "etc/udev/rules.d").write_text("in the way of a folder")
    kept, programs = contents(root / "etc"), contents(root / "opt")
    done = system.install("bundle", "upgrade")
    assert done.returncode != 0
    assert "kneemon: taking it back\n" in done.stderr
    assert f"as before: {'/opt/kneemon' if by_hand else FIRST} is in use\n" in done.stderr
    assert contents(root / "opt") == programs
    assert contents(root / "etc") == kept
    assert walks(store) == before


def test_an_installation_by_hand_is_taken_over(system: System) -> None:
    root = system.folder
    (root / "opt/kneemon").unlink()
    (root / FIRST[1:]).rename(root / "opt/kneemon")
    done = system.install("bundle", "install")
    assert (done.returncode, done.stderr) == (0, "")
    assert str((root / "opt/kneemon").readlink()) == FIRST
    assert {path.name for path in (root / "opt").iterdir()} == {"kneemon", "kneemon-releases"}


def test_walks_and_configuration_outlive_kneemon(system: System) -> None:
    root, store = system.folder, stored(system, 3)
    before = walks(store)
    (root / "etc/kneemon/kneemon.toml").write_text("# mine\n")
    done = system.run("sh", "/opt/kneemon/share/kneemon/install", "uninstall")
    assert (done.returncode, done.stderr) == (0, "")
    assert "kept: walks, diary and calibration in /var/lib/kneemon, and the user kneemon" in done.stdout
    assert "kept: configuration and plan in /etc/kneemon" in done.stdout
    assert list((root / "opt").iterdir()) == []
    left = {name for name in contents(root / "etc") if "kneemon" in name}
    assert (left, (root / "etc/kneemon/kneemon.toml").read_text()) == ({"kneemon/kneemon.toml"}, "# mine\n")
    assert walks(store) == before


def test_walks_are_erased_when_that_is_meant(system: System) -> None:
    store = stored(system, 3)
    asked = system.install("bundle", "uninstall", "--erase-walks")
    assert (asked.returncode, store.exists()) == (1, True)
    assert asked.stdout.endswith("cannot be brought back. Type yes to erase them: ")
    done = system.install("bundle", "uninstall", "--erase-walks", "--yes")
    assert done.returncode == 0
    assert not store.parent.exists()
    assert (system.folder / "etc/kneemon/kneemon.toml").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("upgrade",), "expected an installed kneemon, saw none in /opt/kneemon. Use install."),
        ((), "expected install, upgrade or uninstall, saw none of them."),
        (("install", "uninstall"), "expected one of install, upgrade, uninstall; saw two."),
        (("install", "--erase-walks"), "--erase-walks goes with uninstall only."),
        (("install", "--root", "/nowhere"), "--root: expected a folder with a system in it."),
        (("install", "--wheels", "/nowhere"), "--wheels: expected a folder."),
        (("dance",), "expected an option or a verb, saw 'dance'."),
    ],
)
def test_wrong_words_change_nothing(bare: System, words: tuple[str, ...], sentence: str) -> None:
    done = bare.install("bundle", *words)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (1, f"kneemon: {sentence}")
    assert contents(bare.folder / "opt") == {}


@pytest.mark.parametrize(
    ("python", "machine", "sentence"),
    [
        ("3.9", os.uname().machine, "this bundle is for Python 3.9, but here is"),
        (None, "riscv64", "this bundle is for riscv64, but here is"),
    ],
)
def test_a_bundle_for_another_pi_is_refused(bare: System, python: str | None, machine: str, sentence: str) -> None:
    text = (bare.folder / "bundle/VERSION").read_text().splitlines()
    altered(bare, "VERSION", "\n".join((text[0], f"python {python}" if python else text[1], f"machine {machine}", "")))
    done = bare.install("bundle", "install")
    assert (done.returncode, sentence in done.stderr) == (1, True)
    assert contents(bare.folder / "opt") == {}


def test_a_damaged_bundle_is_refused(bare: System) -> None:
    unit = bare.folder / "bundle/systemd/kneemon.service"
    unit.unlink()
    unit.write_text("[Service]\n")
    done = bare.install("bundle", "install")
    assert done.returncode == 1
    assert "kneemon: files of this bundle are damaged. Copy it anew.\n" in done.stderr
    assert contents(bare.folder / "opt") == {}


def test_a_bundle_in_which_a_part_is_missing_changes_nothing(bare: System) -> None:
    (wheel,) = (bare.folder / "bundle/wheels").glob("smbus2-*.whl")
    wheel.unlink()
    (bare.folder / "bundle/SHA256SUMS").unlink()
    sums(bare.folder / "bundle")
    done = bare.install("bundle", "install")
    assert done.returncode == 1
    assert "kneemon: expected smbus2 in the new release, saw none." in done.stderr
    assert "kneemon: as before: no kneemon is in use\n" in done.stderr
    assert contents(bare.folder / "opt") == {}


def test_the_sums_hold_every_file(installed: System) -> None:
    bundle = installed.folder / "bundle"
    named = {line.split("  ")[1] for line in (bundle / "SHA256SUMS").read_text().splitlines()}
    there = {str(path.relative_to(bundle)) for path in bundle.rglob("*") if path.is_file()}
    assert named == there - {"SHA256SUMS"}
