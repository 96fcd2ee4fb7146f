# SPDX-License-Identifier: MIT
"""A long signal as few points that look the same: of each pixel column its lowest and its highest sample.

Nothing sharp vanishes, and nothing is drawn that was not measured: every point is one of the samples.
"""

from itertools import pairwise

import numpy as np

from kneemon.model.samples import Array


def envelope(t_s: Array, values: Array, columns: int) -> tuple[Array, Array]:
    """t_s rising, shape (n,); at most two samples of each of `columns` equal spans of time come back, in their order.

    A signal of at most 2 * columns samples comes back whole.
    """
    if len(t_s) <= 2 * columns:
        return t_s, values
    borders_s = np.linspace(t_s[0], t_s[-1], columns + 1)[1:-1]
    edges = [0, *np.searchsorted(t_s, borders_s).tolist(), len(t_s)]
    kept: list[int] = []
    for begin, end in pairwise(edges):
        if begin < end:
            span = values[begin:end]
            kept += sorted({begin + int(span.argmin()), begin + int(span.argmax())})
    return t_s[kept], values[kept]
