# SPDX-License-Identifier: MIT
"""From sample blocks to one number, evenly spaced: the norm of acceleration, less 1 g.

The norm needs no orientation, and a body that leans a little moves it only in the second order, where a projection on a
slow estimate of gravity would do no better. Samples in which kneemon's own motor shook are left out and a straight line
is drawn across, which a buzz is too short to spoil for what is slower than a second. Stream time, seconds; g.
"""

import numpy as np

from kneemon.dsp.resample import Resampler, ResamplerParams
from kneemon.model.samples import SampleBlock


class NormStream:
    """Streaming; any split of the samples gives the same numbers."""

    def __init__(self, params: ResamplerParams) -> None:
        self._params = params
        self._resampler = Resampler(params)

    def reset(self) -> None:
        self._resampler.reset()

    def feed(self, block: SampleBlock) -> list[tuple[float, float | None]]:
        """(end of the sample's interval, norm less 1 g) of each; None says that the signal begins, or begins anew."""
        t_s, acc_g = block.t_s, block.acc_g
        if block.shaken is not None and block.shaken.any():
            t_s, acc_g = t_s[~block.shaken], acc_g[~block.shaken]
        told: list[tuple[float, float | None]] = []
        for stretch in self._resampler.feed(t_s, acc_g):
            if stretch.first == 0 and not len(stretch.acc_g):
                told.append((stretch.origin_s, None))
            x, y, z = stretch.acc_g.T
            for number, norm in enumerate(np.sqrt(x * x + y * y + z * z).tolist(), start=stretch.first + 1):
                told.append((stretch.origin_s + number / self._params.rate_hz, norm - 1.0))
        return told
