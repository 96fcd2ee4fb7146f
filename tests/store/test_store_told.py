# SPDX-License-Identifier: MIT
"""What waits was made as the settings of then said; it goes out as those of now say, or not at all."""

import json
import sqlite3
from dataclasses import replace

import pytest

from kneemon.app.broker import documents_of, told_as, wants_detail
from kneemon.model.records import Backlog, DocumentKind, PainTold
from kneemon.mqtt.settings import BrokerSettings
from kneemon.mqtt.topics import Level

PAIN = BrokerSettings("localhost")
NO_PAIN = replace(PAIN, publish_pain=False)
DETAIL = replace(PAIN, level=Level.DETAIL)
MINIMAL = replace(PAIN, level=Level.MINIMAL)


@pytest.fixture
def open_for(open_store):
    """Opens the store as kneemon does with these settings; None: no broker."""

    def open_(settings, **changes):
        made = {"documents_of": documents_of(settings), "told": told_as(settings), "detail": wants_detail(settings)}
        return open_store(**(made | changes))

    return open_


def walked(store, walk):
    store.begin(walk.record())
    for second in range(1, 31):
        store.progress(walk.session_id, walk.progress(float(second)))
    store.end(replace(walk.ended(30.0), pain_told=PainTold(before=2, after=7)))


def waiting(store):
    return store.waiting(0, 1000)


def pains(store):
    return [json.loads(message.payload)["pain"] for message in waiting(store)]


def rows_of(path):
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT * FROM outbox ORDER BY seq").fetchall()
    connection.close()
    return rows


def owed(path):
    connection = sqlite3.connect(path)
    found = connection.execute("SELECT session_id FROM session WHERE owed ORDER BY seq").fetchall()
    connection.close()
    return [name for (name,) in found]


@pytest.mark.parametrize(
    ("settings", "words"),
    [(None, ""), (PAIN, "summary pain"), (NO_PAIN, "summary no pain"), (DETAIL, "detail pain")],
)
def test_what_is_told_in_words(settings, words):
    assert told_as(settings) == words


def test_pain_that_waits_stays_at_home_once_it_is_not_to_be_published_and_goes_out_when_it_is(open_for, new_walk):
    store = open_for(PAIN)
    for name in ("b1-1-aaaa", "b1-2-bbbb"):
        walked(store, new_walk(name))
    assert [(pain["before"], pain["after"]) for pain in pains(store)] == [(2, 7), (2, 7)]
    seqs = [message.seq for message in waiting(store)]
    store.close()
    without = open_for(NO_PAIN)
    assert [message.key for message in waiting(without)] == ["b1-1-aaaa/1", "b1-2-bbbb/1"]
    assert pains(without) == [None, None]
    assert min(message.seq for message in waiting(without)) > max(seqs), "an old acknowledgement takes no new one away"
    without.close()
    again = open_for(PAIN)
    assert [(pain["before"], pain["after"]) for pain in pains(again)] == [(2, 7), (2, 7)]


def test_detail_that_waits_is_let_go_once_the_level_is_lower_and_comes_back_with_it(open_for, walk):
    store = open_for(DETAIL)
    walked(store, walk)
    before = [message.key for message in waiting(store)]
    assert before == ["b1-1-9f2c/1", "b1-1-9f2c/1/1"]
    store.close()
    lower = open_for(PAIN)
    assert [message.kind for message in waiting(lower)] == [DocumentKind.SUMMARY]
    lower.close()
    assert [message.key for message in waiting(open_for(DETAIL))] == before


def test_what_was_made_as_it_is_told_now_is_left_as_it_is(open_for, walk, path):
    store = open_for(DETAIL)
    walked(store, walk)
    store.refused(waiting(store)[0].seq, "Quota exceeded")
    store.close()
    before = rows_of(path)
    assert len(before) == 2
    open_for(DETAIL).close()
    assert rows_of(path) == before


def test_what_the_broker_has_is_not_sent_again_for_it(open_for, new_walk):
    store = open_for(PAIN)
    for name in ("b1-1-aaaa", "b1-2-bbbb"):
        walked(store, new_walk(name))
    store.acknowledged(waiting(store)[0].seq)
    store.close()
    assert [message.key for message in waiting(open_for(NO_PAIN))] == ["b1-2-bbbb/1"]


@pytest.mark.parametrize("settings", [None, MINIMAL])
def test_nothing_waits_while_nobody_is_told_of_walks_and_nothing_is_lost(open_for, walk, path, revised, settings):
    store = open_for(PAIN)
    walked(store, walk)
    store.close()
    for _ in range(2):
        nobody = open_for(settings)
        assert nobody.backlog() == Backlog()
        nobody.close()
        assert owed(path) == ["b1-1-9f2c"]
    nobody = open_for(settings)
    nobody.revise(revised(nobody.walks()[0]))
    nobody.close()
    again = open_for(NO_PAIN)
    assert [message.key for message in waiting(again)] == ["b1-1-9f2c/2"], "as it is known now"
    assert pains(again) == [None]
    assert owed(path) == []


def test_a_store_that_does_not_say_as_what_it_told_tells_anew(open_for, walk, path):
    store = open_for(PAIN)
    walked(store, walk)
    store.close()
    connection = sqlite3.connect(path)
    connection.execute("DELETE FROM meta WHERE key = 'note:told'")
    connection.commit()
    connection.close()
    again = open_for(NO_PAIN)
    assert pains(again) == [None]
    again.close()
    kept = rows_of(path)
    open_for(NO_PAIN).close()
    assert rows_of(path) == kept, "only once"


def test_what_cannot_be_made_anew_does_not_go_out_as_it_was(open_for, walk, path):
    def broken(_record, _seconds):
        raise KeyError("steps")

    store = open_for(PAIN)
    walked(store, walk)
    store.close()
    without = open_for(NO_PAIN, documents_of=broken)
    assert waiting(without) == []
    assert without.problem().startswith("the walk b1-1-9f2c cannot be told to the home")
    without.close()
    assert pains(open_for(NO_PAIN)) == [None]


def test_an_opening_that_fails_changes_nothing(open_for, walk, path):
    def full(_record, _seconds):
        raise sqlite3.OperationalError("disk I/O error")

    store = open_for(PAIN)
    walked(store, walk)
    store.close()
    before = rows_of(path)
    with pytest.raises(Exception, match="cannot be used"):
        open_for(NO_PAIN, documents_of=full)
    assert rows_of(path) == before
    assert owed(path) == []
    assert pains(open_for(NO_PAIN)) == [None]
