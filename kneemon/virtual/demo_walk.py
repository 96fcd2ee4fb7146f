# SPDX-License-Identifier: MIT
"""The demo's walk: one outing that meets every cue of a short plan.

Made for a plan of 1 min warm-up, 4 min main part, 1 min cool-down and a cadence ceiling of 112 steps/min: it is walked
too briskly for a while, has a rest and a limp in it, and goes on 50 s and more after the cool-down.
"""

from kneemon.virtual.script import Segment, Stand, Turn, Walk


def demo_script() -> tuple[Segment, ...]:
    """About 7 min 40 s, 7 min of it walking."""
    return (
        Stand(8.0),
        Walk(60.0, 96.0),
        Walk(75.0, 100.0, 106.0),
        Walk(40.0, 122.0),
        Walk(45.0, 104.0),
        Stand(20.0),
        Walk(50.0, 88.0, limp=0.15),
        Walk(70.0, 102.0, 104.0),
        Turn(3.0),
        Walk(77.0, 104.0, 101.0),
        Stand(8.0),
    )
