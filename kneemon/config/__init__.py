# SPDX-License-Identifier: MIT
"""Options as typed tables, the loader, the default file that is the manual, and the plan's file."""
