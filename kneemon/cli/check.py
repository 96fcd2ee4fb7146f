# SPDX-License-Identifier: MIT
"""`kneemon check`: is everything wired and reachable? In plain words."""

import argparse
import logging

from kneemon.app.check import Outcome, check
from kneemon.cli.settings import configuration
from kneemon.clock import SystemClock
from kneemon.errors import ExitCode


def run(args: argparse.Namespace) -> int:
    logging.basicConfig(level=logging.CRITICAL)  # what there is to tell stands in the findings
    config, places = configuration(args)
    faults = 0
    for finding in check(config, places, SystemClock(), seconds=args.seconds, play=not args.quiet):
        faults += finding.outcome is Outcome.FAULT
        print(f"{finding.outcome:<5}  {finding.part:<13}  {finding.text}", flush=True)
    if faults:
        print(f"\n{faults} to mend; hardware/README.md shows the wiring.")
        return ExitCode.CHECK
    print("\nAll that could be checked is as it should be.")
    return ExitCode.OK
