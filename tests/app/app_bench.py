# SPDX-License-Identifier: MIT
"""The bench of the app's tests: a walk cut into blocks, a world that acts at given moments, and edges that keep notes.

Engine, loop, store and clock are real. Acts are done on the source's own thread between two blocks, so that each run
is the same to the last event.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Condition, Event
from typing import Any

from kneemon.app.edges import Edges, Seen
from kneemon.app.interview import InterviewParams
from kneemon.app.loop import App
from kneemon.clock import PacedClock, SystemClock
from kneemon.engine import Engine, EngineParams
from kneemon.model.cues import Cue, CueKind
from kneemon.model.home import LiveState, Moment, News, Questions
from kneemon.model.plans import Plan
from kneemon.model.records import SessionRecord
from kneemon.model.samples import Array, SampleBlock, SensorReport
from kneemon.mqtt.documents import documents_of
from kneemon.mqtt.settings import BrokerSettings
from kneemon.ports import ControlHandler, Press, SampleSource
from kneemon.sensor.paced import PacedSource
from kneemon.store import Store, StoreReader

Act = Callable[[], object]


def cut(walk: SampleBlock, block_s: float = 0.25) -> list[SampleBlock]:
    """The walk as blocks of a source."""
    size = round(block_s / float(walk.t_s[1] - walk.t_s[0]))
    return [SampleBlock(walk.t_s[i : i + size], walk.acc_g[i : i + size]) for i in range(0, len(walk), size)]


class Canned:
    """A source that hands out what it was given; an exception among it is raised, an Event waited for until `close`."""

    describe = "canned walk"

    def __init__(self, items: Iterable[SampleBlock | SensorReport | Exception | Event]) -> None:
        self._items = iter(items)
        self._closed = Event()
        self.reads = 0
        self.closed = 0

    def read(self) -> SampleBlock | SensorReport | None:
        self.reads += 1
        item = next(self._items, None)
        if isinstance(item, Exception):
            raise item
        if isinstance(item, Event):
            item.set()
            self._closed.wait()
            return None
        return None if self._closed.is_set() else item

    def close(self) -> None:
        self.closed += 1
        self._closed.set()


class Scripted:
    """A source around which the world acts: each act is done once its second of the walk has been measured."""

    def __init__(self, source: SampleSource, acts: Mapping[float, Act]) -> None:
        self._source = source
        self._acts = sorted(acts.items())
        self._begun_s: float | None = None
        self._measured_s = 0.0

    @property
    def describe(self) -> str:
        return self._source.describe

    def read(self) -> SampleBlock | SensorReport | None:
        while self._acts and self._acts[0][0] <= self._measured_s:
            self._acts.pop(0)[1]()
        item = self._source.read()
        if isinstance(item, SampleBlock):
            self._begun_s = float(item.t_s[0]) if self._begun_s is None else self._begun_s
            self._measured_s = float(item.t_s[-1]) - self._begun_s
        return item

    def close(self) -> None:
        self._source.close()


class InStep:
    """A source that is read once the loop has taken what it had before: led time never runs ahead of a busy machine."""

    def __init__(self, source: SampleSource, notifier: "Notifier") -> None:
        self._source = source
        self._notifier = notifier
        self._taken = notifier.beats  # when all that was handed out has been taken
        self._closed = False

    @property
    def describe(self) -> str:
        return self._source.describe

    def read(self) -> SampleBlock | SensorReport | None:
        with self._notifier.beat:
            self._notifier.beat.wait_for(lambda: self._closed or self._notifier.beats >= self._taken)
        item = self._source.read()
        self._taken += item is not None
        return item

    def close(self) -> None:
        self._source.close()
        with self._notifier.beat:
            self._closed = True
            self._notifier.beat.notify_all()


class Player:
    """A wearer who remembers."""

    def __init__(self) -> None:
        self.cues: list[Cue] = []

    def play(self, cue: Cue) -> None:
        self.cues.append(cue)

    @property
    def heard(self) -> list[CueKind]:
        """All but the ticks that answer every press."""
        return [cue.kind for cue in self.cues if cue.kind is not CueKind.TICK]

    def shaken(self, t_s: Array) -> None:
        return None

    def mute(self, on: bool) -> None:
        self.muted = on

    def close(self) -> None:
        pass


class Notifier:
    """A service manager that counts."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.beats = 0
        self.beat = Condition()

    def ready(self) -> None:
        self.told.append("ready")

    def status(self, text: str) -> None:
        self.told.append(f"status: {text}")

    def watchdog(self) -> None:
        self.told.append("watchdog")
        with self.beat:
            self.beats += 1
            self.beat.notify_all()

    def stopping(self) -> None:
        self.told.append("stopping")


class Home:
    """A publisher that keeps the news."""

    def __init__(self) -> None:
        self.news: list[News] = []
        self.moments: list[Moment] = []
        self.woken = 0

    @property
    def states(self) -> list[LiveState]:
        return [news for news in self.news if isinstance(news, LiveState)]

    @property
    def asked(self) -> list[Questions]:
        return [news for news in self.news if isinstance(news, Questions)]

    def tell(self, news: News) -> None:
        """What is no news is not kept twice, but for the walk, which tells of itself once a second."""
        same = [told for told in self.news if type(told) is type(news)][-1:]
        if isinstance(news, LiveState) or same != [news]:
            self.news.append(news)

    def happened(self, moment: Moment) -> None:
        self.moments.append(moment)

    def obey(self, handler: ControlHandler) -> None:
        self.handler = handler

    def wake(self) -> None:
        self.woken += 1

    def status(self) -> str:
        return "at home"

    def close(self) -> None:
        pass


@dataclass
class Bench:
    """One kneemon on the bench; `walk` runs it to the end of what its source has."""

    path: Path
    clock: PacedClock = field(default_factory=PacedClock)
    plan: Plan | None = None
    params: EngineParams = field(default_factory=EngineParams)
    player: Player = field(default_factory=Player)
    notifier: Notifier = field(default_factory=Notifier)
    home: Home = field(default_factory=Home)
    seen: list[Seen] = field(default_factory=list)
    answers: list[Mapping[str, Any]] = field(default_factory=list)
    asking: InterviewParams | None = None
    app: App | None = None

    @contextmanager
    def running_on(self, source: SampleSource, **instead: Any) -> Any:
        """An app on a store that is closed afterwards. instead: other edges."""
        documents = documents_of(BrokerSettings("localhost"))
        with closing(Store.open(self.path, documents_of=documents, clock=self.clock)) as store:
            edges = Edges(self.clock, source, self.player, store, self.notifier, self.home, self.seen.append)
            plan = replace(self.plan, rev=store.keep_plan(self.plan.name, str(self.plan))) if self.plan else None
            self.app = App(Engine(self.params), replace(edges, **instead), worn="pocket", plan=plan, asking=self.asking)
            yield self.app

    def walk(self, blocks: Iterable[SampleBlock | SensorReport | Exception], acts: Mapping[float, Act] = {}) -> None:
        """Run to the end of the blocks, while the world acts at its seconds."""
        with self.running_on(self.source(blocks, acts)) as app:
            app.run()

    def source(
        self, blocks: Iterable[SampleBlock | SensorReport | Exception], acts: Mapping[float, Act]
    ) -> SampleSource:
        """The blocks on the bench's clock, in step with the loop, while the world acts at its seconds."""
        return InStep(Scripted(PacedSource(Canned(blocks), self.clock.leader), acts), self.notifier)

    def press(self, times: int = 1) -> Act:
        """So many short presses."""
        return lambda: self._button(*(Press.DOWN, Press.UP) * times)

    def hold(self, *, long: bool = False) -> Act:
        """Down until it is a hold, or the long one."""
        return lambda: self._button(Press.DOWN, Press.HELD, *(Press.HELD_LONG,) * long, Press.UP)

    def _button(self, *presses: Press) -> None:
        for press in presses:
            self._app.press(press, self.clock.now_s())

    def ask(self, name: str, /, **args: object) -> Act:
        """As the control socket would; the answer is kept."""
        return lambda: self.answers.append(self._app.control(name, args))

    def hold_second(self) -> Act:
        """A hold of a second, which is the number 0."""

        def act() -> None:
            at_s = self.clock.now_s()
            self._app.press(Press.DOWN, at_s)
            self._app.press(Press.UP, at_s + 1.0)

        return act

    def facts(self, *kinds: type) -> list[Any]:
        """What the diary holds of these kinds, oldest first."""
        with StoreReader(self.path) as reader:
            return [entry.fact for entry in reader.diary() if isinstance(entry.fact, kinds)]

    def records(self) -> list[SessionRecord]:
        """All stored sessions, oldest first."""
        with StoreReader(self.path) as reader:
            return reader.sessions()[::-1]

    def record(self) -> SessionRecord:
        (record,) = self.records()
        return record

    def events(self) -> list[tuple[str, float]]:
        """Kind and second of the stored events of the one session."""
        with StoreReader(self.path) as reader:
            return [(row.kind, row.at_s) for row in reader.events(self.record().session_id)]

    def of(self, *kinds: type) -> list[Any]:
        """What the listener saw of these kinds."""
        return [seen for seen in self.seen if isinstance(seen, kinds)]

    @property
    def _app(self) -> App:
        assert self.app is not None
        return self.app


def wait_until(condition: Callable[[], object], within_s: float = 30.0) -> Any:
    """The condition's first true value."""
    clock = SystemClock()
    end_s = clock.now_s() + within_s
    while not (value := condition()):
        assert clock.now_s() < end_s, "waited in vain"
        clock.wait(0.01)
    return value
