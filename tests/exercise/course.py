# SPDX-License-Identifier: MIT
"""The simulated person before the Leader: blocks as a sensor gives them, cues heard as they are said."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from kneemon.exercise.leader import Leader
from kneemon.model.cues import Cue, CueKind
from kneemon.model.exercises import ExerciseEvent, Routine, SetEnded
from kneemon.model.samples import SampleBlock
from kneemon.virtual.exercises import Exerciser

NOISE_G = 0.004  # of each sample and axis: an ADXL345 at 100 Hz
BLOCK_S = 0.2
PULSE_S, RUNS_DOWN_S = 0.15, 0.15
MOTOR_G = 0.5


@dataclass
class Course:
    """What was said, and what was truly done in each set."""

    events: list[ExerciseEvent] = field(default_factory=list)
    truly: list[int] = field(default_factory=list)

    @property
    def sets(self) -> list[SetEnded]:
        return [event for event in self.events if isinstance(event, SetEnded)]


def blocks(
    person: Exerciser, until_s: float, *, rate_hz: float = 100.0, seed: int = 1, noise_g: float = NOISE_G
) -> Iterator[SampleBlock]:
    """From 0 s on; the person may hear something between two blocks."""
    rng = np.random.default_rng([seed, 11])
    size = round(BLOCK_S * rate_hz)
    for first in range(0, round(until_s * rate_hz), size):
        t_s = np.arange(first + 1, first + size + 1) / rate_hz
        yield SampleBlock(t_s, person.acceleration(t_s) + rng.normal(0.0, noise_g, (size, 3)))


def lead(
    person: Exerciser,
    routine: Routine,
    *,
    seed: int = 1,
    rate_hz: float = 100.0,
    motor: bool = True,
    late_s: float = 0.2,
) -> Course:
    """The whole routine; the person hears each cue at once, the motor shakes the sensor with it.

    motor: the buzz goes by a motor that leans on the sensor, so that the shaken samples are off by a mean, too.
    """
    leader, course = Leader(routine, 1.0), Course()
    pulses: list[float] = []
    rng = np.random.default_rng([seed, 13])
    before = 0
    for block in blocks(person, 3000.0, rate_hz=rate_hz, seed=seed):
        acc_g, shaken = block.acc_g, None
        if motor:
            shaken = np.zeros(len(block), bool)
            for start_s in pulses[-2:]:
                shaken |= (block.t_s >= start_s) & (block.t_s < start_s + PULSE_S + RUNS_DOWN_S)
            acc_g = acc_g + shaken[:, None] * (rng.normal(0.0, MOTOR_G, acc_g.shape) + 0.1)
        for event in leader.feed(SampleBlock(block.t_s, acc_g, shaken=shaken)):
            course.events.append(event)
            if isinstance(event, Cue):
                heard = Cue(max(event.t_s, float(block.t_s[-1]) + late_s - BLOCK_S), event.kind)
                person.hear(heard, routine.up_s if event.kind is CueKind.BEAT_UP else routine.down_s)
                pulses.append(float(block.t_s[-1]) + 0.001)
            if isinstance(event, SetEnded):
                course.truly.append(person.raises - before)
                before = person.raises
        if leader.over:
            return course
    raise AssertionError("the leader did not come to an end")
