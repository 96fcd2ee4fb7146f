# SPDX-License-Identifier: MIT
"""`kneemon check`: what it finds on an emulated bus, on the pins, in the store, at the broker; nothing is changed."""

import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gpiozero.pins.mock import MockFactory, MockPin

import kneemon.app.check
from kneemon.app.check import Finding, Outcome, check
from kneemon.clock import PacedClock
from kneemon.config.loader import load_config
from kneemon.config.places import places
from kneemon.controls.socket import ControlServer
from kneemon.drivers.chips import CHIPS
from kneemon.errors import ControlError, ExitCode
from kneemon.feedback.patterns import MEANINGS
from kneemon.model.samples import Array
from kneemon.store import StoreReader
from kneemon.virtual.adxl345 import VirtualAdxl345
from kneemon.virtual.bus import EmulatedBus, Trouble
from kneemon.virtual.mpu6050 import VirtualMpu6050

GOOD, NOTE, FAULT = Outcome.GOOD, Outcome.NOTE, Outcome.FAULT
SILICON = {"adxl345": VirtualAdxl345, "mpu6050": VirtualMpu6050}
AT_REST_G = np.array([0.0, 0.6, 0.8])

Signal = Callable[[Array], Array]
Silicon = VirtualAdxl345 | VirtualMpu6050


def at_rest(t_s: Array) -> Array:
    return np.tile(AT_REST_G, (len(t_s), 1))


@dataclass
class Desk:
    """A chip on a desk, and a check of it."""

    folder: Path
    clock: PacedClock = field(default_factory=PacedClock)
    chips: dict[int, Silicon] = field(default_factory=dict)
    bus: EmulatedBus | None = None

    def lay(
        self, chip: str, signal: Signal = at_rest, *, at: int = 0, rate_error: float = 0.0, noise_g: float = 0.003
    ) -> Silicon:
        silicon = SILICON[chip](signal, self.clock.now_s, rate_error, noise_g, 1)
        self.chips[at or CHIPS[chip].addresses[0]] = silicon
        return silicon

    def check(self, *, play: bool = False, **options: str) -> list[Finding]:
        """options: by their dotted names with __ for the dot."""
        words = {name.replace("__", "."): word for name, word in ({"feedback__pins": "none"} | options).items()}
        environ = {"STATE_DIRECTORY": str(self.folder), "RUNTIME_DIRECTORY": str(self.folder), "HOME": str(self.folder)}
        config = load_config(overrides=words, environ=environ)
        self.bus = self.bus or EmulatedBus(self.chips, took=self.clock.leader.pass_by)
        found = check(
            config,
            places(config, environ),
            self.clock.leader,
            seconds=5.0,
            play=play,
            bus_opener=lambda _: self.bus.open(),
        )
        return list(found)

    def found(self, part: str, **options: str) -> Finding:
        """The one finding about the part."""
        (finding,) = [finding for finding in self.check(**options) if finding.part == part]
        return finding


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def outcomes(found: list[Finding]) -> Mapping[str, Outcome]:
    return {finding.part: finding.outcome for finding in found}


class TestWorn:
    def test_where_walks_were_recorded_nothing_is_to_be_said(self, desk: Desk) -> None:
        finding = desk.found("worn", sensor__source="simulated")
        assert finding == Finding("worn", GOOD, "waist: step counting there was checked on recorded walks")

    def test_the_shank_is_unverified(self, desk: Desk) -> None:
        finding = desk.found("worn", sensor__source="simulated", device__worn="shank")
        assert finding == Finding(
            "worn",
            NOTE,
            "shank: unverified. It was built on a simulated walker alone; no recorded walk was worn there. "
            "Count a hundred steps yourself and compare.",
        )


class TestSensor:
    @pytest.mark.parametrize("chip", SILICON)
    def test_a_healthy_chip_at_rest(self, chip: str, desk: Desk) -> None:
        desk.lay(chip, rate_error=-0.027)
        found = {finding.part: finding for finding in desk.check(sensor__chip=chip)}
        assert list(found) == [
            "configuration",
            "worn",
            "plan",
            "store",
            "bus",
            "chip",
            "rate",
            "noise",
            "rest",
            "pins",
            "MQTT",
        ]
        assert {found[part].outcome for part in ("bus", "chip", "rate", "noise", "rest")} == {GOOD}
        assert found["bus"].text == "/dev/i2c-1"
        assert found["chip"].text == f"{chip} at 0x{CHIPS[chip].addresses[0]:02x}"
        measured_hz, _, rest = found["rate"].text.partition(" ")
        assert float(measured_hz) == pytest.approx(97.3, rel=0.002)
        assert rest == "Hz measured, 100 Hz nominal, 0 samples lost."
        assert found["rest"].text == "1.000 g"
        noise_mg = [float(word) for word in found["noise"].text.removesuffix(" mg").split()[1::2]]
        assert noise_mg == pytest.approx([3.0, 3.0, 3.0], abs=0.8)

    def test_the_bus_is_let_go(self, desk: Desk) -> None:
        silicon = desk.lay("adxl345")
        desk.check()
        assert desk.bus is not None
        assert silicon.sampler.started_s is None, "the chip sleeps again"
        with pytest.raises(OSError, match="Bad file descriptor"):
            desk.bus.read_byte_data(0x53, 0)

    def test_nothing_at_the_address(self, desk: Desk) -> None:
        found = desk.check()
        assert outcomes(found)["bus"] is GOOD
        assert outcomes(found)["chip"] is FAULT
        text = desk.found("chip").text
        assert text.startswith("ADXL345 at 0x53: expected an answer, saw none, errno 121 (Remote I/O error). Check 3V3")
        assert "rate" not in outcomes(found), "nothing more is asked of it"

    def test_another_chip_answers(self, desk: Desk) -> None:
        desk.lay("mpu6050", at=0x53)
        finding = desk.found("chip")
        assert finding.outcome is FAULT
        assert finding.text.startswith("ADXL345 at 0x53: expected 0xe5 in DEVID, saw 0x")

    def test_wires_that_float(self, desk: Desk) -> None:
        desk.lay("adxl345")
        desk.bus = EmulatedBus(desk.chips, took=desk.clock.leader.pass_by)
        desk.bus.misbehave(Trouble.FLOATING, times=None)
        assert "0xff, which no chip says. Check SDA, SCL, 3V3 and GND" in desk.found("chip").text

    def test_a_bus_that_breaks_off(self, desk: Desk) -> None:
        desk.lay("adxl345")
        desk.bus = EmulatedBus(desk.chips, took=desk.clock.leader.pass_by)
        desk.bus.misbehave(Trouble.BROKEN_OFF, times=None)
        finding = desk.found("chip")
        assert finding.outcome is FAULT
        assert finding.text.startswith("adxl345 at 0x53: [Errno 5]")

    def test_a_wire_that_comes_loose_while_we_listen(self, desk: Desk) -> None:
        desk.lay("adxl345")
        desk.bus = EmulatedBus(desk.chips, took=desk.clock.leader.pass_by)
        desk.bus.misbehave(Trouble.NACK, times=None, after=200)
        finding = desk.found("samples")
        assert finding.outcome is FAULT
        assert "ADXL345 at 0x53: expected an answer, saw none" in finding.text

    def test_a_chip_that_shows_the_same_for_ever(self, desk: Desk) -> None:
        desk.lay("adxl345").sampler.frozen = True
        finding = desk.found("samples")
        assert finding.outcome is FAULT
        assert "the very same sample again and again" in finding.text

    @pytest.mark.parametrize(("rate_error", "outcome"), [(0.08, GOOD), (-0.08, GOOD), (0.15, FAULT), (-0.15, FAULT)])
    def test_its_clock(self, rate_error: float, outcome: Outcome, desk: Desk) -> None:
        desk.lay("adxl345", rate_error=rate_error)
        finding = desk.found("rate")
        assert finding.outcome is outcome
        assert float(finding.text.split()[0]) == pytest.approx(100 * (1 + rate_error), rel=0.002)
        assert ("clone" in finding.text) == (outcome is FAULT)

    @pytest.mark.parametrize("factor", [0.5, 2.0])
    def test_a_clone_with_another_scale(self, factor: float, desk: Desk) -> None:
        desk.lay("adxl345", lambda t_s: factor * at_rest(t_s))
        finding = desk.found("rest")
        assert finding.outcome is FAULT
        assert finding.text == (
            f"{factor:.3f} g where 0.85 to 1.15 g was expected. "
            "It is another chip than the configuration says, a clone with another scale, or broken."
        )

    def test_a_noisy_one(self, desk: Desk) -> None:
        desk.lay("adxl345", noise_g=0.025)
        finding = desk.found("noise")
        assert finding.outcome is FAULT
        assert finding.text.endswith(" mg. More than the chip's own: is its supply steady, is the table?")

    def test_one_that_somebody_holds(self, desk: Desk) -> None:
        desk.lay("adxl345", lambda t_s: at_rest(t_s) * (1.0 + 0.2 * np.sin(6.0 * t_s))[:, None])
        found = desk.check()
        assert outcomes(found)["rest"] is NOTE
        assert "noise" not in outcomes(found)
        assert desk.found("rest").text == "the box moved: lay it down and check again to see noise and one g."

    def test_no_chip_is_looked_for_where_none_is_configured(self, desk: Desk) -> None:
        finding = desk.found("sensor", sensor__source="simulated")
        assert finding == Finding("sensor", NOTE, "the source is 'simulated', so there is no chip to look for.")


class TestStore:
    def test_there_is_none_yet_and_none_is_made(self, desk: Desk) -> None:
        before = sorted(desk.folder.iterdir())
        finding = desk.found("store", sensor__source="simulated")
        assert finding == Finding("store", GOOD, f"{desk.folder}/kneemon.db, to be made at the first start")
        assert sorted(desk.folder.iterdir()) == before

    def test_a_walk_that_was_cut_off_stays_for_the_next_start(self, desk: Desk, store: Path) -> None:
        """The check knows no broker: to close the walk here would keep its document from ever being sent."""
        assert desk.found("store", sensor__source="simulated").text == f"{store}, 2 walks"
        with StoreReader(store) as reader:
            assert reader.session().summary.end_reason is None

    def test_one_of_a_newer_kneemon(self, desk: Desk, newer: Path) -> None:
        finding = desk.found("store", store__path=str(newer), sensor__source="simulated")
        assert finding.outcome is FAULT
        assert finding.text.startswith(f"the store {newer} was written by a newer kneemon: expected schema")

    def test_a_folder(self, desk: Desk) -> None:
        finding = desk.found("store", store__path=str(desk.folder), sensor__source="simulated")
        assert finding.outcome is FAULT
        assert finding.text == f"{desk.folder} is a folder where a file is needed: choose another path."

    def test_a_path_through_a_file(self, desk: Desk) -> None:
        (desk.folder / "file").touch()
        finding = desk.found("store", store__path=str(desk.folder / "file" / "kneemon.db"), sensor__source="simulated")
        assert finding.outcome is FAULT
        assert finding.text == f"{desk.folder}/file is a file where a folder is needed: choose another path."

    def test_one_that_is_not_ours(self, desk: Desk, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(kneemon.app.check.os, "access", lambda _path, _mode: False)
        found = [finding for finding in desk.check(sensor__source="simulated") if finding.part == "store"]
        assert [finding.outcome for finding in found] == [GOOD, NOTE]
        assert found[1].text == f"you may not write into {store}: only its owner can `kneemon run`."


class TestRunning:
    """A kneemon that runs has the chip and the pins: two readers would steal each other's samples."""

    @pytest.fixture
    def running(self, desk: Desk) -> Iterator[None]:
        server = ControlServer(desk.folder / "control.sock", lambda _name, _args: {"ok": True})
        yield
        server.close()

    def test_it_is_left_alone(self, desk: Desk, running: None) -> None:
        desk.lay("adxl345")
        found = desk.check(feedback__pins="mock", play=True)
        assert desk.bus is not None
        assert desk.bus.opened == 0
        assert outcomes(found)["sensor, pins"] is NOTE
        assert "pins" not in outcomes(found)
        assert outcomes(found)["MQTT"] is NOTE, "the broker is asked all the same"

    @pytest.mark.parametrize("why", [PermissionError(13, "Permission denied"), TimeoutError("timed out")], ids=repr)
    def test_so_it_is_when_it_does_not_talk_to_us(
        self, why: OSError, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refused(*_: object) -> None:
            raise ControlError("it", expected="a running kneemon", seen="silence", remedy="Ask again.") from why

        monkeypatch.setattr(kneemon.app.check, "ask", refused)
        assert outcomes(desk.check())["sensor, pins"] is NOTE

    def test_a_socket_that_was_left_behind_is_nobody(self, desk: Desk) -> None:
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(desk.folder / "control.sock"))
        desk.lay("adxl345")
        assert outcomes(desk.check())["chip"] is GOOD


class TestPins:
    @pytest.fixture
    def pins(self, monkeypatch: pytest.MonkeyPatch) -> MockFactory:
        factory = MockFactory()
        monkeypatch.setattr(kneemon.app.check, "pin_factory", lambda _: factory)
        return factory

    def test_all_is_well(self, desk: Desk, pins: MockFactory) -> None:
        found = desk.check(sensor__source="simulated", feedback__pins="mock", feedback__outputs="buzzer,motor")
        texts = {finding.part: finding.text for finding in found}
        assert texts["pins"] == "buzzer on GPIO17, motor on GPIO23 (mock pins: nothing real will sound)"
        assert texts["button"] == "on GPIO27, not pressed"
        assert "cue" not in texts

    def test_a_button_that_is_always_pressed(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(kneemon.app.check, "pin_factory", lambda _: MockFactory(pin_class=Shorted))
        finding = desk.found("button", sensor__source="simulated", feedback__pins="mock")
        assert finding.outcome is FAULT
        assert "its wires are swapped or shorted" in finding.text

    def test_without_a_button(self, desk: Desk, pins: MockFactory) -> None:
        found = desk.check(sensor__source="simulated", feedback__pins="mock", button__enabled="false")
        assert "button" not in outcomes(found)

    def test_each_cue_is_played_with_its_meaning(self, desk: Desk, pins: MockFactory) -> None:
        found = desk.check(sensor__source="simulated", feedback__pins="mock", play=True)
        cues = [finding.text for finding in found if finding.part == "cue"]
        assert cues == [f"{kind.replace('_', ' ')}: {meaning}" for kind, meaning in in_their_order()]

    def test_none_here(self, desk: Desk) -> None:
        finding = desk.found("pins", sensor__source="simulated", feedback__pins="lgpio")
        assert finding.outcome is FAULT
        assert finding.text.startswith("the pins of the header: expected ")


class Shorted(MockPin):
    """No pull-up lifts it."""

    def _set_pull(self, value: str) -> None:
        super()._set_pull(value)
        self._change_state(False)


def in_their_order() -> Iterator[tuple[str, str]]:
    return ((kind, MEANINGS[kind]) for kind in kneemon.app.check.CueKind)


class TestAsAVerb:
    ALONE = ("--quiet", "--set", "sensor.source=simulated", "--set", "feedback.pins=none")

    def test_all_is_well(self, kneemon: Callable[..., Any]) -> None:
        told = kneemon("check", *self.ALONE)
        assert (told.code, told.err) == (ExitCode.OK, "")
        lines = told.out.splitlines()
        assert lines[0] == "ok     configuration  defaults, there is no file"
        assert lines[1] == "ok     worn           waist: step counting there was checked on recorded walks"
        assert lines[2] == "note   plan           none: kneemon will count and store, and give no limit cues."
        assert lines[-1] == "All that could be checked is as it should be."

    def test_a_plan_with_something_unusual(self, kneemon: Callable[..., Any], plan: Path) -> None:
        told = kneemon("check", *self.ALONE, "--set", f"plan.path={plan}")
        assert told.code == ExitCode.OK
        assert "ok     plan           gentle, 1 weeks from 2026-11-16\n" in told.out
        assert "note   plan           Walks on days that follow each other" in told.out

    def test_a_wrong_plan(self, kneemon: Callable[..., Any], plan: Path) -> None:
        plan.write_text("minutes = 3")
        told = kneemon("check", *self.ALONE, "--set", f"plan.path={plan}")
        assert told.code == ExitCode.CHECK
        assert f"FAULT  plan           {plan}: " in told.out
        assert told.out.endswith("\n1 to mend; hardware/README.md shows the wiring.\n")

    def test_an_absent_bus(self, kneemon: Callable[..., Any]) -> None:
        told = kneemon("check", "--quiet", "--set", "sensor.bus=97", "--set", "feedback.pins=none")
        assert (told.code, told.err) == (ExitCode.CHECK, "")
        assert (
            "FAULT  bus            I2C bus 97: expected /dev/i2c-97, saw errno 2 (No such file or directory). "
            in told.out
        )
        assert "raspi-config" in told.out

    def test_a_broker_that_is_not_there(self, kneemon: Callable[..., Any]) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # bound, and not listening: refused
            port = taken.getsockname()[1]
            broker = ("--set", "mqtt.host=127.0.0.1", "--set", f"mqtt.port={port}")
            told = kneemon("check", *self.ALONE, *broker)
        assert told.code == ExitCode.CHECK
        (line,) = [line for line in told.out.splitlines() if line.startswith("FAULT")]
        assert f"127.0.0.1:{port}" in line
        assert "nobody listening" in line

    def test_a_password_that_cannot_be_read(self, kneemon: Callable[..., Any], tmp_path: Path) -> None:
        login = (
            "--set",
            "mqtt.host=localhost",
            "--set",
            "mqtt.username=me",
            "--set",
            f"mqtt.password_file={tmp_path}/no",
        )
        told = kneemon("check", *self.ALONE, *login)
        assert told.code == ExitCode.CHECK
        assert "FAULT  MQTT           [mqtt] password_file: expected a readable file" in told.out
