# SPDX-License-Identifier: MIT
"""TOML in and out: reading a file with errors that a person can act on, and writing single values.

It does not know what the file is about; the caller names the class of its errors.
"""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kneemon.errors import KneemonError

_AT = re.compile(r" \(at (line (\d+), column \d+|end of document)\)$")
_DATE_LIKE = re.compile(r"=\s*\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\s*(#|$)")
_PRIVATE = re.compile(r"pass|secret|token|@", re.IGNORECASE)
_LONGEST = 60
_LINES = 'lines such as name = 5 or name = "text"'
_LOOK = (
    "Look at that line and the one before: text stands in straight quotation marks, a decimal has a point, "
    "every bracket is closed, and no name comes twice."
)


def read_toml(path: Path, error: type[KneemonError]) -> dict[str, Any]:
    """The file's tables; `error` when there is no such file or it is not TOML in UTF-8."""
    return parse_toml(read_text(path, error), path, error)


def parse_toml(text: str, path: Path, error: type[KneemonError]) -> dict[str, Any]:
    """The text's tables; `error` when it is not TOML. path: the file it is from, for the reader."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as fault:  # TOMLDecodeError, or a number or a nesting without end
        raise _broken(path, text, str(fault), error) from fault


def read_text(path: Path, error: type[KneemonError]) -> str:
    """The file's text; `error` when there is no such file or it is not UTF-8. A byte order mark may lead."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError as fault:
        raise error(
            str(path), expected="a file", seen="none of that name", remedy="Check the name, or make the file."
        ) from fault
    except IsADirectoryError as fault:
        raise error(
            str(path), expected="a file", seen="a folder", remedy="Name the file in the folder, ending in .toml."
        ) from fault
    except PermissionError as fault:
        raise error(
            str(path),
            expected="a file this user may read",
            seen="one that is closed to this user",
            remedy="Give this user the right to read it and its folder.",
        ) from fault
    except OSError as fault:
        raise error(
            str(path),
            expected="a file that can be read",
            seen=fault.strerror or str(fault),
            remedy="Check the disk and the name.",
        ) from fault
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = raw.count(b"\n", 0, fault.start) + 1
        raise error(
            f"{path}, line {line}",
            expected="text in UTF-8",
            seen=f"the byte 0x{raw[fault.start]:02x}, which is none",
            remedy="Save the file again with the encoding UTF-8; editors offer it under Save as.",
        ) from fault


def as_toml(value: object) -> str:
    """One value as it would stand in a file; a table is only named."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case Mapping():
            return "a table"
        case Sequence():
            return f"[{', '.join(as_toml(part) for part in value)}]"
        case _:
            return str(value)


def glimpse(value: object) -> str:
    """The value as it was seen, cut when it is long."""
    return _cut(as_toml(value))


def _broken(path: Path, text: str, reason: str, error: type[KneemonError]) -> KneemonError:
    at = _AT.search(reason)
    reason = _AT.sub("", reason)
    if at is None:  # nothing that has a place
        return error(str(path), expected=_LINES, seen=f"something else ({reason})", remedy=_LOOK)
    lines = text.rstrip().split("\n")
    line = lines[min(int(at[2] or len(lines)), len(lines)) - 1].strip()
    place = f"{path}, {at[1]}"
    if twice := _twice(line, reason):
        remedy = f"`{twice}` comes twice: take one of the two out."
        return error(place, expected="each name once", seen=f"`{_shown(line)}`", remedy=remedy)
    remedy = "Write a date as 2026-11-23: year-month-day." if _DATE_LIKE.search(line) else _LOOK
    return error(place, expected=_LINES, seen=f"`{_shown(line)}` ({reason})", remedy=remedy)


def _twice(line: str, reason: str) -> str:
    """The name or the heading that the reason's line gives a second time; "" when the reason is another one."""
    if reason.startswith("Cannot declare"):
        return _cut(line)
    name, equals, _ = line.partition("=")
    return _cut(name.strip()) if equals and reason == "Cannot overwrite a value" else ""


def _shown(line: str) -> str:
    """The line, without what may be a secret."""
    name, equals, _ = line.partition("=")
    return _cut((f"{name.strip()} = …" if equals else "…") if _PRIVATE.search(line) else line)


def _cut(text: str) -> str:
    """At most _LONGEST characters, and none that a terminal obeys."""
    text = "".join(letter if letter.isprintable() else "·" for letter in text[: _LONGEST + 1])
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}…"
