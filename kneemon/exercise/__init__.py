# SPDX-License-Identifier: MIT
"""Exercises: repetitions and holds seen by the sensor, sets and rests led by cues."""
