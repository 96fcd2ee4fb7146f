# SPDX-License-Identifier: MIT
"""The pins as gpiozero devices, made with a factory that is always named: there is no fake that steps in by itself.

lgpio is the one library that works on every Pi; it is a package of Raspberry Pi OS. It keeps a named pipe in its
working folder, LG_WD or else the current one (systemd/kneemon.service). Edges it leaves to the kernel (kernel_pins).
"""

import os
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Literal

from gpiozero import LED, Buzzer, DigitalOutputDevice, PWMOutputDevice
from gpiozero.pins import Factory
from gpiozero.pins.mock import MockFactory, MockPWMPin

from kneemon.config.pins import claiming
from kneemon.errors import PinsError
from kneemon.feedback.outputs import Output, Sense, Switch

DEVICES = Path("/dev")


def pin_factory(name: Literal["lgpio", "mock"]) -> Factory:
    """The Pi's own pins, or gpiozero's mock pins for tests and the demo. The caller closes it after its devices.

    Raises PinsError when there are no such pins here, or we may not use them.
    """
    if name == "mock":
        return MockFactory(pin_class=MockPWMPin)
    try:
        from kneemon.feedback.kernel_pins import KernelEdgeFactory
    except ImportError as fault:
        raise _no_pins(
            expected="the lgpio library",
            seen=str(fault),
            remedy="Run `sudo apt install python3-lgpio`, and use a virtual environment made with "
            '--system-site-packages. On a machine without pins: feedback.pins = "none".',
        ) from fault
    except OSError as fault:
        raise _no_pins(
            expected="a working folder in which lgpio may make its pipe",
            seen=str(fault),
            remedy="Set LG_WD to a folder that you may write into, such as the one in XDG_RUNTIME_DIR.",
        ) from fault
    try:
        return KernelEdgeFactory()
    except Exception as fault:  # lgpio raises a bare Exception of its own
        raise _why_closed(str(fault).strip("'\"")) from fault


class Piezo:
    """A passive piezo: a tone for on. Full duty would be a level, which is no tone."""

    def __init__(self, bcm: int, hz: int, factory: Factory) -> None:
        self._hz = hz
        self._device = PWMOutputDevice(bcm, frequency=hz, pin_factory=factory)

    def tune(self, pitch: float) -> None:
        """pitch: times its own frequency."""
        self._device.frequency = round(self._hz * pitch)

    def on(self) -> None:
        self._device.value = 0.5

    def off(self) -> None:
        self._device.value = 0

    def close(self) -> None:
        self._device.close()


def open_outputs(
    factory: Factory,
    *,
    buzzer: int | None = None,
    piezo: int | None = None,
    motor: int | None = None,
    led: int | None = None,
    buzzer_active_high: bool = True,
    piezo_hz: int = 2700,
) -> tuple[Output, ...]:
    """What is wired, switched off; arguments are BCM numbers, None where nothing is wired.

    Raises PinsError when a pin cannot be had; those already taken are let go.
    """
    parts: tuple[tuple[str, Sense, int | None, Callable[[int], Switch]], ...] = (
        ("buzzer", Sense.HEARD, buzzer, lambda bcm: Buzzer(bcm, active_high=buzzer_active_high, pin_factory=factory)),
        ("piezo", Sense.HEARD, piezo, lambda bcm: Piezo(bcm, piezo_hz, factory)),
        ("motor", Sense.FELT, motor, lambda bcm: DigitalOutputDevice(bcm, pin_factory=factory)),
        ("light", Sense.SEEN, led, lambda bcm: LED(bcm, pin_factory=factory)),
    )
    outputs: list[Output] = []
    with ExitStack() as taken:
        for what, sense, bcm, make in parts:
            if bcm is not None:
                with claiming(what, bcm):
                    switch = make(bcm)
                outputs.append(Output(sense, switch, switch.tune if isinstance(switch, Piezo) else None))
                taken.callback(outputs[-1].close)
        taken.pop_all()
    return tuple(outputs)


def _no_pins(*, expected: str, seen: str, remedy: str) -> PinsError:
    return PinsError("the pins of the header", expected=expected, seen=seen, remedy=remedy)


def _why_closed(fault: str) -> PinsError:
    chips = sorted(DEVICES.glob("gpiochip*"))
    if not chips:
        return _no_pins(
            expected=f"a GPIO device in {DEVICES}",
            seen=f"none ({fault})",
            remedy="Pins exist on a Raspberry Pi only; elsewhere try `kneemon demo`, or set "
            'pins = "none" under [feedback].',
        )
    if not any(os.access(chip, os.R_OK | os.W_OK) for chip in chips):
        return _no_pins(
            expected=f"leave to use {chips[0]}",
            seen=fault,
            remedy="Join the group that may: `sudo usermod -aG gpio $USER`, then log in again.",
        )
    return _no_pins(
        expected="a Raspberry Pi",
        seen=fault,
        remedy='kneemon knows the header of a Raspberry Pi only; on other boards set pins = "none" under [feedback].',
    )
