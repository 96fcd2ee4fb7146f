# SPDX-License-Identifier: MIT
"""What the bench says while it works, on standard error; and the errors it ends with."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

EVERY_S = 10.0


class BenchError(Exception):
    """The bench cannot go on; the text says why, in one sentence."""


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


@contextmanager
def progress(doing: str) -> Iterator[None]:
    """Say what is being done, and now and then for how long already."""
    say(f"bench: {doing} ...")
    began_s, done = time.monotonic(), Event()

    def tick() -> None:
        while not done.wait(EVERY_S):
            say(f"bench: ... {time.monotonic() - began_s:.0f} s")

    ticking = Thread(target=tick, daemon=True)
    ticking.start()
    try:
        yield
    finally:
        done.set()
        ticking.join()
