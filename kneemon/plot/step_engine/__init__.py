# SPDX-License-Identifier: MIT
"""The pictures of docs/step-engine.md, drawn from the engine's own functions at work on a simulated walker.

Only `watched` touches the rooms of the engine; the others draw what it hands them.
"""
