# SPDX-License-Identifier: MIT
"""The words of the command line: help that tells the exit codes, sentences for wrong words, no traceback unasked."""

import importlib
import os
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from kneemon import __version__
from kneemon.cli import main
from kneemon.cli.parser import ALWAYS, VERBS
from kneemon.errors import ExitCode


def ended(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[object, str, str]:
    """How argparse left: code, standard output, standard error."""
    with pytest.raises(SystemExit) as left:
        main(words)
    return left.value.code, *capsys.readouterr()


def test_the_help_names_every_verb_and_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ended(capsys, "--help")
    assert code == 0
    for verb in VERBS:
        assert re.search(rf"^    {verb}\s", out, re.MULTILINE)
    for exit_code in ExitCode:
        assert f"  {exit_code.value:>3}  {exit_code.name.lower()}\n" in out


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_has_help_and_tells_how_it_may_end(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ended(capsys, verb, "--help")
    assert code == 0
    assert out.startswith(f"usage: kneemon {verb}")
    said = " ".join(out.split())
    assert VERBS[verb].help[1:] in said
    codes = said.partition("exit codes: ")[2]
    assert codes.split(", ") == [f"{code.value} {code.name.lower()}" for code in sorted(ALWAYS + VERBS[verb].errors)]


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_has_its_module(verb: str) -> None:
    assert callable(importlib.import_module(f"kneemon.cli.{VERBS[verb].module}").run)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "the following arguments are required: VERB"),
        (("dance",), "invalid choice: 'dance'"),
        (("replay",), "the following arguments are required: FILE"),
        (("replay", "a.csv", "--worn", "head"), "argument --worn: invalid choice: 'head'"),
        (("replay", "a.csv", "--day", "monday"), "argument --day: expected a day such as 2026-11-23, saw 'monday'"),
        (("pain",), "the following arguments are required: 0-10"),
        (("pain", "11"), "invalid choice: 11"),
        (("pain", "much"), "invalid int value: 'much'"),
        (("check", "--seconds", "1"), "argument --seconds: expected from 2 to 600 seconds, saw '1'"),
        (("check", "--seconds", "nan"), "argument --seconds: expected from 2 to 600 seconds, saw 'nan'"),
        (("demo", "--speed", "0"), "argument --speed: expected a speed from 0.1 to 1000, saw '0'"),
        (("demo", "--speed", "fast"), "argument --speed: expected a speed from 0.1 to 1000, saw 'fast'"),
        (("demo", "--seed", "-1"), "argument --seed: expected a whole number from 0, saw '-1'"),
        (("sessions", "--last", "0"), "argument --last: expected a whole number from 1, saw '0'"),
        (("sessions", "--last", "-3"), "argument --last: expected a whole number from 1, saw '-3'"),
        (("plan",), "the following arguments are required: ACTION"),
        (("config", "--set"), "argument --set: expected one argument"),
    ],
)
def test_wrong_words_are_told(words: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = ended(capsys, *words)
    assert code == ExitCode.USAGE
    assert out == ""
    assert sentence in err


class TestFaultsOfOurOwn:
    @pytest.fixture
    def failing(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
        """Makes `kneemon config` raise."""

        def fail_with(fault: BaseException) -> None:
            def run(_: object) -> int:
                raise fault

            monkeypatch.setattr("kneemon.cli.config.run", run)

        return fail_with

    def test_they_are_one_sentence(self, failing: Any, kneemon: Any) -> None:
        failing(ZeroDivisionError("division by zero"))
        told = kneemon("config")
        assert told.code == ExitCode.FAILURE
        assert told.err == (
            "kneemon: a fault of kneemon itself: ZeroDivisionError: division by zero. "
            "Please report it with what KNEEMON_DEBUG=1 shows when you run the same again.\n"
        )

    def test_whoever_wants_gets_the_traceback(
        self, failing: Any, kneemon: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        failing(ZeroDivisionError("division by zero"))
        monkeypatch.setenv("KNEEMON_DEBUG", "1")
        told = kneemon("config")
        assert told.code == ExitCode.FAILURE
        assert "Traceback (most recent call last)" in told.err

    def test_ctrl_c_is_no_fault(self, failing: Any, kneemon: Any) -> None:
        failing(KeyboardInterrupt())
        told = kneemon("config")
        assert (told.code, told.err) == (ExitCode.INTERRUPTED, "kneemon: stopped.\n")


class TestStandardOutput:
    """In processes of their own."""

    @staticmethod
    def told_into(stdout: int, *words: str, **environment: str) -> tuple[int, str]:
        process = subprocess.run(
            [sys.executable, "-m", "kneemon", *words],
            stdout=stdout,
            stderr=subprocess.PIPE,
            env=os.environ | environment,
            check=False,
        )
        return process.returncode, process.stderr.decode()

    def test_a_reader_that_has_seen_enough_is_no_fault(self) -> None:
        reading, writing = os.pipe()
        os.close(reading)
        try:
            assert self.told_into(writing, "config", "--example") == (ExitCode.OK, "")
        finally:
            os.close(writing)

    def test_a_full_disk_is_told(self) -> None:
        with open("/dev/full", "wb") as full:  # noqa: PTH123  a device
            code, err = self.told_into(full.fileno(), "config", "--example")
        assert code == ExitCode.FAILURE
        assert err == "kneemon: standard output: expected room for it, saw a full disk. Free some space.\n"

    def test_a_terminal_without_our_letters_shows_question_marks(self) -> None:
        process = subprocess.run(
            [sys.executable, "-m", "kneemon", "pain", "--help"],
            capture_output=True,
            env=os.environ | {"PYTHONIOENCODING": "ascii"},
            check=False,
        )
        assert (process.returncode, process.stderr) == (ExitCode.OK, b"")
        assert b"0 none ? 10 worst imaginable" in process.stdout

    def test_the_version(self) -> None:
        process = subprocess.run([sys.executable, "-m", "kneemon", "--version"], capture_output=True, check=False)
        assert (process.returncode, process.stdout.decode()) == (0, f"kneemon {__version__}\n")
