# SPDX-License-Identifier: MIT
"""The CSV files of a life, read by pandas: numbers are numbers, times are times, and they are the store's."""

import io

import pandas
import pytest

from kneemon.app.reading import Reading
from kneemon.export.csv_files import session_csv
from kneemon.export.facts import walked


def test_pandas_reads_every_walk(life: Reading) -> None:
    for walk in life.walks(1000):
        name = walk.record.session_id
        files = session_csv(walked(walk), life.seconds(name), life.events(name))
        seconds = pandas.read_csv(io.BytesIO(files[f"{name}_session.csv"]), parse_dates=["local_time"])
        assert seconds["steps"].sum() == sum(row.steps for row in life.seconds(name))
        assert str(seconds["local_time"].dtype).startswith("datetime64")
        summary = pandas.read_csv(
            io.BytesIO(files[f"{name}_summary.csv"]), parse_dates=["started_local_time", "ended_local_time"]
        )
        (row,) = summary.to_dict(orient="records")
        assert row["steps"] == walk.record.summary.steps
        assert row["walking_s"] == pytest.approx(walk.record.summary.walking_s, abs=0.001)
        assert row["started_local_time"].to_pydatetime() == walk.local_start.replace(tzinfo=None, microsecond=0)
