# SPDX-License-Identifier: MIT
"""The button and the local control socket."""
