# SPDX-License-Identifier: MIT
"""The first set-up: which knee, what helps, pain as usual, consent in plain words; then a first plan to look at.

It asks what `kneemon setup` asks. Without consent nothing is written.
"""

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

from kneemon.app.reading import Reading
from kneemon.config.presets import NEW_FIELDS
from kneemon.errors import PlanError
from kneemon.language import _
from kneemon.model.diary import Aid, Knee, Profile
from kneemon.web import plan_words
from kneemon.web.asking import asked, decimal
from kneemon.web.plan_edit_pages import first_text, preview
from kneemon.web.visit import BOTH, OWNER, Answer, Door, Moved, Shown, Visit
from kneemon.web.writing_pages import AIDS

LEAST_KG, MOST_KG = 25.0, 300.0
KNEES: Mapping[Knee, str] = {Knee.LEFT: _("The left one"), Knee.RIGHT: _("The right one"), Knee.BOTH: _("Both")}
OFFERED = ("six_week", "gentle", "severe")
FIELDS = ("knee", "aid", "brace", "usual_pain", "weight_kg", "tz", "consent")


def setup(visit: Visit) -> Answer:
    """Empty, or with what was told before."""
    return _form(visit, _known(visit.reading), {})


def set_up(visit: Visit) -> Answer:
    typed = {name: visit.form.one(name) for name in FIELDS}
    profile, wrong = _profile(visit, typed)
    if profile is None:
        return _form(visit, typed, wrong, 422)
    outcome = asked(visit, "tell", kind="profile", fields=profile)
    if not outcome.done:
        return _form(visit, typed, {"": outcome.said}, 503)
    return Moved("/setup/plan" if visit.reading.plan is None and visit.may_set_limits else "/", outcome.said)


def first_plan(visit: Visit) -> Answer:
    return _plan_form(visit, {"preset": "six_week", "start": visit.reading.today.isoformat(), "minutes": ""}, {})


def first_plan_chosen(visit: Visit) -> Answer:
    """A look at it; saved from there."""
    typed = {name: visit.form.one(name) for name in ("preset", "start", "minutes")}
    say, wrong = visit.language.say, {}
    minutes, field = decimal(typed["minutes"]), NEW_FIELDS["minutes"]
    try:
        start = date.fromisoformat(typed["start"])
    except ValueError:
        wrong["start"] = say("Expected a day such as 2026-11-23.")
    if isinstance(minutes, str):
        wrong["minutes"] = say("Expected a number, or nothing.")
    if wrong or isinstance(minutes, str):
        return _plan_form(visit, typed, wrong, 422)
    try:
        text = first_text(visit, typed["preset"], minutes, start)
    except PlanError:
        return _plan_form(visit, typed, {"minutes": say("Expected {range}.", range=field.values)}, 422)
    return preview(visit, text, say("The first plan") if visit.reading.plan is None else "")


DOORS = (
    Door("/setup", setup, OWNER),
    Door("/setup", set_up, OWNER, post=True),
    Door("/setup/plan", first_plan, BOTH),
    Door("/setup/plan", first_plan_chosen, BOTH, post=True),
)


def _known(reading: Reading) -> Mapping[str, str]:
    """What was told before, as it would be typed."""
    known = reading.profile
    if known is None:
        return {**dict.fromkeys(FIELDS, ""), "aid": Aid.NONE.value, "brace": "no", "tz": reading.zone}
    return {
        "knee": known.knee.value,
        "aid": known.aid.value,
        "brace": "yes" if known.brace else "no",
        "usual_pain": "" if known.usual_pain is None else str(known.usual_pain),
        "weight_kg": "" if known.weight_kg is None else f"{known.weight_kg:g}",
        "tz": known.tz or reading.zone,
        "consent": "yes" if known.consent else "",
    }


def _profile(visit: Visit, typed: Mapping[str, str]) -> tuple[dict[str, object] | None, Mapping[str, str]]:
    """The fields to be told, or what is wrong with which."""
    say = visit.language.say
    wrong: dict[str, str] = {}
    if typed["knee"] not in tuple(Knee):
        wrong["knee"] = say("Which knee hurts?")
    if typed["aid"] not in tuple(Aid):
        wrong["aid"] = say("What helps you to walk?")
    pain = typed["usual_pain"]
    if pain and not (pain.isdecimal() and pain.isascii() and int(pain) <= 10):
        wrong["usual_pain"] = say("Expected a whole number from 0 to 10, or nothing.")
    weight = decimal(typed["weight_kg"].lower().removesuffix("kg").strip())
    if weight is not None and not (isinstance(weight, float) and LEAST_KG <= weight <= MOST_KG):
        wrong["weight_kg"] = say("Expected a weight from 25 to 300 kg, or nothing.")
    try:
        zone = ZoneInfo(typed["tz"] or visit.reading.zone).key
    except (KeyError, ValueError, OSError):
        zone = ""
        wrong["tz"] = say("Expected a time zone such as Europe/Berlin.")
    if not typed["consent"]:
        wrong["consent"] = say("Without your yes nothing is set up.")
    if wrong:
        return None, wrong
    profile = Profile(
        Knee(typed["knee"]),
        Aid(typed["aid"]),
        typed["brace"] == "yes",
        int(pain) if pain else None,
        weight if isinstance(weight, float) else None,
        zone,
        consent=True,
    )
    return {name: getattr(profile, name) for name in FIELDS}, {}


def _form(visit: Visit, typed: Mapping[str, str], wrong: Mapping[str, str], status: int = 200) -> Shown:
    say = visit.language.say
    return Shown(
        "setup.html",
        say("Set up"),
        {
            "step": "profile",
            "typed": typed,
            "wrong": wrong,
            "knees": [(knee.value, say(words)) for knee, words in KNEES.items()],
            "aids": [(aid.value, say(words)) for aid, words in AIDS.items()],
            "store": str(visit.store),
        },
        status,
    )


def _plan_form(visit: Visit, typed: Mapping[str, str], wrong: Mapping[str, str], status: int = 200) -> Shown:
    say = visit.language.say
    return Shown(
        "setup.html",
        say("A first plan"),
        {
            "step": "plan",
            "typed": typed,
            "wrong": wrong,
            "presets": [(name, say(plan_words.PRESETS[name])) for name in OFFERED],
            "range": NEW_FIELDS["minutes"].values,
            "held": visit.reading.plan,
        },
        status,
    )
