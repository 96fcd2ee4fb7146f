# SPDX-License-Identifier: MIT
"""lgpio and the kernel's GPIO where there is none: who holds which line, with what, and edges through a real pipe.

The kernel's side reads the same bytes that go into the real ioctl; lgpio's side does what its C source does with lines
that it holds, or does not hold.
"""

import errno
import os
from types import ModuleType

from kneemon.feedback import kernel_line
from kneemon.feedback.kernel_line import LINE_EVENT, LINE_REQUEST, LINE_VALUES, Edge

UP, DOWN, NONE = 32, 64, 128
PATIENCE_S = 20.0


def packed(*edges: tuple[int, Edge]) -> bytes:
    """Edges as the kernel writes them, each with its time in ns."""
    return b"".join(LINE_EVENT.pack(at_ns, edge) for at_ns, edge in edges)


class Held:
    """One line that the kernel gave away, as it was asked for; `wire` is the world's end."""

    def __init__(self, request: tuple[int, ...]) -> None:
        self.offset, _, self.flags, _, _, self.debounce_us, _, _, _, _ = request
        self.line, self.wire = os.pipe()
        self._pipe = os.fstat(self.wire).st_ino

    def put(self, *edges: tuple[int, Edge]) -> None:
        os.write(self.wire, packed(*edges))

    @property
    def open(self) -> bool:
        """It was not given back."""
        try:
            return os.fstat(self.line).st_ino == self._pipe
        except OSError:
            return False


class PretendedChip:
    """Lines of a chip, of which each has one holder: lgpio, a descriptor of the kernel's, or another program."""

    def __init__(self) -> None:
        self.claimed: dict[int, int] = {}  # lgpio's, and with which flags
        self.held: list[Held] = []
        self.others: set[int] = set()
        self.high: set[int] = set()

    def ioctl(self, descriptor: int, number: int, asked: bytearray) -> None:
        """In the place of fcntl's."""
        if number == kernel_line.GET_LINE:
            request = LINE_REQUEST.unpack(asked)
            if request[0] in self.claimed or request[0] in self.others:
                raise OSError(errno.EBUSY, "Device or resource busy")
            self.held.append(Held(request))
            asked[:] = LINE_REQUEST.pack(*request[:-1], self.held[-1].line)
        else:
            assert number == kernel_line.GET_VALUES
            (held,) = (held for held in self.held if held.open and held.line == descriptor)
            asked[:] = LINE_VALUES.pack(held.offset in self.high, 1)

    def now_held(self, offset: int) -> Held:
        (held,) = (held for held in self.held if held.open and held.offset == offset)
        return held

    def is_held(self, offset: int) -> bool:
        return any(held.open and held.offset == offset for held in self.held)


class PretendedLgpio(ModuleType):
    """The module, as far as gpiozero and kneemon call it for inputs and outputs; it has no `callback`."""

    SET_PULL_UP, SET_PULL_DOWN, SET_PULL_NONE = UP, DOWN, NONE
    RISING_EDGE, FALLING_EDGE, BOTH_EDGES = 1, 2, 3
    OUTPUT = 2  # a line's mode

    def __init__(self, chip: PretendedChip) -> None:
        super().__init__("lgpio")
        self._chip = chip

    def gpiochip_open(self, chip: int) -> int:
        return chip

    def gpiochip_close(self, handle: int) -> None:
        pass

    def gpio_claim_input(self, handle: int, gpio: int, flags: int = 0) -> None:
        """An input stays as it is."""
        if self._chip.claimed.get(gpio, self.OUTPUT) & self.OUTPUT:
            self._claim(gpio, flags)

    def gpio_claim_output(self, handle: int, gpio: int) -> None:
        self._claim(gpio, self.OUTPUT)

    def gpio_free(self, handle: int, gpio: int) -> None:
        if gpio not in self._chip.claimed:
            raise Exception("'GPIO not allocated'")
        del self._chip.claimed[gpio]

    def gpio_get_mode(self, handle: int, gpio: int) -> int:
        if self._chip.is_held(gpio):
            return (self._chip.now_held(gpio).flags >> 8 & 7) << 5
        return self._chip.claimed.get(gpio, 0)

    def gpio_read(self, handle: int, gpio: int) -> int:
        return int(gpio in self._chip.high)

    def gpio_write(self, handle: int, gpio: int, level: int) -> None:
        pass

    def gpio_set_debounce_micros(self, handle: int, gpio: int, micros: int) -> None:
        pass

    def _claim(self, gpio: int, flags: int) -> None:
        if gpio in self._chip.others or self._chip.is_held(gpio):
            raise Exception("'GPIO busy'")
        self._chip.claimed[gpio] = flags
