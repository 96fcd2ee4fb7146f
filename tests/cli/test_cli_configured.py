# SPDX-License-Identifier: MIT
"""The verbs that read configuration and plan, and those that ask the running kneemon."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from kneemon.controls.socket import ControlServer
from kneemon.errors import ExitCode

Kneemon = Callable[..., Any]

# Verbs that read the configuration, with what they need beside it.
CONFIGURED = {
    "run": (),
    "check": (),
    "calibrate": ("show",),
    "start": (),
    "pause": (),
    "resume": (),
    "gave-way": (),
    "stop": (),
    "pain": ("3",),
    "status": (),
    "sessions": (),
    "export": (),
    "config": (),
}


class TestConfiguration:
    def test_what_is_in_force(self, kneemon: Kneemon, at_home: Path, tmp_path: Path) -> None:
        told = kneemon("config", "--set", "sensor.chip=mpu6050", "--set", f"plan.path={tmp_path}/plan.toml")
        assert told.code == ExitCode.OK
        assert 'chip = "mpu6050"' in told.out
        assert f"# walks are kept in {at_home}/.local/state/kneemon/kneemon.db\n" in told.out
        assert f"# plan: {tmp_path}/plan.toml\n" in told.out
        assert told.out.startswith("# no configuration file\n")

    def test_the_example_is_a_configuration(self, kneemon: Kneemon, tmp_path: Path) -> None:
        example = tmp_path / "kneemon.toml"
        example.write_text(kneemon("config", "--example").out)
        told = kneemon("config", "--config", example)
        assert told.code == ExitCode.OK
        assert str(example) in told.out

    @pytest.mark.parametrize("verb", CONFIGURED)
    def test_a_broken_file_stops_every_verb(self, verb: str, kneemon: Kneemon, tmp_path: Path) -> None:
        path = tmp_path / "kneemon.toml"
        path.write_text("[sensor\nchip = 3\n")
        told = kneemon(verb, *CONFIGURED[verb], "--config", path)
        assert (told.code, told.out) == (ExitCode.CONFIG, "")
        assert told.err.startswith(f"kneemon: {path}, line 1, column 8: expected ")

    @pytest.mark.parametrize(
        ("content", "seen"),
        [
            ('[sensor]\nchipp = "adxl345"\n', "[sensor] chipp: expected an option of [sensor], saw an unknown name"),
            ('[sensor]\nchipp = "adxl345"\n', "(did you mean sensor.chip?)"),
            ("[sensors]\nbus = 1\n", "saw an unknown name (did you mean sensor?)"),
            ("[sensor]\nbus = 100\n", "[sensor] bus: expected a whole number from 0 to 99, saw 100"),
            ('[sensor]\nsource = "recording"\n', "[sensor] recording: expected the file to play"),
            ("[feedback]\nbuzzer_pin = 24\n", "[feedback] led_pin: expected a pin of its own, saw 24"),
        ],
    )
    def test_a_mistake_is_told_with_its_place(self, content: str, seen: str, kneemon: Kneemon, tmp_path: Path) -> None:
        path = tmp_path / "kneemon.toml"
        path.write_text(content)
        told = kneemon("config", "--config", path)
        assert told.code == ExitCode.CONFIG
        assert seen in told.err

    def test_all_mistakes_at_once(self, kneemon: Kneemon, tmp_path: Path) -> None:
        path = tmp_path / "kneemon.toml"
        path.write_text('[sensor]\nbus = -1\nrate_hz = 99\n[mqtt]\nhost = "mqtt://home"\n')
        told = kneemon("config", "--config", path, "--set", "log.level=loud")
        assert told.code == ExitCode.CONFIG
        assert [line[:4] for line in told.err.splitlines()].count("  - ") == 4

    @pytest.mark.parametrize(
        ("word", "seen"),
        [
            ("sensor.chip", "--set: expected SECTION.OPTION=VALUE, saw 'sensor.chip'. For example"),
            (
                "sensor.chp=adxl345",
                "option sensor.chp: expected the name of an option, saw an unknown name (did you mean",
            ),
            ("store.commit_s=60", "option store.commit_s: expected a number from 1 to 10 s, saw "),
        ],
    )
    def test_an_option_of_the_command_line(self, word: str, seen: str, kneemon: Kneemon) -> None:
        told = kneemon("config", "--set", word)
        assert told.code == ExitCode.CONFIG
        assert told.err.startswith(f"kneemon: {seen}")

    def test_a_file_that_is_not_there(self, kneemon: Kneemon, tmp_path: Path) -> None:
        told = kneemon("config", "--config", tmp_path / "no.toml")
        assert told.code == ExitCode.CONFIG
        assert f"{tmp_path}/no.toml" in told.err


class TestPlan:
    def test_todays_dose(self, kneemon: Kneemon, plan: Path) -> None:
        told = kneemon("plan", "show", plan, "--day", "2026-11-22")
        assert told.code == ExitCode.OK
        assert "Sunday 22 November" in told.out
        assert "3 minutes of walking, not over 95 steps/min" in told.out

    def test_less_what_was_walked(self, kneemon: Kneemon, plan: Path, store: Path) -> None:
        """65 s and 2400 s on that day in Berlin's time."""
        plan.write_text(
            plan.read_text().replace("[[week]]\nminutes = 3", "session_top_min = 60\n[[week]]\nminutes = 60")
        )
        configured = ("--set", f"plan.path={plan}", "--set", f"store.path={store}")
        told = kneemon("plan", "show", "--day", "2026-11-22", *configured)
        assert told.code == ExitCode.OK
        assert "60 minutes of walking, 18 minutes 55 seconds of it still to do" in told.out
        assert "still to do" not in kneemon("plan", "show", "--day", "2026-11-21", *configured).out

    def test_where_nothing_was_ever_stored(self, kneemon: Kneemon, plan: Path) -> None:
        told = kneemon("plan", "show", "--day", "2026-11-22", "--set", f"plan.path={plan}")
        assert told.code == ExitCode.OK
        assert "still to do" not in told.out

    def test_what_is_unusual_in_it(self, kneemon: Kneemon, plan: Path) -> None:
        plan.write_text(plan.read_text().replace("[[week]]", 'walk_days = ["mon", "tue"]\n[[week]]'))
        told = kneemon("plan", "check", plan)
        assert told.code == ExitCode.OK
        assert told.out.startswith("unusual: Walks on days that follow each other")
        assert told.out.endswith(f"{plan}: gentle, 1 week: read, see above.\n")

    def test_nothing_is(self, kneemon: Kneemon, plan: Path) -> None:
        plan.write_text(plan.read_text().replace("[[week]]", 'walk_days = ["mon", "wed"]\n[[week]]'))
        assert kneemon("plan", "check", plan).out == f"{plan}: gentle, 1 week: nothing unusual.\n"

    @pytest.mark.parametrize(
        ("lines", "seen"),
        [
            ("", "week: expected 1 to 26 weeks, each under its [[week]], saw none"),
            ("schema = 99", "schema: expected 1, the newest that this kneemon knows, saw 99"),
            ("weekly_cap_min = 20\n[[week]]\nminutes = 30", "for weekly_cap_min = 20, saw 30"),
            ('walk_days = ["mon", "mon"]\n[[week]]\nminutes = 3', "walk_days: expected each day once"),
            ("[[week]]\nminuts = 3", "minuts: expected a line of a week, saw an unknown name (did you mean minutes?)"),
        ],
        ids=["no weeks", "newer", "over its own cap", "a day twice", "an unknown line"],
    )
    def test_one_that_contradicts_itself(self, lines: str, seen: str, kneemon: Kneemon, plan: Path) -> None:
        schema = "" if "schema" in lines else "schema = 1\n"
        plan.write_text(f'{schema}name = "gentle"\nstart = 2026-11-16\n{lines}\n')
        for words in (("plan", "check", plan), ("plan", "show", plan), ("run", "--set", f"plan.path={plan}")):
            told = kneemon(*words)
            assert told.code == ExitCode.PLAN
            assert str(plan) in told.err
            assert seen in told.err

    @pytest.mark.parametrize("action", ["show", "check"])
    def test_there_is_none(self, action: str, kneemon: Kneemon) -> None:
        told = kneemon("plan", action)
        assert told.code == ExitCode.PLAN
        assert told.err.startswith("kneemon: The plan: expected a plan's file, saw none: neither named here")


class TestAsking:
    @pytest.fixture
    def asked(self, tmp_path: Path) -> Iterator[list[tuple[str, Mapping[str, object]]]]:
        """What a running kneemon was asked; it refuses to stop."""
        questions: list[tuple[str, Mapping[str, object]]] = []

        def handle(name: str, args: Mapping[str, object]) -> Mapping[str, object]:
            questions.append((name, args))
            if name == "stop":
                return {"ok": False, "error": "No walk is running; `kneemon start` begins one."}
            return {"ok": True, "done": "Done.", **STATUS}

        server = ControlServer(tmp_path / "s", handle)
        yield questions
        server.close()

    HERE = ("--set", "control.socket=s")

    def test_what_is_done_is_told(self, kneemon: Kneemon, asked: list[Any]) -> None:
        assert [kneemon(*words, *self.HERE).out for words in (("start",), ("pain", "7"))] == ["Done.\n", "Done.\n"]
        assert asked == [("start", {}), ("pain", {"score": 7})]

    def test_so_is_a_refusal(self, kneemon: Kneemon, asked: list[Any]) -> None:
        told = kneemon("stop", *self.HERE)
        assert (told.code, told.out) == (ExitCode.CONTROL, "")
        assert told.err == "kneemon: No walk is running; `kneemon start` begins one.\n"

    def test_its_status_in_words(self, kneemon: Kneemon, asked: list[Any]) -> None:
        told = kneemon("status", *self.HERE)
        assert told.code == ExitCode.OK
        assert told.out.splitlines() == [
            "session  walking",
            "  name     b1-1-9f2c",
            "  steps    67",
            "  cadence  100 steps/min",
            "  to walk  1:05 of the plan's main part",
            "plan     gentle, from 2026-11-23",
            "sensor   adxl345 at 0x53 on bus 1: samples flow",
            "store    writing",
            "MQTT     off: no broker configured",
            "version  0.1.0",
        ]

    def test_its_status_for_programs(self, kneemon: Kneemon, asked: list[Any]) -> None:
        told = kneemon("status", "--json", *self.HERE)
        assert json.loads(told.out) == {"done": "Done.", **STATUS}

    @pytest.mark.parametrize("words", [("start",), ("stop",), ("pain", "3"), ("status",)])
    def test_nobody_is_there(self, words: tuple[str, ...], kneemon: Kneemon) -> None:
        told = kneemon(*words, *self.HERE)
        assert (told.code, told.out) == (ExitCode.CONTROL, "")
        assert told.err == (
            "kneemon: the control socket s: expected a running kneemon, saw nobody listening. "
            "Start it with `kneemon run`.\n"
        )


STATUS = {
    "session": "walking",
    "session_id": "b1-1-9f2c",
    "steps": 67,
    "cadence_spm": 99.7,
    "elapsed_s": 48.0,
    "part": "main",
    "remaining_s": 65.2,
    "plan": "gentle",
    "plan_begins": "2026-11-23",
    "sensor": "adxl345 at 0x53 on bus 1: samples flow",
    "mqtt": "off: no broker configured",
    "store": "writing",
    "version": "0.1.0",
}


class TestRunRefuses:
    """What the service cannot start with; each has an exit code of its own."""

    QUIET = ("--set", "feedback.pins=none", "--set", "sensor.source=simulated")

    def test_a_store_of_a_newer_kneemon(self, kneemon: Kneemon, newer: Path) -> None:
        before = newer.read_bytes()
        told = kneemon("run", *self.QUIET, "--set", f"store.path={newer}")
        assert told.code == ExitCode.STORE
        assert "was written by a newer kneemon" in told.err
        assert newer.read_bytes() == before

    def test_a_store_that_is_a_folder(self, kneemon: Kneemon, tmp_path: Path) -> None:
        told = kneemon("run", *self.QUIET, "--set", f"store.path={tmp_path}")
        assert told.code == ExitCode.STORE
        assert f"the store {tmp_path} cannot be used" in told.err

    def test_a_recording_that_is_none(self, kneemon: Kneemon, tmp_path: Path) -> None:
        source = ("--set", "sensor.source=recording", "--set", f"sensor.recording={tmp_path}/none.csv")
        told = kneemon("run", "--set", "feedback.pins=none", *source)
        assert told.code == ExitCode.RECORDING

    def test_pins_that_are_not_there(self, kneemon: Kneemon) -> None:
        told = kneemon("run", "--set", "sensor.source=simulated")
        assert told.code == ExitCode.PINS
        assert "the pins of the header: expected " in told.err

    def test_a_socket_that_cannot_be_made(self, kneemon: Kneemon, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        told = kneemon("run", *self.QUIET, "--set", f"control.socket={tmp_path}/file/s")
        assert told.code == ExitCode.CONTROL
        assert "expected a path where a socket can be made" in told.err
