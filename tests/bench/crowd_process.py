# SPDX-License-Identifier: MIT
"""One measured crowd: `python -m tests.bench.crowd_process PORT DEVICES MINUTES SPEED` prints what it did, as JSON.

It is what `kneemon simulate traffic` runs, in a process of its own. A line for each second, the last one with all that
was counted.
"""

import json
import sys

from kneemon.app.crowd import CrowdOptions, allow_files, scripts
from kneemon.clock import SystemClock
from kneemon.mqtt.crowd import Crowd
from kneemon.mqtt.crowd_tally import Tally
from kneemon.mqtt.settings import BrokerSettings
from tests.bench.measured import memory_mb

SEED = 7


def figures(tally: Tally) -> dict[str, float]:
    storm = tally.longest_storm
    since_s = tally.all_online_s or tally.began_s
    messages = sum(count for second, count in tally.messages.items() if second > since_s)
    return {
        "online": tally.online,
        "devices": tally.devices,
        "made": tally.made,
        "acknowledged": tally.acknowledged,
        "refused": tally.refused,
        "lost": tally.lost,
        "again": tally.again,
        "messages": tally.sent,
        "messages_a_s": messages / max(1.0, tally.ended_s - since_s),
        "peak_messages": tally.peak_messages,
        "reconnects": tally.reconnects,
        "storm_s": 0.0 if storm is None else storm.lasted_s,
        "storm_peak": 0 if storm is None else storm.peak,
        "behind_s": tally.behind_s,
    }


def main(port: int, devices: int, minutes: float, speed: float) -> None:
    allow_files(devices)
    clock, settings = SystemClock(), BrokerSettings("127.0.0.1", port)
    said = scripts(CrowdOptions(devices, 1, minutes, speed), settings, clock.anchor().utc, SEED)
    tally = Crowd(settings, said, clock, told=lambda tally: _say(figures(tally))).run()
    _say(figures(tally) | {"peak_mb": memory_mb("VmHWM"), "over": 1})


def _say(told: dict[str, float]) -> None:
    sys.stdout.write(f"{json.dumps(told)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]))
