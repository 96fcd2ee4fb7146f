# SPDX-License-Identifier: MIT
"""Hourly rows: nothing is lost or counted twice, in whatever order and however often; a walk that moves takes its
hours along."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.home.statistics import (
    Felt,
    HourRow,
    choose,
    felt_during,
    hour_of,
    pain_of,
    pain_rows,
    steps_of,
    sum_rows,
    walked,
    walking_of,
)
from kneemon.model.records import SecondRow, SessionRecord, TimeQuality
from kneemon.model.sessions import Activity, EndReason, PainMark, SessionSummary

NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def walk(
    begins: datetime,
    seconds: Sequence[int],
    name: str = "b1-1",
    quality: TimeQuality = TimeQuality.NTP,
    ended: EndReason | None = EndReason.COMMAND,
) -> SessionRecord:
    """`seconds`: the steps of each; a second with none is a rest."""
    lasted_s = float(len(seconds))
    summary = replace(
        SessionSummary.begun(100.0, None),
        ended_s=100.0 + lasted_s,
        steps=sum(seconds),
        walking_s=float(sum(each > 0 for each in seconds)),
        end_reason=ended,
    )
    return SessionRecord(
        device="ab12cd34",
        session_id=name,
        revision=1,
        boot_id="4f1c",
        started_at=begins,
        ended_at=begins + timedelta(seconds=lasted_s),
        tz="Europe/Berlin",
        time_quality=quality,
        worn="waist",
        sensor="adxl345",
        software="0.1.0",
        summary=summary,
        final=True,
    )


def rows_of(seconds: Sequence[int]) -> list[SecondRow]:
    return [
        SecondRow(n, steps, None, Activity.WALKING if steps else Activity.RESTING, "main", over_pace=False)
        for n, steps in enumerate(seconds, 1)
    ]


def unasked(session_id: str) -> Sequence[SecondRow]:
    raise AssertionError(f"the seconds of {session_id} are not needed")


def written(held: Sequence[HourRow], rows: Sequence[HourRow]) -> list[HourRow]:
    """What Home Assistant has after an import: rows of the same hour are overwritten."""
    has = {row.start: row for row in (*held, *rows)}
    return [has[start] for start in sorted(has)]


def changes(held: Sequence[HourRow]) -> dict[datetime, float]:
    """The bars that Home Assistant draws: each sum less the sum of the row before, 0 before the first."""
    bars, before = {}, 0.0
    for row in held:
        assert row.sum is not None
        bars[row.start] = row.sum - before
        before = row.sum
    return bars


walks_and_seconds = st.lists(
    st.tuples(
        st.integers(0, 86_400),  # begins: a second of a day
        st.lists(st.integers(0, 3), max_size=90),
        st.sampled_from([1, 60]),  # each entry is so many seconds
    ),
    max_size=6,
)


def made(drawn: Sequence[tuple[int, Sequence[int], int]]) -> tuple[list[SessionRecord], dict[str, list[SecondRow]]]:
    records, seconds = [], {}
    for number, (begins, steps, times) in enumerate(drawn):
        each = [count for count in steps for _ in range(times)]
        name = f"b1-{number}"
        records.append(walk(NINE + timedelta(seconds=begins), each, name))
        seconds[name] = rows_of(each)
    return records, seconds


def total(per_hour: Mapping[datetime, float]) -> float:
    return sum(per_hour.values())


class TestWalked:
    def test_a_walk_within_an_hour_needs_no_seconds(self) -> None:
        steps, walking_min = walked([walk(NINE + timedelta(minutes=59), [2] * 60)], unasked)  # to the border, not over
        assert steps == {NINE: 120}
        assert walking_min == {NINE: 1.0}

    def test_a_walk_across_a_border_is_split_by_its_seconds(self) -> None:
        seconds = [1] * 30 + [0] * 60 + [3] * 30
        crossing = walk(NINE + timedelta(minutes=59), seconds)
        steps, walking_min = walked([crossing], lambda _: rows_of(seconds))
        assert steps == {NINE: 30, NINE + HOUR: 90}
        assert walking_min == {NINE: 0.5, NINE + HOUR: 0.5}

    def test_what_the_seconds_do_not_tell_is_not_lost(self) -> None:
        crossing = walk(NINE + timedelta(minutes=59), [2] * 120)
        assert walked([crossing], lambda _: [])[0] == {NINE: 240}
        assert walked([crossing], lambda _: rows_of([2] * 90))[0] == {NINE: 120, NINE + HOUR: 120}

    def test_the_summary_is_right_where_the_seconds_tell_more(self) -> None:
        crossing = walk(NINE + timedelta(minutes=59), [1] * 120)
        assert walked([crossing], lambda _: rows_of([3] * 120))[0] == {NINE: 120}

    def test_hours_are_of_utc_also_where_clocks_are_half_an_hour_off(self) -> None:
        india = timezone(timedelta(hours=5, minutes=30))
        steps, _ = walked([walk(NINE.astimezone(india) + timedelta(minutes=20), [2] * 60)], unasked)
        assert steps == {NINE: 120}

    @given(walks_and_seconds)
    def test_all_hours_together_are_all_walks_together(self, drawn: list[tuple[int, list[int], int]]) -> None:
        records, seconds = made(drawn)
        steps, walking_min = walked(records, seconds.__getitem__)
        assert total(steps) == sum(record.summary.steps for record in records)
        walked_min = sum(record.summary.walking_s for record in records) / 60
        assert total(walking_min) == pytest.approx(walked_min, abs=1e-4 * len(walking_min))
        assert all(hour == hour_of(hour) for hour in steps)

    @given(walks_and_seconds.flatmap(lambda drawn: st.tuples(st.just(drawn), st.permutations(range(len(drawn))))))
    def test_the_order_of_walks_does_not_matter(self, case: tuple[list[tuple[int, list[int], int]], list[int]]) -> None:
        drawn, order = case
        records, seconds = made(drawn)
        turned = [records[n] for n in order]
        assert walked(turned, seconds.__getitem__) == walked(records, seconds.__getitem__)


class TestSumRows:
    def test_the_sum_runs(self) -> None:
        assert sum_rows({NINE + HOUR: 5.0, NINE: 900.0}, []) == (
            HourRow(NINE, sum=900.0),
            HourRow(NINE + HOUR, sum=905.0),
        )

    def test_a_late_walk_raises_every_sum_after_it(self) -> None:
        held = [HourRow(NINE, sum=900.0), HourRow(NINE + 5 * HOUR, sum=1000.0)]
        late = {NINE: 900.0, NINE + 2 * HOUR: 50.0, NINE + 5 * HOUR: 100.0}
        assert sum_rows(late, held) == (HourRow(NINE + 2 * HOUR, sum=50 + 900), HourRow(NINE + 5 * HOUR, sum=1050.0))

    def test_an_hour_that_a_walk_has_left_shows_nothing(self) -> None:
        held = [HourRow(NINE, sum=900.0), HourRow(NINE + HOUR, sum=1000.0)]
        assert changes(written(held, sum_rows({NINE + HOUR: 1000.0}, held))) == {NINE: 0.0, NINE + HOUR: 1000.0}

    def test_a_row_that_says_nothing_is_written_anew(self) -> None:
        assert sum_rows({NINE: 3.0}, [HourRow(NINE)]) == (HourRow(NINE, sum=3.0),)

    def test_since_leaves_what_is_before_and_goes_on_from_it(self) -> None:
        held = [HourRow(NINE, sum=77.0), HourRow(NINE + HOUR, sum=78.0)]
        now = {NINE: 5.0, NINE + HOUR: 2.0, NINE + 2 * HOUR: 4.0}
        assert sum_rows(now, held, since=NINE + HOUR) == (
            HourRow(NINE + HOUR, sum=79.0),
            HourRow(NINE + 2 * HOUR, sum=83.0),
        )
        assert sum_rows(now, [], since=NINE + HOUR)[0] == HourRow(NINE + HOUR, sum=2.0)

    @given(walks_and_seconds, walks_and_seconds)
    def test_whatever_was_there_the_bars_are_the_walks(
        self, before: list[tuple[int, list[int], int]], after: list[tuple[int, list[int], int]]
    ) -> None:
        """Late walks, walks that moved, walks that are gone: all of that is two histories, one after the other."""
        old, old_seconds = made(before)
        new, new_seconds = made(after)
        for was, now in zip(walked(old, old_seconds.__getitem__), walked(new, new_seconds.__getitem__), strict=True):
            held = written([], sum_rows(was, []))
            held = written(held, sum_rows(now, held))
            bars = changes(held)
            assert min(bars.values(), default=0.0) >= -1e-9
            assert {hour: bar for hour, bar in bars.items() if bar > 1e-9} == pytest.approx(now, abs=1e-6)
            assert sum_rows(now, held) == (), "importing twice changes nothing"

    @given(walks_and_seconds, st.integers(0, 30))
    def test_since_and_later_all_of_it_agree(self, drawn: list[tuple[int, list[int], int]], hours: int) -> None:
        records, seconds = made(drawn)
        for per_hour in walked(records, seconds.__getitem__):
            held = written([], sum_rows(per_hour, []))
            assert sum_rows(per_hour, held, since=NINE + hours * HOUR) == ()


class TestPain:
    def test_mean_least_and_worst_of_each_hour(self) -> None:
        felt = [Felt(NINE + timedelta(minutes=n), score) for n, score in ((1, 3), (59, 4), (60, 0), (30, 3))]
        assert pain_rows(felt, []) == (
            HourRow(NINE, mean=3.3333, min=3, max=4),
            HourRow(NINE + HOUR, mean=0.0, min=0, max=0),
        )

    def test_an_hour_that_it_has_left_says_nothing_once(self) -> None:
        held = [HourRow(NINE, mean=3.0, min=3, max=3)]
        assert pain_rows([], held) == (HourRow(NINE),)
        assert pain_rows([], [HourRow(NINE)]) == ()
        assert pain_rows([], held, since=NINE + HOUR) == ()

    def test_what_the_walks_tell(self) -> None:
        told = walk(NINE, [2] * 60)
        marks = (PainMark(10.0, None), PainMark(20.0, 6))
        told = replace(told, summary=replace(told.summary, pain_before=2, pains=marks))
        assert felt_during([told, walk(NINE, [1])]) == [Felt(NINE, 2), Felt(NINE + timedelta(seconds=20), 6)]

    @given(st.lists(st.tuples(st.integers(0, 100_000), st.integers(0, 10)), max_size=20))
    def test_importing_twice_changes_nothing(self, told: list[tuple[int, int]]) -> None:
        felt = [Felt(NINE + timedelta(seconds=at_s), score) for at_s, score in told]
        held = written([], pain_rows(felt, []))
        assert pain_rows(felt[::-1], held) == ()
        assert all(row.min is not None and row.min <= (row.mean or 0) <= (row.max or 0) for row in held)


class TestChoose:
    RECORDS = (
        walk(NINE + HOUR, [2], "later"),
        walk(NINE, [2], "known"),
        walk(NINE, [2], "guess", TimeQuality.UNSYNCED),
        walk(NINE, [2], "near", TimeQuality.ESTIMATED),
        walk(NINE, [2], "open", ended=None),
        walk(NINE, [2], "open guess", TimeQuality.UNSYNCED, ended=None),
    )

    def test_only_walks_that_are_over_at_a_known_time(self) -> None:
        chosen = choose(self.RECORDS, estimated=False)
        assert [record.session_id for record in chosen.walks] == ["known", "later"]
        assert (chosen.unsynced, chosen.estimated, chosen.going_on) == (1, 1, 2)

    def test_estimated_ones_when_asked_for(self) -> None:
        chosen = choose(self.RECORDS, estimated=True)
        assert [record.session_id for record in chosen.walks] == ["known", "near", "later"]
        assert (chosen.unsynced, chosen.estimated) == (1, 0)


def test_names_that_home_assistant_takes() -> None:
    assert [what("ab12").statistic_id for what in (steps_of, walking_of, pain_of)] == [
        "kneemon:steps_ab12",
        "kneemon:walking_ab12",
        "kneemon:pain_ab12",
    ]
