# SPDX-License-Identifier: MIT
"""`make release`: one rehearsal for real, and that each of its looks sees what it looks for."""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "firmware"))

from making import image, packages, searched, source, versions, written  # noqa: E402
from making.faults import ReleaseError  # noqa: E402
from making.versions import Agreed  # noqa: E402

KEY = b"-----BEGIN OPENSSH PRIVATE KEY-----\n" + b"A" * 70 + b"\n-----END OPENSSH PRIVATE KEY-----\n"
GIT = ("git", "-c", "user.name=kneemon", "-c", "user.email=kneemon@localhost")


def zipped(files: dict[str, bytes]) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return made.getvalue()


def wheel(folder: Path, **files: bytes) -> Path:
    path = folder / "kneemon-0.1.0-py3-none-any.whl"
    path.write_bytes(zipped({name.replace("__", "/"): content for name, content in files.items()}))
    return path


def tarred(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as packed:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            packed.addfile(entry, BytesIO(content))
    return path


@pytest.mark.timeout(900)
def test_a_rehearsal_makes_what_can_be_installed_and_says_what_is_not_in_it(tmp_path: Path) -> None:
    """With the tree as it lies; the bundle and the image, which take minutes, have tests of their own."""
    command = (sys.executable, ROOT / "firmware" / "release", "--rehearse", "--without-image", "--without-bundle")
    done = subprocess.run((*command, "--out", tmp_path), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    out = tmp_path / "rehearsal"
    names = {path.name for path in out.iterdir()}
    version = packages.project(ROOT)["project"]["version"]
    made = {f"kneemon-{version}-py3-none-any.whl", f"kneemon-{version}.tar.gz"}
    assert names == made | {"SHA256SUMS", f"RELEASE-{version}.md"}
    sums = dict(reversed(line.split("  ")) for line in (out / "SHA256SUMS").read_text().splitlines())
    assert sums == {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in made}
    page = (out / f"RELEASE-{version}.md").read_text()
    assert all(f"`{name}` | " in page and f"`{sums[name]}`" in page for name in made)
    for missing in ("the offline bundle", "the flashable image"):
        assert f"**Not in it: {missing}.**" in page
        assert f"################ NOT IN IT: {missing} ################" in done.stdout
    assert "NOT A RELEASE" in done.stdout
    for row in ("kneemon             0.1.0", "the MQTT contract   kneemon/v1", "the store's schema  4"):
        assert row in done.stdout
    for name in made:
        inside = [each for each, _ in searched.files(out / name)]
        assert not [each for each in inside if "/build/" in each or ".venv" in each or "__pycache__" in each]


def test_a_tree_with_something_lying_about_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run(("git", "init", "--quiet", tmp_path), check=True)
    monkeypatch.setattr(source, "TREE", tmp_path)
    source.must_be_clean()
    (tmp_path / "notes").write_text("")
    with pytest.raises(ReleaseError, match=r"saw 1 changed or unknown, the first of them notes\. Commit or put"):
        source.must_be_clean()


def test_a_version_that_the_changelog_does_not_tell_of_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    shutil.copytree(ROOT / "firmware" / "making", tree / "firmware" / "making")
    shutil.copy(ROOT / "firmware" / "release", tree / "firmware")
    (tree / "pyproject.toml").write_text('[project]\nname = "kneemon"\nversion = "9.9.9"\n')
    (tree / "CHANGELOG.md").write_text("# Changelog\n\n## [Unreleased]\n\n- All.\n")
    (tree / ".gitignore").write_text("__pycache__/\n")
    for words in (("init", "--quiet"), ("add", "."), ("commit", "--quiet", "-m", "All")):
        subprocess.run((*GIT, *words), cwd=tree, check=True)
    command = (sys.executable, tree / "firmware" / "release", "--without-image")
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]})
    assert done.returncode == 1
    assert "CHANGELOG.md: expected a section `## [9.9.9]` with something in it, saw none." in done.stderr
    assert not (tree / "dist").exists()


@pytest.mark.parametrize("heading", ["## [1.0.0]", "## [1.0.0] - 2026-12-24"])
def test_the_changelogs_section_is_what_stands_under_the_version(heading: str) -> None:
    text = f"# Changelog\n\n## [Unreleased]\n\n{heading}\n\n### Added\n- Wings.\n\n## [0.9.0]\n\n- Legs.\n"
    assert versions.section(text, "1.0.0") == "### Added\n- Wings."
    assert versions.section(text, "0.9.0") == "- Legs."
    with pytest.raises(ReleaseError, match=r"expected a section `## \[Unreleased\]` with something in it"):
        versions.section(text, "Unreleased")


def test_places_that_name_different_versions_are_named() -> None:
    agreed = Agreed("the export", {"the wheel": "x/1", "docs": "x/1"})
    assert versions.must_agree([agreed]) == "the export  x/1  the wheel, docs"
    with pytest.raises(ReleaseError, match=r"expected the same in every place, saw '1' in here; '2' in there"):
        versions.must_agree([agreed, Agreed("the store's schema", {"here": "1", "there": "2"})])


def test_the_documents_name_the_versions_that_the_code_has() -> None:
    from kneemon.export.whole import FORMAT, VERSION
    from kneemon.mqtt.topics import ROOT as CONTRACT
    from kneemon.store.schema import SCHEMA

    told = versions.in_the_docs(ROOT)
    assert len(told) == 4
    assert set(told.values()) == {CONTRACT, f"{FORMAT}/{VERSION}", str(SCHEMA)}


def test_a_wheel_without_a_template_or_with_a_test_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tree" / "kneemon").mkdir(parents=True)
    (tmp_path / "tree" / "kneemon" / "page.html").write_text("")
    whole = wheel(tmp_path, **{"kneemon__page.html": b"", "kneemon-0.1.0.dist-info__METADATA": b""})
    packages.must_hold_the_package(whole, tmp_path / "tree")
    other = wheel(tmp_path, tests__test_page=b"")
    with pytest.raises(ReleaseError, match=r"saw missing kneemon/page\.html; too many tests/test_page"):
        packages.must_hold_the_package(other, tmp_path / "tree")


def test_a_path_of_this_machine_is_seen_in_a_wheel_and_in_a_wheel_within_a_bundle(tmp_path: Path) -> None:
    here = [Path("/home/somebody/kneemon")]
    told = b"made in /home/somebody/kneemon/tests"
    searched.must_be_ours_to_give(wheel(tmp_path, kneemon__a=b"/home/somebody/kneemons"), here)
    with pytest.raises(ReleaseError, match=r"kneemon/a: expected nothing that belongs to this machine, saw /home/some"):
        searched.must_be_ours_to_give(wheel(tmp_path, kneemon__a=told), here)
    bundle = tarred(tmp_path / "bundle.tar.gz", {"wheels/other-1-py3-none-any.whl": zipped({"b.py": told})})
    with pytest.raises(
        ReleaseError, match=r"bundle\.tar\.gz, wheels/other-1-py3-none-any\.whl, b\.py: expected nothing"
    ):
        searched.must_be_ours_to_give(bundle, here)


def test_a_key_is_seen_in_what_is_ours_and_let_be_in_what_others_test_with(tmp_path: Path) -> None:
    others = tarred(tmp_path / "a.tar.gz", {"wheels/crypto-1-py3-none-any.whl": zipped({"test.py": KEY})})
    searched.must_be_ours_to_give(others, [])
    ours = zipped({"kneemon/key": KEY})
    for files in ({"kneemon-0.1.0/key": KEY}, {"wheels/kneemon-0.1.0-py3-none-any.whl": ours}):
        with pytest.raises(ReleaseError, match="saw a private key"):
            searched.must_be_ours_to_give(tarred(tmp_path / "b.tar.gz", files), [])


def test_an_image_with_a_path_of_this_machine_is_refused(tmp_path: Path) -> None:
    disk = tmp_path / "kneemon.img"
    disk.write_bytes(bytes(5000) + b"/home/somebody/kneemon/build" + bytes(5000))
    searched.image_must_be_ours_to_give(disk, [Path("/home/nobody")])
    with pytest.raises(ReleaseError, match=r"kneemon\.img, somewhere in it: .* saw /home/somebody"):
        searched.image_must_be_ours_to_give(disk, [Path("/home/somebody")])


def test_the_image_names_its_version_on_its_first_partition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = tmp_path / "kneemon.img"
    disk.write_bytes(bytes(446) + bytes(8) + (8192).to_bytes(4, "little") + bytes(54))
    asked: list[str] = []
    told = "kneemon 1.2.3, installed. This file tells so.\n"
    monkeypatch.setattr(image, "done_by", lambda *words: asked.extend(map(str, words)) or told)
    assert image.marked(disk) == "1.2.3"
    assert asked == ["mtype", "-i", f"{disk}@@{8192 * 512}", "::kneemon-image.txt"]
    told = "something else\n"
    with pytest.raises(
        ReleaseError, match=r"kneemon-image\.txt on the image: expected that it begins with `kneemon VERSION`, saw 'som"
    ):
        image.marked(disk)


def test_what_is_packed_twice_is_the_same_whoever_packs_it_and_when(tmp_path: Path) -> None:
    archives = []
    for number in (1, 2):
        folder = tmp_path / str(number)
        (folder / "wheels").mkdir(parents=True)
        for name, mode in {"wheels/a": 0o640 + number, "install": 0o755, "SHA256SUMS": 0o600}.items():
            (folder / name).write_text(name)
            (folder / name).chmod(mode & 0o766)
            os.utime(folder / name, (number, number))
        archives.append(written.packed(folder, tmp_path / f"{number}.tar.gz", "kneemon-1", "1790000000").read_bytes())
    assert archives[0] == archives[1]
    with tarfile.open(tmp_path / "1.tar.gz") as packed:
        modes = {entry.name: oct(entry.mode) for entry in packed if entry.isfile()}
    assert modes == {
        "kneemon-1/wheels/a": "0o644",
        "kneemon-1/install": "0o755",
        "kneemon-1/SHA256SUMS": "0o644",
    }
