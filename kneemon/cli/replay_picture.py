# SPDX-License-Identifier: MIT
"""The picture that `kneemon replay --plot` was asked for: what goes into it, checked before the long replay."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from kneemon.app.replay import Replayed, pictured
from kneemon.errors import RecordingError
from kneemon.model.plans import Prescription
from kneemon.plot.library import need_library
from kneemon.plot.picture import Label
from kneemon.sensor.truth import beside, read_labels, read_steps


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where the picture goes, and what is known about the recording from elsewhere."""

    path: Path
    title: str
    truth_s: tuple[float, ...] | None
    labels: tuple[Label, ...]
    from_s: float | None
    to_s: float | None


def wanted(args: argparse.Namespace) -> Wanted | str | None:
    """None when no picture was asked for, a complaint when wrongly. ExportError without the library."""
    if args.plot is None:
        for option, given in (("--truth", args.truth), ("--from", args.from_s), ("--to", args.to_s)):
            if given is not None:
                return f"{option}: expected --plot beside it, saw none. Name a picture with --plot."
        return None
    if len(args.files) > 1:
        return f"--plot: expected one recording, saw {len(args.files)}. Draw them one by one."
    if args.from_s is not None and args.to_s is not None and args.from_s >= args.to_s:
        return f"--to: expected more than --from {args.from_s:g}, saw {args.to_s:g}. Swap them."
    need_library()
    recording = args.files[0]
    steps, labels = args.truth or beside(recording, "steps"), beside(recording, "labels")
    try:
        return Wanted(
            args.plot,
            Path(recording).name,
            read_steps(steps) if args.truth or steps.exists() else None,
            tuple(Label(*label) for label in read_labels(labels)) if labels.exists() else (),
            args.from_s,
            args.to_s,
        )
    except RecordingError as error:
        return str(error)


def draw(asked: Wanted, done: Replayed, prescription: Prescription | None) -> str | None:
    """Write it. A complaint when nothing of the recording is in the stretch. ExportError when it cannot be written."""
    from kneemon.plot.replay import replay_file
    from kneemon.plot.sheet import write

    picture = pictured(done, asked.title, prescription, asked.truth_s, asked.labels)
    first_s, last_s = float(picture.t_s[0]), float(picture.t_s[-1])
    for option, edge_s, outside in (
        ("--from", asked.from_s, asked.from_s is not None and asked.from_s >= last_s),
        ("--to", asked.to_s, asked.to_s is not None and asked.to_s <= first_s),
    ):
        if outside:
            return f"{option}: expected a second from {first_s:g} to {last_s:g}, saw {edge_s:g}. Choose another."
    write(asked.path, replay_file(picture, asked.path.suffix, asked.from_s, asked.to_s))
    return None
