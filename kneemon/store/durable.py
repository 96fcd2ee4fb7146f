# SPDX-License-Identifier: MIT
"""What a power cut shall not take: a file's content, or a folder's names, on the disk before the next step."""

import os
from pathlib import Path


def sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
