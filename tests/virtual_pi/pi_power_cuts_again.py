# SPDX-License-Identifier: MIT
"""The other ten power cuts, in a file of their own: files run beside one another."""

from virtual_pi.cut_run import (  # noqa: F401 - they are this file's tests
    cuts,
    test_at_most_the_last_ten_seconds_of_a_walk_are_lost,
    test_nothing_that_was_acknowledged_or_told_is_lost_or_torn,
    test_the_cuts_were_cuts,
)

HALF = 1
