# SPDX-License-Identifier: MIT
"""The virtual Pi itself, before anything is made of it: it boots, its bus and its header are a Pi's, a walk begins."""

import json

import pytest

from kneemon.virtual.script import Walk
from kneemon.virtual.walker import Walker
from virtual_pi.board import BUTTON, BUZZER
from virtual_pi.conftest import NewMachine
from virtual_pi.machine import Machine, Model
from virtual_pi.table import Table

UNITS = "systemctl list-units --failed --plain --no-legend"
BY_GPIOZERO = """\
from gpiozero import Device
from gpiozero.pins.lgpio import LGPIOFactory
print(LGPIOFactory().board_info.description)
"""


@pytest.fixture(scope="module")
def pi(new_machine: NewMachine) -> Machine:
    return new_machine(Model(icount=True)).start()


def test_it_boots_to_the_end(pi: Machine, table: Table) -> None:
    assert pi.run("systemctl is-system-running || true").strip() == "running", pi.run(UNITS)
    table.add("boot of the installed image", pi.run("systemd-analyze time").splitlines()[0])


def test_bus_and_header_are_a_pis(pi: Machine) -> None:
    assert pi.board.do("hello")["bus"] == 1
    assert pi.board.do("hello")["header"] == "gpiochip0"
    python = "cd /run && GPIOZERO_PIN_FACTORY=lgpio /opt/kneemon/bin/python -"
    assert "Zero 2W" in pi.run(python, stdin=BY_GPIOZERO).replace("Zero2W", "Zero 2W").replace("Zero 2 W", "Zero 2W")


def test_kneemon_finds_everything(pi: Machine) -> None:
    pi.run("systemctl stop kneemon")
    said = pi.run("cd /run && runuser -u kneemon -- /opt/kneemon/bin/kneemon check --json --seconds 2", check=False)
    pi.run("systemctl start kneemon")
    findings = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert findings, said
    told = json.dumps(findings)
    assert "ADXL345" in told, told


def test_a_press_begins_a_walk_and_is_answered_by_a_tick(pi: Machine, table: Table) -> None:
    walker = Walker((Walk(120.0, 104.0),), seed=3)
    board = pi.board
    began = board.walk(walker.acceleration([n / 100.0 for n in range(12_000)]))
    pressed_s = board.press()
    pi.until(lambda: board.pulses(BUZZER, pressed_s), "the buzzer's line moves")
    at_s, on_s = board.pulses(BUZZER, pressed_s)[0]
    table.add("the button pressed", f"a pulse of {on_s * 1000:.0f} ms, {(at_s - pressed_s) * 1000:.0f} ms later")
    assert began.at_s < at_s < pressed_s + 2.0
    assert board.level(BUTTON) == 1
    assert board.stats()["overruns"] == 0
