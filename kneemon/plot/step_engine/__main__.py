# SPDX-License-Identifier: MIT
"""`python -m kneemon.plot.step_engine docs` draws the pictures of docs/step-engine.md into docs/step-engine/.

With `--recording FILE` they are drawn from that file as `<picture>-<name of the file>.svg` beside them.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from kneemon.errors import KneemonError, RecordingError
from kneemon.plot.library import need_library
from kneemon.plot.step_engine.outings import KINDS, OUTING, SLOW, Outing, recorded, simulated
from kneemon.virtual.script import Stand, Walk

LONGEST_S = 7.4  # of the slow stretch shown


def simulated_pictures() -> Iterator[tuple[str, bytes]]:
    """Name and content of each."""
    from kneemon.plot.replay import replay_file
    from kneemon.plot.step_engine.channel import Stretch, channel_file
    from kneemon.plot.step_engine.gate import Kind, gate_file
    from kneemon.plot.step_engine.opening import opening_file
    from kneemon.plot.step_engine.rhythm import rhythm, rhythm_file
    from kneemon.plot.step_engine.watched import even_stretches, looks, replay_picture, watch

    outing = simulated("A simulated outing", OUTING)
    watched = watch(outing)
    yield "walk", replay_file(replay_picture(outing, watched), ".svg")
    yield "opening", opening_file(outing, watched, ".svg")

    seen = []
    for worn in ("waist", "pocket"):
        walk = simulated(worn, (("stand", Stand(2.0)), ("walk", Walk(20.0, 100.0))), worn=worn)
        taken_apart = rhythm(worn, even_stretches(walk)[0], 12.0)
        if taken_apart is not None:
            seen.append(taken_apart)
    yield "rhythm", rhythm_file(seen, ".svg")

    slow = simulated("slow gait", (("stand", Stand(2.0)), ("walk", SLOW)))
    period_s = 60.0 / SLOW.cadence_spm
    stretch = Stretch("56 steps/min, shuffling", even_stretches(slow)[0], 10.0, 10.0 + LONGEST_S, period_s,
                      slow.truth_s or (), "true step")  # fmt: skip
    yield "channel", channel_file(stretch, ".svg")

    kinds = [
        Kind(name, tuple(look for worn in ("waist", "pocket") for look in looks(
            even_stretches(simulated(name, ((name, segment),), worn=worn))[0])))
        for name, segment in KINDS
    ]  # fmt: skip
    yield "gate", gate_file(kinds, ".svg")


def recorded_pictures(outing: Outing) -> Iterator[tuple[str, bytes]]:
    """The same of a recording. RecordingError when the engine finds no walking in it."""
    from kneemon.plot.replay import replay_file
    from kneemon.plot.step_engine.channel import Stretch, channel_file
    from kneemon.plot.step_engine.gate import Kind, gate_file
    from kneemon.plot.step_engine.opening import opening_file
    from kneemon.plot.step_engine.rhythm import rhythm, rhythm_file
    from kneemon.plot.step_engine.watched import WINDOW_S, even_stretches, looks, replay_picture, watch

    watched = watch(outing)
    spans = watched.open_spans()
    if not spans:
        seen = "none that the engine believes"
        raise RecordingError(outing.title, expected="walking", seen=seen, remedy="Name another recording.")
    yield "walk", replay_file(replay_picture(outing, watched), ".svg")
    yield "opening", opening_file(outing, watched, ".svg")

    start_s, end_s = max(spans, key=lambda span: span[1] - span[0])
    middle_s = max(0.5 * (start_s + end_s), start_s + 0.5 * WINDOW_S)
    evens = even_stretches(outing)
    even = next(each for each in evens if each.origin_s <= start_s <= each.t_s[-1])
    taken_apart = rhythm("middle of the longest walk", even, middle_s)
    if taken_apart is not None:
        yield "rhythm", rhythm_file([taken_apart], ".svg")

    contacts_s = tuple(step.t_s for step in watched.steps)
    inside = [t_s for t_s in contacts_s if start_s <= t_s <= end_s]
    if len(inside) > 1:
        period_s = float(np.median(np.diff(inside)))
        begin_s = max(even.origin_s, middle_s - 0.5 * LONGEST_S)
        end_s = min(begin_s + LONGEST_S, float(even.t_s[-1]))
        name = f"{60 / period_s:.0f} steps/min"
        stretch = Stretch(name, even, begin_s, end_s, period_s, contacts_s, "step found")
        yield "channel", channel_file(stretch, ".svg")

    every = [look for each in evens for look in looks(each)]
    during = [any(start <= look.t_s <= end for start, end in spans) for look in every]
    kinds = [
        Kind(name, tuple(look for look, walking in zip(every, during, strict=True) if walking is which))
        for name, which in (("gate open", True), ("gate closed", False))
    ]
    yield "gate", gate_file(kinds, ".svg")


def main(words: Sequence[str] | None = None) -> None:
    """Draw them all."""
    parser = argparse.ArgumentParser(prog="python -m kneemon.plot.step_engine", description=__doc__)
    parser.add_argument("folder", type=Path, help="the folder docs")
    parser.add_argument("--recording", type=Path, metavar="FILE", help="t,ax,ay,az in s and g, CSV or gzip")
    args = parser.parse_args(words)
    need_library()
    from kneemon.plot.sheet import write

    folder = args.folder / "step-engine"
    folder.mkdir(parents=True, exist_ok=True)
    if args.recording is None:
        pictures, ending = simulated_pictures(), ""
    else:
        pictures = recorded_pictures(recorded(args.recording))
        ending = "-" + args.recording.name.removesuffix(".gz").removesuffix(".csv")
    for name, content in pictures:
        write(folder / f"{name}{ending}.svg", content)


if __name__ == "__main__":
    try:
        main()
    except KneemonError as error:
        sys.exit(f"kneemon: {error}")
