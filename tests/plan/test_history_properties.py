# SPDX-License-Identifier: MIT
"""What holds for any diary: the order that counts, answers told late, and records that make no sense."""

from dataclasses import replace
from datetime import UTC, timedelta

from hypothesis import given
from hypothesis import strategies as st
from past import BERLIN, DAY_S, MONDAY, RULES, anchor, stamp, told, walk

from kneemon.model.diary import (
    Aid,
    DiaryEntry,
    PainAnswer,
    SteadyAnswer,
    Tags,
)
from kneemon.model.questions import Ask, Steady
from kneemon.model.records import TimeQuality
from kneemon.plan.history import history

scores = st.none() | st.integers(0, 10)
answers = st.one_of(
    st.builds(
        PainAnswer,
        st.sampled_from([Ask.PAIN_BEFORE, Ask.PAIN_END, Ask.PAIN_LATER]),
        scores,
        st.sampled_from(["w1", "w2", "w3"]),
    ),
    st.builds(PainAnswer, st.just(Ask.PAIN_MORNING), scores, st.just(""), st.dates(MONDAY, MONDAY + timedelta(days=5))),
    st.builds(Tags, st.sampled_from(["w1", "w2"]), st.none() | st.sampled_from(Aid), st.none() | st.booleans()),
    st.builds(SteadyAnswer, st.none() | st.sampled_from(Steady), st.sampled_from(["w1", "w2"])),
)
WALKS = [walk("w1", 0.0), walk("w2", 2 * DAY_S), walk("w3", 4 * DAY_S)]


def _about(fact: object) -> tuple[object, ...]:
    """What a fact is an answer to; what is told about two such things has no order between them."""
    if isinstance(fact, PainAnswer):
        return fact.ask, fact.session_id, fact.morning
    assert isinstance(fact, Tags | SteadyAnswer)
    return type(fact).__name__, fact.session_id


@given(st.lists(answers, max_size=25), st.randoms(use_true_random=False))
def test_only_the_order_of_answers_to_the_same_question_counts(facts, chance):
    queues: dict[tuple[object, ...], list[object]] = {}
    for fact in facts:
        queues.setdefault(_about(fact), []).append(fact)
    shuffled = []
    while queues:
        key = chance.choice(list(queues))
        shuffled.append(queues[key].pop(0))
        if not queues[key]:
            del queues[key]
    one, other = history(WALKS, told(*facts), {}, RULES), history(WALKS, told(*shuffled), {}, RULES)
    assert [replace(outcome, seq=0) for outcome in one.walks] == [replace(outcome, seq=0) for outcome in other.walks]
    assert (one.before, one.mornings) == (other.before, other.mornings)


@given(st.lists(answers, max_size=25), st.floats(0, 20 * DAY_S))
def test_it_does_not_matter_how_late_an_answer_about_a_walk_is_told(facts, later_s):
    at_once, late = history(WALKS, told(*facts), {}, RULES), history(WALKS, told(*facts, t_s=later_s), {}, RULES)
    assert at_once.walks == late.walks
    assert at_once.mornings == late.mornings


@given(st.lists(answers, max_size=15), answers)
def test_one_more_answer_changes_at_most_what_it_is_about(facts, newest):
    before, after = history(WALKS, told(*facts), {}, RULES), history(WALKS, told(*facts, newest), {}, RULES)
    for was, now in zip(before.walks, after.walks, strict=True):
        about = newest.session_id == now.session_id or (
            isinstance(newest, PainAnswer) and newest.morning == now.day + timedelta(days=1)
        )
        assert about or was == now
        assert now.seq <= len(facts) + 1


anyhow = st.datetimes(timezones=st.just(UTC)) | st.datetimes()
zones = st.sampled_from([BERLIN, "UTC", "", "Not/There", "/", "Pacific/Kiritimati", "America/Anchorage"]) | st.text()
any_s = st.floats()


@given(
    st.lists(st.tuples(any_s, anyhow, zones, st.sampled_from(["b1", "b2"]), st.sampled_from(TimeQuality)), max_size=6),
    st.lists(st.tuples(any_s, anyhow, zones, st.booleans(), answers), max_size=12),
    st.tuples(any_s, st.datetimes(timezones=st.just(UTC)), st.booleans()),
)
def test_no_record_and_no_entry_stops_the_plan(records, entries, anchored):
    walks = [
        replace(walk(str(at), boot_id=boot_id, started_s=t_s), started_at=utc, tz=tz, time_quality=quality)
        for at, (t_s, utc, tz, boot_id, quality) in enumerate(records)
    ]
    diary = [
        DiaryEntry(stamp(t_s, label=utc, certain=certain, tz=tz), fact, seq)
        for seq, (t_s, utc, tz, certain, fact) in enumerate(entries, 1)
    ]
    t_s, utc, synchronised = anchored
    past = history(walks, diary, anchor(t_s=t_s, utc=utc, synchronised=synchronised), RULES)
    assert sorted(outcome.session_id for outcome in past.walks) == sorted(record.session_id for record in walks)
    for outcome in past.walks:
        past.usual_pain(outcome.day)
