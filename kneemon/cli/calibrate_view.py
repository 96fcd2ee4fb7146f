# SPDX-License-Identifier: MIT
"""What `kneemon calibrate` shows in a terminal: how the box is to lie, what the chip reads, what is done.

Large, plain, 80 columns and 24 lines. The pictures show a chip that lies flat in its box; kneemon cannot know how yours
sits, so the sides bear the names of the chip's axes, and the program follows the box, not the other way round.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from kneemon.app.calibrate import Guide
from kneemon.sensor.calibration import Method
from kneemon.sensor.positions import Side

WIDTH = 78
BAR = 41  # odd: the middle is 0 g
FULL_G = 1.2

LYING = """\
      ______________
     /{above:^13}/|
    /_____________/ |
    |{below:^13}| /
    |_____________|/"""
ON_ITS_LONG_SIDE = """\
     ______________
    /_____________/|
    |{above:^13}||
    |             ||
    |{below:^13}||
    |_____________|/"""
ON_ITS_SHORT_SIDE = """\
         _______
        /______/|
        |{above:^6}||
        |      ||
        |      ||
        |{below:^6}||
        |______|/"""
SHAPES = {0: ON_ITS_SHORT_SIDE, 1: ON_ITS_LONG_SIDE, 2: LYING}


def picture(side: Side) -> str:
    """The box as it lies with that side up: an arrow at the end of the chip's axis that is above, or below."""
    name = side.value[0].upper()
    above, below = (f"▲ {name}", "") if side.sign > 0 else ("", f"▼ {name}")
    return SHAPES[side.axis].format(above=above, below=below)


@contextmanager
def guiding(how: Method, console: Console | None = None) -> Iterator[Callable[[Guide], None]]:
    """Draws each Guide it is given."""
    with Live(console=console or Console(), refresh_per_second=8, transient=True) as live:
        yield lambda guide: live.update(view(guide, how))


def view(guide: Guide, how: Method) -> RenderableType:
    """One look at it."""
    parts: list[RenderableType] = [_heading(guide, how), Text()]
    if how is Method.SIX:
        parts += [_sides(guide), Text()]
    parts += [_bars(guide), Text(), _progress(guide), Text(guide.word, style="yellow")]
    return Panel(Group(*parts), title=f"kneemon calibrate {how}: {guide.chip}", width=WIDTH, padding=(0, 2))


def _next(guide: Guide) -> Side:
    """The side that is up if it is to be done, else the first that is."""
    if guide.side is not None and guide.side not in guide.done:
        return guide.side
    return next((side for side in Side if side not in guide.done), Side.Z_UP)


def _heading(guide: Guide, how: Method) -> Text:
    if how is Method.REST:
        return Text("Lay the box down, any way, and let go.", style="bold")
    side = _next(guide)
    if guide.side is side:
        return Text(f"{_in_words(side)}: let it lie still.", style="bold green")
    done = "Done. " if guide.side is not None else ""
    return Text(f"{done}Turn the box: {_in_words(side)}, or any other that is missing.", style="bold")


def _in_words(side: Side) -> str:
    name, way = side.value.split()
    return f"{name.upper()} points {way}"


def _sides(guide: Guide) -> RenderableType:
    side = _next(guide)
    table = Table.grid(padding=(0, 4))
    table.add_column(width=24)
    table.add_column()
    boxes = Text()
    for each in Side:
        mark, style = ("✓", "green") if each in guide.done else ("·", "dim")
        if each is guide.side:
            style = "bold"
        boxes.append(f"{mark} {_in_words(each)}{'   ◀ now' if each is guide.side else ''}\n", style=style)
    boxes.append(f"{len(guide.done)} of {len(Side)} done")
    table.add_row(Text(picture(side)), boxes)
    return table


def _bars(guide: Guide) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    for name, reading_g in zip("XYZ", guide.reading_g, strict=True):
        table.add_row(Text(name, style="bold"), f"{reading_g:+.2f} g", bar(reading_g))
    return table


def bar(reading_g: float) -> Text:
    """From the middle to the right for what is above zero, to the left for what is below; FULL_G at either end."""
    middle = BAR // 2
    filled = round(middle * min(abs(reading_g) / FULL_G, 1.0))
    left, right = (filled, 0) if reading_g < 0 else (0, filled)
    blocks = "░" * (middle - left) + "█" * left + "┃" + "█" * right + "░" * (middle - right)
    return Text(blocks, style="cyan")


def _progress(guide: Guide) -> Text:
    filled = round(BAR * guide.progress)
    line = Text("lie still  ").append("█" * filled, style="green").append("░" * (BAR - filled), style="dim")
    return line.append(" done" if guide.progress >= 1.0 else f" {100 * guide.progress:3.0f} %")
