# SPDX-License-Identifier: MIT
"""The container of FIT (Flexible and Interoperable Data Transfer, protocol 2.0): header, definitions, data, CRC.

Little-endian. None is not written at all: some readers show what FIT has for "not known" as a number. It knows no
message.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from math import floor

Cell = int | float | str | bytes | None
Known = int | float | str | bytes

EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
EARLIEST = 0x10000000  # times below are read as seconds since the device was switched on
LATEST = 0xFFFFFFFE
PROTOCOL = 0x20  # 2.0: developer fields
PROFILE = 21158  # the profile's version that the numbers were looked up in
DEVELOPER = 0  # the only index of developer data


@dataclass(frozen=True, slots=True)
class Base:
    """A base type: its number, its struct code and its size in bytes."""

    number: int
    code: str
    size: int


ENUM = Base(0x00, "B", 1)
UINT8 = Base(0x02, "B", 1)
UINT16 = Base(0x84, "H", 2)
UINT32 = Base(0x86, "I", 4)
UINT32Z = Base(0x8C, "I", 4)
FLOAT = Base(0x88, "I", 4)


def text(size: int) -> Base:
    """UTF-8 in so many bytes, its end included."""
    return Base(0x07, f"{size}s", size)


def octets(size: int) -> Base:
    return Base(0x0D, f"{size}s", size)


@dataclass(frozen=True, slots=True)
class Field:
    """number: of the message's native field, or of the developer field. scale: steps of one unit."""

    name: str
    number: int
    base: Base
    scale: int = 1


@dataclass(frozen=True, slots=True)
class Written:
    """One message, and the definition that has to stand somewhere before it, after any other of its local number."""

    local: int
    definition: bytes
    data: bytes


class Message:
    """One kind of message, under a local number of its own. Only what is known is defined and written."""

    def __init__(self, local: int, number: int, native: tuple[Field, ...], developer: tuple[Field, ...] = ()) -> None:
        self._local = local
        self._number = number
        self._fields = (*native, *developer)
        self._developer = frozenset(developer)
        self._layouts: dict[tuple[str, ...], tuple[bytes, struct.Struct, tuple[Field, ...]]] = {}

    def data(self, **cells: Cell) -> Written:
        """A number beyond its type is the type's most or least."""
        values = {name: cell for name, cell in cells.items() if cell is not None}
        known = tuple(values)
        found = self._layouts.get(known)
        if found is None:
            found = self._layouts[known] = self._layout(known)
        definition, layout, fields = found
        row = [_put(values[field.name], field.base, field.scale) for field in fields]
        return Written(self._local, definition, layout.pack(self._local, *row))

    def _layout(self, known: tuple[str, ...]) -> tuple[bytes, struct.Struct, tuple[Field, ...]]:
        fields = tuple(field for field in self._fields if field.name in known)
        if len(fields) < len(known):
            raise TypeError(f"no such field in message {self._number}: {known}")
        native = [field for field in fields if field not in self._developer]
        own = [field for field in fields if field in self._developer]
        head = 0x40 | (0x20 if own else 0) | self._local
        definition = struct.pack("<BBBHB", head, 0, 0, self._number, len(native))
        definition += b"".join(bytes((each.number, each.base.size, each.base.number)) for each in native)
        if own:
            definition += bytes((len(own),))
            definition += b"".join(bytes((each.number, each.base.size, DEVELOPER)) for each in own)
        return definition, struct.Struct("<B" + "".join(each.base.code for each in fields)), fields


def fit_time(at: datetime) -> int:
    """Whole seconds of FIT's epoch; an instant before its reach or behind it is the nearest it can tell."""
    return min(max(floor((at - EPOCH).total_seconds()), EARLIEST), LATEST)


def fit_file(messages: Iterable[Written]) -> bytes:
    """The whole file: the messages as they come, behind a header, before a checksum."""
    defined: dict[int, bytes] = {}
    chunks: list[bytes] = []
    for message in messages:
        if defined.get(message.local) != message.definition:
            defined[message.local] = message.definition
            chunks.append(message.definition)
        chunks.append(message.data)
    body = b"".join(chunks)
    head = struct.pack("<BBHI4s", 14, PROTOCOL, PROFILE, len(body), b".FIT")
    whole = head + struct.pack("<H", crc(head)) + body
    return whole + struct.pack("<H", crc(whole))


def crc(data: bytes) -> int:
    """CRC-16/ARC."""
    value, table = 0, _TABLE
    for byte in data:
        value = (value >> 8) ^ table[(value ^ byte) & 0xFF]
    return value


def _put(cell: Known, base: Base, scale: int) -> int | bytes:
    if isinstance(cell, bytes):
        return cell
    if isinstance(cell, str):
        return cell.encode("utf-8", "replace")[: base.size - 1].decode("utf-8", "ignore").encode()
    if base is FLOAT:
        return int.from_bytes(struct.pack("<f", cell), "little")
    most = (1 << 8 * base.size) - (1 if base is UINT32Z else 2)
    return min(max(round(cell * scale), 0), most)


def _table() -> tuple[int, ...]:
    rows = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (0xA001 if value & 1 else 0)
        rows.append(value)
    return tuple(rows)


_TABLE = _table()
