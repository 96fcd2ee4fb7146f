# SPDX-License-Identifier: MIT
"""One connection to the broker, for `kneemon check`: is it there, and does it let us in?"""

from secrets import token_hex

import kneemon.mqtt.link  # noqa: F401 - paho's slow import would count as the broker's slowness
from kneemon.mqtt.dialler import Dialler
from kneemon.mqtt.faults import Fault
from kneemon.mqtt.settings import BrokerSettings
from kneemon.ports import Clock


def probe_broker(settings: BrokerSettings, clock: Clock) -> str:
    """What answered and how fast: "MQTT 5, 12 ms". Raises BrokerError with what to do.

    The client id is one of its own, so that a kneemon that is running is not thrown out.
    """
    began_s = clock.now_s()
    link = Dialler(settings, f"kneemon-check-{token_hex(4)}").dial()
    if isinstance(link, Fault):
        raise link.error(settings)
    took_s = clock.now_s() - began_s
    link.hang_up()
    return f"{link.version.value}, {took_s * 1000:.0f} ms"
