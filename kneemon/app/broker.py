# SPDX-License-Identifier: MIT
"""The broker as the configuration names it, and what a walk becomes for it."""

from collections.abc import Mapping, Sequence

from kneemon.app.mqtt_secrets import password_of
from kneemon.config.options import Config
from kneemon.config.places import Places
from kneemon.model.records import OutboxMessage, SessionRecord
from kneemon.mqtt import documents
from kneemon.mqtt.settings import BrokerSettings
from kneemon.mqtt.topics import Level
from kneemon.ports import DocumentsOf, Seconds


def broker_settings(config: Config, places: Places, environ: Mapping[str, str]) -> BrokerSettings | None:
    """How to reach the broker; None when MQTT is off. Raises ConfigError for a password that cannot be read."""
    mqtt = config.mqtt
    level = Level[mqtt.publish.upper()]
    if not mqtt.host or level is Level.OFF:
        return None
    return BrokerSettings(
        host=mqtt.host,
        port=mqtt.broker_port,
        username=mqtt.username or None,
        password=password_of(places, environ) if mqtt.username else None,
        tls=mqtt.encrypted,
        ca_file=str(places.ca_file) if places.ca_file else None,
        cert_file=str(places.cert_file) if places.cert_file else None,
        key_file=str(places.key_file) if places.key_file else None,
        insecure=mqtt.insecure,
        keepalive_s=mqtt.keepalive_s,
        publish_pain=mqtt.publish_pain,
        level=level,
        discovery=mqtt.discovery,
        discovery_prefix=mqtt.discovery_prefix,
        retain_last=mqtt.retain_last,
        allow_remote_raise=mqtt.allow_remote_raise,
        collector=mqtt.collector,
    )


def documents_of(settings: BrokerSettings | None) -> DocumentsOf:
    """What a walk that is over becomes; nothing without a broker, so nothing piles up."""
    return documents.documents_of(settings) if settings else _nothing


def told_as(settings: BrokerSettings | None) -> str:
    """In a few words, what `documents_of` tells of a walk: "summary no pain"; "" without a broker."""
    if settings is None:
        return ""
    return f"{settings.level.name.lower()} {'pain' if settings.publish_pain else 'no pain'}"


def wants_detail(settings: BrokerSettings | None) -> bool:
    """Does every walk go out with its rows of ten seconds?"""
    return settings is not None and settings.level >= Level.DETAIL


def _nothing(_record: SessionRecord, _seconds: Seconds | None) -> Sequence[OutboxMessage]:
    return ()
