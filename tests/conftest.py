# SPDX-License-Identifier: MIT
"""One profile for every property: the same examples on every run, and no stopwatch. Walks whose steps are known. And
whatever any test has kneemon publish is held against the contract."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from kneemon.model.samples import SampleBlock
from kneemon.virtual.script import Segment
from kneemon.virtual.walker import Walker

settings.register_profile("kneemon", derandomize=True, deadline=None)
settings.load_profile("kneemon")

HERE = Path(__file__).parent
sys.path.append(str(HERE / "mqtt"))  # where the contract is checked
PUBLISHING = ("app", "cli", "life", "mqtt", "mqtt_crowd", "mqtt_setup")  # rooms with a publisher in this process

Sampled = Callable[..., tuple[Walker, SampleBlock]]


@pytest.fixture(scope="session")
def sampled() -> Sampled:
    """A scripted walk and all its samples in one block."""

    def walk(
        *script: Segment, worn: str = "waist", seed: int = 1, rate_hz: float = 100.0, noise_g: float = 0.003
    ) -> tuple[Walker, SampleBlock]:
        walker = Walker(script, worn=worn, seed=seed)
        t_s = np.arange(int(walker.duration_s * rate_hz)) / rate_hz
        noise = np.random.default_rng(seed).normal(0.0, noise_g, (len(t_s), 3))
        return walker, SampleBlock(t_s, walker.acceleration(t_s) + noise)

    return walk


@pytest.fixture(autouse=True)
def contract(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a test has kneemon publish keeps the contract."""
    room = request.path.relative_to(HERE).parts[0]
    if room not in PUBLISHING:
        yield
        return
    from contract_check import watch  # only here, for paho and the schemas take a moment

    faults = watch(monkeypatch, probes=room in ("cli", "mqtt_setup"))
    yield
    assert not faults, "\n".join(faults)
