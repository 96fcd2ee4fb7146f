# SPDX-License-Identifier: MIT
"""docs/security.md, line by line, in a Pi as it is installed: what listens, as whom, what lies open.

The page's tables are read here as in tests/appliance/test_security_page.py; the other side is the running guest.
"""

import re
import sys
from pathlib import Path

import pytest

from virtual_pi.conftest import NewMachine
from virtual_pi.machine import Machine, Model
from virtual_pi.service import Service
from virtual_pi.table import Table

TESTS = Path(__file__).parents[1]
sys.path.append(str(TESTS / "appliance"))
from manual_tables import Row, quoted, table  # noqa: E402

PAGE = TESTS.parent / "docs" / "security.md"
LISTENS = ("Address", "Process", "For")
UNIT = ("Unit", "User", "Further groups", "Network", "May write", "Score")
SECRET = ("Secret", "Where", "Owner", "Mode", "How long")
WORST = 2.0
SECRETS = {
    "mqtt-password": "broker-4d1c7a",
    "home-assistant-token": "token-93ab52",
    "page.key": "page-key-77e0d1",
    "web-passphrase": "bei den sieben Zwergen",
}
WITH_A_KIT = {"broker.service", "board.service"}  # of the tests, not of the image
ASK_PAGE = """\
from urllib.request import urlopen
print(urlopen("http://127.0.0.1:8377/sign-in", timeout=100).status)
"""
WHO = "ps -o user= -p {pid}; grep -E '^(Cap|NoNewPrivs|Seccomp|Groups)' /proc/{pid}/status"


@pytest.fixture(scope="module")
def table_of(request: pytest.FixtureRequest) -> Table:
    """The scenario's table; `table` is the manual's here."""
    found: Table = request.getfixturevalue("table")
    return found


@pytest.fixture(scope="module")
def pi(new_machine: NewMachine) -> Machine:
    """With every optional secret put where the manual says, and the page asked for."""
    pi = new_machine(Model(icount=True)).start()
    for name in ("mqtt-password", "home-assistant-token", "page.key"):
        pi.run(
            f"install -m 640 -g kneemon /dev/null /etc/kneemon/{name}; cat > /etc/kneemon/{name}", stdin=SECRETS[name]
        )
    pi.run("install -d -m 700 /etc/credstore")
    for name in ("mqtt-password", "web-passphrase"):
        pi.put(f"/etc/credstore/kneemon.{name}", SECRETS[name], "600")
    pi.run("systemctl restart kneemon", 300)
    assert "200" in pi.run("python3 -", 300, stdin=ASK_PAGE)
    return pi


def test_no_secret_lies_open(pi: Machine, table_of: Table) -> None:
    find = "grep -rlaF --devices=skip -f - /boot /etc /home /root /run /srv /tmp /var 2>/dev/null || true"
    looked_for = "\n".join(SECRETS.values())  # not as arguments: the journal notes those of runuser
    assert pi.run(f"cd /; runuser -u nobody -- sh -c '{find}'", 600, stdin=looked_for) == ""
    lies = set(pi.run(f"cd /; {find}", 600, stdin=looked_for).split())
    told = {quoted(row["Where"])[0] for row in table(PAGE, *SECRET)}
    elsewhere = {path for path in lies - told if not path.startswith("/run/credentials/kneemon")}
    assert lies & told, "what is looked for can be found"
    assert not elsewhere, "secrets where the page tells of none"
    table_of.add("files with a secret in them, and those of them that everybody may read", f"{len(lies)}, none")


@pytest.mark.parametrize(
    "row",
    [*table(PAGE, *SECRET), *table(PAGE, "File", "Owner", "Mode")],
    ids=lambda row: quoted(row.get("Where", row.get("File")))[0],
)
def test_a_file_is_whose_the_page_says(pi: Machine, row: Row) -> None:
    (path,) = quoted(row.get("Where", row.get("File", "")))
    assert pi.run(f"stat -c '%U:%G 0%a' {path}").strip() == f"{row['Owner']} {row['Mode']}"


def test_nothing_listens_but_what_the_page_tells(pi: Machine, table_of: Table) -> None:
    told = {(row["Process"], quoted(row["Address"])[0]) for row in table(PAGE, *LISTENS)}
    kit = {pi.run(f"systemctl show -p MainPID --value {unit}").strip() for unit in WITH_A_KIT}
    seen = set()
    for line in pi.run("ss -tulnpH").splitlines():
        kind, _, _, _, address, _, users = line.split(None, 6)
        if set(re.findall(r"pid=(\d+)", users)) & kit:
            continue
        host, _, port = address.rpartition(":")
        host = re.sub(r"%\w+$", "", host)
        host = host if host.startswith("127.") else "*"
        for process in set(re.findall(r'"([^"]+)"', users)) - {"kneemon"} or {"kneemon"}:
            seen.add((process, f"{kind} {host}:{port}"))
    unknown = {(who, where) for who, where in seen - told if (who, re.sub(r":\d+$", ":any", where)) not in told}
    assert not unknown, f"listening, and not on the page: {unknown}"
    assert ("systemd", "tcp 127.0.0.1:8377") in seen
    assert any(who == "sshd" for who, _ in seen)
    assert "/run/kneemon/control.sock" in pi.run("ss -xlnH")
    table_of.add("addresses that something listens on, beside the tests' own", len(seen))


@pytest.fixture(scope="module")
def service(pi: Machine) -> Service:
    return Service(pi)


@pytest.mark.parametrize("name", ["kneemon.service", "kneemon-web.service"])
def test_a_process_has_the_rights_that_the_page_tells(pi: Machine, service: Service, name: str) -> None:
    (row,) = (row for row in table(PAGE, *UNIT) if quoted(row["Unit"]) == [name])
    pid = service.shown("MainPID", unit=name)["MainPID"]
    user, *status = pi.run(WHO.format(pid=pid)).splitlines()
    said = dict(line.split(":", 1) for line in status)
    assert user.strip() == row["User"]
    assert {int(said[each], 16) for each in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}
    assert (said["NoNewPrivs"].strip(), said["Seccomp"].strip()) == ("1", "2")
    groups = {pi.run(f"getent group {number} | cut -d: -f1").strip() for number in said["Groups"].split()}
    assert {"kneemon", *row["Further groups"].replace("none", "").split()} <= groups
    assert groups <= {"kneemon", "i2c", "gpio", "netdev"}
    home, own = (pi.run(f"readlink /proc/{each}/ns/net").strip() for each in ("1", pid))
    assert (own == home) is row["Network"].startswith("dials ")


def test_no_process_of_kneemons_is_roots(pi: Machine) -> None:
    kit = pi.run("systemctl show -p ControlGroup --value board.service broker.service").split()
    ours = [
        line
        for line in pi.run("ps -eo user=,cgroup=,args=").splitlines()
        if "/opt/kneemon" in line and not any(group in line for group in kit)
    ]
    assert ours
    assert {line.split()[0] for line in ours} == {"kneemon"}


def test_systemd_finds_nothing_wrong_with_the_units_as_installed(pi: Machine) -> None:
    kinds = " ".join(f"/etc/systemd/system/kneemon*.{kind}" for kind in ("service", "socket", "path", "timer"))
    said = pi.run(f"systemd-analyze verify --man=no {kinds}", 300)
    assert [line for line in said.splitlines() if "kneemon" in line] == []


@pytest.mark.parametrize("row", table(PAGE, *UNIT), ids=lambda row: quoted(row["Unit"])[0])
def test_a_unit_has_the_score_of_the_page(pi: Machine, row: Row, table_of: Table) -> None:
    (unit,) = quoted(row["Unit"])
    said = pi.run(f"systemd-analyze security --no-pager {unit}", 300)
    (score,) = re.findall(r"Overall exposure level for \S+: ([0-9.]+)", said)
    table_of.add(f"systemd-analyze security {unit}", score)
    assert score == row["Score"]
    assert float(score) <= WORST


def test_nobody_becomes_root_by_kneemon(pi: Machine) -> None:
    rules = pi.run("cat /etc/sudoers /etc/sudoers.d/*")
    assert "kneemon" not in rules
    assert re.findall(r"^[^#\n].*NOPASSWD", rules, re.MULTILINE) == [], "without a prepared card there is nobody"
    assert pi.run("getent passwd kneemon").strip().endswith(":/var/lib/kneemon:/usr/sbin/nologin")
    locked = dict(line.split(":")[:2] for line in pi.run("getent shadow root kneemon").splitlines())
    assert all(hashed.startswith(("!", "*")) for hashed in locked.values()), locked
    assert pi.run("find /opt /usr/local /etc/kneemon /var/lib/kneemon -xdev -perm /6000 2>/dev/null || true", 300) == ""
    assert "kneemon" not in pi.run("grep -rl kneemon /usr/share/polkit-1 /etc/polkit-1 2>/dev/null || true")


def test_a_guest_of_the_device_sees_nothing(pi: Machine) -> None:
    for asked in (
        "cat /var/lib/kneemon/kneemon.db",
        "ls /var/lib/kneemon",
        "cat /etc/kneemon/kneemon.toml",
        "ls /run/kneemon",
    ):
        assert "Permission denied" in pi.run(f"cd /; runuser -u nobody -- {asked}", check=False)
    said = pi.run(
        "cd /; runuser -u nobody -- env KNEEMON_CONFIG=/dev/null kneemon status; echo left $?", 300, check=False
    )
    assert "left 0" not in said


def test_a_clock_that_is_not_right_yet_ends_nothing(pi: Machine, service: Service) -> None:
    """The kernel is asked by a call that a stricter filter would kill for."""
    pi.run("rm -f /run/systemd/timesync/synchronized; systemctl restart kneemon", 300)
    service.until(service.is_up, "kneemon is up without the time")
    assert service.restarts == 0
    assert service.status()["clock"].startswith("not known")


def test_a_page_that_cannot_start_is_given_up(pi: Machine, service: Service, table_of: Table) -> None:
    pi.run("cp -p /etc/kneemon/kneemon.toml /root/was; printf '[web]\\nport = \"x\"\\n' >> /etc/kneemon/kneemon.toml")
    pi.run("systemctl stop kneemon-web.service")
    pi.run("python3 - || true", 600, stdin=ASK_PAGE, check=False)
    seen = service.until(
        lambda: service.shown("Result", unit="kneemon-web.socket")["Result"].removeprefix("success"), "given up", 300
    )
    table_of.add("the page with a mistake in its configuration", f"tried 5 times, then given up: {seen}")
    pi.run("cp -p /root/was /etc/kneemon/kneemon.toml; systemctl reset-failed 'kneemon-web.*'")
    pi.run("systemctl start kneemon-web.socket")
    assert "200" in pi.run("python3 -", 300, stdin=ASK_PAGE)


def test_power_off_needs_no_root(pi: Machine, table_of: Table) -> None:
    """Last: the machine is off after it."""
    assert pi.run("systemctl is-active kneemon-poweroff.path").strip() == "active"
    pi.run("runuser -u kneemon -- touch /run/kneemon/poweroff")
    pi.until(lambda: not pi.alive(), "the machine is off", 300)
    table_of.add("power-off asked for by a file of user kneemon's", "the machine is off")
