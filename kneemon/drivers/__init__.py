# SPDX-License-Identifier: MIT
"""Chips on the bus: registers as typed declarations, pure decoding, planned writes. One file per chip."""
