# SPDX-License-Identifier: MIT
"""When to speak. It decides that something is said; how it feels is decided in `feedback.patterns`.

A limit cue helps once and nags ten times: each has a grace, a spacing and a most, and a spell above the ceiling is over
only when the pace has been clearly under it for a while. It says "slow down" and "enough", never "faster".
"""

from dataclasses import dataclass

from kneemon.model.cues import Cue, CueKind
from kneemon.model.plans import Part, Prescription
from kneemon.model.sessions import (
    Activity,
    GaveWay,
    PainMarked,
    PauseBegan,
    PauseEnded,
    Progress,
    SessionEvent,
    SessionStarted,
)


@dataclass(frozen=True, slots=True)
class CoachParams:
    """Graces and spacings of the limit cues (evidence table, rows 20 and 21: values are expert choice)."""

    grace_s: float = 15.0  # above a limit before the first cue
    repeat_s: float = 60.0  # between cues of one spell
    most_repeats: int = 3  # after the first cue of a spell; then silence, the log goes on
    hysteresis_spm: float = 3.0  # this far under the ceiling …
    settle_s: float = 3.0  # … for so long ends a spell
    near_end_s: float = 60.0  # before the end of the main part


class Coach:
    """Takes session events in order, gives cues."""

    def __init__(self, params: CoachParams = CoachParams()) -> None:
        self._params = params
        self.reset()

    def reset(self) -> None:
        self._prescription: Prescription | None = None
        self._part: Part | None = None
        self._elapsed_s = 0.0
        self._pace = _Spell(self._params)
        self._under_s = 0.0
        self._over = _Spell(self._params)
        self._near_said = False

    def feed(self, event: SessionEvent) -> tuple[Cue, ...]:
        if isinstance(event, SessionStarted):
            self.reset()
            self._prescription = event.prescription
            return (Cue(event.told_at_s, CueKind.STARTED),)
        if isinstance(event, Progress):
            return tuple(self._progress(event))
        if isinstance(event, PainMarked):
            return tuple(self._pain(event))
        if isinstance(event, GaveWay):
            return (Cue(event.t_s, CueKind.GAVE_WAY, important=True),)
        if isinstance(event, PauseBegan):
            return (Cue(event.t_s, CueKind.PAUSED),)
        if isinstance(event, PauseEnded):
            return (Cue(event.t_s, CueKind.RESUMED),)
        return (Cue(event.told_at_s, CueKind.STOPPED),)

    def _progress(self, now: Progress) -> list[Cue]:
        if self._prescription is None:
            return []
        passed_s, self._elapsed_s = now.elapsed_s - self._elapsed_s, now.elapsed_s
        pace = self._pace_cue(now, self._prescription, passed_s)
        if now.activity is Activity.PAUSED:  # what a last step before the pause has reached is said after it
            return pace
        cues = [*self._plan(now, self._prescription), *pace]
        self._part = now.part
        return cues

    def _plan(self, now: Progress, prescription: Prescription) -> list[Cue]:
        """Cues about the parts of the day's plan."""
        cues = []
        entered = now.part if now.part != self._part else None
        if entered is Part.MAIN and self._part is Part.WARM_UP:
            cues.append(Cue(now.t_s, CueKind.MAIN_PART))
        if self._near(now, prescription):
            self._near_said = True
            cues.append(Cue(now.t_s, CueKind.LIMIT_NEAR, value=now.remaining_s, limit=prescription.limit_s, unit="s"))
        if entered in (Part.COOL_DOWN, Part.OVER) and self._part in (Part.WARM_UP, Part.MAIN):
            done_s = now.so_far.main_s
            cues.append(
                Cue(now.t_s, CueKind.LIMIT_REACHED, True, value=done_s, limit=prescription.limit_s, unit="s"),
            )
        if now.part is Part.OVER and now.steps and self._over.due(now.t_s, now.so_far.over_limit_s):
            cues.append(Cue(now.t_s, CueKind.OVER_LIMIT, True, value=now.so_far.over_limit_s, limit=0.0, unit="s"))
        return cues

    def _near(self, now: Progress, prescription: Prescription) -> bool:
        """Near the end of a main part that is long enough for that to be news."""
        near_end_s = self._params.near_end_s
        if self._near_said or now.part is not Part.MAIN or now.remaining_s is None:
            return False
        return now.remaining_s <= near_end_s and prescription.limit_s >= 2 * near_end_s

    def _pace_cue(self, now: Progress, prescription: Prescription, passed_s: float) -> list[Cue]:
        ceiling_spm = prescription.cadence_ceiling_spm
        if ceiling_spm is None:
            return []
        if now.over_pace:
            self._pace.lasted_s += passed_s
            self._under_s = 0.0
            if self._pace.due(now.t_s, self._pace.lasted_s):
                return [Cue(now.t_s, CueKind.PACE_HIGH, value=now.cadence_spm, limit=ceiling_spm, unit="steps/min")]
            return []
        self._pace.eased(passed_s)
        if now.cadence_spm is None or now.cadence_spm <= ceiling_spm - self._params.hysteresis_spm:
            self._under_s += passed_s
            if self._under_s >= self._params.settle_s:
                self._pace = _Spell(self._params)
        else:
            self._under_s = 0.0
        return []

    def _pain(self, marked: PainMarked) -> list[Cue]:
        """Who takes a mark without a number asks how much, and reads back the number: that is the button's to say."""
        score, stop_at = marked.mark.score, self._prescription.pain_stop if self._prescription else None
        if score is not None and stop_at is not None and score >= stop_at:
            return [Cue(marked.t_s, CueKind.PAIN_STOP, True, value=float(score), limit=float(stop_at), unit="of 10")]
        return [] if marked.scored or score is None else [Cue(marked.t_s, CueKind.NOTED)]


class _Spell:
    """One stretch beyond a limit: when its next cue is due."""

    def __init__(self, params: CoachParams) -> None:
        self._params = params
        self.lasted_s = 0.0
        self._cues = 0
        self._last_s = 0.0

    def eased(self, passed_s: float) -> None:
        """The limit is kept: before the first cue that counts against the grace, so that hovering is not exceeding."""
        if self._cues == 0:
            self.lasted_s = max(0.0, self.lasted_s - passed_s)

    def due(self, t_s: float, lasted_s: float) -> bool:
        p = self._params
        first = self._cues == 0 and lasted_s >= p.grace_s
        again = 0 < self._cues <= p.most_repeats and t_s - self._last_s >= p.repeat_s
        if not (first or again):
            return False
        self._cues, self._last_s = self._cues + 1, t_s
        return True
