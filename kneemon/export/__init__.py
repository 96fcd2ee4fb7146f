# SPDX-License-Identifier: MIT
"""Walks and diary as files: pure writers over the store's records."""
