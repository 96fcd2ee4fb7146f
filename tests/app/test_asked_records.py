# SPDX-License-Identifier: MIT
"""What is noted, corrected, struck, restored and erased: each sentence, each refusal, and what the rules see of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from records_bench import DAY, Kept, at_rest, bytes_of, lived_once

from kneemon.app import told
from kneemon.app.reading import Reading
from kneemon.model.diary import Corrected, GradeAnswer, PainAnswer, Struck, WalkNote
from kneemon.model.plans import Decision
from kneemon.model.questions import Ask, Grade
from kneemon.model.samples import SampleBlock
from kneemon.plan.history import History
from kneemon.virtual.walker import Walker

Outing = tuple[Walker, list[SampleBlock]]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lived_once(tmp_path_factory.mktemp("lived"))


@pytest.fixture
def kept(lived: Path, tmp_path: Path) -> Iterator[Kept]:
    with at_rest(lived, tmp_path) as opened:
        yield opened


def as_seen(past: History) -> History:
    """Without what is decided, which stays whatever is struck."""
    return replace(past, decisions=())


# Struck and restored


def test_a_struck_walk_counts_nowhere_and_comes_back_whole(kept: Kept) -> None:
    before, colours, ids = kept.programme.history, kept.programme.colours(), kept.ids
    hurt = ids[-2]
    said = kept.amend("strike", session_id=hurt, why="the bag on the bus", author="walker")
    assert said.startswith("The walk is deleted. What was decided already stays; from now on it does not count.")
    after = kept.programme.history
    assert [walk.session_id for walk in after.walks] == [each for each in ids if each != hurt]
    assert kept.programme.colours() != colours
    assert len(after.before) == len(before.before) - 1, "nor what was answered about it"
    assert after.decisions[: len(before.decisions)] == before.decisions
    assert kept.programme.entries[-1].fact == Struck(hurt, why="the bag on the bus", author="walker")
    assert kept.ids == ids, "it is kept"
    with kept.reader() as reader:
        read = Reading(kept.path, reader, DAY)
        assert [walk.record.session_id for walk in read.walks() if walk.struck] == [hurt]
    assert kept.amend("restore", session_id=hurt, author="walker") == "The walk counts again."
    assert as_seen(kept.programme.history) == as_seen(before)
    assert kept.programme.colours() == colours


def test_a_struck_walk_is_no_longer_todays(kept: Kept) -> None:
    record = kept.programme.walks[-1]
    at = kept.programme.now - timedelta(minutes=30)
    summary = replace(record.summary, started_s=record.summary.started_s + (at - record.started_at).total_seconds())
    summary = replace(summary, ended_s=summary.started_s + record.summary.duration_s)
    now = replace(record, session_id="b9-1-aaaa", started_at=at, ended_at=at, summary=summary)
    kept.store.begin(now)
    kept.store.end(now)
    kept.programme.walked(now)
    assert [walk.session_id for walk in kept.programme.walks_today()] == ["b9-1-aaaa"]
    dose = kept.programme.prescription()
    kept.amend("strike", session_id="latest")
    assert kept.programme.walks_today() == []
    again = kept.programme.prescription()
    assert dose
    assert again
    assert again.limit_s > dose.limit_s


def test_a_struck_answer_is_as_if_it_had_not_been_given(kept: Kept) -> None:
    seq = kept.seq_of(PainAnswer)
    mornings = kept.programme.history.mornings
    said = kept.amend("strike", seq=seq, why="wrong knee", author="physio")
    assert said.startswith("The entry is deleted.")
    assert len(kept.programme.history.mornings) == len(mornings) - 1
    assert kept.amend("restore", seq=seq) == "The entry counts again."
    assert kept.programme.history.mornings == mornings


def test_what_keeps_walks_from_starting_can_be_taken_back(kept: Kept) -> None:
    kept.programme.tell(GradeAnswer(None))
    assert kept.programme.grade_open
    assert [each.ask for each in kept.programme.open_questions()][:1] == [Ask.GRADE]
    kept.amend("strike", seq=kept.seq_of(GradeAnswer))
    assert not kept.programme.grade_open


def test_a_stop_that_was_decided_stays_though_its_answer_is_struck(kept: Kept) -> None:
    kept.programme.tell(GradeAnswer(Grade.EMERGENCY))
    assert kept.programme.stopped
    kept.amend("strike", seq=kept.seq_of(GradeAnswer))
    assert kept.programme.stopped
    kept.amend("restore", seq=kept.seq_of(GradeAnswer))
    assert kept.programme.stopped


def test_all_walks_may_be_struck(kept: Kept) -> None:
    for session_id in kept.ids:
        kept.amend("strike", session_id=session_id)
    assert kept.programme.history.walks == ()
    assert kept.programme.open_questions() == ()
    assert kept.programme.prescription() is not None


# Noted and corrected


def test_the_newest_note_of_each_author_holds(kept: Kept) -> None:
    walk = kept.ids[0]
    assert kept.amend("note-walk", session_id=walk, text=" uphill\r\nin rain\x07 ", author="walker") == "Noted."
    kept.amend("note-walk", session_id=walk, text="try a stick", author="physio")
    kept.amend("note-walk", session_id=walk, text="it was downhill", author="walker")
    kept.amend("note-walk", session_id=walk, text="from here")
    assert kept.amend("note-walk", session_id=walk, text="", author="physio") == "The note is taken back."
    first = next(entry.fact for entry in kept.programme.entries if isinstance(entry.fact, WalkNote))
    assert first == WalkNote(walk, "uphill\nin rain", "walker")
    with kept.reader() as reader:
        notes = Reading(kept.path, reader, DAY).walk(walk).notes
    assert notes == {"walker": "it was downhill", "": "from here"}


def test_a_correction_is_a_new_revision_and_two_keep_both_formers(kept: Kept) -> None:
    walk = kept.ids[0]
    counted = next(record for record in kept.programme.walks if record.session_id == walk)
    said = kept.amend("correct-walk", session_id=walk, steps=900, why="the pram", author="walker")
    assert said == (
        "Corrected to 900 steps, 10.0 min of walking. As it was before, it is kept: 1000 steps, 10.0 min of walking."
    )
    kept.amend("correct-walk", session_id=walk, walking_min=5, author="physio")
    outcome = kept.programme.history.walks[0]
    assert (outcome.steps, outcome.walking_min, outcome.walked_min) == (900, 5.0, 5.0)
    assert outcome.cadence_spm == 100.0, "as it was measured"
    with kept.reader() as reader:
        former = reader.former(walk)
        assert [each.record for each in former] == [
            counted,
            replace(counted, revision=2, summary=replace(counted.summary, steps=900)),
        ]
        assert [(each.why, each.author) for each in former] == [("the pram", "walker"), ("", "physio")]
        now = reader.session(walk)
        assert (now.revision, now.summary.moderate_s, now.summary.main_s) == (3, 150.0, 300.0)
        assert [each.key for each in reader.waiting(0, 99) if each.session_id == walk] == [f"{walk}/3"]
    facts = [entry.fact for entry in kept.programme.entries if isinstance(entry.fact, Corrected)]
    assert facts == [Corrected(walk, 900, None, "the pram", "walker"), Corrected(walk, None, 5.0, "", "physio")]
    kept.amend("correct-walk", session_id=walk, steps=1000, walking_min=10.0)
    assert kept.programme.history.walks[0] == replace(outcome, steps=1000, walking_min=10.0, walked_min=10.0)


def test_walking_that_was_not_seen_at_all_is_taken_for_the_main_part(kept: Kept) -> None:
    walk = kept.ids[0]
    kept.amend("correct-walk", session_id=walk, walking_min=0)
    assert kept.programme.history.walks[0].walked_min == 0.0
    kept.amend("correct-walk", session_id=walk, walking_min=8)
    assert kept.programme.history.walks[0].walked_min == 8.0


def test_answers_come_late_about_any_old_walk_and_replace_the_ones_before(kept: Kept) -> None:
    first = kept.ids[0]
    assert told.answer(kept.programme, Ask.PAIN_END, 7, first).startswith("Pain 7 of 10 is noted.")
    told.answer(kept.programme, Ask.PAIN_BEFORE, 4, first)
    told.answer(kept.programme, Ask.PAIN_LATER, 1, first)
    walk = kept.programme.history.walks[0]
    assert (walk.p0, walk.p1, walk.p2) == (4, 7, 1)
    kept.amend("strike", seq=kept.seq_of(PainAnswer, nth=-3))
    assert kept.programme.history.walks[0].p1 == 3, "the answer before counts again"


# Erased


def test_an_erased_walk_leaves_no_trace_but_the_decisions(kept: Kept) -> None:
    walk, ids = kept.ids[1], kept.ids
    kept.amend("note-walk", session_id=walk, text="MARKED note", author="walker")
    kept.amend("correct-walk", session_id=walk, steps=5, why="MARKED why", author="walker")
    kept.amend("strike", session_id=walk, why="MARKED")
    kept.amend("note-walk", session_id=ids[0], text="stays here")
    decisions = kept.programme.history.decisions
    kept.store.flush()
    assert b"MARKED" in bytes_of(kept.path.parent)
    assert kept.amend("erase", session_id=walk) == (
        "The walk is erased, with all that was told about it. Decisions that were made by it stay. "
        "Backups, exports and what your home was sent before stay where they are."
    )
    assert kept.ids == [each for each in ids if each != walk]
    left = [entry for entry in kept.programme.entries if walk in str(entry)]
    assert all(isinstance(entry.fact, Decision) for entry in left), "a week's decision names the walks it was made by"
    assert kept.programme.history.decisions[: len(decisions)] == decisions
    assert kept.programme.look() == ()
    kept.store.close()
    assert b"MARKED" not in bytes_of(kept.path.parent)
    assert b"stays here" in bytes_of(kept.path.parent)


def test_an_erased_entry_is_gone_and_its_number_is_not_given_again(kept: Kept) -> None:
    kept.amend("note-walk", session_id=kept.ids[0], text="MARKED")
    seq = kept.seq_of(WalkNote)
    said = kept.amend("erase", seq=seq)
    assert said.startswith("The entry is erased. Decisions that were made by it stay. Backups, exports")
    kept.amend("note-walk", session_id=kept.ids[0], text="another")
    assert kept.seq_of(WalkNote) == seq + 1
    kept.store.close()
    assert b"MARKED" not in bytes_of(kept.path.parent)


def test_everything_is_erased_and_the_plan_goes_on(kept: Kept, lived: Path, tmp_path: Path) -> None:
    ids = kept.ids
    said = kept.amend("erase-all")
    assert said.startswith("Every walk and the whole diary are erased. The plan itself stays, and begins anew.")
    assert kept.ids == []
    assert kept.programme.profile is None
    dose = kept.programme.prescription()
    assert dose
    kept.store.close()
    left = bytes_of(tmp_path)
    assert not [walk for walk in ids if walk.encode() in left]
    with at_rest(lived, tmp_path) as again:
        assert again.programme.plan
        assert again.programme.plan.rev == 1
        assert again.programme.prescription() == dose
