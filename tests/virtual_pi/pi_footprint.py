# SPDX-License-Identifier: MIT
"""How small the installed service is: memory, wake-ups, bytes to the card, start-up; measured, not judged.

By `-icount` an instruction takes 2 ns of the guest's time on every host, so processor time is told in instructions. All
figures go to build/pi/footprint.json; docs/footprint.md is written from it.
"""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from virtual_pi.conftest import NewMachine
from virtual_pi.machine import BOARD, MQTT, SSH, Machine, Model
from virtual_pi.measured import INSTRUCTIONS_PER_US, between, look
from virtual_pi.service import UNIT, USED, Service
from virtual_pi.stage import BUILD
from virtual_pi.table import Table
from virtual_pi.walks import endless

WEB_UNIT, PAGE = "kneemon-web.service", 8377
IDLE_S, WALKING_S = 100.0, 120.0
SANE_KIB = 200 * 1024
IDLE_KIB_PER_HOUR = 20 * 1024
OPTIONS = """\
[mqtt]
host = "127.0.0.1"
"""
TO_NETWORK = f"[Socket]\nListenStream=\nListenStream=0.0.0.0:{PAGE}\n"
PHRASE = "seven ducks on a pond"
BUSY_S = 600.0


@pytest.fixture(scope="module")
def figures() -> Iterator[dict[str, Any]]:
    """What was measured; into the file at the end."""
    found: dict[str, Any] = {}
    yield found
    (BUILD / "footprint.json").write_text(json.dumps(found, indent=2, sort_keys=True) + "\n")


@pytest.fixture(scope="module")
def pi(new_machine: NewMachine) -> Machine:
    machine = new_machine(Model(icount=True, words=USED, ports=(SSH, MQTT, PAGE, BOARD))).start()
    machine.run("systemctl stop broker; mount -t tmpfs none /var/lib/private/broker; systemctl start broker")
    service = Service(machine)  # the household's broker is elsewhere: what it writes is none of this card's
    service.configure(OPTIONS)
    service.until(lambda: "samples flow" in service.status()["sensor"], "samples")
    return machine


def test_start_up(pi: Machine, figures: dict[str, Any], table: Table) -> None:
    service = Service(pi)
    pi.run("systemctl restart kneemon", BUSY_S)
    begun, ready = service.shown("ExecMainStartTimestampMonotonic", "ActiveEnterTimestampMonotonic").values()
    took_s = (int(ready) - int(begun)) / 1e6
    cpu_us = look(pi, UNIT).cpu_us
    boot = pi.run("systemd-analyze time").splitlines()[0]
    figures["start"] = {
        "python_to_ready_s": round(took_s, 2),
        "instructions": cpu_us * INSTRUCTIONS_PER_US,
        "boot": boot,
    }
    table.add("start-up", f"Python to READY {took_s:.1f} s at 500 million instructions a second; {boot}")
    assert took_s > 0.0


def test_idle(pi: Machine, figures: dict[str, Any], table: Table) -> None:
    Service(pi).pass_time(15.0)
    before = look(pi, UNIT)
    Service(pi).pass_time(IDLE_S)
    after = look(pi, UNIT)
    found = figures["idle"] = between(before, after) | {"rss_kib": after.rss_kib, "threads": after.threads}
    table.add("footprint, idle", _words(found))
    assert 0 < found["pss_kib"] < SANE_KIB
    assert found["service_kib_per_hour"] < IDLE_KIB_PER_HOUR
    assert found["wakeups_per_second"] > 0


def test_walking(pi: Machine, figures: dict[str, Any], table: Table) -> None:
    service = Service(pi)
    pi.board.walk(endless(100.0).acc_g, repeat=True)
    service.done("start")
    service.pass_time(15.0)
    before = look(pi, UNIT)
    service.pass_time(WALKING_S)
    after = look(pi, UNIT)
    service.done("stop")
    found = figures["walking"] = between(before, after) | {"peak_kib": after.peak_bytes // 1024}
    table.add("footprint, walking", _words(found))
    assert 0 < found["pss_kib"] < SANE_KIB
    assert found["service_kib_per_hour"] > 0
    assert service.status()["session"] == "idle"


def test_page(pi: Machine, figures: dict[str, Any], table: Table) -> None:
    pi.put("/etc/credstore/kneemon.web-passphrase", f"{PHRASE}\n", "600")
    pi.put("/etc/systemd/system/kneemon-web.socket.d/network.conf", TO_NETWORK)
    pi.run("systemctl daemon-reload; systemctl stop kneemon-web.service; systemctl restart kneemon-web.socket")
    with httpx.Client(
        base_url=f"http://127.0.0.1:{pi.port(PAGE)}", headers={"host": "localhost"}, timeout=BUSY_S
    ) as browser:
        token = browser.get("/sign-in").text.partition('name="csrf" value="')[2].partition('"')[0]
        browser.post("/sign-in", data={"csrf": token, "role": "walker", "phrase": PHRASE, "next": "/walks"})
        assert browser.get("/walks").status_code == 200
        assert browser.get("/weeks").status_code == 200
    seen = look(pi, WEB_UNIT)
    figures["page"] = {
        "pss_kib": seen.pss_kib,
        "group_kib": seen.group_bytes // 1024,
        "peak_kib": seen.peak_bytes // 1024,
        "instructions": seen.cpu_us * INSTRUCTIONS_PER_US,
    }
    table.add("footprint, page after four looks", f"{seen.pss_kib // 1024} MiB, at most {seen.peak_bytes >> 20} MiB")
    assert 0 < seen.pss_kib < SANE_KIB


def _words(found: dict[str, float]) -> str:
    return (
        f"{found['pss_kib'] / 1024:.0f} MiB, {found['wakeups_per_second']:.0f} wake-ups a second "
        f"({found['of_its_busiest_thread']:.0f} of one thread), "
        f"{found['instructions_per_second'] / 1e6:.1f} million instructions a second, "
        f"{found['service_kib_per_hour'] / 1024:.1f} MiB to the card in an hour "
        f"({found['card_kib_per_hour'] / 1024:.1f} with all that the file system adds)"
    )
