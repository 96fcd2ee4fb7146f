# SPDX-License-Identifier: MIT
"""What a person reads, in their language: through gettext, English being the text in the code itself.

Catalogues: <code>/LC_MESSAGES/kneemon.po beside this file and, made from it, kneemon.mo. Dates and numbers are written
by hand for the few shapes that pages and papers use. It knows no page.
"""

import gettext
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType

LANGUAGES: Mapping[str, str] = MappingProxyType({"en": "English", "de": "Deutsch"})
FOLDER = Path(__file__).parent


class Language:
    """One of LANGUAGES; an unknown code is English."""

    def __init__(self, code: str) -> None:
        self.code = code if code in LANGUAGES else "en"
        self._texts = gettext.translation("kneemon", FOLDER, [self.code], fallback=True)

    def say(self, text: str, /, **values: object) -> str:
        """The text in this language, its {places} filled with `values`."""
        said = self._texts.gettext(text)
        return said.format(**values) if values else said

    def several(self, one: str, many: str, number: int, /, **values: object) -> str:
        """As `say`, in singular or plural; {number} is filled."""
        return self._texts.ngettext(one, many, number).format(number=self.number(number), **values)

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
WEEKDAYS = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)
