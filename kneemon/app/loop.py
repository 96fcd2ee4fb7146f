# SPDX-License-Identifier: MIT
"""The main loop: what comes from the sensor, the button and the socket goes through the engine, and out to the edges.

Threads: `acquire` reads the source into a bounded inbox; the main thread alone touches the engine. A full inbox makes
`acquire` wait, so that a lag shows where it can be counted, as an overrun of the chip's FIFO. The watchdog is fed only
by progress: a block consumed, or a step of the sensor's recovery taken and recorded.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import inf
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Protocol

from kneemon import __version__
from kneemon.app.asked import Answer, Asked, answer
from kneemon.app.logbook import Logbook, Store
from kneemon.app.supply import Energy, Supply
from kneemon.controls.grammar import ButtonGrammar, GrammarParams, Intent, Say, SwitchOff, WalkState
from kneemon.engine import Engine
from kneemon.engine import Event as EngineEvent
from kneemon.errors import StoreError
from kneemon.feedback.patterns import pattern_of
from kneemon.model.commands import Command, StopSession, UsePrescription
from kneemon.model.cues import LIMIT_CUES, Cue, CueKind
from kneemon.model.plans import Plan
from kneemon.model.power import BatteryState
from kneemon.model.samples import SampleBlock, SensorReport, Wire
from kneemon.model.sessions import PauseBegan, PauseEnded, Progress, SessionEnded, SessionStarted
from kneemon.plan.prescribe import prescribe
from kneemon.ports import Clock, CuePlayer, Press, Publisher, SampleSource

log = logging.getLogger(__name__)

INBOX_ITEMS = 64  # a dozen seconds of blocks
LAG_S = 0.01  # how often a full inbox is looked at
PATIENCE_S = 0.25  # how long any wait may keep the loop from seeing that it shall stop
LOOK_AT_DATE_S = 10.0
FAULT_BUZZ_EVERY_S = 300.0  # a loose wire may come and go all the way; the wearer has heard it
LEVELS = {
    Wire.FAULT: logging.WARNING,
    Wire.DOUBT: logging.WARNING,
    Wire.RECOVERY: logging.DEBUG,
    Wire.BACK: logging.INFO,
}

Work = SampleBlock | SensorReport | Asked | BatteryState | tuple[Press, float]
Item = Work | Exception | None
Seen = EngineEvent | SensorReport
Listener = Callable[[Seen], None]


class Notifier(Protocol):
    """What the loop needs of the service manager."""

    def ready(self) -> None: ...
    def status(self, text: str) -> None: ...
    def watchdog(self) -> None: ...
    def stopping(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Edges:
    """Everything the loop speaks to. listener: a live view; publisher: None when no broker is configured.

    energy: the device's power and radios, as far as kneemon may switch them.
    """

    clock: Clock
    source: SampleSource
    player: CuePlayer
    store: Store
    notifier: Notifier
    publisher: Publisher | None = None
    listener: Listener | None = None
    energy: Energy = Energy()


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
    ) -> None:
        self._engine = engine
        self._edges = edges
        self._logbook = Logbook(edges.store, edges.clock, worn=worn, sensor=lambda: edges.source.describe)
        self._grammar = ButtonGrammar(button)
        self._supply = Supply(edges.energy, edges.clock, edges.player, self._close_walk)
        self._plan = plan
        self._inbox: SimpleQueue[Item] = SimpleQueue()
        self._stopping = Event()
        self._day: tuple[date, str | None] | None = None  # the date, and the boot while the clock is not set
        self._looked_s = float("-inf")
        self._sensor = "starting"
        self._doubted = False
        self._buzzed_s = float("-inf")

    def stop(self) -> None:
        """Ask the loop to end; callable from a signal handler."""
        self._stopping.set()

    def press(self, press: Press, t_s: float) -> None:
        """The button's sink, on its thread."""
        self._put((press, t_s))

    def battery(self, state: BatteryState) -> None:
        """The battery watch's sink, on its thread."""
        self._put(state)

    def control(self, name: str, args: Mapping[str, object]) -> Mapping[str, object]:
        """The control socket's handler, on its thread."""
        reply: SimpleQueue[Answer] = SimpleQueue()
        if self._put(Asked(name, args, self._edges.clock.now_s(), reply)):
            try:
                return reply.get(timeout=4.0)
            except Empty:
                pass
        return {"ok": False, "error": "kneemon is busy or stopping; try again."}

    def run(self) -> None:
        edges = self._edges
        acquire = Thread(target=self._acquire, name="acquire", daemon=True)
        self._look_at_date()
        acquire.start()
        edges.notifier.ready()
        if edges.publisher is not None:
            edges.publisher.state(self._logbook.live())  # a walk that a cut ended must not live on at the home
        orderly = False
        try:
            while not self._stopping.is_set():
                now_s = edges.clock.now_s()
                try:
                    item = self._inbox.get(timeout=PATIENCE_S)
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

    def _acquire(self) -> None:
        try:
            item: Item = self._edges.source.read()
            while self._put(item) and item is not None:
                item = self._edges.source.read()
        except Exception as fault:  # noqa: BLE001  a fault of ours must not die with its thread: it ends the run
            self._put(fault)

    def _put(self, item: Item) -> bool:
        """Wait for room in the inbox; False when the loop is stopping."""
        while self._inbox.qsize() >= INBOX_ITEMS and not self._stopping.is_set():
            self._stopping.wait(LAG_S)
        if self._stopping.is_set():
            return False
        self._inbox.put(item)
        return True

    def _take(self, item: Work) -> None:
        if isinstance(item, SampleBlock):
            shaken = self._edges.player.shaken(item.t_s)
            self._dispatch(self._engine.feed(item if shaken is None else replace(item, shaken=shaken)))
            if not self._doubted:
                self._sensor = "samples flow"
            self._passed(float(item.t_s[-1]))
            self._look_at_date()
            self._edges.notifier.watchdog()
        elif isinstance(item, SensorReport):
            self._report(item)
            self._passed(item.t_s)
            self._edges.notifier.watchdog()
        elif isinstance(item, Asked):
            item.reply.put(self._answer(item))
        elif isinstance(item, BatteryState):
            self._supply.battery(item)
        else:
            self._understood(self._grammar.press(*item, self._walk))

    def _report(self, report: SensorReport) -> None:
        log.log(LEVELS[report.kind], "%s: %s", self._edges.source.describe, report.text)
        self._sensor = report.text
        self._doubted = report.kind is Wire.DOUBT
        trouble = report.kind in (Wire.FAULT, Wire.DOUBT)
        if trouble and report.t_s - self._buzzed_s >= FAULT_BUZZ_EVERY_S:
            self._buzzed_s = report.t_s
            self._edges.player.play(Cue(report.t_s, CueKind.FAULT, important=True))
        if report.kind is not Wire.RECOVERY:
            self._edges.notifier.status(report.text)
        if self._edges.listener:
            self._edges.listener(report)

    @property
    def _walk(self) -> WalkState:
        if not self._engine.in_session:
            return WalkState.NONE
        return WalkState.PAUSED if self._engine.paused else WalkState.WALKING

    def _passed(self, t_s: float) -> None:
        """It is t_s: whatever was pressed before has been taken, for the inbox keeps the order."""
        self._dispatch(self._engine.passed(t_s))
        self._understood(self._grammar.passed(t_s, self._walk))
        self._supply.passed(t_s)

    def _understood(self, intents: Sequence[Intent]) -> None:
        """Do what the button meant."""
        for intent in intents:
            if isinstance(intent, Say):
                self._say(intent.kind, intent.value)
            elif not isinstance(intent, SwitchOff):
                self._command(intent)
            elif self._supply.may_switch_off:
                self._supply.switch_off("the button was held")
            else:
                self._say(CueKind.REFUSED)

    def _say(self, kind: CueKind, value: float | None = None) -> float:
        """Play a cue that answers somebody; how long it lasts, in seconds."""
        cue = Cue(self._edges.clock.now_s(), kind, important=kind is CueKind.READ_BACK, value=value)
        self._edges.player.play(cue)
        if self._edges.listener and kind is not CueKind.TICK:
            self._edges.listener(cue)
        return pattern_of(cue).lasts_s

    def _answer(self, asked: Asked) -> Answer:
        return answer(asked, in_session=self._engine.in_session, do=self._command, status=self._status, play=self._say)

    def _status(self) -> Mapping[str, object]:
        logbook, publisher = self._logbook, self._edges.publisher
        latest = logbook.latest
        return {
            "session": logbook.live().session,
            "session_id": logbook.session_id,
            "steps": latest.so_far.steps if latest else None,
            "cadence_spm": latest.cadence_spm if latest else None,
            "elapsed_s": latest.elapsed_s if latest else None,
            "part": latest.part if latest else None,
            "remaining_s": latest.remaining_s if latest else None,
            "paused_s": latest.so_far.paused_s if latest else None,
            "gave_way": len(latest.so_far.gave_way_s) if latest else None,
            "plan": self._plan.name if self._plan else None,
            "plan_begins": str(self._plan.start) if self._plan else None,
            "sensor": f"{self._edges.source.describe}: {self._sensor}",
            "battery": self._supply.in_words(),
            "mqtt": publisher.status() if publisher else "off: no broker configured",
            "store": self._edges.store.problem() or "writing",
            "version": __version__,
        }

    def _command(self, command: Command) -> Sequence[EngineEvent]:
        """A cue that answers a command is as new as its telling: counting presses takes longer than a cue is fresh."""
        now_s = self._edges.clock.now_s()
        events = self._engine.command(command)
        self._dispatch([replace(event, t_s=now_s) if isinstance(event, Cue) else event for event in events])
        return events

    def _look_at_date(self) -> None:
        """Today's dose, anew when the date changes, the clock is set or a walk is over; a session keeps its own."""
        clock = self._edges.clock
        now_s = clock.now_s()
        if now_s - self._looked_s < LOOK_AT_DATE_S:
            return
        self._looked_s = now_s
        anchor, today = clock.anchor(), clock.today()
        trusted_boot = None if anchor.synchronised else anchor.boot_id
        if (today, trusted_boot) == self._day:
            return
        self._day = today, trusted_boot
        prescription = prescribe(self._plan, today, self._walked_s(today, trusted_boot)) if self._plan else None
        if self._plan and not prescription:
            log.warning("the plan begins on %s and the clock says %s: no limits until then", self._plan.start, today)
        self._command(UsePrescription(now_s, prescription))

    def _walked_s(self, today: date, boot_id: str | None) -> float:
        """Of today's dose, as the store knows it; a card that cannot be read is no reason not to walk.

        A clock that nobody has set may say yesterday: then only this boot's walks are sure not to be yesterday's.
        """
        try:
            return self._edges.store.walked_main_s(today, self._edges.clock.zone(), boot_id)
        except StoreError as error:
            log.warning("today's dose is given whole: %s", error)
            return 0.0

    def _dispatch(self, events: Sequence[EngineEvent]) -> None:
        """Out to the edges, always in this order: wearer, store, radios, home, journal, screen."""
        for event in events:
            if isinstance(event, Cue):
                self._edges.player.play(event)
            self._logbook.keep(event)
            self._supply.follow(event)
            self._publish(event)
            self._journal(event)
            if isinstance(event, SessionEnded):
                self._day, self._looked_s = None, float("-inf")  # the store now knows best what is left of the dose
            if self._edges.listener:
                self._edges.listener(event)

    def _publish(self, event: EngineEvent) -> None:
        if self._edges.publisher is None:
            return
        if isinstance(event, SessionStarted | Progress | PauseBegan | PauseEnded | SessionEnded):
            self._edges.publisher.state(self._logbook.live())
        if isinstance(event, SessionEnded):
            self._edges.publisher.wake()

    def _journal(self, event: EngineEvent) -> None:
        """Facts for the log: that a walk began and ended, not how it went; that is the store's."""
        if isinstance(event, SessionStarted):
            log.info("session %s started%s", self._logbook.session_id, " by walking" if event.by_walking else "")
            self._edges.notifier.status("walking")
        elif isinstance(event, SessionEnded):
            log.info("session ended (%s)", event.summary.end_reason)
            if not self._stopping.is_set():
                self._edges.notifier.status("ready for a walk")
        elif isinstance(event, Cue) and event.kind in LIMIT_CUES:
            log.info("cue: %s", event.kind)

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
        while not self._inbox.empty():
            item = self._inbox.get_nowait()
            if isinstance(item, Asked):
                item.reply.put({"ok": False, "error": "kneemon is stopping."})
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
