# SPDX-License-Identifier: MIT
"""`python -m tests.bench`: measure, print, and with --write renew the page."""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.bench import accuracy, cost, service, tables
from tests.bench.made import Made
from tests.bench.page import renew
from tests.bench.telling import BenchError, say


def main() -> int:
    """Each part in turn; 0 also when there are no recordings to count in."""
    args = _parser().parse_args()
    made = Made.now()
    inputs = accuracy.Inputs(args.recordings, args.score, args.peers)
    parts: Mapping[str, Callable[[], str]] = {
        "accuracy": lambda: tables.accuracy(accuracy.measure(inputs), made),
        "cost": lambda: tables.cost(cost.measure(args.minutes, args.runs), made),
        "service": lambda: tables.service(service.measure(args.runs), made),
    }
    try:
        for name in args.only or parts:
            if name == "accuracy" and (gone := inputs.missing()):
                say(f"bench: {tables.missing(gone)}")
                continue
            part = parts[name]()
            sys.stdout.write(f"{part}\n\n")
            if args.write:
                renew(args.write, name, part)
    except BenchError as error:
        say(f"bench: {error}")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--recordings", type=Path, default=Path("recordings"), help="folder of folders with index.csv")
    parser.add_argument("--score", type=Path, default=Path("score.py"), help="the scorer")
    parser.add_argument("--peers", type=Path, default=Path("peers.json.gz"), help="published counters' figures")
    parser.add_argument("--write", type=Path, metavar="FILE", help="the page to put the tables into")
    parser.add_argument("--minutes", type=float, default=60.0, help="of signal whose cost is measured (default: 60)")
    parser.add_argument("--runs", type=int, default=3, help="of each process (default: 3)")
    parser.add_argument(
        "--only", action="append", choices=("accuracy", "cost", "service"), help="this part; may be given several times"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
