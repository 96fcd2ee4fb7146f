# SPDX-License-Identifier: MIT
"""The flashable image under a Pi 3's own device tree: card, pins and bus by the Pi's own drivers, nothing of the kit.

QEMU's raspi3b has no way in for a button and nothing behind its I2C, so kneemon waits for a sensor here, as on a board
whose wire is off.
"""

import re
from pathlib import Path

import pytest

from virtual_pi.board import BUTTON, BUZZER
from virtual_pi.conftest import NewMachine
from virtual_pi.machine import Machine, Model
from virtual_pi.service import Service
from virtual_pi.table import Table

CARD_MB = 4096
BOOT_S = 1500.0  # four processors under emulation, and nothing may be skipped


@pytest.fixture(scope="module")
def pi(new_machine: NewMachine, kneemon_image: Path) -> Machine:
    return new_machine(Model(board="raspi3b"), kneemon_image).switch_on().up(BOOT_S)


def test_it_boots_to_the_end(pi: Machine, table: Table) -> None:
    state = pi.run("systemctl is-system-running || true").strip()
    assert state == "running", pi.run("systemctl list-units --failed --plain --no-legend")
    table.add("the image with a Pi 3's device tree", pi.run("systemd-analyze time").splitlines()[0])


def test_the_card_is_the_pis_and_used_to_its_end(pi: Machine) -> None:
    mounted = pi.run("findmnt -rno SOURCE /; findmnt -rno SOURCE /boot/firmware").split()
    assert [Path(each).name for each in mounted] == ["mmcblk0p2", "mmcblk0p1"]
    size_mb = int(pi.run("df -BM --output=size / | tail -n 1").strip().rstrip("M"))
    assert size_mb > 0.75 * CARD_MB


def test_pins_and_bus_are_the_pis_own(pi: Machine, table: Table) -> None:
    service = Service(pi)
    pi.until(lambda: service.shown("ActiveState")["ActiveState"] == "active", "kneemon runs", BOOT_S)
    claimed = pi.run("cat /sys/kernel/debug/gpio")
    first = claimed.splitlines()[0]
    assert "pinctrl-bcm2835" in first or "3f200000.gpio" in first, first
    base = int(re.search(r"GPIOs (\d+)-", first)[1])  # type: ignore[index]
    for line in (BUZZER, BUTTON):
        assert re.search(rf"gpio-{base + line}\b.*\|", claimed), claimed
    assert pi.run("ls /dev/i2c-1").strip() == "/dev/i2c-1"
    table.add("pins on a Pi 3", f"{first.split(',')[-1].strip(' :')}: button and buzzer claimed by kneemon")


def test_without_a_sensor_it_says_so_and_goes_on(pi: Machine, table: Table) -> None:
    service = Service(pi)
    missed = "The accelerometer on the I2C bus: expected a known chip"
    pi.until(lambda: missed in pi.run("journalctl -u kneemon -o cat"), "kneemon says that there is no sensor", BOOT_S)
    told = service.shown("NRestarts", "SubState")
    assert told == {"NRestarts": "0", "SubState": "running"}
    table.add("no sensor on a Pi 3's bus", "said once, waited for; the service stays up")
