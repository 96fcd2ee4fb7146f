# SPDX-License-Identifier: MIT
"""Walks, diary and reports as files: the page that offers them, and the files themselves, made while they are sent."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from kneemon.app.archives import Wanted, files_of, name_of
from kneemon.errors import ControlError
from kneemon.export.formats import Format
from kneemon.export.packed import LEAST_CHARACTERS, chunks_of, new_pass_phrase, sealed, zipped
from kneemon.language import _
from kneemon.web.leftovers import WORK
from kneemon.web.visit import OWNER, Answer, Door, Missing, Sent, Shown, Visit

ZIP = "application/zip"
TYPES = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.FHIR: "application/fhir+json",
    Format.FIT: "application/vnd.ant.fit",
    Format.WORKOUT: "application/vnd.ant.fit",
    Format.JSON: "application/json",
    Format.REPORT: "application/pdf",
}
BUNDLED = (Format.REPORT, Format.XLSX, Format.FIT, Format.FHIR)
SPANS = ((28, _("the last 4 weeks")), (84, _("the last 12 weeks")), (365, _("the last year")))

# What each is, for whom, and whether it is of one walk, of several, or of neither.
OFFERED = (
    (Format.XLSX, _("Spreadsheet (XLSX)"), _("Walks, weeks, answers and decisions, for Excel or LibreOffice.")),
    (
        Format.CSV,
        _("Tables (CSV)"),
        _("The same as plain text, with every second of a walk: for any program."),
    ),
    (Format.FIT, _("Walks for a training diary (FIT)"), _("For programs that read the files of sports watches.")),
    (Format.FHIR, _("For a clinic's system (FHIR)"), _("Walks and pain as a FHIR R4 bundle, without a name.")),
    (Format.BIDS, _("Samples for research (BIDS)"), _("The sensor's own samples, where they were recorded.")),
)


def shown(visit: Visit) -> Answer:
    """What can be had of one walk, of some days, or of all."""
    wanted = _wanted(visit)
    reading, say = visit.reading, visit.language.say
    if reading.empty or not reading.count():
        return Shown("downloads.html", say("Downloads"), {"empty": True})
    walk = reading.walk(wanted.session_id) if wanted.session_id else None
    spans = [
        (f"/downloads?{urlencode({'from': (reading.today - timedelta(days=days)).isoformat()})}", say(words))
        for days, words in SPANS
    ]
    offered = [
        (_link(visit, each, wanted), say(name), say(about))
        for each, name, about in OFFERED
        if each is not Format.BIDS or _has_samples(visit, wanted)
    ]
    whole = [
        (_link(visit, Format.WORKOUT, wanted), say("The plan for a sports watch (FIT workout)"),
         say("Today's dose with its pace limit. Whether a watch takes pace limits for walking depends on the watch.")),
        (_link(visit, Format.JSON, wanted), say("Everything, for programs (JSON)"),
         say("All that is stored, in one file: `kneemon import` makes a fresh device of it.")),
    ]  # fmt: skip
    return Shown(
        "downloads.html",
        say("Downloads"),
        {
            "empty": False,
            "walk": walk,
            "first": wanted.first,
            "last": wanted.last,
            "spans": spans,
            "offered": offered,
            "whole": whole if reading.plan is not None else whole[1:],
            "backup": visit.link("/download/backup") if visit.may(OWNER) else "",
            "phrase": new_pass_phrase(),
            "least": LEAST_CHARACTERS,
        },
    )


def sent(visit: Visit) -> Answer:
    """One format of what is asked for; several files come as one ZIP."""
    try:
        asked = Format(visit.path["format"])
    except ValueError:
        return Missing(visit.language.say("There is no such file."))
    wanted = _wanted(visit, asked)
    files = files_of(visit.reading, wanted, visit.clock, visit.language)
    if asked in TYPES and (asked is not Format.FIT or wanted.session_id):
        name, chunks = next(files)
        return Sent(chunks, name, TYPES[asked])
    return Sent(zipped(files), f"{name_of(wanted, visit.reading)}-{asked}.zip", ZIP)


def bundled(visit: Visit) -> Answer:
    """The sealed ZIP for a physio who is not in the house; the phrase is kept nowhere."""
    wanted = Wanted(BUNDLED, "", _day(visit.form.one("from")), _day(visit.form.one("to")))
    files = files_of(visit.reading, wanted, visit.clock, visit.language)
    name = f"{name_of(wanted, visit.reading)}-sealed.zip"
    return Sent(chunks_of(sealed(files, visit.form.one("phrase"), visit.store.parent)), name, ZIP)


def backed_up(visit: Visit) -> Answer:
    """A checked copy of the store; when it has gone out whole, the running kneemon notes it."""
    from kneemon.app.backup_file import disk_told
    from kneemon.app.backup_making import make_backup

    def chunks() -> Iterable[bytes]:
        with (
            disk_told(visit.language.say("no backup")),
            TemporaryDirectory(prefix=WORK, dir=visit.store.parent) as folder,
        ):
            made = make_backup(visit.store, {}, Path(folder), visit.clock, lambda *_: None)
            yield from chunks_of(made.path.open("rb"))
        with suppress(ControlError):  # nobody runs who could note it
            visit.ask("backed-up", {})

    return Sent(chunks(), f"kneemon-backup-{visit.reading.today}.zip", ZIP)


def _has_samples(visit: Visit, wanted: Wanted) -> bool:
    return visit.reading.reader.has_raw(wanted.session_id or None)


def _link(visit: Visit, each: Format, wanted: Wanted) -> str:
    asked = {"walk": wanted.session_id, "from": wanted.first or "", "to": wanted.last or ""}
    query = urlencode({name: str(value) for name, value in asked.items() if value})
    return visit.link(f"/download/{each.value}{'?' if query else ''}{query}")


def _wanted(visit: Visit, *formats: Format) -> Wanted:
    """What the address asks for; a walk's name that is none is told by whoever reads it."""
    walk = visit.query.one("walk")
    return Wanted(
        formats, walk, *((None, None) if walk else (_day(visit.query.one("from")), _day(visit.query.one("to"))))
    )


def _day(text: str) -> date | None:
    """None for what is no day: then there is no bound."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


DOORS = (
    Door("/downloads", shown),
    Door("/download/bundle", bundled, post=True, sends=True),
    Door("/download/backup", backed_up, OWNER, expires=True, sends=True),
    Door("/download/{format}", sent, expires=True, sends=True),
)
