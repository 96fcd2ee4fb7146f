# SPDX-License-Identifier: MIT
"""`kneemon check` on what is heard, felt and pressed, on the battery, and on what the system says of itself."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from check_desk import FAULT, GOOD, NOTE, Desk, DeskClock, faults, outcomes, texts
from gpiozero.pins.mock import MockFactory, MockPin

from kneemon.app.check import Finding
from kneemon.controls.socket import ControlServer
from kneemon.feedback.patterns import MEANINGS
from kneemon.feedback.pins import pin_factory
from kneemon.model.cues import CueKind
from kneemon.model.records import TimeAnchor
from kneemon.virtual.drv2605l import VirtualDrv2605l
from kneemon.virtual.gauges import VirtualIna219, VirtualMax17048, VirtualPiSugar3

MOCK = {"sensor__source": "simulated", "feedback__pins": "mock"}
ALONE = {"sensor__source": "simulated"}
SERVICE = "show --property=LoadState,UnitFileState kneemon.service"
PATH_UNIT = "show --property=LoadState kneemon-poweroff.path"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


class TestPins:
    def test_all_is_well(self, desk: Desk) -> None:
        found = desk.check(**MOCK, feedback__outputs="buzzer,motor")
        assert texts(found)["pins"] == "buzzer on GPIO17, motor on GPIO23 (mock pins: nothing real will sound)"
        assert texts(found)["button"] == "on GPIO27, not pressed"
        assert "cue" not in texts(found)

    def test_without_a_button(self, desk: Desk) -> None:
        assert "button" not in outcomes(desk.check(**MOCK, button__enabled="false"))

    def test_none_are_used(self, desk: Desk) -> None:
        assert desk.found("pins", **ALONE) == Finding("pins", NOTE, "none are used, as configured: no buzz, no button.")

    def test_none_here(self, desk: Desk) -> None:
        """Where this is no Raspberry Pi, or its library is not to be seen."""
        desk.machine["open_pins"] = pin_factory
        (finding,) = faults(desk.check(**ALONE, feedback__pins="lgpio"))
        assert finding.part == "pins"
        assert finding.text.startswith("the pins of the header: expected ")

    def test_a_busy_interrupt_pin_is_told_of_alone(self, desk: Desk) -> None:
        class BusyLine(MockFactory):
            def pin(self, name: int) -> MockPin:
                if name == 22:
                    raise RuntimeError("'GPIO busy'")
                return super().pin(name)

        desk.lay("adxl345")
        desk.pins = BusyLine()
        options = {"feedback__pins": "mock", "sensor__interrupt": "true"}
        (finding,) = faults(desk.check(**options))
        assert (finding.part, finding.cause) == ("interrupt", "another program holds it, perhaps a second kneemon")


class TestCues:
    def test_each_is_played_with_its_meaning(self, desk: Desk) -> None:
        found = desk.check(**MOCK, play=True)
        cues = [finding.text for finding in found if finding.part == "cue"]
        assert cues == [f"{kind.replace('_', ' ')}: {MEANINGS[kind]}" for kind in CueKind]
        assert texts(found)["cues"] == "They are played on buzzer, led (mock pins: nothing real will sound)."

    def test_a_haptic_driver_that_is_away_is_not_played_on(self, desk: Desk) -> None:
        desk.lay("adxl345")
        found = desk.check(feedback__pins="mock", feedback__outputs="led,haptic", play=True)
        assert [finding.part for finding in faults(found)] == ["haptic"]
        assert texts(found)["cues"] == "They are played on led (mock pins: nothing real will sound)."

    def test_silence_is_told(self, desk: Desk) -> None:
        found = desk.check(**MOCK, feedback__silent="true", play=True)
        assert texts(found)["cues"].endswith("; without a sound, as feedback.silent is set.")

    def test_nothing_to_play_on(self, desk: Desk) -> None:
        assert "cue" not in outcomes(desk.check(**ALONE, play=True))


class TestHaptic:
    ON = ALONE | {"feedback__outputs": "haptic"}

    def test_it_is_there_and_does_not_buzz(self, desk: Desk) -> None:
        chip = VirtualDrv2605l(desk.clock.now_s)
        desk.put(0x5A, chip)
        assert desk.found("haptic", **self.ON) == Finding("haptic", GOOD, "DRV2605L at 0x5a")
        assert chip.pulses == []

    @pytest.mark.parametrize(
        ("status", "text"),
        [
            (0xE1, "DRV2605L at 0x5a switched its motor off: too much current."),
            (0xE2, "DRV2605L at 0x5a switched its motor off: hot."),
        ],
    )
    def test_it_protects_itself(self, status: int, text: str, desk: Desk) -> None:
        desk.put(0x5A, Status(status))
        assert desk.found("haptic", **self.ON) == Finding(
            "haptic",
            FAULT,
            text,
            "the motor's wires touch each other, or the motor is too big for it",
            "Unplug the motor and look at its wires, then check again.",
        )

    def test_its_motor_was_not_to_be_learnt(self, desk: Desk) -> None:
        desk.put(0x5A, Status(0xE8))
        first, second = [finding for finding in desk.check(**self.ON) if finding.part == "haptic"]
        assert first.outcome is GOOD
        assert second == Finding(
            "haptic",
            NOTE,
            "its last look at the motor failed.",
            None,
            "Fix the motor to the box; it plays all the same.",
        )

    def test_something_else_is_there(self, desk: Desk) -> None:
        desk.put(0x5A, Status(0x42))
        (finding,) = faults(desk.check(**self.ON))
        assert finding.text == "DRV2605L at 0x5a: expected device 7 or 3 in STATUS, saw 0x42."
        assert finding.cause == "a loose wire, or something else at its address"


class TestBattery:
    @pytest.mark.parametrize(
        ("gauge", "address", "chip", "text"),
        [
            ("max17048", 0x36, VirtualMax17048(3.9, 75.0), "MAX17048 at 0x36: 3.90 V, 75 %"),
            ("ina219", 0x40, VirtualIna219(3.9), "INA219 at 0x40: 3.90 V"),
            ("pisugar3", 0x57, VirtualPiSugar3(3.9, 75, plugged=True), "PiSugar 3 at 0x57: 3.90 V, 75 %, charging"),
        ],
    )
    def test_what_it_reads(self, gauge: str, address: int, chip: VirtualIna219, text: str, desk: Desk) -> None:
        desk.put(address, chip)
        assert desk.found("battery", **ALONE, power__gauge=gauge) == Finding("battery", GOOD, text)

    def test_a_low_one(self, desk: Desk) -> None:
        desk.put(0x36, VirtualMax17048(3.5, 12.0))
        assert desk.found("battery", **ALONE, power__gauge="max17048") == Finding(
            "battery", NOTE, "MAX17048 at 0x36: 3.50 V, 12 %. That is low.", None, "Charge it."
        )

    def test_a_gauge_at_another_address(self, desk: Desk) -> None:
        desk.put(0x43, VirtualIna219(3.9))
        (finding,) = faults(desk.check(**ALONE, power__gauge="ina219"))
        assert finding.text == "INA219 at 0x40: expected an answer, saw none, errno 121 (Remote I/O error)."
        assert finding.cause == (
            "its own wires, or another address than power.gauge_address; usual: 0x40, 0x41, 0x42, 0x43"
        )

    def test_two_cells_taken_for_one(self, desk: Desk) -> None:
        desk.put(0x40, VirtualIna219(7.8))
        (finding,) = faults(desk.check(**ALONE, power__gauge="ina219"))
        assert finding.text == "INA219 at 0x40: expected 2.5 to 4.5 V of a cell, saw 7.80 V."
        assert finding.cause == "no cell, a loose plug, or power.cells is wrong"
        assert finding.next == "Check the battery, and power.cells, which is 1."

    def test_a_clocks_memory_is_no_pisugar(self, desk: Desk) -> None:
        desk.put(0x57, Status(0xFF))
        (finding,) = faults(desk.check(**ALONE, power__gauge="pisugar3"))
        assert finding.cause == "something else sits at the gauge's address"
        assert finding.next == "Take a clock module (DS3231) off the bus: it cannot share it with a PiSugar 3."


class TestRadiosAndClock:
    OFF = ALONE | {"power__radios_off": "true"}

    def test_nobody_asks_for_radios(self, desk: Desk) -> None:
        assert "radios" not in outcomes(desk.check(**ALONE))

    def test_no_switch(self, desk: Desk) -> None:
        switch = desk.machine["rfkill"] = desk.folder / "rfkill"
        assert desk.found("radios", **self.OFF) == Finding(
            "radios", NOTE, f"{switch} is not there: no radio can be switched off.", None, "`sudo modprobe rfkill`."
        )

    def test_a_switch_that_is_left_alone(self, desk: Desk) -> None:
        switch = desk.machine["rfkill"] = desk.folder / "rfkill"
        switch.touch()
        (desk.folder / "radios-off").write_text("wlan\n")
        assert desk.found("radios", **self.OFF).outcome is GOOD
        assert switch.read_bytes() == b""
        assert (desk.folder / "radios-off").exists(), "the next start switches them on"

    def test_the_network_has_set_the_clock(self, desk: Desk) -> None:
        assert desk.found("clock", **ALONE).text.startswith("set by the network, ")

    def test_nobody_has_set_it(self, desk: Desk) -> None:
        desk.clock = DeskClock(TimeAnchor("4f1c", 1000.0, datetime(2026, 11, 22, tzinfo=UTC), synchronised=False))
        assert desk.found("clock", **ALONE) == Finding(
            "clock",
            NOTE,
            "not set by the network since the start: durations are right, dates may not be.",
            None,
            "Give it Wi-Fi for a minute; `timedatectl` shows when it is set.",
        )


class TestSystem:
    """What systemctl answers, by a program that says what it would."""

    @pytest.fixture
    def systemd(self, desk: Desk) -> "Systemd":
        program = desk.folder / "systemctl"
        desk.machine["systemctl"] = str(program)
        return Systemd(program)

    def parts(self, desk: Desk) -> dict[str, Finding]:
        return {finding.part: finding for finding in desk.check(**ALONE)}

    def test_all_is_installed(self, desk: Desk, systemd: "Systemd") -> None:
        found = self.parts(desk)
        assert found["service"] == Finding("service", GOOD, "starts with the device")
        assert found["power off"] == Finding("power off", GOOD, "kneemon-poweroff.path is installed")
        assert found["watchdog"] == Finding(
            "watchdog", GOOD, "the computer starts anew after 1min without a sign of life"
        )

    def test_no_service_is_one_note(self, desk: Desk, systemd: "Systemd") -> None:
        systemd.answer(SERVICE, "LoadState=not-found\nUnitFileState=")
        found = self.parts(desk)
        assert found["service"] == Finding(
            "service",
            NOTE,
            "kneemon.service is not installed: kneemon does not start by itself.",
            None,
            "systemd/README.md tells how; then `sudo systemctl enable --now kneemon`.",
        )
        assert not {"power off", "watchdog"} & set(found)

    def test_a_service_that_does_not_start_by_itself(self, desk: Desk, systemd: "Systemd") -> None:
        systemd.answer(SERVICE, "LoadState=loaded\nUnitFileState=disabled")
        assert self.parts(desk)["service"] == Finding(
            "service",
            NOTE,
            "installed, and does not start with the device.",
            None,
            "`sudo systemctl enable --now kneemon`.",
        )

    def test_nobody_would_switch_it_off(self, desk: Desk, systemd: "Systemd") -> None:
        systemd.answer(PATH_UNIT, "LoadState=not-found")
        assert self.parts(desk)["power off"] == Finding(
            "power off",
            NOTE,
            "nobody would switch the device off: kneemon-poweroff.path is not installed.",
            None,
            "systemd/README.md tells how to install it; or set power.switch_off = false.",
        )

    def test_while_kneemon_runs_somebody_must_watch(self, desk: Desk, systemd: "Systemd") -> None:
        server = ControlServer(desk.folder / "control.sock", lambda _name, _args: {"ok": True})
        try:
            asleep = self.parts(desk)["power off"]
            systemd.answer("is-active --quiet kneemon-poweroff.path", "")
            awake = self.parts(desk)["power off"]
        finally:
            server.close()
        assert awake == Finding("power off", GOOD, "kneemon-poweroff.path watches")
        assert (asleep.outcome, asleep.text) == (
            NOTE,
            "nobody would switch the device off: kneemon-poweroff.path does not watch.",
        )

    def test_nobody_shall_switch_it_off(self, desk: Desk, systemd: "Systemd") -> None:
        assert "power off" not in outcomes(desk.check(**ALONE, power__switch_off="false"))

    def test_a_watchdog_that_is_off(self, desk: Desk, systemd: "Systemd") -> None:
        systemd.answer("show --property=RuntimeWatchdogUSec", "RuntimeWatchdogUSec=0")
        assert self.parts(desk)["watchdog"] == Finding(
            "watchdog",
            NOTE,
            "off: a computer that hangs stays so.",
            None,
            "Set RuntimeWatchdogSec=1m in /etc/systemd/system.conf, then restart.",
        )

    @pytest.mark.parametrize("systemctl", ["/bin/false", "/nowhere/systemctl", None])
    def test_without_systemd_nothing_is_said(self, systemctl: str | None, desk: Desk) -> None:
        desk.machine["systemctl"] = systemctl
        assert not {"service", "power off", "watchdog"} & set(self.parts(desk))


class Systemd:
    """A program that answers as systemctl would; to anything else it says no."""

    def __init__(self, program: Path) -> None:
        self._program = program
        self._answers: dict[str, str] = {}
        self.answer(SERVICE, "LoadState=loaded\nUnitFileState=enabled")
        self.answer("show --property=RuntimeWatchdogUSec", "RuntimeWatchdogUSec=1min")
        self.answer(PATH_UNIT, "LoadState=loaded")

    def answer(self, asked: str, said: str) -> None:
        self._answers[asked] = said
        cases = "".join(f"'{asked}') printf '%s\\n' '{said}' ;;\n" for asked, said in self._answers.items())
        self._program.write_text(f'#!/bin/sh\ncase "$*" in\n{cases}*) exit 1 ;;\nesac\n')
        self._program.chmod(0o755)


class Status:
    """One byte at every register."""

    def __init__(self, value: int) -> None:
        self.value = value

    def read(self, register: int, length: int) -> bytes:
        return bytes([self.value] * length)

    def write(self, register: int, value: int) -> None:
        raise AssertionError("the check writes to nobody but the sensor")
