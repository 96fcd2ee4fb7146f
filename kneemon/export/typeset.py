# SPDX-License-Identifier: MIT
"""A process of its own: the sheet as JSON from standard input, as PDF to standard output; its memory goes with it."""

import sys
from pathlib import Path

import typst

PAPER = Path(__file__).with_name("paper.typ")


def typeset(sheet: str) -> bytes:
    """Tagged; and PDF/UA-1, unless a text has signs that no font here has a shape for."""
    source, inputs = PAPER.read_bytes(), {"sheet": sheet}
    try:
        return typst.compile(source, sys_inputs=inputs, pdf_standards=["ua-1"])
    except typst.TypstError:
        return typst.compile(source, sys_inputs=inputs)


if __name__ == "__main__":
    sys.stdout.buffer.write(typeset(sys.stdin.buffer.read().decode()))
