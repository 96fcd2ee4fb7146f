# SPDX-License-Identifier: MIT
"""The paper all pictures are drawn on: one style, panels of given heights, and a file that is whole or not there.

Text stays text and is 12 px and more where a picture is shown at its own size, 756 px wide. Colours are Okabe and Ito's
(2008), told apart by colour-blind eyes; what they tell, shape or place tells too. The same data give the same bytes.
"""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.sax.saxutils import escape

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kneemon.errors import ExportError

BLACK, GREY, PALE = "#000000", "#767676", "#d9d9d9"
BLUE, SKY, GREEN = "#0072b2", "#56b4e9", "#009e73"
ORANGE, VERMILION, PURPLE, YELLOW = "#e69f00", "#d55e00", "#cc79a7", "#f0e442"

WIDTH_PX = 756  # points of the page, and px of an SVG's own coordinates
LEFT_PX, RIGHT_PX, TOP_PX, HEAD_PX, FOOT_PX = 66, 14, 28, 32, 46
PNG_DPI = 144

_STYLE: dict[str, Any] = {
    "font.family": ["DejaVu Sans"],  # comes with the library, so that every machine lays out alike
    "font.size": 12,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "axes.titlepad": 7,
    "axes.labelsize": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.8,
    "axes.axisbelow": True,
    "grid.color": "#ececec",
    "xtick.labelsize": 12,
    "ytick.labelsize": 12,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": BLACK,
    "ytick.labelcolor": BLACK,
    "legend.fontsize": 12,
    "legend.frameon": False,
    "lines.linewidth": 1.2,
    "hatch.linewidth": 0.7,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "path.simplify": False,  # `envelope` has done it, and keeps the extremes
    "svg.fonttype": "none",
    "svg.hashsalt": "kneemon",
    "pdf.fonttype": 42,
}


@contextmanager
def style() -> Iterator[None]:
    """Draw and write within."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # what the reader has set for pictures of their own does not count
        params: Any = matplotlib.rcParams
        params.update(_STYLE)
        yield


@dataclass(frozen=True, slots=True)
class Row:
    """Panels side by side, below a line for their titles and legends; told: with room for words below the axis."""

    height_px: float
    columns: int = 1
    told: bool = True


def sheet(title: str, rows: Sequence[Row]) -> tuple[Figure, list[list[Axes]]]:
    """A figure and its panels, row by row."""
    height_px = TOP_PX + sum(HEAD_PX + row.height_px + FOOT_PX * row.told for row in rows)
    figure = Figure(figsize=(WIDTH_PX / 72, height_px / 72), dpi=72)
    figure.text(LEFT_PX / WIDTH_PX, 1 - 9 / height_px, title, size=14, weight="bold", va="top", parse_math=False)
    panels, top_px = [], float(TOP_PX)
    for row in rows:
        pitch_px = (WIDTH_PX - RIGHT_PX) / row.columns
        bottom_px = top_px + HEAD_PX + row.height_px
        panels.append(
            [
                figure.add_axes(
                    (
                        (LEFT_PX + column * pitch_px) / WIDTH_PX,
                        1 - bottom_px / height_px,
                        (pitch_px - LEFT_PX) / WIDTH_PX,
                        row.height_px / height_px,
                    )
                )
                for column in range(row.columns)
            ]
        )
        top_px = bottom_px + FOOT_PX * row.told
    return figure, panels


def legend(axes: Axes, **options: Any) -> None:
    """Above the panel, at its right end, where nothing is drawn."""
    handles, _ = axes.get_legend_handles_labels()
    if handles:
        given = {"loc": "lower right", "bbox_to_anchor": (1.005, 1.0), "ncols": len(handles), "borderaxespad": 0.2}
        tight = {"borderpad": 0.2, "handletextpad": 0.4, "columnspacing": 1.4, "handlelength": 1.4}
        axes.legend(**{**given, **tight, **options})


def written(figure: Figure, suffix: str, title: str, description: str) -> bytes:
    """The figure as a file of that kind: .svg, .png or .pdf."""
    kind, content = suffix.removeprefix(".").lower(), io.BytesIO()
    metadata: dict[str, dict[str, Any]] = {
        "svg": {"Date": None, "Creator": None, "Format": None, "Type": None},
        "png": {"Software": None, "Title": title, "Description": description},
        "pdf": {"CreationDate": None, "Producer": None, "Creator": None, "Title": title, "Subject": description},
    }
    figure.savefig(content, format=kind, dpi=72 if kind != "png" else PNG_DPI, metadata=metadata[kind])
    if kind != "svg":
        return content.getvalue()
    head, root, rest = content.getvalue().decode("utf-8").partition("<svg ")
    attributes, _, rest = rest.partition(">")
    told = f'\n <title id="title">{escape(title)}</title>\n <desc id="desc">{escape(description)}</desc>'
    text = f'{head}{root}role="img" aria-labelledby="title desc" {attributes}>{told}{rest}'
    text = text.replace("'DejaVu Sans'", "'DejaVu Sans', Verdana, sans-serif")
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines()).encode()


def write(path: Path, content: bytes) -> None:
    """Whole or, with an ExportError, not at all: what stands there is replaced at the very end."""
    try:
        with TemporaryDirectory(prefix=".kneemon-", dir=path.parent) as hidden:
            beside = Path(hidden, path.name)
            beside.write_bytes(content)
            beside.replace(path)
    except OSError as error:
        raise ExportError(
            f"no picture at {path}",
            expected="a place that can be written",
            seen=error.strerror or str(error),
            remedy="Free some space, check the permissions, or choose another place.",
        ) from error
