# SPDX-License-Identifier: MIT
"""The header's far ends: who presses the button, who hears the buzzer. The pins are the kernel's gpio-sim.

Inputs are pulled through sysfs. Each change of an output is caught in the driver itself by kernel probes, stamped with
CLOCK_BOOTTIME, the axis of stream time; so nothing is missed and nothing looks in vain.
"""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

TRACING = Path("/sys/kernel/tracing")
INSTANCE = TRACING / "instances" / "pins"
GROUP = "kneemon_pins"
# The first arguments after the chip are in x1 and x2. The masks of set_multiple cover the 54 lines in one word.
PROBES = {
    "set_one": "gpio_sim_set line=%x1:u32 level=%x2:u32",
    "set_many": "gpio_sim_set_multiple mask=+0(%x1):x64 bits=+0(%x2):x64",
    "drive": "gpio_sim_direction_output line=%x1:u32 level=%x2:u32",
}
EVENT = re.compile(r"\s(?P<at>\d+\.\d+): (?P<probe>set_one|set_many|drive): \(.*?\) (?P<what>.*)$")


class Change(NamedTuple):
    """An output was set at that stream time, s; perhaps to what it was."""

    at_s: float
    line: int
    level: int


class Pins:
    """The 54 lines. Raises FileNotFoundError where there is no gpio-sim."""

    def __init__(self) -> None:
        found = sorted(Path("/sys/devices/platform").glob("gpio-sim*/gpiochip*/sim_gpio0"))
        if not found:
            raise FileNotFoundError("no header of gpio-sim: are its modules loaded, and is it in the device tree?")
        self._lines = found[0].parent
        _watch()

    @property
    def name(self) -> str:
        """gpiochip0"""
        return self._lines.name

    def level(self, line: int) -> int:
        return int((self._lines / f"sim_gpio{line}" / "value").read_text())

    def pull(self, line: int, level: int) -> None:
        """Ground or 3.3 V at an input, until the next time."""
        (self._lines / f"sim_gpio{line}" / "pull").write_text("pull-up" if level else "pull-down")

    def changes(self, lines: Iterable[int], since_s: float = 0.0) -> list[Change]:
        """What happened to the outputs, oldest first; a level that was set again is left out."""
        wanted = set(lines)
        levels: dict[int, int] = {}
        found = []
        for change in parse((INSTANCE / "trace").read_text()):
            if change.line in wanted and levels.get(change.line) != change.level:
                levels[change.line] = change.level
                if change.at_s >= since_s:
                    found.append(change)
        return found


def parse(trace: str) -> Iterator[Change]:
    """The changes in a trace, lines of `# ` left out."""
    for row in trace.splitlines():
        event = EVENT.search(row)
        if event is None or row.startswith("#"):
            continue
        at_s = float(event["at"])
        what = {name: int(value, 0) for name, value in (word.split("=") for word in event["what"].split())}
        if "line" in what:
            yield Change(at_s, what["line"], min(1, what["level"]))
        else:
            for line in range(64):
                if what["mask"] >> line & 1:
                    yield Change(at_s, line, what["bits"] >> line & 1)


def _watch() -> None:
    """Probes and a buffer of our own; what an earlier board left is used again."""
    if not INSTANCE.exists():
        probes = os.open(TRACING / "kprobe_events", os.O_WRONLY | os.O_APPEND)  # open("a") seeks, which it refuses
        for name, what in PROBES.items():
            os.write(probes, f"p:{GROUP}/{name} {what}\n".encode())
        os.close(probes)
        INSTANCE.mkdir()
    (INSTANCE / "trace_clock").write_text("boot")
    (INSTANCE / "events" / GROUP / "enable").write_text("1")
