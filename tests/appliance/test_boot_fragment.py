# SPDX-License-Identifier: MIT
"""The piece of config.txt: what it says, and the commands of its page, run on a config.txt like the Pi's."""

import re
import subprocess
from pathlib import Path
from typing import get_args

import pytest

from kneemon.config.options import Output
from kneemon.config.pins import PINS

ROOT = Path(__file__).parents[2]
FRAGMENT = ROOT / "firmware/boot/kneemon-config.txt"
SOUNDING = ("buzzer", "piezo", "motor")  # a light may flicker at boot, these may not
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
    pins = sorted(PINS[output].bcm for output in SOUNDING)
    assert f"gpio={','.join(map(str, pins))}=op,dl" in settings()
    assert f"`pinctrl get {','.join(map(str, pins))}`" in PAGE


def test_every_output_on_a_pin_sounds_or_shines() -> None:
    """A new one must be given its place in the line above."""
    on_pins = {output for output in get_args(Output) if output in PINS}
    assert on_pins == {*SOUNDING, "led"}


def test_what_saves_power() -> None:
    saving = {"dtparam=act_led_trigger=none", "camera_auto_detect=0", "display_auto_detect=0", "dtoverlay=disable-bt"}
    assert saving <= set(settings())


def test_what_takes_something_away_is_told_and_not_set() -> None:
    for setting in ("dtoverlay=disable-wifi", "dtoverlay=vc4-kms-v3d", "arm_freq=600"):
        assert setting in PAGE
        assert setting not in settings()


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
