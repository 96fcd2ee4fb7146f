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

_AT = re.compile(r" \(at (line \d+, column \d+|end of document)\)$")


def read_toml(path: Path, error: type[KneemonError]) -> dict[str, Any]:
    """The file's tables; `error` when there is no such file or it is not TOML in UTF-8. A byte order mark may lead."""
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
        return tomllib.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as fault:
        line = raw.count(b"\n", 0, fault.start) + 1
        raise error(
            f"{path}, line {line}",
            expected="text in UTF-8",
            seen=f"the byte 0x{raw[fault.start]:02x}, which is none",
            remedy="Save the file again with the encoding UTF-8; editors offer it under Save as.",
        ) from fault
    except (ValueError, RecursionError) as fault:  # TOMLDecodeError, or a number or a nesting without end
        raise _broken(path, str(fault), error) from fault


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
    text = as_toml(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _broken(path: Path, reason: str, error: type[KneemonError]) -> KneemonError:
    at = _AT.search(reason)
    return error(
        f"{path}, {at[1]}" if at else str(path),
        expected='lines such as name = 5 or name = "text"',
        seen=f"something else ({_AT.sub('', reason)})",
        remedy="Look at that line and the one before: text stands in straight quotation marks, a decimal has a point, "
        "every bracket is closed, and no name comes twice.",
    )
