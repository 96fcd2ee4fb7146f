# SPDX-License-Identifier: MIT
"""One line of a GPIO chip as an input that tells its edges, and wakes nobody while there are none. Knows no gpiozero.

Asked of the kernel itself: GPIO uAPI v2 (Linux 5.10), include/uapi/linux/gpio.h. GPIO_V2_GET_LINE_IOCTL makes a
descriptor of the line, on which edges can be waited for and read. With a debounce period the kernel tells a level once
it has stood so long, and reads as that; what was shorter never was. Of more edges than its buffer holds the kernel
drops the oldest: the last one told is the level.

Times are nanoseconds of CLOCK_MONOTONIC. High means active where a line is active low.
"""

import errno
import logging
import os
from collections.abc import Callable
from enum import IntEnum, IntFlag
from fcntl import ioctl
from pathlib import Path
from select import POLLIN, poll
from struct import Struct
from threading import Event, Thread, current_thread

log = logging.getLogger(__name__)

# struct gpio_v2_line_request for one line: its offset, the consumer; flags, number of attributes, the first attribute
# (id, microseconds, lines it is for); number of lines, size of the buffer, and the descriptor that comes back.
LINE_REQUEST = Struct("=I252x 32s QI20x I4xI4xQ 216x II20x i")
LINE_VALUES = Struct("=QQ")  # struct gpio_v2_line_values: levels, and which are asked for
LINE_EVENT = Struct("=QI36x")  # struct gpio_v2_line_event: time and kind; it is numbered, too
DEBOUNCE = 3  # GPIO_V2_LINE_ATTR_ID_DEBOUNCE
CONSUMER = b"kneemon"
EDGES_KEPT = 64


class Flag(IntFlag):
    """enum gpio_v2_line_flag, as far as inputs have them."""

    ACTIVE_LOW = 1 << 1
    INPUT = 1 << 2
    EDGE_RISING = 1 << 4
    EDGE_FALLING = 1 << 5
    BIAS_PULL_UP = 1 << 8
    BIAS_PULL_DOWN = 1 << 9
    BIAS_DISABLED = 1 << 10


class Edge(IntEnum):
    """enum gpio_v2_line_event_id."""

    RISING = 1
    FALLING = 2


def _iowr(number: int, carried: Struct) -> int:
    """_IOWR(0xB4, number, carried) as on arm, arm64 and x86."""
    return 3 << 30 | carried.size << 16 | 0xB4 << 8 | number


GET_LINE = _iowr(0x07, LINE_REQUEST)
GET_VALUES = _iowr(0x0E, LINE_VALUES)


def request_line(chip: Path, offset: int, flags: Flag, debounce_us: int = 0) -> int:
    """The descriptor of a line, held as an input until it is closed. chip: /dev/gpiochip*; flags: bias and edges.

    Raises OSError: EBUSY while somebody else holds the line.
    """
    debounce = (1, DEBOUNCE, debounce_us, 1) if debounce_us else (0, 0, 0, 0)
    asked = bytearray(LINE_REQUEST.pack(offset, CONSUMER, flags | Flag.INPUT, *debounce, 1, EDGES_KEPT, -1))
    opened = os.open(chip, os.O_RDWR | os.O_CLOEXEC)
    try:
        ioctl(opened, GET_LINE, asked)
    except OSError as fault:
        raise _in_words(fault, chip, offset) from fault
    finally:
        os.close(opened)
    descriptor: int = LINE_REQUEST.unpack(asked)[-1]
    return descriptor


class KernelLine:
    """Watches the line of `descriptor`, which it takes over, until closed.

    changed: told when and whether it is high now, edge by edge, on one thread of the line's own.
    """

    def __init__(self, descriptor: int, changed: Callable[[int, bool], None], name: str) -> None:
        self._descriptor = descriptor
        self._changed = changed
        self._ending = Event()
        self._end = os.eventfd(0)
        self._thread = Thread(target=self._watch, name=name, daemon=True)
        self._thread.start()

    @property
    def high(self) -> bool:
        """As it is now; debounced, if its edges are."""
        asked = bytearray(LINE_VALUES.pack(0, 1))
        ioctl(self._descriptor, GET_VALUES, asked)
        levels, _ = LINE_VALUES.unpack(asked)
        return bool(levels & 1)

    def close(self) -> None:
        """Give the line back; afterwards nothing is told any more. `changed` may call it, too; may be called twice."""
        if self._ending.is_set():
            return
        self._ending.set()
        os.eventfd_write(self._end, 1)
        if current_thread() is not self._thread:
            self._thread.join()  # a descriptor that is waited on must not be closed
        os.close(self._descriptor)
        os.close(self._end)

    def _watch(self) -> None:
        waiting = poll()
        waiting.register(self._descriptor, POLLIN)
        waiting.register(self._end, POLLIN)
        while not self._ending.is_set():
            waiting.poll()
            if self._ending.is_set():
                return
            try:
                edges = os.read(self._descriptor, EDGES_KEPT * LINE_EVENT.size)
            except OSError as fault:
                log.error("%s: no edge is told any more: %s", self._thread.name, fault)
                return
            if not edges:
                log.error("%s: no edge is told any more: the chip is gone", self._thread.name)
                return
            self._tell(edges)

    def _tell(self, edges: bytes) -> None:
        for at_ns, kind in LINE_EVENT.iter_unpack(edges):
            if self._ending.is_set():
                return
            try:
                self._changed(at_ns, kind == Edge.RISING)
            except Exception:
                log.exception("%s: what follows an edge failed", self._thread.name)


def _in_words(fault: OSError, chip: Path, offset: int) -> OSError:
    line = f"line {offset} of {chip}"
    if fault.errno == errno.EBUSY:
        return OSError(fault.errno, f"{line} is busy")
    if fault.errno in (errno.ENOTTY, errno.EINVAL):
        return OSError(fault.errno, f"the kernel tells no edges of {line}, which takes GPIO uAPI v2 (Linux 5.10)")
    return fault
