# SPDX-License-Identifier: MIT
"""`kneemon backup` onto sticks that are too small, write-protected, fill up or go away in the middle: real file
systems, mounted within namespaces of the test's own."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from kneemon.app.backup_making import the_stick
from kneemon.errors import BackupError, ExitCode

A_STICK = Path(__file__).with_name("a_stick.py")


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


class TestSticks:
    def shell(self, script: str, *words: object) -> "subprocess.CompletedProcess[str]":
        """As root of namespaces of its own; $KNEEMON is the program."""
        lines = f"set -e; KNEEMON='{sys.executable} -m kneemon'; {script}"
        command = ["unshare", "-rm", "sh", "-c", lines, "sh", *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)

    def happened(self, fault: str, store: Path, folder: Path) -> list[str]:
        command = ["unshare", "-rm", sys.executable, A_STICK, fault, store, folder]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout.splitlines()

    def test_one_that_is_too_small(self, store: Path, stick: Path) -> None:
        script = 'mount -t tmpfs -o size=200k tmpfs "$1"; exec $KNEEMON backup "$1" --store "$2"'
        done = self.shell(script, stick, store)
        assert done.returncode == ExitCode.BACKUP
        assert re.fullmatch(
            rf"kneemon: no backup in {stick}: expected \d+ MB of room, saw 0 MB\. "
            r"Free some space there, or name another folder\.\n",
            done.stderr,
        )

    def test_one_that_is_write_protected(self, store: Path, stick: Path) -> None:
        done = self.shell('mount -t tmpfs -o ro tmpfs "$1"; exec $KNEEMON backup "$1" --store "$2"', stick, store)
        assert done.returncode == ExitCode.BACKUP
        assert done.stderr == (
            f"kneemon: no backup in {stick}: expected a disk that may be written, saw a write-protected one. "
            "Look for a slider on it, or take another.\n"
        )

    def test_one_that_stays_takes_a_backup(self, store: Path, stick: Path) -> None:
        name, happened, left = self.happened("none", store, stick)
        assert happened == "nothing happened"
        assert left == f"left: {name}"

    @pytest.mark.parametrize("fault", ["full-copying", "full-packing"])
    def test_one_that_fills_up_meanwhile(self, store: Path, stick: Path, fault: str) -> None:
        error, happened, left = self.happened(fault, store, stick)
        assert happened == "happened"
        assert error.startswith(f"no backup in {stick}: expected room ")
        assert ", saw a full disk. Free some space there, or name another folder." in error
        assert left == "left: photos"

    @pytest.mark.parametrize("fault", ["gone-copying", "gone-packing", "gone-reading"])
    def test_one_that_is_taken_away(self, store: Path, stick: Path, fault: str) -> None:
        error, happened, left = self.happened(fault, store, stick)
        assert happened == "happened"
        assert error == (
            f"no backup in {stick}: expected it to be there, saw nothing of that name. "
            "Check the name; is the stick plugged in?"
        )
        assert left == "left: "

    def test_the_one_that_is_plugged_in_is_found(self, store: Path) -> None:
        script = (
            'mount -t tmpfs tmpfs /media; mkdir -p "/media/eva/MY STICK"; '
            'mount -t tmpfs tmpfs "/media/eva/MY STICK"; $KNEEMON backup --store "$1"; ls "/media/eva/MY STICK"'
        )
        done = self.shell(script, store)
        assert done.returncode == ExitCode.OK, done.stderr
        assert "Backup    /media/eva/MY STICK/kneemon-backup-" in done.stdout
        assert "on the same disk" not in done.stdout
        assert re.search(r"^kneemon-backup-\d{8}-\d{6}\.zip$", done.stdout, re.MULTILINE)

    def test_none_and_two_are_told(self, tmp_path: Path) -> None:
        mounts = tmp_path / "mounts"
        mounts.write_text("/dev/root / ext4 rw 0 0\n")
        with pytest.raises(BackupError) as caught:
            the_stick(mounts)
        assert str(caught.value) == (
            "the folder for the backup: expected one stick below /media or /run/media, saw none. "
            "Name the folder: `kneemon backup FOLDER`. docs/backup.md tells how a stick is mounted."
        )
        mounts.write_text(
            "/dev/root / ext4 rw 0 0\n/dev/sda1 /media/a\\040b vfat rw 0 0\n/dev/sdb1 /run/media/x/c exfat rw 0 0\n"
        )
        with pytest.raises(BackupError, match="saw /media/a b and /run/media/x/c"):
            the_stick(mounts)
