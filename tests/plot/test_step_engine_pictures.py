# SPDX-License-Identifier: MIT
"""The pictures of docs/step-engine.md: drawn from the engine itself, and showing what it did."""

import gzip
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kneemon.errors import RecordingError
from kneemon.plot.step_engine.__main__ import main, recorded_pictures, simulated_pictures
from kneemon.plot.step_engine.gate import Kind, gate_file
from kneemon.plot.step_engine.opening import opening_file
from kneemon.plot.step_engine.outings import OUTING, Outing, recorded, simulated
from kneemon.plot.step_engine.rhythm import Rhythm, rhythm
from kneemon.plot.step_engine.watched import (
    PERIODS_S,
    SeenLook,
    Watched,
    even_stretches,
    look_at,
    looks,
    watch,
)
from kneemon.virtual.script import Stand, Walk

NAMES = ["walk", "opening", "rhythm", "channel", "gate"]
Read = Callable[[bytes], Any]


@pytest.fixture(scope="module")
def outing() -> Outing:
    return simulated("outing", OUTING)


@pytest.fixture(scope="module")
def watched(outing: Outing) -> Watched:
    return watch(outing)


@pytest.fixture(scope="module")
def pictures() -> dict[str, bytes]:
    return dict(simulated_pictures())


def taken_apart(worn: str, cadence_spm: float) -> Rhythm:
    walk = simulated(worn, (("walk", Walk(20.0, cadence_spm)),), worn=worn)
    seen = rhythm(worn, even_stretches(walk)[0], 12.0)
    assert seen is not None
    return seen


class TestAll:
    def test_all_are_there_and_tell_themselves(self, pictures: dict[str, bytes], drawn: Read) -> None:
        assert list(pictures) == NAMES
        for content in pictures.values():
            svg = drawn(content)
            assert [child.get("id") for child in list(svg.root)[:2]] == ["title", "desc"]
            assert len(svg.root[1].text) > 40
            assert svg.words

    def test_the_same_bytes_twice(self, pictures: dict[str, bytes]) -> None:
        assert dict(simulated_pictures()) == pictures

    def test_the_files(self, tmp_path: Path, pictures: dict[str, bytes]) -> None:
        main([str(tmp_path)])
        files = {path.stem: path.read_bytes() for path in (tmp_path / "step-engine").iterdir()}
        assert files == pictures


class TestWalk:
    def test_it_shows_what_the_engine_did(
        self, pictures: dict[str, bytes], drawn: Read, outing: Outing, watched: Watched
    ) -> None:
        svg = drawn(pictures["walk"])
        assert svg.marks("steps") + len(svg.named("steps-unmatched")) * svg.marks("steps-unmatched") == len(
            watched.steps
        )
        assert {"sit", "walk", "turn", "limp with stick", "fidget"} <= set(svg.words)
        assert len(svg.named("label-")) == len(outing.labels) == len(OUTING)
        assert len(svg.named("open-")) == len(watched.open_spans()) > 0


class TestRhythm:
    @pytest.mark.parametrize(("worn", "cadence_spm"), [("waist", 104.0), ("pocket", 96.0), ("pocket", 70.0)])
    def test_the_comb_drawn_is_the_engines_own(self, worn: str, cadence_spm: float) -> None:
        walk = simulated(worn, (("walk", Walk(20.0, cadence_spm)),), worn=worn)
        seen, drawn = look_at(even_stretches(walk)[0], 12.0), taken_apart(worn, cadence_spm)
        assert seen is not None
        assert drawn.period_s == seen.period_s
        assert float(np.interp(drawn.period_s, PERIODS_S, drawn.comb)) == pytest.approx(seen.comb, abs=0.02)

    def test_the_pocket_shows_the_octave_settled(self) -> None:
        seen = taken_apart("pocket", 100.0)
        assert seen.period_s == pytest.approx(0.6, rel=0.05)
        assert seen.plain_s == pytest.approx(1.2, rel=0.05)

    def test_a_still_sensor_has_no_rhythm(self) -> None:
        even = even_stretches(simulated("still", (("stand", Stand(10.0)),)))[0]
        assert rhythm("still", even, 8.0) is None
        assert rhythm("too early", even, 2.0) is None

    def test_teeth_and_titles_of_both_places(self, pictures: dict[str, bytes], drawn: Read) -> None:
        svg = drawn(pictures["rhythm"])
        assert len(svg.named("tooth-")) == 8
        assert {"waist: 3.5 s, step band", "pocket: 3.5 s, step band", "− T/2", "+ T", "− 1.5T", "+ 2T"} <= set(
            svg.words
        )


class TestChannel:
    def test_each_true_step_is_one_maximum(self, pictures: dict[str, bytes], drawn: Read) -> None:
        svg = drawn(pictures["channel"])
        assert svg.marks("maxima") == 7
        assert "7 initial contacts, 7 maxima above zero after the filter." in svg.root[1].text
        assert {"T = 0.45 s", "T = 0.7 s", "T = 1.1 s"} <= set(svg.words)


class TestGate:
    def test_a_dot_for_each_look(self, drawn: Read) -> None:
        walking = tuple(SeenLook(float(k), 0.5, 3.0, 2.0 * k) for k in range(5))
        still = tuple(SeenLook(float(k), None, None, None) for k in range(3))
        svg = drawn(gate_file([Kind("walking", walking), Kind("standing", still)], ".svg"))
        assert svg.marks("looks-0") == 5
        assert "3 of 3 looks see nothing move" in svg.words
        assert svg.root[1].text == (
            "walking: median 4.0, 4 of 5 looks for walking. standing: nothing moves in 3 looks."
        )

    def test_walking_says_more_for_walking_than_fidgeting(self, outing: Outing) -> None:
        every = looks(even_stretches(outing)[0])
        spans = {label.text: (label.start_s + 3.6, label.end_s) for label in outing.labels}
        middle = {
            name: np.median([x.log_odds for x in every if start_s < x.t_s <= end_s and x.log_odds is not None])
            for name, (start_s, end_s) in spans.items()
            if name in ("walk", "fidget")
        }
        assert middle["walk"] > middle["fidget"] + 2.0


class TestOpening:
    def test_the_run_and_what_follows(self, outing: Outing, watched: Watched, drawn: Read) -> None:
        opened_s = watched.steps[0].known_at_s
        run = [step for step in watched.steps if step.known_at_s == opened_s]
        assert len(run) >= 3
        svg = drawn(opening_file(outing, watched, ".svg"))
        assert svg.marks("credited") == len(run)
        singly = [step for step in watched.steps if step.known_at_s > opened_s and step.t_s <= opened_s + 6.0]
        assert svg.marks("singly") == len(singly) > 3
        assert svg.root[1].text.startswith(f"{len(run)} steps from ")


class TestRecording:
    @pytest.fixture
    def recording(self, tmp_path: Path) -> Path:
        """Walking, a gap of 4 s, walking."""
        walk = simulated("walk", (("stand", Stand(2.0)), ("walk", Walk(36.0, 100.0)), ("stand", Stand(3.0))))
        kept = (walk.t_s < 22.0) | (walk.t_s > 26.0)
        path = tmp_path / "mine.csv.gz"
        rows = "".join(
            f"{t:.2f},{x:.5f},{y:.5f},{z:.5f}\n"
            for t, (x, y, z) in zip(walk.t_s[kept].tolist(), walk.acc_g[kept].tolist(), strict=True)
        )
        path.write_bytes(gzip.compress(b"t,ax,ay,az\n" + rows.encode()))
        return path

    def test_the_same_pictures_beside(self, recording: Path, tmp_path: Path, drawn: Read) -> None:
        main([str(tmp_path), "--recording", str(recording)])
        files = {path.name: path.read_bytes() for path in (tmp_path / "step-engine").iterdir()}
        assert sorted(files) == sorted(f"{name}-mine.svg" for name in NAMES)
        assert drawn(files["walk-mine.svg"]).named("gap-") == [f"gap-{panel}-0" for panel in range(4)]
        assert {"gate open", "gate closed"} <= set(drawn(files["gate-mine.svg"]).words)

    def test_stretches_between_gaps(self, recording: Path) -> None:
        one, two = even_stretches(recorded(recording))
        assert one.t_s[-1] < 22.0 < 26.0 < two.t_s[0]

    def test_without_walking_it_says_so(self) -> None:
        still = simulated("still.csv", (("stand", Stand(10.0)),))
        with pytest.raises(RecordingError) as told:
            list(recorded_pictures(still))
        assert str(told.value) == (
            "still.csv: expected walking, saw none that the engine believes. Name another recording."
        )

    @pytest.mark.parametrize(
        "content", [b"t,ax,ay,az\n0,a,0,1\n", b"\x1f\x8b\x08broken", b"t,ax\n0,1\n", b"t,ax,ay,az\n"]
    )
    def test_what_cannot_be_read_is_one_sentence(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / ("bad.csv.gz" if content.startswith(b"\x1f") else "bad.csv")
        path.write_bytes(content)
        command = [sys.executable, "-m", "kneemon.plot.step_engine", str(tmp_path), "--recording", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert done.stderr.startswith(f"kneemon: {path}: expected rows of t,ax,ay,az below a header, saw ")
        assert done.stderr.count("\n") == 1
