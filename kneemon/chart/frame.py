# SPDX-License-Identifier: MIT
"""What every chart has around its figures: a key on top, a scale on the left, days or minutes below."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kneemon.chart.canvas import FAINT, SMALL, Canvas, ticks
from kneemon.chart.words import Words, short_day

LEFT, RIGHT, KEY, FOOT = 40.0, 10.0, 22.0, 22.0
SIGN = 7.3  # the usual width of a sign of the small text, to place what follows it


@dataclass(frozen=True, slots=True)
class Keyed:
    """What a shape means. dash: a line instead of a shape, "" for a whole one; None: a shape."""

    shape: str
    colour: str
    text: str
    dash: str | None = None


class Frame:
    """A canvas with room for figures: [left, right] × [top, bottom], y growing downwards."""

    def __init__(self, canvas: Canvas, rows: Sequence[Keyed] = (), above: float = 0.0) -> None:
        """above: room between the key and the plot."""
        self.canvas = canvas
        self.left, self.right = LEFT, canvas.look.width - RIGHT
        self.key_bottom = KEY + self._key(rows)
        self.top, self.bottom = self.key_bottom + above + 4.0, canvas.look.height - FOOT
        self.low, self.high = 0.0, 1.0

    def scale(self, low: float, high: float, most: int = 6) -> None:
        """Lines and numbers for [low, high], or a little more."""
        marks = ticks(low, high, most)
        self.low, self.high = marks[0], marks[-1]
        for value in marks:
            y = self.y(value)
            self.canvas.line((self.left, y), (self.right, y), stroke_opacity=FAINT, stroke_width=1)
            self.canvas.text(self.left - 6, y + 4.5, f"{value:g}", anchor="end")

    def y(self, value: float) -> float:
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return self.bottom - min(max(share, 0.0), 1.0) * (self.bottom - self.top)

    def below(self, x: float, said: str) -> None:
        """A label under the plot, kept within the drawing."""
        half = len(said) * SIGN / 2
        middle = min(max(x, half + 2), self.canvas.look.width - half - 2)
        self.canvas.text(middle, self.bottom + 17, said, anchor="middle")

    def empty(self, said: str) -> None:
        """In place of figures that there are none of."""
        middle = (self.left + self.right) / 2
        self.canvas.line((self.left, self.bottom), (self.right, self.bottom), stroke_opacity=FAINT)
        self.canvas.text(middle, (self.top + self.bottom) / 2, said, anchor="middle", font_style="italic")

    def _key(self, rows: Sequence[Keyed]) -> float:
        """Drawn from left to right, in as many lines as it takes; the room of all lines but the first."""
        x, y = 6.0, 14.0
        for keyed in rows:
            needs = 24 + len(keyed.text) * SIGN
            if x > 6 and x + needs > self.canvas.look.width:
                x, y = 6.0, y + 18
            if keyed.dash is not None:
                dash = keyed.dash or None
                self.canvas.line((x, y - 4.5), (x + 15, y - 4.5), stroke=keyed.colour, stroke_width=2.4,
                                 stroke_dasharray=dash)  # fmt: skip
            else:
                self.canvas.mark(keyed.shape, x + 8, y - 4.5, 5, keyed.colour)
            self.canvas.text(x + 19, y, keyed.text, SMALL)
            x += needs + 10
        return y - 14.0


class Days:
    """Days from left to right; several on one day stand beside each other."""

    def __init__(self, frame: Frame, days: Sequence[date], words: Words, inset: float = 12.0) -> None:
        self._frame = frame
        self._first, last = (min(days), max(days)) if days else (date.min, date.min)
        self._span = max(1, (last - self._first).days)
        self._room = frame.right - frame.left - 2 * inset
        self._inset = inset
        many = {day: days.count(day) for day in days}
        seen: dict[date, int] = {}
        self.places: list[float] = []
        for day in days:
            order = seen[day] = seen.get(day, -1) + 1
            self.places.append(self.x(day) + (order - (many[day] - 1) / 2) * min(7.0, self.slot))
        if days:
            self._labels(words, last)

    @property
    def slot(self) -> float:
        """The room of one day."""
        return self._room / self._span

    def x(self, day: date) -> float:
        if self._span == 1:  # one day, or two
            return self._frame.left + self._inset + self._room * (0.5 if not (day - self._first).days else 0.9)
        return self._frame.left + self._inset + self._room * (day - self._first).days / self._span

    def _labels(self, words: Words, last: date) -> None:
        days = (last - self._first).days
        count = min(days, max(1, int(self._room // 95)))
        for number in range(count + 1):
            day = self._first + timedelta(days=round(days * number / count) if count else 0)
            self._frame.below(self.x(day), short_day(words, day))
