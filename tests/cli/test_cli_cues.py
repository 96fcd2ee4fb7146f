# SPDX-License-Identifier: MIT
"""`kneemon cues`: drawn, played on the pins or by the kneemon that runs, and said where nothing can be heard."""

import socket
from collections.abc import Callable, Iterator, Mapping
from datetime import time
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin

import kneemon.app.cues
import kneemon.controls.socket
from kneemon.app.cues import speaker
from kneemon.cli.cues import drawn
from kneemon.clock import PacedClock, SystemClock
from kneemon.config.loader import load_config
from kneemon.config.places import places
from kneemon.controls.socket import ControlServer
from kneemon.drivers.drv2605l import ADDRESS
from kneemon.errors import ControlError, ExitCode
from kneemon.feedback.patterns import MEANINGS, PATTERNS, Pattern, Pulse, read_back
from kneemon.model.cues import CueKind
from kneemon.virtual.bus import EmulatedBus
from kneemon.virtual.drv2605l import VirtualDrv2605l

Kneemon = Callable[..., Any]

PATIENCE_S = 20.0


class TestDrawing:
    @pytest.mark.parametrize(
        ("pattern", "drawing"),
        [
            (PATTERNS[CueKind.NOTED], "▂"),
            (PATTERNS[CueKind.STOPPED], "▂  ▂"),
            (PATTERNS[CueKind.PACE_HIGH], "▂▂▂  ▂▂▂ twice"),
            (PATTERNS[CueKind.ASK_PAIN], "▂  ▂▂▂▂"),
            (PATTERNS[CueKind.FAULT], "▂▂▂▂▂▂▂▂▂▂"),
            (read_back(6), "▂  ▂  ▂  ▂  ▂      ▂"),
            (Pattern((Pulse(0.01, 0.01), Pulse(0.01, 0.01))), "▂ ▂"),
        ],
    )
    def test_a_rhythm_as_blocks(self, pattern: Pattern, drawing: str) -> None:
        assert drawn(pattern) == drawing

    def test_all_are_listed_with_their_meaning(self, kneemon: Kneemon) -> None:
        told = kneemon("cues", "--list")
        assert (told.code, told.err) == (ExitCode.OK, "")
        lines = told.out.splitlines()
        assert [line.split()[0] for line in lines] == list(CueKind)
        for line, kind in zip(lines, CueKind, strict=True):
            assert f" {drawn(PATTERNS[kind])} " in line
            assert line.endswith(f"  {MEANINGS[kind]}")
            assert len(line) < 120

    def test_the_named_ones_in_their_order(self, kneemon: Kneemon) -> None:
        lines = kneemon("cues", "--list", "pain-stop", "tick", "PACE_HIGH").out.splitlines()
        assert [line.split()[0] for line in lines] == ["pain_stop", "tick", "pace_high"]

    @pytest.mark.parametrize(
        ("name", "nearest"), [("pause", "paused"), ("batery", "battery_low"), ("give_way", "gave_way")]
    )
    def test_an_unknown_one_is_told_the_nearest(self, name: str, nearest: str, kneemon: Kneemon) -> None:
        told = kneemon("cues", "tick", name)
        assert (told.code, told.out) == (ExitCode.CONFIG, "")
        assert told.err == (
            f"kneemon: kneemon cues: expected the name of a cue, saw '{name}'. "
            f"The nearest is {nearest}; `kneemon cues --list` shows them all.\n"
        )

    def test_a_name_of_nothing_like_it(self, kneemon: Kneemon) -> None:
        assert kneemon("cues", "?").code == ExitCode.CONFIG


class TestOnThePins:
    @pytest.fixture
    def pins(self, monkeypatch: pytest.MonkeyPatch) -> MockFactory:
        factory = MockFactory(pin_class=MockPWMPin)
        monkeypatch.setattr(kneemon.app.cues, "pin_factory", lambda _: factory)
        return factory

    def test_they_are_played_one_after_another(
        self, kneemon: Kneemon, pins: MockFactory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pulses = iter((1, 3))  # when the first has been played, and when the second has
        seen: list[bool] = []

        class Patient(SystemClock):
            """Who waits for nothing else waits until the light has gone on and off as often as it should."""

            def wait(self, seconds: float, until: Event | None = None) -> bool:
                if until is not None:
                    return super().wait(seconds, until)
                count, deadline_s = next(pulses), self.now_s() + PATIENCE_S
                while len(pins.pin(24).states) < 1 + 2 * count and self.now_s() < deadline_s:
                    super().wait(0.01)
                seen[:] = [bool(state.state) for state in pins.pin(24).states]
                return False

        monkeypatch.setattr("kneemon.cli.cues.SystemClock", Patient)
        told = kneemon("cues", "noted", "stopped", "--set", "feedback.pins=mock")
        assert (told.code, told.err) == (ExitCode.OK, "")
        lines = told.out.splitlines()
        assert lines[0] == "They are played on buzzer, led (mock pins: nothing real will sound)."
        assert [line.split()[0] for line in lines[1:]] == ["noted", "stopped"]
        assert seen == [False, True, False, True, False, True, False]
        assert next(pulses, None) is None

    def test_none_here(self, kneemon: Kneemon) -> None:
        told = kneemon("cues", "tick")
        assert told.code == ExitCode.PINS
        assert told.err.startswith("kneemon: the pins of the header: expected ")

    @pytest.mark.parametrize(
        ("option", "why"),
        [("feedback.pins=none", 'feedback.pins is "none"'), ("feedback.outputs=", "feedback.outputs is empty")],
    )
    def test_where_nothing_can_be_heard_they_are_listed(self, option: str, why: str, kneemon: Kneemon) -> None:
        told = kneemon("cues", "--set", option)
        assert (told.code, told.err) == (ExitCode.OK, "")
        assert told.out.splitlines()[0] == f"Nothing can be heard here: {why}."
        assert told.out.splitlines()[1:] == kneemon("cues", "--list").out.splitlines()


class Room:
    """A configuration, its places, and a clock that stands still until it is told."""

    def __init__(self, folder: Path, **options: str) -> None:
        words = {name.replace("__", "."): word for name, word in options.items()}
        environ = {"STATE_DIRECTORY": str(folder), "RUNTIME_DIRECTORY": str(folder), "HOME": str(folder)}
        self.config = load_config(overrides=words, environ=environ)
        self.places = places(self.config, environ)
        self.clock = PacedClock()


class TestSpeaker:
    @pytest.mark.parametrize(
        ("options", "where"),
        [
            ({"feedback__silent": "true"}, "; without a sound, as feedback.silent is set."),
            ({"feedback__quiet_hours": "08:00-20:00"}, "; without a sound, as it is quiet now, 08:00-20:00."),
            ({"feedback__quiet_hours": "20:00-08:00"}, "."),
            ({"feedback__silent": "true", "feedback__outputs": "led"}, "."),
        ],
    )
    def test_it_says_when_no_sound_may_come(
        self, options: dict[str, str], where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        room = Room(tmp_path, feedback__pins="mock", **options)
        monkeypatch.setattr(room.clock, "time_of_day", lambda: time(12, 0))
        with speaker(room.config, room.places, room.clock) as found:
            outputs = options.get("feedback__outputs", "buzzer, led")
            assert found.where == f"They are played on {outputs} (mock pins: nothing real will sound){where}"

    def test_the_haptic_driver_needs_no_pins(self, tmp_path: Path) -> None:
        room = Room(tmp_path, feedback__pins="none", feedback__outputs="haptic", sensor__bus="3")
        chip = VirtualDrv2605l(room.clock.now_s)
        bus = EmulatedBus({ADDRESS: chip})
        opened: list[int] = []

        def open_bus(number: int) -> EmulatedBus:
            opened.append(number)
            return bus.open()

        with speaker(room.config, room.places, room.clock.leader, open_bus) as found:
            assert found.where == "They are played on haptic."
            assert opened == [3]
            assert found.say is not None
            assert found.say(CueKind.STOPPED) == PATTERNS[CueKind.STOPPED].lasts_s
            deadline_s = SystemClock().now_s() + PATIENCE_S
            while len(chip.pulses) < 2 and SystemClock().now_s() < deadline_s:
                room.clock.leader.wait(0.01)
        assert len(chip.pulses) == 2
        assert chip.level == 0.0


class TestRunning:
    """A kneemon that runs has the pins."""

    @pytest.fixture
    def asked(self) -> list[tuple[str, Mapping[str, object]]]:
        return []

    @pytest.fixture
    def room(self, tmp_path: Path, asked: list[tuple[str, Mapping[str, object]]]) -> Iterator[Room]:
        def handle(name: str, args: Mapping[str, object]) -> Mapping[str, object]:
            asked.append((name, args))
            if args.get("name") == "power_off":
                return {"ok": False, "error": "Not now."}
            return {"ok": True, "done": "…", "lasts_s": 0.45}

        room = Room(tmp_path, feedback__pins="lgpio")
        server = ControlServer(room.places.socket, handle)
        yield room
        server.close()

    def test_it_plays_them(self, room: Room, asked: list[tuple[str, Mapping[str, object]]]) -> None:
        with speaker(room.config, room.places, room.clock) as found:
            assert found.where == "The running kneemon plays them."
            assert found.say is not None
            assert found.say(CueKind.PAUSED) == 0.45
        assert asked == [("status", {}), ("cue", {"name": "paused"})]

    def test_what_it_refuses_is_told(self, room: Room) -> None:
        with speaker(room.config, room.places, room.clock) as found:
            assert found.say is not None
            with pytest.raises(ControlError) as caught:
                found.say(CueKind.POWER_OFF)
        assert str(caught.value) == (
            "the cue power_off: expected the running kneemon to play it, saw a refusal. Not now."
        )

    @pytest.mark.parametrize("why", [PermissionError(13, "Permission denied"), TimeoutError("timed out")], ids=repr)
    def test_one_that_does_not_talk_to_us_is_not_talked_over(
        self, why: OSError, room: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refused(*_: object) -> None:
            raise ControlError("it", expected="a running kneemon", seen="silence", remedy="Ask again.") from why

        monkeypatch.setattr(kneemon.controls.socket, "ask", refused)
        monkeypatch.setattr(kneemon.app.cues, "ask", refused)
        with speaker(room.config, room.places, room.clock) as found:
            assert found.say is not None
            with pytest.raises(ControlError, match="saw silence"):
                found.say(CueKind.STARTED)

    def test_a_socket_that_was_left_behind_is_nobody(self, tmp_path: Path) -> None:
        room = Room(tmp_path, feedback__pins="none")
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(room.places.socket))
        with speaker(room.config, room.places, room.clock) as found:
            assert found.say is None
