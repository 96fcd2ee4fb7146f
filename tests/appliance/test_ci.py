# SPDX-License-Identifier: MIT
"""`.ci/run`: which stages it begins, in what order, and what it says of those that do not fit.

`make` and `date` are stand-ins: each stage lasts as long as the test says, and the clock shows it.
"""

import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

RUN = Path(__file__).parents[2] / ".ci" / "run"

USUAL = dict(re.findall(r"\[([\w-]+)\]=(\d+)", RUN.read_text()))
HOME, PI = int(USUAL["test-home"]), int(USUAL["test-virtual-pi"])  # minutes that they take as a rule

MAKE = """#!/bin/sh
set -eu
echo "$1" >> "$STAND_IN/began"
read -r lasts fails < "$STAND_IN/$1"
read -r now < "$STAND_IN/now"
echo $((now + 60 * lasts)) > "$STAND_IN/now"
exit "$fails"
"""
DATE = '#!/bin/sh\n[ "$1" = +%s ] && cat "$STAND_IN/now"\n'


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a run: the stages it began, its exit code, what it said."""

    began: list[str]
    code: int
    said: str

    @property
    def not_run(self) -> list[str]:
        return [line for line in self.said.splitlines() if line.startswith("NOT RUN: ")]


Runs = Callable[..., Ran]


@pytest.fixture
def run(tmp_path: Path) -> Runs:
    """A run whose stages last so many minutes, 0 for those that are not named."""

    def run_(minutes: Mapping[str, int], fails: str = "", budget_min: int | None = None) -> Ran:
        for name, text in {"make": MAKE, "date": DATE}.items():
            (tmp_path / name).write_text(text)
            (tmp_path / name).chmod(0o755)
        (tmp_path / "now").write_text("1790000000\n")
        for stage in ("test", "test-home", "test-virtual-pi"):
            (tmp_path / stage).write_text(f"{minutes.get(stage, 0)} {int(stage == fails)}\n")
        environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "STAND_IN": str(tmp_path)}
        if budget_min is not None:
            environment["KNEEMON_CI_MINUTES"] = str(budget_min)
        done = subprocess.run([RUN], env=environment, capture_output=True, text=True, check=False)
        return Ran((tmp_path / "began").read_text().split(), done.returncode, done.stdout + done.stderr)

    return run_


def test_what_fits_is_run_the_shorter_one_first(run: Runs) -> None:
    ran = run({"test": 18, "test-home": HOME, "test-virtual-pi": PI}, budget_min=18 + HOME + PI)
    assert (ran.began, ran.code, ran.not_run) == (["test", "test-home", "test-virtual-pi"], 0, [])


def test_where_only_one_fits_it_is_the_one_that_tries_whether_walks_get_lost(run: Runs) -> None:
    budget = 30 + PI + 5
    ran = run({"test": 30, "test-home": HOME, "test-virtual-pi": PI}, budget_min=budget)
    assert (ran.began, ran.code) == (["test", "test-virtual-pi"], 0)
    assert ran.not_run == [f"NOT RUN: make test-home: it takes {HOME} minutes, 5 of {budget} were left"]


def test_the_shorter_one_is_not_left_out_because_the_longer_one_does_not_fit(run: Runs) -> None:
    budget = 45 + PI - 1
    ran = run({"test": 45}, budget_min=budget)
    assert (ran.began, ran.code) == (["test", "test-home"], 0)
    assert ran.not_run == [f"NOT RUN: make test-virtual-pi: it takes {PI} minutes, {PI - 1} of {budget} were left"]


def test_what_lasted_longer_than_usual_leaves_no_time_for_the_next(run: Runs) -> None:
    budget = 20 + HOME + PI
    ran = run({"test": 20, "test-home": HOME + 8}, budget_min=budget)
    assert (ran.began, ran.code) == (["test", "test-home"], 0)
    assert ran.not_run == [f"NOT RUN: make test-virtual-pi: it takes {PI} minutes, {PI - 8} of {budget} were left"]


def test_nothing_but_the_first_is_run_when_that_took_all_the_time(run: Runs) -> None:
    ran = run({"test": 80})
    assert (ran.began, ran.code) == (["test"], 0)
    assert len(ran.not_run) == 2
    assert all(line.endswith("0 of 75 were left") for line in ran.not_run)


def test_one_that_outlasts_the_budget_is_not_cut_off(run: Runs) -> None:
    ran = run({"test": 20, "test-virtual-pi": PI + 10}, budget_min=20 + HOME + PI)
    assert (ran.began[-1], ran.code, ran.not_run) == ("test-virtual-pi", 0, [])


def test_the_budget_can_be_another(run: Runs) -> None:
    ran = run({}, budget_min=HOME)
    assert (ran.began, ran.code) == (["test", "test-home"], 0)
    assert ran.not_run == [f"NOT RUN: make test-virtual-pi: it takes {PI} minutes, {HOME} of {HOME} were left"]


@pytest.mark.parametrize("stage", ["test", "test-home", "test-virtual-pi"])
def test_a_stage_that_was_begun_must_pass(run: Runs, stage: str) -> None:
    ran = run({}, fails=stage, budget_min=HOME + PI)
    assert ran.code != 0
    assert ran.began[-1] == stage
