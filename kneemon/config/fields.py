# SPDX-License-Identifier: MIT
"""The fields of a Struct as a table of options: what each may hold, in words, and whether a value fits.

The annotation is the only truth: msgspec checks against it, and the words are made from the same type, bounds and
choices. Both the configuration and the plan are read through `read_table`. Bounds are inclusive.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from msgspec import NODEFAULT, Meta, Struct, ValidationError, convert, structs

from kneemon.config.mistakes import Mistake
from kneemon.config.toml_text import as_toml, glimpse

MOST_MISFITS = 4  # told of one list
_WORDS = {bool: "true or false", str: "text", date: "a date such as 2026-11-23"}
_PHRASES = {int: "a whole number from {}", float: "a number from {}", str: "{} in quotation marks"}
_SWITCH = dict.fromkeys(("true", "yes", "on", "1"), True) | dict.fromkeys(("false", "no", "off", "0"), False)


def about(
    text: str,
    low: float | None = None,
    high: float | None = None,
    unit: str = "",
    *,
    base: int = 10,
    filled: bool = False,
    or_zero: bool = False,
    physio: float | bool | None = None,
) -> Meta:
    """The annotation of an option: what it is for, and its bounds.

    base: 16 shows a number as 0x53. filled: a text or a list must not be empty. or_zero: 0 is meant, too, though it
    is below the bounds. physio: what takes a physiotherapist: numbers above this one, or this very true or false.
    """
    extra = {"unit": unit, "base": base, "low": low, "physio": physio}
    if filled:
        return Meta(min_length=1, description=text, extra=extra)
    return Meta(ge=0 if or_zero else low, le=high, description=text, extra=extra)


@dataclass(frozen=True, slots=True)
class Field:
    """One option of a table; `many` of its kind when it is a list. default NODEFAULT: it must be given."""

    name: str
    annotation: Any
    kind: type
    many: bool
    choices: tuple[object, ...]
    low: float | None
    high: float | None
    unit: str
    base: int
    filled: bool
    or_zero: bool
    physio: float | bool | None
    help: str
    default: Any

    @property
    def required(self) -> bool:
        return self.default is NODEFAULT

    @property
    def values(self) -> str:
        """What it may hold, in short: "5 to 60 s", '"on" or "off"', "3 to 6 (over 5 with physio = true)"."""
        if self.physio is None:
            return self._values
        beyond = as_toml(self.physio) if self.kind is bool else f"over {self._number(self.physio)}"
        return f"{self._values} ({beyond} with physio = true)"

    @property
    def _values(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        if self.choices:
            return ("any of " if self.many else "") + _either([as_toml(choice) for choice in self.choices]) + unit
        if self.low is not None and self.high is not None:
            return f"{self._number(self.low)} to {self._number(self.high)}{unit}{', or 0' if self.or_zero else ''}"
        return _WORDS[self.kind]

    @property
    def expected(self) -> str:
        """`values` as a part of a sentence: "a number from 5 to 60 s"."""
        if self.many:
            return f"a list, in square brackets, with {self.values}"
        phrase = self.values if self.choices else _PHRASES.get(self.kind, "{}").format(self.values)
        return f"{phrase}, not empty" if self.filled else phrase

    def shown(self, value: object) -> str:
        """The value as it would stand in a file."""
        return self._number(value) if isinstance(value, int) and self.base == 16 else as_toml(value)

    def fit(self, value: object) -> Any:
        """The value as its type; msgspec.ValidationError when it does not fit."""
        fitting = convert(value, self.annotation)
        if self.or_zero and self.low is not None and 0 < fitting < self.low:
            raise ValidationError(f"Expected 0 or at least {self.low:g}")
        return fitting

    def beyond_walker(self, value: Any) -> bool:
        """This value takes a physiotherapist."""
        if self.physio is None or value is None:
            return False
        return value is self.physio if self.kind is bool else bool(value > self.physio)

    def misfit(self, value: object) -> str:
        """A value that does not fit, in words: of a list the parts that are no choice, and what they may have meant."""
        wrong = [part for part in value if part not in self.choices] if self.many and isinstance(value, list) else []
        return ", ".join(glimpse(part) + self._meant(part) for part in wrong[:MOST_MISFITS]) or glimpse(value)

    def from_word(self, word: str) -> object:
        """What a word of the command line or the environment means here; the word itself when it means nothing."""
        if self.many:
            return [part.strip() for part in word.split(",") if part.strip()]
        try:
            if self.kind is bool:
                return _SWITCH.get(word.lower(), word)
            if self.kind is int:
                return int(word, 0)
            return float(word) if self.kind is float else word
        except ValueError:
            return word

    def _meant(self, part: object) -> str:
        """Day names are abbreviated in many ways: "Monday" and "mo" both mean "mon"."""
        word = str(part).lower()
        near = [str(choice) for choice in self.choices if word.startswith(str(choice)) or str(choice).startswith(word)]
        return f" (did you mean {near[0]}?)" if len(near) == 1 else ""

    def _number(self, value: float) -> str:
        return f"{int(value):#04x}" if self.base == 16 and value else f"{value:g}"


def fields_of(struct: type[Struct]) -> dict[str, Field]:
    """The options a Struct declares with `about`, by name and in their order."""
    hints = get_type_hints(struct, include_extras=True)
    return {field.name: _field(field.name, hints[field.name], field.default) for field in structs.fields(struct)}


def read_table(
    table: Mapping[str, object],
    fields: Mapping[str, Field],
    *,
    where: Callable[[str], str],
    known: str,
    hint: Callable[[str], str],
) -> tuple[dict[str, Any], list[Mistake]]:
    """What fits of a table, and the mistakes in it.

    where: the place of a key, for the reader. known: what a key should have been ("an option of [sensor]"). hint: what
    an unknown key may have meant, as the end of a sentence. Its value is never told: it may be a secret.
    """
    values: dict[str, Any] = {}
    mistakes: list[Mistake] = []
    for name, value in table.items():
        if name not in fields:
            mistakes.append(Mistake(where(name), known, f"an unknown name{hint(name)}"))
            continue
        try:
            values[name] = fields[name].fit(value)
        except ValidationError:
            mistakes.append(Mistake(where(name), fields[name].expected, fields[name].misfit(value)))
    missing = (field for field in fields.values() if field.required and field.name not in table)
    mistakes += [Mistake(where(field.name), field.expected, "nothing") for field in missing]
    return values, mistakes


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """' (did you mean sensor.chip?)' for the known name most like this one, '' when none is like it.

    The whole name and its last part count alike, so that an option in the wrong section is found, too.
    """

    def likeness(candidate: str) -> float:
        return _ratio(name, candidate) + _ratio(name.rpartition(".")[2], candidate.rpartition(".")[2])

    best = max(known, key=likeness)
    return f" (did you mean {best}?)" if likeness(best) >= 1.2 else ""


def _either(choices: Sequence[str]) -> str:
    *others, last = choices
    return f"{', '.join(others)} or {last}" if others else last


def _ratio(name: str, candidate: str) -> float:
    return SequenceMatcher(None, name.lower(), candidate.lower()).ratio()


def _field(name: str, annotation: Any, default: Any) -> Field:
    typed = annotation if get_origin(annotation) is Annotated else get_args(annotation)[0]  # of `… | None`
    held, meta = get_args(typed)
    many = get_origin(held) is tuple
    one = get_args(held)[0] if many else held
    choices = get_args(one) if get_origin(one) is Literal else ()
    return Field(
        name=name,
        annotation=annotation,
        kind=type(choices[0]) if choices else one,
        many=many,
        choices=choices,
        low=meta.extra["low"],
        high=meta.le,
        unit=meta.extra["unit"],
        base=meta.extra["base"],
        filled=meta.min_length == 1,
        or_zero=meta.ge is not None and meta.ge != meta.extra["low"],
        physio=meta.extra["physio"],
        help=meta.description,
        default=default,
    )
