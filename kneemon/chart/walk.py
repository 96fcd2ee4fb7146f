# SPDX-License-Identifier: MIT
"""One walk: its cadence over time against the ceiling, the parts of the plan, cues, pain, pauses and gaps.

What was not seen is not drawn: the line breaks where no cadence is known, and seconds without signal are marked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from kneemon.chart import Chart, Table
from kneemon.chart.canvas import BLUE, GREEN, ORANGE, PURPLE, RED, Canvas, runs
from kneemon.chart.frame import Frame, Keyed
from kneemon.chart.words import Look, Words
from kneemon.model.cues import LIMIT_CUES, CueKind
from kneemon.model.plans import Part
from kneemon.model.records import EventRow, SecondRow
from kneemon.model.sessions import Activity, PainMark

POINTS, PLACES, ROWS = 400, 120, 60  # of the line; that a pointer finds; of the table
GAP_S = 1.5  # longer without a stored second, and there was no signal
LOWEST = 40.0


@dataclass(frozen=True, slots=True)
class Walked:
    """duration_s: from start to end. ceiling_spm: None when there was none."""

    duration_s: float
    ceiling_spm: float | None
    seconds: Sequence[SecondRow]
    events: Sequence[EventRow]
    pains: Sequence[PainMark]
    gave_way_s: Sequence[float]


@dataclass(frozen=True, slots=True)
class _Slice:
    """[start, end) seconds; cadence_spm: the mean of what was known in it."""

    start_s: float
    end_s: float
    cadence_spm: float | None
    steps: int


def walk_chart(name: str, walk: Walked, words: Words, look: Look) -> Chart:
    title = words.say("Cadence during the walk, steps per minute")
    canvas = Canvas(look)
    cues = [event for event in walk.events if event.kind in LIMIT_CUES]
    gaps = list(_gaps(walk))
    frame = Frame(
        canvas, tuple(_keys(walk, cues, gaps, words)), 34.0 if cues or walk.pains or walk.gave_way_s else 16.0
    )
    known = [second.cadence_spm for second in walk.seconds if second.cadence_spm is not None]
    if not known:
        frame.empty(words.say("No cadence was known on this walk."))
    else:
        bounds = [*known, *([walk.ceiling_spm] if walk.ceiling_spm is not None else [])]
        frame.scale(max(LOWEST, min(bounds)) - 5, max(bounds) + 3)
        _Drawing(frame, walk, words).draw(cues, gaps)
    description = _gist(walk, cues, gaps, known, words)
    return Chart(name, title, description, canvas.done(name, title, description), _table(walk, words))


class _Drawing:
    """Seconds from left to right."""

    def __init__(self, frame: Frame, walk: Walked, words: Words) -> None:
        self._frame = frame
        self._walk = walk
        self._words = words
        last = walk.seconds[-1].elapsed_s if walk.seconds else 0.0
        self._span_s = max(walk.duration_s, last, 60.0)

    def draw(self, cues: Sequence[EventRow], gaps: Sequence[tuple[float, float]]) -> None:
        self._minutes()
        self._parts()
        for start, end in gaps:
            self._band(start, end, "4 3")
        for start, end in _stretches(self._walk.seconds, Activity.PAUSED):
            self._band(start, end, "1 3")
        self._ceiling()
        for run in runs(self._line()):
            self._frame.canvas.path(run, BLUE, 1.8)
        self._marks(cues)
        self._places()

    def _x(self, at_s: float) -> float:
        share = min(max(at_s / self._span_s, 0.0), 1.0)
        return self._frame.left + share * (self._frame.right - self._frame.left)

    def _minutes(self) -> None:
        room = self._frame.right - self._frame.left
        step = next(
            (size for size in (1, 2, 5, 10, 15, 20, 30, 60) if room * size * 60 / self._span_s >= 60), 120
        )  # fmt: skip
        for minute in range(0, int(self._span_s // 60) + 1, step):
            said = self._words.say("{minutes} min", minutes=minute) if minute else "0"
            self._frame.below(self._x(minute * 60), said)

    def _parts(self) -> None:
        """Every other one shaded, all of them named."""
        for place, (part, start, end) in enumerate(_parts(self._walk.seconds)):
            left, right = self._x(start), self._x(end)
            frame = self._frame
            if place % 2 == 0:
                frame.canvas.add(
                    "rect", x=left, y=frame.top, width=right - left, height=frame.bottom - frame.top,
                    fill=frame.canvas.look.ink, fill_opacity=0.07,
                )  # fmt: skip
            said = _part(part, self._words)
            if said and right - left > 6.2 * len(said):
                frame.canvas.text((left + right) / 2, frame.bottom - 5, said, 11, "middle")

    def _band(self, start: float, end: float, dash: str) -> None:
        left, right = self._x(start), self._x(end)
        frame = self._frame
        frame.canvas.add(
            "rect", x=left, y=frame.top, width=max(1.0, right - left), height=frame.bottom - frame.top,
            fill="#767676", fill_opacity=0.2, stroke=frame.canvas.look.ink, stroke_dasharray=dash,
            stroke_opacity=0.6,
        )  # fmt: skip

    def _ceiling(self) -> None:
        if self._walk.ceiling_spm is not None:
            y = self._frame.y(self._walk.ceiling_spm)
            self._frame.canvas.line(
                (self._frame.left, y), (self._frame.right, y), stroke=RED, stroke_width=2, stroke_dasharray="7 3"
            )

    def _line(self) -> Iterator[tuple[float, float] | None]:
        before = None
        for each in _sliced(self._walk, max(1.0, self._span_s / POINTS)):
            if before is not None and each.start_s - before > GAP_S:
                yield None
            before = each.end_s
            at_s = (each.start_s + each.end_s) / 2
            yield None if each.cadence_spm is None else (self._x(at_s), self._frame.y(each.cadence_spm))

    def _marks(self, cues: Sequence[EventRow]) -> None:
        frame, words = self._frame, self._words
        y = frame.top - 9
        for cue in cues:
            shape, colour = _cue_sign(cue.kind)
            said = words.say(
                "{time} minutes: {what}", time=words.minutes(cue.at_s), what=cue_word(CueKind(cue.kind), words)
            )
            frame.canvas.mark(shape, self._x(cue.at_s), y, 4.5, colour, said)
        for mark in self._walk.pains:
            score = "?" if mark.score is None else str(mark.score)
            said = words.say("{time} minutes: pain {score} of 10", time=words.minutes(mark.at_s), score=score)
            x = self._x(mark.at_s)
            frame.canvas.mark("ring", x, y - 17, 7.5, PURPLE, said)
            frame.canvas.text(x, y - 13.2, score, 11, "middle", font_weight="bold")
        for at_s in self._walk.gave_way_s:
            said = words.say("{time} minutes: the knee gave way", time=words.minutes(at_s))
            frame.canvas.mark("cross", self._x(at_s), y - 17, 7, RED, said)

    def _places(self) -> None:
        for each in _sliced(self._walk, max(1.0, self._span_s / PLACES)):
            left = self._x(each.start_s)
            width = max(0.5, self._x(each.end_s) - left)
            said = self._words.say(
                "{time} minutes: {cadence} steps per minute",
                time=self._words.minutes(each.start_s),
                cadence=self._words.number(each.cadence_spm),
            )
            self._frame.canvas.hover(left, self._frame.top, width, self._frame.bottom - self._frame.top, said)


def cue_word(kind: CueKind, words: Words) -> str:
    match kind:
        case CueKind.PACE_HIGH:
            return words.say("slow down")
        case CueKind.REST_DUE:
            return words.say("rest")
        case CueKind.PAIN_ROSE:
            return words.say("pain rose")
        case CueKind.LIMIT_NEAR:
            return words.say("nearly done")
        case CueKind.LIMIT_REACHED:
            return words.say("done, cool down")
        case CueKind.OVER_LIMIT:
            return words.say("past the end")
        case CueKind.PAIN_STOP:
            return words.say("stop for pain")
        case _:
            return words.say("cue")


def _cue_sign(kind: str) -> tuple[str, str]:
    match kind:
        case CueKind.PACE_HIGH:
            return "down", RED
        case CueKind.REST_DUE:
            return "square", GREEN
        case CueKind.LIMIT_NEAR | CueKind.LIMIT_REACHED:
            return "diamond", BLUE
        case CueKind.OVER_LIMIT:
            return "up", ORANGE
        case _:
            return "cross", PURPLE


def _keys(walk: Walked, cues: Sequence[EventRow], gaps: Sequence[tuple[float, float]], words: Words) -> Iterator[Keyed]:
    yield Keyed("", BLUE, words.say("cadence"), "")
    if walk.ceiling_spm is not None:
        yield Keyed("", RED, words.say("ceiling"), "7 3")
    told: dict[tuple[str, str], str] = {}
    for cue in cues:
        told.setdefault(_cue_sign(cue.kind), cue_word(CueKind(cue.kind), words))
    for (shape, colour), text in told.items():
        yield Keyed(shape, colour, text)
    if walk.pains:
        yield Keyed("ring", PURPLE, words.say("pain"))
    if walk.gave_way_s:
        yield Keyed("cross", RED, words.say("gave way"))
    if gaps:
        yield Keyed("", "#767676", words.say("no signal"), "4 3")
    if any(second.activity == Activity.PAUSED for second in walk.seconds):
        yield Keyed("", "#767676", words.say("pause"), "1 3")


def _part(part: str, words: Words) -> str:
    match part:
        case Part.WARM_UP:
            return words.say("warm-up")
        case Part.MAIN:
            return words.say("main part")
        case Part.COOL_DOWN:
            return words.say("cool-down")
        case Part.OVER:
            return words.say("past the end")
        case _:
            return ""


def _parts(seconds: Sequence[SecondRow]) -> Iterator[tuple[str, float, float]]:
    start = None
    for place, second in enumerate(seconds):
        start = second.elapsed_s - 1 if start is None else start
        if place + 1 == len(seconds) or seconds[place + 1].part != second.part:
            yield second.part, max(0.0, start), second.elapsed_s
            start = None


def _stretches(seconds: Sequence[SecondRow], activity: Activity) -> Iterator[tuple[float, float]]:
    start = None
    for place, second in enumerate(seconds):
        if second.activity != activity:
            continue
        start = second.elapsed_s - 1 if start is None else start
        if place + 1 == len(seconds) or seconds[place + 1].activity != activity:
            yield max(0.0, start), second.elapsed_s
            start = None


def _gaps(walk: Walked) -> Iterator[tuple[float, float]]:
    """Seconds that were never seen, those before the first and after the last, too."""
    starts = [*(second.elapsed_s - 1 for second in walk.seconds), walk.duration_s]
    ends = [0.0, *(second.elapsed_s for second in walk.seconds)]
    for before, after in zip(ends, starts, strict=True):
        if walk.seconds and after - before > GAP_S:
            yield before, after


def _sliced(walk: Walked, length_s: float) -> Iterator[_Slice]:
    """Slices of equal length; those without a second in them are left out."""
    if not walk.seconds:
        return
    start, known, steps, end = 0, list[float](), 0, 0.0
    for second in walk.seconds:
        place = int(max(0.0, second.elapsed_s - 0.5) // length_s)
        if place != start and end:
            yield _slice(start * length_s, end, known, steps)
            known, steps = [], 0
        start, end = place, second.elapsed_s
        steps += second.steps
        if second.cadence_spm is not None:
            known.append(second.cadence_spm)
    yield _slice(start * length_s, end, known, steps)


def _slice(start_s: float, end_s: float, known: Sequence[float], steps: int) -> _Slice:
    return _Slice(start_s, max(end_s, start_s), sum(known) / len(known) if known else None, steps)


def _gist(
    walk: Walked, cues: Sequence[EventRow], gaps: Sequence[tuple[float, float]], known: Sequence[float], words: Words
) -> str:
    parts = [words.say("The walk lasted {time} minutes.", time=words.minutes(walk.duration_s))]
    if known:
        parts.append(
            words.say("The cadence was {mean} steps per minute on average.", mean=words.number(sum(known) / len(known)))
        )
    else:
        parts.append(words.say("No cadence was known on this walk."))
    if walk.ceiling_spm is not None:
        over = sum(second.over_pace for second in walk.seconds)
        parts.append(
            words.say(
                "It was above the ceiling of {ceiling} for {time} minutes.",
                ceiling=words.number(walk.ceiling_spm),
                time=words.minutes(over),
            )
        )
    if cues:
        parts.append(words.several("There was {number} cue.", "There were {number} cues.", len(cues)))
    scores = [mark.score for mark in walk.pains if mark.score is not None]
    if scores:
        parts.append(words.say("The worst pain marked was {score} of 10.", score=max(scores)))
    if gaps:
        lost = sum(end - start for start, end in gaps)
        parts.append(words.say("{time} minutes are without signal.", time=words.minutes(lost)))
    return " ".join(parts)


def _table(walk: Walked, words: Words) -> Table:
    heads = (words.say("From, minutes"), words.say("Steps"), words.say("Cadence, steps per minute"))
    last = walk.seconds[-1].elapsed_s if walk.seconds else 0.0
    slices = _sliced(walk, 60.0 * max(1, ceil(last / 60.0 / ROWS)))
    return Table(
        heads,
        tuple((words.minutes(each.start_s), str(each.steps), words.number(each.cadence_spm)) for each in slices),
    )
