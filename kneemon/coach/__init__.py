# SPDX-License-Identifier: MIT
"""When to speak: ceilings, hysteresis, spacing, importance."""
