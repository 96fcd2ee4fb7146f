# SPDX-License-Identifier: MIT
"""The arguments of `kneemon walk`; `cli.parser` knows the verbs."""

import argparse
from collections.abc import Callable

Configured = Callable[[argparse.ArgumentParser], None]


def walk(parser: argparse.ArgumentParser, configured: Configured, stored: Configured) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    def action(name: str, about: str, *, entry: bool = False, all_: bool = False) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.")
        which = "a walk's name, or latest" + (", or all" if all_ else "")
        added.add_argument("walk", nargs="?" if entry else None, metavar="WALK", help=which)
        if entry:
            about_entry = "an entry of the diary instead of a walk; `kneemon diary --json` tells the numbers"
            added.add_argument("--entry", type=int, metavar="N", help=about_entry)
        return added

    note = action("note", "note a word about a walk; an empty one takes the note back")
    note.add_argument("text", metavar="TEXT", help="what there is to say")
    correct = action("correct", "correct a walk's steps or minutes; how it was counted is kept")
    correct.add_argument("--steps", type=int, metavar="N", help="the steps that were walked")
    correct.add_argument("--minutes", type=float, metavar="N", help="the minutes that were walked, without rests")
    correct.add_argument("--why", default="", metavar="TEXT", help="the reason; it is kept, too")
    delete = action("delete", "a walk or an answer no longer counts; it is kept until you erase it", entry=True)
    delete.add_argument("--why", default="", metavar="TEXT", help="the reason; it is kept, too")
    restore = action("restore", "what was deleted counts again", entry=True)
    erase = action("erase", "a walk or an answer is gone for good; asks first", entry=True, all_=True)
    for each in (note, correct, delete, restore, erase):
        configured(each)
    stored(action("history", "a walk as it was counted, and every change since"))
