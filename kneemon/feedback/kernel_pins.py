# SPDX-License-Identifier: MIT
"""gpiozero's pins on lgpio, except that edges come from the kernel (feedback.kernel_line).

lgpio looks for edges twice a millisecond as long as one is waited for, which a battery pays all day. Here a pin whose
edges are wanted is freed in lgpio and held by a line of the kernel instead, with the same bias; when they are wanted
no more, it goes back. Everything else is LGPIOPin's. To be imported only where lgpio is wanted: that starts a thread
and makes a pipe.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import lgpio
from gpiozero.pins.lgpio import LGPIOFactory, LGPIOPin

from kneemon.feedback.kernel_line import Flag, KernelLine, request_line

DEVICE = "/dev/gpiochip{}"
EDGES = {
    "rising": Flag.EDGE_RISING,
    "falling": Flag.EDGE_FALLING,
    "both": Flag.EDGE_RISING | Flag.EDGE_FALLING,
}
KEPT = {
    LGPIOPin.GPIO_IS_ACTIVE_LOW: Flag.ACTIVE_LOW,
    LGPIOPin.GPIO_IS_BIAS_PULL_UP: Flag.BIAS_PULL_UP,
    LGPIOPin.GPIO_IS_BIAS_PULL_DOWN: Flag.BIAS_PULL_DOWN,
    LGPIOPin.GPIO_IS_BIAS_DISABLE: Flag.BIAS_DISABLED,
}


class KernelEdgePin(LGPIOPin):  # type: ignore[misc]
    """A pin of gpiozero's. While `when_changed` is set, the kernel's line holds it, and lgpio does not."""

    when_changed: Callable[[float, bool], None] | None  # gpiozero's property

    def __init__(self, factory: "KernelEdgeFactory", info: Any) -> None:
        self._line: KernelLine | None = None
        super().__init__(factory, info)

    def close(self) -> None:
        self._end_line()
        super().close()

    def _get_state(self) -> bool | float:
        state: bool | float = super()._get_state() if self._line is None else self._line.high
        return state

    def _set_function(self, value: str) -> None:
        self._end_line()
        super()._set_function(value)

    def _set_pull(self, value: str) -> None:
        with self._without_edges():
            super()._set_pull(value)

    def _set_bounce(self, value: float | None) -> None:
        with self._without_edges():
            super()._set_bounce(value)

    def _enable_event_detect(self) -> None:
        mode = self._mode()
        flags = EDGES[self.edges]
        for bit, flag in KEPT.items():
            if mode & bit:
                flags |= flag
        lgpio.gpio_free(self.factory.handle, self._number)
        chip = Path(DEVICE.format(self.factory.chip))
        descriptor = request_line(chip, self._number, flags, self._bounce or 0)
        self._line = KernelLine(descriptor, self._edge, f"gpio-{self._number}")

    def _disable_event_detect(self) -> None:
        kept = self._mode() & self.GPIO_LINE_FLAGS_MASK  # the kernel forgets them with the line
        self._end_line()
        lgpio.gpio_claim_input(self.factory.handle, self._number, kept)

    def _edge(self, at_ns: int, high: bool) -> None:
        """On the line's thread. It must not take the lock of `when_changed`, whose holder waits for this thread."""
        changed = self.when_changed
        if changed is not None:
            changed(at_ns / 1_000_000_000, high)

    def _end_line(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None
        self._when_changed = None  # gpiozero keeps the pin for its next device, which must find edges off

    def _mode(self) -> int:
        mode: int = lgpio.gpio_get_mode(self.factory.handle, self._number)
        return mode

    @contextmanager
    def _without_edges(self) -> Iterator[None]:
        """A line keeps what it was asked with: something else takes another line."""
        changed = self.when_changed
        self.when_changed = None
        try:
            yield
        finally:
            self.when_changed = changed


class KernelEdgeFactory(LGPIOFactory):  # type: ignore[misc]
    """The chip of the Pi's header."""

    def __init__(self) -> None:
        super().__init__()
        self.pin_class = KernelEdgePin

    @property
    def handle(self) -> int:
        """lgpio's, of the open chip."""
        handle: int = self._handle
        return handle
