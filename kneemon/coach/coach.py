# SPDX-License-Identifier: MIT
"""When to speak. It decides that something is said; how it feels is decided in `feedback.patterns`.

A limit cue helps once and nags ten times: each has a grace, a spacing and a most, and a spell above the ceiling is over
only when the pace has been clearly under it for a while. It says "slow down", "rest" and "enough", never "faster".
"""

from dataclasses import dataclass

from kneemon.coach.asking import Asking
from kneemon.coach.spell import Spell
from kneemon.model.cues import Cue, CueKind
from kneemon.model.plans import Part, Prescription
from kneemon.model.sessions import (
    Activity,
    GaveWay,
    PainBeforeTold,
    PainMarked,
    PauseBegan,
    PauseEnded,
    Progress,
    SessionEvent,
    SessionStarted,
)

ROSE_FRESH_S = 15.0  # the number that it answers may be read back before


@dataclass(frozen=True, slots=True)
class CoachParams:
    """Graces and spacings of the cues (evidence table, rows 20, 21 and 34: values are expert choice)."""

    grace_s: float = 15.0  # above a limit before the first cue
    repeat_s: float = 60.0  # between cues of one spell
    most_repeats: int = 3  # after the first cue of a spell; then silence, the log goes on
    hysteresis_spm: float = 3.0  # this far under the ceiling …
    settle_s: float = 3.0  # … for so long ends a spell
    near_end_s: float = 60.0  # before the end of the main part
    ask_apart_s: float = 30.0  # from any other cue to a question: two in a row are taken for one
    ask_spacing_s: float = 300.0  # between two questions after cues: half of row 34, its least


class Coach:
    """Takes session events in order, gives cues."""

    def __init__(self, params: CoachParams = CoachParams()) -> None:
        self._params = params
        self.reset()

    def reset(self) -> None:
        self._prescription: Prescription | None = None
        self._part: Part | None = None
        self._elapsed_s = 0.0
        self._pace = self._spell(self._params.grace_s)
        self._under_s = 0.0
        self._over = self._spell(self._params.grace_s)
        self._unrested = self._spell(0.0)
        self._near_said = False
        self._pain_before: int | None = None
        self._rise_said = False  # of the newest pain mark
        self._asking = self._asking_from(0.0, 0.0)

    def feed(self, event: SessionEvent) -> tuple[Cue, ...]:
        cues = self._answer(event)
        for cue in cues:
            self._asking.said(cue)
        if isinstance(event, Progress) and self._asking.due(event):
            return (*cues, Cue(event.t_s, CueKind.ASK_PAIN))
        return cues

    def _answer(self, event: SessionEvent) -> tuple[Cue, ...]:
        if isinstance(event, SessionStarted):
            self.reset()
            self._prescription, self._pain_before = event.prescription, event.pain_before
            prompt_s = event.prescription.prompt_s if event.prescription else 0.0
            self._asking = self._asking_from(event.told_at_s, prompt_s)
            return (Cue(event.told_at_s, CueKind.STARTED),)
        if isinstance(event, Progress):
            return tuple(self._progress(event))
        if isinstance(event, PainBeforeTold):
            self._pain_before = event.score
            self._asking.known(event.t_s)
            return ()
        if isinstance(event, PainMarked):
            self._asking.known(event.t_s)
            return tuple(self._pain(event))
        if isinstance(event, GaveWay):
            return (Cue(event.t_s, CueKind.GAVE_WAY, important=True),)
        if isinstance(event, PauseBegan):
            return (Cue(event.t_s, CueKind.PAUSED),)
        if isinstance(event, PauseEnded):
            return (Cue(event.t_s, CueKind.RESUMED),)
        return (Cue(event.told_at_s, CueKind.STOPPED, important=True),)  # else the question that follows overtakes it

    def _progress(self, now: Progress) -> list[Cue]:
        if self._prescription is None:
            return []
        passed_s, self._elapsed_s = now.elapsed_s - self._elapsed_s, now.elapsed_s
        pace = self._pace_cue(now, self._prescription, passed_s)
        if now.activity is Activity.PAUSED:  # what a last step before the pause has reached is said after it
            return pace
        cues = [*self._plan(now, self._prescription), *self._rest(now, self._prescription), *pace]
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
            kind = CueKind.GET_ADVICE if prescription.locked else CueKind.OVER_LIMIT
            cues.append(Cue(now.t_s, kind, True, value=now.so_far.over_limit_s, limit=0.0, unit="s"))
        return cues

    def _rest(self, now: Progress, prescription: Prescription) -> list[Cue]:
        """Walked for long enough without a rest; no grace, for the time is long already."""
        cap_s, walked_s = prescription.bout_cap_s, now.stretch_s
        if cap_s is None:
            return []
        if walked_s < cap_s:
            self._unrested = self._spell(0.0)
        elif now.steps and self._unrested.due(now.t_s, walked_s - cap_s):
            return [Cue(now.t_s, CueKind.REST_DUE, True, value=walked_s, limit=cap_s, unit="s")]
        return []

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
                self._pace = self._spell(self._params.grace_s)
        else:
            self._under_s = 0.0
        return []

    def _pain(self, marked: PainMarked) -> list[Cue]:
        """Who takes a mark without a number asks how much, and reads back the number: that is the button's to say."""
        self._rise_said = self._rise_said and marked.scored
        score, prescription = marked.mark.score, self._prescription
        if score is None:
            return []
        if prescription is not None and score >= prescription.pain_stop:
            limit = float(prescription.pain_stop)
            return [Cue(marked.t_s, CueKind.PAIN_STOP, True, value=float(score), limit=limit, unit="of 10")]
        rise = prescription.pain_rise if prescription else None
        if rise is not None and self._pain_before is not None and score - self._pain_before >= rise:
            return self._rose(marked.t_s, float(score), float(self._pain_before + rise))
        return [] if marked.scored else [Cue(marked.t_s, CueKind.NOTED)]

    def _rose(self, t_s: float, score: float, limit: float) -> list[Cue]:
        """Once for each mark, however often its number is corrected."""
        if self._rise_said:
            return []
        self._rise_said = True
        return [Cue(t_s, CueKind.PAIN_ROSE, fresh_s=ROSE_FRESH_S, value=score, limit=limit, unit="of 10")]

    def _asking_from(self, began_s: float, every_s: float) -> Asking:
        p = self._params
        return Asking(every_s, p.near_end_s, p.ask_apart_s, p.ask_spacing_s, began_s)

    def _spell(self, grace_s: float) -> Spell:
        return Spell(grace_s, self._params.repeat_s, self._params.most_repeats)
