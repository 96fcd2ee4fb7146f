# SPDX-License-Identifier: MIT
"""The two wiring plans, read without WireViz: who has which pins, and which pin each wire joins to which.

A pin is (part, number). A wire of a cable and a wire that a part brings along are the same here. Only what the plans
of this repository use is understood; anything else is an error.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

HARDWARE = Path(__file__).parents[2] / "hardware"
NAMES = ("minimal", "comfortable")

Pin = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Part:
    """labels: of each pin, by its number. words: all that is written on it."""

    labels: Mapping[int, str]
    words: str


@dataclass(frozen=True, slots=True)
class Plan:
    """wires: from pin to pin, in the order of the plan."""

    parts: Mapping[str, Part]
    wires: tuple[tuple[Pin, Pin], ...]

    def label(self, pin: Pin) -> str:
        return self.parts[pin[0]].labels[pin[1]]


def plan_file(name: str) -> Path:
    return HARDWARE / f"wiring-{name}.yml"


def read_plan(name: str) -> Plan:
    told = yaml.safe_load(plan_file(name).read_text())
    parts = {part: _part(what) for part, what in told["connectors"].items()}
    return Plan(parts, tuple(wire for row in told["connections"] for wire in _wires(row)))


def _part(told: Mapping[str, object]) -> Part:
    labels = told["pinlabels"]
    assert isinstance(labels, list)
    numbers = told.get("pins", range(1, len(labels) + 1))
    words = " ".join(str(told.get(field, "")) for field in ("type", "subtype", "notes"))
    return Part(dict(zip(numbers, labels, strict=True)), words)


def _wires(row: list[object]) -> Iterator[tuple[Pin, Pin]]:
    """[{part: pins}, a cable or arrows, {part: pins}]."""
    first, between, last = row
    ends = list(zip(_pins(first), _pins(last), strict=True))
    assert len(ends) == (len(between) if isinstance(between, list) else len(_pins(between)))
    yield from ends


def _pins(told: object) -> list[Pin]:
    assert isinstance(told, dict)
    ((part, pins),) = told.items()
    return [(part, number) for each in pins for number in _numbers(each)]


def _numbers(told: object) -> range:
    """5 or "1-5"."""
    low, _, high = str(told).partition("-")
    return range(int(low), int(high or low) + 1)
