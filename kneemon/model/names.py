# SPDX-License-Identifier: MIT
"""Names of walks and devices that come from a file: they become names of files, addresses of pages and topics."""

import re
from typing import Final

RESERVED: Final = frozenset({"all", "latest", "diary"})  # mean something else where a walk may be named
_NAME = re.compile(r"[A-Za-z0-9-]{1,64}")


def names_a_walk(text: object) -> bool:
    """Such a name can be a walk's, whoever made it."""
    return names_a_device(text) and text not in RESERVED


def names_a_device(text: object) -> bool:
    return isinstance(text, str) and _NAME.fullmatch(text) is not None
