# SPDX-License-Identifier: MIT
"""A made-up life is lived by the real rules: whatever chance brings, the plan's promises hold in its store."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from kneemon.config.plan_file import parse_plan
from kneemon.errors import StoreError
from kneemon.model.diary import Decision, DiaryEntry, ExerciseKind, ExerciseSet, PainAnswer, PlanUsed, Profile
from kneemon.model.plans import Plan, StateName
from kneemon.model.questions import Ask
from kneemon.model.records import SessionRecord, TimeQuality
from kneemon.model.sessions import EndReason
from kneemon.plan.decide import due
from kneemon.plan.growth import SMALLEST_MIN
from kneemon.plan.history import history
from kneemon.plan.rulebook import RULES
from kneemon.store.reader import StoreReader
from kneemon.virtual.life.person import Person
from tests.life.lived import NAME, START, TEXT, contents, lived, no_exercises

WEEKS = 6
PLAN = parse_plan(TEXT, Path("six_week.toml"))
FRAIL = Person(
    usual_pain=3.0,
    capacity_min=13.0,
    grudge=2.5,
    keen=0.95,
    flares=0.04,
    buckles=0.1,
    warns=0.1,
    exercises=0.0,
    offline=0.1,
)


def decisions_in(entries: list[DiaryEntry]) -> list[tuple[DiaryEntry, Decision]]:
    return [(entry, entry.fact) for entry in entries if isinstance(entry.fact, Decision)]


@pytest.fixture(params=(1, 2, 5, 12), ids="seed {}".format)
def reader(request: pytest.FixtureRequest, tmp_path: Path):
    lived(tmp_path / "life.db", request.param, WEEKS, no_exercises(request.param, WEEKS))
    with StoreReader(tmp_path / "life.db") as opened:
        yield opened


def test_the_promises_of_the_plan_hold(reader: StoreReader) -> None:
    entries, records = list(reader.diary()), list(reader.walks())
    assert len(records) >= WEEKS
    assert reader.unreadable == 0
    keeps_its_decisions(entries)
    keeps_within_the_doses(records)
    counts_as_stored(reader, records)
    past = history(records, entries, reader.anchors(), PLAN.rules)
    plan = replace(PLAN, rev=1)
    assert due(plan, past, START + timedelta(weeks=WEEKS), certain=True) == ()  # all is settled by the last morning
    reads_like_a_person(entries, records)


def keeps_its_decisions(entries: list[DiaryEntry]) -> None:
    causes: Counter[object] = Counter()
    before = None
    for entry, decision in decisions_in(entries):
        state, dose = decision.state, decision.state.dose
        assert decision.rule in RULES
        assert decision.reason.endswith((".", "?"))
        assert entry.stamp.certain or "-STOP-" in decision.rule  # an unset clock decides nothing but what protects
        assert decision.day <= decision.taken_on
        assert dose.minutes <= PLAN.session_top_min
        assert 0 <= state.step < len(PLAN.weeks)
        causes[decision.values["cause"]] += 1
        if decision.rule == "12.4-PROGRESS" and before is not None:
            cap_min = decision.values["growth_cap_min"]
            assert isinstance(cap_min, float)
            assert dose.weekly_min <= before.dose.weekly_min + cap_min + SMALLEST_MIN * dose.sessions
        if decision.rule.startswith("12.4-REGRESS") and before is not None:
            assert dose.minutes <= max(0.8 * before.dose.minutes, 3.0) + 1e-9
        before = state
    assert causes.most_common(1)[0][1] == 1


def keeps_within_the_doses(records: list[SessionRecord]) -> None:
    """No day's main part is longer than its dose, however far somebody walked; nobody walks a plan that is stopped."""
    main_s: Counter[object] = Counter()
    for record in records:
        dose = record.summary.prescription
        assert dose is not None
        assert not dose.locked
        assert record.summary.main_s <= dose.limit_s + 1e-6
        if record.time_quality is TimeQuality.NTP:
            main_s[dose.day] += record.summary.main_s
            assert main_s[dose.day] <= 60.0 * PLAN.session_top_min + 1e-6


def counts_as_stored(reader: StoreReader, records: list[SessionRecord]) -> None:
    """The engine's seconds and its summary say the same, and every walk is over."""
    for record in records:
        seconds = list(reader.seconds(record.session_id))
        assert record.final
        assert record.summary.end_reason is not None
        assert sum(second.steps for second in seconds) == record.summary.steps
        assert record.summary.walking_s <= record.summary.duration_s
        if record.summary.end_reason is EndReason.COMMAND:
            assert seconds[-1].elapsed_s == pytest.approx(record.summary.duration_s, abs=1e-3)


def reads_like_a_person(entries: list[DiaryEntry], records: list[SessionRecord]) -> None:
    kinds = Counter(type(entry.fact) for entry in entries)
    assert (kinds[Profile], kinds[PlanUsed]) == (1, 1)
    asked = Counter(entry.fact.ask for entry in entries if isinstance(entry.fact, PainAnswer))
    assert asked[Ask.PAIN_BEFORE] >= len(records) - 1
    assert asked[Ask.PAIN_MORNING] > 0.4 * len(records)
    assert len({record.started_at.hour for record in records}) > 1
    assert len({record.started_at.time().replace(second=0, microsecond=0) for record in records}) > 0.8 * len(records)
    assert len({round(record.summary.main_s) for record in records}) > 3
    cadences = {round(record.summary.cadence_mean_spm) for record in records if record.summary.cadence_mean_spm}
    assert len(cadences) > 2


def test_over_some_frail_lives_every_state_is_entered(tmp_path: Path) -> None:
    states: set[StateName] = set()
    qualities: set[TimeQuality] = set()
    ends: set[EndReason | None] = set()
    for seed in range(1, 13):
        person = replace(FRAIL, away=(22, 9) if seed % 2 else None)
        states.update(lived(tmp_path / f"{seed}.db", seed, 7, person).states)
        with StoreReader(tmp_path / f"{seed}.db") as reader:
            qualities.update(record.time_quality for record in reader.walks())
            ends.update(record.summary.end_reason for record in reader.walks())
            keeps_its_decisions(list(reader.diary()))
    assert states == set(StateName)
    assert qualities == {TimeQuality.NTP, TimeQuality.UNSYNCED}, "a made-up device is never brought up to date"
    assert ends >= {EndReason.COMMAND, EndReason.STILLNESS, EndReason.POWER_LOSS}


def test_the_same_seed_gives_the_same_life_but_for_random_names(tmp_path: Path) -> None:
    for name, seed in (("one", 4), ("again", 4), ("another", 5)):
        lived(tmp_path / name, seed, 2)
    one, again, another = (contents(tmp_path / name) for name in ("one", "again", "another"))
    assert one == again
    assert one != another
    assert any(NAME.sub("", line) != line for line in (tmp_path / "one").read_bytes().decode("latin-1").splitlines())


def test_exercises_are_done_by_a_body_and_counted_by_the_leader(tmp_path: Path) -> None:
    lived(tmp_path / "life.db", 3, 2, Person(exercises=1.0))
    with StoreReader(tmp_path / "life.db") as reader:
        sets = [entry.fact for entry in reader.diary() if isinstance(entry.fact, ExerciseSet)]
    raises = [each for each in sets if each.exercise is ExerciseKind.PUSH_OFF]
    holds = [each for each in sets if each.exercise is ExerciseKind.BALANCE]
    assert len(raises) >= 4
    assert len(holds) >= 4
    assert all(each.counted is not None and 5 <= each.counted <= 10 for each in raises)
    assert sum(each.held_s == each.goal_s for each in holds) > len(holds) / 2


def test_the_diary_goes_by_a_clock_that_was_set_later(tmp_path: Path) -> None:
    """Out of reach on every walk: a boot that comes home is placed by its anchor, another stays a guess."""
    lived(tmp_path / "life.db", 6, 4, replace(FRAIL, offline=1.0, flares=0.0, buckles=0.0, warns=0.0))
    with StoreReader(tmp_path / "life.db") as reader:
        past = history(reader.walks(), reader.diary(), reader.anchors(), PLAN.rules)
    assert {walk.certain for walk in past.walks} == {True, False}
    assert all(START <= walk.day <= START + timedelta(weeks=4) for walk in past.walks)


def test_a_full_disk_is_no_life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kneemon.store.writer.Store.problem", lambda _: "the disk is full.")
    with pytest.raises(StoreError) as refused:
        lived(tmp_path / "life.db", 1, 1, FRAIL)
    assert str(refused.value) == (
        "the made-up life: expected a store that can be written, saw the disk is full. "
        "Make room, or name a store elsewhere."
    )


def test_a_plan_is_the_one_that_is_kept(tmp_path: Path) -> None:
    lived(tmp_path / "life.db", 1, 1, FRAIL)
    with StoreReader(tmp_path / "life.db") as reader:
        (version,) = reader.plan_versions()
        plan: Plan = parse_plan(version.text, Path(version.name))
        used = {record.summary.prescription.plan_rev for record in reader.walks() if record.summary.prescription}
    assert (version.rev, version.text, plan.start) == (1, TEXT, START)
    assert used <= {1}
