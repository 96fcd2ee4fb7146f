# SPDX-License-Identifier: MIT
"""The unit and its companions say what the daemon and its libraries need; systemd's own tools read them."""

import re
import subprocess
from pathlib import Path

import pytest

from kneemon.errors import ExitCode
from kneemon.power.radios import DEVICE as RFKILL
from kneemon.power.switch import REQUEST, WATCHER

KINDS = (".service", ".socket", ".path", ".timer")
SYSTEMD = Path(__file__).parents[2] / "systemd"
PATIENCE_S = 60


def directives(path: Path) -> dict[str, list[str]]:
    """ "Section.Key" -> its values in order: systemd repeats keys, which configparser does not allow."""
    found: dict[str, list[str]] = {}
    section = ""
    for line in path.read_text().splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(f"{section}.{key}", []).append(value)
    return found


@pytest.fixture(scope="module")
def unit() -> dict[str, list[str]]:
    return directives(SYSTEMD / "kneemon.service")


def test_a_mistake_of_the_user_is_not_repeated_for_ever(unit: dict[str, list[str]]) -> None:
    (codes,) = unit["Service.RestartPreventExitStatus"]
    assert {ExitCode(int(code)) for code in codes.split()} == {ExitCode.CONFIG, ExitCode.PLAN}


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("Service.Type", ["notify"]),
        ("Service.ExecStart", ["/opt/kneemon/bin/kneemon run"]),
        ("Service.Restart", ["always"]),
        ("Service.RestartSec", ["2"]),
        ("Unit.StartLimitIntervalSec", ["0"]),
        ("Service.WatchdogSec", ["30"]),
        ("Service.User", ["kneemon"]),
        ("Service.SupplementaryGroups", ["i2c gpio netdev"]),
        ("Service.StateDirectory", ["kneemon"]),
        ("Service.RuntimeDirectory", ["kneemon"]),
        ("Service.ConfigurationDirectory", ["kneemon"]),
        ("Service.ProtectSystem", ["strict"]),
        ("Service.NoNewPrivileges", ["yes"]),
        ("Service.CapabilityBoundingSet", [""]),
        ("Install.WantedBy", ["multi-user.target"]),
    ],
)
def test_what_matters(unit: dict[str, list[str]], key: str, values: list[str]) -> None:
    assert unit[key] == values


def test_lgpio_has_a_folder_for_its_pipe(unit: dict[str, list[str]]) -> None:
    runtime = f"/run/{unit['Service.RuntimeDirectory'][0]}"
    assert unit["Service.WorkingDirectory"] == [runtime]
    assert set(unit["Service.Environment"]) == {f"LG_WD={runtime}", "GPIOZERO_PIN_FACTORY=lgpio"}


def test_bus_pins_and_radios_can_be_seen_and_nothing_else(unit: dict[str, list[str]]) -> None:
    assert unit["Service.DevicePolicy"] == ["closed"]
    assert set(unit["Service.DeviceAllow"]) == {"char-i2c rw", "char-gpiochip rw", f"{RFKILL} rw"}
    assert unit["Unit.After"] == ["modprobe@i2c_dev.service", "modprobe@rfkill.service"]
    assert unit["Unit.Wants"] == [*unit["Unit.After"], WATCHER]
    for hides_what_we_need in ("PrivateDevices", "ProcSubset", "MemoryDenyWriteExecute", "PrivateNetwork"):
        assert f"Service.{hides_what_we_need}" not in unit


def test_a_walk_waits_for_nothing(unit: dict[str, list[str]]) -> None:
    waited_for = " ".join(unit["Unit.After"] + unit["Unit.Wants"] + unit.get("Unit.Requires", []))
    assert not re.search("network|time|mosquitto", waited_for)


def test_the_request_to_power_off_is_seen_and_answered(unit: dict[str, list[str]]) -> None:
    watch, answer = directives(SYSTEMD / WATCHER), directives(SYSTEMD / "kneemon-poweroff.service")
    assert watch["Path.PathExists"] == [str(REQUEST)]
    assert f"/run/{unit['Service.RuntimeDirectory'][0]}" == str(REQUEST.parent)
    assert watch["Unit.PartOf"] == ["kneemon.service"]
    assert answer["Service.Type"] == ["oneshot"]
    assert answer["Service.ExecStart"] == [f"/usr/bin/rm -f {REQUEST}", "/usr/bin/systemctl poweroff"]


def test_systemd_finds_nothing_wrong_with_them(tmp_path: Path) -> None:
    program = tmp_path / "kneemon"
    program.touch(mode=0o755)
    units = [tmp_path / path.name for path in SYSTEMD.iterdir() if path.suffix in KINDS]
    assert len(units) == 7
    for unit in units:
        text = (SYSTEMD / unit.name).read_text()
        unit.write_text(text.replace("/opt/kneemon/bin/kneemon", str(program)))
    verdict = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, units)], capture_output=True, text=True, timeout=PATIENCE_S
    )
    about_it = [line for line in verdict.stderr.splitlines() if "kneemon" in line]
    assert (verdict.returncode, about_it) == (0, [])


def test_the_services_user_may_use_bus_pins_and_radios(tmp_path: Path, unit: dict[str, list[str]]) -> None:
    (tmp_path / "etc").mkdir()
    subprocess.run(
        ["systemd-sysusers", f"--root={tmp_path}", str(SYSTEMD / "sysusers.conf")],
        check=True,
        capture_output=True,
        timeout=PATIENCE_S,
    )
    users = (tmp_path / "etc/passwd").read_text()
    members = {line.split(":")[0]: line.split(":")[3] for line in (tmp_path / "etc/group").read_text().splitlines()}
    assert "/var/lib/kneemon:/usr/sbin/nologin" in users
    assert {members[group] for group in unit["Service.SupplementaryGroups"][0].split()} == {"kneemon"}


def test_the_configuration_is_for_root_and_the_service() -> None:
    lines = (SYSTEMD / "tmpfiles.conf").read_text().splitlines()
    assert "z /etc/kneemon/* 0640 root kneemon -" in lines
    assert "d /var/lib/kneemon 0750 kneemon kneemon -" in lines


def test_the_rules_give_the_devices_to_the_groups(unit: dict[str, list[str]]) -> None:
    rules = (SYSTEMD / "99-kneemon.rules").read_text()
    assert re.findall('GROUP="([^"]*)", MODE="066[04]"', rules) == unit["Service.SupplementaryGroups"][0].split()
    assert f'SUBSYSTEM=="misc", KERNEL=="{RFKILL.name}"' in rules


def test_the_page_installs_every_file() -> None:
    page = (SYSTEMD / "README.md").read_text()
    installed = dict(re.findall(r"^sudo install -Dm644 systemd/(\S+) +(\S+)$", page, re.MULTILINE))
    assert set(installed) == {path.name for path in SYSTEMD.iterdir()} - {"README.md"}
    last = page.partition("To take it off again")[2]
    removed = set(re.findall(r"/etc/\S+/(?:99-)?kneemon(?:-poweroff|-ha-import|-web)?\.\w+", last))
    assert removed == set(installed.values())
