# SPDX-License-Identifier: MIT
"""kill -9 at any moment: no walk is lost but its last seconds, and the home gets each one, always the same.

A real `kneemon run` walks a recording, commits every second and publishes to a real Mosquitto; it is killed while it
starts, recovers, walks, closes a walk and sends it.
"""

import json
import random
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from app_bench import wait_until
from daemon_bench import Daemon, Listener, Mosquitto, record_walk

from kneemon.clock import SystemClock
from kneemon.model.records import SessionRecord
from kneemon.model.sessions import EndReason

COMMIT_S = 1.0
STARTING, WALKING, ENDING = "starting", "walking", "ending"
# What it is doing when it is killed, and for how many seconds it has been doing so, give or take half a second.
KILLS = (
    (WALKING, 9.0),
    (ENDING, 3.0),
    (WALKING, 2.0),
    (STARTING, 0.5),
    (STARTING, 0.8),
    (WALKING, 1.0),
    (ENDING, 8.0),
    (ENDING, 1.0),
    (WALKING, 4.0),
    (STARTING, 0.6),
    (WALKING, 7.0),
    (ENDING, 2.0),
)


class Facts:
    """What is known of the walks from outside."""

    def __init__(self) -> None:
        self.told_s: dict[str, float] = {}  # the newest second the daemon told of each walk
        self.stopped: set[str] = set()
        self.stored: dict[str, SessionRecord] = {}  # right after the kill, before anything recovered
        self.documents: list[bytes] = []
        self.records: list[SessionRecord] = []
        self.exit_code: int | None = None
        self.left_over = 0


@pytest.fixture
def facts(tmp_path: Path) -> Iterator[Facts]:
    broker = Mosquitto(tmp_path)
    listener = Listener(broker.port)
    options = record_walk(tmp_path / "walk.csv") + f'[mqtt]\nhost = "127.0.0.1"\nport = {broker.port}\n'
    daemon, known, chance, clock = Daemon(tmp_path, options), Facts(), random.Random(11), SystemClock()
    try:
        for doing, seconds in KILLS:
            _walk_until_killed(daemon, known, doing, seconds + chance.uniform(-0.5, 0.5), chance, clock)
            if daemon.store.exists():
                with sqlite3.connect(daemon.store) as connection:
                    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                connection.close()
        daemon.started()
        with daemon.reader() as reader:
            wait_until(lambda: reader.outbox().documents == 0, 120.0)  # where no clock is set they wait a while
            known.exit_code = daemon.terminate()
            known.records, known.left_over = reader.sessions(), reader.outbox().documents
        wait_until(lambda: len({_key(document) for document in listener.documents}) == len(known.records))
        known.documents = list(listener.documents)
        yield known
    finally:
        daemon.put_down()
        listener.close()
        broker.stop()


def _walk_until_killed(
    daemon: Daemon, known: Facts, doing: str, seconds: float, chance: random.Random, clock: SystemClock
) -> None:
    if doing == STARTING:
        daemon.start()
        clock.wait(seconds)
        daemon.kill()
        return
    daemon.started()
    assert daemon.do("start") == 0
    name = daemon.status()["session_id"]
    known.told_s[name] = 0.0
    clock.wait(seconds)
    if doing == ENDING:
        assert daemon.do("stop") == 0
        known.stopped.add(name)
        clock.wait(chance.uniform(0.0, 0.15))
    else:
        known.told_s[name] = daemon.status()["elapsed_s"] or 0.0
    daemon.kill()
    with daemon.reader() as reader:
        known.stored[name] = reader.session(name)


def _key(document: bytes) -> tuple[str, str, int]:
    content = json.loads(document)
    return content["device"], content["session_id"], content["revision"]


def test_kill_9_at_any_moment(facts: Facts) -> None:
    """One test, for the killing takes most of a minute."""
    no_walk_is_lost(facts)
    each_is_there_up_to_its_last_seconds(facts)
    the_next_start_ends_what_was_cut_off_and_changes_nothing_else(facts)
    the_home_gets_each_walk_and_always_the_same(facts)
    once_delivered_nothing_waits_and_it_ends_in_order(facts)


def no_walk_is_lost(facts: Facts) -> None:
    names = {record.session_id for record in facts.records}
    assert set(facts.told_s) == names
    assert len(names) == sum(doing != STARTING for doing, _ in KILLS)


def each_is_there_up_to_its_last_seconds(facts: Facts) -> None:
    for name, told_s in facts.told_s.items():
        assert facts.stored[name].summary.duration_s >= told_s - (COMMIT_S + 1.0)
    assert max(facts.told_s.values()) > 7.0


def the_next_start_ends_what_was_cut_off_and_changes_nothing_else(facts: Facts) -> None:
    for record in facts.records:
        stored = facts.stored[record.session_id]
        assert record.final
        assert record.summary.steps == stored.summary.steps
        assert record.summary.duration_s == stored.summary.duration_s
        if stored.final:
            assert record == stored
        else:
            assert record.summary.end_reason is EndReason.POWER_LOSS
        if record.summary.end_reason is not EndReason.POWER_LOSS:
            assert record.session_id in facts.stopped
            assert record.summary.end_reason is EndReason.COMMAND
    assert sum(record.summary.end_reason is EndReason.POWER_LOSS for record in facts.records) >= 5
    assert sum(record.summary.steps for record in facts.records) > 10


def the_home_gets_each_walk_and_always_the_same(facts: Facts) -> None:
    copies = defaultdict(set)
    for document in facts.documents:
        copies[_key(document)].add(document)
    assert set(copies) == {(record.device, record.session_id, record.revision) for record in facts.records}
    assert {len(different) for different in copies.values()} == {1}
    content = {json.loads(document)["session_id"]: json.loads(document) for document in facts.documents}
    for record in facts.records:
        assert content[record.session_id]["steps"] == record.summary.steps
        assert content[record.session_id]["interrupted"] == (record.summary.end_reason is EndReason.POWER_LOSS)


def once_delivered_nothing_waits_and_it_ends_in_order(facts: Facts) -> None:
    assert facts.left_over == 0
    assert facts.exit_code == 0
