# SPDX-License-Identifier: MIT
"""The first page: for the walker today's dose, what waits for an answer, the last walk; for the others an overview."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from kneemon.app.plan_today import PLAIN, dose_in_words
from kneemon.app.report import report
from kneemon.app.report_sheet import sheet
from kneemon.chart.words import PAGE
from kneemon.model.plans import StateName
from kneemon.model.questions import PAIN_ASKS, Ask
from kneemon.web.asking import status
from kneemon.web.device_pages import backup_overdue
from kneemon.web.spans import SPANS, weeks_asked
from kneemon.web.visit import Answer, Moved, Role, Shown, Visit
from kneemon.web.walk_view import listed
from kneemon.web.writing_pages import PAIN_WHEN

LAST_WALKS = 10


@dataclass(frozen=True, slots=True)
class Question:
    """One that waits: its words, and what its form sends beside the number."""

    words: str
    hidden: Mapping[str, str]


def first(visit: Visit) -> Answer:
    """A device that knows nothing yet leads its walker to the first set-up."""
    if visit.role is not Role.WALKER:
        return _overview(visit)
    if visit.reading.profile is None and not visit.reading.count():
        return Moved("/setup")
    return _today(visit)


def _today(visit: Visit) -> Shown:
    reading, say = visit.reading, visit.language.say
    told = status(visit)
    last = next((walk for walk in reading.walks(5) if walk.struck is None), None)
    state = reading.state
    return Shown(
        "first_walker.html",
        say("Today"),
        {
            "running": told is not None,
            "walking": told is not None and told.get("session_id") is not None,
            "dose": dose_in_words(reading, visit.language),
            "stands": say(PLAIN[state.name]) if state else "",
            "stopped": state is not None and state.name is StateName.STOP_MEDICAL,
            "questions": list(_waiting(visit, told or {})),
            "grade_open": any(each.get("ask") == Ask.GRADE for each in _asked(told or {})),
            "last": listed(last, visit.language) if last else None,
            "because": last.judged.because if last and last.judged else (),
            "backup_due": backup_overdue(visit),
            "no_profile": reading.profile is None,
        },
    )


def _overview(visit: Visit) -> Shown:
    """The report's own figures, so that page and paper say the same, and the last walks."""
    reading, language = visit.reading, visit.language
    weeks = weeks_asked(visit, SPANS[0])
    latest = [walk for walk in reading.walks(LAST_WALKS) if walk.struck is None]
    return Shown(
        "first_overview.html",
        language.say("Overview"),
        {
            "sheet": sheet(reading, report(reading, weeks), language, PAGE, PAGE),
            "rows": [listed(walk, language) for walk in latest],
            "dose": dose_in_words(reading, visit.language),
            "weeks": weeks,
            "spans": SPANS,
        },
    )


def _asked(told: Mapping[str, object]) -> list[Mapping[str, object]]:
    questions = told.get("questions")
    return [each for each in questions if isinstance(each, dict)] if isinstance(questions, list) else []


def _waiting(visit: Visit, told: Mapping[str, object]) -> Iterator[Question]:
    """The questions about pain that are due and not answered."""
    language = visit.language
    for each in _asked(told):
        ask, day = str(each.get("ask", "")), str(each.get("day", ""))
        if ask not in PAIN_ASKS:
            continue
        words = language.say(PAIN_WHEN[Ask(ask)])
        try:
            on = date.fromisoformat(day)
            words = f"{words} {language.weekday(on)}, {language.day(on)}"
        except ValueError:
            day = ""
        morning = day if ask == Ask.PAIN_MORNING else ""
        name = str(each.get("session_id") or "")
        yield Question(words, {"ask": ask, "session_id": name, "morning": morning, "back": "/"})
