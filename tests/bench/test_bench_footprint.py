# SPDX-License-Identifier: MIT
"""A few days of the year on paper: what is counted adds up, and the page has a place for it."""

from pathlib import Path

import pytest

from tests.bench import page
from tests.bench.footprint import Day, Year, measure
from tests.bench.footprint_tables import footprint
from tests.bench.made import Made

PAGE = Path(__file__).parents[2] / "docs" / "footprint.md"


@pytest.fixture(scope="module")
def year() -> Year:
    return measure(days=4, minutes=2.0)


def test_each_day_takes_the_same_and_the_store_grows_by_its_walk(year: Year) -> None:
    assert [day.commits for day in year.days] == [year.rows // 10] * 4
    assert year.rows == pytest.approx(134, abs=2)
    assert list(year.sizes) == sorted(year.sizes)
    a_row = (year.sizes[-1] - year.sizes[0]) / 3 / year.rows
    assert 30 < a_row < 200


def test_more_is_written_than_kept_and_a_page_at_least_for_each_commit(year: Year) -> None:
    for day in year.days:
        assert day.handed > day.commits * 4096
        assert day.log_bytes > 0
    assert sum(day.handed for day in year.days) > year.sizes[-1]


def test_a_walk_is_two_lines_in_the_journal(year: Year) -> None:
    assert year.log_lines == 2


def test_the_figures_are_told_by_the_day_and_in_all() -> None:
    year = Year(30.0, [Day(4_000_000, 5_000_000, 180, 4_100_000)] * 10, [0] * 9 + [1_000_000], 2, 1800)
    text = footprint(year, Made.now())
    for row in (
        "The database grows by | 100 kB | 1.0 MB",
        "Handed to the file system | 4.00 MB | 40 MB",
        "… of it pages that the disk must take | 5.00 MB | 50 MB",
        "Commits while walking, each waits for the card | 180 | 1800",
        "Lines in the journal about the walk | 2 | 20",
    ):
        assert f"| {row} |" in text
    assert "Each kilobyte kept is written 40 times" in text
    assert page.renewed(PAGE.read_text(encoding="utf-8"), "footprint", text).count(text) == 1
