# SPDX-License-Identifier: MIT
"""Both clocks: what they promise in `ports.Clock`; a paced one is led by one thread and waited for by the others."""

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from types import SimpleNamespace
from uuid import UUID

import pytest

import kneemon.clock
from kneemon.clock import PacedClock, SystemClock
from kneemon.model.records import TimeAnchor
from kneemon.ports import Clock

START = TimeAnchor("4f1c", 1000.0, datetime(2026, 11, 22, 23, 59, 0, tzinfo=UTC), synchronised=True)
PATIENCE_S = 20.0


@pytest.fixture
def in_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str | None], None]]:
    """Sets TZ, None for no TZ at all, for the C library as well."""

    def live_in(zone: str | None) -> None:
        monkeypatch.delenv("TZ", raising=False) if zone is None else monkeypatch.setenv("TZ", zone)
        time.tzset()

    yield live_in
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(params=["system", "paced"])
def any_clock(request: pytest.FixtureRequest) -> Clock:
    return SystemClock() if request.param == "system" else PacedClock()


class TestSystemClock:
    def test_its_time_is_the_time_since_the_boot_suspends_included(self) -> None:
        before_s = time.clock_gettime(time.CLOCK_BOOTTIME)
        assert before_s <= SystemClock().now_s() <= time.clock_gettime(time.CLOCK_BOOTTIME)

    def test_waiting_passes_the_time(self) -> None:
        clock = SystemClock()
        began_s = clock.now_s()
        assert clock.wait(0.02) is False
        assert clock.wait(0.02, Event()) is False
        assert clock.now_s() - began_s >= 0.04
        assert clock.wait(-1.0) is False

    def test_waiting_ends_early_when_asked_to(self) -> None:
        stop = Event()
        stop.set()
        assert SystemClock().wait(3600.0, stop) is True

    def test_an_anchor_is_one_instant_on_both_clocks(self) -> None:
        clock = SystemClock()
        before_s, earliest = clock.now_s(), datetime.now(UTC)
        anchor = clock.anchor()
        after_s, latest = clock.now_s(), datetime.now(UTC)
        assert before_s <= anchor.monotonic_s <= after_s
        assert earliest <= anchor.utc <= latest

    def test_the_boot_has_a_name_that_stays(self) -> None:
        names = {SystemClock().anchor().boot_id for _ in range(3)}
        assert len(names) == 1
        UUID(names.pop())

    def test_without_procfs_the_run_has_a_name(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setattr(kneemon.clock, "BOOT_ID", tmp_path / "missing")
        clock = SystemClock()
        UUID(clock.anchor().boot_id)
        assert clock.anchor().boot_id == clock.anchor().boot_id != SystemClock().anchor().boot_id

    @pytest.mark.parametrize(("stamped", "known"), [(None, False), ("before the boot", False), ("now", True)])
    def test_the_time_is_known_once_it_was_set_in_this_boot(
        self, stamped: str | None, known: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        stamp = tmp_path / "synchronized"
        monkeypatch.setattr(kneemon.clock, "SYNCHRONISED", stamp)
        monkeypatch.setattr(kneemon.clock, "kernel_disciplined", lambda: False)
        clock = SystemClock()
        if stamped:
            stamp.touch()
        if stamped == "before the boot":
            long_ago = time.time() - clock.now_s() - 60.0
            os.utime(stamp, (long_ago, long_ago))
        assert clock.anchor().synchronised is known

    @pytest.mark.parametrize("answer", [0, 5, -1])
    def test_or_once_some_program_keeps_the_kernels_clock(
        self, answer: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(kneemon.clock, "SYNCHRONISED", tmp_path / "none")
        kernel = SimpleNamespace(adjtimex=lambda _: answer)
        monkeypatch.setattr(kneemon.clock.ctypes, "CDLL", lambda _: kernel)
        assert SystemClock().anchor().synchronised is (answer == 0)

    def test_the_kernel_answers_without_being_changed(self) -> None:
        assert kneemon.clock.kernel_disciplined() in (True, False)

    def test_the_wearers_zone_is_the_one_that_was_told(self, any_clock: Clock) -> None:
        any_clock.live_in("Asia/Tokyo")
        assert any_clock.zone() == "Asia/Tokyo"
        any_clock.live_in("Nowhere/At_All")
        assert any_clock.zone() != "Nowhere/At_All"

    def test_today_is_the_local_day(self, in_zone: Callable[[str | None], None]) -> None:
        days = set()
        for zone in ("Etc/GMT+12", "Etc/GMT-14"):  # 26 hours apart
            in_zone(zone)
            days.add(SystemClock().today())
        assert len(days) > 1


class TestZone:
    @pytest.mark.parametrize("zone", ["Europe/Berlin", ":Europe/Berlin", "/usr/share/zoneinfo/Europe/Berlin"])
    def test_it_is_what_tz_says(self, zone: str, any_clock: Clock, in_zone: Callable[[str | None], None]) -> None:
        in_zone(zone)
        assert any_clock.zone() == "Europe/Berlin"

    @pytest.mark.parametrize(
        "zone", ["", "UTC", "CET-1CEST,M3.5.0,M10.5.0/3", "Mars/Olympus", "../secrets", "/dev/null"]
    )
    def test_a_zone_without_an_iana_name_is_utc(
        self, zone: str, any_clock: Clock, in_zone: Callable[[str | None], None]
    ) -> None:
        in_zone(zone)
        assert any_clock.zone() == "UTC"

    @pytest.mark.parametrize("tz", [None, ":/etc/localtime"])
    @pytest.mark.parametrize(
        ("link", "expected"),
        [
            ("/usr/share/zoneinfo/America/Argentina/Ushuaia", "America/Argentina/Ushuaia"),
            ("/usr/share/zoneinfo/Etc/UTC", "Etc/UTC"),
            ("/somewhere/else", "UTC"),
        ],
    )
    def test_else_it_is_where_the_systems_link_points(
        self,
        tz: str | None,
        link: str,
        expected: str,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
        any_clock: Clock,
        in_zone: Callable[[str | None], None],
    ) -> None:
        localtime = tmp_path / "localtime"
        localtime.symlink_to(link)
        monkeypatch.setattr(kneemon.clock, "LOCALTIME", localtime)
        in_zone(None if tz is None else f":{localtime}")
        assert any_clock.zone() == expected


class TestPacedClock:
    def test_its_time_stands_until_it_is_led(self) -> None:
        clock = PacedClock(start=START)
        assert clock.now_s() == clock.leader.now_s() == 1000.0
        clock.leader.wait(2.5)
        clock.leader.pass_by(0.5)
        assert clock.now_s() == clock.leader.now_s() == 1003.0
        clock.leader.wait(-5.0)
        assert clock.now_s() == 1003.0

    def test_civil_time_goes_along(self, in_zone: Callable[[str | None], None]) -> None:
        in_zone("UTC")
        clock = PacedClock(start=START)
        assert clock.anchor() == clock.leader.anchor() == START
        assert clock.today() == date(2026, 11, 22)
        clock.leader.wait(60.0)
        expected = TimeAnchor("4f1c", 1060.0, START.utc + timedelta(minutes=1), synchronised=True)
        assert clock.anchor() == clock.leader.anchor() == expected
        assert clock.today() == clock.leader.today() == date(2026, 11, 23)
        assert clock.zone() == clock.leader.zone() == "UTC"

    def test_without_a_start_it_begins_now_in_a_boot_of_its_own(self) -> None:
        clock = PacedClock()
        assert abs((clock.anchor().utc - datetime.now(UTC)).total_seconds()) < 3600
        assert clock.anchor().boot_id != PacedClock().anchor().boot_id

    def test_those_who_wait_go_on_when_their_time_has_come(self) -> None:
        clock = PacedClock(start=START)
        woken_s: list[float] = []
        waiting = [Thread(target=lambda s=s: (clock.wait(s), woken_s.append(clock.now_s()))) for s in (1.0, 2.0)]
        for thread in waiting:
            thread.start()
        for _ in range(4):
            clock.leader.wait(0.5)
        for thread in waiting:
            thread.join(PATIENCE_S)
        assert len(woken_s) == 2
        assert all(1001.0 <= s <= 1002.0 for s in woken_s)

    def test_those_who_wait_can_be_called_off(self) -> None:
        clock, called_off = PacedClock(start=START), Event()
        told: list[bool] = []
        thread = Thread(target=lambda: told.append(clock.wait(3600.0, called_off)))
        thread.start()
        called_off.set()
        thread.join(PATIENCE_S)
        assert told == [True]
        assert clock.now_s() == 1000.0

    def test_a_leader_that_is_called_off_lets_no_time_pass(self) -> None:
        clock, called_off = PacedClock(start=START), Event()
        assert clock.leader.wait(1.0, called_off) is False
        called_off.set()
        assert clock.leader.wait(1.0, called_off) is True
        assert clock.now_s() == 1001.0

    def test_a_speed_is_never_exceeded(self) -> None:
        """Slower is allowed: a busy machine makes the walk longer."""
        clock = PacedClock(speed=100.0, start=START)
        began_s = time.monotonic()
        for _ in range(20):
            clock.leader.wait(0.5)
        assert clock.now_s() == 1010.0
        assert time.monotonic() - began_s >= 0.09

    def test_after_a_stall_it_does_not_race(self, monkeypatch: pytest.MonkeyPatch) -> None:
        slept_s: list[float] = []
        stalled_s = [0.0]
        real = SimpleNamespace(monotonic=lambda: stalled_s[0] + sum(slept_s), sleep=slept_s.append)
        monkeypatch.setattr(kneemon.clock, "time", real)
        clock = PacedClock(speed=2.0, start=START)
        clock.leader.wait(1.0)
        assert slept_s == pytest.approx([0.5])
        stalled_s[0] = 100.0  # the machine was asleep
        clock.leader.wait(1.0)
        assert slept_s == pytest.approx([0.5])
        clock.leader.wait(1.0)
        assert slept_s == pytest.approx([0.5, 0.5])

    def test_a_leader_at_a_speed_can_be_called_off(self) -> None:
        clock, called_off = PacedClock(speed=0.001, start=START), Event()
        told: list[bool] = []
        thread = Thread(target=lambda: told.append(clock.leader.wait(60.0, called_off)))
        thread.start()
        called_off.set()
        thread.join(PATIENCE_S)
        assert told == [True]
