# SPDX-License-Identifier: MIT
"""The plan as it is lived: facts in, decisions and today's dose out; all of it from what is stored.

It keeps the walks and the diary in memory, appends what comes, and lets the pure rules of `plan` decide. What is due is
found again after a power cut, so nothing is written in advance. Decisions wait until the civil clock is known to be
right, except those that stop. One thread at a time.
"""

import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kneemon.app.waiting import Open, open_about
from kneemon.errors import StoreError
from kneemon.model.diary import (
    AdviceSaid,
    DiaryEntry,
    ExerciseSet,
    Fact,
    GradeAnswer,
    LimitWish,
    PainAnswer,
    PlanUsed,
    Profile,
    Stamp,
)
from kneemon.model.plans import Colour, Decision, Plan, PlanState, Prescription, Rules, StateName
from kneemon.model.questions import Ask
from kneemon.model.records import PainTold, SessionRecord, TimeAnchor
from kneemon.plan.advice import Moment, due_tips
from kneemon.plan.amended import counted
from kneemon.plan.baseline import baseline_spm
from kneemon.plan.colours import by_day
from kneemon.plan.decide import due, standing_state
from kneemon.plan.exercises import sets_done
from kneemon.plan.history import History, Outcome, Placed, history, place
from kneemon.plan.prescribe import NO_WISH, prescribe
from kneemon.ports import Clock, DiaryStore

log = logging.getLogger(__name__)

WEEK = timedelta(days=7)
NO_EFFECT = "C-none"  # the rule of a choice that has no place in the state


class Programme:
    """plan None: nothing is prescribed, the diary is kept all the same."""

    def __init__(
        self,
        plan: Plan | None,
        store: DiaryStore,
        clock: Clock,
        *,
        zone: str = "",
        tips: Collection[str] = (),
        raises: bool = False,
    ) -> None:
        """zone: the wearer's, whatever `setup` was told. tips: the keys of those that may be given. raises: limits that
        are wished for may be higher than the plan's."""
        self.plan = plan
        self._zone = zone
        self._tips = tips
        self.raises = raises
        self._store = store
        self._clock = clock
        self._walks: dict[str, SessionRecord] = {}
        self._entries: list[DiaryEntry] = []
        self._anchors: dict[str, TimeAnchor] = {}
        self._counted: tuple[list[SessionRecord], list[DiaryEntry]] | None = None  # of the same walks and entries
        self._history: History | None = None
        self._baseline: tuple[float | None] | None = None  # of the same history
        self._looked: tuple[date, bool] | None = None  # the day for which all was decided, and whether it was certain
        self._unreadable = False
        self._read()
        self._live_in(self.profile)
        if plan is not None and plan.rev and plan.rev != self._rev():
            self._write(PlanUsed(plan.rev))

    @property
    def rules(self) -> Rules:
        """The plan's, or the defaults."""
        return self.plan.rules if self.plan else Rules()

    @property
    def history(self) -> History:
        if self._history is None:
            self._baseline = None
            self._history = history(*self._counting, self._anchors, self.rules)
        return self._history

    @property
    def _counting(self) -> tuple[list[SessionRecord], list[DiaryEntry]]:
        """The walks and entries that were not struck."""
        if self._counted is None:
            self._counted = counted(list(self._walks.values()), self._entries)
        return self._counted

    @property
    def _told(self) -> list[DiaryEntry]:
        return self._counting[1]

    @property
    def state(self) -> PlanState | None:
        return standing_state(self.history)

    @property
    def reason(self) -> str:
        """Why the plan stands where it does; a choice that changed nothing is no reason. "" before any decision."""
        return next((each.reason for each in reversed(self.history.decisions) if each.rule != NO_EFFECT), "")

    @property
    def profile(self) -> Profile | None:
        return self.history.profile

    @property
    def today(self) -> date:
        """By the boot's anchor, as everything in the diary is placed, even if somebody sets the clock meanwhile."""
        return self._day_of(self.stamp())

    @property
    def now(self) -> datetime:
        """Aware, UTC; on the same axis."""
        at = self.stamp()
        return place(at.boot_id, at.t_s, at.utc, at.tz, certain=at.certain, anchors=self._anchors).at

    @property
    def stopped(self) -> bool:
        """The plan is locked until a professional has advised."""
        state = self.state
        return state is not None and state.name is StateName.STOP_MEDICAL

    @property
    def grade_open(self) -> bool:
        """Something was new, and which list it is on was not told: no walk starts until it is."""
        grades = [entry.fact for entry in self._told if isinstance(entry.fact, GradeAnswer)]
        return bool(grades) and grades[-1].grade is None

    @property
    def certain(self) -> bool:
        """The civil clock is right, or was during this boot."""
        return self._clock.anchor().boot_id in self._anchors

    def look(self) -> tuple[Decision, ...]:
        """Decide what is due now, and keep it."""
        anchor = self._clock.anchor()
        if anchor.synchronised and anchor.boot_id not in self._anchors:
            self._anchors[anchor.boot_id] = anchor
            self._store.keep_anchor(anchor)
            self._changed()
        known = self.today, self.certain
        if self.plan is None or (self._history is not None and known == self._looked):
            return ()
        self._looked = known
        decisions = due(self.plan, self.history, self.today, certain=self.certain and not self._unreadable)
        for decision in decisions:
            self._write(decision)
            log.info("plan: %s", decision.rule)
        return decisions

    def tell(self, *facts: Fact) -> tuple[Decision, ...]:
        """Keep what was told, and decide what follows."""
        for fact in facts:
            self._write(fact)
        return self.look()

    def walked(self, record: SessionRecord) -> tuple[Decision, ...]:
        """A walk began, goes on or is over; the newest state of it counts."""
        self._walks[record.session_id] = record
        self._changed()
        return self.look()

    @property
    def wish(self) -> LimitWish:
        """Limits wished for beside the plan's."""
        wishes = [entry.fact for entry in self._told if isinstance(entry.fact, LimitWish)]
        return wishes[-1] if wishes else NO_WISH

    def prescription(self, *, own: bool = False) -> Prescription | None:
        """Today's dose, or while the day is not known that of the newest decision; None without a plan.

        own: as the plan says, without what was wished for.
        """
        if self.plan is None:
            return None
        today, past = self.today, self.history
        state = standing_state(past)
        mine = self._of_this_day(past.walks, today)
        first = state.week_start + WEEK * ((today - state.week_start).days // 7) if state else today
        week = [walk for walk in past.walks if first <= walk.day <= today]
        unknown = state is None and not self.certain  # then nothing has grown, whatever the label says
        dose = prescribe(
            self.plan,
            self.plan.start if unknown else today,
            60.0 * sum(walk.walked_min for walk in mine),
            state,
            walked_days=sorted({walk.day for walk in past.walks if walk.walked_min or walk.walking_min}),
            week_main_s=60.0 * sum(walk.walked_min for walk in week),
            baseline_spm=self._baseline_spm(),
            wish=NO_WISH if own else self.wish,
            raises=self.raises,
        )
        return replace(dose, day=today) if dose and unknown else dose

    def _baseline_spm(self) -> float | None:
        """The walker's own comfortable cadence; worked out once for a history."""
        if self._baseline is None and self.plan is not None:
            past = self.history
            self._baseline = (baseline_spm(past.walks, self.plan.start, self.plan.rules, past.usual_pain),)
        return self._baseline[0] if self._baseline else None

    def refused_today(self) -> int | None:
        """The newest pain of today for which no walk was begun."""
        told = [
            entry.fact.score
            for entry in self._told
            if isinstance(entry.fact, PainAnswer)
            and entry.fact.ask is Ask.PAIN_BEFORE
            and not entry.fact.session_id
            and self._day_of(entry.stamp) == self.today
        ]
        return told[-1] if told else None

    def usual_pain(self) -> float | None:
        return self.history.usual_pain(self.today)

    def bucklings_today(self) -> int:
        return self.history.bucklings_on(self.today)

    def tip(self, moment: Moment) -> str:
        """A tip that fits, which counts as given; "" when none is due, or before `setup` has told whose knee it is."""
        if self.profile is None:
            return ""
        said = [
            (entry.fact.tip, self._day_of(entry.stamp)) for entry in self._told if isinstance(entry.fact, AdviceSaid)
        ]
        for tip in due_tips(moment, said, self.today, self._tips, self.profile):
            self._write(AdviceSaid(tip.key))
            return tip.text
        return ""

    @property
    def walks(self) -> list[SessionRecord]:
        """All that are stored, in order of beginning."""
        return list(self._walks.values())

    def walks_today(self) -> list[Outcome]:
        """Today's walks, as far as they are stored; while today is a guess, those whose day is known count, too."""
        today, boot_id = self.today, self._clock.anchor().boot_id
        return [
            walk
            for walk in self.history.walks
            if walk.day == today and (walk.certain or self.certain or self._walks[walk.session_id].boot_id == boot_id)
        ]

    @property
    def newest_known_day(self) -> date | None:
        """The newest local day that was surely reached: of a walk, or of a boot that knew the time."""
        days = [walk.day for walk in self.history.walks if walk.certain]
        days += [anchor.utc.astimezone(_zone(self._clock.zone())).date() for anchor in self._anchors.values()]
        return max(days, default=None)

    def day_of(self, record: SessionRecord) -> date:
        """The local day on which a walk began."""
        return self._place(record).day

    def told(self, records: Sequence[SessionRecord] | None = None) -> dict[str, PainTold]:
        """What was answered about each walk, by session_id; records: as if the walks had been these."""
        past = self.history
        if records is not None:
            past = history(*counted(records, self._entries), self._anchors, self.rules)
        return {walk.session_id: PainTold(walk.p0, walk.p1, walk.p2, walk.pm) for walk in past.walks}

    @property
    def anchors(self) -> dict[str, TimeAnchor]:
        """By boot id."""
        return self._anchors

    def corrected(self, record: SessionRecord) -> None:
        """A new revision of a walk; nothing is decided by it that was not by what made it."""
        self._walks[record.session_id] = record
        self._changed()

    def erased(self) -> None:
        """Something is gone from the store."""
        self._read()
        self._changed()

    def follow(self, plan: Plan) -> tuple[Decision, ...]:
        """From now on this plan holds, which the store keeps as its revision; what follows."""
        self.plan = plan
        return self.tell(PlanUsed(plan.rev))

    @property
    def entries(self) -> tuple[DiaryEntry, ...]:
        """The whole diary, what was struck, too."""
        return tuple(self._entries)

    def exercise_sets(self) -> list[tuple[date, ExerciseSet]]:
        """Every set in the diary, on its day."""
        return sets_done(self._told, self._anchors)

    def colours(self) -> dict[date, Colour]:
        """How the walks went, by day."""
        return by_day(self.history, self.rules, self.today)

    def open_questions(self) -> tuple[Open, ...]:
        """What is due and not answered: of the newest walk, and of this morning."""
        if self.plan is None:
            return ()
        grade = [self._grade_open_since()] if self.grade_open else []
        return (*grade, *self._about_walks()) if self.history.walks else tuple(grade)

    def _grade_open_since(self) -> Open:
        """The grade that keeps walks from starting."""
        entry = next(entry for entry in reversed(self._told) if isinstance(entry.fact, GradeAnswer))
        return Open(Ask.GRADE, "", self._day_of(entry.stamp), entry.stamp.utc)

    def _about_walks(self) -> tuple[Open, ...]:
        walk = next((walk for walk in reversed(self.history.walks) if walk.counts), self.history.walks[-1])
        if not walk.ended:
            return self._morning(walk)
        record = self._walks[walk.session_id]
        ended = self._place(record).at + timedelta(seconds=record.summary.duration_s)
        return (*open_about(walk, ended, self._told, self.rules, self.now), *self._morning(walk))

    def stamp(self) -> Stamp:
        anchor = self._clock.anchor()
        return Stamp(anchor.boot_id, anchor.monotonic_s, anchor.utc, anchor.synchronised, self._clock.zone())

    def _morning(self, newest: Outcome) -> tuple[Open, ...]:
        """This morning's question: after a walk day, and every morning while a flare may be on."""
        today, rules = self.today, self.rules
        if not self.certain or today in self.history.mornings:
            return ()
        yesterday = today - timedelta(days=1)
        usual, last = self.usual_pain(), self.history.mornings.get(yesterday)
        flare = usual is not None and last is not None and last >= usual + rules.pain_rise
        state = self.state
        asked = any(walk.day == yesterday for walk in self.history.walks)
        if not (asked or flare or (state is not None and state.name is StateName.DELOAD)):
            return ()
        since = datetime.combine(today, time(rules.morning_from_h), _zone(self._clock.zone()))
        return (Open(Ask.PAIN_MORNING, newest.session_id, today, since),) if since <= self.now else ()

    def _of_this_day(self, walks: Sequence[Outcome], today: date) -> list[Outcome]:
        """A clock that nobody has set may say yesterday: then only this boot's walks are sure not to be yesterday's."""
        boot_id = None if self.certain else self._clock.anchor().boot_id
        mine = [walk for walk in walks if boot_id in (None, self._walks[walk.session_id].boot_id)]
        return [walk for walk in mine if walk.day == today]

    def _read(self) -> None:
        """A card that cannot be read is no reason not to walk; but nothing is decided without the diary."""
        try:
            self._anchors = dict(self._store.anchors())
            self._entries = list(self._store.diary())
            self._walks = {record.session_id: record for record in self._store.walks()}
            if self._store.unreadable:
                self._unreadable = True
                log.warning(
                    "a newer kneemon wrote %d entries of the diary: the plan stays as it is", self._store.unreadable
                )
        except StoreError as error:
            self._unreadable = True
            log.warning("today's dose is given whole, and the plan stays as it is: %s", error)

    def _write(self, fact: Fact) -> None:
        self._entries.append(self._store.write(fact, self.stamp()))
        self._changed()
        if isinstance(fact, Profile):
            self._live_in(fact)

    def _changed(self) -> None:
        self._history, self._counted = None, None

    def _rev(self) -> int:
        used = [entry.fact.rev for entry in self._entries if isinstance(entry.fact, PlanUsed)]
        return used[-1] if used else 0

    def _live_in(self, profile: Profile | None) -> None:
        self._clock.live_in(self._zone or (profile.tz if profile else ""))

    def _day_of(self, stamp: Stamp) -> date:
        return place(stamp.boot_id, stamp.t_s, stamp.utc, stamp.tz, certain=stamp.certain, anchors=self._anchors).day

    def _place(self, record: SessionRecord) -> Placed:
        started_s = record.summary.started_s
        return place(record.boot_id, started_s, record.started_at, record.tz, certain=False, anchors=self._anchors)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
