# SPDX-License-Identifier: MIT
"""The second disk of the virtual Pi, read only: what stands in for wires and hands, and the broker of the household.

Nothing of it is in the image under test. Its two units come as credentials on the kernel's command line, so that not
even a link has to be made in the image.
"""

import hashlib
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
ROOMS = ("model", "virtual")  # of kneemon: what the chips are made of. Its own __init__ asks how it was installed.
COMPILED = shutil.ignore_patterns("__pycache__")
LABEL = "KIT"
AT = "/run/kit"

BOARD_UNIT = f"""\
[Unit]
RequiresMountsFor={AT}
Before=kneemon.service
[Service]
Type=notify
StandardError=journal+console
ExecStart={AT}/start
CPUSchedulingPolicy=rr
CPUSchedulingPriority=50
"""
BROKER_UNIT = f"""\
[Unit]
RequiresMountsFor={AT}
[Service]
Type=notify
Environment=LD_LIBRARY_PATH={AT}/broker/usr/lib/aarch64-linux-gnu
ExecStart={AT}/broker/usr/sbin/mosquitto -c {AT}/mosquitto.conf
DynamicUser=yes
StateDirectory=broker
Restart=on-failure
"""
UNITS = {"board": BOARD_UNIT, "broker": BROKER_UNIT}
BROKER = """\
# Anybody may come: it is reached from this guest, and from the tests by a forwarded port of loopback.
listener 1883
allow_anonymous true
persistence true
persistence_location /var/lib/broker/
autosave_on_changes true
autosave_interval 1
log_dest stdout
log_type error
log_type warning
"""


def make_kit(to: Path, modules: Path, debs: Path) -> str:
    """An ext4 disk at `to`; a word that changes whenever something on it does.

    modules: a folder with irq_sim_mod.ko and gpio-sim.ko. debs: one with Mosquitto and what it needs, for arm64.
    """
    folder = to.with_suffix(".folder")
    shutil.rmtree(folder, ignore_errors=True)
    _fill(folder, modules, debs)
    word = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()):
        word.update(f"{path.relative_to(folder)} {path.stat().st_size}\n".encode() + path.read_bytes())
    word.update("".join(UNITS.values()).encode())
    to.unlink(missing_ok=True)
    with to.open("wb") as disk:
        disk.truncate(64 << 20)
    command = ["mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-L", LABEL, "-d", str(folder), str(to)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    shutil.rmtree(folder)
    return word.hexdigest()[:16]


def _fill(folder: Path, modules: Path, debs: Path) -> None:
    python = folder / "python"
    for name in ROOMS:
        shutil.copytree(REPOSITORY / "kneemon" / name, python / "kneemon" / name, ignore=COMPILED)
    shutil.copytree(HERE / "guest", python / "virtual_pi" / "guest", ignore=COMPILED)
    shutil.copy(HERE / "__init__.py", python / "virtual_pi")
    shutil.copy(HERE / "guest" / "start", folder / "start")
    (folder / "start").chmod(0o755)
    (folder / "modules").mkdir()
    for name in ("irq_sim_mod.ko", "gpio-sim.ko"):
        shutil.copy(modules / name, folder / "modules")
    for deb in sorted(debs.glob("*.deb")):
        subprocess.run(["dpkg-deb", "-x", str(deb), str(folder / "broker")], check=True, timeout=120)
    shutil.rmtree(folder / "broker" / "usr" / "share", ignore_errors=True)
    (folder / "mosquitto.conf").write_text(BROKER)
