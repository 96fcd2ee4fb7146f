# SPDX-License-Identifier: MIT
"""`kneemon diary`: what was told, chosen, done and decided, newest first, each in a sentence.

A day that was not certain when it was written, and has not become so since, has a ~ before it.
"""

import argparse
import json
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from kneemon.app.diary_words import sentence
from kneemon.cli.settings import configuration
from kneemon.errors import ConfigError, ExitCode
from kneemon.model.diary import DiaryEntry
from kneemon.model.records import TimeAnchor
from kneemon.plan.history import Placed, place
from kneemon.store.facts import KINDS
from kneemon.store.reader import StoreReader

KIND_OF = {fact: kind for kind, fact in KINDS.items()}


def run(args: argparse.Namespace) -> int:
    if args.last < 1:
        raise ConfigError(
            "--last", expected="a whole number from 1", seen=str(args.last), remedy="Leave it out for 40."
        )
    path = args.store or configuration(args)[1].store
    with StoreReader(path) as reader:
        entries = reader.diary(args.last)
        unreadable, anchors = reader.unreadable, reader.anchors()
    for entry in reversed(entries):
        placed = placed_of(entry, anchors)
        print(json.dumps(facts_of(entry, placed)) if args.json else _line(entry, placed))
    if not args.json and not entries:
        print(f"Nothing has been noted yet in {path}.")
    if not args.json and unreadable:
        print(f"({unreadable} more cannot be read by this kneemon.)")
    return ExitCode.OK


def placed_of(entry: DiaryEntry, anchors: Mapping[str, TimeAnchor]) -> Placed:
    """When it was told, by all that is known of the clock by now."""
    stamp = entry.stamp
    return place(stamp.boot_id, stamp.t_s, stamp.utc, stamp.tz, certain=stamp.certain, anchors=anchors)


def facts_of(entry: DiaryEntry, placed: Placed) -> dict[str, object]:
    """The entry for programs: its kind, when, and the fact as it is stored."""
    return {
        "seq": entry.seq,
        "at": placed.at.isoformat(),
        "day": placed.day.isoformat(),
        "certain": placed.certain,
        "kind": KIND_OF[type(entry.fact)],
        "fact": msgspec.to_builtins(entry.fact),
    }


def _line(entry: DiaryEntry, placed: Placed) -> str:
    walk = getattr(entry.fact, "session_id", "")
    about = f" ({walk})" if walk else ""
    return (
        f"{'' if placed.certain else '~'}{_local(placed, entry.stamp.tz):%Y-%m-%d %H:%M}  {sentence(entry.fact)}{about}"
    )


def _local(placed: Placed, tz: str) -> datetime:
    try:
        return placed.at.astimezone(ZoneInfo(tz))
    except (KeyError, ValueError, OSError):
        return placed.at
