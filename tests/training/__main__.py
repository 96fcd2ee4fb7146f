# SPDX-License-Identifier: MIT
"""`python -m tests.training`: fit the gate's weights, judge gates on whom they never saw, and renew table and page.

Without recordings it says so in one line, and ends well.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.bench import scorer
from tests.bench.made import Made
from tests.bench.page import renew
from tests.bench.telling import BenchError, say
from tests.training import page, table, work
from tests.training.folds import FOLDS, SOURCES
from tests.training.work import EVERYONE, Left

WEIGHTS, PEOPLE, FROM_SOURCES = "weights", "people", "sources"
PARTS = (WEIGHTS, PEOPLE, FROM_SOURCES)


def main() -> int:
    """0 also when there is nothing to learn from."""
    args = _parser().parse_args()
    gone = next((path for path, there in _inputs(args) if not there), None)
    if gone is not None:
        say(f"training: {page.missing(gone)}")
        return 0
    try:
        for mark, text in _parts(args, Made.now()):
            sys.stdout.write(f"{text}\n\n")
            if args.write:
                renew(args.write, mark, text)
    except BenchError as error:
        say(f"training: {error}")
        return 1
    return 0


def _parts(args: argparse.Namespace, made: Made) -> Iterator[tuple[str, str]]:
    """Each part's mark in the page and its text."""
    only = args.only or PARTS
    by = scorer.load(args.score)
    rows, fold_of = work.recordings(by, args.recordings)
    with work.processes(made.cores) as pool:
        learned = work.learn(pool, rows)
        gates = work.fits(pool, learned, fold_of, list(_lefts(only, args.seeds)))
        if WEIGHTS in only:
            if args.write_table:
                args.write_table.write_text(table.gate_table(gates[EVERYONE]), encoding="utf-8")
            yield "learning set", page.learning_set(learned, made)
        if PEOPLE in only or FROM_SOURCES in only:
            judged = work.judged(pool, by, work.tasks(rows, fold_of, gates))
    if PEOPLE in only:
        yield "people", page.people(judged)
        yield "targets", page.targets(judged)
        yield "impaired", page.changed(judged)
        yield "made up", page.made_up(judged)
    if FROM_SOURCES in only:
        yield "sources", page.sources(judged)


def _lefts(only: Sequence[str], seeds: int) -> Iterator[Left]:
    """All fits that the parts need; sources are set beside the first seed's people."""
    if WEIGHTS in only:
        yield EVERYONE
    count = seeds if PEOPLE in only else 1 if FROM_SOURCES in only else 0
    yield from (Left(seed, fold=fold) for seed in range(count) for fold in range(FOLDS))
    if FROM_SOURCES in only:
        yield from (Left(0, source=source) for source in SOURCES)


def _inputs(args: argparse.Namespace) -> Iterator[tuple[Path, bool]]:
    yield args.recordings, any(args.recordings.glob("**/index.csv"))
    yield args.score, args.score.is_file()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.training", description=__doc__)
    parser.add_argument("--recordings", type=Path, default=Path("recordings"), help="folder of folders with index.csv")
    parser.add_argument("--score", type=Path, default=Path("score.py"), help="the scorer")
    parser.add_argument("--write-table", type=Path, metavar="FILE", help="where to write the shipped weights")
    parser.add_argument("--write", type=Path, metavar="FILE", help="the page to put the tables into")
    parser.add_argument("--seeds", type=int, default=4, help="of the gates that leave people out (default: 4)")
    parser.add_argument("--only", action="append", choices=PARTS, help="this part; may be given several times")
    return parser


if __name__ == "__main__":
    sys.exit(main())
