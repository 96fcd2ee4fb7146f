# SPDX-License-Identifier: MIT
"""`python -m tests.bench`: measure, print, and with --write renew the page."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench import (
    accuracy,
    cost,
    counted,
    crowd,
    crowd_tables,
    drained,
    drained_tables,
    paged,
    paged_tables,
    service,
    simulated,
    tables,
)
from tests.bench.made import Made
from tests.bench.page import renew
from tests.bench.telling import BenchError, say

RECORDED, SIMULATED, COST, SERVICE, DEVICE = "accuracy", "simulated", "cost", "service", "device"
HOME, PAGE = "home", "page"
PARTS = (RECORDED, SIMULATED, COST, SERVICE, DEVICE, HOME, PAGE)


def main() -> int:
    """Each part in turn; 0 also when there are no recordings to count in."""
    args = _parser().parse_args()
    made = Made.now()
    try:
        for name in args.only or PARTS:
            for mark, text in _part(name, args, made):
                sys.stdout.write(f"{text}\n\n")
                if args.write:
                    renew(args.write, mark, text)
    except BenchError as error:
        say(f"bench: {error}")
        return 1
    return 0


def _part(name: str, args: argparse.Namespace, made: Made) -> Iterator[tuple[str, str]]:
    """The mark in the page and the text for it, of all that one part tells; nothing when its input is not there."""
    if name == COST:
        yield name, tables.cost(cost.measure(args.minutes, args.runs), made)
    elif name == SERVICE:
        yield name, tables.service(service.measure(args.runs), made)
    elif name == DEVICE:
        yield "drained", drained_tables.drained(drained.measure(args.seconds), made)
    elif name == HOME:
        met = crowd.measure()
        if met is None:
            say("bench: there is no Mosquitto, so no crowd meets it")
        else:
            yield name, crowd_tables.crowd(met, made)
    elif name == PAGE:
        yield name, paged_tables.paged(paged.measure(), made)
    elif name == SIMULATED and not args.score.is_file():
        say(f"bench: {counted.without_scorer(args.score)}")
    elif name == SIMULATED:
        yield name, counted.walkers(simulated.measure(args.score, made.cores), made)
    else:
        inputs = accuracy.Inputs(args.recordings, args.score, args.peers)
        if (gone := inputs.missing()) is not None:
            say(f"bench: {counted.missing(gone)}")
            return
        measured = accuracy.measure(inputs, made.cores)
        yield name, counted.accuracy(measured, made)
        yield "bands", counted.bands(measured)
        yield "positions", counted.positions(measured)
        yield "device", counted.other_device(measured)
        yield "targets", counted.targets(measured)
        yield "agreement", counted.agreement(measured)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--recordings", type=Path, default=Path("recordings"), help="folder of folders with index.csv")
    parser.add_argument("--score", type=Path, default=Path("score.py"), help="the scorer")
    parser.add_argument("--peers", type=Path, default=Path("peers.json.gz"), help="published counters' figures")
    parser.add_argument("--write", type=Path, metavar="FILE", help="the page to put the tables into")
    parser.add_argument("--minutes", type=float, default=60.0, help="of signal whose cost is measured (default: 60)")
    parser.add_argument("--seconds", type=float, default=60.0, help="of the service behind the chip (default: 60)")
    parser.add_argument("--runs", type=int, default=3, help="of each process (default: 3)")
    parser.add_argument("--only", action="append", choices=PARTS, help="this part; may be given several times")
    return parser


if __name__ == "__main__":
    sys.exit(main())
