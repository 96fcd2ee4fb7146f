# SPDX-License-Identifier: MIT
"""`kneemon report`: one A4 page about the newest weeks, for the physio."""

import argparse
from importlib.util import find_spec
from pathlib import Path

from kneemon.app.opened import opened
from kneemon.app.reading import Reading
from kneemon.cli.settings import configuration
from kneemon.clock import SystemClock
from kneemon.errors import ExitCode, ExportError
from kneemon.export.paper import can_typeset, pdf
from kneemon.language import Language, language

NEEDED = ("pygal", "jinja2")


def run(args: argparse.Namespace) -> int:
    config, places = configuration(args)
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise ExportError(
            "the report cannot be drawn",
            expected=" and ".join(NEEDED),
            seen=f"that {' and '.join(missing)} is not installed",
            remedy="Install kneemon[web].",
        )
    html = args.html or (args.out is not None and args.out.suffix.lower() in (".html", ".htm"))
    instead = not html and not can_typeset()
    with opened(args.store or places.store, SystemClock(), config.device.time_zone) as reading:
        words = language(args.language or config.web.language)
        content = (_html if html or instead else _pdf)(reading, args.weeks, words)
        path = args.out or Path(f"kneemon-report-{reading.today}.{'html' if html or instead else 'pdf'}")
    if instead:
        path = path.with_suffix(".html")
        print("(typst is not installed, so there is no PDF. This page can be printed: open it in a browser.)")
    _write(path, content)
    print(path)
    return ExitCode.OK


def _pdf(reading: Reading, weeks: int, words: Language) -> bytes:
    from kneemon.app.report import report
    from kneemon.app.report_sheet import on_paper, sheet

    return pdf(on_paper(sheet(reading, report(reading, weeks), words)))


def _html(reading: Reading, weeks: int, words: Language) -> bytes:
    from kneemon.app.report import report
    from kneemon.app.report_sheet import sheet
    from kneemon.chart.words import PAGE, PAGE_WIDE
    from kneemon.web.paper_file import html_file

    return html_file(sheet(reading, report(reading, weeks), words, PAGE, PAGE_WIDE), words).encode()


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise ExportError(
            f"the report cannot be written to {path}",
            expected="a folder to write into, with room in it",
            seen=error.strerror or str(error),
            remedy="Name another place with --out.",
        ) from error
