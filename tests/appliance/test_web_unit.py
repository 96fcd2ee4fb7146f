# SPDX-License-Identifier: MIT
"""The page's units say what the page needs, and systemd finds nothing wrong with them."""

from pathlib import Path

import pytest
from test_service_unit import EXIT_EXEC, SYSTEMD, complaints, directives

from kneemon.cli.web import CREDENTIAL
from kneemon.config.web_options import WebOptions
from kneemon.errors import ExitCode


@pytest.fixture(scope="module")
def unit() -> dict[str, list[str]]:
    return directives(SYSTEMD / "kneemon-web.service")


def test_the_socket_is_where_the_page_would_listen_itself() -> None:
    usual = WebOptions()
    (where,) = directives(SYSTEMD / "kneemon-web.socket")["Socket.ListenStream"]
    assert where == f"{usual.listen}:{usual.port}"


def test_a_mistake_of_the_user_is_not_repeated_for_ever(unit: dict[str, list[str]]) -> None:
    (codes,) = unit["Service.RestartPreventExitStatus"]
    assert set(codes.split()) == {str(int(code)) for code in (ExitCode.CONFIG, ExitCode.WEB, EXIT_EXEC)}
    limit, burst = unit["Unit.StartLimitIntervalSec"], unit["Unit.StartLimitBurst"]
    assert (limit, burst) == (["2min"], ["5"]), "who waits for an answer would start it again, for ever"
    assert int(burst[0]) * int(unit["Service.RestartSec"][0]) < 120, "a fault is limited, too"


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
        ("Service.PrivateNetwork", ["yes"]),
        ("Service.RestrictAddressFamilies", ["AF_UNIX"]),
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
    assert complaints([SYSTEMD / "kneemon-web.service", SYSTEMD / "kneemon-web.socket"], tmp_path) == []
