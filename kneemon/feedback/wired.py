# SPDX-License-Identifier: MIT
"""Everything that the configuration says is wired, opened."""

from collections.abc import Callable

from gpiozero.pins import Factory

from kneemon.config.options import FeedbackOptions
from kneemon.drivers.bus import I2cBus
from kneemon.drivers.drv2605l import ERM, LRA
from kneemon.drivers.registers import Wait
from kneemon.feedback.haptic import HapticSwitch
from kneemon.feedback.outputs import Output, Sense
from kneemon.feedback.pins import open_outputs


def wired_outputs(
    options: FeedbackOptions, factory: Factory | None, open_bus: Callable[[], I2cBus], wait: Wait
) -> tuple[Output, ...]:
    """The outputs of the configuration, switched off. The haptic driver is last, as a slow bus must not hold the rest.

    factory: None where no pins are used; the haptic driver needs none. An LRA is calibrated here, which buzzes for
    0.6 s; a haptic driver that is away is told in the log. Raises PinsError when a pin cannot be had.
    """
    outputs: tuple[Output, ...] = ()
    if factory is not None:
        wired = {name: getattr(options, f"{name}_pin") for name in options.outputs if name != "haptic"}
        outputs = open_outputs(factory, buzzer_active_high=options.active_high, piezo_hz=options.piezo_hz, **wired)
    if "haptic" in options.outputs:
        switch = HapticSwitch(open_bus, LRA if options.haptic_motor == "lra" else ERM)
        haptic = Output(Sense.FELT, switch)
        haptic.tried(lambda: switch.begin(wait))
        outputs += (haptic,)
    return outputs
