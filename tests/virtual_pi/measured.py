# SPDX-License-Identifier: MIT
"""What a service takes of the guest: memory, wake-ups, processor, and bytes written to the card.

A look is one command; two looks make the figures of the time between them.
"""

import json
from dataclasses import dataclass

from virtual_pi.machine import Machine

# One Python for all of it, so that looking costs little of what is looked at.
LOOK = r"""
import json, os, sys, time
unit = sys.argv[1]
group = "/sys/fs/cgroup/system.slice/" + unit
pids = open(group + "/cgroup.procs").read().split()
def number(path, name):
    for line in open(path):
        if line.startswith(name):
            return int(line.split()[1])
    return 0
def store():
    import sqlite3
    one = sqlite3.connect("file:/var/lib/kneemon/kneemon.db?mode=ro", uri=True)
    return one.execute("PRAGMA page_count").fetchone()[0] * one.execute("PRAGMA page_size").fetchone()[0]
def tasks(pid):
    return ["/proc/%s/task/%s/status" % (pid, task) for task in os.listdir("/proc/%s/task" % pid)]
root = os.stat("/").st_dev
disk = "%d:%d" % (os.major(root), os.minor(root))
os.sync()
written = [line.split() for line in open("/proc/diskstats")]
print(json.dumps({
    "at_s": time.clock_gettime(time.CLOCK_BOOTTIME),
    "pss_kib": sum(number("/proc/%s/smaps_rollup" % pid, "Pss:") for pid in pids),
    "rss_kib": sum(number("/proc/%s/smaps_rollup" % pid, "Rss:") for pid in pids),
    "group_bytes": int(open(group + "/memory.current").read()),
    "peak_bytes": int(open(group + "/memory.peak").read()),
    "threads": sum(len(tasks(pid)) for pid in pids),
    "wakeups": {status: number(status, "voluntary_ctxt_switches:") for pid in pids for status in tasks(pid)},
    "cpu_us": number(group + "/cpu.stat", "usage_usec"),
    "service_bytes": sum(number("/proc/%s/io" % pid, "write_bytes:") for pid in pids),
    "root_bytes": sum(512 * int(row[9]) for row in written if row[0] + ":" + row[1] == disk),
    "store_bytes": store(),
}))
"""


@dataclass(frozen=True)
class Look:
    """As of at_s, stream time; counters since the unit was started, root_bytes since the boot.

    store_bytes: of the database, without the journal beside it.
    """

    at_s: float
    pss_kib: int
    rss_kib: int
    group_bytes: int
    peak_bytes: int
    threads: int
    wakeups: dict[str, int]  # by thread
    cpu_us: int
    service_bytes: int
    root_bytes: int
    store_bytes: int


def look(machine: Machine, unit: str) -> Look:
    """Everything is written out before, so that a look begins and ends on even ground."""
    machine.put("/run/look.py", LOOK)
    return Look(**json.loads(machine.run(f"python3 -IS /run/look.py {unit}")))


def between(before: Look, after: Look) -> dict[str, float]:
    """Of the time between: a second's, and an hour's."""
    passed_s = after.at_s - before.at_s
    wakeups = [count - before.wakeups.get(thread, 0) for thread, count in after.wakeups.items()]
    return {
        "seconds": round(passed_s, 1),
        "wakeups_per_second": round(sum(wakeups) / passed_s, 1),
        "of_its_busiest_thread": round(max(wakeups) / passed_s, 1),
        "instructions_per_second": round((after.cpu_us - before.cpu_us) / passed_s * INSTRUCTIONS_PER_US),
        "service_kib_per_hour": round((after.service_bytes - before.service_bytes) / 1024 * 3600 / passed_s),
        "card_kib_per_hour": round((after.root_bytes - before.root_bytes) / 1024 * 3600 / passed_s),
        "store_kib_per_hour": round((after.store_bytes - before.store_bytes) / 1024 * 3600 / passed_s),
        "pss_kib": after.pss_kib,
        "group_kib": after.group_bytes // 1024,
    }


INSTRUCTIONS_PER_US = 500  # `-icount shift=1`: each takes 2 ns of the guest's time
