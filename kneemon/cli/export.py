# SPDX-License-Identifier: MIT
"""`kneemon export`: the physio's files of a walk, of all walks, or of the diary."""

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

from kneemon.app.outcomes import Seen, on_calendar, outcomes
from kneemon.cli.settings import configuration
from kneemon.clock import SystemClock
from kneemon.errors import ExitCode
from kneemon.export.columns import Walked
from kneemon.export.csv_files import dated, diary_csv, session_csv, write_files
from kneemon.export.diary_columns import Dated
from kneemon.model.questions import Ask
from kneemon.model.records import SessionRecord
from kneemon.store.reader import StoreReader


def run(args: argparse.Namespace) -> int:
    path = args.store or configuration(args)[1].store
    with StoreReader(path) as reader:
        diary = dated(reader.diary(), reader.anchors())
        if reader.unreadable:
            print(f"({reader.unreadable} entries of the diary cannot be read by this kneemon and are left out.)")
        if args.session == "diary":
            _tell(write_files(args.out, diary_csv(diary)))
        else:
            _walks(args, path, reader, diary)
    return ExitCode.OK


def _walks(args: argparse.Namespace, path: Path, reader: StoreReader, diary: Sequence[Dated]) -> None:
    records = reader.sessions() if args.session == "all" else [reader.session(args.session)]
    anchors = reader.anchors()
    seen = outcomes(reader, SystemClock().today())
    for record in records:
        name = record.session_id
        walked = _walked(on_calendar(record, anchors), seen[name])
        _tell(write_files(args.out, session_csv(walked, reader.seconds(name), reader.events(name), diary)))
    if not records:
        print(f"No walk has been stored yet in {path}.")


def _tell(written: Iterable[Path]) -> None:
    for file in written:
        print(file)


def _walked(record: SessionRecord, seen: Seen) -> Walked:
    walk = seen.outcome
    pain = {
        Ask.PAIN_BEFORE: walk.p0,
        Ask.PAIN_END: walk.p1,
        Ask.PAIN_LATER: walk.p2,
        Ask.PAIN_MORNING: walk.pm,
    }
    return Walked(record, pain, seen.load, seen.load_kns, seen.overshoot_percent)
