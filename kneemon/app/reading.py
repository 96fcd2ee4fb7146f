# SPDX-License-Identifier: MIT
"""What pages, reports and exports read: walks as they went, weeks against the plan, pain, reasons; never written to.

Only what is shown is read, with as much around it as judging it needs: a walk's colour hangs on the week before it and
the morning after. So a page costs the same after five years as after one month. A store in which nothing was ever
stored reads as empty. Every method may raise StoreError.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from kneemon.app.as_known import on_calendar, rules_of
from kneemon.config.plan_file import parse_plan
from kneemon.errors import PlanError
from kneemon.model.diary import DiaryEntry, PlanVersion, Profile, Struck, Surface, Tags, WalkNote
from kneemon.model.plans import Decision, Plan, PlanState, Rules, StateName
from kneemon.model.records import EventRow, Former, SecondRow, SessionRecord, TimeAnchor
from kneemon.plan.amended import Strikes, counted, strikes
from kneemon.plan.baseline import overshoot
from kneemon.plan.colours import Judged, judge
from kneemon.plan.history import EARLIEST, History, Outcome, history, place
from kneemon.plan.load import Load, load_of
from kneemon.store.faults import nothing_stored
from kneemon.store.reader import StoreReader

DAY, WEEK = timedelta(days=1), timedelta(days=7)
RESTING = (StateName.PAUSED, StateName.STOP_MEDICAL)  # nothing is planned while the plan is so
AROUND_BEFORE, AROUND_AFTER = timedelta(days=9), timedelta(days=3)  # usual pain; the morning after, any zone
ALWAYS = ("profile", "struck", "restored")  # few, and never too old to matter
G_M_S2 = 9.81  # as the evidence has it


@dataclass(frozen=True, slots=True)
class WalkRead:
    """A walk at the time it really began, as far as that is known, and how it went.

    judged: None where nothing was ever told, or it is too short for the plan. struck: why it does not count, None when
    it does. overshoot_percent: of the planned minutes, None when that is no more than was planned or nearly so.
    notes: by author, newest of each. load_kns: with the weight that was told by then, else None.
    """

    record: SessionRecord
    outcome: Outcome
    judged: Judged | None
    overshoot_percent: float | None
    load: Load
    load_kns: float | None
    struck: Struck | None = None
    notes: Mapping[str, str] = field(default_factory=dict)
    surface: Surface | None = None
    shoes: str | None = None

    @property
    def local_start(self) -> datetime:
        return self.record.started_at.astimezone(zone_of(self.record.tz))


@dataclass(frozen=True, slots=True)
class WeekRead:
    """Seven days from `first` on: planned by the decision that held at its end, and walked (struck walks left out).

    walked_min: of the main part. planned_min, planned_walks: None where no plan held, or it rested. step: of the plan,
    from 1. state: that the week ended in, or is in.
    """

    first: date
    walked_min: float
    walks: int
    steps: int
    planned_min: float | None
    planned_walks: int | None
    step: int | None
    mean_morning: float | None
    mean_before: float | None
    state: StateName | None = None


class Reading:
    """On a reader that stays the caller's; None: nothing was ever stored. today: in `zone`, where the walker lives.

    One reading is one look: what it has read once it does not read again. Make a new one for the next look.
    """

    def __init__(self, path: Path, reader: StoreReader | None, today: date, zone: str = "UTC") -> None:
        self._path = path
        self._reader = reader
        self.today = today
        self.zone = zone
        self._really = today  # the day it is, whatever day is looked at
        self._versions: list[PlanVersion] | None = None
        self._anchors: dict[str, TimeAnchor | None] = {}
        self._always: list[DiaryEntry] | None = None
        self._weeks: dict[int, list[WeekRead]] = {}

    def until(self, day: date) -> "Reading":
        """As it stood at that day's end, but for what was told about its walks since; no later than today."""
        then = Reading(self._path, self._reader, min(max(day, EARLIEST.date()), self.today), self.zone)
        then._really = self._really
        return then

    @property
    def empty(self) -> bool:
        return self._reader is None

    @property
    def path(self) -> Path:
        """The store's file."""
        return self._path

    @property
    def reader(self) -> StoreReader:
        """For what is taken whole: exports. StoreEmptyError when nothing was ever stored."""
        if self._reader is None:
            raise nothing_stored(self._path)
        return self._reader

    def anchors_of(self, made: Iterable[SessionRecord | DiaryEntry]) -> dict[str, TimeAnchor]:
        """By boot id, of the boots that these were made in: there are as many boots as days."""
        boots = {each.stamp.boot_id if isinstance(each, DiaryEntry) else each.boot_id for each in made}
        missing = boots - self._anchors.keys()
        if missing and self._reader:
            known = self._reader.anchors(missing)
            self._anchors |= {boot_id: known.get(boot_id) for boot_id in missing}
        return {boot_id: anchor for boot_id in boots if (anchor := self._anchors.get(boot_id)) is not None}

    @property
    def versions(self) -> list[PlanVersion]:
        """The plan's texts, from the first."""
        if self._versions is None:
            self._versions = self._reader.plan_versions() if self._reader else []
        return self._versions

    @property
    def plan(self) -> Plan | None:
        """The newest plan that was followed; None without one, or when its form is no longer read."""
        return plan_of(self.versions)

    @property
    def rules(self) -> Rules:
        return rules_of(self.versions)

    @property
    def profile(self) -> Profile | None:
        """The newest that was not struck."""
        struck = self.strikes
        told = [entry.fact for entry in self._kept() if isinstance(entry.fact, Profile) and struck.counts(entry)]
        return told[-1] if told else None

    @property
    def strikes(self) -> Strikes:
        return strikes(self._kept())

    @property
    def state(self) -> PlanState | None:
        """Where the plan stands, by its newest decision."""
        decided = self.decisions(1)
        return decided[0].fact.state if decided and isinstance(decided[0].fact, Decision) else None

    def count(self) -> int:
        return self._reader.session_count() if self._reader else 0

    def walks(self, limit: int = 20, before: str | None = None) -> list[WalkRead]:
        """Newest first, struck ones too; before: the last walk of the page before."""
        return self._read(self._reader.session_page(before, limit) if self._reader else [])

    def walk(self, session_id: str = "latest") -> WalkRead:
        """StoreError naming the nearest names when there is none."""
        return self._read([self.reader.session(session_id)])[0]

    def walks_between(self, first: date, last: date) -> list[WalkRead]:
        """In order, both days included, struck ones too."""
        walks = self._read(self._sessions(first - DAY, last + DAY))
        return [walk for walk in walks if first <= walk.outcome.day <= last]

    def seconds(self, session_id: str) -> list[SecondRow]:
        return self.reader.seconds(session_id)

    def events(self, session_id: str) -> list[EventRow]:
        return self.reader.events(session_id)

    def about(self, session_id: str) -> list[DiaryEntry]:
        """All that was ever told about the walk, what was struck, too."""
        return self.reader.diary_about(session_id)

    def former(self, session_id: str) -> list[Former]:
        return self.reader.former(session_id)

    def diary(self, limit: int = 50, before: int | None = None) -> list[DiaryEntry]:
        """Newest first, struck entries too; before: the seq of the last one of the page before."""
        return self._reader.diary_page(before, limit) if self._reader else []

    def decisions(self, limit: int) -> list[DiaryEntry]:
        """Newest first, those taken by `today`."""
        if self._reader is None:
            return []
        if self.today == self._really:
            return self._reader.diary_of("decision", last=limit)[::-1]
        entries = self._reader.diary_of("decision")[::-1]
        by_then = (each for each in entries if isinstance(each.fact, Decision) and each.fact.taken_on <= self.today)
        return list(islice(by_then, limit))

    def exercises(self, limit: int) -> list[DiaryEntry]:
        """The newest sets, newest first, but for those struck."""
        struck = self.strikes
        many = limit + len(struck.entries)
        found = self._reader.diary_of("exercise_set", last=many) if self._reader else []
        return [entry for entry in found[::-1] if struck.counts(entry)][:limit]

    def past(self, first: date, last: date) -> History:
        """The rules' view of those days, and of enough around them to judge them; without what was struck."""
        entries = self._entries(first, last)
        records, told = counted(self._sessions(first - AROUND_BEFORE, last + AROUND_AFTER), entries)
        return history(records, told, self.anchors_of((*records, *told)), self.rules)

    def weeks(self, count: int) -> list[WeekRead]:
        """The newest last, which holds today. They begin as the plan's weeks do, on Mondays without a plan."""
        if count in self._weeks:
            return self._weeks[count]
        decided = self._decided(6 * count + 20)
        start = decided[-1].state.week_start if decided else self.today - timedelta(days=self.today.weekday())
        newest = start + WEEK * ((self.today - start).days // 7)
        first = newest - (count - 1) * WEEK
        past = self.past(first, newest + WEEK)
        self._weeks[count] = [_week(past, decided, first + number * WEEK) for number in range(count)]
        return self._weeks[count]

    def _decided(self, limit: int) -> list[Decision]:
        """In order, what was decided later than `today` too: the weeks begin where they do for whoever looks today."""
        last = limit if self.today == self._really else None
        entries = self._reader.diary_of("decision", last=last) if self._reader else []
        return [entry.fact for entry in entries if isinstance(entry.fact, Decision)]

    def _sessions(self, first: date, last: date) -> list[SessionRecord]:
        if self._reader is None:
            return []
        return self._reader.sessions_between(_instant(first), _instant(last + DAY))

    def _entries(self, first: date, last: date) -> list[DiaryEntry]:
        """Of the days and around them, with all that is never too old."""
        if self._reader is None:
            return []
        since, until = _instant(first - AROUND_BEFORE), _instant(last + AROUND_AFTER)
        found = {entry.seq: entry for entry in (*self._kept(), *self._reader.diary_between(since, until))}
        return [found[seq] for seq in sorted(found)]

    def _kept(self) -> list[DiaryEntry]:
        if self._always is None:
            self._always = self._reader.diary_of(*ALWAYS) if self._reader else []
        return self._always

    def _read(self, records: Sequence[SessionRecord]) -> list[WalkRead]:
        """Each with what was told about it; walks far apart are read apart."""
        days = {record.session_id: self._day(record) for record in records}
        found: dict[str, WalkRead] = {}
        together: list[SessionRecord] = []
        for record in sorted(records, key=lambda record: days[record.session_id]):
            if together and days[record.session_id] - days[together[-1].session_id] > AROUND_BEFORE + AROUND_AFTER:
                found |= self._read_together(together, days)
                together = []
            together.append(record)
        found |= self._read_together(together, days)
        return [found[record.session_id] for record in records]

    def _day(self, record: SessionRecord) -> date:
        """Near enough to look around it."""
        anchors, began_s = self.anchors_of([record]), record.summary.started_s
        return place(record.boot_id, began_s, record.started_at, record.tz, certain=False, anchors=anchors).day

    def _read_together(self, records: Sequence[SessionRecord], days: Mapping[str, date]) -> dict[str, WalkRead]:
        """By name; records: in order of their days."""
        if not records:
            return {}
        anchors = self.anchors_of(records)
        placed = [on_calendar(record, anchors) for record in records]
        first, last = days[records[0].session_id], days[records[-1].session_id]
        entries = self._entries(first, last)
        about = [entry for record in records for entry in self.reader.diary_about(record.session_id)]
        merged = {entry.seq: entry for entry in (*entries, *about)}
        entries = [merged[seq] for seq in sorted(merged)]
        struck = strikes(entries)
        around = {record.session_id: record for record in self._sessions(first - AROUND_BEFORE, last + AROUND_AFTER)}
        around |= {record.session_id: record for record in records}
        rules = self.rules
        kept, told = counted(list(around.values()), entries)
        anchors = self.anchors_of((*around.values(), *entries))
        past = history(kept, told, anchors, rules)
        all_counts = len(kept) == len(around) and len(told) == len(entries)
        whole = past if all_counts else history(list(around.values()), entries, anchors, rules)
        outcomes = {walk.session_id: walk for walk in (*whole.walks, *past.walks)}
        return {
            record.session_id: self._walk(
                record, outcomes[record.session_id], past, rules, entries, struck, asked=bool(told)
            )
            for record in placed
        }

    def _walk(
        self,
        record: SessionRecord,
        walk: Outcome,
        past: History,
        rules: Rules,
        entries: Iterable[DiaryEntry],
        struck: Strikes,
        *,
        asked: bool,
    ) -> WalkRead:
        name = record.session_id
        gone = struck.walks.get(name)
        judged = None
        if asked and walk.counts and gone is None:
            judged = judge(walk, past.usual_pain(walk.day), rules, settled=self._really > walk.day + DAY)
        load = load_of(walk.steps, walk.aid, rules)
        weights = [profile.weight_kg for day, profile in past.profiles if day <= walk.day]
        kg = weights[-1] if weights else None
        facts = [entry.fact for entry in entries if struck.counts(entry) or gone]
        tags = [fact for fact in facts if isinstance(fact, Tags) and fact.session_id == name]
        notes = {fact.author: fact.text for fact in facts if isinstance(fact, WalkNote) and fact.session_id == name}
        return WalkRead(
            record,
            walk,
            judged,
            overshoot(walk, rules),
            load,
            None if kg is None else load.units * kg * G_M_S2 / 1000.0,
            gone,
            {author: text for author, text in notes.items() if text},
            next((tag.surface for tag in reversed(tags) if tag.surface is not None), None),
            next((tag.shoes for tag in reversed(tags) if tag.shoes is not None), None),
        )


def plan_of(versions: Sequence[PlanVersion]) -> Plan | None:
    """The newest that can be read, as that version."""
    if not versions:
        return None
    newest = versions[-1]
    try:
        return replace(parse_plan(newest.text, Path(newest.name)), rev=newest.rev)
    except PlanError:
        return None


def zone_of(name: str) -> ZoneInfo:
    """UTC for a name that is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def _instant(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _week(past: History, decided: Sequence[Decision], first: date) -> WeekRead:
    days = [first + DAY * number for number in range(7)]
    walks = [walk for walk in past.walks if walk.day in days and walk.counts]
    held = [decision.state for decision in decided if decision.taken_on <= days[-1]]
    dose = held[-1].dose if held and held[-1].name not in RESTING else None
    mornings = [past.mornings[day] for day in days if day in past.mornings]
    before = [score for day, score in past.before if day in days]
    return WeekRead(
        first,
        sum(walk.walked_min for walk in walks),
        len(walks),
        sum(walk.steps for walk in walks),
        dose.weekly_min if dose else None,
        dose.sessions if dose else None,
        held[-1].step + 1 if held else None,
        sum(mornings) / len(mornings) if mornings else None,
        sum(before) / len(before) if before else None,
        held[-1].name if held else None,
    )
