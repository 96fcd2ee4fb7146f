# SPDX-License-Identifier: MIT
"""Old walks are counted again by a better engine: a new revision beside the old one, and only what steps tell."""

import csv
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from app_bench import Bench

from kneemon.app.reprocess import FIGURES, Outcome, Recounted, recount
from kneemon.cli import main
from kneemon.engine import EngineParams
from kneemon.errors import ExitCode
from kneemon.gait.params import GaitParams, StepParams
from kneemon.model.records import Former
from kneemon.model.samples import SampleBlock
from kneemon.sensor.recording import RecordingSource
from kneemon.store import Store, StoreReader
from kneemon.virtual.walker import Walker

Outing = tuple[Walker, list[SampleBlock]]
MakeBench = Callable[..., Bench]

DEAF = EngineParams(gait=GaitParams(step=StepParams(floor_g=0.5)))  # an engine that hears few steps


@pytest.fixture
def poorly_counted(bench: MakeBench, outing: Outing) -> Bench:
    """A walk of 150 steps of which the kneemon of then counted fewer, with pauses and pain."""
    kneemon = bench(params=DEAF)
    acts = {
        0.5: kneemon.ask("raw", record=True),
        3.0: kneemon.ask("start"),
        20.0: kneemon.ask("pain", score=3),
        46.0: kneemon.ask("pause"),
        50.0: kneemon.ask("resume"),
        70.0: kneemon.ask("gave-way"),
        92.0: kneemon.ask("stop"),
    }
    kneemon.walk(outing[1], acts)
    return kneemon


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "KNEEMON_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


def kneemon_reprocess(*words: object) -> int:
    return main(["reprocess", *map(str, words)])


def again(kneemon: Bench, params: EngineParams | None = None) -> Recounted:
    with StoreReader(kneemon.path) as reader:
        return recount(kneemon.path, reader, reader.session(), params or EngineParams())


def test_a_better_engine_finds_the_steps(poorly_counted: Bench, outing: Outing) -> None:
    before = poorly_counted.record()
    done = again(poorly_counted)
    assert (done.outcome, done.before) == (Outcome.BETTER, before)
    assert done.after.revision == before.revision + 1
    true = sum(t_s < 92.0 for t_s in outing[0].initial_contacts)
    assert before.summary.steps < 0.8 * true
    assert done.after.summary.steps == pytest.approx(true, abs=3)
    assert done.after.summary.walking_s > before.summary.walking_s
    assert done.after.summary.main_s == done.after.summary.walking_s
    assert done.after.summary.cadence_mean_spm == pytest.approx(100.0, abs=2.0)


def test_only_what_steps_tell_changes(poorly_counted: Bench) -> None:
    done = again(poorly_counted)
    was = {name: getattr(done.before.summary, name) for name in FIGURES}
    assert replace(done.after.summary, **was) == done.before.summary
    assert replace(done.after, summary=done.before.summary, revision=done.before.revision) == done.before
    assert done.before.summary.pains
    assert done.before.summary.gave_way_s
    assert done.before.summary.paused_s == pytest.approx(4.0, abs=0.5)


def test_it_counts_as_the_better_engine_would_have_counted_live(
    poorly_counted: Bench, outing: Outing, tmp_path: Path
) -> None:
    live = Bench(tmp_path / "live.db")
    acts = {
        0.5: live.ask("raw", record=True),
        3.0: live.ask("start"),
        46.0: live.ask("pause"),
        50.0: live.ask("resume"),
        92.0: live.ask("stop"),
    }
    live.walk(outing[1], acts)
    counted = again(poorly_counted).after.summary
    assert (counted.steps, counted.bouts) == (live.record().summary.steps, live.record().summary.bouts)
    assert counted.walking_s == pytest.approx(live.record().summary.walking_s, abs=1e-4)


def test_a_recording_of_a_file_counts_the_same(bench: MakeBench, outing: Outing, tmp_path: Path) -> None:
    file = tmp_path / "walk.csv"
    with file.open("w", newline="") as opened:
        rows = csv.writer(opened)
        rows.writerow(("t", "ax", "ay", "az"))
        for block in outing[1]:
            rows.writerows((f"{t:.4f}", *acc) for t, acc in zip(block.t_s, block.acc_g.tolist(), strict=True))
    kneemon = bench()
    with closing(RecordingSource(file)) as source:
        blocks = list(iter(source.read, None))
    kneemon.walk(blocks, {0.5: kneemon.ask("raw", record=True), 5.0: kneemon.ask("start")})
    assert kneemon.record().summary.steps > 100
    assert again(kneemon).outcome is Outcome.SAME


def stored(kneemon: Bench) -> tuple[object, list[Former], int]:
    with StoreReader(kneemon.path) as reader:
        record = reader.session()
        return record, reader.former(record.session_id), len(reader.seconds(record.session_id))


def test_the_verb_keeps_the_count_before(poorly_counted: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    before, _, seconds = stored(poorly_counted)
    better = again(poorly_counted).after
    assert kneemon_reprocess("--store", poorly_counted.path) == ExitCode.OK
    line, summary = capsys.readouterr().out.splitlines()
    steps = poorly_counted.record().summary.steps
    assert line.startswith(f"{better.session_id}  revision 2: steps ")
    assert f" -> {steps}, walked " in line
    assert summary == "Of 1 walk 1 counted anew; the count before is kept beside each."
    record, (former,), seconds_now = stored(poorly_counted)
    assert record == better
    assert seconds_now == seconds
    assert (former.record, former.author) == (before, "engine")
    assert former.why.startswith("counted anew by kneemon ")
    kneemon_reprocess(better.session_id, "--store", poorly_counted.path)
    line, summary = capsys.readouterr().out.splitlines()
    assert line.startswith(f"{better.session_id}  the same: {steps} steps, ")
    assert len(stored(poorly_counted)[1]) == 1


def test_a_dry_run_changes_nothing(poorly_counted: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    before = stored(poorly_counted)
    with running(poorly_counted):  # it may even run
        assert kneemon_reprocess("--dry-run", "--store", poorly_counted.path) == ExitCode.OK
    assert "Of 1 walk 1 would be counted anew. Nothing was changed." in capsys.readouterr().out
    assert stored(poorly_counted) == before


def test_not_while_a_kneemon_runs(poorly_counted: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    with running(poorly_counted):
        assert kneemon_reprocess("--store", poorly_counted.path) == ExitCode.STORE
    assert "saw another running kneemon. Stop that one first" in capsys.readouterr().err
    assert stored(poorly_counted)[1] == []


def running(kneemon: Bench) -> closing[Store]:
    return closing(Store.open(kneemon.path, documents_of=lambda *_: (), clock=kneemon.clock))


def test_what_was_corrected_by_hand_stays(poorly_counted: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    record = poorly_counted.record()
    with running(poorly_counted) as store:
        corrected = replace(record, revision=2, summary=replace(record.summary, steps=111))
        store.revise(corrected, Former(record, "the box fell off", "walker", poorly_counted.clock.anchor().utc))
    assert kneemon_reprocess(record.session_id, "--store", poorly_counted.path) == ExitCode.STORE
    assert f"{record.session_id}  left as it is: it was corrected by hand" in capsys.readouterr().out
    assert poorly_counted.record() == corrected


def test_a_damaged_recording_is_left(poorly_counted: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(sqlite3.connect(poorly_counted.path)) as damaged:
        damaged.execute(
            "UPDATE raw SET body = x'00' WHERE at_s = (SELECT at_s FROM raw ORDER BY at_s LIMIT 1 OFFSET 3)"
        )
        damaged.commit()
    assert kneemon_reprocess("--store", poorly_counted.path) == ExitCode.OK
    out = capsys.readouterr().out
    assert "left as it is: 1 of its blocks is damaged" in out
    assert "Of 1 walk 0 counted anew" in out


def test_without_samples(bench: MakeBench, outing: Outing, capsys: pytest.CaptureFixture[str]) -> None:
    kneemon = bench()
    kneemon.walk(outing[1][:60], {2.0: kneemon.ask("start")})
    assert kneemon_reprocess("--store", kneemon.path) == ExitCode.OK
    assert capsys.readouterr().out.startswith("No walk has raw samples.")
    assert kneemon_reprocess(kneemon.record().session_id, "--store", kneemon.path) == ExitCode.STORE
    assert "expected some that were recorded, saw none" in capsys.readouterr().err


def test_a_walk_that_is_on_is_left(bench: MakeBench, outing: Outing) -> None:
    kneemon = bench()
    seen: list[Recounted] = []
    acts = {0.5: kneemon.ask("raw", record=True), 3.0: kneemon.ask("start"), 60.0: lambda: seen.append(again(kneemon))}
    kneemon.walk(outing[1], acts)
    assert [(done.outcome, done.why) for done in seen] == [(Outcome.LEFT, "it is not over")]


def test_a_power_cut_leaves_it_in_part(bench: MakeBench, outing: Outing, tmp_path: Path) -> None:
    """The files as they are when the power goes."""
    kneemon = bench()
    cut_off = Bench(tmp_path / "cut.db")

    def power_goes() -> None:
        for end in ("", "-wal"):
            Path(f"{cut_off.path}{end}").write_bytes(Path(f"{kneemon.path}{end}").read_bytes())

    acts = {0.5: kneemon.ask("raw", record=True), 3.0: kneemon.ask("start"), 70.0: power_goes}
    kneemon.walk(outing[1], acts)
    cut_off.clock = kneemon.clock
    cut_off.walk([])
    done = again(cut_off)
    assert (done.outcome, done.why) == (Outcome.LEFT, "its recording was cut off")
    assert done.after.summary.steps > 50
