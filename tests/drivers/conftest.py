# SPDX-License-Identifier: MIT
"""Chips that are nothing but registers, for looking at single bytes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kneemon.virtual.bus import EmulatedBus

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text())


class Registers:
    """256 bytes of memory, a log of what was written, and registers that answer from a queue."""

    def __init__(self, values: dict[int, int]) -> None:
        self.memory = bytearray(256)
        for address, value in values.items():
            self.memory[address] = value
        self.written: list[tuple[int, int]] = []
        self.answers: dict[int, list[bytes]] = {}
        self.stuck: set[int] = set()

    def read(self, register: int, length: int) -> bytes:
        if self.answers.get(register):
            return self.answers[register].pop(0)[:length]
        return bytes(self.memory[register : register + length])

    def write(self, register: int, value: int) -> None:
        self.written.append((register, value))
        if register not in self.stuck:
            self.memory[register] = value


@pytest.fixture
def registers() -> type[Registers]:
    return Registers


@pytest.fixture
def bus_with() -> Callable[..., EmulatedBus]:
    """bus_with({0x53: chip}) -> an open bus."""
    return lambda chips: EmulatedBus(chips).open()


def vectors(kind: str, part: str) -> list[dict[str, Any]]:
    return [row for row in VECTORS[kind] if part in row.get("sensor", row.get("what"))]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`accel_vector` and friends: every row of vectors.json for the PART of the module."""
    for name in ("accel", "fifo_status", "fifo_block", "misc"):
        if f"{name}_vector" in metafunc.fixturenames:
            rows = vectors(name, metafunc.module.PART)
            metafunc.parametrize(
                f"{name}_vector", rows, ids=[f"{row.get('mode', '')} {row.get('bytes', '')}" for row in rows]
            )
