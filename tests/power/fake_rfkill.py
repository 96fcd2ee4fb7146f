# SPDX-License-Identifier: MIT
"""A kernel's rfkill, spoken to over a socket that keeps messages apart as the device does."""

import os
import socket
import struct

import pytest

LAYOUT = struct.Struct("<LBBBB")  # written down from the kernel's header, not taken from kneemon
ADD, DEL, CHANGE, CHANGE_ALL = 0, 1, 2, 3
WLAN, BLUETOOTH, GPS = 1, 2, 6


class FakeRfkill:
    """radios: idx -> [type, soft]. It tells each opener of all radios, and takes CHANGE as net/rfkill/core.c does."""

    def __init__(self, radios: dict[int, list[int]]) -> None:
        self.radios = radios
        self.refuse: OSError | None = None
        self.changes: list[tuple[int, int, int, int, int]] = []
        self.extra = b""  # what a newer kernel says behind the eight bytes
        self._ends: list[socket.socket] = []

    def open(self) -> int:
        if self.refuse is not None:
            raise self.refuse
        self.settle()
        theirs, ours = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for idx, (kind, soft) in self.radios.items():
            ours.send(LAYOUT.pack(idx, kind, ADD, soft, 0) + self.extra)
        theirs.setblocking(False)
        ours.setblocking(False)
        self._ends.append(ours)
        return theirs.detach()

    def settle(self) -> dict[int, int]:
        """Take what was written. idx -> soft."""
        for end in self._ends:
            while written := self._written(end):
                idx, kind, op, soft, hard = LAYOUT.unpack(written)
                self.changes.append((idx, kind, op, soft, hard))
                for number, radio in self.radios.items():
                    if (op == CHANGE and number == idx and kind == radio[0]) or (op == CHANGE_ALL and kind == radio[0]):
                        radio[1] = soft
            end.close()
        self._ends.clear()
        return {idx: soft for idx, (_, soft) in self.radios.items()}

    @staticmethod
    def _written(end: socket.socket) -> bytes:
        try:
            try:
                return os.read(end.fileno(), 64)
            except ConnectionResetError:  # told once: the other side closed without reading all
                return os.read(end.fileno(), 64)
        except BlockingIOError:
            pytest.fail("the device was left open")
