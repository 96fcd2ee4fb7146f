# SPDX-License-Identifier: MIT
"""What counts: all but what is struck and not restored, in whatever order that was told."""

from hypothesis import given
from hypothesis import strategies as st
from past import RULES, anchor, stamp, told, walk

from kneemon.model.diary import (
    Choice,
    ChoiceKind,
    DiaryEntry,
    Fact,
    PainAnswer,
    Restored,
    Struck,
    Tags,
)
from kneemon.model.questions import Ask
from kneemon.plan.amended import counted, strikes
from kneemon.plan.history import history

WALKS = [walk(f"w{number}", 100_000.0 * number) for number in range(3)]
FACTS: list[Fact] = [
    PainAnswer(Ask.PAIN_BEFORE, 2, "w0"),
    PainAnswer(Ask.PAIN_END, 3, "w0"),
    PainAnswer(Ask.PAIN_MORNING, 4),
    PainAnswer(Ask.PAIN_BEFORE, 5, "w1"),
    Tags("w2", shoes="old"),
    Choice(ChoiceKind.STAY),
]
NAMES = st.sampled_from(["w0", "w1", "w2"])
SEQS = st.integers(1, len(FACTS))
AMENDED = st.lists(
    st.one_of(
        st.builds(Struck, session_id=NAMES),
        st.builds(Restored, session_id=NAMES),
        st.builds(Struck, seq=SEQS),
        st.builds(Restored, seq=SEQS),
    ),
    max_size=15,
)


def with_(amended: list[Fact]) -> list[DiaryEntry]:
    return told(*FACTS, *amended)


def test_a_struck_walk_takes_what_was_told_about_it_along():
    walks, entries = counted(WALKS, with_([Struck("w0", why="another's")]))
    assert [record.session_id for record in walks] == ["w1", "w2"]
    assert [entry.seq for entry in entries] == [3, 4, 5, 6, 7], "the strike itself is in the diary"
    past = history(walks, entries, anchor(), RULES)
    assert [score for _, score in past.before] == [5], "an answer about it is not one about a walk that was refused"


def test_a_struck_entry_alone():
    walks, entries = counted(WALKS, with_([Struck(seq=2)]))
    assert len(walks) == 3
    assert 2 not in [entry.seq for entry in entries]
    assert history(walks, entries, anchor(), RULES).walks[0].p1 is None


def test_who_struck_and_why_is_known_while_it_holds():
    struck = Struck("w1", why="a bus", author="physio")
    assert strikes(with_([struck])).walks == {"w1": struck}
    assert strikes(with_([struck, Restored("w1")])).walks == {}
    assert strikes(with_([struck, Restored("w1"), Struck("w1")])).walks == {"w1": Struck("w1")}
    assert strikes(with_([Struck(seq=2), Restored("w1")])).entries == {2: Struck(seq=2)}


def test_a_strike_cannot_be_struck():
    entries = [*with_([Struck("w1")]), DiaryEntry(stamp(), Struck(seq=len(FACTS) + 1), len(FACTS) + 2)]
    walks, kept = counted(WALKS, entries)
    assert [record.session_id for record in walks] == ["w0", "w2"]
    assert {len(FACTS) + 1, len(FACTS) + 2} <= {entry.seq for entry in kept}


@given(amended=AMENDED)
def test_the_newest_word_about_each_holds(amended):
    walks, entries = counted(WALKS, with_(amended))
    gone: dict[object, bool] = {}
    for fact in amended:
        gone[fact.session_id or fact.seq] = isinstance(fact, Struck)
    assert [record.session_id for record in walks] == [name for name in ("w0", "w1", "w2") if not gone.get(name)]
    expected = [
        number
        for number, fact in enumerate(FACTS, 1)
        if not gone.get(number) and not gone.get(getattr(fact, "session_id", None))
    ]
    assert [entry.seq for entry in entries if entry.seq <= len(FACTS)] == expected


@given(amended=AMENDED)
def test_all_restored_is_as_if_nothing_had_been_struck(amended):
    back: list[Fact] = [Restored(session_id=f"w{number}") for number in range(3)]
    back += [Restored(seq=number) for number in range(1, len(FACTS) + 1)]
    now = history(*counted(WALKS, with_([*amended, *back])), anchor(), RULES)
    assert now == history(WALKS, with_([]), anchor(), RULES)
