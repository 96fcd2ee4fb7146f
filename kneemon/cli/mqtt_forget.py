# SPDX-License-Identifier: MIT
"""`kneemon mqtt forget`: takes back what the broker keeps of this device, or of one that is gone."""

import argparse
import os

from msgspec.structs import replace

from kneemon.app.broker import broker_settings
from kneemon.app.mqtt_device import device_id, wanted_device
from kneemon.cli.mqtt_words import agreed, at_terminal
from kneemon.cli.settings import configuration
from kneemon.cli.words import several
from kneemon.clock import SystemClock
from kneemon.config.places import Places
from kneemon.controls.socket import ask
from kneemon.errors import ConfigError, ControlError, ExitCode
from kneemon.mqtt.discovery import all_topics
from kneemon.mqtt.forget import Forgotten, forget

FORBIDDEN = "Not authorized"
FORBIDDEN_REMEDY = """\
The broker's access list lets a device change only its own. Log in for this once as a user who may: with the list of
`kneemon mqtt files` that is homeassistant. The same command, with
  --set mqtt.username=homeassistant --set mqtt.password_file=A-FILE-WITH-ITS-PASSWORD"""


def run(args: argparse.Namespace) -> int:
    config, places = configuration(args)
    told = replace(config.mqtt, publish="minimal")  # also where nothing is published any more
    settings = broker_settings(replace(config, mqtt=told), places, os.environ)
    if settings is None:
        raise ConfigError(
            "[mqtt] host",
            expected="the broker that shall forget",
            seen="none",
            remedy="Name it, for this time by --set mqtt.host=HOST.",
        )
    device = wanted_device(args.device, places.store)
    if device == device_id(places.store):
        _insist_on_silence(places)
    print(f"{settings.where} keeps the newest state of {device}, and what Home Assistant knows of it.")
    print("Taken back, it is gone from there, with its entities; walks and diary on the device stay as they are.")
    if not args.yes and not _agreed():
        print("Then nothing was changed.")
        return ExitCode.OK
    prefix = config.mqtt.discovery_prefix
    forgotten = forget(settings, device, prefix, all_topics(device, prefix), SystemClock())
    print("\n".join(_lines(forgotten, device)))
    return ExitCode.BROKER if forgotten.left else ExitCode.OK


def _insist_on_silence(places: Places) -> None:
    """Raises ControlError while a kneemon runs that would say all of it anew."""
    try:
        link = str(ask(places.socket, "status", {}).get("mqtt", ""))
    except ControlError:
        return  # none runs here
    if not link.startswith("off"):
        raise ControlError(
            "kneemon mqtt forget",
            expected="a kneemon that is stopped, or has no broker",
            seen=f"one that runs and would say all of it anew (MQTT: {link})",
            remedy="`sudo systemctl stop kneemon` first; for a device that is gone name it: --device ID.",
        )


def _agreed() -> bool:
    if not at_terminal():
        raise ControlError(
            "kneemon mqtt forget",
            expected="your yes",
            seen="no terminal to ask at, and no --yes",
            remedy="Nothing was changed. With --yes it is.",
        )
    return agreed("Take it back?")


def _lines(told: Forgotten, device: str) -> list[str]:
    lines = [f"  taken back  {topic}" for topic in told.cleared]
    lines += _what_stays(told, device)
    for each in told.hidden:
        lines.append(f"  unseen      {each}: the broker does not show it; all that kneemon ever says there was emptied")
    end = f"{several(len(told.cleared), 'topic')} taken back"
    if any(why == FORBIDDEN for _, why in told.left):
        return [*lines, f"{end}, {len(told.left)} not.", FORBIDDEN_REMEDY]
    if told.left:
        return [*lines, f"{end}, {len(told.left)} not: mend what is told above, and run it once more."]
    return [*lines, f"{end}; nothing that is seen is left." if not told.hidden else f"{end}."]


def _what_stays(told: Forgotten, device: str) -> list[str]:
    """One line for each reason, below each of the trees."""
    kinds: dict[tuple[str, str], list[str]] = {}
    for topic, why in told.left:
        kinds.setdefault((topic.partition("/")[0], why), []).append(topic)
    lines = []
    for (root, why), topics in kinds.items():
        below = topics[0] if len(topics) == 1 else f"{several(len(topics), 'topic')} of {device} below {root}/"
        lines.append(f"  STAYS       {below} ({why})")
    return lines
