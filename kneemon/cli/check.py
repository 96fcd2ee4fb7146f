# SPDX-License-Identifier: MIT
"""`kneemon check`: is everything wired and reachable? In plain words; in green and red where there is a terminal."""

import argparse
import json
import logging
import sys
from collections.abc import Callable
from dataclasses import asdict

from rich.console import Console
from rich.table import Table
from rich.text import Text

from kneemon.app.check import Finding, Outcome, check, this_machine
from kneemon.cli.settings import configuration
from kneemon.clock import SystemClock
from kneemon.errors import ExitCode

OUTCOME_WIDTH, PART_WIDTH, GAP = 5, 13, 2
STYLES = {Outcome.GOOD: "green", Outcome.NOTE: "yellow", Outcome.FAULT: "bold red"}

Tell = Callable[[Finding], None]


def run(args: argparse.Namespace) -> int:
    logging.basicConfig(level=logging.CRITICAL)  # what there is to tell stands in the findings
    config, places = configuration(args)
    tell: Tell = _as_json if args.json else _in_colours() if sys.stdout.isatty() else _plainly
    faults = 0
    for finding in check(config, places, SystemClock(), seconds=args.seconds, play=args.cues, machine=this_machine()):
        faults += finding.outcome is Outcome.FAULT
        tell(finding)
    if not args.json:
        print(f"\n{_verdict(faults)}")
    return ExitCode.CHECK if faults else ExitCode.OK


def _verdict(faults: int) -> str:
    if not faults:
        return "All that could be checked is as it should be."
    first = "" if faults == 1 else ", the first one first"
    return f"{faults} to mend{first}; hardware/README.md shows the wiring."


def _as_json(finding: Finding) -> None:
    print(json.dumps(asdict(finding), ensure_ascii=False), flush=True)


def _plainly(finding: Finding) -> None:
    word, *lines = _lines(finding)
    indent = " " * (OUTCOME_WIDTH + PART_WIDTH + 2 * GAP)
    print(f"{word:<{OUTCOME_WIDTH}}  {finding.part:<{PART_WIDTH}}  {lines[0]}", flush=True)
    for line in lines[1:]:
        print(f"{indent}{line}", flush=True)


def _in_colours() -> Tell:
    """The same words; long ones are wrapped in their column."""
    console = Console(highlight=False)

    def tell(finding: Finding) -> None:
        word, *lines = _lines(finding)
        table = Table.grid(padding=(0, GAP, 0, 0))
        table.add_column(width=OUTCOME_WIDTH)
        table.add_column(width=PART_WIDTH)
        table.add_column()
        style = STYLES[finding.outcome]
        table.add_row(Text(word, style), Text(finding.part), Text("\n".join(lines)))
        console.print(table)

    return tell


def _lines(finding: Finding) -> list[str]:
    """The outcome's word, what was found, and where there is something to do, why and what."""
    word = finding.outcome.upper() if finding.outcome is Outcome.FAULT else finding.outcome.value
    lines = [word, finding.text]
    if finding.cause is not None:
        lines.append(f"likely: {finding.cause}")
    if finding.next is not None:
        lines.append(f"try: {finding.next}")
    return lines
