# SPDX-License-Identifier: MIT
"""Documents and backups that somebody forged: names that are paths, sizes without end, a stick that is pulled out."""

import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from kneemon.app import backup_file
from kneemon.app.importing import import_whole
from kneemon.app.restoring import restore
from kneemon.app.whole import whole_of
from kneemon.clock import SystemClock
from kneemon.errors import BackupError, ExportError
from kneemon.export import whole
from kneemon.export.folder import write_files
from kneemon.store.snapshot import Rows, fill

WALK = {
    "session_id": "b1-1-0000",
    "revision": 1,
    "device": "dev",
    "boot_id": "b",
    "started_at": "2026-11-22T09:00:00.000000+00:00",
    "ended_at": "2026-11-22T09:10:00.000000+00:00",
    "tz": "UTC",
    "time_quality": "ntp",
    "worn": "waist",
    "sensor": "s",
    "software": "0",
    "final": 1,
    "summary": '{"started_s":1.0}',
}

# Opens the document, takes the file away beneath it, and reads on; without words it would die of SIGBUS.
PULLED_OUT = """
import os, sys
from pathlib import Path
from kneemon.export.whole import opened_whole, parts
file = Path(sys.argv[1])
opened = opened_whole(file, file.parent)
os.truncate(file, 0)
print(sum(len(list(rows)) for table, _, rows in parts(opened) if table == "session"))
"""


@pytest.fixture
def document(tmp_path: Path) -> Path:
    fill(
        tmp_path / "old.db",
        [Rows("meta", ("key", "value"), [("device", "dev")]), Rows("session", tuple(WALK), [tuple(WALK.values())])],
        0,
    )
    file = tmp_path / "whole.json"
    file.write_bytes(b"".join(whole_of(tmp_path / "old.db", SystemClock())))
    return file


def forge(document: Path, old: str, new: str) -> None:
    content = document.read_bytes()
    assert old.encode() in content
    body = content.replace(old.encode(), new.encode()).rpartition(b'\n"sha256"')[0]
    document.write_bytes(body + b'\n"sha256":"%s"}\n' % hashlib.sha256(body).hexdigest().encode())


@pytest.mark.parametrize("name", ["../../x", "/x", "..", "all", "latest", "diary", "", 'b"><script>', "x" * 65])
def test_a_walk_whose_name_is_none(document, tmp_path, name):
    forge(document, '"b1-1-0000"', json.dumps(name))
    with pytest.raises(BackupError) as caught:
        import_whole(document, tmp_path / "new.db", SystemClock())
    assert str(caught.value) == (
        f"the file {document}: expected rows that make a store, saw a walk named {name[:40]!r}. "
        "Nothing was imported. Take the file as kneemon wrote it."
    )
    assert not (tmp_path / "new.db").exists()


def test_a_device_whose_name_is_none(document, tmp_path):
    forge(document, '"device":"dev","notes"', '"device":"a/#\\u0000","notes"')
    with pytest.raises(BackupError, match="saw a device named"):
        import_whole(document, tmp_path / "new.db", SystemClock())


def test_a_device_that_hides_among_the_notes(document, tmp_path):
    forge(document, '"notes":{', '"notes":{"device":"a/#"')
    with pytest.raises(BackupError, match="saw another device among the notes"):
        import_whole(document, tmp_path / "new.db", SystemClock())


def test_the_file_may_go_while_it_is_read(document):
    told = subprocess.run(
        [sys.executable, "-c", PULLED_OUT, document], capture_output=True, text=True, check=False, timeout=120
    )
    assert (told.returncode, told.stdout) == (0, "1\n"), told.stderr


def test_a_document_that_is_too_large(document, tmp_path, monkeypatch):
    monkeypatch.setattr(whole, "MOST_BYTES", 100)
    with pytest.raises(BackupError, match=r"MB, more than 0\. A backup takes stores of any size: `kneemon backup`"):
        import_whole(document, tmp_path / "new.db", SystemClock())


def endless(file: Path) -> Path:
    """Sparse: as large as no disk is."""
    with file.open("r+b") as opened:
        opened.truncate(1 << 43)
    return file


def test_no_room_is_told_before_anything_is_read(document, tmp_path):
    with pytest.raises(BackupError, match=f"no room for what is kept in {tmp_path}: expected 17592187 MB"):
        import_whole(endless(document), tmp_path / "new.db", SystemClock())
    with pytest.raises(BackupError, match=f"no room for what is kept in {tmp_path}: expected 8796094 MB"):
        restore(endless(tmp_path / "old.db"), tmp_path / "new.db", {}, SystemClock(), lambda *_: None)
    assert not (tmp_path / "new.db.lock").exists()


class TestTrap:
    @pytest.fixture
    def trap(self, tmp_path: Path) -> Path:
        """30 MB of nothing in 30 kB."""
        manifest = {
            "format": "kneemon-backup",
            "version": 1,
            "made_at": "2026-11-22T10:00:00Z",
            "device": "x",
            "software": "0",
            "schema": 4,
            "rows": {},
            "files": {"kneemon.db": "0" * 64},
        }
        path = tmp_path / "trap.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("kneemon.db", bytes(30_000_000))
            archive.writestr("manifest.json", json.dumps(manifest))
        return path

    def test_it_is_not_unpacked(self, trap, tmp_path):
        with pytest.raises(BackupError) as caught:
            restore(trap, tmp_path / "new.db", {}, SystemClock(), lambda *_: pytest.fail("it is read"))
        assert str(caught.value) == (
            f"the file {trap}: expected a backup of kneemon, saw a ZIP of 0.0 MB that unpacks to 30 MB. "
            "kneemon makes no such file: do not use it."
        )

    def test_a_disk_without_room_is_told_first(self, trap, tmp_path, monkeypatch):
        monkeypatch.setattr(backup_file, "SMALL_BYTES", 1e9)
        monkeypatch.setattr(backup_file, "SPARE_BYTES", 1 << 60)
        with pytest.raises(BackupError, match="no room for what is kept in"):
            restore(trap, tmp_path / "new.db", {}, SystemClock(), lambda *_: pytest.fail("it is read"))


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/x", "", ".", "a//b", "a/", "a\0b"])
def test_files_stay_below_their_folder(tmp_path, name):
    folder = tmp_path / "a" / "b"
    with pytest.raises(ExportError) as caught:
        write_files(folder, [("good", [b""]), (name, [b""])])
    assert str(caught.value) == (
        f"no export into {folder}: expected names of files below it, saw {name!r}. "
        "A walk of this name is not kneemon's own; restore a backup from before it came."
    )
    assert list(tmp_path.rglob("*")) == [tmp_path / "a", folder], "none of them is written"
    assert write_files(folder, [("bids/a..b", [b"x"])]) == (folder / "bids" / "a..b",)
