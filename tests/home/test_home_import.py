# SPDX-License-Identifier: MIT
"""`kneemon ha-import` from a stored life to a server that has no statistics yet; the real one has its own tests."""

import argparse
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from door import GREETING, TOKEN, WELCOME, Door

from kneemon.cli import ha_import, home_arguments, main
from kneemon.errors import ConfigError, ExitCode, StoreError
from kneemon.home.statistics import Felt
from kneemon.model.diary import DiaryEntry, PainAnswer, SignsAnswer, Stamp
from kneemon.model.questions import Ask, Signs
from kneemon.model.records import TimeAnchor

Serving = Callable[..., str]
Run = Callable[..., tuple[int, str]]
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def arguments(words: Sequence[object]) -> argparse.Namespace:
    def stored(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--store", type=Path)
        parser.add_argument("--config", type=Path)
        parser.add_argument("--set", action="append", default=[])

    parser = argparse.ArgumentParser()
    home_arguments.ha_import(parser, stored, date.fromisoformat)
    return parser.parse_args([str(word) for word in words])


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No configuration or store of this machine's user is seen."""
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "KNEEMON_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four weeks of a made-up walker's life."""
    path = tmp_path_factory.mktemp("life") / "life.db"
    assert main(["simulate", "life", "--weeks", "4", "--store", str(path)]) == ExitCode.OK
    return path


@pytest.fixture
def token(tmp_path: Path) -> Path:
    file = tmp_path / "token"
    file.touch(0o600)
    file.write_text(TOKEN)
    return file


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], token: Path) -> Run:
    """The exit code, and what was said."""

    def run(*words: object) -> tuple[int, str]:
        capsys.readouterr()
        code = ha_import.run(arguments([*words, "--token-file", token]))
        return code, capsys.readouterr().out

    return run


def sums(out: str, kind: str) -> list[float]:
    lines = [line.split() for line in out.splitlines() if line.startswith(f"kneemon:{kind}_") and " UTC " in line]
    return [float(line[line.index("sum") + 1]) for line in lines]


def test_a_dry_run_shows_every_hour_and_sends_none(run: Run, serving: Serving, life: Path) -> None:
    with closing(sqlite3.connect(life)) as store:
        known = "FROM session WHERE time_quality = 'ntp'"
        walks, steps, walking_s = store.execute(f"SELECT count(*), sum(steps), sum(walking_s) {known}").fetchone()
    door = Door(GREETING, WELCOME, {"result": {}})
    code, out = run(serving(door), "--store", life, "--dry-run")
    assert code == ExitCode.OK
    assert sums(out, "steps")[-1] == steps
    assert sums(out, "walking")[-1] == pytest.approx(walking_s / 60, abs=0.05)
    assert sums(out, "steps") == sorted(sums(out, "steps"))
    assert f"walks     {walks}" in out
    assert "Home Assistant 2024.3.3 answers" in out
    assert out.endswith("Nothing was sent.\n")
    assert {heard["type"] for heard in door.heard[1:]} == {"recorder/statistics_during_period"}
    assert "pain" not in out + str(door.heard)


def test_since_a_day(run: Run, serving: Serving, life: Path) -> None:
    _, whole = run(serving(Door(GREETING, WELCOME, {"result": {}})), "--store", life, "--dry-run")
    days = sorted({line.split()[1] for line in whole.splitlines() if " UTC " in line})
    _, part = run(serving(Door(GREETING, WELCOME, {"result": {}})), "--store", life, "--dry-run", "--since", days[3])
    assert f"Hours before {days[3]} are left as they are." in part
    assert 0 < len(sums(part, "steps")) < len(sums(whole, "steps"))
    assert not [line for line in part.splitlines() if " UTC " in line and line.split()[1] < days[2]]


def test_pain_when_asked_for(run: Run, serving: Serving, life: Path) -> None:
    _, out = run(serving(Door(GREETING, WELCOME, {"result": {}})), "--store", life, "--dry-run", "--pain")
    assert [line for line in out.splitlines() if line.startswith("kneemon:pain_") and "mean" in line]


def test_pain_that_is_to_stay_on_the_device(run: Run, life: Path) -> None:
    with pytest.raises(ConfigError, match="pain stays on this device"):
        run("http://127.0.0.1:1", "--store", life, "--pain", "--set", "mqtt.publish_pain=false")


def test_walks_that_are_left_out_are_told(run: Run, serving: Serving, life: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed.db"
    with closing(sqlite3.connect(life)) as store, closing(sqlite3.connect(changed)) as copy:
        store.backup(copy)
        newest, middle, older, *_ = [row[0] for row in copy.execute("SELECT seq FROM session ORDER BY seq DESC")]
        copy.execute("DELETE FROM anchor")  # no boot learns the time later
        copy.execute("UPDATE session SET time_quality = 'ntp'")
        copy.execute("UPDATE session SET time_quality = 'unsynced' WHERE seq = ?", (newest,))
        copy.execute("UPDATE session SET time_quality = 'estimated' WHERE seq = ?", (middle,))
        copy.execute("UPDATE session SET summary = json_set(summary, '$.end_reason', null) WHERE seq = ?", (older,))
        copy.commit()
    words = (serving(Door(GREETING, WELCOME, {"result": {}})), "--store", changed, "--dry-run")
    _, out = run(*words)
    assert "left out  1: the time of the walk is not known\n" in out
    assert "left out  1: the time of the walk is only estimated; --estimated takes it\n" in out
    assert "left out  1: the walk goes on; it is taken when it is over\n" in out
    assert "estimated" not in run(*words, "--estimated")[1]


def test_nothing_stored(run: Run, tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        run("http://127.0.0.1:1", "--store", tmp_path / "none.db")


def test_the_address_is_looked_at_first(run: Run, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--insecure"):
        run("http://homeassistant.local:8123", "--store", tmp_path / "none.db")


def test_without_a_token_and_without_a_keyboard(life: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/null").open() as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        with pytest.raises(ConfigError, match="--token-file"):
            ha_import.run(arguments(["http://127.0.0.1:1", "--store", life]))


class TestToldAfterWalks:
    """Answers of the diary; those before and during a walk stand in its record."""

    def entry(
        self, number: int, fact: PainAnswer | SignsAnswer, *, boot: str = "b", certain: bool = True
    ) -> DiaryEntry:
        at = NOON + timedelta(hours=number)
        return DiaryEntry(Stamp(boot, 100.0 + 3600 * number, at, certain, "UTC"), fact, number)

    def test_the_newest_answer_counts_at_its_time(self) -> None:
        entries = [
            self.entry(0, PainAnswer(Ask.PAIN_BEFORE, 9, "w1")),
            self.entry(1, PainAnswer(Ask.PAIN_NOW, 9, "w1")),
            self.entry(2, PainAnswer(Ask.PAIN_END, 3, "w1")),
            self.entry(3, PainAnswer(Ask.PAIN_END, 4, "w1")),
            self.entry(4, PainAnswer(Ask.PAIN_LATER, None, "w1")),
            self.entry(5, SignsAnswer(Signs.NOTHING_NEW, "w1")),
            self.entry(6, PainAnswer(Ask.PAIN_END, 1, "w2")),
            self.entry(20, PainAnswer(Ask.PAIN_MORNING, 2)),
            self.entry(44, PainAnswer(Ask.PAIN_MORNING, 5)),
        ]
        told = [(hours, score) for hours, score in ((3, 4), (6, 1), (20, 2), (44, 5))]
        expected = [Felt(NOON + timedelta(hours=hours), score) for hours, score in told]
        assert ha_import._told_after(entries, {}) == expected

    def test_a_clock_that_was_wrong(self) -> None:
        entries = [self.entry(1, PainAnswer(Ask.PAIN_END, 3, "w1"), certain=False)]
        assert ha_import._told_after(entries, {}) == []
        later = TimeAnchor("b", 100.0, NOON + timedelta(days=1), synchronised=True)
        assert ha_import._told_after(entries, {"b": later}) == [Felt(NOON + timedelta(days=1, hours=1), 3)]
