# SPDX-License-Identifier: MIT
"""What the page takes: memory at rest and after use, and CPU of a request, with a month of walks and with five years.

`kneemon web` as it would be started, asked over HTTP by one visitor who is signed in; a report by `kneemon report`. CPU
is that of the whole process, children that ended included; MB of 10^6 bytes.
"""

import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import httpx

from kneemon.clock import SystemClock
from tests.bench.measured import memory_mb
from tests.bench.telling import BenchError, progress
from tests.bench.years import years_of_life

KNEEMON = str(Path(sys.executable).with_name("kneemon"))
READY_WITHIN_S = 60.0
ASKED = 15  # times each page, after a first one
HALVES = 10
PHRASE = "a long pass phrase for the bench"
PAGES = {
    "the list of walks": "/walks",
    "one walk": "/walk/{walk}",
    "the weeks": "/weeks",
    "pain and reasons": "/pain",
    "the first page": "/",
    "the diary": "/diary",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Of one store: CPU of a request, ms, the median, by page; walks in the store; memory at rest, before anybody
    asked, and after it all."""

    walks: int
    cpu_ms: Mapping[str, float]
    kilobytes: Mapping[str, float]
    idle_mb: float
    used_mb: float
    start_cpu_s: float


@dataclass(frozen=True, slots=True)
class Paged:
    month: Asked
    years: Asked
    report_cpu_s: float
    report_mb: float


def measure() -> Paged:
    """Raises BenchError when the page does not answer."""
    with TemporaryDirectory() as folder:
        month, years = Path(folder, "month.db"), Path(folder, "years.db")
        today = SystemClock().today()
        with progress("half a year of simulated life, ten times"):
            years_of_life(years, HALVES, today)
            _its_last_month(years, month, today)
        with progress("the page, with a month and with five years"):
            asked = [_asked(store) for store in (month, years)]
        with progress("the report"):
            report_cpu_s, report_mb = _report(years)
    return Paged(*asked, report_cpu_s, report_mb)


def _its_last_month(years: Path, month: Path, last: date) -> None:
    """The same person's newest four weeks, as if the device had been new then: the same rows to show."""
    shutil.copy(years, month)
    since = (last - timedelta(weeks=4)).isoformat()
    with closing(sqlite3.connect(month)) as connection:
        with connection:
            connection.execute("DELETE FROM session WHERE started_at < ?", (since,))
            for table in ("second", "event"):
                connection.execute(f"DELETE FROM {table} WHERE session_id NOT IN (SELECT session_id FROM session)")  # noqa: S608
            connection.execute(
                "DELETE FROM diary WHERE utc < ? AND kind <> 'profile' "
                "AND seq <> (SELECT max(seq) FROM diary WHERE utc < ? AND kind = 'decision')",
                (since, since),
            )
            connection.execute("DELETE FROM anchor WHERE utc < ?", (since,))
        connection.execute("VACUUM")


def _asked(store: Path) -> Asked:
    with _served(store) as (pid, client):
        idle_mb, start_cpu_s = memory_mb("VmRSS", str(pid)), _cpu_s(pid)
        signed = client.post("/sign-in", data={"role": "walker", "phrase": PHRASE} | _token(client.get("/sign-in")))
        if signed.status_code != 303:
            raise BenchError(f"the page let nobody in: {signed.status_code}")
        walks = re.findall(r"/walk/(b\d+-\d+-[0-9a-f]{4})", client.get("/walks").text)
        cpu_ms, kilobytes = {}, {}
        for name, address in PAGES.items():
            path = address.format(walk=walks[0])
            kilobytes[name] = len(client.get(path).raise_for_status().content) / 1000
            cpu_ms[name] = median(_request_ms(client, pid, path) for _ in range(ASKED))
        used_mb = memory_mb("VmRSS", str(pid))
    listed = subprocess.run(
        [KNEEMON, "sessions", "--json", "--last", "100000", "--store", store], check=True, capture_output=True
    )
    return Asked(listed.stdout.count(b"\n"), cpu_ms, kilobytes, idle_mb, used_mb, start_cpu_s)


def _request_ms(client: httpx.Client, pid: int, path: str) -> float:
    before_s = _cpu_s(pid)
    client.get(path).raise_for_status()
    return 1000 * (_cpu_s(pid) - before_s)


def _token(answer: httpx.Response) -> dict[str, str]:
    found = re.search(r'name="csrf" value="([^"]+)"', answer.text)
    return {"csrf": found[1]} if found else {}


@contextmanager
def _served(store: Path) -> Iterator[tuple[int, httpx.Client]]:
    """The page on a free port of this machine, and a visitor."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--set", f"store.path={store}", "--set", f"web.port={port}"]
    environment = os.environ | {"XDG_RUNTIME_DIR": str(store.parent)}
    subprocess.run(
        [KNEEMON, "web", "passphrase", "walker", "--stdin", *options],
        input=f"{PHRASE}\n",
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
        env=environment,
    )
    page = subprocess.Popen([KNEEMON, "web", *options], env=environment, stderr=subprocess.DEVNULL)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            until_s = time.monotonic() + READY_WITHIN_S
            while not _listens(port):
                if time.monotonic() > until_s:
                    raise BenchError(f"the page did not answer within {READY_WITHIN_S:g} s")
                time.sleep(0.1)
            yield page.pid, client
    finally:
        page.terminate()
        page.wait()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def _cpu_s(pid: int) -> float:
    """Of all threads, to the nanosecond: its CPU-time clock, as clock_getcpuclockid(3) names it."""
    return time.clock_gettime(~pid << 3 | 2)


OF_ITS_CHILD = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
took = resource.getrusage(resource.RUSAGE_CHILDREN)
print(took.ru_utime + took.ru_stime, took.ru_maxrss)
"""


def _report(store: Path) -> tuple[float, float]:
    """CPU of the whole command, typst's process included, and the largest process of it, MB.

    A process begins with its parent's peak, so it is given a small parent.
    """
    command = [KNEEMON, "report", "--weeks", "12", "--store", str(store), "--out", str(store.with_suffix(".pdf"))]
    told = subprocess.run([sys.executable, "-c", OF_ITS_CHILD, *command], check=True, capture_output=True, text=True)
    cpu_s, kilobytes = told.stdout.split()
    return float(cpu_s), int(kilobytes) * 1024 / 1e6
