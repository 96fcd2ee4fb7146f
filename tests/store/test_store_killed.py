# SPDX-License-Identifier: MIT
"""kill -9 at random moments: nothing that was committed is lost, no walk is told twice, the file stays sound."""

import random
import sqlite3
import subprocess
import sys
from collections import defaultdict
from functools import partial
from pathlib import Path

import pytest
from walk_until_killed import SECONDS, documents_of

from kneemon.clock import SystemClock
from kneemon.model.sessions import EndReason
from kneemon.store import Store, StoreReader

KILLS = 30


class Facts:
    """What the killed processes said before they died."""

    def __init__(self):
        self.begun, self.ended, self.answered = [], set(), []
        self.stored, self.given, self.revised = defaultdict(int), defaultdict(int), defaultdict(int)

    def take(self, line):
        match line.split():
            case ["begun", name]:
                self.begun.append(name)
            case ["ended", name]:
                self.ended.add(name)
            case ["answered", name]:
                self.answered.append(name)
            case ["stored", name, second]:
                self.stored[name] = int(second)
            case ["revised", name, revision]:
                self.revised[name] = int(revision)
            case ["given", name, second]:
                self.given[name] = int(second)


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """The database after all kills, each at another moment: while opening, recovering, walking, committing, closing."""
    path = tmp_path_factory.mktemp("killed") / "kneemon.db"
    chance, facts = random.Random(7), Facts()
    for kill in range(KILLS):
        child = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("walk_until_killed.py")), str(path)],
            stdout=subprocess.PIPE,
            text=True,
        )
        with child:
            for _ in range(chance.choice((0, 1, 3, 20, 60, 74, 75, 76, 150))):
                facts.take(child.stdout.readline())
            child.kill()
            for line in child.stdout:
                facts.take(line)
        assert child.returncode == -9, f"kill {kill} came too late"
        if path.exists():
            connection = sqlite3.connect(path)
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            connection.close()
    return path, facts


def open_again(path):
    store = Store.open(path, documents_of=documents_of, detail=True, clock=SystemClock())
    with StoreReader(path) as reader:
        seen = reader.sessions(), store.waiting(0, 10_000)
    store.close()
    return seen


def test_every_walk_is_there_up_to_its_last_commit(killed):
    path, facts = killed
    assert len(facts.begun) > 5
    assert facts.ended
    records, _ = open_again(path)
    found = {record.session_id: record for record in records}
    assert set(facts.begun) <= set(found)
    with StoreReader(path) as reader:
        for name in facts.begun:
            seconds = [row.elapsed_s for row in reader.seconds(name)]
            assert seconds == [float(second) for second in range(1, len(seconds) + 1)], "a gap"
            assert facts.stored[name] <= len(seconds) <= facts.given[name]
            assert found[name].summary.steps == 2 * len(seconds), "the summary is as new as the seconds"
            assert found[name].summary.duration_s == len(seconds)


def test_every_walk_has_an_end(killed):
    path, facts = killed
    records, _ = open_again(path)
    for record in records:
        whole = record.summary.duration_s == SECONDS
        assert record.final
        assert record.summary.end_reason in (EndReason.COMMAND, EndReason.POWER_LOSS)
        assert whole or record.summary.end_reason is EndReason.POWER_LOSS
    reasons = {record.session_id: record.summary.end_reason for record in records}
    assert {reasons[name] for name in facts.ended} == {EndReason.COMMAND}
    assert EndReason.POWER_LOSS in reasons.values()


def test_every_answer_is_there_and_none_without_its_walk(killed):
    path, facts = killed
    records, _ = open_again(path)
    with StoreReader(path) as reader:
        entries = reader.diary()
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    answered = [entry.fact.session_id for entry in entries]
    assert len(set(answered)) == len(answered), "an answer stands once"
    assert len(facts.answered) > 5
    assert set(facts.answered) <= set(answered)
    whole = {record.session_id for record in records if record.summary.end_reason is EndReason.COMMAND}
    assert set(answered) <= whole, "the walk was committed before"


def test_every_revision_is_there(killed):
    path, facts = killed
    records, _ = open_again(path)
    found = {record.session_id: record for record in records}
    assert len(facts.revised) > 3
    for name, revision in facts.revised.items():
        assert found[name].revision >= revision
        assert found[name].pain_told.after == found[name].revision


def test_the_documents_of_each_walk_are_those_of_its_newest_revision_and_always_the_same(killed):
    path, _ = killed
    records, documents = open_again(path)
    with StoreReader(path) as reader:
        wanted = {
            message.key: message.payload
            for record in records
            for message in documents_of(record, partial(reader.seconds, record.session_id))
        }
    assert {message.key: message.payload for message in documents} == wanted
    assert open_again(path) == (records, documents)
