# SPDX-License-Identifier: MIT
"""A walk of a minute and a half, and a bench to walk it on."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent.parent / "mqtt"))  # the bench of the room next door

from app_bench import Bench, cut

from kneemon.model.samples import SampleBlock
from kneemon.virtual.script import Segment, Stand, Walk
from kneemon.virtual.walker import Walker


@pytest.fixture(scope="session")
def outing(sampled: Callable[..., tuple[Walker, SampleBlock]]) -> tuple[Walker, list[SampleBlock]]:
    """Stands until 4 s, walks until 44 s, rests until 58 s, walks until 88 s, stands until 96 s."""
    script: tuple[Segment, ...] = (Stand(4.0), Walk(40.0, 100.0), Stand(14.0), Walk(30.0, 100.0), Stand(8.0))
    walker, walk = sampled(*script)
    return walker, cut(walk)


@pytest.fixture
def bench(tmp_path: Path) -> Callable[..., Bench]:
    """bench(plan=…, clock=…): a kneemon upon the test's own store, the same one each time."""
    return lambda **parts: Bench(tmp_path / "kneemon.db", **parts)


@pytest.fixture
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
