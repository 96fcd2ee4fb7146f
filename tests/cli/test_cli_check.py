# SPDX-License-Identifier: MIT
"""`kneemon check` as a verb, and what it finds in files, in the running kneemon and at the broker."""

import io
import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from check_desk import FAULT, GOOD, NOTE, Desk, outcomes

import kneemon.app.check.files
import kneemon.controls.socket
from kneemon.app.check import Finding
from kneemon.cli import check as kneemon_cli_check
from kneemon.cli import main as kneemon_main
from kneemon.controls.socket import ControlServer
from kneemon.errors import ControlError, ExitCode
from kneemon.store import StoreReader

SIMULATED = {"sensor__source": "simulated"}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


class TestWorn:
    def test_where_walks_were_recorded_nothing_is_to_be_said(self, desk: Desk) -> None:
        finding = desk.found("worn", **SIMULATED)
        assert finding == Finding("worn", GOOD, "waist: step counting there was checked on recorded walks")

    def test_the_shank_is_unverified(self, desk: Desk) -> None:
        assert desk.found("worn", **SIMULATED, device__worn="shank") == Finding(
            "worn",
            NOTE,
            "shank: unverified. It was built on a simulated walker alone; no recorded walk was worn there.",
            None,
            "Count a hundred steps yourself and compare.",
        )


class TestStore:
    def test_there_is_none_yet_and_none_is_made(self, desk: Desk) -> None:
        before = sorted(desk.folder.iterdir())
        finding = desk.found("store", **SIMULATED)
        assert finding == Finding("store", GOOD, f"{desk.folder}/kneemon.db, to be made at the first start")
        assert sorted(desk.folder.iterdir()) == before

    def test_a_walk_that_was_cut_off_stays_for_the_next_start(self, desk: Desk, store: Path) -> None:
        """The check knows no broker: to close the walk here would keep its document from ever being sent."""
        assert desk.found("store", **SIMULATED).text == f"{store}, 2 walks"
        with StoreReader(store) as reader:
            assert reader.session().summary.end_reason is None

    def test_one_of_a_newer_kneemon(self, desk: Desk, newer: Path) -> None:
        finding = desk.found("store", store__path=str(newer), **SIMULATED)
        assert finding.outcome is FAULT
        assert finding.text.startswith(f"the store {newer} was written by a newer kneemon: expected schema")
        assert finding.cause == "the file is damaged, another program's, or of a newer kneemon"

    def test_a_folder(self, desk: Desk) -> None:
        assert desk.found("store", store__path=str(desk.folder), **SIMULATED) == Finding(
            "store",
            FAULT,
            f"{desk.folder} is a folder where a file is needed.",
            "store.path names something else",
            "Choose another path in store.path.",
        )

    def test_a_path_through_a_file(self, desk: Desk) -> None:
        (desk.folder / "file").touch()
        finding = desk.found("store", store__path=str(desk.folder / "file" / "kneemon.db"), **SIMULATED)
        assert finding.outcome is FAULT
        assert finding.text == f"{desk.folder}/file is a file where a folder is needed."

    def test_one_that_is_not_ours(self, desk: Desk, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(kneemon.app.check.files.os, "access", lambda _path, _mode: False)
        found = [finding for finding in desk.check(**SIMULATED) if finding.part == "store"]
        assert [finding.outcome for finding in found] == [GOOD, NOTE]
        assert found[1].text == f"you may not write into {store}: only its owner can `kneemon run`."

    @pytest.mark.parametrize(
        ("free_bytes", "outcome", "ending"),
        [(1.5e8, NOTE, "150 MB are free for {}."), (5e6, FAULT, "5 MB are free for {}: walks cannot be kept.")],
    )
    def test_a_card_that_is_filling(self, free_bytes: float, outcome: Any, ending: str, desk: Desk) -> None:
        desk.machine["free_bytes"] = lambda _: free_bytes
        finding = desk.found("disk", **SIMULATED)
        assert finding.outcome is outcome
        assert finding.text == ending.format(desk.folder / "kneemon.db")
        assert finding.next == "Delete what is not needed; `sudo journalctl --vacuum-size=50M` is a beginning."

    def test_a_card_with_room_is_not_worth_a_line(self, desk: Desk) -> None:
        desk.machine["free_bytes"] = lambda _: 1e9
        assert "disk" not in outcomes(desk.check(**SIMULATED))


class TestRunning:
    """A kneemon that runs has the chip and the pins: two readers would steal each other's samples."""

    @pytest.fixture
    def running(self, desk: Desk) -> Iterator[None]:
        server = ControlServer(desk.folder / "control.sock", lambda _name, _args: {"ok": True})
        yield
        server.close()

    def test_it_is_left_alone(self, desk: Desk, running: None) -> None:
        desk.lay("adxl345")
        found = desk.check(feedback__pins="mock", power__gauge="max17048", play=True)
        assert desk.bus.opened == 0
        said = {finding.part: finding for finding in found}
        assert said["running"] == Finding(
            "running",
            NOTE,
            "kneemon is running and has the sensor and the pins: they are not looked at.",
            None,
            "For a whole check stop it first: `sudo systemctl stop kneemon`.",
        )
        assert list(said)[-3:] == ["running", "clock", "MQTT"], "the broker is asked all the same"

    @pytest.mark.parametrize("why", [PermissionError(13, "Permission denied"), TimeoutError("timed out")], ids=repr)
    def test_so_it_is_when_it_does_not_talk_to_us(
        self, why: OSError, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refused(*_: object) -> None:
            raise ControlError("it", expected="a running kneemon", seen="silence", remedy="Ask again.") from why

        monkeypatch.setattr(kneemon.controls.socket, "ask", refused)
        assert outcomes(desk.check())["running"] is NOTE

    def test_a_socket_that_was_left_behind_is_nobody(self, desk: Desk) -> None:
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(desk.folder / "control.sock"))
        desk.lay("adxl345")
        assert outcomes(desk.check())["chip"] is GOOD


class TestAsAVerb:
    ALONE = ("--set", "sensor.source=simulated", "--set", "feedback.pins=none")

    def test_all_is_well(self, kneemon: Callable[..., Any]) -> None:
        told = kneemon("check", *self.ALONE)
        assert (told.code, told.err) == (ExitCode.OK, "")
        lines = told.out.splitlines()
        assert lines[0] == "ok     configuration  defaults, there is no file"
        assert lines[1] == "ok     worn           waist: step counting there was checked on recorded walks"
        assert lines[2] == "note   plan           none: kneemon will count and store, and give no limit cues."
        assert lines[-1] == "All that could be checked is as it should be."

    def test_a_plan_with_something_unusual(self, kneemon: Callable[..., Any], plan: Path) -> None:
        plan.write_text(plan.read_text().replace("[[week]]", 'walk_days = ["mon", "tue"]\n[[week]]'))
        told = kneemon("check", *self.ALONE, "--set", f"plan.path={plan}")
        assert told.code == ExitCode.OK
        assert "ok     plan           gentle, 1 weeks from 2026-11-16\n" in told.out
        assert "note   plan           Walks on days that follow each other" in told.out

    def test_a_wrong_plan(self, kneemon: Callable[..., Any], plan: Path) -> None:
        plan.write_text("minutes = 3")
        told = kneemon("check", *self.ALONE, "--set", f"plan.path={plan}")
        assert told.code == ExitCode.CHECK
        assert f"FAULT  plan           {plan}: " in told.out
        assert "\n                      likely: a slip of the pen in the file\n" in told.out
        assert told.out.endswith("\n1 to mend; hardware/README.md shows the wiring.\n")

    def test_nothing_connected(self, kneemon: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
        """Two reds, the bus first, and no consequence of either."""
        wanted = ("sensor.bus=97", "feedback.pins=lgpio", "power.gauge=max17048", "feedback.outputs=buzzer,haptic")
        told = kneemon("check", *(word for each in wanted for word in ("--set", each)))
        assert (told.code, told.err) == (ExitCode.CHECK, "")
        assert [line.split()[1] for line in told.out.splitlines() if line.startswith("FAULT")] == ["bus", "pins"]
        assert (
            "FAULT  bus            I2C bus 97: expected /dev/i2c-97, saw errno 2 (No such file or directory).\n"
            "                      likely: I2C is not switched on\n"
            "                      try: Switch I2C on: `sudo raspi-config nonint do_i2c 0`, or "
            "`dtparam=i2c_arm=on` in /boot/firmware/config.txt, then restart.\n"
        ) in told.out
        assert told.out.endswith("\n2 to mend, the first one first; hardware/README.md shows the wiring.\n")

    def test_as_json(self, kneemon: Callable[..., Any]) -> None:
        told = kneemon("check", "--json", "--set", "sensor.bus=97", "--set", "feedback.pins=none")
        assert (told.code, told.err) == (ExitCode.CHECK, "")
        found = [json.loads(line) for line in told.out.splitlines()]
        assert all(list(finding) == ["part", "outcome", "text", "cause", "next"] for finding in found)
        assert {finding["outcome"] for finding in found} == {"ok", "note", "fault"}
        assert next(finding for finding in found if finding["part"] == "bus") == {
            "part": "bus",
            "outcome": "fault",
            "text": "I2C bus 97: expected /dev/i2c-97, saw errno 2 (No such file or directory).",
            "cause": "I2C is not switched on",
            "next": "Switch I2C on: `sudo raspi-config nonint do_i2c 0`, or `dtparam=i2c_arm=on` in "
            "/boot/firmware/config.txt, then restart.",
        }

    def test_a_broker_that_is_not_there(self, kneemon: Callable[..., Any]) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # bound, and not listening: refused
            port = taken.getsockname()[1]
            broker = ("--set", "mqtt.host=127.0.0.1", "--set", f"mqtt.port={port}")
            told = kneemon("check", *self.ALONE, *broker)
        assert told.code == ExitCode.CHECK
        (line,) = [line for line in told.out.splitlines() if line.startswith("FAULT")]
        assert f"127.0.0.1:{port}" in line
        assert line.endswith("saw nobody listening at that port.")

    def test_a_password_that_cannot_be_read(self, kneemon: Callable[..., Any], tmp_path: Path) -> None:
        login = ("mqtt.host=localhost", "mqtt.username=me", f"mqtt.password_file={tmp_path}/no")
        told = kneemon("check", *self.ALONE, *(word for each in login for word in ("--set", each)))
        assert told.code == ExitCode.CHECK
        assert "FAULT  MQTT           [mqtt] password_file: expected a readable file" in told.out


class Terminal(io.StringIO):
    """Somebody looks at it."""

    def isatty(self) -> bool:
        return True


class TestColours:
    """The words are the same with colours and without."""

    FOUND = (
        Finding("store", GOOD, "2 walks"),
        Finding("plan", NOTE, "none"),
        Finding("bus", FAULT, "nobody answers", "a wire [that is loose]", "Press the plugs."),
    )

    @pytest.fixture
    def said(self, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
        def say(**environ: str) -> str:
            monkeypatch.delenv("NO_COLOR", raising=False)
            for name, value in ({"TERM": "xterm-256color", "COLUMNS": "100"} | environ).items():
                monkeypatch.setenv(name, value)
            monkeypatch.setattr(kneemon_cli_check, "check", lambda *_args, **_options: iter(self.FOUND))
            terminal = Terminal()
            monkeypatch.setattr("sys.stdout", terminal)
            assert kneemon_main(["check"]) == ExitCode.CHECK
            return terminal.getvalue()

        return say

    def test_green_and_red_on_a_terminal(self, said: Callable[..., str]) -> None:
        lines = said().splitlines()
        assert lines[0].startswith("\x1b[32mok")
        assert lines[1].startswith("\x1b[33mnote")
        assert lines[2].startswith("\x1b[1;31mFAULT")

    def test_without_them_where_they_are_not_wanted(self, said: Callable[..., str]) -> None:
        text = said(NO_COLOR="1")
        assert "\x1b[3" not in text
        assert "likely: a wire [that is loose]" in text
        assert "try: Press the plugs." in text

    def test_long_lines_stay_in_their_column(self, said: Callable[..., str]) -> None:
        lines = said(COLUMNS="36", NO_COLOR="1").splitlines()
        assert all(line.startswith(" " * 22) for line in lines[3:-2])
