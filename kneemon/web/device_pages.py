# SPDX-License-Identifier: MIT
"""The pages of the device's health, as the running kneemon tells it, and of what kneemon is and is not."""

import shutil
from dataclasses import dataclass
from datetime import datetime, time

from kneemon import __version__
from kneemon.app.backups import BackupAge, backup_age
from kneemon.app.reading import zone_of
from kneemon.language import Language, _
from kneemon.model.questions import Grade
from kneemon.plan.gate import RED_FLAG_LISTS, SIGNS_CHECK
from kneemon.web.asking import status
from kneemon.web.visit import Answer, Shown, Visit

MEGA = 1e6
GIGA = 1e9
LITTLE_ROOM = 200 * MEGA  # bytes: some months of walks, or a backup, no longer fit for sure
SIGN_LISTS = (
    (Grade.EMERGENCY, _("4 · Emergency"), _("Stop, and call your emergency number.")),
    (Grade.SAME_DAY, _("3 · Same day"), _("Stop walking, and get medical advice today.")),
    (Grade.SOON, _("2 · Soon"), _("Arrange a review with your physio or doctor; until then the plan does not grow.")),
    (Grade.NONE_OF_THESE, _("1 · None of these"), _("Get advice if it stays or gets worse.")),
)


@dataclass(frozen=True, slots=True)
class Health:
    """One thing and how it does. said: English where kneemon says it, for the filter `sentence`. bad: look after it."""

    name: str
    said: str
    bad: bool = False


def device(visit: Visit) -> Answer:
    """Whether kneemon runs at all comes first."""
    told = status(visit)
    return Shown(
        "device.html",
        visit.language.say("Device"),
        {
            "running": told is not None,
            "facts": [*(_running(told, visit.language) if told is not None else ()), *_kept(visit)],
        },
    )


def about(visit: Visit) -> Answer:
    say = visit.language.say
    lists = [(say(name), RED_FLAG_LISTS[grade], say(what)) for grade, name, what in SIGN_LISTS]
    return Shown("about.html", say("About kneemon"), {"check": SIGNS_CHECK, "lists": lists, "version": __version__})


def backup_overdue(visit: Visit) -> bool:
    """There are walks, and no copy of them that is young enough."""
    return visit.reading.count() > 0 and _backup(visit).due


def _backup(visit: Visit) -> BackupAge:
    reading = visit.reading
    now = datetime.combine(reading.today, time(12), zone_of(reading.zone))
    return backup_age(None if reading.empty else reading.reader, now, visit.config.store.backup_days)


def _running(told: dict[str, object], language: Language) -> list[Health]:
    say = language.say

    def words(key: str) -> str:
        value = told.get(key)
        return say("not known") if value is None else str(value)

    sensor, clock, store = words("sensor"), words("clock"), words("store")
    walk = told.get("session")
    return [
        Health(say("Walk"), say("no walk is running") if walk in (None, "idle", "off") else str(walk)),
        Health(say("Sensor"), sensor, bad=told.get("trouble") is True),
        Health(say("Battery"), say("no gauge: not known") if told.get("battery") is None else words("battery")),
        Health(say("Clock"), clock, bad=clock != "known"),
        Health(say("Store"), store, bad=store != "writing"),
        Health(say("Home (MQTT)"), words("mqtt")),
        Health(say("Plan"), words("plan")),
        Health(say("Version of kneemon that runs"), words("version")),
    ]


def _kept(visit: Visit) -> list[Health]:
    """What the disk tells, whether kneemon runs or not."""
    say, language, reading = visit.language.say, visit.language, visit.reading
    found = [Health(say("Version of this page"), __version__)]
    try:
        room = shutil.disk_usage(visit.store.parent)
        size = visit.store.stat().st_size if visit.store.exists() else 0
    except OSError:
        found.append(Health(say("Disk"), say("not known"), bad=True))
    else:
        free, whole_disk = language.number(room.free / GIGA, 1), language.number(room.total / GIGA, 1)
        said = say("{free} of {total} gigabytes free", free=free, total=whole_disk)
        found.append(Health(say("Disk"), said, bad=room.free < LITTLE_ROOM))
        found.append(Health(say("Size of the store"), say("{size} megabytes", size=language.number(size / MEGA, 1))))
    found.append(Health(say("Walks in the store"), language.number(reading.count())))
    age = _backup(visit)
    found.append(Health(say("Newest backup"), age.sentence, bad=age.due))
    found.append(Health(say("Time zone"), reading.zone))
    return found
