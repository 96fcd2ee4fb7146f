# SPDX-License-Identifier: MIT
"""What walker and physio may set: pass phrases, raw recording, silence; and what stands in the configuration file."""

from collections.abc import Mapping
from datetime import datetime

from kneemon.app.backups import NOTE as BACKUP
from kneemon.errors import WebError
from kneemon.language import _
from kneemon.store.raw_rows import CHOSEN
from kneemon.web.access import SHORTEST, Access
from kneemon.web.asking import moved
from kneemon.web.visit import BOTH, OWNER, Answer, Door, Moved, Role, Shown, Visit

ROLES: Mapping[Role, str] = {
    Role.WALKER: _("The walker: you, who own this device"),
    Role.PHYSIO: _("The physio: sets the limits of the plan"),
    Role.READER: _("A reader: only looks"),
}


def settings(visit: Visit) -> Answer:
    return _page(visit)


def phrase_set(visit: Visit) -> Answer:
    """One's own phrase is asked once more; the walker sets everybody's, others only their own."""
    say, form = visit.language.say, visit.form
    role = next((each for each in Role if each.value == form.one("role")), None)
    if role is None or (role is not visit.role and visit.role is not Role.WALKER):
        return Moved("/settings", say("This pass phrase is not yours to set."), bad=True)
    access = Access(visit.access)
    wrong = {}
    if form.one("new") != form.one("again"):
        wrong["again"] = say("The two are not the same.")
    elif refused := visit.own_phrase(form.one("own")):
        wrong["own"] = refused
    elif form.one("do") == "remove":
        return _removed(visit, access, role)
    else:
        try:
            access.set(role, form.one("new"), compared=visit.may(OWNER))  # others would learn the walker's from it
        except WebError as error:
            wrong["new"] = visit.language.sentence(str(error))
    if wrong:
        return _page(visit, role, wrong)
    if role is visit.role:
        return Moved("/sign-in", say("The pass phrase is set. Sign in again with it."))
    return Moved("/settings", say("The pass phrase is set; who was signed in with the old one is not any more."))


def raw_chosen(visit: Visit) -> Answer:
    return moved(visit, "/settings", "raw", record=visit.form.one("record") == "on")


def raw_all_asked(visit: Visit) -> Answer:
    lines = (
        _("The sensor's own samples of every walk are taken out of the store; steps, pace, answers and notes stay."),
        _("They cannot be brought back. Old walks can then no longer be counted anew by a better engine."),
    )
    return Shown(
        "confirm.html",
        visit.language.say("Delete the raw samples of all walks?"),
        {
            "action": "/settings/forget-raw",
            "cancel": "/settings",
            "subject": visit.language.say("All walks"),
            "lines": lines,
            "why": False,
            "sure": _("Yes, delete all raw samples."),
            "button": _("Delete all raw samples"),
        },
    )


def raw_all_forgotten(visit: Visit) -> Answer:
    if not visit.form.one("sure"):
        said = visit.language.say("Nothing was deleted: tick the box if you mean it.")
        return Moved("/settings/forget-raw", said, bad=True)
    return moved(visit, "/settings", "forget-raw", all=True)


def muted(visit: Visit) -> Answer:
    return moved(visit, "/settings", "wish", key="mute", value="ON" if visit.form.one("mute") == "on" else "OFF")


DOORS = (
    Door("/settings", settings, BOTH),
    Door("/settings/passphrase", phrase_set, BOTH, post=True),
    Door("/settings/raw", raw_chosen, OWNER, post=True),
    Door("/settings/forget-raw", raw_all_asked, OWNER),
    Door("/settings/forget-raw", raw_all_forgotten, OWNER, post=True),
    Door("/settings/mute", muted, OWNER, post=True),
)


def _removed(visit: Visit, access: Access, role: Role) -> Answer:
    """The walker's own stays: without one nothing would be served."""
    say = visit.language.say
    if visit.role is not Role.WALKER or role is Role.WALKER:
        return Moved("/settings", say("This pass phrase cannot be taken away here."), bad=True)
    try:
        access.remove(role)
    except WebError as error:
        return Moved("/settings", visit.language.sentence(str(error)), bad=True)
    return Moved("/settings", say("The pass phrase is taken away; nobody signs in with it any more."))


def _page(visit: Visit, role: Role | None = None, wrong: Mapping[str, str] | None = None) -> Shown:
    say, config = visit.language.say, visit.config
    notes = None if visit.reading.empty else visit.reading.reader
    chosen = notes.note(CHOSEN) if notes else None
    backup = notes.note(BACKUP) if notes else None
    has = Access(visit.access).roles
    mine = tuple(Role) if visit.role is Role.WALKER else (visit.role,)
    quiet = config.feedback.quiet_hours
    return Shown(
        "settings.html",
        say("Settings"),
        {
            "phrases": [(each.value, say(ROLES[each]), each in has, each is visit.role) for each in mine],
            "chosen_role": role.value if role else "",
            "wrong": wrong or {},
            "shortest": SHORTEST,
            "raw_on": chosen == "on" if chosen in ("on", "off") else config.raw.record,
            "raw_most": config.raw.most_mb,
            "backup": visit.language.day(datetime.fromisoformat(backup).date()) if backup else "",
            "backup_days": config.store.backup_days,
            "configured": [
                (say("Hours without sound"), quiet or say("none"), "feedback.quiet_hours"),
                (say("The page listens at"), f"{config.web.listen}:{config.web.port}", "web.listen, web.port"),
                (say("Certificate for https"), config.web.cert_file or say("none"), "web.cert_file"),
                (say("Signed in for"), say("{hours} hours", hours=config.web.signed_in_h), "web.signed_in_h"),
                (say("Where the box is worn"), config.device.worn, "device.worn"),
                (say("Home (MQTT)"), config.mqtt.host or say("off"), "mqtt.host"),
                (say("The store"), str(visit.store), "store.path"),
            ],
        },
        422 if wrong else 200,
    )
