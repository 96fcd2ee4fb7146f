# SPDX-License-Identifier: MIT
"""A first walk by the button alone, and what came of it: counted, buzzed, stored, published."""

from dataclasses import dataclass
from pathlib import Path

from kneemon.model.cues import CueKind
from kneemon.virtual.script import Stand, Walk
from virtual_pi.board import BUTTON, BUZZER
from virtual_pi.buzzes import TICK, drawn, expected, same
from virtual_pi.machine import MQTT, Machine
from virtual_pi.service import Service
from virtual_pi.stored import fetched, told_of, walk
from virtual_pi.subscriber import Subscriber
from virtual_pi.walks import made_up, replayed_steps, written

SCRIPT = (Stand(10.0), Walk(60.0, 100.0), Stand(20.0))
START, HOLD = (2.0, 0.2), (76.0, 2.6)
FELT = (TICK, CueKind.STARTED, TICK, CueKind.STOPPED)
BUSY_S = 600.0  # real seconds


@dataclass(frozen=True)
class FirstWalk:
    """session_id: under which it is stored. steps: stored; replayed: of the same samples from a file, outside."""

    session_id: str
    steps: int
    replayed: int
    true_steps: int

    @property
    def told(self) -> str:
        return f"{self.steps} steps (replayed {self.replayed}, truly {self.true_steps}), buzzed, stored, published"


def first_walk(pi: Machine, folder: Path) -> FirstWalk:
    """AssertionError unless all four are so. The guest's broker must be named in its configuration."""
    outing = made_up(SCRIPT)
    replayed = replayed_steps(written(outing, folder / "walk.csv"))
    service, board = Service(pi), pi.board
    with Subscriber(pi.port(MQTT)) as home:
        home.wait(lambda: home.messages, "anything of kneemon", BUSY_S)
        began = board.walk(outing.acc_g)
        board.do("press", answer_s=BUSY_S, line=BUTTON, presses=[START, HOLD])
        service.until(lambda: service.status()["session_id"] is None, "the walk is over")
        record = walk(fetched(pi, folder / "kneemon.db"))
        assert home.said(record.session_id, record.revision) == told_of(record)
    felt = board.pulses(BUZZER, began.at_s)[: len(expected(FELT))]
    assert same(felt, expected(FELT)), drawn(on_s for _, on_s in felt)
    assert record.summary.gaps == 0
    assert abs(record.summary.steps - replayed) <= max(1.0, replayed / 100)
    assert outing.true_steps is not None
    return FirstWalk(record.session_id, record.summary.steps, replayed, outing.true_steps)
