# SPDX-License-Identifier: MIT
"""The running totals of one outing: steps, walking time, pace, gaps, pauses, alerts, pain. Stream time, seconds.

Walking time is what lies between initial contacts no more than BREAK_S apart, and not on both sides of a pause's
beginning; a pause is time that the walker took out; everything else is rest. What belongs into a pause is decided by
when a foot met the ground, not by when that is known: a step made before a pause and told in it counts.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from math import ceil, inf
from typing import Protocol

from kneemon.model.plans import Part, Prescription
from kneemon.model.sessions import Activity, Alert, EndReason, PainMark, Progress, SessionSummary

BREAK_S = 3.0  # a longer pause between contacts is no walking (Mobilise-D's definition of a walking bout)


class Standing(Protocol):
    """Where the walk stands in the plan; `plan.dose` works it out."""

    @property
    def part(self) -> Part: ...
    @property
    def main_s(self) -> float: ...
    @property
    def remaining_s(self) -> float | None: ...
    @property
    def over_s(self) -> float: ...


StandingOf = Callable[[Prescription | None, float], Standing]


class Brisk(Protocol):
    """From which cadence on walking is moderate, and vigorous."""

    @property
    def moderate_spm(self) -> float: ...
    @property
    def vigorous_spm(self) -> float: ...


class Outing:
    """Totals since started_s; `tick` closes a second."""

    def __init__(
        self,
        started_s: float,
        prescription: Prescription | None,
        standing: StandingOf,
        rest_after_s: float,
        brisk: Brisk,
    ) -> None:
        self.started_s = started_s
        self.prescription = prescription
        self.pain_before: int | None = None
        self.walking_s = 0.0
        self.last_contact_s: float | None = None
        self._standing = standing
        self._rest_after_s = rest_after_s
        self._brisk = brisk
        self.told_until_s = started_s
        self._steps = 0
        self._steps_ticked = 0
        self._bouts = 0
        self._gaps_s: list[tuple[float, float]] = []
        self._pauses_s: list[tuple[float, float]] = []  # the last one ends at inf while it goes on
        self._stirred_s = started_s
        self._clipped = 0
        self._over_pace_s = 0.0
        self._moderate_s = 0.0
        self._vigorous_s = 0.0
        self._cadence_spm: float | None = None
        self._paced_s: Counter[int] = Counter()  # seconds walked at each cadence, whole steps/min
        self._paced_sum = 0.0
        self._alerts: list[Alert] = []
        self._pains: list[PainMark] = []
        self._gave_way_s: list[float] = []

    @property
    def next_tick_s(self) -> float:
        return self.told_until_s + 1.0

    @property
    def quiet_since_s(self) -> float:
        """Since when no foot has met the ground, be it in a pause, and no pause has begun or ended."""
        return self._stirred_s

    @property
    def paused(self) -> bool:
        return bool(self._pauses_s) and self._pauses_s[-1][1] == inf

    def pause(self, t_s: float) -> float:
        """Nothing counts from the returned time on: t_s, or later when more has been told or counted already."""
        self._stirred_s = max(t_s, self.told_until_s, self._stirred_s)
        self._pauses_s.append((self._stirred_s, inf))
        return self._stirred_s

    def resume(self, t_s: float, recent_s: Iterable[float]) -> tuple[float, float]:
        """End the pause: its start and its end. recent_s: contacts that may have been told since t_s."""
        begins_s = self._pauses_s[-1][0]
        ends_s = max(t_s, self.told_until_s, begins_s)
        self._pauses_s[-1] = (begins_s, ends_s)
        self._stirred_s = max(self._stirred_s, ends_s)
        for contact_s in recent_s:
            if contact_s >= ends_s and (self.last_contact_s is None or contact_s > self.last_contact_s):
                self.contact(contact_s)
        return begins_s, ends_s

    def contact(self, t_s: float) -> None:
        if t_s < self.started_s:
            return
        self._stirred_s = max(self._stirred_s, t_s)
        if any(begins_s < t_s < ends_s for begins_s, ends_s in self._pauses_s):
            return
        since_s = self.last_contact_s
        if since_s is None or t_s - since_s > BREAK_S or self._paused_between(since_s, t_s):
            self._bouts += 1
        else:
            self.walking_s += t_s - since_s
        self._steps += 1
        self.last_contact_s = t_s

    def cadence(self, cadence_spm: float | None) -> None:
        self._cadence_spm = cadence_spm

    def gap(self, start_s: float, end_s: float) -> None:
        if end_s > self.started_s:
            self._gaps_s.append((max(start_s, self.started_s), end_s))

    def clip(self, samples: int) -> None:
        self._clipped += samples

    def alert(self, alert: Alert) -> None:
        self._alerts.append(alert)

    def pain(self, t_s: float, score: int | None) -> PainMark:
        mark = PainMark(t_s - self.started_s, score)
        self._pains.append(mark)
        return mark

    def score(self, score: int) -> PainMark | None:
        """The newest pain mark with its number; None when there is no mark."""
        if not self._pains:
            return None
        self._pains[-1] = replace(self._pains[-1], score=score)
        return self._pains[-1]

    def gave_way(self, t_s: float) -> tuple[float, int]:
        """When, after the start, and how often by now."""
        self._gave_way_s.append(t_s - self.started_s)
        return self._gave_way_s[-1], len(self._gave_way_s)

    def tick(self, t_s: float, stretch_s: float) -> Progress:
        """Close the time since the last tick, a second or the rest of one. stretch_s: see `Progress`."""
        passed_s = t_s - self.told_until_s
        steps = self._steps - self._steps_ticked
        self.told_until_s, self._steps_ticked = t_s, self._steps
        activity = self._activity(t_s)
        ceiling_spm = self.prescription.cadence_ceiling_spm if self.prescription else None
        cadence_spm = self._cadence_spm if activity is Activity.WALKING else None
        over_pace = cadence_spm is not None and ceiling_spm is not None and cadence_spm > ceiling_spm
        if cadence_spm is not None:
            self._paced_s[round(cadence_spm)] += 1
            self._paced_sum += cadence_spm
            self._moderate_s += passed_s if cadence_spm >= self._brisk.moderate_spm else 0.0
            self._vigorous_s += passed_s if cadence_spm >= self._brisk.vigorous_spm else 0.0
        if over_pace:
            self._over_pace_s += passed_s
        standing = self._standing(self.prescription, self.walking_s)
        return Progress(
            t_s=t_s,
            elapsed_s=t_s - self.started_s,
            steps=steps,
            cadence_spm=cadence_spm,
            activity=activity,
            part=standing.part,
            remaining_s=standing.remaining_s,
            over_pace=over_pace,
            so_far=self.summary(t_s, None),
            stretch_s=stretch_s,
        )

    def summary(self, ended_s: float, reason: EndReason | None) -> SessionSummary:
        standing = self._standing(self.prescription, self.walking_s)
        seconds = self._paced_s.total()
        gaps_s = _until(ended_s, self._gaps_s)
        return SessionSummary(
            started_s=self.started_s,
            ended_s=ended_s,
            steps=self._steps,
            walking_s=self.walking_s,
            main_s=standing.main_s,
            over_pace_s=self._over_pace_s,
            over_limit_s=standing.over_s,
            gaps_s=sum(gaps_s, 0.0),
            gaps=len(gaps_s),
            bouts=self._bouts,
            clipped=self._clipped,
            cadence_mean_spm=self._paced_sum / seconds if seconds else None,
            cadence_p95_spm=float(self._paced_at(0.95)) if seconds else None,
            prescription=self.prescription,
            alerts=tuple(self._alerts),
            pains=tuple(self._pains),
            end_reason=reason,
            paused_s=sum(_until(ended_s, self._pauses_s), 0.0),
            gave_way_s=tuple(self._gave_way_s),
            pain_before=self.pain_before,
            moderate_s=self._moderate_s,
            vigorous_s=self._vigorous_s,
        )

    def _activity(self, t_s: float) -> Activity:
        """What is done as of t_s; who has just ended a pause rests until the first step."""
        if self.paused:
            return Activity.PAUSED
        since_s = self.last_contact_s
        if since_s is None or t_s - since_s > self._rest_after_s or self._paused_between(since_s, t_s):
            return Activity.RESTING
        return Activity.WALKING

    def _paused_between(self, start_s: float, end_s: float) -> bool:
        return any(start_s <= begins_s and ends_s <= end_s for begins_s, ends_s in self._pauses_s)

    def _paced_at(self, share: float) -> int:
        """The cadence that `share` of the paced seconds do not exceed (nearest rank)."""
        rank = ceil(share * self._paced_s.total())
        for cadence_spm in sorted(self._paced_s):
            rank -= self._paced_s[cadence_spm]
            if rank <= 0:
                return cadence_spm
        raise ValueError("no paced second")


def _until(ended_s: float, stretches_s: Iterable[tuple[float, float]]) -> list[float]:
    """How long each of them lasted by then."""
    return [min(end_s, ended_s) - start_s for start_s, end_s in stretches_s if start_s < ended_s]
