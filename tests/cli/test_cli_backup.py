# SPDX-License-Identifier: MIT
"""`kneemon backup`, `restore` and `import`: into a folder and back again; and what is refused."""

import json
import re
import sqlite3
import subprocess
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kneemon.app.backups import asked_backup
from kneemon.app.whole import whole_of
from kneemon.clock import SystemClock
from kneemon.controls.socket import ControlServer
from kneemon.errors import ExitCode
from kneemon.store import Store, StoreReader
from kneemon.store.schema import SCHEMA

Kneemon = Callable[..., Any]
SCHEMA_2 = Path(__file__).parents[1] / "store" / "schema2.sql"


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


@pytest.fixture
def configured(at_home: Path, store: Path) -> Path:
    """A device with a configuration, a plan and a calibration; the folder of the first two."""
    folder = at_home / ".config" / "kneemon"
    folder.mkdir(parents=True)
    (folder / "kneemon.toml").write_text(f'[store]\npath = "{store}"\n[control]\nsocket = "{store.parent}/sock"\n')
    (folder / "plan.toml").write_text("# my plan\n")
    store.with_name("calibration.json").write_text("{}")
    store.with_name("web-access.json").write_text("scrypt: a secret")
    return folder


def backup_in(folder: Path) -> Path:
    (found,) = folder.glob("kneemon-backup-*.zip")
    return found


def seconds(store: Path) -> int:
    with closing(sqlite3.connect(store)) as connection:
        return int(connection.execute("SELECT count(*) FROM second").fetchone()[0])


def forged(backup: Path, to: Path, **changes: bytes | None) -> Path:
    """The backup with other files, by name without its end; None leaves one out."""
    with zipfile.ZipFile(backup) as old, zipfile.ZipFile(to, "w") as new:
        for name in old.namelist():
            content = changes.pop(name.partition(".")[0], old.read(name))
            if content is not None:
                new.writestr(name, content)
        for name, content in changes.items():
            new.writestr(name, content or b"")
    return to


class TestBackup:
    def test_a_person_can_open_it_and_no_secret_is_in_it(
        self, kneemon: Kneemon, configured: Path, store: Path, stick: Path
    ) -> None:
        told = kneemon("backup", stick)
        assert (told.code, told.err) == (ExitCode.OK, "")
        path = backup_in(stick)
        assert re.fullmatch(r"kneemon-backup-\d{8}-\d{6}\.zip", path.name)
        assert [line.partition(" ")[0] for line in told.out.splitlines()] == [
            "Backup",
            "Holds",
            "Files",
            "Checked",
            "Not",
            "(This",
        ]
        assert "2 walks, 0 diary lines" in told.out
        assert [each.name for each in stick.iterdir()] == [path.name], "and nothing else is left there"
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            assert archive.namelist() == [
                "kneemon.db",
                "plan.toml",
                "kneemon.toml",
                "calibration.json",
                "manifest.json",
            ]
            assert archive.read("plan.toml") == b"# my plan\n"
            assert b"a secret" not in b"".join(map(archive.read, archive.namelist()))
            manifest = json.loads(archive.read("manifest.json"))
            archive.extract("kneemon.db", stick)
        assert (manifest["format"], manifest["version"], manifest["schema"]) == ("kneemon-backup", 1, SCHEMA)
        assert manifest["rows"]["second"] == seconds(stick / "kneemon.db") == seconds(store)

    def test_others_read_it(self, kneemon: Kneemon, configured: Path, stick: Path) -> None:
        kneemon("backup", stick)
        assert subprocess.run(["unzip", "-tq", backup_in(stick)], check=False).returncode == 0

    def test_it_is_remembered_in_the_store(self, kneemon: Kneemon, configured: Path, store: Path, stick: Path) -> None:
        kneemon("backup", stick)
        with StoreReader(store) as reader:
            assert (reader.note("backup") or "").endswith("+00:00")

    def test_the_running_kneemon_remembers_it(
        self, kneemon: Kneemon, configured: Path, store: Path, stick: Path
    ) -> None:
        clock = SystemClock()
        asked = []
        running = Store.open(store, documents_of=lambda *_: (), clock=clock)

        def handler(cmd: str, args: object) -> Any:
            asked.append(cmd)
            return asked_backup(running, clock)

        server = ControlServer(store.parent / "sock", handler)
        try:
            told = kneemon("backup", stick)
        finally:
            server.close()
            running.close()
        assert (told.code, asked) == (ExitCode.OK, ["backed-up"])
        assert "could not be noted" not in told.out
        with StoreReader(store) as reader:
            assert reader.note("backup")

    def test_a_kneemon_that_does_not_know_of_backups(
        self, kneemon: Kneemon, configured: Path, store: Path, stick: Path
    ) -> None:
        server = ControlServer(store.parent / "sock", lambda *_: {"ok": False, "error": "There is no such command."})
        try:
            told = kneemon("backup", stick)
        finally:
            server.close()
        assert told.code == ExitCode.OK
        assert (
            "(The backup is good, but could not be noted, so that kneemon may remind of one: the running kneemon: "
            "expected that it notes the backup, saw There is no such command.. Is it an older one? Restart it.)"
        ) in told.out

    def test_two_at_the_same_second_are_two(self, kneemon: Kneemon, store: Path, stick: Path) -> None:
        for _ in range(3):
            assert kneemon("backup", stick, "--store", store).code == ExitCode.OK
        assert len(list(stick.glob("kneemon-backup-*.zip"))) == 3

    def test_the_oldest_of_this_device_are_removed(self, kneemon: Kneemon, store: Path, stick: Path) -> None:
        kneemon("backup", stick, "--store", store)
        first = backup_in(stick)
        manifest = json.loads(zipfile.ZipFile(first).read("manifest.json"))
        others = {"device": "another", "made_at": "2020-01-01T00:00:00Z"}
        other = forged(first, stick / "kneemon-backup-20200101-000000.zip", manifest=_json(manifest | others))
        old = [
            forged(
                first,
                stick / f"kneemon-backup-2021010{day}-000000.zip",
                manifest=_json(manifest | {"made_at": f"2021-01-0{day}T00:00:00Z"}),
            )
            for day in (1, 2, 3)
        ]
        damaged = stick / "kneemon-backup-20190101-000000.zip"
        damaged.write_bytes(first.read_bytes()[:500])
        photos = stick / "photos.zip"
        photos.touch()
        told = kneemon("backup", stick, "--store", store, "--keep", "3")
        assert [line for line in told.out.splitlines() if line.startswith("Removed")] == [
            f"Removed   {old[1].name}",
            f"Removed   {old[0].name}",
        ]
        left = set(stick.iterdir())
        assert {first, other, old[2], damaged, photos} < left
        assert len(left) == 6

    def test_a_file_that_may_not_be_read_is_left_out(self, kneemon: Kneemon, configured: Path, stick: Path) -> None:
        (configured / "plan.toml").unlink()
        (configured / "plan.toml").mkdir()
        told = kneemon("backup", stick)
        assert told.code == ExitCode.OK
        assert "(The file plan.toml may not be read and is left out.)" in told.out

    @pytest.mark.parametrize("there", [True, False])
    def test_no_folder(self, kneemon: Kneemon, store: Path, tmp_path: Path, there: bool) -> None:
        folder = tmp_path / "stick"
        if there:
            folder.touch()
        told = kneemon("backup", folder, "--store", store)
        assert told.code == ExitCode.BACKUP
        assert told.err == (
            f"kneemon: no backup in {folder}: expected a folder, saw {'a file' if there else 'nothing of that name'}. "
            "Is the stick plugged in and mounted? A new folder is yours to make.\n"
        )

    def test_no_store(self, kneemon: Kneemon, tmp_path: Path, stick: Path) -> None:
        told = kneemon("backup", stick, "--store", tmp_path / "nowhere.db")
        assert told.code == ExitCode.STORE
        assert "no walk has been stored yet" in told.err
        assert list(stick.iterdir()) == []

    def test_keep_is_a_number(self, kneemon: Kneemon, stick: Path, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit):
            kneemon("backup", stick, "--keep", "0")
        assert "expected a whole number from 1, saw '0'" in capsys.readouterr().err


def _json(content: object) -> bytes:
    return json.dumps(content).encode()


class TestRestore:
    @pytest.fixture
    def backup(self, kneemon: Kneemon, configured: Path, stick: Path) -> Path:
        assert kneemon("backup", stick).code == ExitCode.OK
        return backup_in(stick)

    def test_what_was_lost_comes_back_and_what_was_there_is_kept(
        self, kneemon: Kneemon, backup: Path, store: Path
    ) -> None:
        before = seconds(store)
        with closing(sqlite3.connect(store)) as connection, connection:
            connection.execute("DELETE FROM second")
        told = kneemon("restore", backup)
        assert (told.code, told.err) == (ExitCode.OK, "")
        assert seconds(store) == before
        (kept,) = store.parent.glob("kneemon.db.before-restore-*")
        assert seconds(kept) == 0
        assert f"Undo      kneemon restore {kept}\n" in told.out
        assert kneemon(*told.out.partition("Undo      kneemon ")[2].splitlines()[0].split()).code == ExitCode.OK
        assert seconds(store) == 0, "the undoing is undone as it says"

    def test_a_new_card_gets_all_of_it(
        self, kneemon: Kneemon, backup: Path, configured: Path, store: Path, at_home: Path
    ) -> None:
        walked = seconds(store)
        for path in (configured / "kneemon.toml", configured / "plan.toml", store):
            path.unlink()
        told = kneemon("restore", backup)
        assert told.code == ExitCode.OK
        new = at_home / ".local" / "state" / "kneemon" / "kneemon.db"
        assert seconds(new) == walked
        assert (configured / "plan.toml").read_text() == "# my plan\n"
        assert (configured / "kneemon.toml").read_text().startswith("[store]")
        assert new.with_name("calibration.json").read_text() == "{}"
        assert "Undo" not in told.out
        assert new.stat().st_mode & 0o007 == 0, "a diary of pain is nobody else's business"

    def test_no_file_of_the_owner_is_replaced(self, kneemon: Kneemon, backup: Path, configured: Path) -> None:
        (configured / "plan.toml").write_text("# a newer plan\n")
        told = kneemon("restore", backup)
        assert (configured / "plan.toml").read_text() == "# a newer plan\n"
        assert told.out.count("Left      ") == 3

    def test_not_while_a_kneemon_runs(self, kneemon: Kneemon, backup: Path, store: Path) -> None:
        running = Store.open(store, documents_of=lambda *_: (), clock=SystemClock())
        try:
            told = kneemon("restore", backup)
        finally:
            running.close()
        assert told.code == ExitCode.STORE
        assert "saw another running kneemon. Stop that one first" in told.err
        assert not list(store.parent.glob("*.before-restore-*"))

    def test_an_older_schema_is_brought_up_to_date_when_it_is_opened(
        self, kneemon: Kneemon, configured: Path, store: Path
    ) -> None:
        old = store.with_name("old.db")
        with closing(sqlite3.connect(old)) as connection:
            connection.executescript(SCHEMA_2.read_text(encoding="utf-8"))
        told = kneemon("restore", old)
        assert (told.code, told.err) == (ExitCode.OK, "")
        Store.open(store, documents_of=lambda *_: (), clock=SystemClock()).close()
        with StoreReader(store) as reader, closing(sqlite3.connect(old)) as connection:
            walks = connection.execute("SELECT session_id FROM session ORDER BY seq").fetchall()
            assert [(record.session_id,) for record in reader.walks()] == walks != []

    def test_a_newer_one_is_refused(self, kneemon: Kneemon, backup: Path, newer: Path, store: Path) -> None:
        told = kneemon("restore", newer, "--store", store)
        assert told.code == ExitCode.STORE
        assert "was written by a newer kneemon" in told.err
        assert not store.exists()
        manifest = json.loads(zipfile.ZipFile(backup).read("manifest.json"))
        told = kneemon("restore", forged(backup, store.with_name("2.zip"), manifest=_json(manifest | {"version": 2})))
        assert told.code == ExitCode.BACKUP
        assert "expected version 1 at most, saw version 2. A newer kneemon made it: upgrade this one." in told.err

    def test_damage_is_noticed_and_nothing_changes(
        self, kneemon: Kneemon, backup: Path, store: Path, tmp_path: Path
    ) -> None:
        before = store.read_bytes()
        content = backup.read_bytes()
        for number, bad in enumerate(
            (
                content[:-30],
                content[: len(content) // 2],
                content[:2000] + bytes(100) + content[2100:],
                forged(backup, tmp_path / "x.zip", kneemon=b"SQLite format 3\x00").read_bytes(),
                forged(backup, tmp_path / "x.zip", kneemon=None).read_bytes(),
                forged(backup, tmp_path / "x.zip", plan=b"another plan").read_bytes(),
                forged(backup, tmp_path / "x.zip", plan=None).read_bytes(),
            )
        ):
            path = tmp_path / f"{number}.zip"
            path.write_bytes(bad)
            told = kneemon("restore", path)
            assert told.code == ExitCode.BACKUP, number
            assert "expected it whole, as it was made, saw" in told.err
        assert store.read_bytes() == before
        assert sorted(each.name for each in store.parent.glob("kneemon.db*")) == ["kneemon.db", "kneemon.db.lock"]

    def test_other_files_are_told_from_backups(self, kneemon: Kneemon, backup: Path, tmp_path: Path) -> None:
        text, archive = tmp_path / "letter.txt", tmp_path / "photos.zip"
        text.write_text("Dear Eva")
        with zipfile.ZipFile(archive, "w") as photos:
            photos.writestr("photo", "")
        for path, seen in ((text, "another file"), (archive, "a ZIP that kneemon did not make")):
            told = kneemon("restore", path)
            assert told.code == ExitCode.BACKUP
            assert told.err == (
                f"kneemon: the file {path}: expected a backup of kneemon, saw {seen}. "
                "A backup's name is kneemon-backup-….zip; `kneemon import` reads a whole export.\n"
            )
        told = kneemon("restore", tmp_path / "nowhere.zip")
        assert told.code == ExitCode.BACKUP
        assert "expected it to be there, saw nothing of that name." in told.err

    def test_names_with_a_path_are_not_followed(
        self, kneemon: Kneemon, backup: Path, configured: Path, tmp_path: Path
    ) -> None:
        manifest = json.loads(zipfile.ZipFile(backup).read("manifest.json"))
        manifest["files"]["../../evil"] = "00"
        told = kneemon("restore", forged(backup, tmp_path / "x.zip", manifest=_json(manifest), **{"../../evil": b"x"}))
        assert told.code == ExitCode.BACKUP
        assert "files that belong into no backup" in told.err


class TestImport:
    def test_everything_into_a_fresh_device(
        self, kneemon: Kneemon, configured: Path, store: Path, tmp_path: Path
    ) -> None:
        whole = tmp_path / "whole.json"
        whole.write_bytes(b"".join(whole_of(store, SystemClock())))
        told = kneemon("import", whole)
        assert told.code == ExitCode.BACKUP
        assert "expected a device on which nobody has walked yet" in told.err
        told = kneemon("import", whole, "--store", tmp_path / "fresh.db")
        assert (told.code, told.err) == (ExitCode.OK, "")
        assert told.out.startswith("Imported  2 walks with 2465 seconds, 0 diary lines of the device ")
        assert seconds(tmp_path / "fresh.db") == seconds(store)
        sessions = [kneemon("sessions", "--json", "--store", path).out for path in (store, tmp_path / "fresh.db")]
        assert sessions[0] == sessions[1]

    @pytest.mark.parametrize("words", [("--raw",), ()])
    def test_the_samples_go_along_only_when_asked_for(
        self, kneemon: Kneemon, store: Path, tmp_path: Path, words: tuple[str, ...]
    ) -> None:
        with closing(sqlite3.connect(store)) as connection, connection:
            connection.execute("INSERT INTO raw SELECT session_id, 1.0, 1, X'00' FROM session")
        told = kneemon("export", "all", "--as", "json", *words, "--store", store, "--out", tmp_path / "out")
        assert (told.code, told.err) == (ExitCode.OK, "")
        kneemon("import", told.out.strip(), "--store", tmp_path / "fresh.db")
        with closing(sqlite3.connect(tmp_path / "fresh.db")) as connection:
            assert connection.execute("SELECT count(*) FROM raw").fetchone() == (2 if words else 0,)

    def test_samples_are_in_no_other_file(self, kneemon: Kneemon, store: Path, tmp_path: Path) -> None:
        told = kneemon("export", "all", "--as", "csv,fit", "--raw", "--store", store, "--out", tmp_path / "out")
        assert told.code == ExitCode.EXPORT
        assert told.err == (
            "kneemon: the sensor's samples: expected json among the formats, saw csv, fit. "
            "Say `--as json --raw`; bids has them without --raw.\n"
        )

    def test_something_else(self, kneemon: Kneemon, configured: Path, tmp_path: Path) -> None:
        told = kneemon("import", configured / "kneemon.toml", "--store", tmp_path / "fresh.db")
        assert told.code == ExitCode.BACKUP
        assert "expected everything of a kneemon, version 1, saw another file." in told.err
        assert not list(tmp_path.glob("fresh*"))
