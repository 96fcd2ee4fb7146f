# SPDX-License-Identifier: MIT
"""`kneemon calibrate`: guided by pictures in a terminal, by lines elsewhere; and what is applied, and back again."""

import argparse
import logging
import sys

from kneemon.app.calibrate import Calibrated, Guide, calibrate, undo
from kneemon.cli.settings import configuration
from kneemon.clock import SystemClock
from kneemon.config.options import Config
from kneemon.config.places import Places
from kneemon.errors import ExitCode
from kneemon.sensor.calibration import Calibration, Calibrations, Method, in_words
from kneemon.sensor.positions import Side

HOW = {Method.SIX: "on six sides", Method.REST: "at rest, one scale for all axes"}
FIRST = {
    Method.SIX: "Lay the box on each of its six sides, in any order, and let it lie still for two seconds.",
    Method.REST: "Lay the box down, any way, and let it lie still for two seconds.",
}


def run(args: argparse.Namespace) -> int:
    logging.basicConfig(level=logging.CRITICAL)  # what there is to tell is told as a word to the reader
    config, places = configuration(args)
    if args.action == "show":
        _show(places)
    elif args.action == "undo":
        _undo(places)
    else:
        _guide(config, places, Method(args.action))
    return ExitCode.OK


def _guide(config: Config, places: Places, how: Method) -> None:
    if sys.stdout.isatty():
        from kneemon.cli.calibrate_view import guiding

        with guiding(how) as show:
            calibrated = calibrate(config, places, SystemClock(), how, show)
    else:
        print(FIRST[how], flush=True)
        calibrated = calibrate(config, places, SystemClock(), how, _Lines().show)
    _tell(calibrated)


class _Lines:
    """Without a terminal: a line for each side that is done, and for each word."""

    def __init__(self) -> None:
        self._done: frozenset[Side] = frozenset()
        self._word = ""

    def show(self, guide: Guide) -> None:
        for side in guide.done - self._done:
            print(f"{side}: done, {len(guide.done)} of {len(Side)}", flush=True)
        if guide.word and guide.word != self._word:
            print(guide.word, flush=True)
        self._done, self._word = guide.done, guide.word


def _tell(calibrated: Calibrated) -> None:
    """What it was good for."""
    print("\n                |a| before    after")
    for shift in calibrated.shifts:
        print(f"  {shift.where:<12}  {shift.before_g:8.3f} g  {shift.after_g:.3f} g")
    print()
    _describe(calibrated.calibration)
    print("\nkneemon applies it from its next start on; `kneemon calibrate undo` takes it back.")


def _describe(calibration: Calibration) -> None:
    print(f"{calibration.chip}: calibrated {HOW[calibration.how]}, {calibration.made} (UTC)")
    print(f"  offset  {in_words(calibration.offset_g)} g")
    print(f"  gain    {in_words(calibration.gain)}")
    print(f"  noise   {in_words(calibration.noise_g)} g")


def _show(places: Places) -> None:
    in_force = Calibrations.read(places.calibration).in_force
    if not in_force:
        print(f"Nothing is calibrated: the chips' own readings count. ({places.calibration})")
        return
    for calibration in in_force:
        _describe(calibration)
    print(f"Kept in {places.calibration}")


def _undo(places: Places) -> None:
    gone, now = undo(places)
    print(f"Taken back: {gone.chip}, calibrated {HOW[gone.how]}, {gone.made} (UTC). In force from the next start on:")
    if now is None:
        print(f"{gone.chip}: not calibrated, its own readings count.")
    else:
        _describe(now)
