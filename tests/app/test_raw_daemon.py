# SPDX-License-Identifier: MIT
"""A real kneemon keeps the samples of a walk; they are counted again and exported when it has stopped."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from app_bench import wait_until
from daemon_bench import Daemon, record_walk

from kneemon.app.motion import motion_files
from kneemon.errors import ExitCode
from kneemon.store.raw_rows import raw_walks


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    daemon = Daemon(tmp_path, record_walk(tmp_path / "walk.csv") + "[raw]\nrecord = true\n")
    yield daemon
    daemon.put_down()


def test_a_walk_is_recorded_and_counted_again(daemon: Daemon, capsys: pytest.CaptureFixture[str]) -> None:
    daemon.started()
    assert daemon.do("start") == ExitCode.OK
    wait_until(lambda: (daemon.status()["elapsed_s"] or 0.0) >= 12.0)
    capsys.readouterr()
    assert daemon.do("reprocess") == ExitCode.STORE
    assert "saw another running kneemon" in capsys.readouterr().err
    assert daemon.terminate() == ExitCode.OK
    assert "Traceback" not in daemon.log
    with daemon.reader() as reader:
        record = reader.session()
        files = {name: b"".join(chunks) for name, chunks in motion_files(daemon.store, reader)}
    assert record.summary.steps > 10
    assert raw_walks(daemon.store) == {record.session_id}
    (motion,) = [content for name, content in files.items() if name.endswith("_motion.tsv")]
    lasted_s = record.summary.duration_s
    assert 50 * (lasted_s - 2.0) <= len(motion.splitlines()) <= 50 * (lasted_s + 41.0)
    capsys.readouterr()
    assert daemon.do("reprocess") == ExitCode.OK
    line, _ = capsys.readouterr().out.splitlines()
    assert line.startswith(f"{record.session_id}  the same: {record.summary.steps} steps, ")


def test_a_killed_kneemon_leaves_the_samples_until_then(daemon: Daemon, capsys: pytest.CaptureFixture[str]) -> None:
    daemon.started()
    assert daemon.do("start") == ExitCode.OK
    wait_until(lambda: raw_walks(daemon.store))
    daemon.kill()
    daemon.started()
    assert daemon.terminate() == ExitCode.OK
    with daemon.reader() as reader:
        record = reader.session()
    assert record.summary.end_reason == "power_loss"
    capsys.readouterr()
    assert daemon.do("reprocess", record.session_id) == ExitCode.STORE
    assert f"{record.session_id}  left as it is: its recording was cut off" in capsys.readouterr().out
