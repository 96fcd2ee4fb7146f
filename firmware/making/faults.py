# SPDX-License-Identifier: MIT
"""Why there is no release: what was expected, what was seen, what to do."""


class ReleaseError(Exception):
    """Shown as one sentence; nothing of the release is left in dist/."""

    def __init__(self, what: str, *, expected: str, seen: str, remedy: str) -> None:
        super().__init__(f"{what}: expected {expected}, saw {seen}. {remedy}")
