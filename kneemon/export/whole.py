# SPDX-License-Identifier: MIT
"""Everything a device keeps, as one JSON document: written walk by walk, read without taking all of it into memory.

Version 1 is closed: a key that is added makes version 2. What the store keeps as JSON stands in it as it is. Seconds
and events of a walk are columns, as a table program wants them. The document begins with its name and version and ends
with a digest of all that stands before that line, so that a cut or a changed one is noticed. It knows no database.
"""

import hashlib
import mmap
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import Annotated, Any, Final, Protocol, TypeVar, get_type_hints

import msgspec
from msgspec import Meta, Raw, Struct

from kneemon.errors import BackupError

FORMAT: Final = "kneemon-export"
VERSION: Final = 1

Row = tuple[str | bytes | int | float | None, ...]
Part = tuple[str, Sequence[str], Iterable[Row]]  # a table, its columns, its rows
Instant = Annotated[str, Meta(description="ISO 8601 in UTC", extra_json_schema={"format": "date-time"})]

_HEAD = re.compile(rb'\{"format":"kneemon-export","version":(\d{1,9}),')
_TAIL = re.compile(rb'\n"sha256":"([0-9a-f]{64})"\}\n?\Z')
_HEAD_LENGTH, _TAIL_LENGTH = 100, 80
MOST_BYTES: Final = 2_000_000_000
_AT_ONCE = 1 << 20  # bytes


class Tables(Protocol):
    """The rows of the store's tables, at one moment."""

    def rows(self, table: str, columns: Sequence[str], session_id: str | None = None) -> Iterator[Row]:
        """Of the table or, of one walk, in the order of its key."""
        ...

    def newest_entry(self) -> int:
        """The highest number that an entry of the diary ever had."""
        ...


class Boot(Struct, frozen=True, forbid_unknown_fields=True):
    """One time that the device was switched on; number counts them."""

    number: int
    boot_id: str


class Anchor(Struct, frozen=True, forbid_unknown_fields=True):
    """An instant of a boot at which its civil clock was known to be right. monotonic_s: CLOCK_BOOTTIME, seconds."""

    boot_id: str
    monotonic_s: float
    utc: Instant


class Plan(Struct, frozen=True, forbid_unknown_fields=True):
    """A plan's file as it was. author: who saved it on the page, "" for the file itself; note: what they said."""

    rev: int
    name: str
    text: str
    kept_at: Instant
    author: str
    note: str


class Seconds(Struct, frozen=True, forbid_unknown_fields=True):
    """The seconds of a walk, as columns of equal length."""

    elapsed_s: list[float]
    steps: list[int]
    cadence_spm: list[float | None]
    activity: list[str]
    part: list[str]
    over_pace: list[bool]


class Events(Struct, frozen=True, forbid_unknown_fields=True):
    """The events of a walk, as columns of equal length. seq: their order in the store."""

    seq: list[int]
    at_s: list[float]
    kind: list[str]
    value: list[float | None]
    limit: list[float | None]
    unit: list[str]


class Former(Struct, frozen=True, forbid_unknown_fields=True):
    """The walk as it was before a revision: why it was revised, by whom, when."""

    revision: int
    record: Raw
    why: str
    author: str
    kept_at: Instant


class Block(Struct, frozen=True, forbid_unknown_fields=True):
    """Samples as the sensor gave them, from at_s (stream time) on; body: as the store packs them, in base64."""

    at_s: float
    samples: int
    body: bytes


class WalkRow(Struct, frozen=True, forbid_unknown_fields=True):
    """The columns of a walk."""

    seq: int
    session_id: str
    revision: int
    device: str
    boot_id: str
    started_at: Instant
    ended_at: Instant
    tz: str
    time_quality: str
    time_error_s: float | None
    worn: str
    sensor: str
    software: str
    final: bool
    owed: bool
    summary: Raw
    pain_told: Raw


class Walk(WalkRow, frozen=True, forbid_unknown_fields=True):
    """A walk: its newest revision, every second and event, what it was before, and its samples if they were kept."""

    seconds: Seconds
    events: Events
    former: list[Former]
    raw: list[Block]


class Entry(Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of the diary. certain: the clock was known to be right. body: the fact, its shape named by kind."""

    seq: int
    boot_id: str
    at_s: float
    utc: Instant
    certain: bool
    tz: str
    kind: str
    body: Raw


class _Head(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: str
    version: int
    software: str
    made_at: Instant
    with_raw: bool
    device: str
    notes: dict[str, str]
    boots: list[Boot]
    anchors: list[Anchor]
    plans: list[Plan]


class Whole(_Head, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything a kneemon keeps: walks, diary, plans, and what is needed to date them.

    diary_told: the highest number that an entry ever had. with_raw: samples are in it, if there are any. sha256: of
    all bytes before the line break that stands before it.
    """

    walks: list[Walk]
    diary: list[Entry]
    diary_told: int
    sha256: str


class OpenedWhole(_Head, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same with every walk as it stands in the file; `parts` reads them one by one."""

    walks: list[Raw]
    diary: list[Entry]
    diary_told: int
    sha256: str


S = TypeVar("S", bound=Struct)
_ENCODE = msgspec.json.Encoder().encode
_WALK = msgspec.json.Decoder(Walk)


def whole_json(tables: Tables, *, software: str, made_at: str, raw: bool = False) -> Iterator[bytes]:
    """The document in pieces of a walk each. raw: with the sensor's samples; BackupError for what is no JSON."""
    digest = hashlib.sha256()
    for piece in _pieces(tables, software, made_at, raw):
        digest.update(piece)
        yield piece
    yield b'\n"sha256":"%s"}\n' % digest.hexdigest().encode()


def opened_whole(path: Path, folder: Path) -> OpenedWhole:
    """The document at `path`; BackupError: it is none, damaged, too large or newer.

    folder: is there, with room for a copy, which is gone with the document. A stick may be pulled out meanwhile.
    """
    try:
        with path.open("rb") as file, TemporaryFile(dir=folder) as copy:
            size = file.seek(0, 2)
            if not size:
                raise _not_whole(path, "an empty file", "Take another copy of it.")
            if size > MOST_BYTES:
                seen = f"{size / 1e6:.0f} MB, more than {MOST_BYTES / 1e6:.0f}"
                raise _not_whole(path, seen, "A backup takes stores of any size: `kneemon backup`.")
            file.seek(0)
            _begins(path, file.read(_HEAD_LENGTH))
            file.seek(0)
            copyfileobj(file, copy, _AT_ONCE)
            copy.flush()
            content = mmap.mmap(copy.fileno(), 0, access=mmap.ACCESS_READ)  # lives as long as a walk read of it
    except OSError as error:
        remedy = "Check the name, that the file may be read, and that the stick is plugged in."
        raise _not_whole(path, error.strerror or str(error), remedy) from error
    return _opened(path, content)


def parts(whole: OpenedWhole) -> Iterator[Part]:
    """The rows of every table, the walks read as they are wanted; msgspec.MsgspecError when one is none."""
    known = {"device": whole.device} if whole.device else {}
    yield "meta", ("key", "value"), list((known | whole.notes).items())
    yield _part("boot", Boot, whole.boots)
    yield _part("anchor", Anchor, whole.anchors)
    yield _part("plan", Plan, whole.plans)
    for each in whole.walks:
        yield from _walk_parts(_WALK.decode(each))
    yield _part("diary", Entry, whole.diary)


def _walk_parts(walk: Walk) -> Iterator[Part]:
    name = walk.session_id
    yield _part("session", WalkRow, [walk])
    for table, columns in (("second", walk.seconds), ("event", walk.events)):
        values = [getattr(columns, field) for field in columns.__struct_fields__]
        yield table, ("session_id", *columns.__struct_fields__), [(name, *row) for row in zip(*values, strict=True)]
    former: tuple[tuple[str, type[Struct], Sequence[Struct]], ...]
    former = (("former", Former, walk.former), ("raw", Block, walk.raw))
    for table, kind, rows in former:
        _, columns_, values_ = _part(table, kind, rows)
        yield table, ("session_id", *columns_), [(name, *row) for row in values_]


def _part(table: str, kind: type[Struct], rows: Iterable[Struct]) -> Part:
    fields = kind.__struct_fields__
    return table, fields, [tuple(_plain(getattr(row, field)) for field in fields) for row in rows]


def _plain(value: Any) -> Any:
    return bytes(value).decode() if isinstance(value, Raw) else value


def _pieces(tables: Tables, software: str, made_at: str, raw: bool) -> Iterator[bytes]:
    notes = {str(key): str(value) for key, value in tables.rows("meta", ("key", "value"))}
    head: Mapping[str, object] = {
        "format": FORMAT,
        "version": VERSION,
        "software": software,
        "made_at": made_at,
        "with_raw": raw,
        "device": notes.pop("device", ""),
        "notes": notes,
    }
    yield _ENCODE(head)[:-1]
    yield from _listed("boots", _structs(tables, "boot", Boot))
    yield from _listed("anchors", _structs(tables, "anchor", Anchor))
    yield from _listed("plans", _structs(tables, "plan", Plan))
    yield from _listed("walks", (_walk(tables, row, raw) for row in _structs(tables, "session", WalkRow)))
    yield from _listed("diary", _structs(tables, "diary", Entry))
    yield b',\n"diary_told":%d,' % tables.newest_entry()


def _listed(key: str, items: Iterable[Struct]) -> Iterator[bytes]:
    between = b',\n"%s":[\n' % key.encode()
    for item in items:
        yield between + _ENCODE(item)
        between = b",\n"
    yield between.removesuffix(b",\n") + b"]"


def _walk(tables: Tables, row: WalkRow, raw: bool) -> Walk:
    name = row.session_id
    return Walk(
        **{field: getattr(row, field) for field in WalkRow.__struct_fields__},
        seconds=_columns(tables, "second", Seconds, name),
        events=_columns(tables, "event", Events, name),
        former=list(_structs(tables, "former", Former, name)),
        raw=list(_structs(tables, "raw", Block, name)) if raw else [],
    )


def _structs(tables: Tables, table: str, kind: type[S], session_id: str | None = None) -> Iterator[S]:
    made = _makers(kind)
    for row in tables.rows(table, kind.__struct_fields__, session_id):
        yield kind(*(make(value) for make, value in zip(made, row, strict=True)))


def _columns(tables: Tables, table: str, kind: type[S], session_id: str) -> S:
    rows = list(tables.rows(table, kind.__struct_fields__, session_id))
    columns = zip(*rows, strict=True) if rows else ((),) * len(kind.__struct_fields__)
    return kind(*([make(value) for value in column] for make, column in zip(_makers(kind), columns, strict=True)))


@cache
def _makers(kind: type[Struct]) -> tuple[Callable[[Any], Any], ...]:
    """How each column of a table becomes the field of that name: what SQLite has no type for is made one."""
    special: Mapping[Any, Callable[[Any], Any]] = {bool: bool, list[bool]: bool, Raw: _json}
    hints = get_type_hints(kind)
    return tuple(special.get(hints[field], lambda value: value) for field in kind.__struct_fields__)


def _json(text: str) -> Raw:
    try:
        return msgspec.json.decode(text, type=Raw)
    except msgspec.MsgspecError as error:
        raise BackupError(
            "the whole export",
            expected="a store whose every row can be read",
            seen=f"{text[:60]!r}, which is no JSON",
            remedy="`kneemon backup` keeps it as it is; please report this.",
        ) from error


def _begins(path: Path, content: bytes) -> None:
    head = _HEAD.match(content)
    if head is None:
        raise _not_whole(
            path, "another file", "`kneemon export all --as json` makes one; `kneemon restore` reads backups."
        )
    if int(head[1]) != VERSION:
        raise _not_whole(path, f"version {int(head[1])}", "A newer kneemon made it: upgrade this one.")


def _opened(path: Path, content: mmap.mmap) -> OpenedWhole:
    tail = _TAIL.search(content, max(0, len(content) - _TAIL_LENGTH - 2))
    if tail is None:
        raise _not_whole(path, "one that ends too early", "It was not copied whole; take another copy of it.")
    digest = hashlib.sha256()
    for begin in range(0, tail.start(), _AT_ONCE):
        digest.update(content[begin : min(begin + _AT_ONCE, tail.start())])
    if digest.hexdigest().encode() != tail[1]:
        raise _not_whole(path, "one that was changed after it was made", "Take the file as kneemon wrote it.")
    try:
        return msgspec.json.decode(content, type=OpenedWhole)
    except msgspec.MsgspecError as error:
        raise _not_whole(path, str(error), "Please report this.") from error


def _not_whole(path: Path, seen: str, remedy: str) -> BackupError:
    return BackupError(
        f"the file {path}", expected=f"everything of a kneemon, version {VERSION}", seen=seen, remedy=remedy
    )
