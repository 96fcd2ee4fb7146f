# SPDX-License-Identifier: MIT
"""What a person reads, in their language: through gettext, English being the text in the code itself.

Catalogues: <code>/LC_MESSAGES/kneemon.po beside this file and, made from it, kneemon.mo. Dates and numbers are written
by hand for the few shapes that pages and papers use. It knows no page.
"""

import gettext
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from kneemon.language.sentences import Sentences

LANGUAGES: Mapping[str, str] = MappingProxyType({"en": "English", "de": "Deutsch"})
FOLDER = Path(__file__).parent


class Language:
    """One of LANGUAGES; an unknown code is English."""

    def __init__(self, code: str) -> None:
        self.code = code if code in LANGUAGES else "en"
        self._texts = gettext.translation("kneemon", FOLDER, [self.code], fallback=True)
        self._sentences: Sentences | None = None

    def say(self, text: str, /, **values: object) -> str:
        """The text in this language, its {places} filled with `values`."""
        said = self._texts.gettext(text)
        return said.format(**values) if values else said

    def several(self, one: str, many: str, number: int, /, **values: object) -> str:
        """As `say`, in singular or plural; {number} is filled."""
        return self._texts.ngettext(one, many, number).format(number=self.number(number), **values)

    def sentence(self, text: str) -> str:
        """What kneemon said in English, its values in it already."""
        if self.code == "en":
            return text
        if self._sentences is None:
            self._sentences = Sentences(_catalogue(self.code), lambda number: number.replace(".", ","))
        return self._sentences.said(text)

    def number(self, value: float | None, digits: int = 0) -> str:
        """A dash for what is not known."""
        if value is None:
            return "–"
        text = f"{value:.{digits}f}"
        return text.replace(".", ",") if self.code == "de" else text

    def day(self, day: date) -> str:
        """ "23 Nov 2026", "23. Nov. 2026"."""
        month = self.say(MONTHS[day.month - 1])
        return f"{day.day}. {month} {day.year}" if self.code == "de" else f"{day.day} {month} {day.year}"

    def long_day(self, day: date) -> str:
        """ "Monday 23 November", "Montag, 23. November"."""
        month = self.say(LONG_MONTHS[day.month - 1])
        dated = f", {day.day}. {month}" if self.code == "de" else f" {day.day} {month}"
        return self.weekday(day) + dated

    def weekday(self, day: date) -> str:
        return self.say(WEEKDAYS[day.weekday()])

    def time(self, at: datetime) -> str:
        """ "08:05", of the zone that `at` is in."""
        return f"{at:%H:%M}"

    def minutes(self, seconds: float | None) -> str:
        """ "12:30" minutes and seconds; a dash for what is not known."""
        if seconds is None:
            return "–"
        minutes, rest = divmod(round(seconds), 60)
        return f"{minutes}:{rest:02d}"


@lru_cache
def language(code: str) -> Language:
    """The same object for the same code."""
    return Language(code)


def _catalogue(code: str) -> dict[str, str]:
    """Every text and its translation; of one and several, that of one."""
    with (FOLDER / code / "LC_MESSAGES" / "kneemon.mo").open("rb") as file:
        texts: dict[object, str] = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]  # noqa: SLF001
    plain = {text: said for text, said in texts.items() if isinstance(text, str) and text}
    return plain | {key[0]: said for key, said in texts.items() if isinstance(key, tuple) and key[1] == 0}


def _(text: str) -> str:
    """Marks a text for the catalogue where it is only named."""
    return text


MONTHS = (
    _("Jan"),
    _("Feb"),
    _("Mar"),
    _("Apr"),
    _("May"),
    _("Jun"),
    _("Jul"),
    _("Aug"),
    _("Sep"),
    _("Oct"),
    _("Nov"),
    _("Dec"),
)
LONG_MONTHS = (
    _("January"),
    _("February"),
    _("March"),
    _("April"),
    _("May"),
    _("June"),
    _("July"),
    _("August"),
    _("September"),
    _("October"),
    _("November"),
    _("December"),
)
WEEKDAYS = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)
