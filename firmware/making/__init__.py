# SPDX-License-Identifier: MIT
"""What `firmware/release` is made of."""
