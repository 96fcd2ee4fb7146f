# SPDX-License-Identifier: MIT
"""docs/security.md says what is: each of its tables against units, rules, scripts and code."""

import ast
import re
import subprocess
from pathlib import Path
from stat import S_IMODE

import pytest
from manual_tables import quoted, table, tables
from test_service_unit import PATIENCE_S, SYSTEMD, directives

from kneemon.app.asked import REQUESTS
from kneemon.app.mqtt_secrets import CREDENTIAL as BROKERS
from kneemon.app.mqtt_setup import PASSWORD
from kneemon.cli.web import CREDENTIAL as PAGES
from kneemon.clock import SystemClock
from kneemon.config.options import Config
from kneemon.config.places import SYSTEM_FILE, SYSTEM_RUNTIME, SYSTEM_STATE, places
from kneemon.controls.socket import ControlServer
from kneemon.mqtt.commands import COMMANDS
from kneemon.store import Store
from kneemon.web.access import Access
from kneemon.web.visit import Role

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "security.md"
PACKAGE = ROOT / "kneemon"
FIRST_BOOT = ROOT / "firmware" / "first-boot"
UNIT = ("Unit", "User", "Further groups", "Network", "May write", "Score")
SECRET = ("Secret", "Where", "Owner", "Mode", "How long")
MODULE = ("Module", "Speaks with", "When")
WORST = 2.0
FREELY = "dials "  # how the page begins a network that the unit does not limit
SOCKETS = {
    "asyncio",
    "ftplib",
    "http",
    "paho",
    "requests",
    "smtplib",
    "socket",
    "socketserver",
    "ssl",
    "urllib.request",
}
SOCKETS |= {"httpx", "uvicorn", "websockets", "xmlrpc", "zeroconf"}

units = pytest.mark.parametrize("row", table(PAGE, *UNIT), ids=lambda row: row["Unit"].strip("`"))


def unit_of(row: dict[str, str]) -> tuple[Path, dict[str, list[str]]]:
    path = SYSTEMD / quoted(row["Unit"])[0]
    return path, directives(path)


def installed(section: str, kind: str) -> dict[str, str]:
    """Of tmpfiles.conf: path -> "mode user group"."""
    lines = [line.split() for line in (SYSTEMD / section).read_text().splitlines()]
    return {words[1]: " ".join(words[2:5]) for words in lines if words and words[0] == kind}


def test_every_table_of_the_page_is_read_here() -> None:
    heads = {tuple(each[0]) for each in tables(PAGE)}
    text = Path(__file__).read_text()
    assert all(f'"{head[0]}", "{head[1]}"' in text for head in heads)


def test_every_unit_that_runs_something_is_told() -> None:
    told = {quoted(row["Unit"])[0] for row in table(PAGE, *UNIT)}
    assert told == {path.name for path in SYSTEMD.glob("*.service")}


@units
def test_a_unit_runs_as_the_page_says(row: dict[str, str]) -> None:
    _, unit = unit_of(row)
    assert [row["User"]] == unit["Service.User"]
    assert row["Further groups"] == " ".join(unit.get("Service.SupplementaryGroups", ["none"]))
    shut_off = unit.get("Service.PrivateNetwork") == ["yes"]
    assert shut_off is not row["Network"].startswith(FREELY)
    assert ("AF_INET" in unit["Service.RestrictAddressFamilies"][0]) is not shut_off
    assert unit["Service.CapabilityBoundingSet"] == [""]
    assert unit["Service.NoNewPrivileges"] == ["yes"]
    assert unit["Service.ProtectSystem"] == ["strict"]
    folders = [f"/var/lib/{name}" for name in unit.get("Service.StateDirectory", [])]
    folders += [f"/run/{name}" for name in unit.get("Service.RuntimeDirectory", [])]
    folders += [path.lstrip("-") for path in unit.get("Service.ReadWritePaths", [])]
    assert quoted(row["May write"]) == folders


@units
def test_a_unit_has_the_score_that_the_page_tells(row: dict[str, str], tmp_path: Path) -> None:
    path, _ = unit_of(row)
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(path)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=True).stdout
    (score,) = re.findall(r"Overall exposure level for \S+: ([0-9.]+)", said)
    assert score == row["Score"]
    assert float(score) <= WORST


def test_kneemon_listens_where_the_page_says() -> None:
    own, image = (each for each in tables(PAGE) if tuple(each[0]) == ("Address", "Process", "For"))
    listened = {quoted(row["Address"])[0] for row in own}
    socket = directives(SYSTEMD / "kneemon-web.socket")
    usual = places(Config(), {"RUNTIME_DIRECTORY": str(SYSTEM_RUNTIME), "STATE_DIRECTORY": str(SYSTEM_STATE)})
    assert listened == {f"tcp {socket['Socket.ListenStream'][0]}", f"unix {usual.socket}"}
    assert not [name for path in SYSTEMD.glob("*.socket") for name in directives(path) if "ListenDatagram" in name]
    packages = (ROOT / "firmware" / "image" / "packages.txt").read_text()
    of = {"sshd": "openssh-server", "avahi-daemon": "avahi-daemon", "systemd-resolve": "systemd-resolved"}
    of |= {"systemd-network": "systemd-sysv"}
    assert {row["Process"] for row in image} == set(of)
    assert all(re.search(rf"^{package}\b", packages, re.MULTILINE) for package in of.values())


def test_the_rules_give_the_devices_to_the_groups_that_the_page_names() -> None:
    rules = (SYSTEMD / "99-kneemon.rules").read_text()
    for row in table(PAGE, "Device", "Group", "Mode"):
        (device,) = quoted(row["Device"])
        (rule,) = [line for line in rules.splitlines() if f'=="{device}"' in line]
        assert f'GROUP="{row["Group"]}", MODE="{row["Mode"]}"' in rule
    assert len(table(PAGE, "Device", "Group", "Mode")) == rules.count("MODE=")


def test_every_request_of_the_control_socket_is_told() -> None:
    rows = table(PAGE, "Request", "Control socket", "Home, over MQTT")
    told = {name: row for row in rows for name in quoted(row["Request"])}
    assert set(told) == {"status", *REQUESTS}
    assert {row["Control socket"] for row in rows} == {"yes"}
    home = {meaning.request for meaning in COMMANDS.values()} | {"wish"}
    assert {name for name, row in told.items() if row["Home, over MQTT"].startswith("yes")} == home
    assert Config().mqtt.allow_remote_raise is False
    choices = {name.removeprefix("plan.") for name, meaning in COMMANDS.items() if meaning.request == "tell"}
    assert set(re.findall(r"pause|resume|stay|rest", told["tell"]["Home, over MQTT"])) == choices


def test_each_secret_lies_where_the_page_says(tmp_path: Path) -> None:
    rows = {quoted(row["Where"])[0]: row for row in table(PAGE, *SECRET)}
    loaded = {
        value.rpartition(":")[2]: path.name
        for path in SYSTEMD.glob("*.service")
        for value in directives(path).get("Service.LoadCredential", [])
    }
    handed = {Path(where).name for where in rows if where.startswith("/etc/credstore/")}
    assert handed == set(loaded) == {f"kneemon.{BROKERS}", f"kneemon.{PAGES}"}
    settings = installed("tmpfiles.conf", "z")
    assert f"/etc/kneemon/{PASSWORD}" in rows
    for where, row in rows.items():
        user, _, group = row["Owner"].partition(":")
        if where.startswith("/etc/kneemon/"):
            assert settings["/etc/kneemon/*"] == f"{row['Mode']} {user} {group}"
        else:
            assert row["Mode"] == "0600"
            assert (user == "root") is where.startswith("/etc")
    state = str(SYSTEM_STATE)
    access = places(Config(), {"STATE_DIRECTORY": state, "RUNTIME_DIRECTORY": str(SYSTEM_RUNTIME)}).web_access
    assert rows[str(access)]["Mode"] == "0600"
    Access(tmp_path / access.name).set(Role.WALKER, "a long enough phrase")
    assert S_IMODE((tmp_path / access.name).stat().st_mode) == 0o600


def test_the_token_is_read_where_the_unit_says() -> None:
    (token,) = (quoted(row["Where"])[0] for row in table(PAGE, *SECRET) if "token" in row["Secret"])
    (command,) = directives(SYSTEMD / "kneemon-ha-import.service")["Service.ExecStart"]
    assert command.endswith(f"--token-file {token}")


def test_the_first_boot_wipes_what_the_page_says() -> None:
    script = FIRST_BOOT.read_text()
    rows = table(PAGE, "File on the boot partition", "Holds", "The first boot")
    assert {row["The first boot"] for row in rows} == {"wiped"}
    of_boot = set(re.findall(r'^ *wipe(?:_with)? "\$BOOT/([^"]+)"', script, re.MULTILINE))
    of_card = {f"kneemon/{name}" for name in re.findall(r'^ *wipe "\$CARD/([^"]+)"', script, re.MULTILINE)}
    assert of_boot | of_card == {quoted(row["File on the boot partition"])[0] for row in rows}
    assert 'wipe "$CREDENTIAL"' in script
    (plain,) = (row["How long"] for row in table(PAGE, *SECRET) if PAGES in row["Where"])
    assert "wiped by the first boot" in plain


@pytest.mark.parametrize("how", ["wipe", "wipe_with"])
def test_wiped_is_written_over(how: str, tmp_path: Path) -> None:
    found = re.search(rf"^{how}\(\) \{{\n.*?^\}}\n", FIRST_BOOT.read_text(), re.MULTILINE | re.DOTALL)
    assert found
    secret = tmp_path / "secret"
    secret.write_text("what nobody may read\n" * 100)
    with secret.open("rb") as was:
        command = ["sh", "-euc", f'{found[0]}\n{how} "$1"', "sh", secret]
        subprocess.run(command, input=b"new words\n", check=True, timeout=PATIENCE_S)
        assert b"what nobody" not in was.read(), "over the old content, not beside it"
    assert [path.name for path in tmp_path.iterdir()] == ([] if how == "wipe" else ["secret"])
    assert how == "wipe" or secret.read_text().startswith("new words\n")


def test_the_diary_has_the_modes_that_the_page_tells(tmp_path: Path) -> None:
    rows = {quoted(row["File"])[0]: (row["Owner"], row["Mode"]) for row in table(PAGE, "File", "Owner", "Mode")}
    daemon = directives(SYSTEMD / "kneemon.service")
    assert rows.pop(str(SYSTEM_STATE)) == ("kneemon:kneemon", daemon["Service.StateDirectoryMode"][0])
    assert installed("tmpfiles.conf", "d")[str(SYSTEM_STATE)] == "0750 kneemon kneemon"
    assert rows.pop(str(SYSTEM_RUNTIME)) == ("kneemon:kneemon", daemon["Service.RuntimeDirectoryMode"][0])
    assert rows.pop(str(SYSTEM_FILE)) == ("root:kneemon", installed("tmpfiles.conf", "z")["/etc/kneemon/*"].split()[0])
    Store.open(tmp_path / "kneemon.db", documents_of=lambda _: (), clock=SystemClock()).close()
    server = ControlServer(tmp_path / "control.sock", lambda _name, _args: {})
    made = {path.name: f"{S_IMODE(path.stat().st_mode):04o}" for path in tmp_path.iterdir()}
    server.close()
    assert {Path(path).name: mode for path, (_, mode) in rows.items()} == {
        name: made[name] for name in ("kneemon.db", "kneemon.db.lock", "control.sock")
    }
    assert {owner for owner, _ in rows.values()} == {"kneemon:kneemon"}


def reaches(path: Path) -> bool:
    """Does this module import what opens sockets, at its top or anywhere in it?"""
    named: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            named |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return any(name == each or name.startswith(f"{each}.") for name in named for each in SOCKETS)


def test_no_other_module_touches_a_socket() -> None:
    told = {name for row in table(PAGE, *MODULE) for name in quoted(row["Module"])}
    assert told == {str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py") if reaches(path)}


def test_nothing_leaves_unless_it_is_switched_on() -> None:
    usual = Config()
    assert (usual.mqtt.host, usual.web.listen) == ("", "127.0.0.1")
    assert "ConditionPathExists=/etc/kneemon/ha-import.env" in (SYSTEMD / "kneemon-ha-import.service").read_text()
    (broker,) = (row["Speaks with"] for row in table(PAGE, *MODULE) if "mqtt/link.py" in row["Module"])
    assert ("unless `mqtt.publish_pain = false`" in broker) is usual.mqtt.publish_pain


def test_the_journal_is_as_small_as_the_page_says() -> None:
    limits = directives(SYSTEMD / "journald.conf")
    card, memory = (limits[f"Journal.{key}"][0].removesuffix("M") for key in ("SystemMaxUse", "RuntimeMaxUse"))
    assert f"it is kept to {card} MB on the card or {memory} MB in memory" in PAGE.read_text()
