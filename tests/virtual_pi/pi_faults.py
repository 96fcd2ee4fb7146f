# SPDX-License-Identifier: MIT
"""What goes wrong in a Pi's life, one thing after the other, on one Pi that nobody mends in between.

Its clock is wrong from the start, as a Pi's is without a network, so that is the first thing. kneemon.service is as the
installer left it; the owner's plan and broker are not to blame. The order of the tests matters.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from kneemon.model.records import SessionRecord, TimeQuality
from kneemon.model.sessions import EndReason
from kneemon.store.reader import StoreReader
from kneemon.virtual.bus import Trouble
from virtual_pi.board import BUZZER
from virtual_pi.conftest import NewMachine
from virtual_pi.machine import Machine, Model
from virtual_pi.service import CONFIG, USED, Service
from virtual_pi.stored import fetched, from_card, told_of, walk
from virtual_pi.subscriber import Subscriber
from virtual_pi.table import Table
from virtual_pi.walks import endless

LONG_AGO = "1970-01-01T00:00:00"
TRUE_TIME = datetime.fromisoformat("2027-03-01T08:00:00+00:00")
CADENCE_SPM = 100.0
STEPS_A_SECOND = CADENCE_SPM / 60.0
COMMIT_S = 10.0  # what the manual promises that a walk may lose at most
FAULT_PULSE_S = 1.5
BROKEN_S, AFTER_S = 5.0, 12.0
OPTIONS = """\
[mqtt]
host = "127.0.0.1"
"""
MISTAKE = "[sensor]\nbus = 1\nrate_hz = 120\n"
TIME_OF_THE_NETWORK = "[Time]\nNTP=127.0.0.1\nFallbackNTP=\n"
FILL = """\
mkdir /var/lib/full
size=$(( $(stat -f -c '%f * %S' /) )); n=0
while [ "$size" -ge 4096 ]; do
    n=$((n + 1))
    fallocate -l "$size" "/var/lib/full/$n" 2>/dev/null || size=$((size / 2))
done
"""
# How to break the sensor's wire, how to mend it, and what it is called.
BROKEN = {
    "nobody acknowledges": (("trouble", {"kind": Trouble.NACK.name, "times": None}), ("behave", {})),
    "transfers do not end": (("trouble", {"kind": Trouble.TIMED_OUT.name, "times": None}), ("behave", {})),
    "transfers end half-way": (("trouble", {"kind": Trouble.BROKEN_OFF.name, "times": None}), ("behave", {})),
    "random bytes": (("trouble", {"kind": Trouble.GARBAGE.name, "times": None}), ("behave", {})),
    "every byte 0xff": (("trouble", {"kind": Trouble.FLOATING.name, "times": None}), ("behave", {})),
    "wire held low until the power went": (("trouble", {"kind": Trouble.STUCK.name}), ("dip", {})),
    "adapter unplugged and plugged in again": (("unplug", {}), ("plug", {})),
    "the sensor's supply dipped": (("dip", {}), None),
}


@pytest.fixture(scope="module")
def pi(new_machine: NewMachine) -> Machine:
    machine = new_machine(Model(icount=True, clock=LONG_AGO, words=USED)).start()
    Service(machine).configure(OPTIONS)
    machine.board.walk(endless(CADENCE_SPM).acc_g, repeat=True)
    return machine


@pytest.fixture(scope="module")
def service(pi: Machine) -> Service:
    service = Service(pi)
    service.until(lambda: "samples flow" in service.status()["sensor"], "samples")
    service.noted()
    return service


@pytest.fixture(scope="module")
def home(pi: Machine) -> Iterator[Subscriber]:
    with Subscriber(pi.port(1883)) as home:
        home.wait(lambda: home.messages, "anything of kneemon")
        yield home


@pytest.fixture
def stored(pi: Machine, tmp_path: Path) -> Path:
    return tmp_path / "kneemon.db"


def begun(service: Service, walked_s: float = 20.0) -> str:
    """A walk that is on; its name."""
    service.done("start")
    service.pass_time(walked_s)
    return str(service.status()["session_id"])


def last(pi: Machine, to: Path) -> SessionRecord:
    """The newest walk, in a store that is sound."""
    with StoreReader(fetched(pi, to)) as reader:
        assert reader._rows("PRAGMA integrity_check")[0][0] == "ok"
        return reader.session()


def test_a_wrong_clock_and_then_the_right_time(
    pi: Machine, service: Service, home: Subscriber, stored: Path, table: Table
) -> None:
    wrong = pi.run("date -u +%F").strip()
    name = begun(service)
    service.done("stop")
    first = last(pi, stored)
    assert first.time_quality is TimeQuality.UNSYNCED
    assert home.said(name) == told_of(first)

    pi.run("date -u -s 2027-02-01T00:00:00")  # somebody types a time: a label, and not believed
    service.pass_time(12.0)
    assert "not known" in service.status()["clock"]
    assert last(pi, stored).revision == 1

    pi.put("/run/systemd/timesyncd.conf.d/here.conf", TIME_OF_THE_NETWORK)
    pi.run(
        "systemd-run -q --unit=time-server --setenv=PYTHONPATH=/run/kit/python "
        f"python3 -m virtual_pi.guest.time_server {TRUE_TIME.timestamp():.0f}; systemctl restart systemd-timesyncd"
    )
    service.until(lambda: pi.run("ls /run/systemd/timesync/synchronized", check=False).startswith("/run"), "timesyncd")
    service.until(lambda: service.status()["clock"] == "known", "kneemon knows the time")
    better = service.until(lambda: (again := last(pi, stored)).revision == 2 and again, "a revision of the walk")
    utc_s, boot_s = map(float, pi.run("python3 -c 'import time; print(time.time(), time.clock_gettime(7))'").split())
    truly = datetime.fromtimestamp(utc_s - boot_s + better.summary.started_s, TRUE_TIME.tzinfo)
    off_s = abs((better.started_at - truly) / timedelta(seconds=1))
    table.add(
        "clock wrong at boot, right by timesyncd later",
        f"boot believed {wrong}; the walk was told unsynced, then again as begun at {better.started_at:%F %T} UTC, "
        f"off by {off_s:.2f} s; a time set by hand was not believed",
    )
    assert better.time_quality is TimeQuality.NTP
    assert off_s < 1.5
    assert timedelta() < better.started_at - (TRUE_TIME - timedelta(hours=1)) < timedelta(hours=2)
    assert better.summary == first.summary
    assert home.said(name, 2) == told_of(better)


def test_the_wire_of_the_sensor(pi: Machine, service: Service, stored: Path, table: Table) -> None:
    board, pid = pi.board, service.pid
    began_s = board.now_s()
    begun(service, 15.0)
    service.noted()
    for name, (break_it, mend_it) in BROKEN.items():
        before = service.steps()
        board.do(break_it[0], **break_it[1])
        service.pass_time(BROKEN_S)
        if mend_it is not None:
            board.do(mend_it[0], **mend_it[1])
        service.until(lambda: "samples flow" in service.status()["sensor"], f"samples after: {name}")
        at = service.steps()
        service.pass_time(AFTER_S)
        counted, noted = service.steps() - at, service.noted()
        told = [line for line in noted.splitlines() if line.startswith("<4>")]
        table.add(
            f"sensor: {name}",
            f"{at - before} steps meanwhile, {counted} in the {AFTER_S:.0f} s after; told {len(told)}×",
        )
        assert service.pid == pid, name
        assert len(told) == 1, (name, noted)
        assert "samples flow again" in noted, (name, noted)
        assert counted >= 0.6 * AFTER_S * STEPS_A_SECOND, name
    service.done("stop")
    summary = last(pi, stored).summary
    signal_s = summary.duration_s - summary.gaps_s
    table.add(
        "that walk as a whole",
        f"{summary.steps} steps in {summary.duration_s:.0f} s, {summary.gaps} gaps of {summary.gaps_s:.0f} s together",
    )
    assert len(BROKEN) - 1 <= summary.gaps <= 2 * len(BROKEN)
    assert summary.gaps_s >= BROKEN_S * (len(BROKEN) - 2)
    assert summary.steps == pytest.approx(signal_s * STEPS_A_SECOND, rel=0.1)
    said = [at_s for at_s, on_s in board.pulses(BUZZER, began_s) if abs(on_s - FAULT_PULSE_S) < 0.1]
    assert said, "nobody told the walker that steps may not be counted"
    assert all(after - before > 290.0 for before, after in pairwise(said))


def test_killed(pi: Machine, service: Service, home: Subscriber, stored: Path, table: Table) -> None:
    name, restarts = begun(service, 30.0), service.restarts
    before = service.status()
    pi.run(f"kill -9 {service.pid}")
    service.until(lambda: service.is_up() and service.restarts == restarts + 1, "started again")
    cut = walk(fetched(pi, stored), name)
    lost_s = before["elapsed_s"] - cut.summary.duration_s
    table.add("kill -9 during a walk", f"started again; the walk kept as interrupted, {max(0.0, lost_s):.1f} s lost")
    assert cut.summary.end_reason is EndReason.POWER_LOSS
    assert lost_s <= COMMIT_S + 1.0
    assert cut.summary.steps >= before["steps"] - (COMMIT_S + 1.0) * STEPS_A_SECOND
    assert home.said(name) == told_of(cut)


def test_hung(pi: Machine, service: Service, home: Subscriber, stored: Path, table: Table) -> None:
    service.until(lambda: "samples flow" in service.status()["sensor"], "samples")
    name, restarts = begun(service, 20.0), service.restarts
    before = service.status()
    pi.run(f"kill -STOP {service.pid}")
    stopped_s = pi.board.now_s()
    service.until(lambda: service.restarts == restarts + 1 and service.is_up(), "the watchdog")
    took_s = pi.board.now_s() - stopped_s
    assert "Watchdog timeout" in pi.run("journalctl -b _PID=1 -u kneemon.service --no-pager -o cat")
    cut = walk(fetched(pi, stored), name)
    lost_s = before["elapsed_s"] - cut.summary.duration_s
    table.add(
        "hung (SIGSTOP) during a walk",
        f"killed by systemd's watchdog and up again after {took_s:.0f} s; {max(0.0, lost_s):.1f} s of the walk lost",
    )
    assert cut.summary.end_reason is EndReason.POWER_LOSS
    assert lost_s <= COMMIT_S + 1.0
    assert home.said(name) == told_of(cut)


def test_the_broker_goes_and_comes_back(
    pi: Machine, service: Service, home: Subscriber, stored: Path, table: Table
) -> None:
    service.until(lambda: "samples flow" in service.status()["sensor"], "samples")
    pi.run("systemctl stop broker")
    names = []
    for _ in range(2):
        names.append(begun(service, 15.0))
        service.done("stop")
    service.pass_time(20.0)
    assert not any(home.summaries(name) for name in names)
    pi.run("systemctl start broker")
    store = fetched(pi, stored)
    for name in names:
        assert home.said(name) == told_of(walk(store, name))
    service.pass_time(10.0)
    came = home.documents()
    twice = sum(len(payloads) - 1 for payloads in came.values())
    table.add("broker gone during two walks", f"both documents came when it was back; {twice} of {len(came)} twice")
    assert all(len(set(payloads)) == 1 for payloads in came.values())


def stored_whole(pi: Machine, home: Subscriber, stored: Path, name: str, steps: int) -> SessionRecord:
    """The walk is there with each of its seconds, and so is its document."""
    record = last(pi, stored)
    assert record.session_id == name
    assert record.summary.end_reason is EndReason.COMMAND
    assert record.summary.steps >= steps
    assert record.summary.steps == pytest.approx(record.summary.duration_s * STEPS_A_SECOND, rel=0.15)
    with StoreReader(stored) as reader:
        assert len(reader.seconds(name)) >= record.summary.duration_s - 1.0
    assert home.said(name) == told_of(record)
    return record


def test_the_disk_is_full(pi: Machine, service: Service, home: Subscriber, stored: Path, table: Table) -> None:
    pid, name = service.pid, begun(service, 15.0)
    pi.run(FILL)
    service.pass_time(15.0)
    told = service.until(lambda: "full disk" in (found := service.status()["store"]) and found, "a full disk is told")
    steps = service.steps()
    answer = service.ask("stop")
    assert (answer["ok"], answer["code"]) == (False, "storage")
    assert answer["error"].startswith("It was taken, but could not be kept")
    service.pass_time(5.0)
    assert not home.summaries(name)
    pi.run("rm -r /var/lib/full")
    service.until(lambda: service.status()["store"] == "writing", "the store writes again")
    record = stored_whole(pi, home, stored, name, steps)
    table.add(
        "disk full during a walk",
        f"told: {told.partition('. ')[0]}; with room again stored whole, {record.summary.steps} steps",
    )
    assert service.pid == pid


def test_the_disk_is_read_only(pi: Machine, service: Service, home: Subscriber, stored: Path, table: Table) -> None:
    """The kernel takes what is written into an open file, and says that it is on the card; it is, when it may be."""
    pid, name = service.pid, begun(service, 15.0)
    pi.run("echo u > /proc/sysrq-trigger")
    service.until(lambda: "Read-only" in pi.run("touch /var/lib/any", check=False), "the card is read-only")
    service.pass_time(20.0)
    said = service.status()["store"]
    steps = service.steps()
    service.ask("stop")
    service.pass_time(5.0)
    pi.run("mount -o remount,rw / && sync")
    service.until(lambda: service.status()["store"] == "writing", "the store writes")
    record = stored_whole(pi, home, stored, name, steps)
    table.add(
        "root remounted read-only during a walk",
        f"the store said: {said.partition('. ')[0]}; writable again, stored whole, {record.summary.steps} steps",
    )
    assert service.pid == pid


def test_a_mistake_in_the_configuration(pi: Machine, service: Service, table: Table) -> None:
    right = pi.get(CONFIG)
    service.noted()
    pi.put(CONFIG, MISTAKE, "640")
    pi.run("systemctl restart kneemon", check=False)
    service.pass_time(20.0)
    down = service.shown("ActiveState", "ExecMainStatus")
    noted = service.noted()
    assert down == {"ActiveState": "failed", "ExecMainStatus": "3"}
    assert "rate_hz" in noted
    assert "120" in noted
    assert noted.count("rate_hz") == 1, noted  # it did not try again and again
    pi.put(CONFIG, right, "640")
    pi.run("systemctl start kneemon", 300.0)
    assert service.is_up()
    table.add("mistake in the configuration", "stays down with exit code 3 and says which line; mended, it starts")


def test_switched_off_by_a_long_hold(
    pi: Machine, service: Service, home: Subscriber, table: Table, tmp_path: Path
) -> None:
    service.until(lambda: "samples flow" in service.status()["sensor"], "samples")
    name = begun(service)
    steps = service.steps()
    pi.board.hold(7.0)
    pi.until(lambda: not pi.alive(), "the Pi goes off", 300.0)
    record = walk(from_card(pi.card, tmp_path))
    table.add(
        "held for seven seconds in a walk",
        f"the Pi went off by itself, the walk is stored, {record.summary.steps} steps",
    )
    assert record.session_id == name
    assert record.final
    assert record.summary.steps >= steps
