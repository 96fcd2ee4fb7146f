# SPDX-License-Identifier: MIT
"""A person at their exercises, whose repetitions and touch-downs are known: acceleration at the sensor for any instant.

A `Walker` stands, walks about and sits; on top of it come heel raises (the body lifted by some centimetres, each way by
the smoothest path), the drop of the heels, the tilt of a shank, the sway of one leg, touch-downs. The person hears cues
and follows them as people do: late, unevenly, sometimes not at all. No person was measured: heights and unrest are
guesses around what evidence section 7 tells. Frame and units as in `virtual.walker`: g including gravity, seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from kneemon.model.cues import Cue, CueKind
from kneemon.model.samples import Array
from kneemon.virtual.motion import Shaking
from kneemon.virtual.script import Segment, Stand
from kneemon.virtual.walker import Walker

STANDARD_GRAVITY = 9.80665  # m/s² in 1 g
SHANK_TILT_RAD = 1.5  # for each metre of rise: about 5° at 6 cm
TREMOR_SHARE = 0.15
LIFT_S, LIFT_G = 0.7, 0.05  # the other foot leaves the floor
DROP_S, TOUCH_S = 0.2, 0.12


@dataclass(frozen=True, slots=True)
class Habit:
    """How somebody moves. Fractions are of 1; spread: standard deviation of every size and time as such a fraction.

    move_s: one way takes so long, but never longer than four fifths of the beat's own time. forgets: share of the beats
    that pass unheeded. drop_g: how hard the heels land. sway_g: on one leg, or as restless as the wearer is.
    """

    height_m: float = 0.05
    reaction_s: float = 0.35
    move_s: float = 1.4
    spread: float = 0.12
    forgets: float = 0.0
    drop_g: float = 0.05
    sway_g: float = 0.004


@dataclass(frozen=True, slots=True)
class Move:
    """The body goes up (or, below 0, down) by rise_m in [start_s, start_s + seconds)."""

    start_s: float
    seconds: float
    rise_m: float


@dataclass(frozen=True, slots=True)
class Bump:
    """A fall and its catching: one sine of size_g, down and then up, in [start_s, start_s + seconds)."""

    start_s: float
    seconds: float
    size_g: float


class Exerciser:
    """Stands through `script` (an hour when none is given), worn and orientation as a Walker's.

    `hear` a cue, in order: the movement it asks for begins later than the cue. `raises` counts what was done.
    """

    def __init__(
        self,
        habit: Habit = Habit(),
        *,
        script: Sequence[Segment] = (Stand(3600.0),),
        worn: str = "waist",
        seed: int = 0,
        touches_s: Sequence[float] = (),
        touch_g: float = 0.2,
    ) -> None:
        self._rng = np.random.default_rng([seed, 7])
        matrix, triangle = np.linalg.qr(self._rng.standard_normal((3, 3)))
        matrix = matrix * np.sign(np.diag(triangle))
        self._to_sensor = matrix * np.linalg.det(matrix)
        self._body = Walker(script, worn=worn, seed=seed, orientation=self._to_sensor)
        self._habit = habit
        self._tilt_rad = SHANK_TILT_RAD if worn == "shank" else 0.0
        self._sway = Shaking(self._rng, 0.3, 1.8)
        self._tremor = Shaking(self._rng, 5.0, 10.0)
        self._moves: list[Move] = []
        self._bumps = [Bump(t_s, TOUCH_S, touch_g) for t_s in touches_s]
        self._up_m = 0.0  # how far up the last move went
        self.tops_s: list[float] = []  # when each raise was at its highest

    @property
    def raises(self) -> int:
        """Whole ones: up and down again."""
        return sum(move.rise_m < 0.0 for move in self._moves)

    def hear(self, cue: Cue, beat_s: float = 2.0) -> None:
        """beat_s: how long the beat's own movement may take."""
        habit = self._habit
        start_s = cue.t_s + self._about(habit.reaction_s)
        if cue.kind is CueKind.BEAT_UP and not self._up_m and self._rng.random() >= habit.forgets:
            self.go_up(start_s, min(self._about(habit.move_s), 0.8 * beat_s))
        elif cue.kind is CueKind.BEAT_DOWN and self._up_m:
            self.go_down(start_s, min(self._about(habit.move_s), 0.8 * beat_s))
        elif cue.kind is CueKind.HOLD_BEGIN:
            self._bumps.append(Bump(start_s, LIFT_S, LIFT_G))

    def go_up(self, start_s: float, seconds: float) -> None:
        self._up_m = self._about(self._habit.height_m)
        self._moves.append(Move(start_s, seconds, self._up_m))
        self.tops_s.append(start_s + seconds)

    def go_down(self, start_s: float, seconds: float) -> None:
        self._moves.append(Move(start_s, seconds, -self._up_m))
        self._bumps.append(Bump(start_s + seconds, DROP_S, self._about(self._habit.drop_g)))
        self._up_m = 0.0

    def acceleration(self, t_s: ArrayLike) -> Array:
        """(n, 3) in g at the instants t_s (n,); of what was heard so far."""
        t_s = np.ascontiguousarray(t_s, dtype=float)
        lifted_g, risen_m = np.zeros_like(t_s), np.zeros_like(t_s)
        for move in self._moves:
            done = np.clip((t_s - move.start_s) / move.seconds, 0.0, 1.0)
            risen_m += move.rise_m * done**3 * (10.0 - 15.0 * done + 6.0 * done * done)
            lifted_g += (
                move.rise_m
                / (STANDARD_GRAVITY * move.seconds**2)
                * (60.0 * done - 180.0 * done * done + 120.0 * done**3)
            )
        for bump in self._bumps:
            done = (t_s - bump.start_s) / bump.seconds
            lifted_g += np.where((done >= 0.0) & (done < 1.0), -bump.size_g * np.sin(2.0 * np.pi * done), 0.0)
        sway_g = np.full_like(t_s, self._habit.sway_g)
        sway, tremor = self._sway(t_s, sway_g), self._tremor(t_s, TREMOR_SHARE * sway_g)
        tilt = self._tilt_rad * risen_m
        forward = sway[0] + tremor[0] + np.sin(tilt)
        left = sway[1] + tremor[1]
        up = lifted_g + 0.3 * sway[2] + tremor[2] + np.cos(tilt) - 1.0
        extra = np.stack([a * forward + b * left + c * up for a, b, c in self._to_sensor], axis=-1)
        return np.asarray(self._body.acceleration(t_s) + extra)

    def _about(self, size: float) -> float:
        """The size as it comes out this time, never less than half of it."""
        return float(size * max(0.5, 1.0 + self._habit.spread * self._rng.standard_normal()))
