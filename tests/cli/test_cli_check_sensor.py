# SPDX-License-Identifier: MIT
"""`kneemon check` on healthy sensors and on what is worth a word: every chip, calibration, the kernel's sensors."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from check_desk import FAULT, GOOD, NOTE, Desk, at_rest, faults, outcomes, texts

from kneemon.app.check import Finding
from kneemon.app.check.bus import WHO
from kneemon.drivers.chips import CHIPS
from kneemon.sensor.calibration import Calibration, Calibrations, Method
from kneemon.virtual.bus import Trouble
from kneemon.virtual.mpu6050 import SELF_TEST_X, VirtualMpu6050

WIRED = {"feedback__pins": "mock", "sensor__interrupt": "true"}
CALIBRATE = "`sudo -u kneemon kneemon calibrate six`, with kneemon stopped."
NOMINAL_HZ = {"lsm6dso": 104, "lsm6ds3trc": 104}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


class TestHealthyChips:
    @pytest.mark.parametrize("named", [False, True])
    @pytest.mark.parametrize("kind", CHIPS)
    def test_all_is_green_in_the_order_of_the_signals_path(self, kind: str, named: bool, desk: Desk) -> None:
        chip = desk.lay(kind, rate_error=-0.027)
        found = desk.check(**({"sensor__chip": kind} if named else {}))
        warm = [] if kind in ("adxl345", "lis3dh") else ["temperature"]
        assert [finding.part for finding in found] == [
            *("configuration", "worn", "plan", "store", "bus", "chip", *warm, "self-test"),
            *("rate", "loss", "noise", "rest", "calibration", "pins", "clock", "MQTT"),
        ]
        assert faults(found) == []
        said = texts(found)
        part, address = CHIPS[kind].identity.part, CHIPS[kind].addresses[0]
        assert said["chip"] == f"{part} at 0x{address:02x}" + ("" if named else ", found by itself")
        measured_hz, _, rest = said["rate"].partition(" ")
        nominal_hz = NOMINAL_HZ.get(kind, 100)
        assert float(measured_hz) == pytest.approx(0.973 * nominal_hz, rel=0.002)
        assert rest == f"Hz measured, {nominal_hz} Hz nominal"
        assert said["loss"].startswith("none of ")
        assert said["rest"] in ("1.000 g", "1.001 g", "0.999 g")
        noise_mg = [float(word) for word in said["noise"].removesuffix(" mg").split()[1::2]]
        assert noise_mg == pytest.approx([3.0, 3.0, 3.0], abs=0.8)
        assert said.get("temperature", "25 °C inside the chip") == "25 °C inside the chip"
        assert chip.sampler.started_s is None, "the chip sleeps again"
        with pytest.raises(OSError, match="Bad file descriptor"):
            desk.bus.read_byte_data(address, 0)

    def test_the_self_test_says_how_far_each_axis_moved(self, desk: Desk) -> None:
        desk.lay("adxl345", noise_g=0.001)
        finding = desk.found("self-test")
        assert finding == Finding("self-test", GOOD, "the mass moves as it should: x +2.00 y -2.00 z +2.70 g")

    def test_of_two_the_other_one_can_be_named(self, desk: Desk) -> None:
        desk.lay("adxl345")
        desk.lay("lis3dh")
        first, second = [finding for finding in desk.check() if finding.part == "chip"]
        assert first == Finding("chip", GOOD, "ADXL345 at 0x53, found by itself")
        assert second == Finding(
            "chip", NOTE, "also there: LIS3DH at 0x18.", None, 'If that is the one, name it: sensor.chip = "lis3dh".'
        )
        assert desk.check(sensor__chip="lis3dh")[5].text == "LIS3DH at 0x18"

    def test_an_accepted_copy_is_a_chip_like_others(self, desk: Desk) -> None:
        desk.put(0x69, VirtualMpu6050(at_rest, desk.clock.now_s, noise_g=0.003))
        options = {"sensor__chip": "mpu6500", "sensor__accept_identity": "0x68"}
        assert outcomes(desk.check(**options))["chip"] is GOOD

    def test_a_chip_without_the_factorys_trim_is_a_note(self, desk: Desk) -> None:
        class Copy(VirtualMpu6050):
            def read(self, register: int, length: int) -> bytes:
                return bytes(length) if register == SELF_TEST_X else super().read(register, length)

        desk.put(0x69, Copy(at_rest, desk.clock.now_s, noise_g=0.003))
        found = desk.check()
        assert faults(found) == []
        assert {finding.part: finding for finding in found}["self-test"] == Finding(
            "self-test",
            NOTE,
            "MPU-6050 at 0x69, self-test: expected the factory's trim of each axis, 1 to 31, saw 0, 0, 0.",
            None,
            "Most likely it is a copy, whose self-test tells nothing: trust `kneemon calibrate` instead.",
        )

    def test_a_box_that_somebody_holds(self, desk: Desk) -> None:
        """Its self-test, noise and rest tell nothing."""
        chip = desk.lay("adxl345", lambda t_s: at_rest(t_s) * (1.0 + 0.2 * np.sin(6.0 * t_s))[:, None])
        chip.stuck_axes = {1}
        found = {finding.part: finding for finding in desk.check()}
        assert found["self-test"].outcome is NOTE
        assert found["self-test"].text.endswith(" g was expected. The box moved.")
        assert found["self-test"].next == "Lay it down and check again."
        assert found["rest"] == Finding(
            "rest", NOTE, "the box moved.", None, "Lay it down and check again to see noise and one g."
        )
        assert "noise" not in found

    def test_a_thermometer_that_reads_nonsense(self, desk: Desk) -> None:
        desk.lay("mpu6050").temperature_c = -48.0
        finding = desk.found("temperature")
        assert (finding.outcome, finding.text) == (NOTE, "-48 °C inside the chip.")
        assert finding.cause == "a copy with another thermometer"

    @pytest.mark.parametrize("source", ["simulated"])
    def test_no_chip_is_looked_for_where_none_is_configured(self, source: str, desk: Desk) -> None:
        finding = desk.found("sensor", sensor__source=source)
        assert finding == Finding("sensor", NOTE, f"the source is '{source}', so there is no chip to look for.")
        assert desk.bus.opened == 0


class TestBus:
    def test_who_answers_is_named(self, desk: Desk) -> None:
        desk.lay("adxl345")
        for address in (0x57, 0x5A, 0x68, 0x36):
            desk.put(address, Silent())
        assert desk.found("bus").text == (
            "/dev/i2c-1: 0x36 (gauge), 0x53 (sensor), 0x57 (PiSugar or a clock's memory), 0x5a (haptic driver), "
            "0x68 (sensor or clock)"
        )

    def test_reserved_addresses_are_never_asked(self, desk: Desk) -> None:
        desk.lay("adxl345")
        asked: set[int] = set()
        read = desk.bus.read_byte_data

        def reading(address: int, register: int) -> int:
            asked.add(address)
            return read(address, register)

        desk.bus.read_byte_data = reading  # type: ignore[method-assign]
        options = {"sensor__address": "0x03", "sensor__chip": "adxl345", "power__gauge_address": "0x77"}
        desk.check(**options)
        assert asked - {0x03} <= set(range(0x08, 0x78)), "0x03 is asked by the driver that was told to, alone"
        assert {*WHO, 0x53, 0x77, *range(0x40, 0x50)} <= asked

    def test_a_transfer_that_goes_wrong_once_is_no_word_worth(self, desk: Desk) -> None:
        desk.lay("adxl345")
        desk.bus.misbehave(Trouble.TIMED_OUT, times=1)
        assert faults(desk.check()) == []

    def test_a_slow_one(self, desk: Desk) -> None:
        desk.lay("mpu6050")
        desk.slowness = 6.0
        first, second = [finding for finding in desk.check() if finding.part == "bus"]
        assert first.outcome is GOOD
        assert second == Finding(
            "bus",
            NOTE,
            "slow: 2.3 ms a byte where 0.4 ms is usual.",
            "a bus that was set too slow, or a computer that is busy",
            "Look for i2c_arm_baudrate in /boot/firmware/config.txt: 100000 is right, less loses samples.",
        )

    @pytest.mark.parametrize("named", [False, True])
    def test_a_sensor_that_the_kernel_has(self, named: bool, desk: Desk) -> None:
        desk.put(0x5A, Silent())
        desk.put(0x53, Kernels())
        finding = desk.found("chip", **({"sensor__chip": "adxl345"} if named else {}))
        assert finding.outcome is FAULT
        assert finding.cause == "an overlay in /boot/firmware/config.txt gives the sensor to the kernel"
        assert finding.next == ('Take the overlay out and restart, or let the kernel drive it: sensor.source = "iio".')
        assert finding.text == (
            "ADXL345 at 0x53: errno 16 (Device or resource busy)."
            if named
            else "a known sensor does not answer; others do: 0x53, 0x5a."
        )

    def test_a_clock_that_the_kernel_has_is_not_the_sensor(self, desk: Desk) -> None:
        desk.put(0x68, Kernels())
        assert desk.found("bus").text == "/dev/i2c-1: 0x68 (the kernel's)"
        assert desk.found("chip").cause == "the sensor's own wires, or CS (ADXL345, LIS3DH, LIS2DW12) is not at 3V3"


class TestInterruptLine:
    @pytest.mark.parametrize("kind", ["adxl345", "lsm6dso", "lsm6ds3trc", "lis3dh", "lis2dw12"])
    def test_it_rises(self, kind: str, desk: Desk) -> None:
        chip = desk.lay(kind)
        desk.wire_int1(22, lambda: chip.int1)
        found = desk.check(**WIRED)
        assert faults(found) == []
        assert texts(found)["interrupt"] == "GPIO22 (pin 15) rises at 16 samples"

    def test_a_chip_that_has_none(self, desk: Desk) -> None:
        desk.lay("mpu6050")
        assert desk.found("interrupt", **WIRED) == Finding(
            "interrupt",
            NOTE,
            "MPU-6050 at 0x69 cannot tell when its FIFO fills: it is emptied by the clock.",
            None,
            "Set sensor.interrupt = false.",
        )

    def test_another_pin_than_usual(self, desk: Desk) -> None:
        desk.lay("adxl345")
        finding = desk.found("interrupt", **WIRED, sensor__interrupt_pin="25")
        assert finding.text == "GPIO25 stays low with 24 samples waiting."


class TestCalibration:
    def keep(self, desk: Desk, chip: str, offset_g: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> None:
        made = Calibration(chip, date(2026, 11, 20), Method.SIX, offset_g, (1.0, 1.0, 1.0), (0.003, 0.003, 0.003))
        Calibrations((made,)).save(desk.places.calibration)

    def test_none(self, desk: Desk) -> None:
        desk.lay("adxl345")
        assert desk.found("calibration") == Finding(
            "calibration", NOTE, "none: steps are counted all the same.", None, CALIBRATE
        )

    def test_one_that_fits(self, desk: Desk) -> None:
        desk.lay("adxl345", lambda t_s: at_rest(t_s) + np.array([0.0, 0.0, 0.05]), noise_g=0.001)
        self.keep(desk, "ADXL345 at 0x53", (0.0, 0.0, 0.05))
        found = desk.check()
        assert texts(found)["rest"] == "1.041 g"
        assert outcomes(found)["calibration"] is GOOD
        assert texts(found)["calibration"] == "six, 2026-11-20: 1.000 g with it, 1.041 g without"

    def test_one_that_fits_no_more(self, desk: Desk) -> None:
        desk.lay("adxl345", noise_g=0.001)
        self.keep(desk, "ADXL345 at 0x53", (0.0, 0.0, 0.1))
        assert desk.found("calibration") == Finding(
            "calibration",
            NOTE,
            "six, 2026-11-20: 0.922 g with it, 1.000 g without. It does not fit.",
            "the board was exchanged for one like it",
            CALIBRATE,
        )

    def test_of_another_chip(self, desk: Desk) -> None:
        desk.lay("adxl345")
        self.keep(desk, "LSM6DSO at 0x6a")
        finding = desk.found("calibration")
        assert finding.outcome is NOTE
        assert finding.text == "of another chip: LSM6DSO at 0x6a. This ADXL345 at 0x53 counts uncalibrated."

    def test_a_damaged_file(self, desk: Desk) -> None:
        desk.lay("adxl345")
        desk.places.calibration.write_text("{")
        (finding,) = faults(desk.check())
        assert finding.part == "calibration"
        assert finding.text.startswith(f"{desk.places.calibration}: expected calibrations as kneemon writes them, saw ")
        assert finding.cause == "a file of another kneemon, or changed by hand"
        assert finding.next == (
            "Delete the file and run `kneemon calibrate` again; until then kneemon counts uncalibrated."
        )


class TestKernelsSensor:
    @pytest.fixture
    def device(self, desk: Desk) -> Path:
        """An ADXL345 as the kernel shows it, at rest, with the noise of one count."""
        folder = desk.folder / "iio" / "iio:device0"
        folder.mkdir(parents=True)
        (folder / "name").write_text("adxl345\n")
        (folder / "in_accel_scale").write_text(f"{9.80665 / 256:.9f}\n")
        chance = np.random.default_rng(1)

        def measure() -> None:
            for axis, count in zip("xyz", (0, 154, 205), strict=True):
                path = folder / f"in_accel_{axis}_raw"
                if path.exists():
                    path.write_text(f"{count + chance.integers(-1, 2)}\n")

        for axis in "xyz":
            (folder / f"in_accel_{axis}_raw").write_text("0\n")
        measure()
        desk.clock.listeners.append(measure)
        desk.machine["iio"] = folder.parent
        return folder

    def test_all_is_well(self, desk: Desk, device: Path) -> None:
        found = desk.check(sensor__source="iio")
        assert faults(found) == []
        said = texts(found)
        assert said["chip"] == "adxl345 at iio:device0, driven by the kernel"
        assert said["rate"] == "50.00 Hz"
        assert said["rest"] == "1.002 g"
        assert desk.bus.opened == 0, "the bus is the kernel's"

    def test_it_is_not_there(self, desk: Desk) -> None:
        desk.machine["iio"] = desk.folder / "iio"
        (finding,) = faults(desk.check(sensor__source="iio"))
        assert finding.part == "samples"
        assert finding.text.startswith("The accelerometer of the kernel: expected in_accel_x_raw")
        assert finding.text.endswith('drive it without the kernel: source = "fifo".')

    def test_a_wrong_scale(self, desk: Desk, device: Path) -> None:
        (device / "in_accel_scale").write_text(f"{2 * 9.80665 / 256:.9f}\n")
        (finding,) = faults(desk.check(sensor__source="iio"))
        assert finding.part == "rest"


class Silent:
    """Somebody who is asked, and says nothing of use."""

    def read(self, register: int, length: int) -> bytes:
        return bytes([0x12] * length)

    def write(self, register: int, value: int) -> None:
        raise AssertionError("the check writes to nobody but the sensor")


class Kernels(Silent):
    """i2c-dev refuses an address that a driver of the kernel has."""

    def read(self, register: int, length: int) -> bytes:
        raise OSError(16, "Device or resource busy")
