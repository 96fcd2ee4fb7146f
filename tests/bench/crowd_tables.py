# SPDX-License-Identifier: MIT
"""The crowd's figures as a part of the page."""

from collections.abc import Sequence

from tests.bench.crowd import Crowded
from tests.bench.made import Made
from tests.bench.markdown import NONE, part, table


def crowd(measured: Sequence[Crowded], made: Made) -> str:
    """The part `home` of the page."""
    return part(
        made.told(),
        table(
            "the broker | messages | a second | at the peak | late by, s | crowd, MB | broker, MB",
            (
                f"{each.scene.name} | {each.messages} | {each.messages_a_s:.0f} | {each.peak_messages} | "
                f"{each.behind_s:.1f} | {each.crowd_mb:.0f} | {each.broker_mb:.0f}"
                for each in measured
            ),
        ),
        table(
            "the broker | documents | lost | refused | sent again | arrived twice | all back after, s | "
            "connections a second at the peak",
            (
                f"{each.scene.name} | {each.made} | {each.lost} | {each.refused} | {each.again} | {each.twice} | "
                + (f"{each.storm_s:.1f} | {each.storm_peak}" if each.scene.away_s is not None else f"{NONE} | {NONE}")
                for each in measured
            ),
        ),
    )
