# SPDX-License-Identifier: MIT
"""The faces: verbs of the command line, each a thin door into the rooms below."""


def main() -> int:
    """The `kneemon` command; returns its exit code."""
    return 0
