# SPDX-License-Identifier: MIT
"""What `prepare-card` is made of. Runs on the user's PC: Python 3.9, the standard library and nothing else."""
