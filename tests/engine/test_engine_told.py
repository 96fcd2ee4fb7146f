# SPDX-License-Identifier: MIT
"""A life without a signal: contacts that are told give the sessions and cues that their samples would have given."""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise

import pytest

from kneemon.engine import Engine, EngineParams, Event
from kneemon.gait.detector import GaitDetector
from kneemon.model.commands import MarkPain, PainBefore, StartSession, StopSession, UsePrescription
from kneemon.model.cues import Cue, CueKind
from kneemon.model.gait import CadenceEstimate, GaitEvent, InitialContact
from kneemon.model.plans import Prescription
from kneemon.model.samples import SampleBlock
from kneemon.model.sessions import Activity, PainBeforeTold, Progress, SessionEnded
from kneemon.session.machine import SessionParams
from kneemon.virtual.script import Stand, Walk
from kneemon.virtual.walker import Walker

Sampled = Callable[..., tuple[Walker, SampleBlock]]

DOSE = Prescription(
    "knee",
    date(2026, 11, 22),
    1,
    dose_s=3000.0,
    limit_s=3000.0,
    warm_up_s=60.0,
    cool_down_s=60.0,
    cadence_ceiling_spm=105.0,
    pain_stop=6,
    bout_cap_s=1800.0,
    rest_s=3600.0,
    prompt_s=600.0,
    pain_rise=3,
)
STEP_S = 0.6  # 100 steps/min, exactly moderate


def parts(block: SampleBlock, size: int) -> Iterator[SampleBlock]:
    for begin in range(0, len(block), size):
        part = slice(begin, begin + size)
        yield SampleBlock(block.t_s[part], block.acc_g[part])


def test_what_is_told_passes_as_what_was_fed(sampled: Sampled) -> None:
    _, block = sampled(Stand(5), Walk(30, 92), Stand(8), Walk(25, 112), Stand(5))
    fed, told, detector = Engine(), Engine(), GaitDetector()
    for engine in (fed, told):
        engine.command(UsePrescription(-1.0, DOSE))
        engine.command(StartSession(-0.5, pain_before=1))
    seconds = 0
    for part in parts(block, 25):
        events = fed.feed(part)
        assert told.told(detector.feed(part), float(part.t_s[-1])) == events
        seconds += sum(isinstance(event, Progress) for event in events)
    assert seconds > 70
    stop = StopSession(float(block.t_s[-1]) + 0.01)
    assert told.command(stop) == fed.command(stop)


class Life:
    """Walks that nobody measured, minute by minute."""

    def __init__(self) -> None:
        self.engine = Engine(EngineParams(session=SessionParams(end_after_s=0.0)))
        self.now_s = 0.0
        self.events: list[Event] = list(self.engine.command(UsePrescription(0.0, DOSE)))

    def start(self, pain_before: int | None) -> None:
        self.events += self.engine.command(StartSession(self.now_s, pain_before))

    def stop(self) -> None:
        self.events += self.engine.command(StopSession(self.now_s))

    def walk(self, minutes: int) -> None:
        for _ in range(minutes):
            contacts = [InitialContact(t_s, t_s + 0.5) for t_s in (self.now_s + STEP_S * i for i in range(100))]
            found: list[GaitEvent] = [CadenceEstimate(self.now_s + 0.1, 60.0 / STEP_S), *contacts]
            self._told(found, 60.0)

    def rest(self, minutes: float) -> None:
        self._told([CadenceEstimate(self.now_s + 1.0, None)], 60.0 * minutes)

    def cues(self, *kinds: CueKind) -> list[Cue]:
        return [event for event in self.events if isinstance(event, Cue) and event.kind in kinds]

    def _told(self, found: list[GaitEvent], seconds: float) -> None:
        self.now_s += seconds
        self.events += self.engine.told(found, self.now_s)


def test_a_made_up_walk_is_a_walk() -> None:
    life = Life()
    life.rest(10.0)
    life.start(2)
    life.walk(12)
    life.rest(3.0)
    life.events += life.engine.command(MarkPain(life.now_s, 5))
    life.walk(5)
    life.stop()
    (ended,) = [event for event in life.events if isinstance(event, SessionEnded)]
    summary = ended.summary
    assert (summary.steps, summary.bouts, summary.pain_before) == (1700, 2, 2)
    assert summary.walking_s == pytest.approx(17 * 60.0 - 2 * STEP_S)
    assert summary.moderate_s == pytest.approx(17 * 60.0, abs=5.0)
    assert summary.vigorous_s == 0.0
    assert summary.cadence_mean_spm == pytest.approx(100.0)
    assert [cue.t_s for cue in life.cues(CueKind.ASK_PAIN)] == [600.0 + 601.0]
    assert [alert.kind for alert in summary.alerts] == [CueKind.PAIN_ROSE]
    assert (summary.gaps, summary.clipped) == (0, 0)
    resting = [event for event in life.events if isinstance(event, Progress) and event.activity is Activity.RESTING]
    assert len(resting) == pytest.approx(170, abs=3)


def test_a_stretch_goes_on_over_two_walks_and_ends_with_an_hour_of_rest() -> None:
    life = Life()
    life.start(None)
    life.walk(20)
    life.stop()
    life.rest(30.0)
    life.start(None)
    life.walk(12)
    life.stop()
    due, again = life.cues(CueKind.REST_DUE)
    assert (due.limit, due.value) == (1800.0, pytest.approx(1800.0, abs=1.0))
    assert due.t_s == pytest.approx(20 * 60.0 + 30 * 60.0 + 10 * 60.0, abs=5.0)
    assert again.t_s - due.t_s == 60.0
    life.rest(60.1)
    life.start(None)
    life.walk(20)
    assert len(life.cues(CueKind.REST_DUE)) == 2
    stretches_s = [event.stretch_s for event in life.events if isinstance(event, Progress)]
    assert sum(later < earlier for earlier, later in pairwise(stretches_s)) == 1


def test_pain_before_is_told_once_and_only_on_a_walk() -> None:
    engine = Engine()
    assert engine.command(PainBefore(1.0, 3)) == ()
    engine.command(StartSession(2.0))
    assert engine.command(PainBefore(2.5, 3)) == (PainBeforeTold(2.5, 3),)
    assert engine.command(PainBefore(2.6, 4)) == ()
    ended = engine.command(StopSession(2.9))[-2]
    assert isinstance(ended, SessionEnded)
    assert ended.summary.pain_before == 3
