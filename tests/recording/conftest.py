# SPDX-License-Identifier: MIT
"""Recordings made for the tests: a walk, the lines it makes, and a file to put them in."""

import gzip
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import ArrayLike

from kneemon.model.samples import Array
from kneemon.virtual.script import Stand, Walk
from kneemon.virtual.walker import Walker

AT_REST = (0.0, 0.6, 0.8)


@pytest.fixture(scope="session")
def walk() -> tuple[Array, Array]:
    """Twelve seconds at 100 Hz, numbers as they are written: t_s (n,), acc_g (n, 3)."""
    t_s = np.round(np.arange(1200) * 0.01, 3)
    acc_g = Walker((Stand(2.0), Walk(9.0, 100.0), Stand(1.0)), seed=1).acceleration(t_s)
    return t_s, np.round(acc_g, 4)


@pytest.fixture(scope="session")
def lines() -> Callable[..., list[str]]:
    """Samples as lines of a recording; without acceleration, of a sensor at rest."""

    def written(t_s: ArrayLike, acc_g: ArrayLike = AT_REST) -> list[str]:
        times = np.asarray(t_s, dtype=float)
        return [
            f"{t!r},{x!r},{y!r},{z!r}"
            for t, (x, y, z) in zip(times.tolist(), np.broadcast_to(acc_g, (len(times), 3)).tolist(), strict=True)
        ]

    return written


@pytest.fixture
def recorded(tmp_path: Path) -> Callable[..., Path]:
    """Writes lines after a header, or bytes as they are, into a file."""

    def written(content: Iterable[str] | bytes, *, header: str = "t,ax,ay,az", zipped: bool = False) -> Path:
        if not isinstance(content, bytes):
            content = "".join(f"{line}\n" for line in (header, *content)).encode()
        path = tmp_path / "walk.csv"
        path.write_bytes(gzip.compress(content) if zipped else content)
        return path

    return written
