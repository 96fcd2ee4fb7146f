# SPDX-License-Identifier: MIT
"""Session logs as files: pure writers over the store's records."""
