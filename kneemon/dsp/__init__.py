# SPDX-License-Identifier: MIT
"""Streaming filters and the resampler: numpy only, any block size, the same answer."""
