# SPDX-License-Identifier: MIT
"""The device tree of the virtual Pi: QEMU's own, with a Pi's header.

QEMU's PL061 and its power button are taken out, so that the header is gpiochip0. The header is the kernel's gpio-sim:
54 lines, as on a Pi. `linux,revision` is what gpiozero reads; 0x902120 is a Zero 2 W. The alias i2c0 makes the kernel
number the first adapter that comes by itself 1, as pins 3 and 5 of a Pi are.
"""

import subprocess
from pathlib import Path

ZERO_2_W = 0x902120
PI_3_B = 0xA02082
LINES = 54
NAMED = 28


def make_virt(to: Path, qemu: list[str]) -> Path:
    """The tree of the machine that the QEMU command line `qemu` describes, which must be of `-M virt`."""
    command = [("virt,dumpdtb=" + str(to)) if word == "virt" else word for word in qemu]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    for node in ("/gpio-keys", "/pl061@9030000"):
        _fdtput("-r", to, node)
    _revision(to, ZERO_2_W)
    _fdtput("-p", "-t", "s", to, "/gpio-sim", "compatible", "gpio-simulator")
    bank = "/gpio-sim/bank0"
    _fdtput("-p", "-t", "x", to, bank, "ngpios", hex(LINES))
    _fdtput("-t", "x", to, bank, "#gpio-cells", "2")
    _fdtput("-t", "s", to, bank, "gpio-sim,label", "pinctrl-bcm2835")
    _fdtput("-t", "s", to, bank, "gpio-line-names", *(f"GPIO{n}" if n < NAMED else "-" for n in range(LINES)))
    subprocess.run(["fdtput", str(to), bank, "gpio-controller"], check=True, timeout=60)
    _fdtput("-p", "-t", "s", to, "/aliases", "i2c0", "/gpio-sim")
    return to


def make_raspi3b(to: Path, debians: Path) -> Path:
    """Debian's own tree of a Pi 3 B with the one thing that the Pi's firmware adds."""
    to.write_bytes(debians.read_bytes())
    _revision(to, PI_3_B)
    return to


def _revision(tree: Path, revision: int) -> None:
    _fdtput("-p", "-t", "x", tree, "/system", "linux,revision", hex(revision))


def _fdtput(*words: object) -> None:
    subprocess.run(["fdtput", *map(str, words)], check=True, capture_output=True, timeout=60)
