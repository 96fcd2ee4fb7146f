# SPDX-License-Identifier: MIT
"""The header of the Pi as kneemon uses it: the pins of the standard build, and the words for a pin that cannot be had.

Numbers are BCM (GPIO) numbers, as in the configuration; `physical` counts on the 40-pin header. The outputs lie above
GPIO 8, where the chip pulls its pins down at reset, so nothing sounds before Linux is up (hardware/README.md).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType

from kneemon.errors import PinsError


@dataclass(frozen=True, slots=True)
class HeaderPin:
    """One signal of the build and where it comes out of the Pi."""

    name: str
    bcm: int
    physical: int
    note: str


PINS: Mapping[str, HeaderPin] = MappingProxyType(
    {
        pin.name: pin
        for pin in (
            HeaderPin("buzzer", 17, 11, "input of an active-high buzzer board with its own transistor"),
            HeaderPin(
                "piezo", 18, 12, "one leg of a passive piezo through its transistor or 1 kΩ, the other to ground"
            ),
            HeaderPin("motor", 23, 16, "gate of the motor's MOSFET, 10 kΩ to ground"),
            HeaderPin("led", 24, 18, "through 330 Ω"),
            HeaderPin("button", 27, 13, "to ground when pressed; pulled up inside the Pi"),
            HeaderPin("sensor_int", 22, 15, "the sensor's INT1; optional, kneemon asks the FIFO"),
        )
    }
)


@contextmanager
def claiming(what: str, bcm: int) -> Iterator[None]:
    """Around the making of one gpiozero device: whatever its pin library raises becomes a PinsError naming the pin."""
    try:
        yield
    except Exception as fault:  # lgpio raises a bare Exception of its own, and lgpio may be absent
        raise PinsError(
            f"GPIO {bcm} for the {what}",
            expected="a free pin of the header",
            seen=str(fault).strip("'\"") or type(fault).__name__,
            remedy=_remedy(str(fault)),
        ) from fault


def _remedy(fault: str) -> str:
    if "busy" in fault.lower():
        return "Another program holds it, perhaps a second kneemon: stop that one; `gpioinfo` shows which it is."
    if "in use" in fault:
        return "Give each part a pin of its own in the configuration."
    return "Give the BCM number of a GPIO pin, 4 to 27, in the configuration; `pinout` shows the header."
