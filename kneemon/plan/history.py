# SPDX-License-Identifier: MIT
"""Walks and diary as the rules see them: each walk on its day, with all that was answered about it.

A pure view of what is stored: nothing is kept here, so an answer told late, or a clock that learns the time, changes
the view and nothing else. It judges nothing. What was asked and not answered is not known; it takes nothing away.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from kneemon.model.diary import (
    Aid,
    Choice,
    DiaryEntry,
    GradeAnswer,
    Override,
    PainAnswer,
    PlanUsed,
    Profile,
    SignsAnswer,
    SteadyAnswer,
    Tags,
)
from kneemon.model.plans import Decision, Rules
from kneemon.model.questions import Ask, Grade, Steady
from kneemon.model.records import SessionRecord, TimeAnchor, TimeQuality

USUAL_DAYS = 7  # evidence, section 12
USUAL_LEAST = 3
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)  # a label beyond is a broken clock's, and no calendar can add to it

NotedFact = Choice | Override | PlanUsed | SignsAnswer | GradeAnswer | SteadyAnswer


@dataclass(frozen=True, slots=True)
class Placed:
    """A stamp on the calendar: at is aware (UTC). certain: the civil clock was, or has become, known for that boot."""

    day: date
    at: datetime
    certain: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """One walk of the plan.

    p0, p1, p2, pm: pain before, at the end, two hours later, next morning; pk: the highest during it, its end counted.
    None: not known. unscored: it was marked that it hurts, without a number. seq: of the newest fact about it, in the
    diary's order; 0 when there is none. walked_min: of the main part; planned_min: the day's dose then, None without.
    grade_open: something was new, and not told which list holds it. counts: enough walking to be a walk of the plan.
    """

    session_id: str
    day: date
    certain: bool
    walked_min: float
    walking_min: float
    steps: int
    cadence_spm: float | None
    planned_min: float | None
    p0: int | None = None
    pk: int | None = None
    p1: int | None = None
    p2: int | None = None
    pm: int | None = None
    unscored: bool = False
    bucklings: int = 0
    fell: bool = False
    grade: Grade | None = None
    aid: Aid = Aid.NONE
    over_s: float = 0.0  # walked past dose and cool-down
    ended: bool = True
    seq: int = 0
    brace: bool = False
    grade_open: bool = False
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Noted:
    """A fact that the rules follow beside the walks, on the day it was told: a choice, an override, a plan's revision,
    signs, a grade, an answer after a buckling. seq: its place in the diary."""

    day: date
    certain: bool
    seq: int
    fact: NotedFact


@dataclass(frozen=True, slots=True)
class History:
    """walks: in order of beginning. mornings: pain by day. before: every pain before a walk, walked or refused, with
    its day. noted: choices, overrides, plan revisions, signs, grades, answers after a buckling. decisions: in order.
    profile: the newest; profiles: each with the day it was told, in order of telling."""

    walks: tuple[Outcome, ...] = ()
    mornings: Mapping[date, int] = field(default_factory=dict)
    before: tuple[tuple[date, int], ...] = ()
    noted: tuple[Noted, ...] = ()
    decisions: tuple[Decision, ...] = ()
    profile: Profile | None = None
    profiles: tuple[tuple[date, Profile], ...] = ()

    def usual_pain(self, day: date) -> float | None:
        """B: the median of the pain before walks in the seven days up to `day`, of at least three values; until then
        what `setup` was told by then, or first after it; None when that is not known either."""
        recent = [score for on, score in self.before if 0 <= (day - on).days < USUAL_DAYS]
        if len(recent) >= USUAL_LEAST:
            return float(median(recent))
        told = [(on, profile.usual_pain) for on, profile in self.profiles if profile.usual_pain is not None]
        in_force = [score for on, score in told if on <= day] or [score for _, score in told[:1]]
        if in_force:
            return float(in_force[-1])
        usual = self.profile.usual_pain if self.profile else None
        return None if usual is None else float(usual)

    def bucklings_on(self, day: date) -> int:
        """How often the knee gave way on a day, on walks and without one, at an exercise."""
        walking = sum(walk.bucklings for walk in self.walks if walk.day == day)
        return walking + sum(each.day == day for each in self.gave_way_off_walks())

    def gave_way_off_walks(self) -> tuple[Noted, ...]:
        """Each time that the knee gave way without a walk: the answer afterwards is all that is known of it."""
        walks = {walk.session_id for walk in self.walks}
        return tuple(
            each for each in self.noted if isinstance(each.fact, SteadyAnswer) and each.fact.session_id not in walks
        )


@dataclass(slots=True)
class _About:
    """What was answered about one walk, the newest answer to each question."""

    pain: dict[Ask, int] = field(default_factory=dict)
    gave_way: bool = False
    fell: bool = False
    grade: Grade | None = None
    grade_open: bool = False
    aid: Aid | None = None
    brace: bool | None = None
    seq: int = 0


@dataclass(frozen=True, slots=True)
class _Morning:
    """A morning's pain; certain: its day is."""

    score: int
    certain: bool
    seq: int


def place(
    boot_id: str, t_s: float, utc: datetime, tz: str, *, certain: bool, anchors: Mapping[str, TimeAnchor]
) -> Placed:
    """The day of an instant: exact where its boot has an anchor (one synchronised instant), else by its label.

    t_s: on that boot's clock, seconds. utc: the label. tz: the IANA zone whose day it is; UTC for a name that is none.
    """
    at = utc if utc.tzinfo else utc.replace(tzinfo=UTC)
    anchor = anchors.get(boot_id)
    if anchor is not None and anchor.synchronised:
        try:
            at, certain = anchor.utc + timedelta(seconds=t_s - anchor.monotonic_s), True
        except (OverflowError, ValueError):  # no instant of a calendar: the label is what is left
            certain = False
    if not EARLIEST <= at <= LATEST:
        at, certain = min(max(at, EARLIEST), LATEST), False
    at = at.astimezone(UTC)
    return Placed(at.astimezone(_zone(tz)).date(), at, certain)


def history(
    records: Sequence[SessionRecord], entries: Sequence[DiaryEntry], anchors: Mapping[str, TimeAnchor], rules: Rules
) -> History:
    """All of it; records in order of beginning, entries in order of the diary."""
    reading = _Reading(frozenset(record.session_id for record in records), anchors)
    for entry in entries:
        reading.take(entry)
    walks = [(_placed(record, anchors), record) for record in records]
    walks.sort(key=lambda walk: walk[0].at)
    outcomes = [reading.outcome(record, placed, rules) for placed, record in walks]
    walked = [(placed, outcome.p0) for (placed, _), outcome in zip(walks, outcomes, strict=True)]
    before = sorted([*walked, *reading.refused()], key=lambda told: told[0].at)
    return History(
        walks=tuple(outcomes),
        mornings={day: morning.score for day, morning in sorted(reading.mornings.items())},
        before=tuple((placed.day, score) for placed, score in before if score is not None),
        noted=tuple(reading.noted),
        decisions=tuple(reading.decisions),
        profile=reading.profiles[-1][1] if reading.profiles else None,
        profiles=tuple((placed.day, profile) for placed, profile in reading.profiles),
    )


class _Reading:
    """The diary, read from its first entry to its last."""

    def __init__(self, walked: frozenset[str], anchors: Mapping[str, TimeAnchor]) -> None:
        self.mornings: dict[date, _Morning] = {}
        self.noted: list[Noted] = []
        self.decisions: list[Decision] = []
        self.profiles: list[tuple[Placed, Profile]] = []
        self._walked = walked
        self._anchors = anchors
        self._about: dict[str, _About] = {}
        self._refused: list[tuple[Placed, int]] = []
        self._unwalked: dict[str, tuple[Placed, int]] = {}  # by a session that the store does not have
        self._open_in: str | None = None  # the session whose question after the list waits for its answer
        self._seq = 0

    def take(self, entry: DiaryEntry) -> None:
        """The next entry."""
        self._seq = entry.seq or self._seq + 1
        fact, stamp = entry.fact, entry.stamp
        placed = place(stamp.boot_id, stamp.t_s, stamp.utc, stamp.tz, certain=stamp.certain, anchors=self._anchors)
        if isinstance(fact, NotedFact):
            self.noted.append(Noted(placed.day, placed.certain, self._seq, fact))
        if isinstance(fact, PainAnswer):
            self._pain(fact, placed)
        elif isinstance(fact, GradeAnswer):
            self._grade(fact)
        elif isinstance(fact, SteadyAnswer):
            about = self._of(fact.session_id)
            about.gave_way = True
            about.fell = about.fell or fact.steady is Steady.FELL
        elif isinstance(fact, SignsAnswer):
            self._of(fact.session_id)
        elif isinstance(fact, Tags):
            about = self._of(fact.session_id)
            about.aid = about.aid if fact.aid is None else fact.aid
            about.brace = about.brace if fact.brace is None else fact.brace
        elif isinstance(fact, Profile):
            self.profiles.append((placed, fact))
        elif isinstance(fact, Decision):
            self.decisions.append(fact)

    def refused(self) -> Iterable[tuple[Placed, int]]:
        """Every pain before a walk that was not begun."""
        return (*self._refused, *self._unwalked.values())

    def outcome(self, record: SessionRecord, placed: Placed, rules: Rules) -> Outcome:
        """The walk with what was answered about it."""
        summary = record.summary
        about = self._about.get(record.session_id) or _About()
        told = about.pain
        marks = [mark.score for mark in summary.pains]
        during = [*marks, *(told.get(ask) for ask in (Ask.PAIN_NOW, Ask.PAIN_MARK, Ask.PAIN_END))]
        morning = self.mornings.get(placed.day + timedelta(days=1))
        worn = [profile for when, profile in self.profiles if when.at <= placed.at]
        aid, brace = (worn[-1].aid, worn[-1].brace) if worn else (Aid.NONE, False)
        dose = summary.prescription
        walking_min = summary.walking_s / 60.0
        return Outcome(
            session_id=record.session_id,
            day=placed.day,
            certain=placed.certain,
            walked_min=summary.main_s / 60.0,
            walking_min=walking_min,
            steps=summary.steps,
            cadence_spm=summary.cadence_mean_spm,
            planned_min=None if dose is None else dose.dose_s / 60.0,
            p0=told.get(Ask.PAIN_BEFORE, summary.pain_before),
            pk=max((score for score in during if score is not None), default=None),
            p1=told.get(Ask.PAIN_END),
            p2=told.get(Ask.PAIN_LATER),
            pm=morning.score if morning else None,
            unscored=None in marks,
            bucklings=max(len(summary.gave_way_s), about.gave_way),
            fell=about.fell,
            grade=about.grade,
            aid=aid if about.aid is None else about.aid,
            over_s=summary.over_limit_s,
            ended=summary.end_reason is not None,
            seq=max(about.seq, morning.seq if morning else 0),
            brace=brace if about.brace is None else about.brace,
            grade_open=about.grade_open,
            counts=walking_min >= rules.shortest_bout_min,
        )

    def _pain(self, fact: PainAnswer, placed: Placed) -> None:
        if fact.ask is Ask.PAIN_MORNING:
            if fact.score is not None:
                self._morning(
                    fact.morning or placed.day, fact.score, certain=placed.certain or fact.morning is not None
                )
            return
        about = self._of(fact.session_id)
        if fact.score is None:
            return
        about.pain[fact.ask] = fact.score
        if fact.ask is Ask.PAIN_BEFORE and not fact.session_id:
            self._refused.append((placed, fact.score))
        elif fact.ask is Ask.PAIN_BEFORE and fact.session_id not in self._walked:
            self._unwalked[fact.session_id] = placed, fact.score

    def _morning(self, day: date, score: int, *, certain: bool) -> None:
        """The newest counts; but one whose day is a guess takes nothing from one whose day is known."""
        kept = self.mornings.get(day)
        if kept is None or certain or not kept.certain:
            self.mornings[day] = _Morning(score, certain, self._seq)

    def _grade(self, fact: GradeAnswer) -> None:
        """An answer without a walk is to the question that is open, whichever walk that is about."""
        about = self._of(fact.session_id)
        if fact.grade is None:
            about.grade_open, self._open_in = True, fact.session_id
            return
        asked = self._of(self._open_in) if self._open_in is not None and not fact.session_id else about
        for answered in (about, asked):
            answered.grade, answered.grade_open = fact.grade, False
        self._open_in = None

    def _of(self, session_id: str) -> _About:
        """What is known about the walk, to be changed by the entry at hand."""
        about = self._about.setdefault(session_id, _About())
        about.seq = self._seq
        return about


def _placed(record: SessionRecord, anchors: Mapping[str, TimeAnchor]) -> Placed:
    certain = record.time_quality is TimeQuality.NTP
    started_s = record.summary.started_s
    return place(record.boot_id, started_s, record.started_at, record.tz, certain=certain, anchors=anchors)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
