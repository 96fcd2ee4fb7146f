# SPDX-License-Identifier: MIT
"""Questions that wait for their answers: which ones are open about a walk that is over. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kneemon.model.diary import DiaryEntry, PainAnswer
from kneemon.model.plans import Rules
from kneemon.model.questions import Ask
from kneemon.plan.history import Outcome

ANSWERABLE_H = 36.0  # how long after a walk its open questions are still shown


@dataclass(frozen=True, slots=True)
class Open:
    """A question that waits for its answer: about a walk, or the morning of `day`; since when it has been due."""

    ask: Ask
    session_id: str
    day: date
    since: datetime


def open_about(
    walk: Outcome, ended: datetime, told: Iterable[DiaryEntry], rules: Rules, now: datetime
) -> tuple[Open, ...]:
    """Of the walk that was over at `ended`, by what was told."""
    answered = {
        entry.fact.ask
        for entry in told
        if isinstance(entry.fact, PainAnswer)
        and entry.fact.score is not None
        and entry.fact.session_id == walk.session_id
    }
    later = ended + timedelta(hours=rules.later_h)
    return tuple(
        Open(ask, walk.session_id, walk.day, since)
        for ask, since in ((Ask.PAIN_END, ended), (Ask.PAIN_LATER, later))
        if ask not in answered and since <= now < ended + timedelta(hours=ANSWERABLE_H)
    )
