# SPDX-License-Identifier: MIT
"""Options that are right one by one and cannot be meant together, each told in a sentence.

Pure over a Config; nothing is asked of the machine but the zones it knows.
"""

from collections.abc import Iterator
from ipaddress import ip_address
from typing import NamedTuple
from zoneinfo import ZoneInfo

from kneemon.config.mqtt_options import MqttOptions
from kneemon.config.options import Config
from kneemon.config.toml_text import as_toml


class Contradiction(NamedTuple):
    """names: the dotted options that cannot be meant together, first the one to look at."""

    names: tuple[str, ...]
    expected: str
    seen: str


def contradictions(config: Config) -> Iterator[Contradiction]:
    """All of them, in the order of the sections."""
    if config.sensor.source == "recording" and not config.sensor.recording:
        names = ("sensor.recording", "sensor.source")
        yield Contradiction(names, 'the file to play, because sensor.source is "recording"', "no file")
    yield from _outputs(config)
    yield from _device(config)
    if config.mqtt.host:
        yield from _broker(config.mqtt)


def _outputs(config: Config) -> Iterator[Contradiction]:
    outputs = config.feedback.outputs
    if len(set(outputs)) < len(outputs):
        yield Contradiction(("feedback.outputs",), "each output once", as_toml(outputs))
    if config.feedback.pins == "none":
        return
    pins = {
        f"feedback.{output}_pin": getattr(config.feedback, f"{output}_pin") for output in outputs if output != "haptic"
    }
    if config.button.enabled:
        pins["button.pin"] = config.button.pin
    if config.sensor.interrupt:
        pins["sensor.interrupt_pin"] = config.sensor.interrupt_pin
    taken: dict[int, str] = {}
    for name, pin in pins.items():
        first = taken.setdefault(pin, name)
        if first != name:
            names = (name, first, "feedback.outputs", "feedback.pins", "button.enabled")
            yield Contradiction(names, "a pin of its own", f"{pin}, which is {first} as well")


def _device(config: Config) -> Iterator[Contradiction]:
    if zone := config.device.time_zone:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            yield Contradiction(("device.time_zone",), 'a time zone such as "Europe/Berlin", or ""', as_toml(zone))
    sensor, feedback, button, power = config.sensor, config.feedback, config.button, config.power
    if sensor.interrupt and feedback.pins == "none":
        names = ("sensor.interrupt", "feedback.pins")
        yield Contradiction(names, 'false, because feedback.pins = "none" uses no pins at all', "true")
    if sensor.interrupt and sensor.source != "fifo":
        names = ("sensor.interrupt", "sensor.source")
        yield Contradiction(names, f'false, because sensor.source = "{sensor.source}" has no such line', "true")
    if feedback.silent and feedback.outputs and set(feedback.outputs) <= {"buzzer", "piezo"}:
        names = ("feedback.silent", "feedback.outputs")
        expected = "false, or an output that is felt or seen: motor, haptic or led"
        yield Contradiction(names, expected, f"true with {as_toml(feedback.outputs)}, which can only be heard")
    if sensor.accept_identity and sensor.chip == "auto":
        names = ("sensor.accept_identity", "sensor.chip")
        yield Contradiction(names, 'a chip named beside it, sensor.chip = "mpu6500" for one', 'sensor.chip = "auto"')
    try:
        quiet = feedback.quiet
    except ValueError:
        yield Contradiction(("feedback.quiet_hours",), 'two times such as "21:00-07:00"', as_toml(feedback.quiet_hours))
    else:
        if quiet and quiet[0] == quiet[1]:
            expected = "two different times; feedback.silent = true is for all day"
            yield Contradiction(("feedback.quiet_hours", "feedback.silent"), expected, as_toml(feedback.quiet_hours))
    if 0 < button.off_s < button.hold_s + 1.0:
        names = ("button.off_s", "button.hold_s")
        yield Contradiction(
            names, f"at least {button.hold_s + 1.0:g}, a second more than button.hold_s", f"{button.off_s:g}"
        )
    if power.empty_v >= power.low_v:
        names = ("power.empty_v", "power.low_v")
        yield Contradiction(names, f"less than power.low_v, which is {power.low_v:g}", f"{power.empty_v:g}")


def _broker(mqtt: MqttOptions) -> Iterator[Contradiction]:
    if not _bare(mqtt.host):
        bare = as_toml(mqtt.host.rpartition("@")[2])
        expected = "a name or an address alone, without mqtt:// and without a port (the port goes to [mqtt] port)"
        yield Contradiction(("mqtt.host",), expected, bare)
    elif not mqtt.loopback:
        if not mqtt.encrypted and not mqtt.insecure:
            names = ("mqtt.tls", "mqtt.insecure", "mqtt.host")
            expected = '"auto" or "on" for a broker on another machine, or mqtt.insecure = true beside it'
            yield Contradiction(
                names, expected, '"off", so that everybody on the way could read and change what is sent'
            )
        if mqtt.encrypted and mqtt.insecure:
            names = ("mqtt.insecure", "mqtt.tls", "mqtt.host")
            yield Contradiction(names, f'false, because mqtt.tls = "{mqtt.tls}" means encryption here', "true")
    if mqtt.ca_file and not mqtt.encrypted:
        names = ("mqtt.ca_file", "mqtt.tls", "mqtt.host")
        yield Contradiction(names, 'mqtt.tls = "on" beside it', f'"{mqtt.tls}", which means no encryption here')
    if mqtt.password_file and not mqtt.username:
        yield Contradiction(("mqtt.username", "mqtt.password_file"), "a name that goes with the password", "none")
    if bool(mqtt.cert_file) != bool(mqtt.key_file):
        missing, there = ("mqtt.key_file", "mqtt.cert_file")[:: 1 if mqtt.cert_file else -1]
        yield Contradiction((missing, there), f"a file, as {there} has one: a certificate and its key", "none")
    if mqtt.cert_file and not mqtt.encrypted:
        names = ("mqtt.cert_file", "mqtt.tls", "mqtt.host")
        yield Contradiction(names, 'mqtt.tls = "on" beside it', f'"{mqtt.tls}", which means no encryption here')
    prefix = mqtt.discovery_prefix
    if not prefix or prefix.startswith(("/", "$")) or prefix.endswith("/") or any(each in prefix for each in "+#\0"):
        expected = "the beginning of a topic, such as homeassistant, without + and #"
        yield Contradiction(("mqtt.discovery_prefix",), expected, as_toml(prefix))


def _bare(host: str) -> bool:
    """A host name, or an address of either family: no scheme, no login, no port."""
    try:
        ip_address(host)
    except ValueError:
        return all(character.isalnum() or character in "-._" for character in host)
    return True
