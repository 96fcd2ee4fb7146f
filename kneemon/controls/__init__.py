# SPDX-License-Identifier: MIT
"""The button with its grammar, and the local control socket."""
