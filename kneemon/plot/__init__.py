# SPDX-License-Identifier: MIT
"""Pictures of what the engine did: pure drawings over plain data, as SVG, PNG or PDF.

The drawing library is the extra `plot`; `library`, `picture`, `envelope` and `matching` work without it.
"""
