# SPDX-License-Identifier: MIT
"""Walks and answers find their days, and the newest answer counts, in whatever order and however late it was told."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from past import DAY_S, MONDAY, NINE, RULES, anchor, only, stamp, told, walk

from kneemon.model.diary import (
    AdviceSaid,
    Aid,
    Choice,
    ChoiceKind,
    DiaryEntry,
    GradeAnswer,
    Knee,
    Override,
    PainAnswer,
    PlanUsed,
    Profile,
    SignsAnswer,
    SteadyAnswer,
    Tags,
)
from kneemon.model.plans import Decision, Dose, PlanState, StateName
from kneemon.model.questions import Ask, Grade, Signs, Steady
from kneemon.model.records import TimeQuality
from kneemon.model.sessions import PainMark
from kneemon.plan.history import History, Noted, Outcome, history

# One walk


def test_a_walk_with_all_its_answers():
    marks = (PainMark(60.0, 3), PainMark(300.0, 4), PainMark(500.0, None))
    record = walk(pains=marks, gave_way_s=(400.0,), over_limit_s=75.0)
    entries = told(
        Profile(Knee.LEFT, Aid.WALKER, brace=True, usual_pain=2),
        PainAnswer(Ask.PAIN_BEFORE, 2, "w1"),
        SignsAnswer(Signs.SOMETHING, "w1"),
        GradeAnswer(Grade.SOON, "w1"),
        SteadyAnswer(Steady.STEADY, "w1"),
        PainAnswer(Ask.PAIN_END, 5, "w1"),
        PainAnswer(Ask.PAIN_LATER, 3, "w1"),
        PainAnswer(Ask.PAIN_MORNING, 1, "w1", MONDAY + timedelta(days=1)),
        PainAnswer(Ask.PAIN_MORNING, 9, "w1", MONDAY + timedelta(days=2)),
    )
    assert only(*entries, record=record) == Outcome(
        session_id="w1",
        day=MONDAY,
        certain=True,
        walked_min=10.0,
        walking_min=16.0,
        steps=1800,
        cadence_spm=104.0,
        planned_min=10.0,
        p0=2,
        pk=5,
        p1=5,
        p2=3,
        pm=1,
        unscored=True,
        bucklings=1,
        fell=False,
        grade=Grade.SOON,
        aid=Aid.WALKER,
        brace=True,
        over_s=75.0,
        ended=True,
        seq=8,  # the last is about another morning
    )


def test_what_was_not_told_is_not_known():
    outcome = only()
    assert (outcome.p0, outcome.pk, outcome.p1, outcome.p2, outcome.pm, outcome.grade) == (None,) * 6
    assert (outcome.seq, outcome.unscored, outcome.bucklings, outcome.fell, outcome.grade_open) == (0, False, 0, 0, 0)


@pytest.mark.parametrize(
    ("marks", "end", "pk"),
    [
        ((), None, None),
        ((None,), None, None),
        ((None,), 2, 2),
        ((3, None, 1), None, 3),
        ((3,), 4, 4),
        ((4,), 3, 4),
        ((0,), 0, 0),
    ],
)
def test_the_worst_pain_of_a_walk(marks, end, pk):
    record = walk(pains=tuple(PainMark(60.0 * at, score) for at, score in enumerate(marks)))
    assert only(*told(PainAnswer(Ask.PAIN_END, end, "w1")), record=record).pk == pk


def test_pain_told_during_a_walk_into_the_diary_counts():
    assert only(*told(PainAnswer(Ask.PAIN_NOW, 6, "w1"), PainAnswer(Ask.PAIN_END, 3, "w1"))).pk == 6


def test_the_newest_answer_counts_and_silence_takes_nothing_away():
    record = walk(pain_before=4)
    assert only(record=record).p0 == 4
    assert only(*told(PainAnswer(Ask.PAIN_BEFORE, None, "w1")), record=record).p0 == 4
    corrected = told(
        PainAnswer(Ask.PAIN_BEFORE, 3, "w1"),
        PainAnswer(Ask.PAIN_BEFORE, 0, "w1"),
        PainAnswer(Ask.PAIN_BEFORE, None, "w1"),
    )
    assert only(*corrected, record=record).p0 == 0


@pytest.mark.parametrize(
    ("answers", "marks", "bucklings", "fell"),
    [
        ((), 2, 2, False),
        ((Steady.STEADY,), 1, 1, False),
        ((Steady.FELL, Steady.STEADY), 2, 2, True),
        ((Steady.FELL,), 0, 1, True),
        ((None,), 1, 1, False),
    ],
)
def test_bucklings_are_marked_or_told_and_a_fall_stays_one(answers, marks, bucklings, fell):
    record = walk(gave_way_s=tuple(10.0 * mark for mark in range(marks)))
    outcome = only(*told(*(SteadyAnswer(answer, "w1") for answer in answers)), record=record)
    assert (outcome.bucklings, outcome.fell) == (bucklings, fell)


@pytest.mark.parametrize(
    ("facts", "grade", "is_open"),
    [
        ([GradeAnswer(None, "w1")], None, True),
        ([GradeAnswer(None, "w1"), GradeAnswer(Grade.SOON, "w1")], Grade.SOON, False),
        ([GradeAnswer(None, "w1"), GradeAnswer(Grade.NONE_OF_THESE)], Grade.NONE_OF_THESE, False),
        ([GradeAnswer(None), GradeAnswer(Grade.SOON)], None, False),
        ([GradeAnswer(Grade.SOON, "w1"), GradeAnswer(None, "w1")], Grade.SOON, True),
        ([GradeAnswer(None, "w1"), GradeAnswer(Grade.SOON, "w1"), GradeAnswer(Grade.SAME_DAY)], Grade.SOON, False),
        ([GradeAnswer(None, "w1"), GradeAnswer(Grade.SOON, "w2")], None, True),
        ([SignsAnswer(Signs.NOTHING_NEW, "w1")], None, False),
    ],
)
def test_the_list_that_holds_it(facts, grade, is_open):
    outcome = only(*told(*facts))
    assert (outcome.grade, outcome.grade_open) == (grade, is_open)


@pytest.mark.parametrize(("walking_s", "counts"), [(59.9, False), (60.0, True)])
def test_a_walk_of_the_plan_has_a_minute_of_walking(walking_s, counts):
    assert only(record=walk(walking_s=walking_s)).counts is counts


def test_a_walk_that_goes_on_and_one_without_a_plan():
    assert not only(record=walk(end_reason=None)).ended
    assert only(record=walk(prescription=None)).planned_min is None


def test_what_helped_is_of_the_tags_else_of_the_profile_of_that_day():
    before, after = Profile(Knee.LEFT, Aid.STICK_OPPOSITE, brace=True), Profile(Knee.LEFT, Aid.WALKER)
    entries = [
        DiaryEntry(stamp(-1.0), before, 1),
        DiaryEntry(stamp(5000.0), after, 2),
        DiaryEntry(stamp(30_000.0), Tags("w3", brace=True), 3),
        DiaryEntry(stamp(30_000.0), Tags("w3", aid=Aid.TWO_STICKS), 4),
    ]
    records = [walk("w0", -10.0), walk("w1", 0.0), walk("w2", 10_000.0), walk("w3", 20_000.0)]
    past = history(records, entries, {}, RULES)
    assert [(outcome.aid, outcome.brace) for outcome in past.walks] == [
        (Aid.NONE, False),
        (Aid.STICK_OPPOSITE, True),
        (Aid.WALKER, False),
        (Aid.TWO_STICKS, True),
    ]
    assert past.profile == after


# Mornings


def test_a_morning_is_the_day_after_and_may_be_told_late():
    tuesday = MONDAY + timedelta(days=1)
    assert only(DiaryEntry(stamp(DAY_S), PainAnswer(Ask.PAIN_MORNING, 3), 1)).pm == 3
    assert only(DiaryEntry(stamp(5 * DAY_S), PainAnswer(Ask.PAIN_MORNING, 3, "", tuesday), 1)).pm == 3
    assert only(DiaryEntry(stamp(5 * DAY_S), PainAnswer(Ask.PAIN_MORNING, 3), 1)).pm is None
    assert only(DiaryEntry(stamp(0.0), PainAnswer(Ask.PAIN_MORNING, 3), 1)).pm is None


def test_the_morning_after_a_walk_past_midnight_is_after_the_day_it_began_on():
    late = walk(t_s=14.8 * 3600)  # 23:48
    past = history([late], [DiaryEntry(stamp(DAY_S), PainAnswer(Ask.PAIN_MORNING, 3), 1)], {}, RULES)
    assert (past.walks[0].day, past.walks[0].pm) == (MONDAY, 3)


def test_two_walks_of_a_day_share_their_morning():
    morning = DiaryEntry(stamp(DAY_S), PainAnswer(Ask.PAIN_MORNING, 4, "w2"), 7)
    past = history([walk("w1"), walk("w2", 20_000.0)], [morning], {}, RULES)
    assert [outcome.pm for outcome in past.walks] == [4, 4]
    assert [outcome.seq for outcome in past.walks] == [7, 7]
    assert past.mornings == {MONDAY + timedelta(days=1): 4}


def test_a_guessed_day_takes_nothing_from_a_known_one():
    answers = [
        DiaryEntry(stamp(DAY_S, certain=certain), PainAnswer(Ask.PAIN_MORNING, score), seq)
        for seq, (score, certain) in enumerate([(1, False), (2, False), (3, True), (4, False)], 1)
    ]
    assert [only(*answers[:many]).pm for many in range(5)] == [None, 1, 2, 3, 3]
    assert only(*answers, DiaryEntry(stamp(DAY_S), PainAnswer(Ask.PAIN_MORNING, 5), 5)).pm == 5
    named = PainAnswer(Ask.PAIN_MORNING, 6, "", MONDAY + timedelta(days=1))
    assert only(*answers, DiaryEntry(stamp(certain=False), named, 5)).pm == 6
    assert only(DiaryEntry(stamp(certain=False), named, 1), replace(answers[3], seq=2)).pm == 6


# The whole


def test_when_the_time_is_known_all_of_the_boot_finds_its_day():
    """A boot that woke on the first of January; and another, whose label is right but nobody knows it."""
    label = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
    lost = replace(walk("lost", 100.0, "b0"), started_at=label, time_quality=TimeQuality.UNSYNCED)
    guessed = replace(walk("guessed", 0.0, "b9"), time_quality=TimeQuality.UNSYNCED)
    entries = [
        DiaryEntry(stamp(90.0, "b0", label=label, certain=False), PainAnswer(Ask.PAIN_BEFORE, 2, "lost"), 1),
        DiaryEntry(stamp(95.0, "b0", label=label, certain=False), Choice(ChoiceKind.STAY), 2),
    ]
    before = history([lost, guessed], entries, {}, RULES)
    assert [(w.session_id, w.day, w.certain) for w in before.walks] == [
        ("lost", date(2026, 1, 1), False),
        ("guessed", MONDAY, False),
    ]
    assert before.noted[0].day == date(2026, 1, 1)
    after = history([lost, guessed], entries, anchor("b0", 500.0, NINE + timedelta(days=3)), RULES)
    assert [(w.session_id, w.day, w.certain) for w in after.walks] == [
        ("guessed", MONDAY, False),
        ("lost", MONDAY + timedelta(days=3), True),
    ]
    assert after.noted == (Noted(MONDAY + timedelta(days=3), True, 2, Choice(ChoiceKind.STAY)),)
    assert after.before == ((MONDAY + timedelta(days=3), 2),)


def test_pain_before_counts_for_walks_begun_refused_and_lost():
    entries = [
        DiaryEntry(stamp(DAY_S), PainAnswer(Ask.PAIN_BEFORE, 7), 1),
        DiaryEntry(stamp(2 * DAY_S), PainAnswer(Ask.PAIN_BEFORE, None), 2),
        DiaryEntry(stamp(3 * DAY_S), PainAnswer(Ask.PAIN_BEFORE, 3, "cut off"), 3),
        DiaryEntry(stamp(3 * DAY_S), PainAnswer(Ask.PAIN_BEFORE, 4, "cut off"), 4),
        DiaryEntry(stamp(4 * DAY_S), PainAnswer(Ask.PAIN_END, 9, "cut off"), 5),
        DiaryEntry(stamp(4 * DAY_S), PainAnswer(Ask.PAIN_BEFORE, 1, "w1"), 6),
    ]
    past = history([walk(t_s=3.5 * DAY_S)], entries, {}, RULES)
    days = [MONDAY + timedelta(days=day) for day in range(5)]
    assert past.before == ((days[1], 7), (days[3], 4), (days[3], 1))
    assert len(past.walks) == 1


def test_facts_beside_the_walks_keep_their_order():
    state = PlanState(StateName.HOLD, MONDAY, MONDAY, 0, Dose(10, 3, None, 30), MONDAY)
    decision = Decision("12.4-HOLD", MONDAY, MONDAY, None, state, "Too little is known.")
    facts = [
        Choice(ChoiceKind.PAUSE),
        AdviceSaid("shoes"),
        PlanUsed(3),
        SignsAnswer(Signs.SOMETHING),
        GradeAnswer(Grade.SAME_DAY),
        decision,
        SteadyAnswer(Steady.FELL, ""),
        Override(StateName.HOLD, 2, "as agreed"),
    ]
    past = history([], told(*facts), {}, RULES)
    assert past.decisions == (decision,)
    assert past.noted == tuple(
        Noted(MONDAY, True, seq, fact) for seq, fact in enumerate(facts, 1) if fact not in (facts[1], decision)
    )
    unstored = history([], [DiaryEntry(stamp(), fact) for fact in facts], {}, RULES)
    assert unstored.noted == past.noted


def test_nothing_at_all_is_a_history():
    assert history([], [], {}, RULES) == History()


# Usual pain


@pytest.mark.parametrize(
    ("before", "told_usual", "usual"),
    [
        ([], None, None),
        ([], 3, 3.0),
        ([(0, 1), (2, 5)], 3, 3.0),
        ([(0, 1), (2, 5)], None, None),
        ([(0, 1), (2, 5), (4, 2)], 3, 2.0),
        ([(0, 1), (2, 5), (4, 2), (6, 4)], 3, 3.0),
        ([(0, 1), (2, 5), (4, 2), (6, 3)], 9, 2.5),
        ([(-1, 1), (2, 5), (4, 2)], 7, 7.0),  # Sunday before is eight days ago
        ([(0, 1), (2, 5), (7, 2)], 7, 7.0),  # next Monday is not yet
        ([(6, 0), (6, 0), (6, 0)], 7, 0.0),
    ],
)
def test_usual_pain_is_the_median_of_the_last_seven_days(before, told_usual, usual):
    past = History(
        before=tuple((MONDAY + timedelta(days=day), score) for day, score in before),
        profile=Profile(Knee.LEFT, usual_pain=told_usual),
    )
    assert past.usual_pain(MONDAY + timedelta(days=6)) == usual


def test_without_a_profile_usual_pain_is_not_known():
    assert History().usual_pain(MONDAY) is None


def test_each_profile_has_the_day_it_was_told():
    first, second = Profile(Knee.LEFT, usual_pain=5), Profile(Knee.LEFT, usual_pain=1)
    entries = [DiaryEntry(stamp(), first, 1), DiaryEntry(stamp(2 * DAY_S), second, 2)]
    kept = history([], entries, {}, RULES)
    assert kept.profiles == ((MONDAY, first), (MONDAY + timedelta(days=2), second))
    assert kept.profile == second
    assert [kept.usual_pain(MONDAY + timedelta(days=day)) for day in (-1, 0, 1, 2)] == [5, 5, 5, 1]
