# SPDX-License-Identifier: MIT
"""Cue patterns, and the players that make them heard and felt."""
