# SPDX-License-Identifier: MIT
"""The main loop: what comes from the sensor, the button and the socket goes through the engine, and out to the edges.

Threads: `acquire` reads the source into a bounded inbox; the main thread alone touches the engine. A full inbox makes
`acquire` wait, so that a lag shows where it can be counted, as an overrun of the chip's FIFO. The watchdog is fed only
by progress: a block consumed, or a step of the sensor's recovery taken and recorded.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from queue import Empty, Full, Queue, SimpleQueue
from threading import Event, Thread
from typing import Protocol

from kneemon import __version__
from kneemon.app.asked import Answer, Asked, answer
from kneemon.engine import Engine
from kneemon.engine import Event as EngineEvent
from kneemon.errors import StoreError
from kneemon.model.commands import Command, MarkPain, StartSession, StopSession, UsePrescription
from kneemon.model.cues import LIMIT_CUES, Cue, CueKind
from kneemon.model.gait import BoutEnded, SignalGap
from kneemon.model.plans import Part, Plan, Prescription
from kneemon.model.records import EventRow, SessionRecord, TimeAnchor, TimeQuality
from kneemon.model.samples import SampleBlock, SensorReport, Wire
from kneemon.model.sessions import (
    Activity,
    PainMarked,
    Progress,
    SessionEnded,
    SessionStarted,
    SessionSummary,
)
from kneemon.plan.prescribe import prescribe
from kneemon.ports import Clock, CuePlayer, LiveState, Press, Publisher, SampleSource, SessionStore

log = logging.getLogger(__name__)

INBOX_ITEMS = 64  # six seconds of blocks
PATIENCE_S = 0.25  # how long any wait may keep the loop from seeing that it shall stop
LOOK_AT_DATE_S = 10.0

Item = SampleBlock | SensorReport | Asked | tuple[Press, float] | Exception | None
Seen = EngineEvent | SensorReport
Listener = Callable[[Seen], None]


class Store(SessionStore, Protocol):
    """What the loop needs of the store beyond writing."""

    @property
    def device(self) -> str: ...

    def next_session_id(self, boot_id: str) -> str: ...

    def walked_main_s(self, day: date, tz: str) -> float: ...

    def flush(self) -> None: ...


class Notifier(Protocol):
    """What the loop needs of the service manager."""

    def ready(self) -> None: ...
    def status(self, text: str) -> None: ...
    def watchdog(self) -> None: ...
    def stopping(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Edges:
    """Everything the loop speaks to. listener: a live view; publisher: None when no broker is configured."""

    clock: Clock
    source: SampleSource
    player: CuePlayer
    store: Store
    notifier: Notifier
    publisher: Publisher | None = None
    listener: Listener | None = None


class App:
    """See the module. `run` returns when the source ends or `stop` was called; the walk is stored then."""

    def __init__(self, engine: Engine, edges: Edges, *, worn: str, plan: Plan | None) -> None:
        self._engine = engine
        self._edges = edges
        self._worn = worn
        self._plan = plan
        self._inbox: Queue[Item] = Queue(INBOX_ITEMS)
        self._stopping = Event()
        self._today: date | None = None
        self._looked_s = float("-inf")
        self._session_id: str | None = None
        self._started_s = 0.0
        self._latest: Progress | None = None
        self._prescription: Prescription | None = None
        self._sensor = "starting"

    def stop(self) -> None:
        """Ask the loop to end; callable from a signal handler."""
        self._stopping.set()

    def press(self, press: Press, t_s: float) -> None:
        """The button's sink, on its thread."""
        self._put((press, t_s))

    def control(self, name: str, args: Mapping[str, object]) -> Mapping[str, object]:
        """The control socket's handler, on its thread."""
        reply: SimpleQueue[Answer] = SimpleQueue()
        if self._put(Asked(name, args, reply)):
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
        try:
            while not self._stopping.is_set():
                try:
                    item = self._inbox.get(timeout=PATIENCE_S)
                except Empty:
                    continue
                if item is None:
                    break
                if isinstance(item, Exception):
                    raise item
                self._take(item)
        finally:
            self._shut_down(acquire)

    def _acquire(self) -> None:
        try:
            item: Item = self._edges.source.read()
            while self._put(item) and item is not None:
                item = self._edges.source.read()
        except Exception as fault:  # noqa: BLE001  a fault of ours must not die with its thread: it ends the run
            self._put(fault)

    def _put(self, item: Item) -> bool:
        """Wait for room in the inbox; False when the loop is stopping."""
        while not self._stopping.is_set():
            try:
                self._inbox.put(item, timeout=PATIENCE_S)
            except Full:
                continue
            return True
        return False

    def _take(self, item: SampleBlock | SensorReport | Asked | tuple[Press, float]) -> None:
        if isinstance(item, SampleBlock):
            self._dispatch(self._engine.feed(item))
            self._sensor = "samples flow"
            self._look_at_date()
            self._edges.notifier.watchdog()
        elif isinstance(item, SensorReport):
            self._report(item)
            self._edges.notifier.watchdog()
        elif isinstance(item, Asked):
            item.reply.put(self._answer(item))
        else:
            self._pressed(*item)

    def _report(self, report: SensorReport) -> None:
        level = {Wire.FAULT: logging.WARNING, Wire.RECOVERY: logging.DEBUG, Wire.BACK: logging.INFO}[report.kind]
        log.log(level, "%s: %s", self._edges.source.describe, report.text)
        self._sensor = report.text
        if report.kind is Wire.FAULT:
            self._edges.player.play(Cue(report.t_s, CueKind.FAULT, important=True))
        if report.kind is not Wire.RECOVERY:
            self._edges.notifier.status(report.text)
        if self._edges.listener:
            self._edges.listener(report)

    def _pressed(self, press: Press, t_s: float) -> None:
        """One button: press to set off, press when it hurts, hold to stop."""
        if not self._engine.in_session:
            if press is Press.SHORT:
                self._command(StartSession(t_s))
        elif press is Press.HELD:
            self._command(StopSession(t_s))
        else:
            self._command(MarkPain(t_s))

    def _answer(self, asked: Asked) -> Answer:
        now_s = self._edges.clock.now_s()
        return answer(asked, now_s, in_session=self._engine.in_session, do=self._command, status=self._status)

    def _status(self) -> Mapping[str, object]:
        latest, publisher = self._latest, self._edges.publisher
        return {
            "session": self._live().session,
            "session_id": self._session_id,
            "steps": latest.so_far.steps if latest else None,
            "cadence_spm": latest.cadence_spm if latest else None,
            "elapsed_s": latest.elapsed_s if latest else None,
            "part": latest.part if latest else None,
            "remaining_s": latest.remaining_s if latest else None,
            "plan": self._plan.name if self._plan else None,
            "sensor": f"{self._edges.source.describe}: {self._sensor}",
            "mqtt": publisher.status() if publisher else "off: no broker configured",
            "store": self._edges.store.problem() or "writing",
            "version": __version__,
        }

    def _command(self, command: Command) -> None:
        self._dispatch(self._engine.command(command))

    def _look_at_date(self) -> None:
        """Today's dose, anew when the date changes; a session that runs keeps its own."""
        clock = self._edges.clock
        now_s = clock.now_s()
        if now_s - self._looked_s < LOOK_AT_DATE_S:
            return
        self._looked_s = now_s
        today = clock.today()
        if today == self._today:
            return
        self._today = today
        prescription = prescribe(self._plan, today, self._walked_s(today)) if self._plan else None
        self._command(UsePrescription(now_s, prescription))

    def _walked_s(self, today: date) -> float:
        """Of today's dose, as the store knows it; a card that cannot be read is no reason not to walk."""
        try:
            return self._edges.store.walked_main_s(today, self._edges.clock.zone())
        except StoreError as error:
            log.warning("today's dose is given whole: %s", error)
            return 0.0

    def _dispatch(self, events: Sequence[EngineEvent]) -> None:
        """Out to the edges, always in this order: the wearer, the store, the home, the journal, the screen."""
        for event in events:
            if isinstance(event, Cue):
                self._edges.player.play(event)
            self._keep(event)
            self._publish(event)
            self._journal(event)
            if self._edges.listener:
                self._edges.listener(event)

    def _keep(self, event: EngineEvent) -> None:
        store = self._edges.store
        if isinstance(event, SessionStarted):
            anchor = self._edges.clock.anchor()
            self._session_id = store.next_session_id(anchor.boot_id)
            self._started_s, self._prescription = event.t_s, event.prescription
            store.begin(self._record(SessionSummary.begun(event.t_s, event.prescription), anchor))
        elif self._session_id is None:
            return
        elif isinstance(event, Progress):
            self._latest = event
            store.progress(self._session_id, event)
        elif isinstance(event, SessionEnded):
            store.end(self._record(event.summary, self._edges.clock.anchor()))
            self._session_id, self._latest = None, None
        else:
            row = _row(event, self._started_s)
            if row is not None:
                store.note(self._session_id, row)

    def _record(self, summary: SessionSummary, anchor: TimeAnchor) -> SessionRecord:
        if self._session_id is None:
            raise ValueError("no session is open")
        return SessionRecord(
            device=self._edges.store.device,
            session_id=self._session_id,
            revision=1,
            boot_id=anchor.boot_id,
            started_at=_utc(summary.started_s, anchor),
            ended_at=_utc(summary.ended_s, anchor),
            tz=self._edges.clock.zone(),
            time_quality=TimeQuality.NTP if anchor.synchronised else TimeQuality.UNSYNCED,
            worn=self._worn,
            sensor=self._edges.source.describe,
            software=__version__,
            summary=summary,
            final=summary.end_reason is not None,
        )

    def _publish(self, event: EngineEvent) -> None:
        if self._edges.publisher is None:
            return
        if isinstance(event, SessionStarted | Progress | SessionEnded):
            self._edges.publisher.state(self._live())
        if isinstance(event, SessionEnded):
            self._edges.publisher.wake()

    def _live(self) -> LiveState:
        latest = self._latest
        if self._session_id is None:
            return LiveState("idle")
        if latest is None:
            return LiveState("resting", self._session_id, steps=0)
        over = tuple(
            kind
            for kind, crossed in (
                (CueKind.PACE_HIGH, latest.over_pace),
                (CueKind.LIMIT_REACHED, latest.part is Part.OVER),
            )
            if crossed
        )
        walking = "over_limit" if over else "walking"
        return LiveState(
            session=walking if latest.activity is Activity.WALKING else "resting",
            session_id=self._session_id,
            steps=latest.so_far.steps,
            cadence_spm=latest.cadence_spm,
            elapsed_s=latest.elapsed_s,
            remaining_s=latest.remaining_s,
            limit_s=self._prescription.limit_s if self._prescription else None,
            over=over,
        )

    def _journal(self, event: EngineEvent) -> None:
        """Facts for the log: that a walk began and ended, not how it went; that is the store's."""
        if isinstance(event, SessionStarted):
            log.info("session %s started%s", self._session_id, " by walking" if event.by_walking else "")
            self._edges.notifier.status("walking")
        elif isinstance(event, SessionEnded):
            log.info("session ended (%s)", event.summary.end_reason)
            self._edges.notifier.status("ready for a walk")
        elif isinstance(event, Cue) and event.kind in LIMIT_CUES:
            log.info("cue: %s", event.kind)

    def _shut_down(self, acquire: Thread) -> None:
        """Stop acquiring, flush the engine, close the session as interrupted, and see it stored; who made the edges
        closes them."""
        edges = self._edges
        edges.notifier.stopping()
        self._stopping.set()
        edges.source.close()
        acquire.join(timeout=5.0)
        while not self._inbox.empty():
            item = self._inbox.get_nowait()
            if isinstance(item, SampleBlock):
                self._dispatch(self._engine.feed(item))
            elif isinstance(item, Asked):
                item.reply.put({"ok": False, "error": "kneemon is stopping."})
        self._dispatch(self._engine.flush())
        self._command(StopSession(edges.clock.now_s(), interrupted=True))
        edges.store.flush()


def _utc(t_s: float, anchor: TimeAnchor) -> datetime:
    return anchor.utc + timedelta(seconds=t_s - anchor.monotonic_s)


def _row(event: EngineEvent, started_s: float) -> EventRow | None:
    """What of an event belongs into the session's log beside its seconds."""
    if isinstance(event, Cue):
        return EventRow(event.t_s - started_s, event.kind, event.value, event.limit, event.unit)
    if isinstance(event, PainMarked):
        score = event.mark.score
        return EventRow(event.mark.at_s, "pain", None if score is None else float(score), unit="of 10")
    if isinstance(event, BoutEnded):
        start_s = max(event.start_s, started_s)
        return EventRow(start_s - started_s, "bout", event.end_s - start_s, unit="s") if event.end_s > start_s else None
    if isinstance(event, SignalGap):
        start_s = max(event.start_s, started_s)
        return EventRow(start_s - started_s, "gap", event.end_s - start_s, unit="s")
    return None
