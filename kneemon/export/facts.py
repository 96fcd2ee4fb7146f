# SPDX-License-Identifier: MIT
"""What the files of FIT, FHIR and XLSX are made of: a walk with what was made of it, and a week, as their reader has
them (`app.reading` fits). It knows no store and no file."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Protocol
from zoneinfo import ZoneInfo

from kneemon.errors import ExportError
from kneemon.export.columns import Walked
from kneemon.model.diary import Struck, Surface
from kneemon.model.questions import Ask
from kneemon.model.records import SessionRecord
from kneemon.plan.colours import Judged
from kneemon.plan.history import Outcome
from kneemon.plan.load import Load

Say = Callable[[str], str]


class WalkFacts(Protocol):
    """A walk and how it went. struck: why it does not count, None when it does. notes: by author."""

    @property
    def record(self) -> SessionRecord: ...
    @property
    def outcome(self) -> Outcome: ...
    @property
    def judged(self) -> Judged | None: ...
    @property
    def overshoot_percent(self) -> float | None: ...
    @property
    def load(self) -> Load: ...
    @property
    def load_kns(self) -> float | None: ...
    @property
    def struck(self) -> Struck | None: ...
    @property
    def notes(self) -> Mapping[str, str]: ...
    @property
    def surface(self) -> Surface | None: ...
    @property
    def shoes(self) -> str | None: ...


class WeekFacts(Protocol):
    """Seven days from `first` on, planned and walked; None is not known. step: of the plan, from 1."""

    @property
    def first(self) -> date: ...
    @property
    def walked_min(self) -> float: ...
    @property
    def walks(self) -> int: ...
    @property
    def steps(self) -> int: ...
    @property
    def planned_min(self) -> float | None: ...
    @property
    def planned_walks(self) -> int | None: ...
    @property
    def step(self) -> int | None: ...
    @property
    def mean_morning(self) -> float | None: ...
    @property
    def mean_before(self) -> float | None: ...


def walked(walk: WalkFacts) -> Walked:
    """The row of the summary's table."""
    seen = walk.outcome
    pain = {Ask.PAIN_BEFORE: seen.p0, Ask.PAIN_END: seen.p1, Ask.PAIN_LATER: seen.p2, Ask.PAIN_MORNING: seen.pm}
    return Walked(walk.record, pain, walk.load, walk.load_kns, walk.overshoot_percent, seen.pk, seen.bucklings)


def zone_of(record: SessionRecord) -> ZoneInfo:
    """ExportError when this machine does not know the walk's time zone."""
    try:
        return ZoneInfo(record.tz)
    except (KeyError, ValueError, OSError) as error:
        raise ExportError(
            "the walk's local times cannot be told",
            expected="a time zone this machine knows",
            seen=repr(record.tz),
            remedy="Install the system's time zone data (tzdata).",
        ) from error
