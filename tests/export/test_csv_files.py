# SPDX-License-Identifier: MIT
"""A walk's CSV files, read back as a spreadsheet would; and folders that cannot take them."""

import csv
import errno
import io
import os
import re
import resource
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kneemon.errors import ExitCode, ExportError
from kneemon.export.columns import Walked
from kneemon.export.csv_files import session_csv
from kneemon.export.folder import write_files
from kneemon.model.plans import Prescription, StateName
from kneemon.model.questions import Ask
from kneemon.model.records import EventRow, SecondRow, SessionRecord, TimeQuality
from kneemon.model.sessions import EndReason, PainMark, SessionSummary

PRESCRIPTION = Prescription(
    "gentle",
    date(2026, 10, 25),
    3,
    1200.0,
    900.0,
    180.0,
    120.0,
    110.0,
    6,
    plan_rev=2,
    state=StateName.PROGRESS,
    bout_cap_s=1800.0,
)
PAIN = {Ask.PAIN_BEFORE: 2, Ask.PAIN_END: 3, Ask.PAIN_LATER: None, Ask.PAIN_MORNING: 0}

SUMMARY = SessionSummary(
    started_s=812.4,
    ended_s=2017.0,
    steps=1830,
    walking_s=1130.25,
    main_s=830.0,
    over_pace_s=42.0,
    over_limit_s=0.0,
    gaps_s=1.5,
    gaps=1,
    bouts=2,
    clipped=7,
    cadence_mean_spm=97.1234567,
    cadence_p95_spm=None,
    prescription=PRESCRIPTION,
    pains=(PainMark(10.0, None), PainMark(20.0, 3), PainMark(30.0, 2)),
    end_reason=EndReason.COMMAND,
    paused_s=30.5,
    gave_way_s=(400.0, 900.5),
    pain_before=1,
    moderate_s=600.0,
    vigorous_s=12.5,
)

# Half an hour before Berlin sets its clocks back.
RECORD = SessionRecord(
    device="ab12cd34ef56",
    session_id="b17-3-9f2c",
    revision=1,
    boot_id="4f1c",
    started_at=datetime(2026, 10, 25, 0, 50, 0, 250_000, tzinfo=UTC),
    ended_at=datetime(2026, 10, 25, 1, 10, 4, 850_000, tzinfo=UTC),
    tz="Europe/Berlin",
    time_quality=TimeQuality.NTP,
    time_error_s=1.0,
    worn="waist",
    sensor="adxl345 at 0x53 on bus 1",
    software="0.1.0",
    summary=SUMMARY,
    final=True,
)

SECONDS = [
    SecondRow(1.0, 2, None, "walking", "main", False),
    SecondRow(2.0, 1, 98.7654321, "walking", "main", True),
    SecondRow(1200.0, 0, None, "resting", "cool_down", False),
]
EVENTS = [
    EventRow(0.0, "started"),
    EventRow(412.0, "pace_high", 121.0, 110.0, "steps/min"),
    EventRow(500.0, "pain", 0.0),
]

NAMES = tuple(f"b17-3-9f2c_{kind}.csv" for kind in ("session", "summary", "events", "diary"))


def read_back(content):
    """The rows as dictionaries, by the header of a file with a byte order mark."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def exported(record=RECORD, seconds=SECONDS, events=EVENTS):
    walked = Walked(record, PAIN, worst=4, gave_way=2)
    return [read_back(content) for content in session_csv(walked, seconds, events).values()][:3]


def write_session(folder, record, seconds, events):
    files = session_csv(Walked(record), seconds, events)
    return write_files(folder, ((name, [content]) for name, content in files.items()))


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_bytes_are_what_a_spreadsheet_wants():
    files = session_csv(Walked(RECORD), SECONDS, EVENTS)
    assert tuple(files) == NAMES
    for content in files.values():
        assert content.startswith(b"\xef\xbb\xbf")
        assert content.endswith(b"\r\n")
        assert content.count(b"\n") == content.count(b"\r\n")


def test_golden_seconds():
    assert session_csv(Walked(RECORD), SECONDS, EVENTS)[NAMES[0]].decode("utf-8-sig").splitlines() == [
        "elapsed_s,local_time,steps,cadence_spm,activity,part,over_pace",
        "1.0,2026-10-25 02:50:01,2,,walking,main,0",
        "2.0,2026-10-25 02:50:02,1,98.765,walking,main,1",
        "1200.0,2026-10-25 02:10:00,0,,resting,cool_down,0",
    ]


def test_golden_events():
    assert session_csv(Walked(RECORD), SECONDS, EVENTS)[NAMES[2]].decode("utf-8-sig").splitlines() == [
        "elapsed_s,local_time,kind,value,limit,unit",
        "0.0,2026-10-25 02:50:00,started,,,",
        "412.0,2026-10-25 02:56:52,pace_high,121.0,110.0,steps/min",
        "500.0,2026-10-25 02:58:20,pain,0.0,,",
    ]


def test_the_summary_is_one_row_with_every_figure():
    _, summary, _ = exported()
    assert summary == [
        {
            "session_id": "b17-3-9f2c",
            "revision": "1",
            "final": "1",
            "started_local_time": "2026-10-25 02:50:00",
            "ended_local_time": "2026-10-25 02:10:04",
            "tz": "Europe/Berlin",
            "utc_offset_min": "120.0",
            "time_quality": "ntp",
            "time_error_s": "1.0",
            "duration_s": "1204.6",
            "walking_s": "1130.25",
            "rest_s": "43.85",
            "paused_s": "30.5",
            "main_s": "830.0",
            "steps": "1830",
            "cadence_mean_spm": "97.123",
            "cadence_p95_spm": "",
            "moderate_s": "600.0",
            "vigorous_s": "12.5",
            "bouts": "2",
            "over_pace_s": "42.0",
            "over_limit_s": "0.0",
            "overshoot_percent": "",
            "load_units": "",
            "load_low": "",
            "load_high": "",
            "load_kns": "",
            "pain_marks": "3",
            "pain_max_nrs": "4",
            "pain_before_nrs": "2",
            "pain_end_nrs": "3",
            "pain_later_nrs": "",
            "pain_morning_nrs": "0",
            "gave_way": "2",
            "plan": "gentle",
            "plan_rev": "2",
            "plan_state": "progress",
            "plan_week": "3",
            "rest_day": "0",
            "dose_s": "1200.0",
            "limit_s": "900.0",
            "warm_up_s": "180.0",
            "cool_down_s": "120.0",
            "cadence_ceiling_spm": "110.0",
            "bout_cap_s": "1800.0",
            "pain_stop_nrs": "6",
            "end_reason": "command",
            "gaps": "1",
            "gaps_s": "1.5",
            "clipped_samples": "7",
            "worn": "waist",
            "sensor": "adxl345 at 0x53 on bus 1",
            "device": "ab12cd34ef56",
            "software": "0.1.0",
        }
    ]


def test_not_known_is_empty_and_never_nought():
    nothing = replace(SUMMARY, prescription=None, pains=(), gave_way_s=(), end_reason=None, pain_before=None)
    row = read_back(session_csv(Walked(replace(RECORD, summary=nothing)), SECONDS, EVENTS)[NAMES[1]])[0]
    empty = {name for name, cell in row.items() if cell == ""}
    planned = {"plan", "plan_week", "rest_day", "dose_s", "limit_s", "warm_up_s", "cool_down_s"}
    assert empty == planned | {
        "main_s",
        "over_pace_s",
        "over_limit_s",
        "overshoot_percent",
        "load_units",
        "load_low",
        "load_high",
        "load_kns",
        "cadence_ceiling_spm",
        "pain_stop_nrs",
        "bout_cap_s",
        "plan_rev",
        "plan_state",
        "pain_max_nrs",
        "pain_before_nrs",
        "pain_end_nrs",
        "pain_later_nrs",
        "pain_morning_nrs",
        "cadence_p95_spm",
        "end_reason",
    }
    assert (row["pain_marks"], row["gave_way"]) == ("0", "0")


def test_the_pain_before_is_the_diarys_or_else_the_walks_own():
    def before(pain):
        _, content, *_ = session_csv(Walked(RECORD, pain), [], []).values()
        return read_back(content)[0]["pain_before_nrs"]

    assert [before(PAIN), before({}), before({Ask.PAIN_BEFORE: None}), before({Ask.PAIN_BEFORE: 0})] == list("2110")


def test_where_a_plan_stood_is_not_known_of_a_walk_before_plans_were_kept():
    record = replace(RECORD, summary=replace(SUMMARY, prescription=replace(PRESCRIPTION, plan_rev=0)))
    _, (row,), _ = exported(record)
    assert (row["plan"], row["plan_week"], row["plan_rev"], row["plan_state"]) == ("gentle", "3", "", "")


def test_a_mark_and_the_number_given_afterwards_are_two_rows():
    marks = [EventRow(20.0, "pain", None, unit="of 10"), EventRow(20.0, "pain", 4.0, unit="of 10")]
    others = [EventRow(21.0, "gave_way"), EventRow(30.0, "pause", 30.5, unit="s")]
    assert session_csv(Walked(RECORD), SECONDS, [*marks, *others])[NAMES[2]].decode("utf-8-sig").splitlines()[1:] == [
        "20.0,2026-10-25 02:50:20,pain,,,of 10",
        "20.0,2026-10-25 02:50:20,pain,4.0,,of 10",
        "21.0,2026-10-25 02:50:21,gave_way,,,",
        "30.0,2026-10-25 02:50:30,pause,30.5,,s",
    ]


def test_a_walk_without_seconds_has_its_headers():
    seconds, summary, events = exported(seconds=[], events=[])
    assert (len(seconds), len(summary), len(events)) == (0, 1, 0)


def test_what_a_spreadsheet_would_run_is_text():
    evil = ['=HYPERLINK("http://example.org")', "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1"]
    for text in evil:
        record = replace(RECORD, worn=text, summary=replace(SUMMARY, prescription=replace(PRESCRIPTION, plan=text)))
        _, (row,), (event,) = exported(record, events=[EventRow(1.0, text, -1.0, None, text)])
        for cell in (row["worn"], row["plan"], event["kind"], event["unit"]):
            assert cell.startswith("'")
            assert cell.replace("'", "") == text
        assert event["value"] == "-1.0", "a number stays one"


@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_any_text_comes_back_whole_and_harmless(text):
    _, (row,), _ = exported(replace(RECORD, sensor=text))
    assert row["sensor"].replace("'", "") == text.replace("'", "")
    assert not row["sensor"].startswith(("=", "+", "-", "@", "\t", "\r"))


@given(text=st.text("=+-@;\t\r\n ,'\"ax1"))
@example("a;=1+1")
@example('a\n "@SUM(A1)')
def test_nothing_runs_where_cells_are_parted_at_semicolons(text):
    record = replace(RECORD, worn=text, sensor=f"b{text}")
    content = session_csv(Walked(record), [], [EventRow(1.0, text)])[NAMES[1]].decode("utf-8-sig")
    for cell in re.split(r"[;\t\r\n]", content):
        assert not cell.lstrip(' "').startswith(("=", "+", "-", "@")), cell


rows = st.builds(
    SecondRow,
    elapsed_s=st.floats(0, 1e5),
    steps=st.integers(0, 10),
    cadence_spm=st.none() | st.floats(0, 300),
    activity=st.sampled_from(["walking", "resting", "paused"]),
    part=st.sampled_from(["free", "main"]),
    over_pace=st.booleans(),
)


@given(st.lists(rows, max_size=5), st.sampled_from(["Europe/Berlin", "Asia/Kolkata", "America/St_Johns", "UTC"]))
def test_numbers_and_times_read_back_are_the_same(seconds, tz):
    back, (summary,), _ = exported(replace(RECORD, tz=tz), seconds)
    assert len(back) == len(seconds)
    for given_row, row in zip(seconds, back, strict=True):
        assert float(row["elapsed_s"]) == pytest.approx(given_row.elapsed_s, abs=0.0005001)
        assert int(row["steps"]) == given_row.steps
        assert bool(int(row["over_pace"])) == given_row.over_pace
        if given_row.cadence_spm is None:
            assert row["cadence_spm"] == ""
        else:
            assert float(row["cadence_spm"]) == pytest.approx(given_row.cadence_spm, abs=0.0005001)
        datetime.strptime(row["local_time"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    local = datetime.strptime(summary["started_local_time"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    offset = timedelta(minutes=float(summary["utc_offset_min"]))
    assert local - offset == RECORD.started_at.replace(microsecond=0)


def test_written_and_written_again(tmp_path):
    folder = tmp_path / "for" / "the physio"
    written = write_session(folder, RECORD, SECONDS, EVENTS)
    assert written == tuple(folder / name for name in NAMES)
    assert contents(folder) == session_csv(Walked(RECORD), SECONDS, EVENTS)
    later = replace(RECORD, revision=2)
    write_session(folder, later, SECONDS[:1], [])
    assert contents(folder) == session_csv(Walked(later), SECONDS[:1], [])


def test_files_may_be_read_by_whom_the_folder_is_for(tmp_path):
    ordinary = tmp_path / "ordinary"
    ordinary.touch()
    for path in write_session(tmp_path / "out", RECORD, SECONDS, EVENTS):
        assert path.stat().st_mode == ordinary.stat().st_mode


@contextmanager
def room_for(size):
    """No file may grow beyond `size` bytes: the nearest that a process can have of its own to a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_leaves_everything_as_it_was(tmp_path):
    write_session(tmp_path, RECORD, SECONDS, EVENTS)
    before = contents(tmp_path)
    longer = [SecondRow(float(second), 2, None, "walking", "main", False) for second in range(1, 2000)]
    with room_for(8192), pytest.raises(ExportError) as told:
        write_session(tmp_path, replace(RECORD, revision=2), longer, EVENTS)
    assert str(told.value) == (
        f"no export into {tmp_path}: expected room on the disk, saw a full disk. "
        "Free some space, or choose another folder."
    )
    assert told.value.exit_code is ExitCode.EXPORT
    assert contents(tmp_path) == before


def test_a_disk_that_fills_up_at_the_last_file(tmp_path, monkeypatch):
    calls = []

    def fails_late(descriptor):
        calls.append(descriptor)
        if len(calls) == 4:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fails_late)
    with pytest.raises(ExportError, match="saw a full disk"):
        write_session(tmp_path, RECORD, SECONDS, EVENTS)
    assert contents(tmp_path) == {}


def test_a_file_where_the_folder_should_be(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(ExportError) as told:
            write_session(folder, RECORD, SECONDS, EVENTS)
        assert str(told.value) == (
            f"no export into {folder}: expected a folder, saw something else of that name. "
            "Move it away, or choose another folder."
        )
    assert (tmp_path / "file").read_text() == "not a folder"


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_where_a_file_should_be(tmp_path, name):
    (tmp_path / name).mkdir()
    with pytest.raises(ExportError, match=f"expected a file {name}, saw a folder of that name"):
        write_session(tmp_path, RECORD, SECONDS, EVENTS)
    assert [path.name for path in tmp_path.iterdir()] == [name], "all of them or none"


def test_a_folder_that_may_not_be_written(tmp_path, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "mkdir", refuse)
    with pytest.raises(ExportError, match=r"expected a folder that may be written, saw no permission\. Choose another"):
        write_session(tmp_path, RECORD, SECONDS, EVENTS)


@pytest.mark.parametrize("tz", ["Nowhere/At_All", "../etc/passwd", "", "Europe"])
def test_an_unknown_zone_is_told_before_anything_is_written(tmp_path, tz):
    with pytest.raises(ExportError) as told:
        write_session(tmp_path, replace(RECORD, tz=tz), SECONDS, EVENTS)
    assert str(told.value) == (
        f"the session's local times cannot be told: expected a time zone this machine knows, saw {tz!r}. "
        "Install the system's time zone data (tzdata)."
    )
    assert contents(tmp_path) == {}
