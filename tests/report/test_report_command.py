# SPDX-License-Identifier: MIT
"""`kneemon report`: where it puts the file, and what it says when it cannot."""

import argparse
from datetime import timedelta

import pytest

from kneemon.cli import report, report_arguments
from kneemon.clock import SystemClock
from kneemon.errors import ExitCode, ExportError


def asked(*words):
    parser = argparse.ArgumentParser()
    report_arguments.report(parser, _stored)
    return parser.parse_args(words)


def _stored(parser):
    parser.add_argument("--store")
    parser.add_argument("--config")
    parser.add_argument("--set", action="append", default=[])


@pytest.fixture
def ask(life, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(*words):
        args = asked(*words)
        args.store = life
        return report.run(args)

    return run


def test_a_pdf_named_for_the_day_in_this_folder(ask, tmp_path, capsys):
    before = SystemClock().today()
    assert ask("--weeks", "4") == ExitCode.OK
    (made,) = tmp_path.glob("*")
    days = {f"kneemon-report-{before + timedelta(days=later)}.pdf" for later in (-1, 0, 1)}
    assert made.name in days
    assert made.read_bytes().startswith(b"%PDF")
    assert capsys.readouterr().out.strip() == made.name


@pytest.mark.parametrize("words", [("--html",), ("--out", "here.html")])
def test_a_page_that_needs_no_other_file(ask, tmp_path, words):
    assert ask(*words) == ExitCode.OK
    (made,) = tmp_path.glob("*.html")
    text = made.read_text()
    assert text.lstrip().startswith("<!doctype html>")
    assert "<script" not in text
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "@page" in text


def test_without_typst_the_page_instead(ask, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(report, "can_typeset", lambda: False)
    assert ask("--out", "sheet.pdf") == ExitCode.OK
    assert [made.name for made in tmp_path.glob("*")] == ["sheet.html"]
    assert "typst is not installed" in capsys.readouterr().out


def test_a_folder_that_is_not_there(ask):
    with pytest.raises(ExportError, match=r"expected a folder to write into.*Name another place with --out"):
        ask("--out", "nowhere/sheet.pdf")


def test_without_the_libraries(ask, monkeypatch):
    monkeypatch.setattr(report, "NEEDED", ("no_such_library",))
    with pytest.raises(ExportError, match=r"that no_such_library is not installed. Install kneemon\[web\]"):
        ask()


@pytest.mark.parametrize("weeks", ["0", "53", "-1", "two", "1.5", "²"])
def test_weeks_that_are_none(weeks, capsys):
    with pytest.raises(SystemExit):
        asked("--weeks", weeks)
    assert "expected whole weeks from 1 to 52" in capsys.readouterr().err


def test_another_language(ask, tmp_path):
    assert ask("--html", "--language", "de") == ExitCode.OK
    (made,) = tmp_path.glob("*.html")
    assert '<html lang="de">' in made.read_text()
