# SPDX-License-Identifier: MIT
"""Many files as one: read back by Python, Info-ZIP, 7-Zip and bsdtar."""

import io
import subprocess
import zipfile
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.errors import ExportError
from kneemon.export.packed import chunks_of, new_pass_phrase, sealed, zipped

FILES = {"report.pdf": [b"%PDF-1.7\n", b"page"], "walks/b1-1-9f2c.fit": [b"\x0e\x20" * 900], "empty.csv": []}
CONTENT = {name: b"".join(chunks) for name, chunks in FILES.items()}
PHRASE = "quarter past nine, uphill"


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}\.[a-z]{3}", fullmatch=True), st.lists(st.binary(max_size=300))))
def test_what_goes_in_comes_out(files: dict[str, list[bytes]]) -> None:
    with zipfile.ZipFile(io.BytesIO(b"".join(zipped(files.items())))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {
            name: b"".join(chunks) for name, chunks in files.items()
        }


def test_info_zip_reads_it(tmp_path: Path) -> None:
    archive = tmp_path / "walks.zip"
    archive.write_bytes(b"".join(zipped(FILES.items())))
    subprocess.run(["unzip", "-q", archive, "-d", tmp_path / "out"], check=True)
    assert unpacked(tmp_path / "out") == CONTENT


def test_it_is_sent_while_it_is_made() -> None:
    endless = (bytes([number % 251]) * 100_000 for number in range(10**9))
    assert len(list(islice(zipped([("raw", endless)]), 20))) == 20


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..\\..\\boot.ini", "a/../../b", "", ".."])
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    with zipfile.ZipFile(io.BytesIO(b"".join(zipped([(name, [b"x"])])))) as archive:
        (kept,) = archive.namelist()
    assert kept
    assert not kept.startswith("/")
    assert ".." not in Path(kept).parts


def test_a_sealed_one_is_opened_by_common_tools_with_the_phrase(tmp_path: Path) -> None:
    archive = tmp_path / "bundle.zip"
    archive.write_bytes(b"".join(chunks_of(sealed(FILES.items(), PHRASE))))
    run = {"capture_output": True, "check": True}
    subprocess.run(["7z", "x", f"-p{PHRASE}", f"-o{tmp_path / '7z'}", archive], **run)
    (tmp_path / "tar").mkdir()
    subprocess.run(["bsdtar", "-x", "--passphrase", PHRASE, "-C", tmp_path / "tar", "-f", archive], **run)
    assert unpacked(tmp_path / "7z") == unpacked(tmp_path / "tar") == CONTENT


def test_nobody_else_reads_it(tmp_path: Path) -> None:
    archive = tmp_path / "bundle.zip"
    archive.write_bytes(b"".join(chunks_of(sealed(FILES.items(), PHRASE))))
    wrong = subprocess.run(["7z", "t", "-pquarter past ten, uphill", archive], capture_output=True)
    assert wrong.returncode != 0
    assert b"%PDF" not in archive.read_bytes()


def test_the_encryption_is_aes_256(tmp_path: Path) -> None:
    archive = tmp_path / "bundle.zip"
    archive.write_bytes(b"".join(chunks_of(sealed(FILES.items(), PHRASE))))
    listed = subprocess.run(["7z", "l", "-slt", archive], capture_output=True, text=True, check=True).stdout
    methods = [line for line in listed.splitlines() if line.startswith("Method =") and "AES" in line]
    assert len(methods) >= 2
    assert all("AES-256" in line for line in methods)


def test_a_short_phrase_is_refused() -> None:
    with pytest.raises(ExportError, match=r"at least 12 characters, saw 6\. Take a longer one, such as four words"):
        sealed(FILES.items(), "secret")


def test_a_made_phrase_is_long_enough_and_never_the_same() -> None:
    made = {new_pass_phrase() for _ in range(200)}
    assert len(made) == 200
    assert all(len(phrase) == 24 and not set(phrase) & set("0o1il") for phrase in made)


def unpacked(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
