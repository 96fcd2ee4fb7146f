# SPDX-License-Identifier: MIT
"""One measured process: `python -m tests.bench.measured engine|pipeline|driver FILE` prints its cost as JSON.

    engine      blocks of 0.25 s into the engine, nothing else
    pipeline    the same blocks through the app's loop: inbox, engine, dispatch, silent player, SQLite store
    driver      the app's loop behind the FIFO source and the ADXL345's driver, on an emulated chip and bus

Time is led by the source and never waited for. The emulation's share is told apart: on a device it is silicon.
CPU seconds of all threads; memory as Linux counts it (resident, and its peak), MB of 10^6 bytes.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from kneemon.app.edges import Edges, Seen
from kneemon.app.loop import App
from kneemon.clock import PacedClock
from kneemon.drivers.adxl345 import Adxl345
from kneemon.drivers.chip import ChipOptions
from kneemon.engine import Engine, EngineParams
from kneemon.feedback.player import PinPlayer
from kneemon.model.commands import StartSession
from kneemon.model.gait import InitialContact
from kneemon.model.plans import Plan, PlanWeek
from kneemon.model.samples import Array, SampleBlock, SensorReport
from kneemon.model.sessions import SessionStarted
from kneemon.mqtt.documents import documents_of
from kneemon.mqtt.settings import BrokerSettings
from kneemon.ports import Clock, Press, SampleSource
from kneemon.sensor.fifo import FifoSource
from kneemon.service import ServiceNotifier
from kneemon.session.machine import SessionParams
from kneemon.store.writer import Store
from kneemon.virtual.adxl345 import VirtualAdxl345
from kneemon.virtual.bus import EmulatedBus
from tests.bench.metered import MeteredBus
from tests.bench.signals import BYTES_A_SAMPLE, RATE_HZ, blocks, duration_s
from tests.bench.telling import BenchError

ADDRESS = 0x53
EARLY = 1 / 6  # of the signal: ten minutes of an hour

Cost = dict[str, float]


def engine_alone(path: Path) -> Cost:
    engine, memory, steps = Engine(_params()), Memory(path), 0
    before_s = time.process_time()
    engine.command(StartSession(0.0))
    for block in memory.watching(blocks(path, 0.0)):
        steps += sum(isinstance(event, InitialContact) for event in engine.feed(block))
    return {"cpu_s": time.process_time() - before_s, "steps": steps, **memory.seen()}


def pipeline(path: Path) -> Cost:
    clock, memory = PacedClock(), Memory(path)
    source = FileSource(memory.watching(blocks(path, clock.now_s())), clock.leader)
    before_s = time.process_time()
    steps = _through_the_app(source, clock)
    return {"cpu_s": time.process_time() - before_s, "steps": steps, **memory.seen()}


def driver(path: Path) -> Cost:
    clock = PacedClock()
    begin_s, samples = clock.now_s(), np.fromfile(path).reshape(-1, 3)

    def signal(t_s: Array) -> Array:
        return np.asarray(samples[((t_s - begin_s) * RATE_HZ).astype(int) % len(samples)])

    silicon = VirtualAdxl345(signal, clock.now_s)
    bus = MeteredBus(EmulatedBus({ADDRESS: silicon}, took=clock.leader.pass_by))
    chip = FifoSource(
        bus.open, lambda opened: Adxl345(opened, ADDRESS, ChipOptions(RATE_HZ)), clock.leader, name="adxl345"
    )
    before_s = time.process_time()
    steps = _through_the_app(Ending(chip, begin_s + duration_s(path)), clock)
    return {"cpu_s": time.process_time() - before_s, "steps": steps, "emulation_s": bus.cpu_ns / 1e9}


class Memory:
    """Watches resident memory while blocks go by."""

    def __init__(self, path: Path) -> None:
        self._early_bytes = EARLY * path.stat().st_size
        self._early_mb = 0.0

    def watching(self, stream: Iterator[SampleBlock]) -> Iterator[SampleBlock]:
        read_bytes = 0
        for block in stream:
            yield block
            read_bytes += len(block) * BYTES_A_SAMPLE
            if not self._early_mb and read_bytes >= self._early_bytes:
                self._early_mb = memory_mb("VmRSS")

    def seen(self) -> Cost:
        return {"early_mb": self._early_mb, "late_mb": memory_mb("VmRSS"), "peak_mb": memory_mb("VmHWM")}


def memory_mb(field: str, process: str = "self") -> float:
    """VmRSS or VmHWM of a process, proc(5)."""
    status = Path("/proc", process, "status").read_text(encoding="ascii", errors="replace")
    return next(1024 * int(line.split()[1]) / 1e6 for line in status.splitlines() if line.startswith(f"{field}:"))


class FileSource:
    """Blocks as fast as they are asked for; each lets its own time pass."""

    describe = "a signal made beforehand"

    def __init__(self, stream: Iterator[SampleBlock], clock: Clock) -> None:
        self._stream = stream
        self._clock = clock

    def read(self) -> SampleBlock | None:
        block = next(self._stream, None)
        if block is not None:
            self._clock.wait(float(block.t_s[-1]) - self._clock.now_s())
        return block

    def close(self) -> None:
        """There is nothing to wake: `read` never waits."""


class Ending:
    """Another source, over at end_s."""

    def __init__(self, source: SampleSource, end_s: float) -> None:
        self._source = source
        self._end_s = end_s
        self.describe = source.describe

    def read(self) -> SampleBlock | SensorReport | None:
        item = self._source.read()
        return None if isinstance(item, SampleBlock) and item.t_s[-1] >= self._end_s else item

    def close(self) -> None:
        self._source.close()


def _params() -> EngineParams:
    """A session that stillness does not end: the dearest case."""
    return EngineParams(session=SessionParams(end_after_s=0.0))


def _through_the_app(source: SampleSource, clock: PacedClock) -> int:
    """The steps counted until the source ends, the walk stored. Raises BenchError when no walk was begun."""
    steps = sessions = 0

    def listen(seen: Seen) -> None:
        nonlocal steps, sessions
        steps += isinstance(seen, InitialContact)
        sessions += isinstance(seen, SessionStarted)

    plan = Plan("bench", clock.today() - timedelta(days=1), (PlanWeek(60.0),), cadence_ceiling_spm=105.0)
    with TemporaryDirectory() as folder, ExitStack() as opened:
        documents = documents_of(BrokerSettings("localhost"))
        store = Store.open(Path(folder) / "walks.db", documents_of=documents, clock=clock)
        opened.callback(store.close)
        player = PinPlayer((), clock)
        opened.callback(player.close)
        edges = Edges(clock, source, player, store, ServiceNotifier({}), listener=listen)
        app = App(Engine(_params()), edges, worn="waist", plan=plan)
        for press in (Press.DOWN, Press.UP):  # once: a start, as soon as a second has passed
            app.press(press, clock.now_s())
        app.run()
    if sessions != 1:
        raise BenchError(f"one press of the button began {sessions} walks, and should have begun one")
    return steps


MEASURED = {"engine": engine_alone, "pipeline": pipeline, "driver": driver}

if __name__ == "__main__":
    sys.stdout.write(json.dumps(MEASURED[sys.argv[1]](Path(sys.argv[2]))))
