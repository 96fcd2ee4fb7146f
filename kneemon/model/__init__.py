# SPDX-License-Identifier: MIT
"""The words every room shares, frozen. Nothing here computes, reads a clock or knows a device."""
