# SPDX-License-Identifier: MIT
"""`kneemon mqtt status`: the broker, the link, what waits, and what was refused, on one screen."""

import argparse

from kneemon.app.mqtt_device import device_id
from kneemon.cli.settings import configuration
from kneemon.cli.words import several
from kneemon.config.mqtt_options import MqttOptions
from kneemon.config.places import Places
from kneemon.controls.socket import ask
from kneemon.errors import ControlError, ExitCode
from kneemon.store.reader import StoreReader

LEVELS = {
    "off": "nothing",
    "minimal": "minimal: that the device is there, and how it does",
    "summary": "summary: the walk now, and a document of each walk",
    "detail": "detail: each walk in rows of ten seconds, too",
}


def run(args: argparse.Namespace) -> int:
    config, places = configuration(args)
    device = device_id(places.store)
    lines = [
        ("device", device or "no id yet: let kneemon run once first, which makes one"),
        ("broker", _broker(config.mqtt)),
    ]
    if config.mqtt.host:
        link, *refusals = _link(places).split("; ")
        lines += [("link", link), *(("refused", refusal) for refusal in refusals)]
        lines += [("publish", _publish(config.mqtt)), ("discovery", _discovery(config.mqtt))]
    if device is not None:
        lines.append(("outbox", _outbox(places)))
    print("\n".join(f"{name:<9}  {text}" for name, text in lines))
    return ExitCode.OK


def _broker(mqtt: MqttOptions) -> str:
    if not mqtt.host:
        return "none: `kneemon mqtt setup` finds one"
    secure = "TLS" if mqtt.encrypted else "on this machine" if mqtt.loopback else "WITHOUT TLS: everybody can read it"
    who = f"as {mqtt.username}" if mqtt.username else "without a user name"
    return f"{mqtt.host}:{mqtt.broker_port}, {secure}, {who}"


def _link(places: Places) -> str:
    try:
        return str(ask(places.socket, "status", {}).get("mqtt", "not known"))
    except ControlError:
        return "none: no kneemon runs here that could be asked"


def _publish(mqtt: MqttOptions) -> str:
    if mqtt.publish in ("off", "minimal"):
        return LEVELS[mqtt.publish]
    return f"{LEVELS[mqtt.publish]}; pain {'too' if mqtt.publish_pain else 'stays here'}"


def _discovery(mqtt: MqttOptions) -> str:
    if mqtt.discovery == "off":
        return "off: Home Assistant is not told"
    return f"{mqtt.discovery}, below {mqtt.discovery_prefix}"


def _outbox(places: Places) -> str:
    with StoreReader(places.store) as reader:
        backlog = reader.outbox()
    text = "empty: all was sent"
    if backlog.documents:
        oldest = f", the oldest since {backlog.oldest:%Y-%m-%d %H:%M} UTC" if backlog.oldest else ""
        text = f"{several(backlog.documents, 'document')} to be sent{oldest}"
    dropped = backlog.dropped_detail + backlog.dropped_summaries
    return f"{text}; {dropped} let go for want of room" if dropped else text
