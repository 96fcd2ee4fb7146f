# SPDX-License-Identifier: MIT
"""Questions that come later: two hours after a walk, and next morning. When they are asked by buzz, and how often.

Both feel the same, so never both: the morning's comes first, and that of two hours is let go when its time is over.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from math import inf

from kneemon.app.programme import Programme
from kneemon.app.waiting import Open
from kneemon.model.questions import Ask
from kneemon.ports import Clock

LOOK_S = 15.0  # how often it is looked whether something is due
STILL_LATER = timedelta(hours=2)  # how long after its time "two hours later" is asked
NIGHT_H = (22, 7)  # [from, to): nobody is woken


@dataclass(frozen=True, slots=True)
class ReminderParams:
    """later, morning: whether they are asked. repeat_s: between two askings of one question, asked `times` times."""

    later: bool = True
    morning: bool = True
    repeat_s: float = 600.0
    times: int = 2


class Reminder:
    """question: what was asked last."""

    def __init__(self, programme: Programme, clock: Clock, params: ReminderParams) -> None:
        self._programme = programme
        self._clock = clock
        self._params = params
        self._asked: dict[tuple[Ask, str, date], tuple[int, float]] = {}  # how often, and when last
        self._looked_s = -inf
        self.question: Open | None = None

    def due(self, t_s: float) -> Ask | None:
        """What is to be asked at t_s, which then counts as asked."""
        if t_s - self._looked_s < LOOK_S:
            return None
        self._looked_s = t_s
        for question in self._now():
            key = question.ask, question.session_id if question.ask is Ask.PAIN_LATER else "", question.day
            times, last_s = self._asked.get(key, (0, -inf))
            if times < self._params.times and t_s - last_s >= self._params.repeat_s:
                self._asked[key] = times + 1, t_s
                self.question = question
                return question.ask
        return None

    def _now(self) -> list[Open]:
        """At most one question that may be asked by buzz at this time of day."""
        waiting = {question.ask: question for question in self._programme.open_questions()}
        rules, hour = self._programme.rules, self._clock.time_of_day().hour
        morning, later = waiting.get(Ask.PAIN_MORNING), waiting.get(Ask.PAIN_LATER)
        if morning is not None:
            in_time = rules.morning_from_h <= hour < rules.morning_to_h
            return [morning] if self._params.morning and in_time else []
        night = self._programme.certain and (hour >= NIGHT_H[0] or hour < NIGHT_H[1])
        if later is None or night or self._programme.now - later.since > STILL_LATER:
            return []
        return [later] if self._params.later else []
