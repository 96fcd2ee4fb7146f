# SPDX-License-Identifier: MIT
"""Weeks of a made-up person's life with kneemon, into a store of their own.

    virtual.life  what the person does, feels and answers: chance, by the seed
    this module   the same through kneemon: engine, interview, programme, exercises, store; nothing of it is made up

Steps are told to the engine, not measured: there is no sensor. Every second, cue, total and decision is kneemon's own.
The same seed gives the same life; only the names of device and walks have a random part, which is the store's.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from numpy.random import Generator, default_rng

from kneemon.app.exercising import Exercising
from kneemon.app.life_device import Device
from kneemon.app.programme import Programme
from kneemon.app.told import answer, tell
from kneemon.config.plan_file import parse_plan
from kneemon.errors import ControlError
from kneemon.model.commands import MarkGaveWay, MarkPain, Pause, Resume, StopSession
from kneemon.model.diary import Choice, ChoiceKind, ExerciseKind, Fact, Override, Tags
from kneemon.model.plans import Colour, StateName
from kneemon.model.questions import Ask, Grade, Signs, Steady
from kneemon.model.samples import SampleBlock
from kneemon.plan.exercises import due_today
from kneemon.plan.history import Outcome
from kneemon.store.writer import Store
from kneemon.virtual.exercises import Exerciser, Habit
from kneemon.virtual.life.clock import LivedClock
from kneemon.virtual.life.days import Day, Days
from kneemon.virtual.life.outing import Outing, Stretch
from kneemon.virtual.life.person import Person, somebody
from kneemon.virtual.life.sore_knee import SoreKnee
from kneemon.virtual.life.steps import Steps

COMMIT_S = 120.0  # of the life's time: what a power cut would lose is flushed before it
LATER_S = 7300.0  # the question two hours later is due by then
BLOCK_S = 0.5  # of an exercise's samples
RATE_HZ = 50.0  # of these; the slowest that kneemon's sensors are set to
NOISE_G = 0.003
MARKS = 0.03  # chance that pain is told unasked, in ten seconds of walking that hurt clearly more

Told = Callable[[int, int], None]  # days lived, of all


@dataclass(frozen=True, slots=True)
class LifeOptions:
    """plan_text: the plan's file as it is, from plan_path. start: the first day; the day after the last one has a
    morning yet, which settles it. person: None for the one that the seed draws."""

    store: Path
    plan_text: str
    plan_path: Path
    start: date
    weeks: int = 12
    seed: int = 7
    person: Person | None = None


@dataclass(frozen=True, slots=True)
class Life:
    """What came of it. states: those entered, in order; walks as the rules see them, with their colours."""

    person: Person
    walks: tuple[Outcome, ...]
    states: tuple[StateName, ...]
    rules: tuple[str, ...]
    colours: tuple[Colour, ...]


class Living:
    """One person, day by day."""

    def __init__(self, options: LifeOptions) -> None:
        self._options = options
        self._plan = parse_plan(options.plan_text, options.plan_path)
        body, self._rng, chances, feet, ids = (default_rng([options.seed, each]) for each in range(5))
        self.person = options.person or somebody(body, 7 * options.weeks)
        self._knee = SoreKnee(self.person, body)
        self._days = Days(self.person, self._plan.walk_days, chances)
        self._steps_rng: Generator = feet
        self._ids = ids
        self._zone = ZoneInfo(self.person.zone)
        self._clock = LivedClock(self._at(options.start, 0.0), self.person.zone)
        self._device: Device | None = None
        self._mornings: dict[date, int] = {}  # how it was, whether told or not
        self._advice_on: date | None = None  # when somebody will have been asked
        self._signs = Signs.NOTHING_NEW

    def live(self, told: Told) -> Life:
        """All of it. Raises StoreError."""
        try:
            days = 7 * self._options.weeks
            for number in range(days):
                self._day(number, self._options.start + timedelta(number))
                told(number + 1, days)
            last = self._options.start + timedelta(days)
            self._knee.night()
            device = self._morning(last, 8.0)
            device.look()
            return self._life(device.programme)
        finally:
            if self._device is not None:
                self._off()

    def _day(self, number: int, day: date) -> None:
        self._knee.night()
        self._mornings[day] = self._knee.at_rest()
        todo = self._days.next(number, day)
        if not todo.at_home:
            return
        if todo.on_h is not None or number == 0:
            device = self._morning(day, todo.on_h or 8.5)
            if number == 0:
                tell(device.programme, self.person.profile)
            if todo.resumes:
                self._choose(device, ChoiceKind.RESUME)
            self._follow_up(device, day)
        if self._goes(todo):
            self._walks(todo, day)
        if todo.exercises or todo.evening or todo.pauses:
            self._evening(todo, day)
        if self._device is not None:
            self._off()

    def _morning(self, day: date, hour: float) -> Device:
        device = self._on(day, hour, known=True)
        device.passes(60.0)
        device.passes(900.0)
        return device

    def _goes(self, todo: Day) -> bool:
        """What the device says counts more than the habit; before a rest day's walk they mostly think again."""
        if self._device is None:
            return todo.wants_to_walk
        dose = self._device.programme.prescription()
        if dose is None or not (dose.locked or dose.rest_day):
            return todo.wants_to_walk
        return todo.wants_to_walk and bool(self._rng.random() < (0.05 if dose.locked else 0.4))

    def _walks(self, todo: Day, day: date) -> None:
        offline = todo.offline
        if offline and self._device is not None:
            self._off()
        device = self._on(day, todo.walk_h, known=not offline)
        again = self._walk(device, todo)
        if self._device is None:
            return
        if offline and todo.comes_home:
            self._clock.learn()
            device.look()
        if again or todo.walks_twice:
            device.passes(float(self._rng.uniform(1.2, 3.0)) * 3600.0)
            self._walk(device, todo)
        if self._device is not None and todo.stays_on:
            for _ in range(3):  # asked twice, ten minutes apart
                device.passes(LATER_S / 3 + 120.0)
        if self._device is not None and offline and not todo.comes_home:
            self._off()

    def _walk(self, device: Device, todo: Day) -> bool:
        """A walk, if it may begin; True when the rest of it is left for later that day."""
        self._signs = Signs.SOMETHING if self._rng.random() < self.person.warns else Signs.NOTHING_NEW
        dose = device.programme.prescription()
        outing = Outing(self.person, self._rng, led=dose is not None, wet=todo.wet)
        device.heard = outing.hear
        if not device.set_off():
            return False
        steps, began = Steps(self._steps_rng), self._clock.now
        dies_s = todo.dies_after_s
        while device.in_session and (stretch := outing.next()) is not None:
            self._stretch(device, steps, stretch)
            if dies_s is not None and (self._clock.now - began).total_seconds() > dies_s:
                self._off(cut=True)
                return False
        if device.in_session and self._rng.random() < 0.08:  # forgotten: it ends by itself
            while device.in_session:
                device.passes(60.0, steps.stand)
        elif device.in_session:
            device.command(StopSession(self._clock.now_s()))
        device.answer_all()
        device.look()
        device.heard = lambda _: None
        self._tag(device, todo)
        return outing.again and self._rng.random() < 0.7

    def _stretch(self, device: Device, steps: Steps, stretch: Stretch) -> None:
        cadence_spm = stretch.cadence_spm
        if stretch.shop:
            device.command(Pause(self._clock.now_s()))
        if cadence_spm is None:
            device.passes(stretch.seconds, steps.stand)
        else:
            self._knee.walked(stretch.seconds / 60.0)
            device.passes(stretch.seconds, lambda start_s, seconds: steps.walk(start_s, seconds, cadence_spm))
        if stretch.shop:
            device.command(Resume(self._clock.now_s()))
        if cadence_spm is None or not device.in_session:
            return
        if self._knee.gives_way(stretch.seconds):
            device.command(MarkGaveWay(self._clock.now_s()))
            device.answer_all()
        elif self._rng.random() < MARKS and self._knee.walking() > self.person.usual_pain + 2:
            score = self._knee.walking() if self._rng.random() < 0.85 else None
            device.command(MarkPain(self._clock.now_s(), score))

    def _evening(self, todo: Day, day: date) -> None:
        device = self._on(day, max(19.5 + float(self._rng.normal(0.0, 0.6)), todo.walk_h), known=True)
        device.passes(30.0)
        if todo.exercises and not device.programme.stopped:
            for kind in (ExerciseKind.PUSH_OFF, ExerciseKind.BALANCE, ExerciseKind.CALF_STRETCH):
                programme = device.programme
                rules = programme.plan.exercises if programme.plan else None
                if rules and due_today(kind, rules, programme.exercise_sets(), day) and self._rng.random() < 0.45:
                    self._exercise(device, kind)
        self._answer_late(device)
        if todo.pauses:
            self._choose(device, ChoiceKind.PAUSE)
        device.look()

    def _answer_late(self, device: Device) -> None:
        """At the command line, what was not answered when it was asked."""
        programme = device.programme
        for question in programme.open_questions():
            if self._rng.random() >= self.person.late:
                continue
            if question.ask is Ask.PAIN_MORNING:
                answer(programme, question.ask, self._mornings[question.day], "", question.day)
            else:
                pain = self._knee.walking() if question.ask is Ask.PAIN_END else self._knee.later()
                answer(programme, question.ask, pain, question.session_id)
        yesterday = programme.today - timedelta(days=1)
        walked = any(walk.day == yesterday - timedelta(days=1) for walk in programme.history.walks)
        if walked and yesterday not in programme.history.mornings and self._rng.random() < self.person.late / 2:
            answer(programme, Ask.PAIN_MORNING, self._mornings[yesterday], "", yesterday)

    def _exercise(self, device: Device, kind: ExerciseKind) -> None:
        """Real samples of a made-up body, through the real leader."""
        begun_s, seed = self._clock.now_s(), int(self._rng.integers(2**31))
        rng = default_rng(seed)
        body = Exerciser(Habit(forgets=0.03), seed=seed)
        asked: list[float] = []
        exercising = Exercising(
            device.programme, play=lambda cue: body.hear(replace(cue, t_s=cue.t_s - begun_s)), ask=asked.append
        )
        exercising.begin(kind, begun_s)
        while exercising.on:
            start_s = self._clock.now_s()
            t_s = start_s + np.arange(round(BLOCK_S * RATE_HZ)) / RATE_HZ
            self._clock.wait(BLOCK_S)
            noise_g = rng.normal(0.0, NOISE_G, (len(t_s), 3))
            exercising.feed(SampleBlock(t_s, body.acceleration(t_s - begun_s) + noise_g))
            exercising.passed(self._clock.now_s())
        device.passes(5.0)

    def _tag(self, device: Device, todo: Day) -> None:
        tags = Tags(device.session_id or "", aid=todo.aid, surface=todo.surface, shoes=todo.shoes)
        if device.session_id and (todo.aid or todo.surface or todo.shoes):
            tell(device.programme, tags)

    def _follow_up(self, device: Device, day: date) -> None:
        """A stop or a review: somebody is asked, days later. A flare: perhaps rest. Growth: perhaps not yet."""
        state = device.programme.state
        if state is None:
            return
        stopped = state.name is StateName.STOP_MEDICAL
        if not stopped and state.name is not StateName.REVIEW:
            self._advice_on = None
        elif self._advice_on is None:
            self._advice_on = day + timedelta(int(self._rng.integers(*((2, 9) if stopped else (5, 15)))))
        elif day >= self._advice_on:
            self._advice_on = None
            if not stopped and self._rng.random() < 0.4:
                note = "seen today; go on one step lower"
                self._tell(device, Override(StateName.HOLD, max(0, state.step - 1), note))
            else:
                self._choose(device, ChoiceKind.ADVISED)
        if state.name is StateName.DELOAD and state.dose.minutes and self._rng.random() < 0.12:
            self._choose(device, ChoiceKind.REST)
        elif state.name is StateName.PROGRESS and state.before and state.since == day and self._rng.random() < 0.12:
            self._choose(device, ChoiceKind.STAY)

    def _choose(self, device: Device, kind: ChoiceKind) -> None:
        self._tell(device, Choice(kind))

    def _tell(self, device: Device, fact: Fact) -> None:
        with suppress(ControlError):  # it has no place now; so they were told
            tell(device.programme, fact)
        device.look()

    def _reply(self, ask: Ask) -> int | None:
        """By button, when asked."""
        rng, knee = self._rng, self._knee
        if ask not in (Ask.GRADE, Ask.GAVE_WAY) and rng.random() >= self.person.prompt:
            return None
        match ask:
            case Ask.SIGNS:
                return int(self._signs)
            case Ask.GRADE:
                self._signs = Signs.NOTHING_NEW
                return int(rng.choice(tuple(Grade), p=(0.45, 0.32, 0.19, 0.04)))
            case Ask.GAVE_WAY:
                return int(rng.choice(tuple(Steady), p=(0.72, 0.2, 0.08)))
            case Ask.PAIN_NOW | Ask.PAIN_MARK | Ask.PAIN_END:
                return knee.walking()
            case Ask.PAIN_LATER:
                return knee.later()
            case Ask.PAIN_MORNING:
                return self._mornings.get(self._clock.today(), knee.at_rest())
            case _:
                return knee.at_rest()

    def _on(self, day: date, hour: float, *, known: bool) -> Device:
        """The device that is on, or one that is switched on at that hour, if it is not later already."""
        wait_s = (self._at(day, hour) - self._clock.now).total_seconds()
        if self._device is not None:
            if wait_s > 0:
                self._device.passes(wait_s)
            return self._device
        if wait_s > 0:
            self._clock.wait(wait_s)
        self._clock.boot(str(UUID(bytes=self._ids.bytes(16), version=4)), known=known)
        options, plan = self._options, self._plan
        store = Store.open(options.store, documents_of=lambda *_: (), commit_s=COMMIT_S, clock=self._clock)
        plan = replace(plan, rev=store.keep_plan(plan.name, options.plan_text))
        self._device = Device(store, plan, self._clock, self._reply)
        self._device.look()
        return self._device

    def _off(self, *, cut: bool = False) -> None:
        device, self._device = self._device, None
        if device is not None:
            device.off(cut=cut)

    def _at(self, day: date, hour: float) -> datetime:
        midnight = datetime.combine(day, time(), self._zone)
        return (midnight + timedelta(hours=hour)).astimezone(ZoneInfo("UTC"))

    def _life(self, programme: Programme) -> Life:
        decisions = programme.history.decisions
        return Life(
            person=self.person,
            walks=programme.history.walks,
            states=tuple(decision.state.name for decision in decisions if decision.was is not decision.state.name),
            rules=tuple(decision.rule for decision in decisions),
            colours=tuple(colour for _, colour in sorted(programme.colours().items())),
        )


def live(options: LifeOptions, told: Told) -> Life:
    """A whole life into a new store. Raises PlanError, StoreError."""
    return Living(options).live(told)
