# SPDX-License-Identifier: MIT
"""A recording as a source: what is in the file comes out, once, in order, whatever the file's form."""

import gzip
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kneemon.model.samples import SampleBlock
from kneemon.ports import SampleSource
from kneemon.sensor.recording import RecordingSource, read_recording


def blocks(path: Path, **options: float) -> list[SampleBlock]:
    source = RecordingSource(path, **options)
    read = list(iter(source.read, None))
    source.close()
    return read


def joined(read: list[SampleBlock]) -> tuple[np.ndarray, np.ndarray]:
    return np.concatenate([block.t_s for block in read]), np.concatenate([block.acc_g for block in read])


def same(one: list[SampleBlock], other: list[SampleBlock]) -> bool:
    return [(b.t_s.tobytes(), b.acc_g.tobytes(), b.lost_before) for b in one] == [
        (b.t_s.tobytes(), b.acc_g.tobytes(), b.lost_before) for b in other
    ]


@pytest.mark.parametrize("zipped", [False, True])
def test_everything_in_the_file_comes_out(recorded, lines, walk, zipped: bool) -> None:
    path = recorded(lines(*walk), zipped=zipped)

    for t_s, acc_g in (read_recording(path), joined(blocks(path))):
        np.testing.assert_array_equal(t_s, walk[0])
        np.testing.assert_array_equal(acc_g, walk[1])


def test_blocks_are_cut_at_the_borders_after_the_first_stamp(recorded, lines, walk) -> None:
    read = blocks(recorded(lines(walk[0] + 3.111, walk[1])), block_s=0.25)

    assert [len(block) for block in read] == [25] * 48
    for number, block in enumerate(read):
        first_s, last_s = 3.111 + 0.25 * number, 3.111 + 0.25 * (number + 1)
        assert first_s - 1e-9 <= block.t_s[0]
        assert block.t_s[-1] < last_s


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    piece_bytes=st.integers(40, 4000),
    block_s=st.sampled_from([0.02, 0.25, 1.0]),
    holes=st.sets(st.integers(1, 298), max_size=12),
    zipped=st.booleans(),
)
def test_pieces_do_not_show(recorded, lines, walk, piece_bytes: int, block_s: float, holes, zipped: bool) -> None:
    text = [
        line if row not in holes else line.replace(line.split(",")[2], "nan")
        for row, line in enumerate(lines(walk[0][:300], walk[1][:300]))
    ]
    path = recorded(text, zipped=zipped)

    assert same(blocks(path, block_s=block_s, piece_bytes=piece_bytes), blocks(path, block_s=block_s))


@pytest.mark.parametrize("rate_hz", [15.0, 19.1, 100.0, 406.1, 500.0])
def test_any_rate_with_jitter(recorded, lines, rate_hz: float) -> None:
    jitter = np.random.default_rng(1).uniform(-0.4, 0.4, 900)
    t_s = np.round((np.arange(900) + jitter) / rate_hz, 6)
    read_s, _ = joined(blocks(recorded(lines(t_s))))

    np.testing.assert_array_equal(read_s, t_s)


def test_a_gap_stays_a_gap(recorded, lines) -> None:
    t_s = np.concatenate((np.arange(100), 700 + np.arange(100))) * 0.01
    read = blocks(recorded(lines(t_s)))

    np.testing.assert_allclose(joined(read)[0], t_s)
    assert [len(block) for block in read] == [25] * 8
    assert read[4].t_s[0] - read[3].t_s[-1] == pytest.approx(6.01)
    assert {block.lost_before for block in read} == {0}


def test_rows_without_numbers_are_dropped_where_they_were_and_counted(recorded, lines) -> None:
    text = lines(np.arange(100) * 0.01)
    for row in (0, 30, 31, 99):
        text[row] = f"{row * 0.01},nan,NaN,nan"
    text[60] = "0.6,,0.6,0.8"
    read = blocks(recorded(text), block_s=0.25)

    # borders count from the first sample that is there, at 0.01 s
    assert [(round(b.t_s[0], 2), len(b), b.lost_before) for b in read] == [
        (0.01, 25, 1),
        (0.26, 4, 0),
        (0.32, 19, 2),
        (0.51, 9, 0),
        (0.61, 15, 1),
        (0.76, 23, 0),
    ]


def test_stamps_that_do_not_rise_are_nudged_and_the_others_left(recorded, lines) -> None:
    t_s = np.arange(60) * 0.01
    t_s[20] = t_s[19]
    t_s[40] = t_s[38]
    read_s, _ = joined(blocks(recorded(lines(t_s))))

    assert (np.diff(read_s) > 0).all()
    assert read_s[20] == pytest.approx(t_s[19] + 1e-6, abs=1e-9)
    assert read_s[40] == pytest.approx(t_s[39] + 1e-6, abs=1e-9)
    np.testing.assert_array_equal(np.delete(read_s, [20, 40]), np.delete(t_s, [20, 40]))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(seed=st.integers(0, 10_000), piece_bytes=st.integers(300, 3000))
def test_time_always_rises(recorded, lines, seed: int, piece_bytes: int) -> None:
    wobble = np.random.default_rng(seed).integers(-1, 2, 300)
    t_s = (np.arange(300) + wobble) * 0.01 + 1e9  # now and then equal or backwards, in seconds since 1970
    path = recorded(lines(t_s))
    read = blocks(path, piece_bytes=piece_bytes)
    read_s, _ = joined(read)

    assert (np.diff(read_s) > 0).all()
    np.testing.assert_allclose(read_s, np.maximum.accumulate(t_s), atol=1e-4, rtol=0)
    assert same(read, blocks(path))


@pytest.mark.parametrize(
    ("header", "tail", "ending"),
    [
        ("t,ax,ay,az,gx,gy,gz", ",0.1,0.2,0.3", "\n"),
        ("\ufefft,ax,ay,az", "", "\r\n"),
        ('"t", "AX", "ay", "az", "label"', ",standing still", "\n"),
        ("t,ax,ay,az", "", "\n\n"),
    ],
)
def test_forms_of_the_same_file(recorded, lines, walk, header: str, tail: str, ending: str) -> None:
    text = ending.join([header, *(line + tail for line in lines(*walk))])
    read_s, acc_g = read_recording(recorded(text.encode()))

    np.testing.assert_array_equal(read_s, walk[0])
    np.testing.assert_array_equal(acc_g, walk[1])


def test_gzip_is_known_by_content_and_not_by_name(tmp_path: Path, lines, walk) -> None:
    text = "\n".join(["t,ax,ay,az", *lines(*walk)]).encode()
    (tmp_path / "plain.csv.gz").write_bytes(text)
    (tmp_path / "zipped.csv").write_bytes(gzip.compress(text[:20_000]) + gzip.compress(text[20_000:]))

    assert same(blocks(tmp_path / "plain.csv.gz"), blocks(tmp_path / "zipped.csv"))


@pytest.mark.parametrize("zipped", [False, True])
def test_progress_goes_from_0_to_1(recorded, lines, walk, zipped: bool) -> None:
    source = RecordingSource(recorded(lines(*walk), zipped=zipped), piece_bytes=2000)
    seen = [source.progress]
    while source.read() is not None:
        seen.append(source.progress)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert zipped or seen[0] < 0.1
    source.close()
    assert source.progress is None


def test_a_closed_source_gives_nothing_more(recorded, lines, walk) -> None:
    path = recorded(lines(*walk))
    source: SampleSource = RecordingSource(path)
    assert source.describe == f"recording {path}"
    assert source.read() is not None
    source.close()
    source.close()
    assert source.read() is None


def test_memory_is_bounded_by_the_piece(recorded, lines) -> None:
    path = recorded(lines(np.arange(200_000) * 0.01), zipped=True)
    source = RecordingSource(path, piece_bytes=1 << 16)
    tracemalloc.start()
    samples = sum(len(block) for block in iter(source.read, None))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    source.close()

    assert samples == 200_000
    assert peak < 2_000_000  # the samples alone are 6.4 MB
