# SPDX-License-Identifier: MIT
"""Is the drawing library there? It is asked for only when something is to be drawn."""

import importlib
import logging

from kneemon.errors import ExportError

SUFFIXES = (".svg", ".png", ".pdf")


def need_library() -> None:
    """ExportError, with how to install it, when it cannot be imported."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # a cache folder it cannot have is no news to the reader
    try:
        importlib.import_module("matplotlib.figure")
    except ImportError as error:
        raise ExportError(
            "A picture",
            expected="the Python package matplotlib",
            seen=f"that it cannot be imported ({error})",
            remedy="Install it with `pip install 'kneemon[plot]'`.",
        ) from error
