# SPDX-License-Identifier: MIT
"""Joins the edges to the engine: the one place where everybody is known. `loop` runs, `compose` builds."""
