# SPDX-License-Identifier: MIT
"""The calibrations' file: what is applied to whom, back again, a power cut, damage of every kind."""

import logging
import os
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.errors import CalibrationError, ExitCode
from kneemon.sensor.calibration import KEPT, Calibration, Calibrations, Method

ADXL, MPU = "ADXL345 at 0x53", "MPU-6050 at 0x68"
DAY = date(2026, 11, 24)
DELETE = "Delete the file and run `kneemon calibrate` again; until then kneemon counts uncalibrated."
GOOD = """{"schema": 1, "calibrations": [{"chip": "ADXL345 at 0x53", "made": "2026-11-24", "how": "six",
"offset_g": [0.1, -0.1, 0.0], "gain": [1.0, 1.1, 0.9], "noise_g": [0.003, 0.003, 0.004]}]}"""


def calibration(chip: str = ADXL, offset: float = 0.1, how: Method = Method.SIX) -> Calibration:
    return Calibration(chip, DAY, how, (offset, -0.1, 0.0), (1.0, 1.1, 0.9), (0.003, 0.003, 0.004))


class TestApplied:
    def test_the_reading_is_gain_times_the_truth_plus_offset(self) -> None:
        true_g = np.array([[0.0, 0.6, 0.8], [1.0, -2.0, 3.0]])
        reading_g = true_g * [1.0, 1.1, 0.9] + [0.1, -0.1, 0.0]
        before_g = reading_g.copy()
        corrected_g = Calibrations([calibration()]).apply(ADXL, reading_g)
        np.testing.assert_allclose(corrected_g, true_g, atol=1e-12)
        np.testing.assert_array_equal(reading_g, before_g)

    def test_another_chip_is_left_alone(self) -> None:
        reading_g = np.array([[0.1, 0.2, 0.3]])
        for chip in (MPU, "ADXL345 at 0x1d"):
            np.testing.assert_array_equal(Calibrations([calibration()]).apply(chip, reading_g), reading_g)

    def test_nothing_of_nothing(self) -> None:
        assert Calibrations([calibration()]).apply(ADXL, np.empty((0, 3))).shape == (0, 3)

    def test_the_last_of_a_chip_is_in_force(self) -> None:
        old, other, new = calibration(offset=0.1), calibration(MPU), calibration(offset=0.2)
        kept = Calibrations([old, other, new])
        assert kept.of(ADXL) is new
        assert kept.in_force == (new, other)
        assert kept.of("LIS3DH at 0x18") is None


class TestBackAgain:
    @given(st.lists(st.tuples(st.sampled_from([ADXL, MPU]), st.floats(-0.3, 0.3)), max_size=KEPT))
    def test_each_undo_takes_the_newest_to_none(self, made: list[tuple[str, float]]) -> None:
        states = [Calibrations()]
        for chip, offset in made:
            states.append(states[-1].and_then(calibration(chip, offset)))
        kept = states[-1]
        for before in reversed(states[:-1]):
            kept = kept.undone()
            assert kept.made == before.made
            assert kept.in_force == before.in_force
        with pytest.raises(CalibrationError):
            kept.undone()

    def test_of_one_chip_the_oldest_go_and_of_others_none(self) -> None:
        kept = Calibrations([calibration(MPU)])
        for number in range(KEPT + 3):
            kept = kept.and_then(calibration(offset=number / 100))
        assert [each.offset_g[0] for each in kept.made if each.chip == ADXL] == [0.03, 0.04, 0.05, 0.06, 0.07]
        assert kept.of(MPU) == calibration(MPU)

    def test_the_same_again_can_be_undone_too(self) -> None:
        kept = Calibrations([calibration()]).and_then(calibration())
        assert kept.undone().made == (calibration(),)

    def test_nothing_to_undo(self) -> None:
        with pytest.raises(CalibrationError) as told:
            Calibrations().undone()
        assert told.value.exit_code is ExitCode.CALIBRATION
        assert str(told.value) == (
            "To undo a calibration: expected one that was made, saw none. "
            "Nothing is applied: the chip's own readings count."
        )


numbers = st.floats(-0.3, 0.3)
gains = st.floats(0.85, 1.15)
calibrations = st.builds(
    Calibration,
    st.text(min_size=1, max_size=30).filter(lambda text: text.isprintable()),
    st.dates(),
    st.sampled_from(Method),
    st.tuples(numbers, numbers, numbers),
    st.tuples(gains, gains, gains),
    st.tuples(numbers, numbers, numbers),
)


class TestFile:
    @given(st.lists(calibrations, max_size=4))
    def test_what_is_saved_is_read(self, tmp_path_factory: pytest.TempPathFactory, made: list[Calibration]) -> None:
        path = tmp_path_factory.mktemp("state") / "deeper" / "calibration.json"
        Calibrations(made).save(path)
        assert Calibrations.read(path).made == tuple(made)
        assert list(path.parent.iterdir()) == [path]

    def test_it_reads_as_it_stands(self, tmp_path: Path) -> None:
        path = tmp_path / "calibration.json"
        path.write_text(GOOD)
        assert Calibrations.read(path).made == (calibration(),)
        assert Calibrations.load(path).made == (calibration(),)

    def test_no_file_is_no_calibration(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        assert Calibrations.load(tmp_path / "none.json").made == ()
        assert caplog.records == []

    def test_others_may_read_it(self, tmp_path: Path) -> None:
        """Made by root with sudo, it is read by the service's user."""
        path = tmp_path / "calibration.json"
        Calibrations([calibration()]).save(path)
        umask = os.umask(0)
        os.umask(umask)
        assert path.stat().st_mode & 0o777 == 0o666 & ~umask

    @pytest.mark.parametrize("broken", ["fsync", "replace"])
    def test_a_write_that_fails_leaves_the_old_one(
        self, broken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "calibration.json"
        Calibrations([calibration()]).save(path)

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(*((os, "fsync", full) if broken == "fsync" else (Path, "replace", full)))
        with pytest.raises(CalibrationError) as told:
            Calibrations().save(path)
        assert str(told.value) == (
            f"{path}: expected a place to write to, saw No space left on device. Run it as the user kneemon runs as: "
            "`sudo -u kneemon kneemon calibrate …`. Nothing was changed."
        )
        assert Calibrations.read(path).made == (calibration(),)

    def test_the_bytes_are_on_the_card_before_the_name_is(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A power cut finds the old file or the new one: contents, then name, then folder."""
        path, done = tmp_path / "calibration.json", []
        fsync, replace = os.fsync, Path.replace

        def synced(descriptor: int) -> None:
            done.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
            fsync(descriptor)

        def replaced(fresh: Path, to: Path) -> Path:
            done.append("replaced")
            return replace(fresh, to)

        monkeypatch.setattr(os, "fsync", synced)
        monkeypatch.setattr(Path, "replace", replaced)
        Calibrations([calibration()]).save(path)
        assert done == ["calibration.json.new", "replaced", tmp_path.name]


@pytest.mark.parametrize(
    ("content", "expected", "seen"),
    [
        ("", "calibrations as kneemon writes them", "Input data was truncated"),
        (GOOD[:80], "calibrations as kneemon writes them", "Input data was truncated"),
        ("[]", "calibrations as kneemon writes them", "Expected `object`, got `array`"),
        (
            '{"schema": 1}',
            "calibrations as kneemon writes them",
            "Object missing required field `calibrations`",
        ),
        (GOOD.replace('"schema": 1', '"schema": 2'), "schema 1", "2"),
        (
            GOOD.replace("six", "seven"),
            "calibrations as kneemon writes them",
            "Invalid enum value 'seven' - at `$.calibrations[0].how`",
        ),
        (
            GOOD.replace("11-24", "11-31"),
            "calibrations as kneemon writes them",
            "Invalid RFC3339 encoded date - at `$.calibrations[0].made`",
        ),
        (
            GOOD.replace("[1.0, ", "["),
            "calibrations as kneemon writes them",
            "Expected `array` of length 3 - at `$.calibrations[0].gain`",
        ),
        (
            GOOD.replace("0.9", '"0.9"'),
            "calibrations as kneemon writes them",
            "Expected `float`, got `str` - at `$.calibrations[0].gain[2]`",
        ),
        (
            GOOD.replace("0.9", "1e999"),
            "calibrations as kneemon writes them",
            "Number out of range - at `$.calibrations[0].gain[2]`",
        ),
        (
            GOOD.replace("0.9", "0"),
            "offsets of at most 0.3 g and gains from 0.85 to 1.15 for the ADXL345 at 0x53",
            "x 0.100, y -0.100, z 0.000 g and x 1.000, y 1.100, z 0.000",
        ),
        (
            GOOD.replace("-0.1", "-0.31"),
            "offsets of at most 0.3 g and gains from 0.85 to 1.15 for the ADXL345 at 0x53",
            "x 0.100, y -0.310, z 0.000 g and x 1.000, y 1.100, z 0.900",
        ),
    ],
)
def test_damage_is_told_and_does_not_stop_the_service(
    content: str, expected: str, seen: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "calibration.json"
    path.write_text(content)
    sentence = f"{path}: expected {expected}, saw {seen}. {DELETE}"
    with pytest.raises(CalibrationError) as told:
        Calibrations.read(path)
    assert str(told.value) == sentence
    kept = Calibrations.load(path)
    reading_g = np.array([[0.1, 0.2, 0.3]])
    for _ in range(3):
        np.testing.assert_array_equal(kept.apply(ADXL, reading_g), reading_g)
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [(logging.WARNING, sentence)]


@given(st.binary(max_size=200))
def test_any_bytes_are_calibrations_or_an_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("state") / "calibration.json"
    path.write_bytes(content)
    assert Calibrations.load(path).made == ()


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_one_wrong_byte_is_never_applied_without_being_plausible(
    tmp_path_factory: pytest.TempPathFactory, at: int, flip: int
) -> None:
    content = bytearray(GOOD.encode())
    content[at] ^= flip
    path = tmp_path_factory.mktemp("state") / "calibration.json"
    path.write_bytes(content)
    assert all(each.plausible for each in Calibrations.load(path).made)


def test_deep_nesting_is_damage_too(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    path.write_text('{"schema": 1, "more": ' + "[" * 100_000)
    with pytest.raises(CalibrationError):
        Calibrations.read(path)


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError) as told:
        Calibrations.read(tmp_path)
    assert str(told.value) == (
        f"{tmp_path}: expected a file that can be read, saw Is a directory. Make it readable for the user kneemon "
        "runs as; until then kneemon counts uncalibrated."
    )
