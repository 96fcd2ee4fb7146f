# SPDX-License-Identifier: MIT
"""Sample sources: a chip's FIFO, a recording, a simulated walker. Chosen by configuration, never fallen back to."""
