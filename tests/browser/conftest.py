# SPDX-License-Identifier: MIT
"""One Chromium, one furnished house to look at, one to change things in, one that is empty; each made once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_bench import Stories, chromium, furnished
from playwright.sync_api import Browser, sync_playwright
from writing_bench import House, lived

WEEKS = 3


@pytest.fixture(scope="module")  # two at once in one thread cannot be
def browser() -> Iterator[Browser]:
    with sync_playwright() as play, chromium(play) as opened:
        yield opened


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Three weeks of a life, and kneemon running."""
    with House(lived(tmp_path_factory.mktemp("house"), WEEKS)) as opened:
        yield opened


@pytest.fixture(scope="module")
def stories(house: House) -> Stories:
    return furnished(house)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """kneemon runs, and nothing was ever told it."""
    folder: Path = tmp_path_factory.mktemp("bare")
    with House(folder) as opened:
        yield opened
