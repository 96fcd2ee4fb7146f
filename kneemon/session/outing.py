# SPDX-License-Identifier: MIT
"""The running totals of one outing: steps, walking time, pace, gaps, alerts, pain. Stream time, seconds.

Walking time is what lies between initial contacts no more than break_s apart; everything else is rest.
"""

from collections import Counter
from collections.abc import Callable
from math import ceil
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


class Outing:
    """Totals since started_s; `tick` closes a second."""

    def __init__(
        self, started_s: float, prescription: Prescription | None, standing: StandingOf, rest_after_s: float
    ) -> None:
        self.started_s = started_s
        self.prescription = prescription
        self.walking_s = 0.0
        self.last_contact_s: float | None = None
        self._standing = standing
        self._rest_after_s = rest_after_s
        self.told_until_s = started_s
        self._steps = 0
        self._steps_ticked = 0
        self._bouts = 0
        self._gaps_s: list[tuple[float, float]] = []
        self._clipped = 0
        self._over_pace_s = 0.0
        self._cadence_spm: float | None = None
        self._paced_s: Counter[int] = Counter()  # seconds walked at each cadence, whole steps/min
        self._paced_sum = 0.0
        self._alerts: list[Alert] = []
        self._pains: list[PainMark] = []

    @property
    def next_tick_s(self) -> float:
        return self.told_until_s + 1.0

    @property
    def quiet_since_s(self) -> float:
        """Since when no foot has met the ground."""
        return self.started_s if self.last_contact_s is None else self.last_contact_s

    def contact(self, t_s: float) -> None:
        if t_s < self.started_s:
            return
        pause_s = None if self.last_contact_s is None else t_s - self.last_contact_s
        if pause_s is None or pause_s > BREAK_S:
            self._bouts += 1
        else:
            self.walking_s += pause_s
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

    def tick(self, t_s: float) -> Progress:
        """Close the time since the last tick, a second or the rest of one."""
        passed_s = t_s - self.told_until_s
        steps = self._steps - self._steps_ticked
        self.told_until_s, self._steps_ticked = t_s, self._steps
        walking = self.last_contact_s is not None and t_s - self.last_contact_s <= self._rest_after_s
        ceiling_spm = self.prescription.cadence_ceiling_spm if self.prescription else None
        cadence_spm = self._cadence_spm if walking else None
        over_pace = cadence_spm is not None and ceiling_spm is not None and cadence_spm > ceiling_spm
        if cadence_spm is not None:
            self._paced_s[round(cadence_spm)] += 1
            self._paced_sum += cadence_spm
        if over_pace:
            self._over_pace_s += passed_s
        standing = self._standing(self.prescription, self.walking_s)
        return Progress(
            t_s=t_s,
            elapsed_s=t_s - self.started_s,
            steps=steps,
            cadence_spm=cadence_spm,
            activity=Activity.WALKING if walking else Activity.RESTING,
            part=standing.part,
            remaining_s=standing.remaining_s,
            over_pace=over_pace,
            so_far=self.summary(t_s, None),
        )

    def summary(self, ended_s: float, reason: EndReason | None) -> SessionSummary:
        standing = self._standing(self.prescription, self.walking_s)
        seconds = self._paced_s.total()
        gaps_s = [min(end_s, ended_s) - start_s for start_s, end_s in self._gaps_s if start_s < ended_s]
        return SessionSummary(
            started_s=self.started_s,
            ended_s=ended_s,
            steps=self._steps,
            walking_s=self.walking_s,
            main_s=standing.main_s,
            over_pace_s=self._over_pace_s,
            over_limit_s=standing.over_s,
            gaps_s=sum(gaps_s),
            gaps=len(gaps_s),
            bouts=self._bouts,
            clipped=self._clipped,
            cadence_mean_spm=self._paced_sum / seconds if seconds else None,
            cadence_p95_spm=float(self._paced_at(0.95)) if seconds else None,
            prescription=self.prescription,
            alerts=tuple(self._alerts),
            pains=tuple(self._pains),
            end_reason=reason,
        )

    def _paced_at(self, share: float) -> int:
        """The cadence that `share` of the paced seconds do not exceed (nearest rank)."""
        rank = ceil(share * self._paced_s.total())
        for cadence_spm in sorted(self._paced_s):
            rank -= self._paced_s[cadence_spm]
            if rank <= 0:
                return cadence_spm
        raise ValueError("no paced second")
