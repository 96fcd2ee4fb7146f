# SPDX-License-Identifier: MIT
"""One measured life: `python -m tests.bench.served CONFIG WARM_S SECONDS` prints what `kneemon run` took, as JSON.

It is `kneemon run` in real time, composed as ever; only the bus that it opens is emulated, with an ADXL345 that a
walker wears. A thread of the bench begins a walk over the control socket, lets WARM_S pass, takes the figures twice,
SECONDS apart, and sends SIGTERM. Its own share is left out. A thread's switches are the voluntary ones: it went to
sleep of its own accord.
"""

import json
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from unittest.mock import patch

from kneemon.app import compose
from kneemon.cli import main
from kneemon.clock import SystemClock
from kneemon.controls.socket import ask
from kneemon.errors import ControlError
from kneemon.model.samples import Array
from kneemon.virtual.adxl345 import VirtualAdxl345
from kneemon.virtual.bus import EmulatedBus
from kneemon.virtual.script import Walk
from kneemon.virtual.walker import Walker
from tests.bench.metered import MeteredBus, metering_ns
from tests.bench.signals import NOISE_G
from tests.bench.telling import BenchError, say

ADDRESS = 0x53
CADENCE_SPM = 104.0
READY_WITHIN_S = 30.0
OURS = "bench"
UNNAMED = "not Python's"
ENDED = "ended meanwhile"


@dataclass(frozen=True, slots=True)
class Taken:
    """What a thread, or a whole process, took in a stretch of time."""

    cpu_s: float
    switches: int

    def __add__(self, other: "Taken") -> "Taken":
        return Taken(self.cpu_s + other.cpu_s, self.switches + other.switches)

    def __sub__(self, other: "Taken") -> "Taken":
        return Taken(self.cpu_s - other.cpu_s, self.switches - other.switches)


NOTHING = Taken(0.0, 0)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """At one instant, since the process began. threads: by number of the kernel. taken_off: involuntary switches."""

    at_s: float
    whole: Taken
    threads: Mapping[int, Taken]
    emulation_s: float
    transfers: int
    taken_off: int


@dataclass(frozen=True, slots=True)
class Life:
    """Between two snapshots. threads: by name, the reading one without the emulation's CPU, the bench's left out.

    emulation_s, metering_s: CPU of the emulated bus, and of looking after it, which stays in the reading thread's.
    steps: that `kneemon status` told more at the end.
    """

    seconds: float
    threads: Mapping[str, Taken]
    emulation_s: float
    metering_s: float
    transfers: int
    taken_off: int
    steps: int

    @property
    def whole(self) -> Taken:
        return sum(self.threads.values(), NOTHING)

    @property
    def true_steps(self) -> float:
        return CADENCE_SPM * self.seconds / 60

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def of_json(cls, text: str) -> "Life":
        read = json.loads(text)
        return cls(**read | {"threads": {name: Taken(**taken) for name, taken in read["threads"].items()}})


def between(
    first: Snapshot, last: Snapshot, names: Mapping[int, str], *, reader: str, metering_s: float, steps: int
) -> Life:
    """reader: the thread that reads the bus. metering_s: of one transfer. Threads that ended are told as one."""
    threads: dict[str, Taken] = {}
    rest = last.whole - first.whole
    for number, taken in last.threads.items():
        name, took = names.get(number, UNNAMED), taken - first.threads.get(number, NOTHING)
        threads[name] = threads.get(name, NOTHING) + took
        rest -= took
    emulation_s = last.emulation_s - first.emulation_s
    threads[reader] -= Taken(emulation_s, 0)
    threads.pop(OURS, None)
    if rest.switches > 0:
        threads[ENDED] = rest
    return Life(
        seconds=last.at_s - first.at_s,
        threads=threads,
        emulation_s=emulation_s,
        metering_s=metering_s * (last.transfers - first.transfers),
        transfers=last.transfers - first.transfers,
        taken_off=last.taken_off - first.taken_off,
        steps=steps,
    )


def voluntary(status: str) -> int:
    """Of one thread: the text of /proc/PID/task/TID/status, proc(5)."""
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("voluntary_ctxt_switches:"))


def thread_cpu_s(number: int) -> float:
    """Of one thread of this process, to the nanosecond: its clock, as Linux numbers the clocks of threads."""
    return time.clock_gettime(~number << 3 | 6)


class Watch(threading.Thread):
    """The bench's own thread in the measured process. life: what it saw; None when that went wrong."""

    def __init__(self, bus: MeteredBus, control: Path, warm_s: float, seconds: float) -> None:
        super().__init__(name=OURS, daemon=True)
        self.life: Life | None = None
        self._bus = bus
        self._control = control
        self._warm_s = warm_s
        self._seconds = seconds

    def run(self) -> None:
        try:
            self.life = self._watch()
        except (BenchError, ControlError) as error:
            say(str(error))
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    def _watch(self) -> Life:
        own_s = metering_ns() / 1e9
        self._begin()
        time.sleep(self._warm_s)
        steps = self._steps()
        first = self._snapshot()
        time.sleep(self._seconds)
        last = self._snapshot()
        steps = self._steps() - steps
        names = {thread.native_id: thread.name for thread in threading.enumerate() if thread.native_id}
        names[os.getpid()] = "main"
        return between(first, last, names, reader="acquire", metering_s=own_s, steps=steps)

    def _begin(self) -> None:
        """A walk, as soon as the service answers."""
        until_s = time.monotonic() + READY_WITHIN_S
        while True:
            try:
                answer = ask(self._control, "start")
            except ControlError:
                if time.monotonic() > until_s:
                    raise
                time.sleep(0.05)
                continue
            if not answer["ok"]:
                raise BenchError(f"no walk was begun: {answer['error']}")
            return

    def _steps(self) -> int:
        steps = ask(self._control, "status")["steps"]
        time.sleep(0.1)  # the thread that answered has ended by then, and is in neither snapshot alone
        return steps if isinstance(steps, int) else 0

    def _snapshot(self) -> Snapshot:
        threads = {}
        for task in Path("/proc/self/task").iterdir():
            number = int(task.name)
            threads[number] = Taken(thread_cpu_s(number), voluntary((task / "status").read_text(encoding="utf-8")))
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return Snapshot(
            at_s=time.monotonic(),
            whole=Taken(time.process_time(), usage.ru_nvcsw),
            threads=threads,
            emulation_s=self._bus.cpu_ns / 1e9,
            transfers=self._bus.transfers,
            taken_off=usage.ru_nivcsw,
        )


def serve(config: Path, warm_s: float, seconds: float) -> Life | None:
    """`kneemon run` with that configuration until it was watched."""
    walker = Walker((Walk(READY_WITHIN_S + warm_s + seconds, CADENCE_SPM),), seed=1)
    clock = SystemClock()
    begin_s = clock.now_s()

    def signal_g(t_s: Array) -> Array:
        return walker.acceleration(t_s - begin_s)

    bus = MeteredBus(EmulatedBus({ADDRESS: VirtualAdxl345(signal_g, clock.now_s, noise_g=NOISE_G)}))
    watch = Watch(bus, config.with_name("control.sock"), warm_s, seconds)
    with patch.object(compose, "open_bus", lambda _number: bus.open()):
        watch.start()
        code = main(["run", "--config", str(config)])
    watch.join()
    return watch.life if code == 0 else None


if __name__ == "__main__":
    if (lived := serve(Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]))) is None:
        sys.exit("the service behind the emulated chip was not measured")
    sys.stdout.write(lived.as_json())
