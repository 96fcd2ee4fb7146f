# SPDX-License-Identifier: MIT
"""Physically motivated changes of real walks: slower, weaker, limping, irregular, shuffling. The truth goes along.

A signal is its gravity, what is slower than about 0.9 s, and the movement about it. A slowed movement covers the same
way in more time, so its acceleration falls with the square of the speed. None of this is real impaired gait: it is
healthy gait with some of its regularities taken away, so that the gate does not learn them as what walking is.
"""

from dataclasses import dataclass, replace

import numpy as np

from kneemon.model.samples import Array
from tests.training.signals import RATE_HZ, Signal, instants_s, smooth

GRAVITY_S = 0.9  # wider than half a slow stride, narrower than a turn of the body
STRIKE_S = 0.06  # what a heel strike adds lies above some 3 Hz
PAUSE = 1.8  # an interval of more median steps is a pause, and stays as long as it is
FEWEST = 6  # contacts below which there is no rhythm to change


@dataclass(frozen=True, slots=True)
class Impairment:
    """Ranges that impaired walks are drawn from; fractions. Wide, as nobody measured how often each occurs."""

    limp: float = 0.25  # step times alternate by up to so much: beyond it one leg is dragged after the other …
    limping: float = 0.5  # … in this share of the walks
    irregular: tuple[float, float] = (0.02, 0.10)  # of a step time, standard deviation: healthy to very unsteady
    uneven: float = 0.45  # heights of steps alternate by up to so much
    shuffle: tuple[float, float] = (0.2, 0.8)  # of the heel strike that is lost …
    shuffling: float = 0.7
    slowed: tuple[float, float] = (0.6, 1.0)  # of the cadence; the stretched recordings go on from 0.5
    slowing: float = 0.6
    weakest: float = 0.3  # of the movement, even on a logarithmic scale from here to 1
    noise_g: tuple[float, float] = (0.001, 0.003)  # a good sensor's, a cheap one's


def impaired(signal: Signal, rng: np.random.Generator, ranges: Impairment = Impairment()) -> Signal:
    """A walk with counted steps, with several changes at once, as they come together in people."""
    slowed_to = rng.uniform(*ranges.slowed)
    limp = rng.uniform(0.0, ranges.limp) if rng.random() < ranges.limping else 0.0
    changed = uneven(signal, rng, limp, rng.uniform(*ranges.irregular), rng.uniform(0.0, ranges.uneven))
    if rng.random() < ranges.shuffling:
        changed = shuffled(changed, rng, rng.uniform(*ranges.shuffle))
    if rng.random() < ranges.slowing:
        changed = slowed(changed, slowed_to)
    changed = weakened(changed, float(np.exp(rng.uniform(np.log(ranges.weakest), 0.0))))
    return replace(noisy(changed, rng, float(rng.choice(ranges.noise_g))), made="impaired")


def slowed(signal: Signal, speed: float) -> Signal:
    """At `speed` times the cadence, with the movement of that speed."""
    seconds = signal.seconds
    return warped(signal, np.array([0.0, seconds / speed]), np.array([0.0, seconds]), speed * speed)


def clock_off(signal: Signal, stretch: float) -> Signal:
    """As a sensor writes it whose seconds are `stretch` times too long: movement and all."""
    seconds = signal.seconds
    return warped(signal, np.array([0.0, seconds * stretch]), np.array([0.0, seconds]), 1.0)


def weakened(signal: Signal, strength: float) -> Signal:
    """The movement is `strength` times what it was; gravity stays."""
    gravity_g = smooth(signal.acc_g, GRAVITY_S)
    return replace(signal, acc_g=gravity_g + strength * (signal.acc_g - gravity_g))


def noisy(signal: Signal, rng: np.random.Generator, noise_g: float) -> Signal:
    return replace(signal, acc_g=signal.acc_g + noise_g * rng.standard_normal(signal.acc_g.shape))


def uneven(signal: Signal, rng: np.random.Generator, limp: float, irregular: float, heights: float) -> Signal:
    """Step times alternate by 1 ± limp and scatter by `irregular`; the steps' heights alternate by 1 ± heights."""
    contacts_s = signal.contacts_s
    if len(contacts_s) < FEWEST:
        return signal
    steps_s = np.diff(contacts_s)
    walked = steps_s < PAUSE * np.median(steps_s)
    side = rng.choice([-1.0, 1.0]) * _alternating(len(steps_s))
    scatter = np.clip(rng.standard_normal(len(steps_s)), -2.5, 2.5)
    factor = np.clip(np.where(walked, 1.0 + limp * side + irregular * scatter, 1.0), 0.6, 1.6)
    new_s = np.concatenate(([0.0], contacts_s[0] + np.concatenate(([0.0], np.cumsum(steps_s * factor)))))
    new_s = np.append(new_s, new_s[-1] + signal.seconds - contacts_s[-1])
    old_s = np.concatenate(([0.0], contacts_s, [signal.seconds]))
    levels = np.concatenate(([1.0], 1.0 + heights * _alternating(len(contacts_s)), [1.0]))
    apart = np.concatenate(([True], np.diff(new_s) > 1e-6))  # a contact at the very begin or end
    at_s = instants_s(int(new_s[-1] * RATE_HZ))
    return warped(signal, new_s[apart], old_s[apart], np.interp(at_s, new_s, levels))


def shuffled(signal: Signal, rng: np.random.Generator, lost: float) -> Signal:
    """Feet that scrape: so much of the heel strike is lost, and becomes noise while something moves."""
    slow_g = smooth(signal.acc_g, STRIKE_S)
    strike_g = signal.acc_g - slow_g
    power = smooth((strike_g**2).sum(axis=1, keepdims=True), 0.2)
    scrape_g = 0.5 * lost * np.sqrt(power) * rng.standard_normal(strike_g.shape)
    return replace(signal, acc_g=slow_g + (1.0 - lost) * strike_g + scrape_g)


def warped(signal: Signal, new_s: Array, old_s: Array, scale: float | Array) -> Signal:
    """What was at old_s comes at new_s, in straight lines between; the movement is scaled, by sample or throughout."""
    samples = int(new_s[-1] * RATE_HZ)
    at_s = np.interp(instants_s(samples), new_s, old_s)
    gravity_g = smooth(signal.acc_g, GRAVITY_S)
    had_s = instants_s(len(signal.acc_g))
    gravity_there_g, movement_there_g = (
        np.stack([np.interp(at_s, had_s, axis_g) for axis_g in part_g.T], axis=1)
        for part_g in (gravity_g, signal.acc_g - gravity_g)
    )
    acc_g = gravity_there_g + np.broadcast_to(scale, samples)[:, None] * movement_there_g
    quiet_s = np.interp(np.array(signal.quiet_s).reshape(-1, 2), old_s, new_s)
    return replace(
        signal,
        acc_g=acc_g,
        contacts_s=np.interp(signal.contacts_s, old_s, new_s),
        quiet_s=tuple((start_s, end_s) for start_s, end_s in quiet_s.tolist()),
    )


def _alternating(count: int) -> Array:
    return np.where(np.arange(count) % 2, 1.0, -1.0)
