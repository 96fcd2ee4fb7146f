# SPDX-License-Identifier: MIT
"""Leads a coach through a session, second by second."""

from dataclasses import replace
from datetime import date

from kneemon.coach.coach import Coach, CoachParams
from kneemon.model.cues import Cue, CueKind
from kneemon.model.plans import Prescription
from kneemon.model.sessions import (
    Activity,
    PainMark,
    PainMarked,
    Progress,
    SessionEvent,
    SessionStarted,
    SessionSummary,
)
from kneemon.plan.dose import standing

STARTED_S = 500.0
DOSE = Prescription(
    plan="knee",
    day=date(2026, 11, 22),
    week=1,
    dose_s=600.0,
    limit_s=600.0,
    warm_up_s=0.0,
    cool_down_s=60.0,
    cadence_ceiling_spm=100.0,
    pain_stop=6,
)


class Walker:
    """Goes through a session second by second; `cues` are what was said, by the second of the session."""

    def __init__(
        self, dose: Prescription | None, params: CoachParams = CoachParams(), pain_before: int | None = None
    ) -> None:
        self.coach = Coach(params)
        self.dose = dose
        self.elapsed_s = 0.0
        self.walking_s = 0.0
        self.stretch_s = 0.0
        begun = SessionStarted(STARTED_S, by_walking=False, prescription=dose, pain_before=pain_before)
        self.cues: list[Cue] = list(self.coach.feed(begun))

    def walk(self, seconds: int, cadence_spm: float | None = 90.0) -> None:
        for _ in range(seconds):
            self.walking_s += 1.0
            self.stretch_s += 1.0
            self._second(cadence_spm, 2)

    def rest(self, seconds: int) -> None:
        for _ in range(seconds):
            self._second(None, 0)

    def pause(self, seconds: int, steps: int = 0) -> None:
        """With steps before it that are told in its first second."""
        self.walking_s += steps / 2
        for second in range(seconds):
            self._second(None, steps if second == 0 else 0, Activity.PAUSED)

    def pain(self, score: int | None, *, scored: bool = False) -> list[Cue]:
        """A mark now, or the newest one's number: what is said to it."""
        t_s = STARTED_S + self.elapsed_s
        cues = list(self.coach.feed(PainMarked(t_s, PainMark(self.elapsed_s, score), scored=scored)))
        self.cues += cues
        return cues

    def tell(self, event: SessionEvent) -> None:
        self.cues += self.coach.feed(event)

    def said(self, *kinds: CueKind) -> list[float]:
        """Seconds of the session in which one of these was said."""
        return [cue.t_s - STARTED_S for cue in self.cues if cue.kind in kinds]

    def _second(self, cadence_spm: float | None, steps: int, activity: Activity | None = None) -> None:
        self.elapsed_s += 1.0
        where = standing(self.dose, self.walking_s)
        ceiling_spm = self.dose.cadence_ceiling_spm if self.dose else None
        second = Progress(
            t_s=STARTED_S + self.elapsed_s,
            elapsed_s=self.elapsed_s,
            steps=steps,
            cadence_spm=cadence_spm,
            activity=activity or (Activity.WALKING if steps else Activity.RESTING),
            part=where.part,
            remaining_s=where.remaining_s,
            over_pace=cadence_spm is not None and ceiling_spm is not None and cadence_spm > ceiling_spm,
            so_far=replace(
                SessionSummary.begun(STARTED_S, self.dose),
                ended_s=STARTED_S + self.elapsed_s,
                walking_s=self.walking_s,
                main_s=where.main_s,
                over_limit_s=where.over_s,
            ),
            stretch_s=self.stretch_s,
        )
        self.cues += self.coach.feed(second)
