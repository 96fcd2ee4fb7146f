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
EXIT_EXEC = 203  # systemd.exec(5): the program could not be started
SINCE_254 = ("RestartSteps", "RestartMaxDelaySec")  # systemd 252 says that it does not know them, and goes on


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


def complaints(units: list[Path], folder: Path) -> list[str]:
    """What `systemd-analyze verify` says of them, with a program that is there."""
    program = folder / "kneemon"
    program.touch(mode=0o755)
    copies = [folder / unit.name for unit in units]
    for copy, unit in zip(copies, units, strict=True):
        copy.write_text(unit.read_text().replace("/opt/kneemon/bin/kneemon", str(program)))
    verdict = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, copies)], capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert verdict.returncode == 0, verdict.stderr
    too_old = tuple(f"Unknown key '{key}' in section [Service], ignoring." for key in SINCE_254) if age() < 254 else ()
    return [line for line in verdict.stderr.splitlines() if "kneemon" in line and not line.endswith(too_old)]


def age() -> int:
    """The number of this machine's systemd."""
    told = subprocess.run(["systemd-analyze", "--version"], capture_output=True, text=True, check=True).stdout
    return int(told.split()[1])


def test_a_mistake_of_the_user_is_not_repeated_for_ever(unit: dict[str, list[str]]) -> None:
    (codes,) = unit["Service.RestartPreventExitStatus"]
    assert set(codes.split()) == {str(int(code)) for code in (ExitCode.CONFIG, ExitCode.PLAN, EXIT_EXEC)}


def test_a_broken_installation_is_tried_less_and_less_often(unit: dict[str, list[str]]) -> None:
    steps, most_s = unit["Service.RestartSteps"], unit["Service.RestartMaxDelaySec"]
    assert (int(steps[0]) > 1, int(most_s[0])) == (True, 30)


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


@pytest.mark.parametrize("name", ["kneemon", "kneemon-web", "kneemon-ha-import"])
def test_the_kernel_may_be_asked_whether_the_clock_is_right(name: str) -> None:
    unit = directives(SYSTEMD / f"{name}.service")
    assert unit["Service.SystemCallFilter"] == [
        "@system-service",
        "~@privileged @resources",
        "adjtimex clock_adjtime",
    ], "the last line counts; glibc asks by the second name"
    assert unit["Service.SystemCallErrorNumber"] == ["EPERM"], "who tries more is not killed for it"
    assert "Service.ProtectClock" not in unit, "it refuses adjtimex, whatever the filter says"


def test_a_walk_waits_for_nothing(unit: dict[str, list[str]]) -> None:
    waited_for = " ".join(unit["Unit.After"] + unit["Unit.Wants"] + unit.get("Unit.Requires", []))
    assert not re.search("network|time|mosquitto", waited_for)


def test_the_request_to_power_off_is_seen_and_answered(unit: dict[str, list[str]]) -> None:
    watch, answer = directives(SYSTEMD / WATCHER), directives(SYSTEMD / "kneemon-poweroff.service")
    assert watch["Path.PathExists"] == [str(REQUEST)]
    assert f"/run/{unit['Service.RuntimeDirectory'][0]}" == str(REQUEST.parent)
    assert watch["Unit.PartOf"] == ["kneemon.service"]
    assert answer["Service.Type"] == ["oneshot"]
    assert answer["Service.ExecStart"] == [f"/usr/bin/rm -f {REQUEST}"]
    assert answer["Service.ReadWritePaths"] == [f"-{REQUEST.parent}"], "the folder may be gone, with the request"
    assert answer["Unit.SuccessAction"] == ["poweroff"], "systemd itself does it, not a process"
    assert answer["Service.User"] == unit["Service.User"]


def test_systemd_finds_nothing_wrong_with_them(tmp_path: Path) -> None:
    units = [path for path in SYSTEMD.iterdir() if path.suffix in KINDS]
    assert len(units) == 7
    assert complaints(units, tmp_path) == []


def test_systemd_says_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "kneemon.service").write_text("[Service]\nExecStart=/bin/true\nRestartStep=1\n")
    (tmp_path / "copy").mkdir()
    assert "RestartStep'" in complaints([tmp_path / "kneemon.service"], tmp_path / "copy")[0]


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


def test_the_journal_leaves_room_for_walks() -> None:
    limits = directives(SYSTEMD / "journald.conf")
    most_mb, each_mb, free_mb, memory_mb = (
        int(limits[f"Journal.{key}"][0].removesuffix("M"))
        for key in ("SystemMaxUse", "SystemMaxFileSize", "SystemKeepFree", "RuntimeMaxUse")
    )
    assert 4 * each_mb <= most_mb <= 64, "old files go one by one"
    assert free_mb >= 256
    assert memory_mb <= 16
