# SPDX-License-Identifier: MIT
"""The part of docs/footprint.md that is measured: what a day with a walk and a year of them take."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from tests.bench.made import Made
from tests.bench.markdown import part, table

if TYPE_CHECKING:
    from tests.bench.footprint import Year

KB, MB = 1e3, 1e6
CARD_MB = 16_000.0


def footprint(year: Year, made: Made) -> str:
    days = len(year.days)
    handed, dirtied = (sum(getattr(day, name) for day in year.days) for name in ("handed", "dirtied"))
    grown = year.sizes[-1] / days
    commits = median(day.commits for day in year.days)
    return part(
        made.told(),
        f"{days} days, each a boot with one walk of {year.minutes:g} minutes ({year.rows} rows of a second), four "
        "answers about pain, and one document that the broker took.",
        table(
            "What | in a day | in all",
            [
                f"The database grows by | {grown / KB:.0f} kB | {year.sizes[-1] / MB:.1f} MB",
                f"Handed to the file system | {_of_day(handed, days)} MB | {handed / MB:.0f} MB",
                f"… of it pages that the disk must take | {_of_day(dirtied, days)} MB | {dirtied / MB:.0f} MB",
                f"Commits while walking, each waits for the card | {commits:.0f} | {commits * days:.0f}",
                f"Lines in the journal about the walk | {year.log_lines} | {year.log_lines * days}",
            ],
        ),
        f"Each kilobyte kept is written {handed / year.sizes[-1]:.0f} times: a page of 4 kB goes into the write-ahead "
        "log as often as something in it was committed, every 10 s, and into the database once more. The log was never "
        f"larger than {max(day.log_bytes for day in year.days) / MB:.1f} MB. A card of 16 GB is overwritten "
        f"{dirtied / MB / CARD_MB:.2f} times by it.",
    )


def _of_day(size: int, days: int) -> str:
    return f"{size / days / MB:.2f}"
