# SPDX-License-Identifier: MIT
"""The wires of the virtual Pi without a Pi: what a kernel asks of the adapter, and what the trace of pins says."""

import errno
import struct

import pytest

from kneemon.virtual.adxl345 import VirtualAdxl345
from kneemon.virtual.bus import Trouble
from virtual_pi.guest import usbip
from virtual_pi.guest.board import Wire
from virtual_pi.guest.pins import Change, parse
from virtual_pi.guest.walk import Body

READ, WRITE = 0xC1, 0x41
BEGIN, END = 1, 2
AT = 0x53
TRACE = """\
# tracer: nop
   python3-9 [000] d.... 12.250001: drive: (gpio_sim_direction_output+0x0/0x60 [gpio_sim]) line=17 level=0
   python3-9 [000] d.... 12.500000: set_many: (gpio_sim_set_multiple+0x0/0x90 [gpio_sim]) mask=0x20000 bits=0x20000
   python3-9 [000] d.... 12.650000: set_one: (gpio_sim_set+0x0/0x80 [gpio_sim]) line=23 level=1
"""


@pytest.fixture
def wire() -> Wire:
    wire = Wire({AT: VirtualAdxl345(Body(), lambda: 1.0)})
    wire.open()
    return wire


def asked(device: usbip.TinyUsb, kind: int, flags: int, length: int, out: bytes = b"") -> tuple[int, int, bytes]:
    """Status, bytes moved and data of one I2C message, by way of the bytes of USB/IP."""
    setup = usbip.SETUP.pack(kind, usbip.IO + flags, 0, AT, length)
    inwards = int(kind == READ)
    head = usbip.HEAD.pack(usbip.CMD_SUBMIT, 7, 1, inwards, 0)
    body = usbip.SUBMIT.pack(0, length, setup)
    assert len(head) + len(body) == 48
    assert usbip.goes_out(head, body) == (0 if inwards else length)
    said = usbip.answer(device, head, body, out)
    assert struct.unpack(">5I", said[:20]) == (usbip.RET_SUBMIT, 7, 0, 0, 0)
    status, moved = struct.unpack(">ii", said[20:28])
    return status, moved, said[48:]


def test_a_register_is_read_as_the_kernel_does_it(wire: Wire) -> None:
    device = usbip.TinyUsb(wire)
    assert asked(device, WRITE, BEGIN, 1, b"\x00") == (0, 1, b"")
    assert asked(device, READ, END, 1) == (0, 1, b"\xe5")


def test_a_register_is_written_and_read_back_in_a_block(wire: Wire) -> None:
    device = usbip.TinyUsb(wire)
    assert asked(device, WRITE, BEGIN + END, 2, b"\x2c\x0b") == (0, 2, b"")
    asked(device, WRITE, BEGIN, 1, b"\x2c")
    assert asked(device, READ, END, 2) == (0, 2, b"\x0b\x00")


def test_trouble_on_the_bus_comes_out_with_its_own_errno(wire: Wire) -> None:
    device = usbip.TinyUsb(wire)
    wire.misbehave(Trouble.NACK)
    asked(device, WRITE, BEGIN, 1, b"\x00")
    assert asked(device, READ, END, 1) == (-errno.EREMOTEIO, 0, b"")
    wire.misbehave(Trouble.BROKEN_OFF)
    asked(device, WRITE, BEGIN, 1, b"\x32")
    assert asked(device, READ, END, 6) == (-errno.EIO, 0, b"")


def test_nobody_at_the_address_is_not_acknowledged() -> None:
    wire = Wire({})
    wire.open()
    assert asked(usbip.TinyUsb(wire), WRITE, BEGIN, 1, b"\x00") == (-errno.EREMOTEIO, 0, b"")


def test_what_the_kernel_takes_back_is_answered() -> None:
    head = usbip.HEAD.pack(usbip.CMD_UNLINK, 9, 1, 0, 0)
    said = usbip.answer(usbip.TinyUsb(Wire({})), head, bytes(28), b"")
    assert len(said) == 48
    assert struct.unpack(">2I", said[:8]) == (usbip.RET_UNLINK, 9)


def test_the_trace_of_the_header_is_read() -> None:
    assert list(parse(TRACE)) == [Change(12.250001, 17, 0), Change(12.5, 17, 1), Change(12.65, 23, 1)]
