# SPDX-License-Identifier: MIT
"""`kneemon calibrate`: a box turned on an emulated bus from the first sample to what the daemon's source then reads."""

import os
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from turned_box import BEGAN, CHIP, GAIN, OFFSET_G, ORDER, Desk, Turning, up

import kneemon.cli.calibrate
import kneemon.controls.socket
from kneemon.app.calibrate import Guide, calibrate, undo
from kneemon.controls.socket import ControlServer
from kneemon.drivers.chip import ChipOptions
from kneemon.drivers.find import chip_maker
from kneemon.errors import CalibrationError, ConfigError, ControlError, ExitCode, SensorError
from kneemon.model.samples import Array, SampleBlock
from kneemon.sensor.calibration import Calibrations, Method
from kneemon.sensor.fifo import FifoSource
from kneemon.sensor.positions import Side
from kneemon.virtual.bus import Trouble
from kneemon.virtual.mpu6050 import VirtualMpu6050


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def kept(desk: Desk) -> bytes:
    """An earlier calibration, at rest; the bytes of its file."""
    desk.calibrate(Method.REST)
    desk.seen.clear()
    return desk.places.calibration.read_bytes()


class TestOnSixSides:
    def test_from_the_first_sample_to_the_file(self, desk: Desk) -> None:
        calibrated = desk.calibrate()
        calibration = calibrated.calibration
        assert (calibration.chip, calibration.how, str(calibration.made)) == (CHIP, Method.SIX, "2026-11-24")
        assert calibration.offset_g == pytest.approx(OFFSET_G, abs=0.003)
        assert calibration.gain == pytest.approx(GAIN, abs=0.003)
        assert calibration.noise_g == pytest.approx([0.004] * 3, abs=0.002)
        assert desk.kept.made == (calibration,)

    def test_before_and_after(self, desk: Desk) -> None:
        shifts = desk.calibrate().shifts
        assert [shift.where for shift in shifts] == list(Side)
        for shift, side in zip(shifts, Side, strict=True):
            reading_g = up(side) * GAIN + OFFSET_G
            assert shift.before_g == pytest.approx(np.linalg.norm(reading_g), abs=0.003)
            assert shift.after_g == pytest.approx(1.0, abs=0.001)
        assert max(abs(shift.before_g - 1.0) for shift in shifts) > 0.1

    def test_the_guide_follows_the_box(self, desk: Desk) -> None:
        desk.calibrate()
        done = [guide.done for guide in desk.seen]
        grown = [now - before for before, now in pairwise(done) if now != before]
        assert grown == [{side} for side in ORDER], "in the order in which it was laid"
        assert desk.seen[-1].done == set(Side)
        for side in ORDER:
            progress = [guide.progress for guide in desk.seen if guide.side is side and side not in guide.done]
            assert progress == sorted(progress)
            assert progress[0] <= 0.25
            assert progress[-1] >= 0.75
        assert {guide.chip for guide in desk.seen} == {CHIP}
        assert {guide.word for guide in desk.seen} == {""}
        assert {None, *Side} == {guide.side for guide in desk.seen}

    @pytest.mark.parametrize("order", [tuple(reversed(ORDER)), (*ORDER[:2], ORDER[0], *ORDER[2:])], ids=["back", "two"])
    def test_in_any_order(self, order: tuple[Side, ...], desk: Desk) -> None:
        desk.lay(Turning(order))
        calibration = desk.calibrate().calibration
        assert calibration.offset_g == pytest.approx(OFFSET_G, abs=0.003)
        assert calibration.gain == pytest.approx(GAIN, abs=0.003)

    def test_the_chip_sleeps_again_and_the_bus_is_let_go(self, desk: Desk) -> None:
        desk.calibrate()
        assert desk.silicon.sampler.started_s is None
        with pytest.raises(OSError, match="Bad file descriptor"):
            desk.bus.read_byte_data(0x53, 0)

    def test_a_chip_that_is_found_or_named(self, desk: Desk) -> None:
        assert desk.calibrate(sensor__chip="auto").calibration.chip == CHIP
        assert desk.calibrate(sensor__chip="adxl345").calibration.chip == CHIP

    def test_the_daemons_source_then_reads_one_g(self, desk: Desk) -> None:
        """The whole way: the file, the source, the samples."""
        desk.calibrate()
        tilted_g = np.array([0.48, 0.6, -0.64])
        desk.lay(lambda t_s: np.tile(tilted_g * GAIN + OFFSET_G, (len(t_s), 1)))
        source = FifoSource(
            desk.bus.open,
            chip_maker("adxl345", 0, ChipOptions()),
            desk.clock.leader,
            name="it",
            calibrate=Calibrations.load(desk.places.calibration).apply,
        )
        blocks = [source.read() for _ in range(10)]
        source.close()
        acc_g = np.concatenate([block.acc_g for block in blocks if isinstance(block, SampleBlock)])
        assert len(acc_g) > 100
        assert acc_g.mean(axis=0) == pytest.approx(tilted_g, abs=0.004)


class TestAtRest:
    def test_one_scale(self, desk: Desk) -> None:
        calibrated = desk.calibrate(Method.REST)
        gain = float(np.linalg.norm(up(ORDER[0]) * GAIN + OFFSET_G))
        assert calibrated.calibration.gain == pytest.approx([gain] * 3, abs=0.002)
        assert calibrated.calibration.offset_g == (0.0, 0.0, 0.0)
        assert [(shift.where, round(shift.after_g, 3)) for shift in calibrated.shifts] == [("at rest", 1.0)]
        assert {guide.done for guide in desk.seen} == {frozenset()}

    def test_it_is_measured_without_what_was_before(self, desk: Desk) -> None:
        first = desk.calibrate(Method.REST).calibration
        desk.lay(lambda t_s: Turning()(np.full_like(t_s, BEGAN.monotonic_s + 2.0)))
        again = desk.calibrate(Method.REST).calibration
        assert again.gain == pytest.approx(first.gain, abs=0.003)
        assert desk.kept.made == (first, again)

    def test_one_that_is_never_laid_down(self, desk: Desk) -> None:
        desk.lay(Turning(shaken_g=0.1))
        with pytest.raises(CalibrationError) as told:
            desk.calibrate(Method.REST)
        assert str(told.value) == (
            "ADXL345 at 0x53: expected two seconds in which no axis strays by more than 20 mg, saw none in 60 s. "
            "Lay the box on something firm. If it lay still, the chip is noisier than it may be: `kneemon check` "
            "tells how much. Nothing was changed."
        )
        words = [guide.word for guide in desk.seen]
        assert words[0] == ""
        assert words[-1] == (
            "It has not lain still for ten seconds. Lay it down and let go; if nobody touches it, the chip is noisier "
            "than it may be: `kneemon check` tells how much."
        )


class TestLeftAsItWas:
    def test_ctrl_c(self, desk: Desk, kept: bytes) -> None:
        def enough(guide: Guide) -> None:
            if len(guide.done) == 5:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            desk.calibrate(show=enough)
        assert desk.places.calibration.read_bytes() == kept
        assert desk.silicon.sampler.started_s is None, "the chip sleeps"

    def test_an_implausible_chip(self, desk: Desk, kept: bytes) -> None:
        desk.lay(Turning(gain=GAIN / 2))
        with pytest.raises(CalibrationError, match=r"^ADXL345 at 0x53: expected offsets of at most 0\.3 g and gains"):
            desk.calibrate()
        assert desk.places.calibration.read_bytes() == kept

    def test_a_running_kneemon_has_the_chip(self, desk: Desk, kept: bytes) -> None:
        opened = desk.bus.opened
        server = ControlServer(desk.places.socket, lambda _name, _args: {"ok": True})
        try:
            with pytest.raises(ControlError) as told:
                desk.calibrate()
        finally:
            server.close()
        assert str(told.value) == (
            "The sensor: expected it for ourselves, saw a running kneemon, which has it. "
            "Stop it for the time: `sudo systemctl stop kneemon`, and start it again afterwards."
        )
        assert desk.bus.opened == opened

    @pytest.mark.parametrize("why", [PermissionError(13, "Permission denied"), TimeoutError("timed out")], ids=repr)
    def test_so_it_has_when_it_does_not_talk_to_us(
        self, why: OSError, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refused(*_: object) -> None:
            raise ControlError("it", expected="a running kneemon", seen="silence", remedy="Ask again.") from why

        monkeypatch.setattr(kneemon.controls.socket, "ask", refused)
        with pytest.raises(ControlError, match="a running kneemon, which has it"):
            desk.calibrate()
        assert desk.bus.opened == 0

    def test_a_place_that_cannot_be_written_is_told_before(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "access", lambda _path, _mode: False)
        with pytest.raises(CalibrationError) as told:
            desk.calibrate()
        assert str(told.value) == (
            f"{desk.folder}/calibration.json: expected a place to write to, saw that we may not write into "
            f"{desk.folder}. Run it as the user kneemon runs as: `sudo -u kneemon kneemon calibrate …`. "
            "Nothing was changed."
        )
        assert desk.bus.opened == 0

    def test_a_damaged_file_is_told_before(self, desk: Desk) -> None:
        desk.places.calibration.write_text("{")
        with pytest.raises(CalibrationError, match="expected calibrations as kneemon writes them, saw Input data was"):
            desk.calibrate()
        assert (desk.bus.opened, desk.places.calibration.read_text()) == (0, "{")

    def test_without_a_chip_in_the_configuration(self, desk: Desk) -> None:
        with pytest.raises(ConfigError) as told:
            desk.calibrate(sensor__source="simulated")
        assert str(told.value) == (
            '[sensor] source: expected "fifo", for it is a chip that is calibrated, saw "simulated". '
            "Add --set sensor.source=fifo, or calibrate on the device."
        )


class TestWire:
    def test_nothing_answers(self, desk: Desk) -> None:
        desk.bus.replace(0x53, None)
        with pytest.raises(SensorError, match=r"^ADXL345 at 0x53: expected an answer, saw none, errno 121"):
            desk.calibrate(sensor__chip="adxl345")

    def test_transfers_that_break_off(self, desk: Desk) -> None:
        desk.bus.misbehave(Trouble.BROKEN_OFF, times=None)
        with pytest.raises(
            SensorError, match=r"^adxl345 at 0x53: expected whole transfers on the I2C bus, saw errno 5"
        ):
            desk.calibrate(sensor__chip="adxl345")

    def test_one_that_comes_loose_for_a_moment(self, desk: Desk) -> None:
        """It costs the position that was being held, and no other."""
        desk.bus.misbehave(Trouble.NACK, times=20, after=700)
        calibration = desk.calibrate(sensor__chip="adxl345").calibration
        assert calibration.offset_g == pytest.approx(OFFSET_G, abs=0.003)
        words = list(dict.fromkeys(guide.word for guide in desk.seen))
        assert words[0] == ""
        assert words[1].startswith("ADXL345 at 0x53: expected an answer, saw none, errno 121")
        assert not any("samples flow again" in word for word in words), "then there is nothing more to say"
        assert desk.seen[-1].word == ""

    def test_a_doubt_about_one_g_is_not_told(self, desk: Desk) -> None:
        """It is what the calibration is for."""
        desk.lay(Turning(gain=np.array([1.0, 0.9, 0.9])))
        shifts = desk.calibrate().shifts
        assert min(shift.before_g for shift in shifts) < 0.8
        assert {guide.word for guide in desk.seen} == {""}

    def test_one_that_comes_loose_for_good(self, desk: Desk) -> None:
        desk.bus.misbehave(Trouble.NACK, times=None, after=700)
        with pytest.raises(SensorError) as told:
            desk.calibrate(sensor__chip="adxl345")
        assert str(told.value).startswith(
            "ADXL345 at 0x53: expected samples, saw none for 20 s. Nothing was changed. The last that was heard: "
            "ADXL345 at 0x53: expected an answer, saw none, errno 121"
        )
        assert not desk.places.calibration.exists()

    def test_another_chip_in_its_place(self, desk: Desk) -> None:
        """The first that is found, and now it is not the same."""

        other = VirtualMpu6050(Turning(), desk.clock.now_s)

        def swap(guide: Guide) -> None:
            if len(guide.done) == 2:
                desk.bus.replace(0x53, None)
                desk.bus.replace(0x68, other)

        with pytest.raises(SensorError) as told:
            desk.calibrate(show=swap, sensor__chip="auto")
        assert str(told.value) == (
            "ADXL345 at 0x53: expected the same chip to the end, saw the MPU-6050 at 0x68 in its place. "
            "Name the one you mean with --set sensor.chip=… and begin again. Nothing was changed."
        )
        assert not desk.places.calibration.exists()


class TestUndone:
    def test_back_to_the_one_before_and_to_none(self, desk: Desk) -> None:
        rest = desk.calibrate(Method.REST).calibration
        six = desk.calibrate().calibration
        assert undo(desk.places) == (six, rest)
        assert desk.kept.made == (rest,)
        assert undo(desk.places) == (rest, None)
        assert desk.kept.made == ()
        with pytest.raises(CalibrationError, match="To undo a calibration: expected one that was made, saw none"):
            undo(desk.places)


class TestAsAVerb:
    @pytest.fixture
    def verb(self, desk: Desk, kneemon: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
        """kneemon calibrate …, on the desk."""
        monkeypatch.setattr(kneemon_calibrate(), "SystemClock", lambda: desk.clock.leader)
        monkeypatch.setattr(kneemon_calibrate(), "calibrate", partial(calibrate, bus_opener=lambda _: desk.bus.open()))
        for name, value in desk.environ.items():
            monkeypatch.setenv(name, value)
        return partial(kneemon, "calibrate")

    def test_six_without_a_terminal(self, desk: Desk, verb: Callable[..., Any]) -> None:
        desk.lay(lambda t_s: Turning()(t_s).round(2))
        told = verb("six")
        assert (told.code, told.err) == (ExitCode.OK, "")
        lines = told.out.splitlines()
        assert lines[:8] == [
            "Lay the box on each of its six sides, in any order, and let it lie still for two seconds.",
            *(f"{side}: done, {number} of 6" for number, side in enumerate(ORDER, start=1)),
            "",
        ]
        assert lines[8] == "                |a| before    after"
        assert [line.split()[:2] for line in lines[9:15]] == [side.split() for side in Side]
        assert lines[9].split()[2:] == ["1.090", "g", "1.000", "g"]
        assert lines[16] == "ADXL345 at 0x53: calibrated on six sides, 2026-11-24 (UTC)"
        assert [line.split()[0] for line in lines[17:20]] == ["offset", "gain", "noise"]
        assert lines[-1] == "kneemon applies it from its next start on; `kneemon calibrate undo` takes it back."

    def test_rest_show_and_undo(self, desk: Desk, verb: Callable[..., Any]) -> None:
        path = desk.places.calibration
        assert verb("show").out == f"Nothing is calibrated: the chips' own readings count. ({path})\n"
        rest = verb("rest")
        assert rest.code == ExitCode.OK
        assert rest.out.startswith("Lay the box down, any way, and let it lie still for two seconds.\n\n")
        shown = verb("show").out.splitlines()
        assert shown[0] == "ADXL345 at 0x53: calibrated at rest, one scale for all axes, 2026-11-24 (UTC)"
        assert shown[1] == "  offset  x 0.000, y 0.000, z 0.000 g"
        assert shown[-1] == f"Kept in {path}"
        assert verb("undo").out == (
            "Taken back: ADXL345 at 0x53, calibrated at rest, one scale for all axes, 2026-11-24 (UTC). "
            "In force from the next start on:\nADXL345 at 0x53: not calibrated, its own readings count.\n"
        )
        told = verb("undo")
        assert (told.code, told.out) == (ExitCode.CALIBRATION, "")
        assert told.err.startswith("kneemon: To undo a calibration: expected one that was made, saw none.")

    def test_undo_tells_what_counts_now(self, verb: Callable[..., Any]) -> None:
        verb("rest")
        verb("six")
        lines = verb("undo").out.splitlines()
        assert lines[0].startswith("Taken back: ADXL345 at 0x53, calibrated on six sides, 2026-11-24 (UTC).")
        assert lines[1] == "ADXL345 at 0x53: calibrated at rest, one scale for all axes, 2026-11-24 (UTC)"

    def test_a_word_is_told_once(self, desk: Desk, verb: Callable[..., Any]) -> None:
        still = Turning(turn_s=6.0)

        def nudged(t_s: Array) -> Array:
            begun_s = t_s - BEGAN.monotonic_s
            push_g = np.where((begun_s > 2.0) & (begun_s < 2.3), 0.3 * np.sin(60.0 * t_s), 0.0)
            return still(t_s) + push_g[:, None]

        desk.lay(nudged)
        lines = [line for line in verb("six").out.splitlines() if line.startswith("The box moved (")]
        assert len(lines) == 1
        assert lines[0].endswith(" mg, at most 20): lay it on something firm and let go.")

    def test_in_a_terminal_it_draws_and_then_tells(
        self, desk: Desk, verb: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(kneemon_calibrate().sys.stdout, "isatty", lambda: True)
        told = verb("six")
        assert told.code == ExitCode.OK
        assert "6 of 6 done" in told.out
        assert told.out.endswith("kneemon applies it from its next start on; `kneemon calibrate undo` takes it back.\n")


def kneemon_calibrate() -> Any:
    return kneemon.cli.calibrate
