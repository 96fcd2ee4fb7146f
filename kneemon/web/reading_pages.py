# SPDX-License-Identifier: MIT
"""The pages of walks and weeks: what today asks for, the list, one walk, the weeks against the plan.

They only read. Whoever is signed in may look at them; forms on them go to the doors of `writing_pages`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from kneemon.app.charts import walk_chart, weeks_chart, weeks_lived
from kneemon.app.dose_read import of_plan
from kneemon.app.reading import WalkRead, WeekRead
from kneemon.errors import StoreError
from kneemon.language import Language, _
from kneemon.model.plans import StateName
from kneemon.web.device_pages import about, device
from kneemon.web.diary_pages import diary, exercises, pain
from kneemon.web.entry_view import entry_row
from kneemon.web.first_page import first
from kneemon.web.spans import SPANS, usual_span, weeks_asked
from kneemon.web.visit import Answer, Door, Missing, Shown, Visit
from kneemon.web.walk_view import (
    above_percent,
    ceiling_of,
    colour_of,
    ended,
    happened_table,
    listed,
    parts_table,
    time_told,
)

WALKS = 20  # of one page of the list
STATES: Mapping[StateName, str] = {
    StateName.BASELINE: _("first week"),
    StateName.PROGRESS: _("growing"),
    StateName.HOLD: _("held"),
    StateName.REGRESS: _("a step back"),
    StateName.DELOAD: _("flare"),
    StateName.REVIEW: _("review"),
    StateName.PAUSED: _("paused"),
    StateName.STOP_MEDICAL: _("stopped"),
}


def walks(visit: Visit) -> Answer:
    """Page after page, newest first; ?weeks= only the newest ones, ?deleted=1 the struck ones, too."""
    query, reading = visit.query, visit.reading
    weeks = weeks_asked(visit, 0)
    with_deleted = query.one("deleted") == "1"
    found = reading.walks(WALKS + 1, query.one("before") or None)
    page, more = found[:WALKS], len(found) > WALKS
    if weeks:
        since = reading.today - timedelta(weeks=weeks)
        kept = [walk for walk in page if walk.outcome.day > since or not walk.outcome.certain]
        page, more = kept, more and len(kept) == len(page)
    shown = [walk for walk in page if with_deleted or walk.struck is None]
    return Shown(
        "walks.html",
        visit.language.say("Walks"),
        {
            "rows": [listed(walk, visit.language) for walk in shown],
            "hidden": len(page) - len(shown),
            "count": reading.count(),
            "weeks": weeks,
            "spans": SPANS,
            "deleted": with_deleted,
            "first_page": not query.one("before"),
            "older": page[-1].outcome.session_id if more and page else None,
        },
    )


def walk(visit: Visit) -> Answer:
    """All that is known of one walk."""
    reading, language = visit.reading, visit.language
    try:
        found = reading.walk(visit.path["session_id"])
    except StoreError as error:
        return Missing(str(error))
    name, start = found.record.session_id, found.local_start
    seconds, events = reading.seconds(name), reading.events(name)
    about_it = reading.about(name)
    day = f"{language.weekday(start.date())}, {language.day(start.date())}"
    return Shown(
        "walk.html",
        language.say("Walk on {day}, {time}", day=day, time=language.time(start)),
        {
            "walk": found,
            "session_id": name,
            "about": about_it,
            "struck": found.struck is not None,
            "colour_name": colour_of(found),
            "time_told": time_told(found, language),
            "ended": ended(found, language),
            "figures": list(_figures(found, language)),
            "chart_of_it": walk_chart(reading, found, language) if seconds else None,
            "parts": parts_table(seconds, language),
            "happened": happened_table(events, language),
            "told": [entry_row(entry, reading, language) for entry in about_it],
            "former": _former(visit, name),
            "raw": reading.reader.has_raw(name),
        },
    )


def weeks(visit: Visit) -> Answer:
    """Against the plan, oldest first as they are drawn, newest first in the table."""
    count = weeks_asked(visit, usual_span(visit))
    read = weeks_lived(visit.reading, count)
    return Shown(
        "weeks.html",
        visit.language.say("Weeks"),
        {
            "chart_of_them": weeks_chart(visit.reading, count, visit.language),
            "rows": [_week(week, visit.language) for week in reversed(read)],
            "weeks": count,
            "spans": SPANS,
            "plan": visit.reading.plan,
        },
    )


DOORS = (
    Door("/", first),
    Door("/walks", walks),
    Door("/walk/{session_id}", walk),
    Door("/weeks", weeks),
    Door("/pain", pain),
    Door("/diary", diary),
    Door("/exercises", exercises),
    Door("/device", device),
    Door("/about", about),
)


@dataclass(frozen=True, slots=True)
class _Week:
    """One row of the weeks, its cells said."""

    first: str
    step: str
    state: str
    planned: str
    walked: str
    share: str
    walks: str
    steps: str
    before: str
    morning: str


def _week(week: WeekRead, language: Language) -> _Week:
    number, say = language.number, language.say
    planned_min, planned = week.planned_min, week.planned_walks
    walks = number(week.walks) if planned is None else say("{done} of {planned}", done=week.walks, planned=planned)
    return _Week(
        first=language.day(week.first),
        step=number(week.step),
        state="–" if week.state is None else say(STATES[week.state]),
        planned=number(planned_min),
        walked=number(week.walked_min, 1),
        share=f"{number(100.0 * week.walked_min / planned_min)} %" if planned_min else "–",
        walks=walks,
        steps=number(week.steps),
        before=number(week.mean_before, 1),
        morning=number(week.mean_morning, 1),
    )


def _figures(walk: WalkRead, language: Language) -> list[tuple[str, str, str]]:
    """Name, figure and what it means, each said."""
    summary, outcome, say = walk.record.summary, walk.outcome, language.say
    ceiling, above = ceiling_of(walk.record), above_percent(walk)
    ceiling_said = say("no ceiling") if ceiling is None else say("ceiling {spm}", spm=language.number(ceiling))
    above_said = "" if above is None else say("{percent} % of the walking", percent=language.number(above, 1))
    load = walk.load
    band = say("uncertain: {low} to {high}", low=language.number(load.low), high=language.number(load.high))
    quick = say("95 % of the time below {spm}", spm=language.number(summary.cadence_p95_spm))
    found = [
        (say("Main part, minutes"), language.number(outcome.walked_min, 1), of_plan(walk, language)),
        (say("All walking, minutes"), language.number(outcome.walking_min, 1), _length(walk, language)),
        (say("Steps"), language.number(outcome.steps), say("counted by the sensor") if not _corrected(walk) else ""),
        (say("Cadence, steps per minute"), language.number(outcome.cadence_spm), quick),
        (
            say("Above the ceiling, minutes"),
            language.minutes(summary.over_pace_s) if ceiling is not None else "–",
            " · ".join(filter(None, (ceiling_said, above_said))),
        ),
        (say("Load units, each knee"), language.number(load.units), band),
    ]
    if summary.over_limit_s:
        found.append((say("Past the plan's end, minutes"), language.minutes(summary.over_limit_s), ""))
    if summary.paused_s:
        found.append((say("Paused, minutes"), language.minutes(summary.paused_s), say("nothing counts in a pause")))
    if summary.gaps:
        lost = language.several("{number} gap", "{number} gaps", summary.gaps)
        found.append((say("Without signal, minutes"), language.minutes(summary.gaps_s), lost))
    return found


def _length(walk: WalkRead, language: Language) -> str:
    return language.say("out for {minutes}", minutes=language.minutes(walk.record.summary.duration_s))


def _corrected(walk: WalkRead) -> bool:
    return walk.record.revision > 1


def _former(visit: Visit, name: str) -> list[tuple[str, str, str, str, str]]:
    """Each earlier revision: its number, what it said, why and by whom it was replaced, and when."""
    language = visit.language
    return [
        (
            str(former.record.revision),
            language.say(
                "{steps} steps, {minutes} minutes of walking",
                steps=language.number(former.record.summary.steps),
                minutes=language.number(former.record.summary.walking_s / 60.0, 1),
            ),
            former.why,
            former.author,
            language.day(former.kept_at.date()),
        )
        for former in visit.reading.former(name)
    ]
