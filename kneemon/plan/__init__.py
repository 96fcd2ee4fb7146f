# SPDX-License-Identifier: MIT
"""Which dose a plan prescribes for a date, and what is left of it."""
