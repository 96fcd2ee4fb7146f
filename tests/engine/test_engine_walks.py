# SPDX-License-Identifier: MIT
"""A walker's samples and commands through the whole middle: what a day with a plan looks like from outside."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from kneemon.coach.coach import CoachParams
from kneemon.engine import Engine, EngineParams, Event
from kneemon.model.commands import (
    Command,
    MarkGaveWay,
    MarkPain,
    Pause,
    Resume,
    ScorePain,
    StartSession,
    StopSession,
    UsePrescription,
)
from kneemon.model.cues import Cue, CueKind
from kneemon.model.gait import BoutStarted, InitialContact, SignalGap
from kneemon.model.plans import Part, Prescription
from kneemon.model.samples import SampleBlock
from kneemon.model.sessions import (
    Activity,
    EndReason,
    GaveWay,
    PainMark,
    Progress,
    SessionEnded,
    SessionStarted,
    SessionSummary,
)
from kneemon.session.machine import SessionParams
from kneemon.virtual.script import Segment, Stand, Walk
from kneemon.virtual.walker import Walker

Sampled = Callable[..., tuple[Walker, SampleBlock]]

DOSE = Prescription(
    plan="knee",
    day=date(2026, 11, 22),
    week=1,
    dose_s=60.0,
    limit_s=60.0,
    warm_up_s=10.0,
    cool_down_s=10.0,
    cadence_ceiling_spm=100.0,
    pain_stop=6,
)
PARAMS = EngineParams(coach=CoachParams(near_end_s=20.0))
OUTING: tuple[Segment, ...] = (Stand(5), Walk(40, 92), Stand(15), Walk(30, 112), Stand(12), Walk(40, 92), Stand(5))


class Day:
    """An engine, and everything it told."""

    def __init__(self, params: EngineParams = PARAMS) -> None:
        self.engine = Engine(params)
        self.told: list[Event] = []

    def command(self, command: Command) -> None:
        self.told += self.engine.command(command)

    def feed(self, block: SampleBlock, size: int = 25) -> None:
        for begin in range(0, len(block), size):
            part = slice(begin, begin + size)
            self.told += self.engine.feed(SampleBlock(block.t_s[part], block.acc_g[part]))

    def cues(self) -> list[CueKind]:
        return [event.kind for event in self.told if isinstance(event, Cue)]

    def seconds(self) -> list[Progress]:
        return [event for event in self.told if isinstance(event, Progress)]

    def summaries(self) -> list[SessionSummary]:
        return [event.summary for event in self.told if isinstance(event, SessionEnded)]


def later(block: SampleBlock, seconds: float) -> SampleBlock:
    return replace(block, t_s=block.t_s + seconds)


def walked(sampled: Sampled, dose: Prescription | None, size: int = 25) -> Day:
    """OUTING from end to end, with the commands that belong to it."""
    _, block = sampled(*OUTING)
    day = Day()
    day.command(UsePrescription(-1.0, dose))
    day.command(StartSession(-0.5))
    day.feed(block, size)
    day.command(StopSession(float(block.t_s[-1]) + 0.01))
    return day


def test_a_day_with_a_plan(sampled: Sampled) -> None:
    day = walked(sampled, DOSE)
    assert day.cues() == [
        CueKind.STARTED,
        CueKind.MAIN_PART,
        CueKind.LIMIT_NEAR,
        CueKind.PACE_HIGH,
        CueKind.LIMIT_REACHED,
        CueKind.OVER_LIMIT,
        CueKind.STOPPED,
    ]
    (summary,) = day.summaries()
    truth = sum(segment.seconds for segment in OUTING if isinstance(segment, Walk))
    assert summary.walking_s == pytest.approx(truth, abs=4.0)
    assert (summary.main_s, summary.bouts, summary.gaps) == (60.0, 3, 0)
    assert summary.over_limit_s == pytest.approx(summary.walking_s - 80.0)
    assert summary.over_pace_s == pytest.approx(28.0, abs=4.0)
    assert summary.cadence_p95_spm == pytest.approx(112.0, abs=1.0)
    assert summary.end_reason is EndReason.COMMAND
    limits = (CueKind.LIMIT_NEAR, CueKind.PACE_HIGH, CueKind.LIMIT_REACHED, CueKind.OVER_LIMIT)
    assert tuple(alert.kind for alert in summary.alerts) == limits
    told_at_s = [cue.t_s for cue in day.told if isinstance(cue, Cue) and cue.kind in limits]
    assert [alert.at_s + summary.started_s for alert in summary.alerts] == pytest.approx(told_at_s)


def test_the_steps_of_the_seconds_are_the_steps_of_the_walk(sampled: Sampled) -> None:
    walker, block = sampled(*OUTING)
    day = walked(sampled, DOSE)
    (summary,) = day.summaries()
    contacts = [event for event in day.told if isinstance(event, InitialContact)]
    assert sum(second.steps for second in day.seconds()) == summary.steps == len(contacts)
    assert summary.steps == pytest.approx(walker.truth.steps, abs=4)
    assert len(day.seconds()) == int(block.t_s[-1] + 0.51) + 1


def test_the_block_size_changes_nothing_that_is_told(sampled: Sampled) -> None:
    """Above all not what each second knows of the alerts before it."""
    whole = walked(sampled, DOSE, size=10**6)
    assert walked(sampled, DOSE, size=7).told == whole.told
    assert any(second.so_far.alerts for second in whole.seconds())


def test_without_a_plan_nothing_is_limited(sampled: Sampled) -> None:
    day = walked(sampled, None)
    assert day.cues() == [CueKind.STARTED, CueKind.STOPPED]
    assert {second.part for second in day.seconds()} == {Part.FREE}
    (summary,) = day.summaries()
    assert summary.main_s == summary.walking_s
    assert summary.alerts == ()


def walk_twice(sampled: Sampled, between: Command | None = None, dose: Prescription | None = DOSE) -> Day:
    """Half a minute on the feet, twice, and a command during the first."""
    _, block = sampled(Stand(4), Walk(40, 92), Stand(6))
    day = Day()
    day.command(UsePrescription(-1.0, dose))
    for start_s in (0.0, 100.0):
        day.command(StartSession(start_s))
        day.feed(later(block, start_s))
        if between and not day.summaries():
            day.command(between)
        day.command(StopSession(start_s + 50.0))
    return day


def test_the_second_session_of_a_day_goes_on_with_what_is_left(sampled: Sampled) -> None:
    first, second = walk_twice(sampled).summaries()
    assert first.prescription == DOSE
    assert first.main_s == pytest.approx(28.0, abs=2.0)
    assert second.prescription == replace(DOSE, limit_s=60.0 - first.main_s)
    assert second.main_s == pytest.approx(28.0, abs=2.0)


def test_a_new_days_dose_is_whole_though_a_session_of_yesterday_ran_into_it(sampled: Sampled) -> None:
    tomorrow = replace(DOSE, day=DOSE.day + timedelta(days=1))
    first, second = walk_twice(sampled, UsePrescription(50.0, tomorrow)).summaries()
    assert first.prescription == DOSE
    assert second.prescription == tomorrow


def test_the_same_days_dose_given_again_during_a_walk_is_lessened_by_it(sampled: Sampled) -> None:
    first, second = walk_twice(sampled, UsePrescription(50.0, DOSE)).summaries()
    assert second.prescription == replace(DOSE, limit_s=60.0 - first.main_s)


def test_a_plan_that_comes_during_a_free_walk_counts_what_was_walked(sampled: Sampled) -> None:
    first, second = walk_twice(sampled, UsePrescription(50.0, DOSE), dose=None).summaries()
    assert first.prescription is None
    assert second.prescription == replace(DOSE, limit_s=60.0 - first.main_s)


def test_a_plan_that_is_taken_away_limits_nothing_any_more(sampled: Sampled) -> None:
    first, second = walk_twice(sampled, UsePrescription(50.0, None)).summaries()
    assert first.prescription == DOSE
    assert second.prescription is None


def test_a_session_that_begins_by_walking_has_its_first_steps(sampled: Sampled) -> None:
    walker, block = sampled(Stand(5), Walk(80, 95), Stand(5))
    day = Day(EngineParams(session=SessionParams(start_by_walking=True)))
    day.feed(block)
    assert day.engine.in_session
    day.command(StopSession(90.0))
    assert not day.engine.in_session
    (begun,) = [event for event in day.told if isinstance(event, SessionStarted)]
    (bout,) = [event for event in day.told if isinstance(event, BoutStarted)]
    assert begun.by_walking
    assert begun.t_s == bout.t_s == pytest.approx(walker.initial_contacts[0], abs=0.1)
    (summary,) = day.summaries()
    assert summary.steps == pytest.approx(walker.truth.steps, abs=1)
    assert sum(second.steps for second in day.seconds()) == summary.steps


def test_stillness_ends_the_session_at_its_last_step(sampled: Sampled) -> None:
    walker, block = sampled(Stand(5), Walk(30, 95), Stand(100))
    day = Day(EngineParams(session=SessionParams(end_after_s=60.0)))
    day.command(StartSession(0.0))
    day.feed(block)
    (summary,) = day.summaries()
    assert summary.end_reason is EndReason.STILLNESS
    assert summary.ended_s == pytest.approx(walker.initial_contacts[-1], abs=1.0)


def test_pain_at_the_stop_line_is_an_alert_of_the_session() -> None:
    day = Day()
    day.command(UsePrescription(0.0, DOSE))
    day.command(StartSession(10.0))
    day.command(MarkPain(20.0, 3))
    day.command(MarkPain(30.0, 8))
    day.command(StopSession(31.0))
    assert day.cues() == [CueKind.STARTED, CueKind.NOTED, CueKind.PAIN_STOP, CueKind.STOPPED]
    (summary,) = day.summaries()
    assert [(mark.at_s, mark.score) for mark in summary.pains] == [(10.0, 3), (20.0, 8)]
    assert [(alert.kind, alert.at_s, alert.value) for alert in summary.alerts] == [(CueKind.PAIN_STOP, 20.0, 8.0)]


def test_a_number_at_the_stop_line_given_afterwards_is_an_alert_too() -> None:
    day = Day()
    day.command(UsePrescription(0.0, DOSE))
    day.command(StartSession(10.0))
    day.command(ScorePain(11.0, 9))
    day.command(MarkPain(20.0))
    day.command(ScorePain(25.0, 7))
    day.command(ScorePain(30.0, 2))
    day.command(StopSession(31.0))
    assert day.cues() == [CueKind.STARTED, CueKind.PAIN_STOP, CueKind.STOPPED]
    (summary,) = day.summaries()
    assert summary.pains == (PainMark(10.0, 2),)
    assert [(alert.kind, alert.at_s, alert.value) for alert in summary.alerts] == [(CueKind.PAIN_STOP, 15.0, 7.0)]


def test_a_knee_that_gave_way_is_answered_and_kept() -> None:
    day = Day()
    day.command(StartSession(10.0))
    day.command(MarkGaveWay(20.0))
    day.command(MarkGaveWay(30.0))
    day.command(StopSession(31.0))
    assert day.cues() == [CueKind.STARTED, CueKind.GAVE_WAY, CueKind.GAVE_WAY, CueKind.STOPPED]
    assert [event.times for event in day.told if isinstance(event, GaveWay)] == [1, 2]
    assert day.summaries()[0].gave_way_s == (10.0, 20.0)
    assert day.summaries()[0].alerts == ()


def test_what_is_walked_in_a_pause_is_no_part_of_the_dose(sampled: Sampled) -> None:
    """The second leg of the outing, the brisk one, is paused."""
    _, block = sampled(*OUTING)
    day = Day()
    day.command(UsePrescription(-1.0, DOSE))
    day.command(StartSession(-0.5))
    for begin_s, end_s, command in ((-1.0, 50.0, Pause(50.0)), (50.0, 100.0, Resume(100.0)), (100.0, 200.0, None)):
        part = (block.t_s > begin_s) & (block.t_s <= end_s)
        day.feed(SampleBlock(block.t_s[part], block.acc_g[part]))
        if command:
            assert day.engine.paused == isinstance(command, Resume)
            day.command(command)
    day.command(StopSession(float(block.t_s[-1])))
    assert day.cues() == [
        CueKind.STARTED,
        CueKind.MAIN_PART,
        CueKind.PAUSED,
        CueKind.RESUMED,
        CueKind.LIMIT_NEAR,
        CueKind.LIMIT_REACHED,
        CueKind.STOPPED,
    ]
    (summary,) = day.summaries()
    assert summary.walking_s == pytest.approx(80.0, abs=3.0)
    assert (summary.main_s, summary.bouts, summary.paused_s) == (60.0, 2, 50.0)
    assert (summary.over_pace_s, summary.cadence_p95_spm) == (0.0, pytest.approx(92.0, abs=2.0))
    paused = [second for second in day.seconds() if second.activity is Activity.PAUSED]
    assert {second.steps for second in paused} == {0}
    assert {second.so_far.steps for second in paused} == {paused[0].so_far.steps}
    assert sum(second.steps for second in day.seconds()) == summary.steps


def test_an_alert_of_the_last_part_of_a_second_is_in_the_summary(sampled: Sampled) -> None:
    _, block = sampled(Stand(5), Walk(40, 92))
    ends_s = [
        cue.t_s
        for cue in _until_the_limit(block, float(block.t_s[-1])).told
        if isinstance(cue, Cue) and cue.kind is CueKind.LIMIT_REACHED
    ]
    day = _until_the_limit(block, ends_s[0] - 0.01)
    assert day.cues()[-2:] == [CueKind.LIMIT_REACHED, CueKind.STOPPED]
    (summary,) = day.summaries()
    assert summary.alerts[-1].kind is CueKind.LIMIT_REACHED
    assert summary.alerts[-1].at_s == pytest.approx(summary.duration_s)


def _until_the_limit(block: SampleBlock, stop_s: float) -> Day:
    day = Day()
    day.command(UsePrescription(-1.0, replace(DOSE, limit_s=15.0)))
    day.command(StartSession(0.0))
    kept = block.t_s <= stop_s
    day.feed(SampleBlock(block.t_s[kept], block.acc_g[kept]))
    day.command(StopSession(stop_s))
    return day


def test_what_makes_no_sense_now_changes_nothing() -> None:
    day = Day()
    for command in (
        StopSession(1.0),
        MarkPain(2.0, 9),
        ScorePain(2.1, 9),
        MarkGaveWay(2.2),
        Pause(2.3),
        Resume(2.4),
        StopSession(3.0, interrupted=True),
    ):
        day.command(command)
    assert day.told == []


def test_a_gap_is_counted_and_its_seconds_are_not_told(sampled: Sampled) -> None:
    _, block = sampled(Stand(4), Walk(40, 92))
    day = Day()
    day.command(StartSession(0.0))
    day.feed(SampleBlock(block.t_s[:2000], block.acc_g[:2000]))
    day.told += day.engine.feed(SampleBlock(block.t_s[2600:], block.acc_g[2600:], lost_before=600))
    day.command(StopSession(44.0))
    (gap,) = [event for event in day.told if isinstance(event, SignalGap)]
    assert gap.lost == 600
    (summary,) = day.summaries()
    assert (summary.gaps, summary.gaps_s) == (1, pytest.approx(gap.end_s - gap.start_s))
    elapsed_s = [second.elapsed_s for second in day.seconds()]
    assert elapsed_s == [float(i) for i in (*range(1, 21), *range(27, 45))], (
        "of a second without signal nothing is known"
    )


def test_while_the_sensor_is_gone_no_second_is_told(sampled: Sampled) -> None:
    _, block = sampled(Stand(4), Walk(20, 92))
    day = Day()
    day.command(StartSession(0.0))
    day.feed(SampleBlock(block.t_s[:1000], block.acc_g[:1000]))
    day.command(MarkPain(15.5, 2))
    day.command(StopSession(20.0))
    assert [second.elapsed_s for second in day.seconds()][-2:] == [10.0, 11.0]
    (summary,) = day.summaries()
    assert (summary.gaps, summary.duration_s) == (1, 20.0)


def test_a_device_that_stops_interrupts_the_session(sampled: Sampled) -> None:
    _, block = sampled(Stand(4), Walk(20, 92))
    day = Day()
    day.command(StartSession(0.0))
    day.feed(block)
    day.told += day.engine.flush()
    assert day.engine.in_session
    day.command(StopSession(24.0, interrupted=True))
    (summary,) = day.summaries()
    assert summary.end_reason is EndReason.SHUTDOWN
    assert summary.steps > 20


def test_reset_forgets_session_and_dose() -> None:
    day = Day()
    day.command(UsePrescription(0.0, DOSE))
    day.command(StartSession(1.0))
    day.engine.reset()
    assert not day.engine.in_session
    day.command(StartSession(2.0))
    assert day.told[-2] == SessionStarted(2.0, by_walking=False, prescription=None, known_at_s=2.0)
