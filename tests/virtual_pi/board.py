# SPDX-License-Identifier: MIT
"""The hands outside the box: orders to the board inside the guest, over a forwarded port.

Each order is a method of `guest.board.Board`, named here by `do`; the ones that scenarios use most have a method of
their own. Times are the guest's CLOCK_BOOTTIME, which is kneemon's stream time.
"""

import json
import socket
from base64 import b64encode
from collections.abc import Sequence
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from kneemon.virtual.bus import Trouble

BUZZER, MOTOR, LIGHT, BUTTON = 17, 23, 24, 27  # kneemon's own defaults
ANSWER_S = 120.0


class BoardError(Exception):
    """The board could not do it, or says nothing any more."""


class Change(NamedTuple):
    """An output went to `level` at `at_s`."""

    at_s: float
    level: int


class Began(NamedTuple):
    """When the walk begins, and how long it is."""

    at_s: float
    lasts_s: float

    @property
    def ends_s(self) -> float:
        return self.at_s + self.lasts_s


class Board:
    """The orders, each over a connection of its own: a power cut may come between any two."""

    def __init__(self, port: int) -> None:
        """port: on 127.0.0.1."""
        self._port = port

    def do(self, order: str, answer_s: float = ANSWER_S, **what: Any) -> dict[str, Any]:
        """One order, and what the board says to it. answer_s: real seconds. Raises BoardError."""
        try:
            with socket.create_connection(("127.0.0.1", self._port), answer_s) as link:
                link.sendall(json.dumps({"do": order, **what}).encode() + b"\n")
                line = link.makefile("rb").readline()
        except OSError as fault:
            raise BoardError(f"{order}: {fault}") from fault
        if not line:
            raise BoardError(f"{order}: the board hung up")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise BoardError(f"{order}: {answer['error']}")
        return answer

    def now_s(self) -> float:
        return float(self.do("hello")["now_s"])

    def walk(self, acc_g: ArrayLike, rate_hz: float = 100.0, after_s: float = 0.0, *, repeat: bool = False) -> Began:
        """The body walks as in `acc_g` (n, 3), g; before and after it rests. repeat: round and round, until `rest`."""
        npy = BytesIO()
        np.save(npy, np.asarray(acc_g, dtype=np.float32))
        words = b64encode(npy.getvalue()).decode()
        answer = self.do("walk", npy=words, rate_hz=rate_hz, after_s=after_s, repeat=repeat)
        return Began(answer["began_s"], answer["lasts_s"])

    def rest(self) -> float:
        """Stand still from now on."""
        return float(self.do("rest")["now_s"])

    def press(self, *down_s: float, gap_s: float = 0.3) -> float:
        """Press the button, for 0.2 s when nothing else is said; stream time of the first press."""
        plan, after_s = [], 0.0
        for seconds in down_s or (0.2,):
            plan.append((after_s, seconds))
            after_s += seconds + gap_s
        return self.presses(*plan)[0][0]

    def presses(self, *plan: tuple[float, float], line: int = BUTTON) -> list[tuple[float, float]]:
        """Press as planned, each (seconds from now, how long), in one go; when it went down and came up, each time."""
        return [(down_s, up_s) for down_s, up_s in self.do("press", line=line, presses=plan)["presses"]]

    def hold(self, seconds: float = 2.5) -> float:
        return self.press(seconds)

    def level(self, line: int) -> int:
        return int(self.do("level", line=line)["level"])

    def changes(self, line: int, since_s: float = 0.0) -> list[Change]:
        """Each time the output changed, oldest first."""
        found = self.do("changes", lines=[line], since_s=since_s)["changes"]
        return [Change(at_s, level) for at_s, _, level in found]

    def pulses(self, line: int, since_s: float = 0.0) -> list[tuple[float, float]]:
        """(when it went on, how long it stayed on) of each whole pulse."""
        found, on_s = [], None
        for at_s, level in self.changes(line, since_s):
            if level:
                on_s = at_s
            elif on_s is not None:
                found.append((on_s, at_s - on_s))
                on_s = None
        return found

    def trouble(self, kind: Trouble, *, times: int | None = 1, after: int = 0, number: int | None = None) -> None:
        """The bus goes wrong, as `kneemon.virtual.bus` can."""
        self.do("trouble", kind=kind.name, times=times, after=after, number=number)

    def behave(self) -> None:
        self.do("behave")

    def dip(self) -> None:
        """The sensor's supply goes for a moment."""
        self.do("dip")

    def unplug(self) -> None:
        """The bus goes, done when the kernel says so; not before who has it open has let it go."""
        self.do("unplug")

    def plug(self) -> None:
        """It comes back, with the same number; done when it is there."""
        self.do("plug")

    def stats(self, *, start_again: bool = False) -> dict[str, Any]:
        """produced, reads, overruns, longest_pause_s."""
        return self.do("stats", start_again=start_again)


def shape(pulses: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """(on, silence before the next) of each pulse, as feedback/patterns.py has them; the last silence is left out."""
    ends = [at_s + on_s for at_s, on_s in pulses]
    silences = [at_s - end_s for end_s, (at_s, _) in zip(ends, pulses[1:], strict=False)]
    return list(zip((on_s for _, on_s in pulses), [*silences, 0.0], strict=True))
