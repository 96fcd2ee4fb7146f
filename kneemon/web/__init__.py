# SPDX-License-Identifier: MIT
"""The page for walker and physio: a process of its own that reads the store and asks the running kneemon to write."""
