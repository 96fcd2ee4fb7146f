# SPDX-License-Identifier: MIT
"""The report as a page that prints, and as a PDF where this machine can make one."""

from kneemon.app.report import report
from kneemon.app.report_sheet import Sheet, on_paper, sheet
from kneemon.chart.words import PAGE, PAGE_WIDE, PAPER, PAPER_WIDE, Look
from kneemon.export.formats import LONGEST_WEEKS
from kneemon.export.paper import can_typeset, pdf
from kneemon.web.visit import Answer, Door, Sent, Shown, Visit

CHOICES = (1, 2, 4, 6, 8, 12, 26, LONGEST_WEEKS)
USUAL_WEEKS = 6


def shown(visit: Visit) -> Answer:
    weeks = _weeks(visit)
    link = visit.link(f"/report.pdf?weeks={weeks}") if can_typeset() else ""
    return Shown(
        "report.html",
        visit.language.say("Report"),
        {
            "sheet": _sheet(visit, PAGE, PAGE_WIDE),
            "pdf": link,
            "weeks": weeks,
            "choices": sorted({*CHOICES, weeks}),
        },
    )


def sent(visit: Visit) -> Answer:
    made = pdf(on_paper(_sheet(visit, PAPER, PAPER_WIDE)))
    return Sent((made,), f"kneemon-report-{visit.reading.today}.pdf", "application/pdf")


def _sheet(visit: Visit, small: Look, wide: Look) -> Sheet:
    return sheet(visit.reading, report(visit.reading, _weeks(visit)), visit.language, small, wide)


def _weeks(visit: Visit) -> int:
    """As asked for, within what there is; anything else is the usual number."""
    asked = visit.query.one("weeks")
    if not (asked.isascii() and asked.isdecimal()) or len(asked) > 4:
        return USUAL_WEEKS
    return min(max(int(asked), 1), LONGEST_WEEKS)


DOORS = (Door("/report", shown), Door("/report.pdf", sent, expires=True, sends=True))
