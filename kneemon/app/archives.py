# SPDX-License-Identifier: MIT
"""Walks as files, in every format, for command line and page: one walk, the walks of some days, or all of them.

Files are made one after the other, while they are taken; nothing holds all of them. Walks that were deleted are left
out unless one of them is asked for by its name. Every part may raise StoreError or ExportError.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from kneemon import __version__
from kneemon.app.reading import Reading, WalkRead, zone_of
from kneemon.errors import ExportError
from kneemon.export.csv_files import dated, diary_csv, session_csv
from kneemon.export.diary_columns import Dated
from kneemon.export.facts import walked
from kneemon.export.formats import LONGEST_WEEKS, Format
from kneemon.language import Language
from kneemon.model.diary import DiaryEntry, PainAnswer
from kneemon.model.questions import Ask
from kneemon.ports import Clock

Made = tuple[str, Iterable[bytes]]  # a file's name, and what is in it
Told = Callable[[int, int], None]  # walks done, of all

HELD_BYTES = 1 << 20  # of a file that is made before it is given; beyond it is on disk
REPORT_WEEKS = 12
DAY = timedelta(days=1)
EARLIEST, LATEST = date(1969, 1, 1), date(9990, 1, 1)  # around all that `plan.history.place` can say


@dataclass(frozen=True, slots=True)
class Wanted:
    """session_id: that walk alone ("latest" is the newest); else the days [first, last], None for no bound.

    raw: JSON takes the sensor's samples along, where they were recorded.
    """

    formats: tuple[Format, ...]
    session_id: str = ""
    first: date | None = None
    last: date | None = None
    raw: bool = False

    @property
    def everything(self) -> bool:
        return not self.session_id and self.first is None and self.last is None


def files_of(
    reading: Reading, wanted: Wanted, clock: Clock, language: Language, told: Told = lambda *_: None
) -> Iterator[Made]:
    """Name and content of each; the content is to be read before the next is asked for."""
    wanted = _in_the_calendar(wanted)
    walks = _walks(reading, wanted)
    diary = _diary(reading, wanted, walks)
    made_at = clock.anchor().utc
    per_walk = [each for each in (Format.CSV, Format.FIT) if each in wanted.formats]
    for number, walk in enumerate(walks if per_walk else ()):
        told(number, len(walks))
        yield from _of_walk(reading, walk, per_walk, diary)
    for each in wanted.formats:
        match each:
            case Format.XLSX:
                yield _workbook(reading, wanted, walks, diary, made_at, language)
            case Format.FHIR:
                yield _bundle(reading, walks, diary, made_at)
            case Format.BIDS:
                yield from _motion(reading, walks)
            case Format.JSON:
                yield _whole(reading, clock, raw=wanted.raw)
            case Format.WORKOUT:
                yield _workout(reading, made_at, language)
            case Format.REPORT:
                yield _report(reading, wanted, language)
    if {Format.CSV, Format.DIARY} & set(wanted.formats) and not wanted.session_id:
        yield from ((name, [content]) for name, content in diary_csv(diary).items())
    told(len(walks), len(walks))


def _in_the_calendar(wanted: Wanted) -> Wanted:
    """Days that can be reckoned with: no store has others."""
    first, last = wanted.first, wanted.last
    return replace(
        wanted, first=first and min(max(first, EARLIEST), LATEST), last=last and min(max(last, EARLIEST), LATEST)
    )


def name_of(wanted: Wanted, reading: Reading) -> str:
    """What the files together are called, without an ending: no name of a person, nothing but days."""
    if wanted.session_id:
        return f"kneemon-{wanted.session_id}"
    if wanted.everything:
        return f"kneemon-all-{reading.today}"
    first = "" if wanted.first is None else f"{wanted.first}-"
    return f"kneemon-{first}to-{wanted.last or reading.today}"


def _walks(reading: Reading, wanted: Wanted) -> Sequence[WalkRead]:
    if wanted.session_id:
        return [reading.walk(wanted.session_id)]
    if wanted.everything:
        found = reading.walks(reading.count())[::-1]
    else:
        found = reading.walks_between(wanted.first or EARLIEST, wanted.last or LATEST)
    return [walk for walk in found if walk.struck is None]


def _diary(reading: Reading, wanted: Wanted, walks: Sequence[WalkRead]) -> list[Dated]:
    """What was told on those days, or about those walks, the morning after them too; what was deleted is left out."""
    if wanted.session_id:
        entries: Sequence[DiaryEntry] = reading.about(reading.walk(wanted.session_id).record.session_id)
    else:
        entries = reading.reader.diary()
    struck = reading.strikes
    kept = dated([entry for entry in entries if struck.counts(entry)], reading.anchors_of(entries))
    first, last = wanted.first or EARLIEST, wanted.last or LATEST
    names = {walk.record.session_id for walk in walks}
    mornings = {walk.outcome.day + DAY for walk in walks}
    return [row for row in kept if first <= row.at.date() <= last or _about(row, names, mornings)]


def _about(row: Dated, names: Set[str], mornings: Set[date]) -> bool:
    """Whether it belongs to one of those walks, whenever it was told."""
    fact = row.entry.fact
    if isinstance(fact, PainAnswer) and fact.ask is Ask.PAIN_MORNING:
        return (fact.morning or row.at.date()) in mornings
    return getattr(fact, "session_id", "") in names


def _of_walk(reading: Reading, walk: WalkRead, formats: Sequence[Format], diary: Sequence[Dated]) -> Iterator[Made]:
    name = walk.record.session_id
    seconds, events = reading.seconds(name), reading.events(name)
    if Format.CSV in formats:
        made = session_csv(walked(walk), seconds, events, diary)
        yield from ((file, [content]) for file, content in made.items())
    if Format.FIT in formats:
        from kneemon.export.fit import activity_fit

        yield f"{name}.fit", [activity_fit(walk, seconds, events)]


def _workbook(
    reading: Reading,
    wanted: Wanted,
    walks: Sequence[WalkRead],
    diary: Sequence[Dated],
    made_at: datetime,
    language: Language,
) -> Made:
    from kneemon.export.xlsx import Book, write_xlsx

    only = walks[0].record.session_id if wanted.session_id else None
    days = [walk.outcome.day for walk in walks]
    first = min(days, default=reading.today)
    last = max(days) if only else wanted.last or reading.today
    then = reading.until(last)
    weeks = then.weeks(min(max((then.today - first).days, 0) // 7 + 2, LONGEST_WEEKS))
    book = Book(
        walks,
        [week for week in weeks if week.first + 6 * DAY >= first],
        diary,
        made_at.astimezone(zone_of(reading.zone)),
        __version__,
        None if only is None else reading.seconds(only),
    )
    name = f"{name_of(wanted, reading)}.xlsx"
    return name, _written(lambda file: write_xlsx(file, book, language.say, language.sentence))


def _bundle(reading: Reading, walks: Sequence[WalkRead], diary: Sequence[Dated], made_at: datetime) -> Made:
    from kneemon.export.fhir import Bundled, write_fhir

    profile = reading.profile
    newest = walks[-1].record if walks else reading.walk().record
    about = Bundled(made_at, newest.device, __version__, profile.knee if profile else None, diary)
    return "kneemon.fhir.json", _written(lambda file: write_fhir(file, walks, about))


def _motion(reading: Reading, walks: Sequence[WalkRead]) -> Iterator[Made]:
    from kneemon.app.motion import motion_files

    names = {walk.record.session_id for walk in walks}
    return ((f"bids/{name}", content) for name, content in motion_files(reading.path, reading.reader, names))


def _whole(reading: Reading, clock: Clock, *, raw: bool) -> Made:
    from kneemon.app.whole import whole_of

    return f"kneemon-everything-{reading.today}.json", whole_of(reading.path, clock, raw=raw)


def _workout(reading: Reading, made_at: datetime, language: Language) -> Made:
    from kneemon.app.plan_today import dose_today
    from kneemon.export.fit_workout import workout_fit

    dose = dose_today(reading)
    if dose is None:
        raise ExportError(
            "no workout of the plan",
            expected="a plan that has begun",
            seen="none",
            remedy="Make one on the page, or with `kneemon plan new`.",
        )
    return "kneemon-plan.fit", [workout_fit(dose, made_at, language.say)]


def _report(reading: Reading, wanted: Wanted, language: Language) -> Made:
    from kneemon.app.report import report
    from kneemon.app.report_sheet import on_paper, sheet
    from kneemon.export.paper import pdf

    then = reading.until(wanted.last or reading.today)
    weeks = REPORT_WEEKS if wanted.first is None else (then.today - wanted.first).days // 7 + 1
    made = sheet(then, report(then, min(max(weeks, 1), LONGEST_WEEKS)), language, printed=reading.today)
    return f"kneemon-report-{then.today}.pdf", [pdf(on_paper(made))]


def _written(write: Callable[[BinaryIO], None]) -> Iterator[bytes]:
    """What `write` puts into a file, once somebody takes it."""
    with SpooledTemporaryFile(HELD_BYTES) as file:
        write(cast(BinaryIO, file))
        file.seek(0)
        while chunk := file.read(1 << 16):
            yield chunk
