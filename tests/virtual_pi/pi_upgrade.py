# SPDX-License-Identifier: MIT
"""From each old version to this one, with a store of its schema: no walk is lost, and there is no way back by accident.

Each is installed as its own systemd/README.md told, but for pip, which takes everything from the bundle's wheels; a
restart of udev and systemd stands in for the reboot. The store is one that it had written, cut off in the middle of a
walk; it walks another with the sensor on the wire, and is upgraded by `install upgrade`, as a user does it.
"""

import json
import shlex
from typing import Any

import pytest

from kneemon.errors import ExitCode
from kneemon.store.schema import SCHEMA
from kneemon.virtual.script import Walk
from tests.upgrade.old_versions import OLD_VERSIONS, OldVersion
from virtual_pi.conftest import BUILD, OWN, NewMachine
from virtual_pi.machine import Machine, Model
from virtual_pi.old_disk import AT, LABEL, as_told, make_old_disk
from virtual_pi.service import Service
from virtual_pi.stage import alone
from virtual_pi.table import Table
from virtual_pi.walks import made_up

INSTALL = f"sh {AT}/bundle/install --no-byte-code"
PARTS = "gpiozero colorzero msgspec paho_mqtt rich markdown_it_py mdurl pygments smbus2 tzdata lgpio"
TEMPLATE = "/root/kneemon-parts"  # its environment without kneemon, so that pip is waited for once
STORE = "/var/lib/kneemon/kneemon.db"
WALKED_S, CADENCE_SPM = 40.0, 104.0
LONG_S = 900.0
COUNTED = ("session_id", "started_at", "duration_s", "walking_s", "steps", "cadence_mean_spm", "end_reason")


@pytest.fixture(scope="module")
def pi(new_machine: NewMachine, kneemon_image: object) -> Machine:
    """A Pi whose kneemon was taken away, with the parts that all old versions need."""
    with alone("old"):
        disk = make_old_disk(OWN / "old.img", BUILD / "bundle")
    words = ("-drive", f"if=none,id=old,format=raw,readonly=on,file={disk}", "-device", "virtio-blk-device,drive=old")
    machine = new_machine(Model(qemu=words)).start()  # in real time: much is installed, and no step is asked for
    machine.set_clock("2027-03-01T08:00:00")
    machine.run(f"mount -o ro LABEL={LABEL} {AT}")
    machine.run(f"{INSTALL} uninstall --erase-walks --yes", LONG_S)
    machine.run("python3 -m venv --without-pip --system-site-packages /opt/kneemon", LONG_S)
    wheels = " ".join(f"{AT}/bundle/wheels/{name}-*.whl" for name in PARTS.split())
    machine.run(_pip(wheels), LONG_S)
    machine.run(f"mv /opt/kneemon {TEMPLATE}")
    return machine


@pytest.mark.parametrize("version", OLD_VERSIONS, ids=lambda version: version.name)
def test_an_upgrade_keeps_every_walk(pi: Machine, version: OldVersion, table: Table) -> None:
    service = Service(pi)
    _install_old(pi, version)
    known = {walk["session_id"]: walk for walk in json.loads(version.said.read_text())["sessions"]}
    pi.board.walk(made_up((Walk(WALKED_S + 20.0, CADENCE_SPM),)).acc_g)
    service.done("start")
    service.pass_time(WALKED_S)
    refused = pi.run(f"{INSTALL} upgrade 2>&1 || true", LONG_S)
    assert "a walk is under way, and would end. Nothing was changed." in refused
    service.done("stop")
    service.pass_time(3.0)
    before = _sessions(pi)
    assert len(before) == len(known) + 2, "those of the stored one, the one that was cut off, and today's"
    assert before[0]["steps"] > 0.7 * WALKED_S * CADENCE_SPM / 60
    pi.run("rm -rf /root/old; mkdir /root/old; cp -a /opt/kneemon/lib/python3*/site-packages/kneemon /root/old/")

    pi.board.unplug()  # what the chip's stand-in takes of the processor, the installer may have
    told = pi.run(f"{INSTALL} upgrade 2>&1", LONG_S)
    pi.board.plug()

    after = _sessions(pi)
    assert [_picked(walk) for walk in after] == [_picked(walk) for walk in before]
    assert {walk["session_id"] for walk in after} > known.keys()
    assert service.is_up()
    assert service.done("status")["session_id"] is None
    assert pi.run("readlink /opt/kneemon").startswith("/opt/kneemon-releases/")
    assert _schema(pi, STORE) == SCHEMA
    copy = f"{STORE}.schema{version.schema}.bak"
    if version.schema < SCHEMA:
        assert copy in told
        assert _schema(pi, copy) == version.schema
        assert pi.run(f"stat -c '%U %a' {copy}").split() == pi.run(f"stat -c '%U %a' {STORE}").split()
        _there_is_no_way_back(pi)
    steps = sum(walk["steps"] for walk in after)
    kept = f"the store of before kept as {copy}" if version.schema < SCHEMA else "the store is the same"
    table.add(
        f"upgrade from {version.name} ({version.commit[:7]}, schema {version.schema})",
        f"{len(after)} walks and {steps} steps before and after; refused during a walk; {kept}; service running",
    )


def _install_old(pi: Machine, version: OldVersion) -> None:
    """After whatever was there before it."""
    folder = f"{AT}/{version.name}"
    pi.run(f"{INSTALL} uninstall --during-a-walk --erase-walks --yes", LONG_S)
    pi.run(f"cp -a {TEMPLATE} /opt/kneemon", LONG_S)
    pi.run(_pip(f"{folder}/kneemon-*.whl"), LONG_S)
    for line in as_told(pi.run(f"cat {folder}/systemd/README.md")):
        pi.run(f"cd {folder} && {line}")
    pi.run("systemctl daemon-reload; udevadm control --reload; udevadm trigger --settle")
    pi.run("install -d -m 750 -o kneemon -g kneemon /var/lib/kneemon")
    pi.run(f"install -m 640 -o kneemon -g kneemon {folder}/stored/* /var/lib/kneemon/")
    pi.run("systemctl --no-reload enable --now kneemon", LONG_S)


def _pip(wheels: str) -> str:
    quiet = "--no-index --no-deps --no-compile --quiet --disable-pip-version-check --root-user-action ignore"
    return f"/opt/kneemon/bin/python $(echo {AT}/bundle/wheels/pip-*.whl)/pip install {quiet} {wheels}"


def _sessions(pi: Machine) -> list[dict[str, Any]]:
    """As the installed kneemon tells them, newest first."""
    return [json.loads(line) for line in pi.run("kneemon sessions --last 1000 --json").splitlines()]


def _picked(walk: dict[str, Any]) -> dict[str, Any]:
    return {name: walk[name] for name in COUNTED}


def _schema(pi: Machine, path: str) -> int:
    query = f"import sqlite3; print(sqlite3.connect({path!r}).execute('PRAGMA user_version').fetchone()[0])"
    return int(pi.run(f"runuser -u kneemon -- python3 -Ic {shlex.quote(query)}"))


def _there_is_no_way_back(pi: Machine) -> None:
    """The old version's own code upon the store that was led on."""
    old = f"cd / && PYTHONPATH=/root/old /opt/kneemon/bin/python -m kneemon sessions --store {STORE}"
    told = pi.run(f"{old} 2>&1; echo ended with $?")
    assert told.splitlines()[-1] == f"ended with {ExitCode.STORE.value}"
    assert "was written by a newer kneemon" in told
    assert "the file was not touched" in told
