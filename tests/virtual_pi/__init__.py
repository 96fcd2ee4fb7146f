# SPDX-License-Identifier: MIT
"""A whole Raspberry Pi under emulation: the image that a user flashes, our chips on its bus, and hands from outside.

`machine` is the Pi, `board` what is wired to it, `guest/` what runs inside to stand in for the wires, `table` what was
tried and seen. The scenarios are the files pi_*.py; `make test-virtual-pi` runs them.
"""
