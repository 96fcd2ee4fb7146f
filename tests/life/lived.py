# SPDX-License-Identifier: MIT
"""Lives for the tests: short, without exercises where these are not looked at."""

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

from numpy.random import default_rng

from kneemon.app.life import Life, LifeOptions, live
from kneemon.config.presets import preset_text
from kneemon.virtual.life.person import Person, somebody

START = date(2026, 8, 31)  # a Monday
TEXT = preset_text("six_week", START)
NAME = re.compile(r"\b(b\d+-\d+)-[0-9a-f]{4}\b")  # of a walk; its last part is random


def lived(store: Path, seed: int, weeks: int, person: Person | None = None) -> Life:
    return live(LifeOptions(store, TEXT, Path("six_week.toml"), START, weeks, seed, person), lambda _lived, _all: None)


def no_exercises(seed: int, weeks: int) -> Person:
    """Somebody who walks only: most of a life's computing are its exercises."""
    return replace(somebody(default_rng([seed, 9]), 7 * weeks), exercises=0.0)


def contents(store: Path) -> list[str]:
    """Every row of every table, without the random parts of the names of device and walks."""
    with closing(sqlite3.connect(store)) as connection:
        (device,) = connection.execute("SELECT value FROM meta WHERE key = 'device'").fetchone()
        return [NAME.sub(r"\1", line).replace(device, "device") for line in connection.iterdump()]
