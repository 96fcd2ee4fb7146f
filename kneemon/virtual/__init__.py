# SPDX-License-Identifier: MIT
"""Things that stand in for the world, on purpose and by name: a walker, a bus, chips that can misbehave."""
