# SPDX-License-Identifier: MIT
"""Pass phrases: who may sign in, in one file of mode 600 beside the store. It keeps none, only what scrypt makes of it.

The file holds the site's key, too, and the sessions that were ended before their time. scrypt runs in a short-lived
process, so that its 16 MB do not stay; one at a time. Cost: OWASP's Password Storage Cheat Sheet, N=2^14, r=8, p=5.
"""

import fcntl
import hashlib
import hmac
import os
import secrets
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

import msgspec

from kneemon.errors import WebError
from kneemon.web.visit import Role

SHORTEST, LONGEST, DIFFERENT = 10, 200, 4
N, R, P = 2**14, 8, 5
SALT_BYTES, KEY_BYTES = 16, 32
ENDED_KEPT = 200
SCRYPT = """
import hashlib, sys
salt, n, r, p, phrase = sys.stdin.read().split()
made = hashlib.scrypt(bytes.fromhex(phrase), salt=bytes.fromhex(salt), n=int(n), r=int(r), p=int(p), dklen=32)
print(made.hex())
"""

_one_at_a_time = Lock()


class Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One role's. epoch: changes with the pass phrase, so that a session knows that it is over."""

    salt: str
    scrypt: str
    epoch: str
    n: int = N
    r: int = R
    p: int = P


class Book(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file. ended: sessions that were signed out, behind their role, and the second (UTC) after which they would
    be over anyway."""

    key: str = ""
    roles: dict[Role, Kept] = {}
    ended: dict[str, float] = {}


class Access:
    """What the file at `path` says now: it is read again when it has changed. Raises WebError when it cannot be."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = Book()
        self._mark: tuple[int, int, int] | None = None

    @property
    def roles(self) -> frozenset[Role]:
        """Who has a pass phrase."""
        return frozenset(self._book().roles)

    @property
    def key(self) -> bytes:
        """The site's secret; b"" before the first pass phrase."""
        return bytes.fromhex(self._book().key)

    def epoch(self, role: Role) -> str | None:
        kept = self._book().roles.get(role)
        return kept.epoch if kept else None

    def matches(self, role: Role, phrase: str) -> bool:
        """Costs a quarter of a second of a desktop's CPU, seconds on a Pi Zero."""
        kept = self._book().roles.get(role)
        if kept is None or not phrase or len(phrase) > LONGEST:
            return False
        return hmac.compare_digest(_scrypt(phrase, kept.salt, kept.n, kept.r, kept.p), kept.scrypt)

    def set(self, role: Role, phrase: str, *, compared: bool = True) -> None:
        """Ends all sessions of that role. Raises WebError for one that is too easy, or another role's.

        compared: not with another's where the answer would tell somebody what that is.
        """
        _strong_enough(phrase)
        for other in self.roles - {role} if compared else ():
            if self.matches(other, phrase):
                raise _refused(f"one that differs from the {other}'s", f"the {other}'s", "Choose another one.")
        salt = secrets.token_hex(SALT_BYTES)
        kept = Kept(salt, _scrypt(phrase, salt, N, R, P), secrets.token_hex(8))
        with self._changing() as book:
            self._write(msgspec.structs.replace(book, key=book.key or _new_key(), roles={**book.roles, role: kept}))

    def remove(self, role: Role) -> None:
        """Nobody can sign in as that any more, and who was is not. Raises WebError when there was none."""
        with self._changing() as book:
            if role not in book.roles:
                raise WebError(
                    f"To remove the {role}'s pass phrase",
                    expected="one that was set",
                    seen="none",
                    remedy="It is done.",
                )
            left = {each: kept for each, kept in book.roles.items() if each is not role}
            self._write(msgspec.structs.replace(book, roles=left))

    def end(self, role: Role, session: str, until_s: float, now_s: float) -> None:
        """That session is over, though its cookie could still be somewhere. No role's sessions push out another's."""
        with self._changing() as book:
            still = {each: end_s for each, end_s in book.ended.items() if end_s > now_s}
            still[_of(role, session)] = until_s
            for oldest in [each for each in still if each.startswith(_of(role, ""))][:-ENDED_KEPT]:
                del still[oldest]
            self._write(msgspec.structs.replace(book, ended=still))

    def ended(self, role: str, session: str) -> bool:
        return _of(role, session) in self._book().ended

    def _book(self) -> Book:
        try:
            found = self._path.stat()
            mark = (found.st_mtime_ns, found.st_ino, found.st_size)
            if mark != self._mark:
                self._read, self._mark = msgspec.json.decode(self._path.read_bytes(), type=Book), mark
        except FileNotFoundError:
            self._read, self._mark = Book(), None
        except (OSError, msgspec.DecodeError, ValueError) as fault:
            raise WebError(
                f"The pass phrases in {self._path}",
                expected="a file that `kneemon web passphrase` has written",
                seen=str(fault),
                remedy="Delete the file and set the pass phrases again; run it as the user that kneemon runs as.",
            ) from fault
        return self._read

    @contextmanager
    def _changing(self) -> Iterator[Book]:
        """The file as it is now; nobody else changes it meanwhile. Readers never wait."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            lock = os.open(self._path.with_name(self._path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as fault:
            raise self._unwritable(fault) from fault
        try:
            self._own(lock)
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield self._book()
        finally:
            os.close(lock)

    def _write(self, book: Book) -> None:
        """Whole or not at all."""
        fresh = self._path.with_name(self._path.name + ".new")
        try:
            fresh.unlink(missing_ok=True)
            file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(file, "wb") as out:
                self._own(out.fileno())
                out.write(msgspec.json.format(msgspec.json.encode(book)) + b"\n")
                out.flush()
                os.fsync(out.fileno())
            fresh.replace(self._path)
        except OSError as fault:
            raise self._unwritable(fault) from fault
        self._mark = None

    def _own(self, file: int) -> None:
        """Root writes for the user whose folder it is, as the service could not read it otherwise."""
        if os.geteuid() == 0:
            folder = self._path.parent.stat()
            os.fchown(file, folder.st_uid, folder.st_gid)

    def _unwritable(self, fault: OSError) -> WebError:
        return WebError(
            f"The pass phrases in {self._path}",
            expected="a place to write to",
            seen=fault.strerror or str(fault),
            remedy="On the device: `sudo kneemon web passphrase`. Nothing was changed.",
        )


def _of(role: str, session: str) -> str:
    return f"{role} {session}"


def _new_key() -> str:
    return secrets.token_hex(KEY_BYTES)


def _scrypt(phrase: str, salt: str, n: int, r: int, p: int) -> str:
    said = unicodedata.normalize("NFKC", phrase).encode().hex()
    with _one_at_a_time:
        made = subprocess.run(
            [sys.executable, "-I", "-S", "-c", SCRYPT],
            input=f"{salt} {n} {r} {p} {said}",
            capture_output=True,
            text=True,
            check=False,
        )
    if made.returncode or len(made.stdout.strip()) != 2 * KEY_BYTES:
        raise WebError(
            "The pass phrase",
            expected="scrypt to work on it",
            seen=(made.stderr.strip().splitlines() or ["nothing"])[-1],
            remedy="It needs 20 MB of memory for a moment: try again when there is room.",
        )
    return made.stdout.strip()


def _strong_enough(phrase: str) -> None:
    least = f"at least {SHORTEST} characters"
    easy = "Others in the network can try short ones. Three or four words that do not belong together are easy to keep."
    if len(phrase) < SHORTEST:
        raise _refused(least, f"{len(phrase)}", easy)
    if len(phrase) > LONGEST:
        raise _refused(f"at most {LONGEST} characters", f"{len(phrase)}", "Choose a shorter one.")
    if len(set(phrase.casefold())) < DIFFERENT:
        raise _refused(f"at least {DIFFERENT} different characters", f"{len(set(phrase.casefold()))}", easy)


def _refused(expected: str, seen: str, remedy: str) -> WebError:
    return WebError("The pass phrase", expected=expected, seen=seen, remedy=remedy)


def derived(key: bytes, purpose: str, *parts: str) -> bytes:
    """A key for one purpose, made from the site's."""
    return hmac.digest(key, "\0".join((purpose, *parts)).encode(), hashlib.sha256)
