# SPDX-License-Identifier: MIT
"""One look at the last 3.5 s: the step period, and 23 figures that tell walking from other movement.

In: 88 pair means at 25 Hz of the norm less 1 g, and of the acceleration vector. All figures are free of orientation and
look no higher than 12.5 Hz, so that a 25 Hz source looks like a 200 Hz one.

The period is the best of 40 candidates by a comb over the autocorrelation r,
S(T) = r(T) + r(2T) - r(T/2) - r(1.5 T): a pure step rhythm scores 4, its stride and its half step 0, which settles the
octave that a plain maximum of r gets wrong in most pockets.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import log, sqrt

import numpy as np

from kneemon.model.samples import Array

RATE_HZ = 25.0
WINDOW = 88  # samples: 3.52 s, one stride of the slowest gait
LAGS = 83

LOG_STEP = 0.04
LOG_PERIODS = np.arange(log(0.34), log(1.62), LOG_STEP)  # 176 to 37 steps/min
PERIODS_S = np.exp(LOG_PERIODS)

FEATURES = (
    "log_rms",  # of the step band
    "comb",  # S(T), see above
    "r_step",  # autocorrelation at T
    "r_stride",  # … and at 2T
    "above_4_hz",  # energy above 4 Hz against the step band
    "from_1.6_to_4_hz",
    "kurtosis",
    "skewness",
    "jerk_kurtosis",
    "vertical",  # vertical against horizontal energy; vertical is the window's mean vector
    "r_step_horizontal",
    "r_stride_horizontal",
    "sway",  # horizontal movement, tilt included
    "log_period",
    "mean",  # of the norm, over 1 g
    "half_harmonic",  # Fourier amplitude at half the step frequency against the step's
    "harmonic_2",
    "harmonic_3",
    "harmonic_4",
    "r_step_vertical",
    "comb_over_stride",  # S(T) - S(2T)
    "below_0.3_hz",
    "slow_sway",  # slow movement in all directions, tilt included
)


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What one look saw. features: shape (23,), in the order of FEATURES."""

    period_s: float
    comb: float
    features: Array


def look(norm: Array, acc_g: Array, before_s: float | None, still_g: float) -> Look | None:
    """norm (88,), acc_g (88, 3); before_s: the period while walking, which the new one should resemble.

    None when the step band holds less than still_g rms: nobody walks.
    """
    bands = (BANDS @ norm).reshape(4, WINDOW)
    step_energy, *energies = (np.einsum("ij,ij->i", bands, bands) / WINDOW).tolist()
    rms = sqrt(step_energy)
    if rms < still_g:
        return None
    log_rms = log(rms + 1e-3)
    high, middle, low = (0.5 * log(energy + 1e-6) - log_rms for energy in energies)

    band = bands[0] - bands[0].sum() / WINDOW
    r = np.correlate(band, band, "full")[WINDOW - 1 : WINDOW - 1 + LAGS]
    r = r * (UNBIASED / r[0])
    comb = r @ COMB
    best = int((comb - (PRIOR if before_s is None else _continuity(before_s))).argmax())
    period_s = float(PERIODS_S[best])

    mean = float(norm.sum()) / WINDOW
    centred = norm - mean
    square = centred * centred
    variance = float(centred @ centred) / WINDOW + 1e-12
    jerk = centred[1:] - centred[:-1]
    jerk_square = jerk * jerk
    jerk_variance = float(jerk @ jerk) / (WINDOW - 1)

    at_harmonics = (FOURIER[best] @ centred).tolist()
    half, first, second, third, fourth = (
        0.5 * log(cosine * cosine + sine * sine + 1e-6)
        for cosine, sine in zip(at_harmonics[:5], at_harmonics[5:], strict=True)
    )

    gravity = acc_g.sum(axis=0) / WINDOW
    down = gravity / max(sqrt(float(gravity @ gravity)), 1e-6)
    moved = acc_g - gravity
    vertical = moved @ down
    all_energy, vertical_energy = _energy(moved) / WINDOW, float(vertical @ vertical) / WINDOW
    smooth, slow = (SMOOTH_AND_SLOW @ moved).reshape(2, WINDOW, 3)
    bounce = smooth @ down
    sway = smooth - bounce[:, None] * down
    sway -= sway.sum(axis=0) / WINDOW
    bounce = bounce - bounce.sum() / WINDOW
    sway_energy = _energy(sway) + 1e-9
    across = sway.ravel()
    step = int(period_s * RATE_HZ + 0.5)
    stride = 2 * step

    features = (
        log(rms),
        float(comb[best]),
        _between(r, period_s * RATE_HZ),
        _between(r, 2 * period_s * RATE_HZ),
        high,
        middle,
        log(float(square @ square) / WINDOW / variance**2),
        float(square @ centred) / WINDOW / variance**1.5,
        log(float(jerk_square @ jerk_square) / (WINDOW - 1) / (jerk_variance**2 + 1e-12) + 1e-3),
        log((vertical_energy + 1e-5) / (max(all_energy - vertical_energy, 0.0) + 1e-5)),
        float(across[3 * step :] @ across[: -3 * step]) / sway_energy * float(UNBIASED[step]),
        float(across[3 * stride :] @ across[: -3 * stride]) / sway_energy * float(UNBIASED[stride]),
        0.5 * log(sway_energy / WINDOW + 1e-5),
        log(period_s),
        mean,
        half - first,
        second - first,
        third - first,
        fourth - first,
        float(bounce[step:] @ bounce[:-step]) / (float(bounce @ bounce) + 1e-9) * float(UNBIASED[step]),
        float(comb[best]) - _between(comb, (log(2 * period_s) - LOG_PERIODS[0]) / LOG_STEP),
        low,
        0.5 * log(_energy(slow) / WINDOW + 1e-5),
    )
    return Look(period_s, float(comb[best]), np.array(features))


def _energy(rows: Array) -> float:
    flat = rows.ravel()
    return float(flat @ flat)


@lru_cache(maxsize=64)
def _continuity(before_s: float) -> Array:
    """What a candidate loses for being unlike the period before."""
    return np.asarray(PRIOR + 0.8 * np.abs(LOG_PERIODS - log(before_s)))


def _between(values: Array, position: float) -> float:
    """Linear interpolation; the last value beyond the end."""
    i = int(position)
    if i + 1 >= len(values):
        return float(values[-1])
    return float(values[i] + (values[i + 1] - values[i]) * (position - i))


def _gaussian(sigma_s: float) -> Array:
    """Smoothing of a whole window as one matrix, renormalised at the window's ends: no delay."""
    apart = np.arange(WINDOW)[:, None] - np.arange(WINDOW)[None, :]
    kernel = np.exp(-0.5 * (apart / (sigma_s * RATE_HZ)) ** 2)
    return np.asarray(kernel / kernel.sum(axis=1, keepdims=True))


def _at_lags(periods_s: Array) -> Array:
    """Matrix (LAGS, periods) that reads r at each period by linear interpolation."""
    matrix = np.zeros((LAGS, len(periods_s)))
    for column, period_s in enumerate(periods_s):
        i = int(period_s * RATE_HZ)
        part = period_s * RATE_HZ - i
        matrix[i, column], matrix[i + 1, column] = 1 - part, part
    return matrix


def _fourier() -> Array:
    """Windowed cosines and sines at 1/2, 1, 2, 3, 4 times each candidate's frequency: shape (periods, 10, WINDOW)."""
    hann = np.hanning(WINDOW) / np.hanning(WINDOW).sum() * 2
    turn = 2 * np.pi * np.arange(WINDOW) / RATE_HZ
    return np.array(
        [[f(turn / t * k) * hann for f in (np.cos, np.sin) for k in (0.5, 1, 2, 3, 4)] for t in PERIODS_S],
    )


_FINE, _STEP, _TREND = _gaussian(0.06), _gaussian(0.10), _gaussian(0.50)
BANDS = np.vstack([_STEP - _TREND, np.eye(WINDOW) - _FINE, _FINE - _STEP, _TREND - _gaussian(1.2)])  # the steps' first
SMOOTH_AND_SLOW = np.vstack([_STEP, _TREND])
UNBIASED = WINDOW / np.maximum(WINDOW - np.arange(LAGS), WINDOW * 0.35)
COMB = _at_lags(PERIODS_S) + _at_lags(2 * PERIODS_S) - _at_lags(PERIODS_S / 2) - _at_lags(1.5 * PERIODS_S)
PRIOR = 0.5 * np.abs(LOG_PERIODS - log(0.6))  # a mild preference for 100 steps/min, where all else is equal
FOURIER = _fourier()
