# SPDX-License-Identifier: MIT
"""Sentences that kneemon has already made, in another language: a reason in the diary, an answer of the daemon.

They are stored and sent in English, with their values in them. The catalogue holds their patterns, "Pain {score} of 10
is noted."; the sentence is taken apart by its pattern, and its values, which may be words themselves, are put into the
translation. What no pattern fits stays English.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

_PLACE = re.compile(r"\{(\w+)\}")
_ENDS = re.compile(r"(?<=[.!?])\s+")
_GLUED = re.compile(r"\.? |[,:] ?")  # how that begins which may be missing: " by the physio", ", with a brace", ": why"
_ENDINGS = ("", "s", "es")  # of one or several
_COMMA = re.compile(r"[,:]")
_BULLET = re.compile(r"(\s*(?:- )?)(.*)", re.DOTALL)
_MORE = re.compile(r" [A-Z]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_DEEP = 4  # a value may be a phrase with values of its own
_WORDS = 4  # letters that a pattern needs to be tried on more than a value, or on figures
_NAMES = ("name", "text", "note", "why", "shoes")  # places for what a person wrote


class Sentences:
    """catalogue: pattern and translation. number: how a plain number is written in the language."""

    def __init__(self, catalogue: Mapping[str, str], number: Callable[[str], str]) -> None:
        self._exact = {english: said for english, said in catalogue.items() if "{" not in english}
        whole = [(english, said) for english, said in catalogue.items() if _PLACE.search(english)]
        whole.sort(key=lambda pair: -len(_PLACE.sub("", pair[0])))  # the most particular first
        self._patterns = [(_Pattern(english), said) for english, said in whole]
        self._number = number
        self.said = lru_cache(maxsize=512)(self._said)

    def _said(self, text: str) -> str:
        lines = (_BULLET.match(line) for line in text.split("\n"))
        return "\n".join(found[1] + self._line(found[2]) for found in lines if found)

    def _line(self, text: str) -> str:
        whole = self._whole(text, _DEEP)
        return self._in_parts(text, _DEEP) if whole is None else whole

    def _whole(self, text: str, deep: int) -> str | None:
        """The translation of all of it by one pattern."""
        if text in self._exact:
            return self._exact[text]
        if deep == 0:
            return None
        for pattern, said in self._patterns:
            found = pattern.values(text)
            if found is None or (deep == _DEEP and not pattern.tells(found)):
                continue
            return said.format(**{name: self._place(name, value, deep - 1) for name, value in found.items()})
        return None

    def _in_parts(self, text: str, deep: int) -> str:
        """Sentence after sentence, as many together as a pattern fits."""
        parts = _ENDS.split(text)
        said = []
        while parts:
            for many in range(len(parts), 0, -1):
                one = " ".join(parts[:many])
                whole = self._whole(one, deep)
                if whole is not None or many == 1:
                    said.append(one if whole is None else whole)
                    del parts[:many]
                    break
        return " ".join(said)

    def _place(self, name: str, value: str, deep: int) -> str:
        return self._exact.get(value, value) if name in _NAMES else self._value(value, deep)

    def _value(self, text: str, deep: int) -> str:
        if _NUMBER.fullmatch(text):
            return self._number(text)
        core = text.strip()
        if not core:
            return text
        said = self._whole(text, deep) or self._whole(core, deep) or (self._in_parts(core, deep) if deep else core)
        return said if text[:1] != " " or said[:1] == " " else f" {said}"


class _Pattern:
    """A text with places. It is found from left to right, each place as short as it can be, and never tried anew: what
    somebody has written into a value costs no more time than it is long."""

    def __init__(self, english: str) -> None:
        pieces = _PLACE.split(english)
        self._literals, self._names = pieces[::2], pieces[1::2]
        self._letters = sum(character.isalpha() for character in "".join(self._literals))

    def tells(self, found: Mapping[str, str]) -> bool:
        """Enough words of its own to be taken for a whole text."""
        return self._letters >= _WORDS or all(value[:1].isdigit() for value in found.values())

    def values(self, text: str) -> dict[str, str] | None:
        """By place; None when it is another text. A value never reaches past the end of a sentence."""
        first, last = self._literals[0], self._literals[-1]
        if not (text.startswith(first) and text.endswith(last) and len(text) >= len(first) + len(last)):
            return None
        end, at = len(text) - len(last), len(first)
        found: dict[str, str] = {}
        for number, name in enumerate(self._names):
            until = end if number == len(self._names) - 1 else self._until(text, number, at, end)
            value = text[at:until] if until is not None else None
            if value is None or not self._fits(value, number) or found.setdefault(name, value) != value:
                return None
            at += len(value) + len(self._literals[number + 1])
        return found if at == len(text) else None

    def _until(self, text: str, number: int, at: int, end: int) -> int | None:
        """Where the value of a place ends that begins at `at`."""
        following = self._literals[number + 1]
        begin = at if self._may_miss(number) else at + 1
        if following:
            until = text.find(following, begin, end)
            return until if until >= 0 else None
        glued = _COMMA.search(text, begin, end)
        return glued.start() if glued else end

    def _may_miss(self, number: int) -> bool:
        """A place right behind a letter, a full stop or another place may be empty."""
        before = self._literals[number]
        return before[-1:].isalpha() or before[-1:] == "." or (not before and number > 0)

    def _fits(self, value: str, number: int) -> bool:
        if not self._may_miss(number):
            return bool(value) and not _ENDS.search(value)
        if value in _ENDINGS or (self._literals[number + 1 :] == [""] and _MORE.match(value)):
            return True  # whole sentences may follow the last literal
        return _GLUED.match(value) is not None and not _ENDS.search(value[2:])
