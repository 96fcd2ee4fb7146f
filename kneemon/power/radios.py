# SPDX-License-Identifier: MIT
"""Wi-Fi and Bluetooth off and on, through /dev/rfkill: events of eight bytes, no program started.

Only radios that were on are switched off, and exactly those are switched on again. systemd keeps the state of each
radio over a restart of the machine, so one that is off when the battery dies would stay off for good, and with it the
way into a device without a screen. Hence the note: which kinds are off, written before they are; who finds it at the
start switches these kinds on. Numbers of radios may change with a restart, kinds do not.

Source: Linux, include/uapi/linux/rfkill.h and Documentation/driver-api/rfkill.rst.
"""

import logging
import os
import struct
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

log = logging.getLogger(__name__)

DEVICE = Path("/dev/rfkill")
EVENT = struct.Struct("=IBBBB")  # idx, type, op, soft, hard: struct rfkill_event, packed


class Op(IntEnum):
    """RFKILL_OP_*, those used here."""

    ADD = 0
    CHANGE = 2


KINDS = {"wlan": 1, "bluetooth": 2}  # RFKILL_TYPE_*; kneemon leaves all others alone


@dataclass(frozen=True, slots=True)
class Radio:
    """One radio: the kernel's number, its kind, and whether software has switched it off."""

    idx: int
    kind: int
    blocked: bool


def _open_device() -> int:
    return os.open(DEVICE, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)


class RfkillRadios:
    """A `ports.Radios`; being made, it switches on what a kneemon before it left off. Call it from one thread.

    note: a file in the state folder. open_device: a fresh descriptor of /dev/rfkill, which tells of each radio once.
    """

    def __init__(self, note: Path, open_device: Callable[[], int] = _open_device) -> None:
        self._note = note
        self._open_device = open_device
        self._off: tuple[Radio, ...] = ()
        self._not_ours: set[int] = set()  # blocked by somebody else before
        self._told = False
        self._restore()

    def off(self) -> None:
        """Those that are on; a second call does nothing until `on`."""
        if self._off:
            return
        self._restore()
        with self._carrying_on("off"), _Device(self._open_device) as device:
            radios = device.radios()
            on = tuple(radio for radio in radios if not radio.blocked)
            self._not_ours = {radio.idx for radio in radios if radio.blocked}
            if on:
                _write_durably(self._note, "".join(f"{name}\n" for name in _names(on)))
                self._off = on
                device.block(on, blocked=True)
                log.info("radios off: %s", ", ".join(_names(on)))

    def on(self) -> None:
        """Those that `off` switched off. What fails is tried again by the next call."""
        if not self._off:
            return
        with self._carrying_on("on"), _Device(self._open_device) as device:
            kinds = {radio.kind for radio in self._off}  # by kind: one that went and came back has another number
            ours = [radio for radio in device.radios() if radio.kind in kinds and radio.idx not in self._not_ours]
            device.block(ours, blocked=False)
            log.info("radios on: %s", ", ".join(_names(ours)))
            self._off = ()
            self._note.unlink(missing_ok=True)

    def _restore(self) -> None:
        """Switch on what the note tells of, if there is one."""
        with self._carrying_on("on again"):
            try:
                kinds = {KINDS[name] for name in self._note.read_text().split() if name in KINDS}
            except FileNotFoundError:
                return
            with _Device(self._open_device) as device:
                left = tuple(radio for radio in device.radios() if radio.blocked and radio.kind in kinds)
                device.block(left, blocked=False)
            log.info("radios on again, that the kneemon before left off: %s", ", ".join(_names(left)) or "none")
            self._note.unlink(missing_ok=True)

    @contextmanager
    def _carrying_on(self, what: str) -> Iterator[None]:
        """No right, no such device, no place for the note: said once, and the walk goes on."""
        try:
            yield
        except (OSError, UnicodeDecodeError) as fault:
            if not self._told:
                self._told = True
                log.warning("the radios cannot be switched %s: %s", what, fault)


class _Device:
    """An open /dev/rfkill."""

    def __init__(self, open_device: Callable[[], int]) -> None:
        self._fd = open_device()

    def __enter__(self) -> "_Device":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._fd)

    def radios(self) -> tuple[Radio, ...]:
        """Wi-Fi and Bluetooth as they are now: the kernel tells of each with ADD, then there is nothing to read."""
        found = []
        while event := self._event():
            idx, kind, op, soft, _hard = EVENT.unpack(event)
            if op == Op.ADD and kind in KINDS.values():
                found.append(Radio(idx, kind, bool(soft)))
        return tuple(found)

    def block(self, radios: Iterable[Radio], *, blocked: bool) -> None:
        for radio in radios:
            os.write(self._fd, EVENT.pack(radio.idx, radio.kind, Op.CHANGE, blocked, 0))

    def _event(self) -> bytes:
        """A newer kernel's events are longer: it gives as many bytes of each as are asked for."""
        try:
            return os.read(self._fd, EVENT.size)
        except BlockingIOError:
            return b""


def _names(radios: Iterable[Radio]) -> list[str]:
    """Kinds, each once."""
    kinds = {radio.kind for radio in radios}
    return [name for name, kind in KINDS.items() if kind in kinds]


def _write_durably(path: Path, text: str) -> None:
    """It must outlive a power cut that comes right after."""
    with path.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
