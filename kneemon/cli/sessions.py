# SPDX-License-Identifier: MIT
"""`kneemon sessions`: the stored walks, and how they went."""

import argparse
import json
from collections.abc import Sequence

from kneemon.app.opened import opened
from kneemon.app.reading import WalkRead
from kneemon.cli.settings import configuration
from kneemon.cli.words import local, minutes, spm
from kneemon.clock import SystemClock
from kneemon.errors import ExitCode
from kneemon.model.records import SessionRecord
from kneemon.model.sessions import EndReason
from kneemon.store.faults import nothing_stored

ENDED = {
    EndReason.COMMAND: "the walker",
    EndReason.STILLNESS: "stillness",
    EndReason.SHUTDOWN: "switching off",
    EndReason.POWER_LOSS: "being cut off",
    None: "(still open)",
}

WORDS = ("session", "began", "colour", "pain", "ended by")  # the columns that are no numbers


def run(args: argparse.Namespace) -> int:
    path = args.store or configuration(args)[1].store
    with opened(path, SystemClock()) as reading:
        if reading.empty:
            raise nothing_stored(path)
        walks = [walk for walk in reading.walks(args.last) if args.deleted or walk.struck is None]
        known = reading.count()
    if args.json:
        for walk in walks:
            print(json.dumps(_facts(walk.record) | _went(walk)))
    elif not known:
        print(f"No walk has been stored yet in {path}.")
    else:
        _table(walks)
    return ExitCode.OK


def _facts(record: SessionRecord) -> dict[str, object]:
    summary = record.summary
    return {
        "session_id": record.session_id,
        "revision": record.revision,
        "started_at": record.started_at.isoformat(),
        "tz": record.tz,
        "duration_s": round(summary.duration_s, 1),
        "walking_s": round(summary.walking_s, 1),
        "paused_s": round(summary.paused_s, 1),
        "steps": summary.steps,
        "cadence_mean_spm": None if summary.cadence_mean_spm is None else round(summary.cadence_mean_spm, 1),
        "over_pace_s": round(summary.over_pace_s, 1),
        "over_limit_s": round(summary.over_limit_s, 1),
        "gave_way": len(summary.gave_way_s),
        "end_reason": summary.end_reason,
    }


def _went(seen: WalkRead) -> dict[str, object]:
    """None: not known; colour is None, too, where nothing was ever told."""
    return {
        "pain_before": seen.outcome.p0,
        "pain_worst": seen.outcome.pk,
        "pain_end": seen.outcome.p1,
        "pain_later": seen.outcome.p2,
        "pain_morning": seen.outcome.pm,
        "colour": seen.judged and seen.judged.colour,
        "because": list(seen.judged.because) if seen.judged else [],
        "overshoot_percent": None if seen.overshoot_percent is None else round(seen.overshoot_percent, 1),
        "load_units": round(seen.load.units, 1),
        "load_low": round(seen.load.low, 1),
        "load_high": round(seen.load.high, 1),
        "deleted": seen.struck is not None,
        "notes": dict(seen.notes),
    }


def _pain(seen: WalkRead) -> str:
    """ "2 5 –": before, the worst, next morning."""
    return " ".join("–" if pain is None else str(pain) for pain in (seen.outcome.p0, seen.outcome.pk, seen.outcome.pm))


def _over(over_s: float, percent: float | None) -> str:
    """ "6:00 130%": past dose and cool-down, and of the planned minutes, when that is much."""
    return minutes(over_s) if percent is None else f"{minutes(over_s)} {percent:.0f}%"


def _table(walks: Sequence[WalkRead]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in (*WORDS[:2], "lasted", "walked", "steps", "steps/min", "too brisk", "over", *WORDS[2:]):
        table.add_column(heading, justify="left" if heading in WORDS else "right")
    for went in walks:
        record, summary = went.record, went.record.summary
        table.add_row(
            record.session_id,
            f"{local(record):%Y-%m-%d %H:%M}",
            minutes(summary.duration_s),
            minutes(summary.walking_s),
            str(summary.steps),
            spm(summary.cadence_mean_spm),
            minutes(summary.over_pace_s),
            _over(summary.over_limit_s, went.overshoot_percent),
            "deleted" if went.struck else went.judged.colour.value if went.judged else "–",
            _pain(went),
            ENDED[summary.end_reason],
        )
    console = Console()
    if not console.is_terminal:
        console = Console(width=120)
    with console.capture() as drawn:
        console.print(table)
    print(drawn.get(), end="")
    print("pain: before, the worst, next morning; – is not known")
    if any(walk.overshoot_percent is not None for walk in walks):
        print("over, with %: much more than planned was walked, of the planned minutes")
