# SPDX-License-Identifier: MIT
"""The demo's live view: steps, cadence against the ceiling, time against the plan, cues, what was published.

It follows events and redraws itself a few times a second; rich draws it, on a terminal or into a picture.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from kneemon.app.demo import Backstage, DemoOptions
from kneemon.app.edges import Listener, Seen
from kneemon.cli.demo import SAID
from kneemon.cli.words import minutes, spm
from kneemon.errors import ExportError
from kneemon.model.cues import Cue, CueKind
from kneemon.model.plans import Part
from kneemon.model.samples import SensorReport
from kneemon.model.sessions import Progress, SessionEnded, SessionStarted

WIDTH, LINES = 96, 27  # of the whole view, where the terminal has room
BESIDE_BAR, OTHER_LINES = 36, 18  # what is not the plan's bar, what are not the buzzes
CUES = 9
SLOWEST_SPM, FASTEST_SPM = 60.0, 140.0
TRACE_EVERY_S = 8  # a cadence reading drawn: the whole of the demo's walk has room
BLOCKS = "▁▂▃▄▅▆▇█"
STYLES = {
    CueKind.PACE_HIGH: "bold red",
    CueKind.REST_DUE: "bold yellow",
    CueKind.PAIN_ROSE: "yellow",
    CueKind.LIMIT_NEAR: "yellow",
    CueKind.LIMIT_REACHED: "bold yellow",
    CueKind.OVER_LIMIT: "bold red",
    CueKind.PAIN_STOP: "bold red",
    CueKind.GAVE_WAY: "bold red",
    CueKind.GET_ADVICE: "bold red",
}


class LiveView:
    """Draws what the events have told so far."""

    def __init__(self, options: DemoOptions, backstage: Backstage, width: int = WIDTH, lines: int = LINES) -> None:
        self._width = min(width, WIDTH)
        self._bar = max(self._width - BESIDE_BAR, 10)
        self._lines = min(max(lines - OTHER_LINES, 2), CUES)
        self._options = options
        self._backstage = backstage
        self._began_s: float | None = None
        self._now: Progress | None = None
        self._ended = False
        self._sensor = "starting"
        self._cues: deque[tuple[float, CueKind]] = deque(maxlen=self._lines)
        self._trace: deque[float | None] = deque(maxlen=self._bar - 2)

    def see(self, seen: Seen) -> None:
        if isinstance(seen, SessionStarted):
            self._began_s = seen.t_s
        elif isinstance(seen, Progress):
            self._now = seen
            self._sensor = "samples flow"
            if round(seen.elapsed_s) % TRACE_EVERY_S == 0:
                self._trace.append(seen.cadence_spm)
        elif isinstance(seen, Cue):
            self._cues.append((seen.t_s - (self._began_s or seen.t_s), seen.kind))
        elif isinstance(seen, SessionEnded):
            self._ended = True
        elif isinstance(seen, SensorReport):
            self._sensor = seen.text

    def __rich__(self) -> RenderableType:
        options = self._options
        title = f"kneemon demo: a simulated walker, {options.chip} at the {options.worn}"
        body = Group(self._walk(), Text(), self._plan(), Text(), self._said(), Text(), self._home())
        return Panel(body, title=title, subtitle=f"{options.speed:g} × real time", width=self._width, padding=(1, 2))

    def _walk(self) -> RenderableType:
        now = self._now
        ceiling = self._backstage.plan.cadence_ceiling_spm or FASTEST_SPM
        cadence = now.cadence_spm if now else None
        over = bool(now and now.over_pace)
        style = "bold red" if over else "bold green"
        if self._ended:
            doing = "the walk is over"
        elif now is None:
            doing = "waiting for the button"
        else:
            doing = now.activity.value
        table = Table.grid(padding=(0, 2))
        table.add_column(width=10)
        table.add_column(width=16)
        table.add_column()
        steps = str(now.so_far.steps) if now else "0"
        table.add_row("Steps", Text(steps, style="bold"), Text(doing, style="italic"))
        table.add_row(
            "Cadence",
            Text(f"{spm(cadence)} steps/min", style=style),
            _gauge(cadence, ceiling, self._bar - 22, over=over),
        )
        table.add_row("", "", _sparkline(self._trace, ceiling))
        return table

    def _plan(self) -> RenderableType:
        plan, now = self._backstage.plan, self._now
        parts = (
            (Part.WARM_UP, "warm-up", plan.warm_up_s),
            (Part.MAIN, "main part", 60.0 * plan.weeks[0].minutes),
            (Part.COOL_DOWN, "cool-down", plan.cool_down_s),
        )
        whole_s = sum(seconds for _, _, seconds in parts)
        walked_s = now.so_far.walking_s if now else 0.0
        bar, names, before_s = Text(), Text(style="dim"), 0.0
        for part, name, seconds in parts:
            width = round(self._bar * seconds / whole_s)
            filled = round(width * min(max((walked_s - before_s) / seconds, 0.0), 1.0))
            color = "green" if part is Part.MAIN else "cyan"
            bar.append("█" * filled, style=color).append("░" * (width - filled), style="dim").append(" ")
            names.append(name if part is Part.COOL_DOWN else name.ljust(width + 1)[: width + 1])
            before_s += seconds
        over_s = now.so_far.over_limit_s if now else 0.0
        if over_s > 0:
            bar.append(f"+{minutes(over_s)}", style="bold red")
        table = Table.grid(padding=(0, 2))
        table.add_column(width=10)
        table.add_column()
        left = f"{minutes(now.remaining_s)} left of the main part" if now and now.remaining_s is not None else ""
        table.add_row("Plan", f"{minutes(walked_s)} walked; rests do not count. {left}")
        table.add_row("", bar)
        table.add_row("", names)
        return table

    def _said(self) -> RenderableType:
        table = Table.grid(padding=(0, 2))
        table.add_column(width=10)
        table.add_column(width=6, justify="right")
        table.add_column()
        for i in range(self._lines):
            heading = "Buzzes" if i == 0 else ""
            if i < len(self._cues):
                at_s, kind = self._cues[i]
                table.add_row(heading, minutes(at_s), Text(SAID[kind], style=STYLES.get(kind, "")))
            else:
                table.add_row(heading, "", "")
        return table

    def _home(self) -> RenderableType:
        table = Table.grid(padding=(0, 2))
        table.add_column(width=10)
        table.add_column()
        table.add_row("Sensor", self._sensor)
        table.add_row("MQTT", self._backstage.published())
        arrived = sorted(self._backstage.arrived().items())
        table.add_row("", Text(", ".join(f"{count} × {topic}" for topic, count in arrived), style="dim"))
        return table


def _gauge(cadence: float | None, ceiling: float, width: int, *, over: bool) -> Text:
    """A bar from 60 to 140 steps/min with the ceiling marked."""
    width = max(width, 8)
    mark = round(width * (ceiling - SLOWEST_SPM) / (FASTEST_SPM - SLOWEST_SPM))
    share = 0.0 if cadence is None else (cadence - SLOWEST_SPM) / (FASTEST_SPM - SLOWEST_SPM)
    filled = round(width * min(max(share, 0.0), 1.0))
    bar = Text()
    for i in range(width):
        if i == mark:
            bar.append("┃", style="bold")
        elif i < filled:
            bar.append("█", style="red" if over else "green")
        else:
            bar.append("░", style="dim")
    return bar.append(f" ceiling {ceiling:.0f}", style="dim")


def _sparkline(trace: deque[float | None], ceiling: float) -> Text:
    """The cadence so far."""
    line = Text()
    for cadence in tuple(trace):  # it grows while it is drawn
        if cadence is None:
            line.append("·", style="dim")
            continue
        share = (cadence - SLOWEST_SPM) / (FASTEST_SPM - SLOWEST_SPM)
        block = BLOCKS[round((len(BLOCKS) - 1) * min(max(share, 0.0), 1.0))]
        line.append(block, style="red" if cadence > ceiling else "green")
    return line


@contextmanager
def watching(options: DemoOptions, picture: Path | None, *, shown: bool) -> Iterator[Callable[[Backstage], Listener]]:
    """Draw while the walk goes on; keep a picture of the view at its fullest, over the limit, if one is asked for."""
    if picture is not None:
        _writable(picture)
    console = Console() if shown else Console(file=StringIO())
    with Live(console=console, refresh_per_second=8) as live:

        def listener(backstage: Backstage) -> Listener:
            view = LiveView(options, backstage, *console.size) if shown else LiveView(options, backstage)
            live.update(view)

            def listen(seen: Seen) -> None:
                view.see(seen)
                if picture is not None and isinstance(seen, Cue) and seen.kind is CueKind.OVER_LIMIT:
                    _save(view, picture)

            return listen

        yield listener


def _writable(path: Path) -> None:
    """Raises ExportError: better now than at the end of the walk."""
    try:
        path.touch()
    except OSError as error:
        raise ExportError(
            f"--picture {path}",
            expected="a file that can be written",
            seen=error.strerror or str(error),
            remedy="Name one in a folder of yours, such as --picture demo.svg",
        ) from error


def _save(view: LiveView, path: Path) -> None:
    """As SVG, with the reader's own monospaced font: a picture of ours fetches nothing."""
    console = Console(record=True, width=WIDTH, force_terminal=True, color_system="truecolor", file=StringIO())
    console.print(view)
    path.write_text(console.export_svg(title="kneemon demo", code_format=SVG), encoding="utf-8")


SVG = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img">
    <title>kneemon at work</title>
    <style>
    .{unique_id}-matrix {{ font-family: monospace; font-size: 20.27px; line-height: {line_height}px; }}
    .{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
    {styles}
    </style>
    <defs>
    <clipPath id="{unique_id}-clip-terminal">
      <rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
    </clipPath>
    {lines}
    </defs>
    {chrome}
    <g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
    {backgrounds}
    <g class="{unique_id}-matrix">
    {matrix}
    </g>
    </g>
</svg>
"""
