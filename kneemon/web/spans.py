# SPDX-License-Identifier: MIT
"""How far back a page looks, as its visitor asks for it."""

from datetime import date

from kneemon.web.asking import whole
from kneemon.web.visit import Role, Visit

SPANS = (4, 12, 26, 52)  # weeks
EARLIEST = date(2000, 1, 1)  # before it nothing can have been walked, whatever a clock said


def weeks_asked(visit: Visit, otherwise: int) -> int:
    """?weeks=, one of SPANS; else what the page shows when nothing is asked for."""
    asked = whole(visit.query.one("weeks"))
    return asked if isinstance(asked, int) and asked in SPANS else otherwise


def usual_span(visit: Visit) -> int:
    """Weeks, when nothing is asked for: what fits a phone for the walker, what a physio judges for the others."""
    return SPANS[0] if visit.role is Role.WALKER else SPANS[1]


def day_asked(visit: Visit, name: str, otherwise: date) -> date:
    """A day of the calendar, not after `otherwise` and not before EARLIEST."""
    try:
        return max(EARLIEST, min(date.fromisoformat(visit.query.one(name)), otherwise))
    except ValueError:
        return otherwise
