# SPDX-License-Identifier: MIT
"""The piece of config.txt: what it says, and the commands of its page, run on a config.txt like the Pi's."""

import re
import subprocess
from pathlib import Path

import pytest

from kneemon.config.pins import PINS

ROOT = Path(__file__).parents[2]
FRAGMENT = ROOT / "firmware/boot/kneemon-config.txt"
PAGE = (ROOT / "firmware/README.md").read_text()

STOCK = """\
# Enable audio (loads snd_bcm2835)
dtparam=audio=on
camera_auto_detect=1
dtoverlay=vc4-kms-v3d
[cm5]
dtoverlay=dwc2,dr_mode=host
[all]
"""


def settings() -> list[str]:
    return [line for line in FRAGMENT.read_text().splitlines() if line and not line.startswith("#")]


def test_bus_on_pins_low_sound_off() -> None:
    assert {"dtparam=i2c_arm=on", "dtparam=strict_gpiod", "dtparam=audio=off"} <= set(settings())
    assert f"gpio={PINS['buzzer'].bcm},{PINS['motor'].bcm}=op,dl" in settings()


def test_no_overlay_before_or_in_it_catches_a_parameter() -> None:
    """A dtparam belongs to the last dtoverlay; an empty one ends that."""
    overlay = "vc4-kms-v3d"
    assert settings()[0] == "[all]"
    for line in settings():
        if line.startswith("dtoverlay="):
            overlay = line.removeprefix("dtoverlay=")
        if line.startswith("dtparam="):
            assert overlay == ""
    assert overlay == ""


def test_every_setting_has_its_reason_above_it() -> None:
    lines = FRAGMENT.read_text().splitlines()
    assert lines[0].startswith("# >>> kneemon")
    assert lines[-1] == "# <<< kneemon"
    reasons = sum(line.startswith("#") for line in lines[1:-1])
    assert reasons >= len(settings()) - 3  # the section, the second auto-detection, the second end of a scope


def test_no_line_is_cut() -> None:
    """The firmware reads 98 characters of a line."""
    assert max(len(line) for line in FRAGMENT.read_text().splitlines()) <= 98
    assert FRAGMENT.read_text().isascii()


@pytest.mark.parametrize("stock", [STOCK, STOCK.rstrip("\n")], ids=["newline at the end", "no newline at the end"])
def test_the_pages_commands_append_it_and_take_it_out(tmp_path: Path, stock: str) -> None:
    config = tmp_path / "config.txt"
    config.write_text(stock)
    append, take_out = re.findall(r"^sudo (sed .*) /boot/firmware/config\.txt$", PAGE, re.MULTILINE)
    run_in_shell(append, config)
    assert config.read_text() == STOCK + FRAGMENT.read_text()
    run_in_shell(take_out, config)
    assert config.read_text() == STOCK


def run_in_shell(command: str, config: Path) -> None:
    subprocess.run(["sh", "-c", f"{command} '{config}'"], cwd=ROOT, check=True, timeout=60)
