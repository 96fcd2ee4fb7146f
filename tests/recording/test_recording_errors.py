# SPDX-License-Identifier: MIT
"""Every file that is no recording is refused in one sentence that says what to do."""

import gzip
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from kneemon.errors import ExitCode, RecordingError
from kneemon.sensor.recording import RecordingSource, read_recording

REST = (0.0, 0.6, 0.8)


def complaint(path: Path) -> str:
    """What is said of a file, the same by both ways of reading it; without the file's name."""
    with pytest.raises(RecordingError) as whole:
        read_recording(path)
    with pytest.raises(RecordingError) as streamed, closing(RecordingSource(path)) as source:
        list(iter(source.read, None))
    assert str(whole.value) == str(streamed.value)
    assert whole.value.exit_code == ExitCode.RECORDING
    assert "\n" not in str(whole.value)
    return str(whole.value).removeprefix(f"{path}: ")


def test_no_such_file(tmp_path: Path) -> None:
    assert complaint(tmp_path / "none.csv") == "expected a recording, saw no such file. Check the path."


def test_a_folder(tmp_path: Path) -> None:
    assert complaint(tmp_path) == "expected a recording, saw a folder. Name a file in it."


def test_a_path_that_cannot_be_opened(tmp_path: Path) -> None:
    file = tmp_path / "walk.csv"
    file.write_text("t,ax,ay,az\n")
    assert (
        complaint(file / "walk.csv") == "expected a readable file, saw Not a directory. Check the file's permissions."
    )


@pytest.mark.parametrize("zipped", [False, True])
def test_an_empty_file(recorded, zipped: bool) -> None:
    assert complaint(recorded(b"", zipped=zipped)) == "expected the header t,ax,ay,az, saw an empty file. Record again."


@pytest.mark.parametrize("lines_after", [[], ["", "  "]])
def test_nothing_after_the_header(recorded, lines_after: list[str]) -> None:
    assert complaint(recorded(lines_after)) == "expected two samples or more, saw none after the header. Record again."


def test_one_sample(recorded, lines) -> None:
    assert complaint(recorded(lines([0.0]))) == "expected two samples or more, saw one. Record again."


ADD_HEADER = "Add the header as the first line; further columns may follow these four."
REPLACE = "Replace the first line by t,ax,ay,az if the columns are these; others may follow these four."
REORDER = "Put the columns in the order t,ax,ay,az; others may follow these four."
WITH_COMMAS = "Separate the columns with commas, and write decimals with a point."


@pytest.mark.parametrize(
    ("header", "seen", "remedy"),
    [
        ("0.00,0.1,0.2,0.97", "none, the first line is “0.00,0.1,0.2,0.97”", ADD_HEADER),
        ("time,x,y,z", "“time,x,y,z”", REPLACE),
        ("t,ax,ay", "“t,ax,ay”", REPLACE),
        ("t;ax;ay;az", "“t;ax;ay;az”, columns separated by semicolons", WITH_COMMAS),
        ("0,00;0,1;0,2;0,97", "“0,00;0,1;0,2;0,97”, columns separated by semicolons", WITH_COMMAS),
        ("t\tax\tay\taz", "“t·ax·ay·az”, columns separated by tabs", WITH_COMMAS),
        ("t,ay,ax,az", "“t,ay,ax,az”", REORDER),
        ("n,az,ay,ax,T", "“n,az,ay,ax,T”", REORDER),
        ("", "“”", REPLACE),
        ("x" * 200, "“" + "x" * 57 + "…”", REPLACE),
    ],
)
def test_no_header_or_another(recorded, lines, header: str, seen: str, remedy: str) -> None:
    path = recorded(lines([0.0, 0.01]), header=header)
    assert complaint(path) == f"expected the header t,ax,ay,az, saw {seen}. {remedy}"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("zipped", [False, True])
def test_utf_16(recorded, encoding: str, zipped: bool) -> None:
    path = recorded("\ufefft,ax,ay,az\n0,0,0,1\n".encode(encoding), zipped=zipped)
    assert complaint(path) == (
        "expected text in UTF-8, saw text in UTF-16. Save the recording again with the encoding UTF-8."
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [("0,17;0,01;0,6;0,8", "semicolons"), ("0.17;0.0;0.6;0.8", "semicolons"), ("0,17\t0,0\t0,6\t0,8", "tabs")],
)
def test_rows_separated_by_something_else(recorded, lines, line: str, words: str) -> None:
    text = lines(np.arange(50) * 0.01)
    text[17] = line
    assert complaint(recorded(text)) == f"expected columns separated by commas, saw {words} in line 19. {WITH_COMMAS}"


@pytest.mark.parametrize(
    "data",
    [
        bytes(range(256)) * 40,
        "t,ax,ay,az\n0,0,0,1\n".encode("utf-16-le"),
        b"PK\x03\x04\x14\x00\x00\x00",
        np.random.default_rng(0).bytes(3_000_000),
    ],
)
@pytest.mark.parametrize("zipped", [False, True])
def test_binary_data(recorded, data: bytes, zipped: bool) -> None:
    path = recorded(data, zipped=zipped)
    assert complaint(path) == "expected text, saw binary data. Export the recording as CSV."


def test_a_line_with_too_few_columns(recorded, lines) -> None:
    text = lines(np.arange(50) * 0.01)
    text[17] = "0.17,0.0,0.6"
    assert (
        complaint(recorded(text)) == "expected 4 columns t,ax,ay,az, saw 3 in line 19. Mend that line or take it out."
    )


@pytest.mark.parametrize(
    ("field", "shown"),
    [("oops", "oops"), ("1.2.3", "1.2.3"), ("0 5", "0 5"), ("\x00\x1b", "··"), ("9" * 70 + "x", "9" * 57 + "…")],
)
def test_a_field_that_is_no_number(recorded, lines, field: str, shown: str) -> None:
    text = lines(np.arange(50) * 0.01)
    text[0] = f"\n0.0,{field},0.6,0.8"
    said = complaint(recorded(text))
    assert said == f"expected numbers, saw “{shown}” in line 3. Mend that line or take it out."


@pytest.mark.parametrize("field", ["inf", "-Infinity", "1e999"])
def test_an_infinite_number(recorded, lines, field: str) -> None:
    text = lines(np.arange(50) * 0.01)
    text[30] = f"0.3,0.0,{field},0.8"
    said = complaint(recorded(text))
    assert said == "expected finite numbers, saw an infinite one in line 32. Mend that line or take it out."


IN_ORDER = "Sort the lines by time, and give every sample a time of its own."


def test_time_that_jumps_back(recorded, lines) -> None:
    t_s = np.concatenate((np.arange(100), np.arange(100))) * 0.01
    said = complaint(recorded(lines(t_s)))
    assert said == f"expected time that goes on, saw 0 s in line 102, after 0.95 s. {IN_ORDER}"


@pytest.mark.parametrize("piece_bytes", [20, 64, 500, 3000])
def test_time_that_jumps_back_between_pieces(recorded, lines, piece_bytes: int) -> None:
    path = recorded(lines(np.concatenate((np.arange(100), np.arange(100))) * 0.01))
    with (
        closing(RecordingSource(path, piece_bytes=piece_bytes)) as source,
        pytest.raises(RecordingError, match=r"saw 0 s in line 102, after 0\.95 s"),
    ):
        list(iter(source.read, None))


def test_time_that_runs_backwards(recorded, lines) -> None:
    said = complaint(recorded(lines(np.arange(100)[::-1] * 0.01)))
    assert said == f"expected time that goes on, saw 0.94 s in line 7, after 0.99 s. {IN_ORDER}"
    said = complaint(recorded(lines([0.02, 0.01, 0.0])))
    assert said == f"expected time that goes on, saw 0 s in line 4, after 0.02 s. {IN_ORDER}"


def test_shuffled_lines(recorded, lines) -> None:
    t_s = np.random.default_rng(0).permutation(1000) * 0.01
    assert complaint(recorded(lines(t_s))).startswith("expected time that goes on, saw ")


def test_time_that_stands_still(recorded, lines) -> None:
    said = complaint(recorded(lines(np.floor(np.arange(300) * 0.01))))
    assert said == f"expected time that goes on, saw 0 s in line 7, after 0 s. {IN_ORDER}"


def test_a_line_number_counts_from_the_top_of_the_file(recorded, lines) -> None:
    t_s = np.arange(60_000) * 0.01
    t_s[59_000:] -= 10.0
    text = lines(t_s)
    text.insert(100, "")
    text[200] = "nan,nan,nan,nan"
    assert "saw 580 s in line 59003, after 589.95 s" in complaint(recorded(text))


@pytest.mark.parametrize("zipped_part", [0.5, 0.99])
def test_a_torn_gzip_file(recorded, lines, walk, zipped_part: float) -> None:
    data = gzip.compress("\n".join(["t,ax,ay,az", *lines(*walk)]).encode())
    path = recorded(data[: int(len(data) * zipped_part)])
    said = complaint(path)
    assert said == (
        "expected a whole file, saw a gzip file that ends too early. Copy it again; a part is not taken for the walk."
    )


def test_a_damaged_gzip_file(recorded, lines, walk) -> None:
    data = bytearray(gzip.compress("\n".join(["t,ax,ay,az", *lines(*walk)]).encode()))
    data[len(data) // 2 : len(data) // 2 + 40] = bytes(40)
    said = complaint(recorded(bytes(data)))
    assert said == "expected a whole file, saw damaged gzip data. Copy it again; a part is not taken for the walk."


def test_mostly_not_a_number(recorded, lines) -> None:
    text = lines(np.arange(100) * 0.01)
    text[20:80] = ["nan,nan,nan,nan"] * 60
    assert complaint(recorded(text)) == (
        "expected numbers in most rows, saw 60 of 100 rows without a number. "
        "Record again: a gap may be left out, a walk may not."
    )
    assert "100 of 100 rows" in complaint(recorded(["nan,nan,nan,nan"] * 100))


@pytest.mark.parametrize(
    ("factor", "said"),
    [
        (9.80665, "saw a median of 9.81, which looks like m/s². Divide the three columns by 9.80665."),
        (1000.0, "saw a median of 1000, which looks like mg. Divide the three columns by 1000."),
        (256.0, "saw a median of 256. Convert the three columns to g, gravity included."),
        (16384.0, "saw a median of 16400. Convert the three columns to g, gravity included."),
        (
            0.02,
            "saw a median of 0.02. Gravity seems to have been taken out: record acceleration with gravity.",
        ),
    ],
)
@pytest.mark.parametrize("samples", [2, 400])
def test_another_unit(recorded, lines, factor: float, said: str, samples: int) -> None:
    path = recorded(lines(np.arange(samples) * 0.01, factor * np.array(REST)))
    assert complaint(path) == f"expected acceleration in g, about 1 with gravity, {said}"


def test_unit_and_rate_are_judged_when_there_is_enough_to_judge(recorded, lines) -> None:
    text = lines(np.arange(60_000) * 0.01, 9.80665 * np.array(REST))
    text[1:59_000] = ["nan,nan,nan,nan"] * 58_999
    assert "looks like m/s²" in complaint(recorded(text))


def test_zeros(recorded, lines) -> None:
    said = complaint(recorded(lines(np.arange(100) * 0.01, (0.0, 0.0, 0.0))))
    assert said == "expected acceleration in g, saw zeros only. Record again: the sensor was not measuring."


@pytest.mark.parametrize(
    ("rate_hz", "said"),
    [
        (10.0, "saw 10 Hz. Record at another rate, or resample."),
        (1000.0, "saw 1000 Hz. Record at another rate, or resample."),
        (0.1, "saw a time column that looks like milliseconds. Divide t by 1000."),
        (1e-4, "saw a time column that looks like microseconds. Divide t by 1000000."),
        (1e-7, "saw a time column that looks like nanoseconds. Divide t by 1000000000."),
    ],
)
def test_another_rate_or_time_unit(recorded, lines, rate_hz: float, said: str) -> None:
    assert complaint(recorded(lines(np.arange(100) / rate_hz))) == f"expected 15 to 500 samples a second, {said}"


@pytest.mark.parametrize("start_s", [0.0, 5.3, 1.7e9])
@pytest.mark.parametrize("samples", [2, 3, 7, 1200])
def test_real_recordings_pass(recorded, lines, walk, start_s: float, samples: int) -> None:
    """Short or long, from zero or since 1970, walking from the first sample on or running hard."""
    t_s = start_s + walk[0][:samples]
    for acc_g in (walk[1][:samples], walk[1][300 : 300 + samples] if samples < 900 else walk[1]):
        read_s, _ = read_recording(recorded(lines(t_s, acc_g)))
        assert len(read_s) == samples


def test_running_passes(recorded, lines) -> None:
    t_s = np.arange(1000) * 0.01
    in_the_air = np.sin(2 * np.pi * 2.7 * t_s) < -0.3
    sizes = np.where(in_the_air, 0.2, 1.0 + 3.0 * np.abs(np.sin(2 * np.pi * 2.7 * t_s)))
    read_s, _ = read_recording(recorded(lines(t_s, sizes[:, None] * np.array(REST))))
    assert len(read_s) == 1000
