# SPDX-License-Identifier: MIT
"""The card that loses what was not flushed, with logs written by hand."""

from io import BytesIO
from random import Random

import pytest

from virtual_pi.unflushed import ENTRY, FLUSH, MAGIC, SECTOR, SUPER, Loss, entries, replay

SECTORS = 64


def logged(*writes: tuple[int, bytes] | None) -> BytesIO:
    """Writes (sector, bytes) and flushes (None), as QEMU notes them."""
    parts = [SUPER.pack(MAGIC, 1, 0, SECTOR).ljust(SECTOR, b"\0")]
    for write in writes:
        sector, data, flags = (0, b"", FLUSH) if write is None else (*write, 0)
        parts.append(ENTRY.pack(sector, len(data) // SECTOR, flags, 0).ljust(SECTOR, b"\0") + data)
    return BytesIO(b"".join(parts))


def full(letter: bytes, sectors: int = 1) -> bytes:
    return letter * sectors * SECTOR


def card() -> BytesIO:
    return BytesIO(bytes(SECTORS * SECTOR))


def sector(raw: BytesIO, number: int) -> bytes:
    return raw.getvalue()[number * SECTOR : (number + 1) * SECTOR]


def test_what_was_flushed_is_always_there() -> None:
    for seed in range(20):
        raw = card()
        replay(logged((3, full(b"a", 2)), (4, full(b"b")), None, (9, full(b"c"))), raw, Random(seed))
        assert (sector(raw, 3), sector(raw, 4)) == (full(b"a"), full(b"b"))


def test_what_was_not_flushed_is_lost_kept_or_torn_each_by_itself() -> None:
    fates = set()
    for seed in range(200):
        raw = card()
        loss = replay(logged(None, (2, full(b"x", 2)), (6, full(b"y"))), raw, Random(seed))
        assert loss.loose == 2
        fates.add((sector(raw, 2)[:1], sector(raw, 3)[:1], sector(raw, 6)[:1]))
    assert {(b"\0", b"\0", b"y"), (b"x", b"x", b"\0"), (b"x", b"\0", b"y"), (b"x", b"x", b"y")} <= fates
    assert all(first == b"x" or second == b"\0" for first, second, _ in fates)  # torn at its end only


def test_all_is_kept_after_an_orderly_end() -> None:
    raw = card()
    assert replay(logged((1, full(b"a")), (2, full(b"b"))), raw, None) == Loss(kept_writes=2)
    assert sector(raw, 2) == full(b"b")


@pytest.mark.parametrize("missing", [1, SECTOR, SECTOR + 1, 2 * SECTOR])
def test_a_log_that_breaks_off_is_read_as_far_as_it_is_whole(missing: int) -> None:
    whole = logged((1, full(b"a")), None, (2, full(b"b", 1))).getvalue()
    assert [entry.sector for entry in entries(BytesIO(whole[:-missing]))] == [1, 0]


def test_a_hole_in_the_log_ends_it() -> None:
    log = logged((1, full(b"a")), None).getvalue() + bytes(SECTOR) + logged((2, full(b"b"))).getvalue()[SECTOR:]
    assert [entry.sector for entry in entries(BytesIO(log))] == [1, 0]
    assert list(entries(BytesIO())) == []


def test_another_file_is_refused() -> None:
    with pytest.raises(ValueError, match="no write log"):
        list(entries(BytesIO(b"something else".ljust(SECTOR))))
