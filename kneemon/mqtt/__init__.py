# SPDX-License-Identifier: MIT
"""Topics, payloads, and the publisher that survives every broker."""
