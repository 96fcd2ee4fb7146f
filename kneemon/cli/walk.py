# SPDX-License-Identifier: MIT
"""`kneemon walk`: a walk noted, corrected, deleted, brought back, erased; and what was ever done to it."""

import argparse
import sys

from kneemon.app.as_known import on_calendar
from kneemon.app.desk import desk
from kneemon.app.diary_words import sentence
from kneemon.cli.diary import placed_of
from kneemon.cli.settings import configuration
from kneemon.cli.words import local, minutes
from kneemon.clock import SystemClock
from kneemon.errors import ConfigError, ControlError, ExitCode
from kneemon.model.records import SessionRecord
from kneemon.plan.amended import strikes
from kneemon.store.reader import StoreReader

REQUESTS = {
    "note": "note-walk",
    "correct": "correct-walk",
    "delete": "strike",
    "restore": "restore",
    "erase": "erase",
}
EVERYTHING: dict[str, object] = {"session_id": "all"}  # as typed; no walk is called so
CONFIRM = "It cannot be brought back. Type yes to erase {what}: "


def run(args: argparse.Namespace) -> int:
    if args.action == "history":
        _history(args)
        return ExitCode.OK
    wanted = _wanted(args)
    config, places = configuration(args)
    if args.action == "erase" and not _confirmed(wanted):
        return ExitCode.OK
    with desk(config, places, SystemClock()) as opened:
        if args.action == "erase" and wanted == EVERYTHING:
            print(opened.amend("erase-all", {}))
        else:
            print(opened.amend(REQUESTS[args.action], wanted))
    return ExitCode.OK


def _wanted(args: argparse.Namespace) -> dict[str, object]:
    """What the request takes; a walk or an entry."""
    if args.action == "note":
        return {"session_id": args.walk, "text": args.text}
    if args.action == "correct":
        return {"session_id": args.walk, "steps": args.steps, "walking_min": args.minutes, "why": args.why}
    if (args.walk is None) == (args.entry is None):
        raise ConfigError(
            f"kneemon walk {args.action}",
            expected="a walk's name, or --entry with a number",
            seen="neither" if args.walk is None else "both",
            remedy="`kneemon sessions` lists the walks, `kneemon diary --json` the entries.",
        )
    which: dict[str, object] = {"seq": args.entry} if args.walk is None else {"session_id": args.walk}
    return which | ({"why": args.why} if args.action == "delete" else {})


def _confirmed(wanted: dict[str, object]) -> bool:
    """The owner's own word, at a terminal; the end of the input is no yes."""
    what = f"entry {wanted['seq']}" if "seq" in wanted else f"the walk {wanted['session_id']}"
    if wanted == EVERYTHING:
        what = "every walk and the whole diary"
    if not sys.stdin.isatty():
        raise ControlError(
            "The erasure",
            expected="your own yes at a terminal",
            seen="no terminal",
            remedy="Run it yourself and answer its question; nothing was erased.",
        )
    try:
        if input(CONFIRM.format(what=what)).strip().lower() == "yes":
            return True
    except EOFError:
        print()
    print("Nothing was erased.")
    return False


def _history(args: argparse.Namespace) -> None:
    """As counted, each revision by hand or by a better engine, and all that was told about it, with its number."""
    path = args.store or configuration(args)[1].store
    with StoreReader(path) as reader:
        record = reader.session(args.walk)
        former, entries = reader.former(record.session_id), reader.diary_about(record.session_id)
        anchors = reader.anchors()
        struck = strikes(reader.diary_of("struck", "restored"))
    began = local(on_calendar(record, anchors))
    deleted = ", deleted" if record.session_id in struck.walks else ""
    print(f"{record.session_id}, began {began:%Y-%m-%d %H:%M}{deleted}")
    versions = [*(each.record for each in former), record]
    print(f"  as counted: {_figures(versions[0])}")
    for before, after in zip(former, versions[1:], strict=True):
        who = "by a better count" if before.author == "engine" else f"by the {before.author or 'owner'}"
        why = f", {before.why}" if before.why else ""
        print(f"  {before.kept_at:%Y-%m-%d} {who}: {_figures(after)}{why}")
    for entry in entries:
        out = "" if entry.seq not in struck.entries else " (deleted)"
        day = placed_of(entry, anchors).day
        print(f"  {entry.seq:>5}  {day}  {sentence(entry.fact)}{out}")


def _figures(record: SessionRecord) -> str:
    walked = minutes(record.summary.walking_s)
    return f"{record.summary.steps} steps, {walked} walked (revision {record.revision})"
