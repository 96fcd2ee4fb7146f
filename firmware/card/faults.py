# SPDX-License-Identifier: MIT
"""Why a card cannot be prepared: what was expected, what was seen, what to do."""


class CardError(Exception):
    """Shown as one sentence; nothing was written, unless the sentence says so."""

    def __init__(self, what: str, *, expected: str, seen: str, remedy: str) -> None:
        super().__init__(f"{what}: expected {expected}, saw {seen}. {remedy}")
