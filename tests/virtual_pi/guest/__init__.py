# SPDX-License-Identifier: MIT
"""What stands in for wires and hands, inside the guest: brought on the kit's disk, no part of the image."""
