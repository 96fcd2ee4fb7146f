# SPDX-License-Identifier: MIT
"""The walk that is on: how it goes, and its buttons. Without scripts it is looked at again by a link.

Figures come from the running kneemon alone; a number that is not known is shown as such.
"""

from collections.abc import Mapping

from kneemon.errors import StoreError
from kneemon.language import Language, _
from kneemon.model.plans import Part
from kneemon.model.questions import Ask, Signs
from kneemon.plan.gate import SIGNS_CHECK
from kneemon.web.asking import asked, moved, status, whole
from kneemon.web.visit import OWNER, Answer, Door, Moved, Shown, Visit

PARTS: Mapping[str, str] = {
    Part.FREE.value: _("Walking"),
    Part.WARM_UP.value: _("Warm-up: walk slowly"),
    Part.MAIN.value: _("Walking: the planned minutes"),
    Part.COOL_DOWN.value: _("Cool-down: walk slowly"),
    Part.OVER.value: _("Done: stop here for today"),
}
STATES: Mapping[str, str] = {
    "idle": _("No walk is on"),
    "walking": _("Walking"),
    "resting": _("Resting"),
    "paused": _("Paused"),
    "over_limit": _("Past the planned minutes"),
}


def live(visit: Visit) -> Answer:
    say, running = visit.language.say, status(visit)
    on = bool(running and running.get("session_id"))
    ceiling = _ceiling(visit, str(running["session_id"])) if running and on else None
    return Shown(
        "live.html",
        say("Walk now") if visit.may(OWNER) else say("Live"),
        {
            "running": running is not None,
            "on": on,
            "paused": running is not None and running.get("session") == "paused",
            "figures": figures(visit.language, running or {}, ceiling),
            "ceiling": ceiling,
            "signs_check": SIGNS_CHECK,
            "sensor": visit.language.sentence(str(running.get("sensor", ""))) if running else "",
            "words": {
                "parts": {key: say(text) for key, text in PARTS.items()},
                "states": {key: say(text) for key, text in STATES.items()},
                "over": say("above the ceiling: slow down"),
                "under": say("below the ceiling"),
                "unknown": say("not known"),
                "gone": say("kneemon does not answer."),
                "full": say("Too many windows show this already. Close one, then look again."),
                "changed": say("The walk has begun or ended. Look again."),
                "aloud": say("{part}. {minutes} minutes to go. {pace} steps per minute, {against}."),
            },
        },
    )


def figures(language: Language, running: Mapping[str, object], ceiling: float | None) -> Mapping[str, str]:
    """What the page shows, in words; live.js writes the same."""
    say = language.say
    part, remaining, cadence = str(running.get("part")), running.get("remaining_s"), running.get("cadence_spm")
    unknown = say("not known")
    against = ""
    if isinstance(cadence, int | float) and ceiling is not None:
        against = say("above the ceiling: slow down") if cadence > ceiling else say("below the ceiling")
    steps, elapsed = running.get("steps"), running.get("elapsed_s")
    return {
        "state": say(STATES.get(str(running.get("session")), str(running.get("session", "")))),
        "part": say(PARTS[part]) if part in PARTS else unknown,
        "remaining": language.minutes(remaining) if isinstance(remaining, int | float) else unknown,
        "elapsed": language.minutes(elapsed) if isinstance(elapsed, int | float) else unknown,
        "cadence": language.number(cadence) if isinstance(cadence, int | float) else unknown,
        "against": against,
        "steps": language.number(steps) if isinstance(steps, int | float) else unknown,
    }


def started(visit: Visit) -> Answer:
    """Through the gate: pain before and whether anything is new; what was not told stays unknown."""
    form = visit.form
    args = {key: whole(form.one(key)) for key in ("pain", "signs") if form.one(key)}
    outcome = asked(visit, "start", **args)
    if not outcome.done and args.get("signs") == Signs.SOMETHING:
        return Moved("/answer?which=1", outcome.said, bad=True)
    return Moved("/live", outcome.said, bad=not outcome.done)


def paused(visit: Visit) -> Answer:
    return moved(visit, "/live", "pause")


def resumed(visit: Visit) -> Answer:
    return moved(visit, "/live", "resume")


def stopped(visit: Visit) -> Answer:
    """Then its pain is asked at once."""
    name = (status(visit) or {}).get("session_id")
    outcome = asked(visit, "stop")
    if not outcome.done:
        return Moved("/live", outcome.said, bad=True)
    return Moved(f"/answer?ask={Ask.PAIN_END.value}&session_id={name}", outcome.said)


def hurts(visit: Visit) -> Answer:
    return moved(visit, "/live", "pain", score=whole(visit.form.one("score")))


def gave_way(visit: Visit) -> Answer:
    """That it did, or how it was afterwards."""
    steady = whole(visit.form.one("steady"))
    if steady is None:
        return moved(visit, "/live?gave=1", "gave-way")
    return moved(visit, "/live", "answer", ask="gave_way", value=steady)


DOORS = (
    Door("/live", live),
    Door("/live/start", started, OWNER, post=True),
    Door("/live/pause", paused, OWNER, post=True),
    Door("/live/resume", resumed, OWNER, post=True),
    Door("/live/stop", stopped, OWNER, post=True),
    Door("/live/pain", hurts, OWNER, post=True),
    Door("/live/gave-way", gave_way, OWNER, post=True),
)


def _ceiling(visit: Visit, session_id: str) -> float | None:
    """As it was set for this walk when it began."""
    try:
        prescribed = visit.reading.walk(session_id).record.summary.prescription
    except StoreError:
        return None
    return prescribed.cadence_ceiling_spm if prescribed else None
