# SPDX-License-Identifier: MIT
"""What is being walked now: the state machine of one outing and its totals."""
