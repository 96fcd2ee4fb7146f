# SPDX-License-Identifier: MIT
"""An i2c-tiny-usb adapter that the guest's own kernel drives, attached by USB/IP over a pair of sockets.

What the kernel asks of the wire is told to a `Wire`; it is a bus like smbus2's. An OSError of the wire comes out of the
kernel with the same errno, so a caller sees what the Pi's own adapter would have said.

Sources: Linux Documentation/usb/usbip_protocol.rst, drivers/usb/usbip/vhci_sysfs.c, drivers/i2c/busses/i2c-tiny-usb.c.
"""

import errno
import socket
import struct
from pathlib import Path
from threading import Lock, Thread
from typing import Protocol

VHCI = Path("/sys/devices/platform/vhci_hcd.0")
FREE = "004"  # VDEV_ST_NULL
FULL_SPEED = 2

CMD_SUBMIT, CMD_UNLINK, RET_SUBMIT, RET_UNLINK = 1, 2, 3, 4
HEAD = struct.Struct(">5I")  # command, sequence number, device, direction, endpoint
SUBMIT = struct.Struct(">Ii12x8s")  # flags, length, then what iso transfers use, the setup packet
SUBMIT_ANSWER = struct.Struct(">ii20x")  # status, bytes
UNLINK_ANSWER = struct.Struct(">i24x")
SETUP = struct.Struct("<BBHHH")  # request type, request, value, index, length

VENDOR = 0x40
FROM_DEVICE = 0x80
GET_STATUS, GET_DESCRIPTOR = 0, 6
DEVICE, CONFIGURATION, STRING = 1, 2, 3
GET_FUNC, SET_DELAY, TINY_STATUS, IO = 1, 2, 3, 4
IO_LAST = 7  # IO with any of its flags: begin 1, end 2
FUNCTIONS = 0x0EFF0001  # plain I2C, and every SMBus transfer that the kernel makes of it
ACKNOWLEDGED = b"\x01"


def _text(words: str) -> bytes:
    data = words.encode("utf-16le")
    return bytes((2 + len(data), STRING)) + data


DESCRIPTORS = {
    (DEVICE, 0): struct.pack("<BBHBBBBHHHBBBB", 18, 1, 0x0110, 0xFF, 0, 0, 8, 0x0403, 0xC631, 0x0205, 1, 2, 0, 1),
    (CONFIGURATION, 0): struct.pack("<BBHBBBBB", 9, 2, 18, 1, 1, 0, 0x80, 50)
    + struct.pack("<BBBBBBBBB", 9, 4, 0, 0, 0, 0xFF, 0, 0, 0),
    (STRING, 0): b"\x04\x03\x09\x04",
    (STRING, 1): _text("kneemon"),
    (STRING, 2): _text("i2c-tiny-usb"),
}


class Wire(Protocol):
    """The bus behind the adapter. A failed transfer is an OSError."""

    def present(self, address: int, /) -> bool: ...

    def read_byte_data(self, address: int, register: int, /) -> int: ...

    def read_i2c_block_data(self, address: int, register: int, length: int, /) -> list[int]: ...

    def write_byte_data(self, address: int, register: int, value: int, /) -> None: ...


class TinyUsb:
    """Requests of the kernel's driver in, answers out; knows no socket. `register` is where the next read begins."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._register = 0

    def control(self, setup: bytes, out: bytes) -> bytes:
        """The bytes of the answer; b"" for what goes out. Raises OSError with the errno of the transfer."""
        kind, request, value, index, length = SETUP.unpack(setup)
        if not kind & VENDOR:
            return self._standard(request, value, length)
        if request == GET_FUNC:
            return struct.pack("<I", FUNCTIONS)
        if request == SET_DELAY:
            return b""
        if request == TINY_STATUS:
            return ACKNOWLEDGED
        if IO <= request <= IO_LAST:
            return self._read(index, length) if kind & FROM_DEVICE else self._write(index, out)
        raise OSError(errno.EPIPE, "a request that an i2c-tiny-usb does not know")

    def _standard(self, request: int, value: int, length: int) -> bytes:
        if request == GET_DESCRIPTOR:
            if (value >> 8, value & 0xFF) not in DESCRIPTORS:
                raise OSError(errno.EPIPE, "no such descriptor")
            return DESCRIPTORS[value >> 8, value & 0xFF][:length]
        return bytes(2) if request == GET_STATUS else b""

    def _write(self, address: int, out: bytes) -> bytes:
        """The first byte is a register, what follows goes into it and its neighbours."""
        if len(out) < 2 and not self._wire.present(address):
            raise OSError(errno.EREMOTEIO, "nobody acknowledges")
        if out:
            self._register = out[0]
            for value in out[1:]:
                self._wire.write_byte_data(address, self._register, value)
                self._register += 1
        return b""

    def _read(self, address: int, length: int) -> bytes:
        register = self._register
        if length == 0:
            if not self._wire.present(address):
                raise OSError(errno.EREMOTEIO, "nobody acknowledges")
            return b""
        if length == 1:
            return bytes((self._wire.read_byte_data(address, register),))
        return bytes(self._wire.read_i2c_block_data(address, register, length))


def answer(device: TinyUsb, head: bytes, body: bytes, out: bytes) -> bytes:
    """One request of USB/IP, of 20 and 28 bytes and what goes to the device, to the bytes that answer it."""
    command, sequence, _, inwards, endpoint = HEAD.unpack(head)
    if command == CMD_UNLINK:  # what it asks to take back has been answered: one request is served after the other
        return HEAD.pack(RET_UNLINK, sequence, 0, 0, 0) + UNLINK_ANSWER.pack(0)
    status, data = 0, b""
    try:
        if endpoint != 0:
            raise OSError(errno.EPIPE, "no such endpoint")
        data = device.control(SUBMIT.unpack(body)[2], out)
    except OSError as fault:
        status = -(fault.errno or errno.EIO)
    moved = len(data) if inwards else len(out) * (status == 0)
    return HEAD.pack(RET_SUBMIT, sequence, 0, 0, 0) + SUBMIT_ANSWER.pack(status, moved) + data


def goes_out(head: bytes, body: bytes) -> int:
    """How many bytes for the device follow the request."""
    command, _, _, inwards, _ = HEAD.unpack(head)
    return 0 if inwards or command != CMD_SUBMIT else int(SUBMIT.unpack(body)[1])


class Adapter:
    """The plug: `plug` makes the kernel see the device, `unplug` takes it away. Transfers are served on a thread."""

    def __init__(self, wire: Wire, lock: Lock) -> None:
        """lock: held during each transfer."""
        self._device = TinyUsb(wire)
        self._lock = lock
        self._ours: socket.socket | None = None

    def plug(self) -> None:
        """Raises RuntimeError when it is plugged in already, or every port is taken."""
        if self._ours is not None:
            raise RuntimeError("the adapter is plugged in already")
        self._ours, kernels = socket.socketpair()
        Thread(target=self._serve, args=(self._ours,), name="adapter", daemon=True).start()
        with kernels:
            (VHCI / "attach").write_text(f"{_free_port()} {kernels.fileno()} 1 {FULL_SPEED}")

    def unplug(self) -> None:
        """Nothing if it is not plugged in."""
        if self._ours is not None:
            self._ours.shutdown(socket.SHUT_RDWR)
            self._ours = None

    def _serve(self, ours: socket.socket) -> None:
        with ours, ours.makefile("rb") as stream:
            while len(head := stream.read(HEAD.size)) == HEAD.size:
                body = stream.read(SUBMIT.size)
                out = stream.read(goes_out(head, body))
                with self._lock:
                    said = answer(self._device, head, body, out)
                try:
                    ours.sendall(said)
                except BrokenPipeError:
                    return


def _free_port() -> int:
    """A port of a full-speed hub; the first line names the columns."""
    for line in (VHCI / "status").read_text().splitlines()[1:]:
        hub, port, status = line.split()[:3]
        if hub == "hs" and status == FREE:
            return int(port)
    raise RuntimeError("every port of USB/IP is taken")
