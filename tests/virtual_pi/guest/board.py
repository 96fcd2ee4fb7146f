# SPDX-License-Identifier: MIT
"""The board inside the guest: an adapter with chips on it, a header with pins, and hands that obey from outside.

`python3 -m virtual_pi.guest.board` makes the bus, says so to systemd and then serves orders: one JSON object a line
over TCP, {"do": "press", ...}, answered by one line. The chips and the way the bus goes wrong are those of the unit
tests, `kneemon.virtual`, unchanged. Times are CLOCK_BOOTTIME.
"""

import json
import os
import socket
import socketserver
import sys
import time
from base64 import b64decode
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from kneemon.virtual.bus import EmulatedBus, Trouble
from kneemon.virtual.chips import VIRTUAL_CHIPS, VirtualChip
from virtual_pi.guest.pins import Pins
from virtual_pi.guest.usbip import Adapter
from virtual_pi.guest.walk import Body

PORT = 7053
ADAPTERS = Path("/sys/class/i2c-dev")
USUAL = ("adxl345", 0x53)
NOISE_G = 0.003  # of the usual chip; a sensor without any is rightly taken for a frozen one
INT_SOURCE, OVERRUN = 0x30, 0x01  # of an ADXL345
WORTH_WAITING_S = 0.05  # shorter ones the emulation takes anyway


def now_s() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def let_pass(seconds: float) -> None:
    """What a transfer lasts on the wire, where it is more than we need ourselves."""
    if seconds > WORTH_WAITING_S:
        time.sleep(seconds)


class Seen:
    """A chip, and how it is read. longest_pause_s: between two reads. overruns: how often the reader saw one told."""

    def __init__(self, chip: VirtualChip) -> None:
        self.chip = chip
        self.reads = 0
        self.overruns = 0
        self.longest_pause_s = 0.0
        self._read_s: float | None = None

    def read(self, register: int, length: int) -> bytes:
        at_s = now_s()
        if self._read_s is not None:
            self.longest_pause_s = max(self.longest_pause_s, at_s - self._read_s)
        self._read_s = at_s
        self.reads += 1
        data = self.chip.read(register, length)
        if register <= INT_SOURCE < register + length:
            self.overruns += data[INT_SOURCE - register] & OVERRUN
        return data

    def write(self, register: int, value: int) -> None:
        self.chip.write(register, value)

    def reset(self) -> None:
        self.chip.reset()

    def start_counting(self) -> None:
        self.reads = self.overruns = 0
        self.longest_pause_s, self._read_s = 0.0, None


class Wire(EmulatedBus):
    """The emulated bus as the adapter sees it: it also tells who would acknowledge."""

    def present(self, address: int, /) -> bool:
        return address in self._chips


class Board:
    """Everything on the table. An order is a method; its arguments are those of the JSON object."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._body = Body()
        self._kind, self._address = USUAL
        self._chip = self._made(self._kind, noise_g=NOISE_G)
        self._bus = Wire({self._address: self._chip}, let_pass)
        self._bus.open()
        self._adapter = Adapter(self._bus, self._lock)
        self._pins = Pins()

    def hello(self) -> dict[str, Any]:
        """Where everything is."""
        numbers = [int(path.name.removeprefix("i2c-")) for path in ADAPTERS.glob("i2c-*")]
        return {"now_s": now_s(), "bus": min(numbers, default=None), "header": self._pins.name, "chip": self._kind}

    def walk(self, npy: str, rate_hz: float = 100.0, after_s: float = 0.0, repeat: bool = False) -> dict[str, Any]:
        """A walk begins, `after_s` from now. npy: what numpy.save writes, in base64. repeat: round and round."""
        acc_g = np.load(BytesIO(b64decode(npy))).astype(float)
        with self._lock:
            began_s = now_s() + after_s
            self._body.walk(acc_g, rate_hz, began_s, repeat=repeat)
        return {"began_s": began_s, "lasts_s": self._body.lasts_s}

    def rest(self) -> dict[str, Any]:
        with self._lock:
            self._body.rest()
        return {"now_s": now_s()}

    def trouble(self, kind: str, times: int | None = 1, after: int = 0, number: int | None = None) -> dict[str, Any]:
        """kind: a name of `Trouble`; the rest as EmulatedBus.misbehave has it."""
        with self._lock:
            self._bus.misbehave(Trouble[kind], times=times, after=after, number=number)
        return {"now_s": now_s()}

    def behave(self) -> dict[str, Any]:
        with self._lock:
            self._bus.behave()
        return {"now_s": now_s()}

    def dip(self) -> dict[str, Any]:
        """The sensor's supply goes for a moment."""
        with self._lock:
            self._bus.power_cycle()
        return {"now_s": now_s()}

    def fit(
        self, kind: str, address: int, rate_error: float = 0.0, noise_g: float = NOISE_G, seed: int = 0
    ) -> dict[str, Any]:
        """Another chip instead of the one that is there."""
        with self._lock:
            self._bus.replace(self._address, None)
            self._kind, self._address = kind, address
            self._chip = self._made(kind, rate_error=rate_error, noise_g=noise_g, seed=seed)
            self._bus.replace(address, self._chip)
        return self.hello()

    def freeze(self, frozen: bool = True) -> dict[str, Any]:
        """The chip gives the same sample for ever, or no longer."""
        with self._lock:
            self._chip.chip.sampler.frozen = frozen
        return {"now_s": now_s()}

    def unplug(self) -> dict[str, Any]:
        """The whole bus goes; done when the kernel says so."""
        before = self.hello()["bus"]
        self._adapter.unplug()
        wait_until(lambda: self.hello()["bus"] is None, f"i2c-{before} is gone")
        return {"now_s": now_s()}

    def plug(self) -> dict[str, Any]:
        """It is back; done when the kernel has the bus."""
        self._adapter.plug()
        wait_until(lambda: self.hello()["bus"] is not None, "the kernel has a bus")
        return self.hello()

    def stats(self, start_again: bool = False) -> dict[str, Any]:
        """How the sensor was read since it was fitted, or since somebody asked to start again."""
        with self._lock:
            seen = {
                "now_s": now_s(),
                "produced": self._body.asked,
                "reads": self._chip.reads,
                "overruns": self._chip.overruns,
                "longest_pause_s": self._chip.longest_pause_s,
            }
            if start_again:
                self._body.asked = 0
                self._chip.start_counting()
        return seen

    def press(self, line: int, presses: list[tuple[float, float]]) -> dict[str, Any]:
        """Press a button to ground at times from now, each as (after how long, how long); done after the last.

        [[stream time it went down, stream time it came up], ...]
        """
        began_s, done = now_s(), []
        for after_s, down_s in presses:
            time.sleep(max(0.0, began_s + after_s - now_s()))
            self._pins.pull(line, 0)
            down_at_s = now_s()
            time.sleep(down_s)
            self._pins.pull(line, 1)
            done.append((down_at_s, now_s()))
        return {"presses": done}

    def pull(self, line: int, level: int) -> dict[str, Any]:
        self._pins.pull(line, level)
        return {"now_s": now_s()}

    def level(self, line: int) -> dict[str, Any]:
        return {"level": self._pins.level(line), "now_s": now_s()}

    def changes(self, lines: list[int], since_s: float = 0.0) -> dict[str, Any]:
        """[[stream time, line, level], ...] of the outputs."""
        return {"changes": self._pins.changes(lines, since_s), "now_s": now_s()}

    def obey(self, line: bytes) -> dict[str, Any]:
        """The answer, or {"error": ...} for an order that cannot be done."""
        try:
            order = json.loads(line)
            method = ORDERS[order.pop("do")]
            return method(self, **order)
        except Exception as fault:  # noqa: BLE001 - the orderer is to hear of it, whatever it is
            return {"error": f"{type(fault).__name__}: {fault}"}

    def _made(self, kind: str, **how: Any) -> Seen:
        return Seen(VIRTUAL_CHIPS[kind](self._body, now_s, **how))


ORDERS: dict[str, Callable[..., dict[str, Any]]] = {
    order.__name__: order
    for order in (
        Board.hello, Board.walk, Board.rest, Board.trouble, Board.behave, Board.dip, Board.fit, Board.freeze,
        Board.unplug, Board.plug, Board.stats, Board.press, Board.pull, Board.level, Board.changes,
    )
}  # fmt: skip


class Orders(socketserver.StreamRequestHandler):
    """One who gives orders, until he hangs up."""

    board: Board

    def handle(self) -> None:
        for line in self.rfile:
            self.wfile.write(json.dumps(self.board.obey(line)).encode() + b"\n")


class Counter(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def wait_until(condition: Callable[[], bool], what: str, within_s: float = 30.0) -> None:
    end_s = now_s() + within_s
    while not condition():
        if now_s() > end_s:
            raise TimeoutError(f"waited {within_s:g} s in vain: {what}")
        time.sleep(0.02)


def ready() -> None:
    """Tell systemd, where it asked to be told."""
    if "NOTIFY_SOCKET" in os.environ:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.sendto(b"READY=1", os.environ["NOTIFY_SOCKET"].replace("@", "\0", 1))


def main() -> None:
    sys.setswitchinterval(0.001)  # a reader of the bus waits for no order
    Orders.board = Board()
    Orders.board.plug()
    with Counter(("", PORT), Orders) as server:
        ready()
        server.serve_forever()


if __name__ == "__main__":
    main()
