# SPDX-License-Identifier: MIT
"""The table of columns: a unit in every header, and what the diary makes known of a walk."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kneemon.export.columns import SUMMARY_COLUMNS, Walked
from kneemon.export.csv_files import EXPORT_COLUMNS
from kneemon.model.records import SessionRecord, TimeQuality
from kneemon.model.sessions import SessionSummary
from kneemon.plan.load import Load

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SUMMARY = SessionSummary.begun(0.0, None)
BARE = Walked(
    SessionRecord("d", "b1", 1, "4f1c", NOW, NOW, "UTC", TimeQuality.NTP, "waist", "canned", "0", SUMMARY, True)
)


def test_every_header_names_its_unit():
    suffixes = {
        "s": "_s",
        "steps/min": "_spm",
        "min": "_min",
        "samples": "_samples",
        "0 to 10": "_nrs",
        "%": "_percent",
    }
    for columns in EXPORT_COLUMNS.values():
        names = [column.name for column in columns]
        assert len(set(names)) == len(names)
        for column in columns:
            assert column.meaning
            assert column.name.endswith(suffixes.get(column.unit, ""))


@pytest.mark.parametrize(
    ("walked", "cells"),
    [
        (BARE, [None] * 5),
        (replace(BARE, load=Load(951.6, 713.7, 1189.5)), [None, 951.6, 713.7, 1189.5, None]),
        (
            replace(BARE, load=Load(0.0, 0.0, 0.0), load_kns=0.0, overshoot_percent=132.5),
            [132.5, 0.0, 0.0, 0.0, 0.0],
        ),
    ],
)
def test_what_the_diary_makes_known_of_a_walk(walked, cells):
    names = ("overshoot_percent", "load_units", "load_low", "load_high", "load_kns")
    told = {column.name: column.cell(walked) for column in SUMMARY_COLUMNS}
    assert [told[name] for name in names] == cells
