# SPDX-License-Identifier: MIT
"""The page's units say what the page needs, and systemd finds nothing wrong with them."""

import subprocess
from pathlib import Path

import pytest
from test_service_unit import SYSTEMD, directives

from kneemon.cli.web import CREDENTIAL
from kneemon.config.web_options import WebOptions
from kneemon.errors import ExitCode

PATIENCE_S = 60


@pytest.fixture(scope="module")
def unit() -> dict[str, list[str]]:
    return directives(SYSTEMD / "kneemon-web.service")


def test_the_socket_is_where_the_page_would_listen_itself() -> None:
    usual = WebOptions()
    (where,) = directives(SYSTEMD / "kneemon-web.socket")["Socket.ListenStream"]
    assert where == f"{usual.listen}:{usual.port}"


def test_a_mistake_of_the_user_is_not_repeated_for_ever(unit: dict[str, list[str]]) -> None:
    (codes,) = unit["Service.RestartPreventExitStatus"]
    assert {ExitCode(int(code)) for code in codes.split()} == {ExitCode.CONFIG, ExitCode.WEB}


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("Unit.Requires", ["kneemon-web.socket"]),
        ("Service.ExecStart", ["/opt/kneemon/bin/kneemon web"]),
        ("Service.Restart", ["on-failure"]),
        ("Service.User", ["kneemon"]),
        ("Service.StateDirectory", ["kneemon"]),
        ("Service.PrivateDevices", ["yes"]),
        ("Service.ProtectSystem", ["strict"]),
        ("Service.NoNewPrivileges", ["yes"]),
        ("Service.CapabilityBoundingSet", [""]),
        ("Service.RestrictAddressFamilies", ["AF_INET AF_INET6 AF_UNIX"]),
        ("Service.LoadCredential", [f"{CREDENTIAL}:kneemon.{CREDENTIAL}"]),
        ("Install.Also", ["kneemon-web.socket"]),
    ],
)
def test_what_matters(unit: dict[str, list[str]], key: str, values: list[str]) -> None:
    assert unit[key] == values


def test_a_walk_does_not_wait_for_the_page(unit: dict[str, list[str]]) -> None:
    assert int(unit["Service.Nice"][0]) > 0
    daemon = (SYSTEMD / "kneemon.service").read_text()
    assert "kneemon-web" not in daemon
    assert not {name for name in unit if name.startswith("Unit.") and "kneemon.service" in " ".join(unit[name])}


def test_systemd_finds_nothing_wrong_with_them(tmp_path: Path) -> None:
    program = tmp_path / "kneemon"
    program.touch(mode=0o755)
    units = [tmp_path / "kneemon-web.service", tmp_path / "kneemon-web.socket"]
    for unit in units:
        unit.write_text((SYSTEMD / unit.name).read_text().replace("/opt/kneemon/bin/kneemon", str(program)))
    verdict = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, units)], capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert (verdict.returncode, [line for line in verdict.stderr.splitlines() if "kneemon" in line]) == (0, [])
