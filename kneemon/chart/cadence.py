# SPDX-License-Identifier: MIT
"""The cadence of each walk over the weeks, its mean and its quick end, against the ceiling that held."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import median

from kneemon.chart import Chart, Table
from kneemon.chart.canvas import BLUE, GREEN, RED, Canvas, runs
from kneemon.chart.frame import Days, Frame, Keyed
from kneemon.chart.words import Look, Words


@dataclass(frozen=True, slots=True)
class Pace:
    """One walk, steps/min. quick_spm: 95 of 100 walking seconds were slower. over: the share of its walking above the
    ceiling, 0-1; None without a ceiling, or without walking."""

    day: date
    mean_spm: float | None
    quick_spm: float | None
    ceiling_spm: float | None
    over: float | None


def cadence_chart(name: str, walks: Sequence[Pace], words: Words, look: Look) -> Chart:
    title = words.say("Cadence of each walk, steps per minute")
    canvas = Canvas(look)
    frame = Frame(
        canvas,
        (
            Keyed("circle", BLUE, words.say("mean")),
            Keyed("up", GREEN, words.say("quickest 5 %")),
            Keyed("", RED, words.say("ceiling"), "7 3"),
        ),
    )
    known = [
        spm for walk in walks for spm in (walk.mean_spm, walk.quick_spm, walk.ceiling_spm) if spm is not None
    ]  # fmt: skip
    if not known:
        frame.empty(words.say("No cadence is known in this time."))
    else:
        frame.scale(min(known) - 4, max(known) + 4)
        _draw(frame, walks, words)
    description = _gist(walks, words)
    return Chart(name, title, description, canvas.done(name, title, description), _table(walks, words))


def _draw(frame: Frame, walks: Sequence[Pace], words: Words) -> None:
    days = Days(frame, [walk.day for walk in walks], words)
    canvas = frame.canvas
    gaps = [after - before for before, after in pairwise(days.places)]
    size = min(4.0, max(1.6, (median(gaps) if gaps else 20.0) / 2.6))
    means = [
        None if walk.mean_spm is None else (x, frame.y(walk.mean_spm))
        for walk, x in zip(walks, days.places, strict=True)
    ]
    for run in runs(means):
        if len(run) > 1:
            canvas.path(run, BLUE, 1.2)
    _ceiling(frame, walks, days.places)
    for walk, x in zip(walks, days.places, strict=True):
        if walk.quick_spm is not None:
            canvas.mark("up", x, frame.y(walk.quick_spm), size * 0.9, GREEN)
        if walk.mean_spm is not None:
            canvas.mark("circle", x, frame.y(walk.mean_spm), size * 0.9, BLUE, _said(walk, words))


def _ceiling(frame: Frame, walks: Sequence[Pace], places: Sequence[float]) -> None:
    """In steps: it holds from a walk to the next."""
    ends = [*[(a + b) / 2 for a, b in pairwise(places)], frame.right]
    starts = [frame.left, *ends[:-1]]
    lines = [
        None if walk.ceiling_spm is None else (walk.ceiling_spm, start, end)
        for walk, start, end in zip(walks, starts, ends, strict=True)
    ]
    joined: list[tuple[float, float, float]] = []
    for line in lines:
        if line and joined and joined[-1][0] == line[0] and joined[-1][2] == line[1]:
            joined[-1] = (line[0], joined[-1][1], line[2])
        elif line:
            joined.append(line)
    for spm, start, end in joined:
        y = frame.y(spm)
        frame.canvas.line((start, y), (end, y), stroke=RED, stroke_width=2, stroke_dasharray="7 3")


def _said(walk: Pace, words: Words) -> str:
    return words.say(
        "{day}: mean {mean}, quickest 5 % from {quick}, ceiling {ceiling} steps per minute",
        day=words.day(walk.day),
        mean=words.number(walk.mean_spm),
        quick=words.number(walk.quick_spm),
        ceiling=words.number(walk.ceiling_spm),
    )


def _gist(walks: Sequence[Pace], words: Words) -> str:
    means = [walk.mean_spm for walk in walks if walk.mean_spm is not None]
    if not means:
        return words.say("No cadence is known in this time.")
    limits = [walk.ceiling_spm for walk in walks if walk.ceiling_spm is not None]
    mean = words.say(
        "The mean cadence of a walk was between {least} and {most} steps per minute.",
        least=words.number(min(means)),
        most=words.number(max(means)),
    )
    if not limits:
        return f"{mean} {words.say('No ceiling was set.')}"
    over = sum(walk.over is not None and walk.over > 0 for walk in walks)
    return f"{mean} " + words.several(
        "On {number} walk some of the time was above the ceiling.",
        "On {number} walks some of the time was above the ceiling.",
        over,
    )


def _table(walks: Sequence[Pace], words: Words) -> Table:
    heads = (
        words.say("Day"), words.say("Mean"), words.say("Quickest 5 % from"), words.say("Ceiling"),
        words.say("Time above the ceiling, %"),
    )  # fmt: skip
    return Table(
        heads,
        tuple(
            (
                words.day(walk.day), words.number(walk.mean_spm), words.number(walk.quick_spm),
                words.number(walk.ceiling_spm), words.number(None if walk.over is None else 100 * walk.over),
            )
            for walk in walks
        ),
    )  # fmt: skip
