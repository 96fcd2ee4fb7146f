# SPDX-License-Identifier: MIT
"""`kneemon advice`: every tip, how good the evidence for it is, and which ones are switched on."""

import argparse
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from textwrap import wrap

import msgspec

from kneemon.cli.settings import configuration
from kneemon.errors import ExitCode
from kneemon.model.diary import AdviceSaid, DiaryEntry, Profile
from kneemon.model.records import TimeAnchor
from kneemon.plan.advice import APART_DAYS, TIPS, Moment, due_tips
from kneemon.plan.history import place

WIDTH = 100


def run(args: argparse.Namespace) -> int:
    config, _ = configuration(args)
    switches = msgspec.structs.asdict(config.advice)
    for tip in TIPS:
        on = "on" if switches[tip.key] else "off"
        print(f"{tip.key} ({on})")
        _print(tip.text)
        _print(f"Evidence {tip.grade}.")
        _print(f"Source: {tip.source}.")
        print()
    print(f"One at most is said on a day, the same one not again for {APART_DAYS} days. Each can be switched under")
    print("[advice] of the configuration. They are tips, not treatment; your physio knows your knee, kneemon does not.")
    return ExitCode.OK


def tip_for(
    moment: Moment,
    day: date,
    enabled: Collection[str],
    profile: Profile | None,
    entries: Iterable[DiaryEntry] = (),
    anchors: Mapping[str, TimeAnchor] | None = None,
) -> str:
    """A tip to be shown, after those that the diary has as given; it is not noted. "" when none is due, or before
    `setup` has told whose knee it is."""
    if profile is None:
        return ""
    known = anchors or {}
    said = [
        (
            entry.fact.tip,
            place(at.boot_id, at.t_s, at.utc, at.tz, certain=at.certain, anchors=known).day,
        )
        for entry in entries
        if isinstance(entry.fact, AdviceSaid)
        for at in (entry.stamp,)
    ]
    return next((tip.text for tip in due_tips(moment, said, day, enabled, profile)), "")


def _print(text: str) -> None:
    print("\n".join(wrap(text, WIDTH, initial_indent="  ", subsequent_indent="  ")))
