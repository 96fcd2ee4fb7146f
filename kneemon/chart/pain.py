# SPDX-License-Identifier: MIT
"""Pain before each walk, the worst of it and next morning, and the colour that it was given.

The three marks of a walk stand side by side in their order, so that equal ones do not hide each other, and a stroke
joins them. What is not known has no mark; the colour's row says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import median

from kneemon.chart import Chart, Table
from kneemon.chart.canvas import BLUE, FAINT, GREEN, ORANGE, PURPLE, RED, Canvas
from kneemon.chart.frame import Days, Frame, Keyed
from kneemon.chart.words import Look, Words
from kneemon.model.plans import Colour

STRIP = 18.0
COLOURS = (Colour.GREEN, Colour.AMBER, Colour.RED, Colour.PENDING)


@dataclass(frozen=True, slots=True)
class Felt:
    """One walk: 0-10 each, None not known. colour: None where it was not judged."""

    day: date
    before: int | None
    worst: int | None
    morning: int | None
    colour: Colour | None


def pain_chart(name: str, walks: Sequence[Felt], stop: int | None, words: Words, look: Look) -> Chart:
    """stop: the pain from which no walk is begun; None without a plan."""
    title = words.say("Pain before, during and after each walk")
    canvas = Canvas(look)
    frame = Frame(
        canvas,
        (
            Keyed("box", BLUE, words.say("before")),
            Keyed("diamond", RED, words.say("worst")),
            Keyed("down", PURPLE, words.say("next morning")),
            *(
                Keyed(sign_of(colour, words)[0], sign_of(colour, words)[1], colour_word(colour, words))
                for colour in COLOURS
                if any(walk.colour is colour for walk in walks)
            ),
        ),
        STRIP,
    )
    frame.scale(0, 10)
    if not walks:
        frame.empty(words.say("No walk in this time."))
    else:
        if stop is not None:
            y = frame.y(stop)
            canvas.line((frame.left, y), (frame.right, y), stroke=RED, stroke_width=1.5, stroke_dasharray="6 3")
        _draw(frame, walks, words)
    description = _gist(walks, stop, words)
    return Chart(name, title, description, canvas.done(name, title, description), _table(walks, words))


def _draw(frame: Frame, walks: Sequence[Felt], words: Words) -> None:
    days = Days(frame, [walk.day for walk in walks], words)
    gaps = [after - before for before, after in pairwise(days.places)]
    slot = median(gaps) if gaps else 30.0
    size = min(4.2, max(1.5, slot / 4.2))
    aside = min(9.0, 0.3 * slot)
    canvas = frame.canvas
    y_strip = frame.top - STRIP + 2
    for walk, x in zip(walks, days.places, strict=True):
        known = [
            (score, x + step * aside, shape, colour)
            for score, step, shape, colour in (
                (walk.before, -1, "box", BLUE),
                (walk.worst, 0, "diamond", RED),
                (walk.morning, 1, "down", PURPLE),
            )
            if score is not None
        ]
        said = _said(walk, words)
        for (one, left, *_), (other, right, *_) in pairwise(known):
            canvas.line((left, frame.y(one)), (right, frame.y(other)), stroke_opacity=2 * FAINT, stroke_width=1.2)
        for score, place, shape, colour in known:
            canvas.mark(shape, place, frame.y(score), size, colour)
        shape, colour, letter = sign_of(walk.colour, words)
        canvas.mark(shape, x, y_strip, min(6.5, max(2.5, slot / 2.2)), colour)
        if slot >= 10 and letter:
            ink = "#FFFFFF" if walk.colour in (Colour.RED, Colour.GREEN) else "#000000"
            ink = canvas.look.ink if shape == "dotted" else ink
            canvas.text(x, y_strip + 3.4, letter, 9, "middle", fill=ink, font_weight="bold")
        width = max(slot, 4.0)
        canvas.hover(x - width / 2, frame.top - STRIP - 4, width, frame.bottom - frame.top + STRIP + 4, said)


def sign_of(colour: Colour | None, words: Words) -> tuple[str, str, str]:
    """Shape, colour and letter."""
    match colour:
        case Colour.GREEN:
            return "circle", GREEN, words.say("G")
        case Colour.AMBER:
            return "up", ORANGE, words.say("A")
        case Colour.RED:
            return "square", RED, words.say("R")
        case Colour.PENDING:
            return "dotted", "#767676", "?"
        case _:
            return "dotted", "#767676", ""


def colour_word(colour: Colour | None, words: Words) -> str:
    match colour:
        case Colour.GREEN:
            return words.say("green")
        case Colour.AMBER:
            return words.say("amber")
        case Colour.RED:
            return words.say("red")
        case Colour.PENDING:
            return words.say("not yet known")
        case _:
            return words.say("not judged")


def _said(walk: Felt, words: Words) -> str:
    return words.say(
        "{day}: before {before}, worst {worst}, next morning {morning}; {colour}",
        day=words.day(walk.day),
        before=words.number(walk.before),
        worst=words.number(walk.worst),
        morning=words.number(walk.morning),
        colour=colour_word(walk.colour, words),
    )


def _gist(walks: Sequence[Felt], stop: int | None, words: Words) -> str:
    if not walks:
        return words.say("No walk in this time.")
    worst = max((walk.worst for walk in walks if walk.worst is not None), default=None)
    parts = [
        words.several("{number} walk.", "{number} walks.", len(walks)),
        words.say("The worst pain during a walk was not told.")
        if worst is None
        else words.say("The worst pain during a walk was {worst} of 10.", worst=worst),
    ]
    missing = sum(walk.morning is None for walk in walks)
    if missing:
        parts.append(
            words.several(
                "Next morning's pain is not known for {number} of them.",
                "Next morning's pain is not known for {number} of them.",
                missing,
            )
        )
    if stop is not None:
        parts.append(words.say("The dashed line is the pain from which no walk is begun: {stop}.", stop=stop))
    return " ".join(parts)


def _table(walks: Sequence[Felt], words: Words) -> Table:
    heads = (
        words.say("Day"), words.say("Pain before"), words.say("Worst pain"), words.say("Pain next morning"),
        words.say("Colour"),
    )  # fmt: skip
    return Table(
        heads,
        tuple(
            (
                words.day(walk.day), words.number(walk.before), words.number(walk.worst), words.number(walk.morning),
                colour_word(walk.colour, words),
            )
            for walk in walks
        ),
    )  # fmt: skip
