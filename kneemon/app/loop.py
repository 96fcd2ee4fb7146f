# SPDX-License-Identifier: MIT
"""The main loop: what comes from the sensor, the button and the socket goes through the engine, and out to the edges.

Threads: `acquire` reads the source into a bounded inbox; the main thread alone touches the engine. A full inbox makes
`acquire` wait, so that a lag shows where it can be counted, as an overrun of the chip's FIFO. The watchdog is fed only
by progress: a block consumed, or a step of the sensor's recovery taken and recorded.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from math import inf
from queue import Empty
from threading import Event, Thread

from kneemon.app import hatch
from kneemon.app.archive import Archive
from kneemon.app.asked import Answer, Asked, answer
from kneemon.app.asked_diary import answer_diary
from kneemon.app.asked_home import answer_home
from kneemon.app.asked_records import answer_records
from kneemon.app.backups import asked_backup
from kneemon.app.edges import Edges
from kneemon.app.exercising import Exercising
from kneemon.app.household import Household
from kneemon.app.inbox import Inbox, fill
from kneemon.app.interview import Interview, InterviewParams
from kneemon.app.journal import journal
from kneemon.app.logbook import Logbook
from kneemon.app.newsroom import Newsroom
from kneemon.app.programme import Programme
from kneemon.app.recorder import Recorder, answer_raw
from kneemon.app.status import LEVELS, TROUBLES, Status
from kneemon.app.supply import Supply
from kneemon.controls.grammar import ButtonGrammar, GrammarParams
from kneemon.controls.intents import Answered, Intent, Say, SkipSet, StartExercise, StopExercise, SwitchOff, Unanswered
from kneemon.controls.rules import ASKED_WITH, WalkState
from kneemon.engine import Engine
from kneemon.engine import Event as EngineEvent
from kneemon.errors import KneemonError, RefusalError
from kneemon.feedback.patterns import pattern_of
from kneemon.model.commands import Command, MarkGaveWay, StartSession, StopSession, UsePrescription
from kneemon.model.cues import Cue, CueKind
from kneemon.model.home import Reported
from kneemon.model.plans import Plan, Prescription
from kneemon.model.power import BatteryState
from kneemon.model.questions import Ask
from kneemon.model.samples import SampleBlock, SensorReport, Wire
from kneemon.model.sessions import GaveWay, SessionEnded, SessionStarted
from kneemon.ports import Press

log = logging.getLogger(__name__)

PATIENCE_S = 0.25  # how long any wait may keep the loop from seeing that it shall stop
BEAT_S = 0.05  # … and while an exercise is led: its beats are only as even as that
LOOK_AT_DATE_S = 10.0
FAULT_BUZZ_EVERY_S = 300.0  # a loose wire may come and go all the way; the wearer has heard it
MUST_BE_SAID = frozenset({CueKind.READ_BACK, CueKind.NOT_TODAY, CueKind.GET_ADVICE, *ASKED_WITH.values()})

Work = SampleBlock | SensorReport | Asked | BatteryState | tuple[Press, float]
Item = Work | Exception | None


class App:
    """See the module. `run` returns when the source ends or `stop` was called; the walk is stored then."""

    def __init__(
        self,
        engine: Engine,
        edges: Edges,
        *,
        worn: str,
        plan: Plan | None,
        button: GrammarParams = GrammarParams(),
        asking: InterviewParams | None = None,
        zone: str = "",
        tips: Collection[str] = (),
        settings: Reported = Reported(),
        pain: bool = True,
        raw: bool = False,
    ) -> None:
        """asking: what is asked by buzz; None: nothing, for there is no button to answer with.

        zone, tips: as the programme takes them. settings: as configured, for the home. pain: it may hear of it.
        raw: samples are kept, unless it was chosen otherwise.
        """
        self._engine = engine
        self._edges = edges
        self._logbook = Logbook(edges.store, edges.clock, worn=worn, sensor=lambda: edges.source.describe)
        self._recorder = Recorder(edges.store, record=raw)
        self._grammar = ButtonGrammar(button)
        self._supply = Supply(edges.energy, edges.clock, edges.player, self._close_walk)
        self._programme = Programme(plan, edges.store, edges.clock, zone=zone, tips=tips, raises=settings.raises)
        self._asks = asking is not None
        self._interview = Interview(
            self._programme,
            edges.clock,
            asking or InterviewParams(),
            asker=self._grammar if asking else None,
            do=self._command,
            say=self._say,
            now=lambda: self._taken_s,
        )
        self._exercising = Exercising(self._programme, play=self._play, ask=self._ask_reps)
        self._stopping = Event()
        self._inbox: Inbox[Item] = Inbox(self._stopping)
        self._dose: Prescription | None = None  # as the engine was told
        self._told_of_dose = False
        self._saying_until_s = -inf  # own cues follow one another, and a question opens when it has been felt
        self._taken_s = edges.clock.now_s()  # stream time, as far as the inbox has been taken
        self._looked_s = float("-inf")
        self._status = Status("starting")
        self._household = Household(
            self._programme, edges.store, edges.player, edges.clock, walking=lambda: engine.in_session, do=self._command
        )
        self._archive = Archive(self._programme, edges.store, edges.clock, pain=pain)
        self._newsroom = Newsroom(
            edges, self._logbook, self._programme, self._supply, self._household, self._archive, self._status, settings
        )
        self._buzzed_s = float("-inf")

    def stop(self) -> None:
        """Ask the loop to end; callable from a signal handler."""
        self._stopping.set()

    def press(self, press: Press, t_s: float) -> None:
        """The button's sink, on its thread."""
        self._inbox.put((press, t_s))

    def battery(self, state: BatteryState) -> None:
        """The battery watch's sink, on its thread."""
        self._inbox.put(state)

    def control(self, name: str, args: Mapping[str, object]) -> Mapping[str, object]:
        """The control socket's handler, on its thread."""
        return hatch.ask(self._inbox.put, name, args, self._edges.clock.now_s())

    def asked_by_home(self, name: str, args: Mapping[str, object]) -> Mapping[str, object]:
        """The publisher's handler, on its thread."""
        return self._household.watched(name, self.control(name, args))

    def run(self) -> None:
        edges = self._edges
        acquire = Thread(target=fill, args=(self._inbox, edges.source.read), name="acquire", daemon=True)
        self._newsroom.begin()
        self._look_at_date()
        acquire.start()
        edges.notifier.ready()
        orderly = False
        try:
            while not self._stopping.is_set():
                now_s = edges.clock.now_s()
                try:
                    item = self._inbox.get(BEAT_S if self._exercising.on else PATIENCE_S)
                except Empty:
                    self._passed(now_s)
                    continue
                if item is None:
                    log.info("%s has ended", edges.source.describe)
                    break
                if isinstance(item, Exception):
                    raise item
                self._take(item)
            orderly = True
        finally:
            self._shut_down(acquire, orderly=orderly)

    def _take(self, item: Work) -> None:
        if isinstance(item, SampleBlock):
            block = self._recorder.take(item, self._edges.player.shaken(item.t_s))
            self._dispatch(self._engine.feed(block))
            self._exercising.feed(item)
            self._status.samples()
            self._passed(float(item.t_s[-1]))
            self._edges.notifier.watchdog()
        elif isinstance(item, SensorReport):
            self._report(item)
            self._passed(item.t_s)
            self._edges.notifier.watchdog()
        elif isinstance(item, Asked):
            self._taken_s = max(self._taken_s, item.t_s)
            hatch.answer(item, self._answer)
        elif isinstance(item, BatteryState):
            self._supply.battery(item)
        else:
            self._taken_s = max(self._taken_s, item[1])
            self._understood(self._grammar.press(*item, self._walk))

    def _report(self, report: SensorReport) -> None:
        log.log(LEVELS[report.kind], "%s: %s", self._edges.source.describe, report.text)
        self._status.report(report)
        if report.kind in TROUBLES and report.t_s - self._buzzed_s >= FAULT_BUZZ_EVERY_S:
            self._buzzed_s = report.t_s
            self._edges.player.play(Cue(report.t_s, CueKind.FAULT, important=True))
        if report.kind is not Wire.RECOVERY:
            self._edges.notifier.status(report.text)
        if self._edges.listener:
            self._edges.listener(report)

    @property
    def _walk(self) -> WalkState:
        if self._exercising.on:
            return WalkState.EXERCISE
        if not self._engine.in_session:
            return WalkState.NONE
        return WalkState.PAUSED if self._engine.paused else WalkState.WALKING

    def _passed(self, t_s: float) -> None:
        """It is t_s: whatever was pressed before has been taken, for the inbox keeps the order."""
        self._taken_s = t_s
        self._dispatch(self._engine.passed(t_s))
        self._understood(self._grammar.passed(t_s, self._walk))
        self._exercising.passed(t_s)
        self._interview.passed(t_s, quiet=self._exercising.on or self._edges.quiet())
        self._supply.passed(t_s)
        self._look_at_date()

    def _understood(self, intents: Sequence[Intent]) -> None:
        """Do what the button meant."""
        for intent in intents:
            match intent:
                case Say():
                    self._say(intent.kind, intent.value)
                case StartSession():
                    self._interview.set_off(intent.t_s)
                case Answered(ask=Ask.REPS):
                    self._exercising.correct(intent.value, intent.t_s)
                case Answered():
                    self._interview.answered(intent.ask, intent.value, intent.t_s)
                    self._renew()
                case Unanswered():
                    self._interview.unanswered(intent.ask, broken_off=intent.broken_off)
                case StartExercise():
                    self._begin_exercise(intent)
                case StopExercise():
                    self._exercising.stop(intent.t_s)
                case SkipSet():
                    self._exercising.skip(intent.t_s)
                case MarkGaveWay() if self._exercising.on:
                    self._exercising.stop(intent.t_s)
                    self._interview.gave_way()
                case SwitchOff():
                    self._switch_off()
                case _:
                    self._command(intent)

    def _begin_exercise(self, wanted: StartExercise) -> None:
        try:
            self._exercising.begin(wanted.kind, wanted.t_s)
        except KneemonError as error:
            log.info("%s", error)
            self._say(CueKind.REFUSED)

    def _switch_off(self) -> None:
        if self._supply.may_switch_off:
            self._supply.switch_off("the button was held")
        else:
            self._say(CueKind.REFUSED)

    def _play(self, cue: Cue) -> None:
        """A cue that is no answer and belongs to no walk: an exercise's."""
        self._edges.player.play(cue)
        if self._edges.listener:
            self._edges.listener(cue)

    def _ask_reps(self, t_s: float) -> None:
        if self._asks:
            self._understood(self._grammar.ask(Ask.REPS, t_s))

    def _say(self, kind: CueKind, value: float | None = None) -> float:
        """Play a cue that answers or asks somebody; how long it takes until it has been felt, in seconds."""
        cue = Cue(self._edges.clock.now_s(), kind, important=kind in MUST_BE_SAID, value=value)
        self._edges.player.play(cue)
        if kind is CueKind.TICK:
            return 0.0
        self._newsroom.follow(cue)
        if self._edges.listener:
            self._edges.listener(cue)
        pattern = pattern_of(cue)
        begins_s = max(self._taken_s, self._saying_until_s)
        self._saying_until_s = begins_s + pattern.lasts_s + pattern.apart_s
        return begins_s + pattern.lasts_s - self._taken_s

    def _asked_for(self, kind: CueKind, value: float | None = None) -> float:
        """A cue that somebody elsewhere wants to be played: one at a time, else the walker's own would wait."""
        if self._saying_until_s > self._taken_s:
            raise RefusalError("the cue", code="busy", expected="silence", seen="a cue", remedy="Try again.")
        return self._say(kind, value)

    def _answer(self, asked: Asked) -> Answer:
        in_session = self._engine.in_session
        answered = answer_diary(asked, self._interview, self._programme, self._exercising, in_session=in_session)
        answered = answered or answer_home(asked, home=self._household)
        answered = answered or answer_raw(asked, self._recorder, walking=in_session)
        answered = answered or answer_records(asked, self._programme, self._edges.store)
        if asked.name == "backed-up":
            answered = asked_backup(self._edges.store, self._edges.clock)
        if answered is None:
            answered = answer(asked, in_session=in_session, do=self._command, status=self._facts, play=self._asked_for)
        self._renew()
        return answered

    def _facts(self) -> Answer:
        return self._status.facts(self._edges, self._logbook, self._programme, self._supply)

    def _command(self, command: Command) -> Sequence[EngineEvent]:
        """A cue that answers a command is as new as its telling: counting presses takes longer than a cue is fresh."""
        now_s = self._edges.clock.now_s()
        events = self._engine.command(command)
        self._dispatch([replace(event, t_s=now_s) if isinstance(event, Cue) else event for event in events])
        return events

    def _look_at_date(self) -> None:
        """Now and then: what the date, or a clock that is right at last, has made due; and what the home hears."""
        now_s = self._edges.clock.now_s()
        if now_s - self._looked_s >= LOOK_AT_DATE_S:
            self._looked_s = now_s
            self._programme.look()
            self._household.look()
            self._renew()
            self._newsroom.look()

    def _renew(self) -> None:
        """Today's dose for the walks that begin from now on; a session keeps its own. What was told is archived."""
        if self._archive.look() and self._edges.publisher is not None:
            self._edges.publisher.wake()
        self._newsroom.answered()
        dose = self._programme.prescription()
        if dose is not None and not self._asks:
            dose = replace(dose, prompt_s=0.0)
        plan = self._programme.plan
        if dose == self._dose and self._told_of_dose:
            return
        if plan and not dose:
            today = self._edges.clock.today()
            log.warning("the plan begins on %s and the clock says %s: no limits until then", plan.start, today)
        self._dose, self._told_of_dose = dose, True
        self._command(UsePrescription(self._edges.clock.now_s(), dose))

    def _dispatch(self, events: Sequence[EngineEvent]) -> None:
        """Out to the edges, always in this order: wearer, store, radios, home, journal, screen; then what follows."""
        of = [self._logbook.session_id] * len(events)
        for place, event in enumerate(events):
            if isinstance(event, Cue) and not self._household.hushes(event):
                self._edges.player.play(event)
            of[place] = self._logbook.session_id
            self._logbook.keep(event)
            self._recorder.follow(event, self._logbook.session_id)
            of[place] = of[place] or self._logbook.session_id
            self._supply.follow(event)
            self._household.follow(event)
            if isinstance(event, SessionStarted | GaveWay | SessionEnded):
                self._walked()
            self._newsroom.follow(event)
            journal(event, self._logbook.session_id, self._edges.notifier, stopping=self._stopping.is_set())
            if isinstance(event, SessionStarted):
                self._exercising.stop(event.told_at_s)
            if self._edges.listener:
                self._edges.listener(event)
        if not self._stopping.is_set():
            for event, session_id in zip(events, of, strict=True):
                self._interview.follow(event, session_id)

    def _walked(self) -> None:
        """The plan hears of a walk as the log has it; the dose is looked at anew when it is over."""
        record = self._logbook.record
        if record is not None:
            self._programme.walked(record)
        self._looked_s = float("-inf")

    def _shut_down(self, acquire: Thread, *, orderly: bool) -> None:
        """Stop acquiring, flush the engine, close the session as interrupted, and see it stored; who made the edges
        closes them. After a fault, which may be the engine's or the listener's, these two are asked no more than that.
        """
        if not orderly:
            self._edges = replace(self._edges, listener=None)
        edges = self._edges
        edges.notifier.stopping()
        self._stopping.set()
        edges.source.close()
        acquire.join(timeout=5.0)
        for item in self._inbox.rest():
            if isinstance(item, Asked):
                hatch.refuse(item)
            elif orderly and item is not None and not isinstance(item, Exception):
                self._take(item)
        if orderly:
            self._dispatch(self._engine.flush())
        self._close_walk()

    def _close_walk(self) -> None:
        """As interrupted, and stored, with what was pressed last."""
        if self._engine.in_session:
            self._understood(self._grammar.passed(inf, self._walk))
        self._command(StopSession(self._edges.clock.now_s(), interrupted=True))
        self._edges.store.flush()
        self._newsroom.look(flushed=True)
