# SPDX-License-Identifier: MIT
"""Twenty power cuts at random moments, the first ten: at most ten seconds of a walk are lost, and no document."""

import subprocess
from pathlib import Path
from random import Random

from virtual_pi.cut_run import (  # noqa: F401 - they are this file's tests
    cuts,
    test_at_most_the_last_ten_seconds_of_a_walk_are_lost,
    test_nothing_that_was_acknowledged_or_told_is_lost_or_torn,
    test_the_cuts_were_cuts,
)
from virtual_pi.unflushed import Card

HALF = 0


def test_qemu_notes_what_it_writes_as_it_is_read_here(tmp_path: Path) -> None:
    image = tmp_path / "image"
    image.write_bytes(bytes(1 << 20))
    card = Card(image, tmp_path, 1 << 20)
    for cut in (True, False):
        _write(card.insert(), "write -P 1 4096 1024", "flush", "write -P 2 8192 512")
        assert card.written > 2048
        if cut:
            card.cut(Random(1))
        else:
            card.taken_out()
    raw = card.raw.read_bytes()
    assert raw[4096:5120] == bytes([1]) * 1024
    assert raw[8192:8704] == bytes([2]) * 512


def _write(drive: str, *commands: str) -> None:
    words = [word for command in commands for word in ("-c", command)]
    done = subprocess.run(["qemu-io", "--image-opts", *words, drive], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
