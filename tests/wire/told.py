# SPDX-License-Identifier: MIT
"""How a fault of the wire is told, in words and in number."""

from typing import Any

from kneemon.model.samples import Wire

AGAIN = "It is set up again by itself; if this comes back, "


def told_once(heard: Any, attempts: int | None = None) -> None:
    """One fault, one word that samples flow again, and each attempt between them."""
    kinds = heard.kinds
    assert kinds[Wire.FAULT] == kinds[Wire.BACK] == 1, heard.reports
    assert kinds[Wire.DOUBT] == 0
    assert heard.reports[0].kind is Wire.FAULT
    assert heard.reports[-1].kind is Wire.BACK
    if attempts is not None:
        assert kinds[Wire.RECOVERY] == attempts


def name(it: Any) -> str:
    return str(it.make_chip(it.bus).name)
