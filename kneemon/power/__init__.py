# SPDX-License-Identifier: MIT
"""The battery, the radios, and switching off in order."""
