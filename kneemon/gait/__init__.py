# SPDX-License-Identifier: MIT
"""Steps, cadence and walking bouts out of resampled acceleration."""
