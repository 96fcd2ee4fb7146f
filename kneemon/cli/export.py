# SPDX-License-Identifier: MIT
"""`kneemon export`: walks and diary as files, in the formats asked for; `kneemon bundle`: sealed, to be sent."""

import argparse
import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from kneemon.app.archives import Told, Wanted, files_of, name_of
from kneemon.app.opened import opened
from kneemon.app.reading import Reading
from kneemon.cli.settings import configuration
from kneemon.clock import SystemClock
from kneemon.errors import ExitCode, ExportError
from kneemon.export.folder import write_files
from kneemon.export.formats import Format
from kneemon.export.packed import chunks_of, new_pass_phrase, sealed
from kneemon.language import language

BUNDLED = (Format.REPORT, Format.XLSX, Format.FIT, Format.FHIR)
MANY = 20  # walks from which on progress is shown


def run(args: argparse.Namespace) -> int:
    clock = SystemClock()
    with _read(args, clock) as reading:
        if args.verb == "bundle":
            return _bundle(args, reading, clock)
        wanted = _wanted(args)
        if not reading.count() and args.session == "all":
            print(f"No walk has been stored yet in {reading.path}.")
            return ExitCode.OK
        with _progress() as told:
            files = write_files(args.out, files_of(reading, wanted, clock, language(args.language), told))
        for file in files:
            print(file)
    return ExitCode.OK


@contextmanager
def _read(args: argparse.Namespace, clock: SystemClock) -> Iterator[Reading]:
    zone = ""
    path = args.store
    if path is None:
        config, places = configuration(args)
        path, zone = places.store, config.device.time_zone
    with opened(path, clock, zone) as reading:
        reading.reader.diary()
        if left_out := reading.reader.unreadable:
            print(f"({left_out} entries of the diary cannot be read by this kneemon and are left out.)")
        yield reading


def _wanted(args: argparse.Namespace) -> Wanted:
    """One walk, or the walks of some days, or all. ExportError for a walk and days at once."""
    formats = tuple(args.formats) or (Format.CSV,)
    days = args.first is not None or args.last is not None
    if days and args.session not in ("latest", "all"):
        raise ExportError(
            "the walks to be exported",
            expected="one walk, or days",
            seen=f"the walk {args.session} and days",
            remedy="Leave one of them out.",
        )
    if args.raw and Format.JSON not in formats:
        raise ExportError(
            "the sensor's samples",
            expected="json among the formats",
            seen=", ".join(formats),
            remedy="Say `--as json --raw`; bids has them without --raw.",
        )
    if args.session == "diary":
        return Wanted((Format.DIARY,))
    _in_order(args.first, args.last)
    return Wanted(formats, "" if days or args.session == "all" else args.session, args.first, args.last, args.raw)


def _in_order(first: date | None, last: date | None) -> None:
    if first is not None and last is not None and last < first:
        raise ExportError(
            "the days to be exported", expected=f"days from {first} on", seen=f"{last} as the last", remedy="Swap them."
        )


def _bundle(args: argparse.Namespace, reading: Reading, clock: SystemClock) -> int:
    """The sealed ZIP, and what to do with it."""
    _in_order(args.first, args.last)
    wanted = Wanted(tuple(args.formats) or BUNDLED, "", args.first, args.last)
    phrase, made = _phrase(args)
    name = f"{name_of(wanted, reading)}-sealed.zip"
    with _progress() as told:
        files = files_of(reading, wanted, clock, language(args.language), told)
        (file,) = write_files(args.out, [(name, chunks_of(sealed(files, phrase)))])
    print(file)
    print("Encrypted with AES-256. 7-Zip, WinZip, Keka and bsdtar open it; the Explorer of Windows does not.")
    if made:
        print(f"The pass phrase is  {phrase}  : tell it by telephone, never in the same message. It is kept nowhere.")
    return ExitCode.OK


def _phrase(args: argparse.Namespace) -> tuple[str, bool]:
    """What opens the bundle, and whether kneemon made it up."""
    if args.stdin:
        return sys.stdin.readline().rstrip("\r\n"), False
    if not args.own or not sys.stdin.isatty():
        return new_pass_phrase(), True
    first = getpass.getpass("Pass phrase of the bundle, at least 12 characters: ")
    if getpass.getpass("Once more: ") != first:
        raise ExportError(
            "the pass phrase of the bundle",
            expected="the same twice",
            seen="two",
            remedy="Nothing was written; try again.",
        )
    return first, False


@contextmanager
def _progress() -> Iterator[Told]:
    """A bar for many walks, on a terminal."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("walks", total=None, visible=False)
        yield lambda done, of: bar.update(task, completed=done, total=of, visible=of >= MANY)
