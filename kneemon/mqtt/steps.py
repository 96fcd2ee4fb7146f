# SPDX-License-Identifier: MIT
"""The way to a broker step by step, each told on its own: name, port, TLS, MQTT, login, and the topics.

Nobody's password is sent before `log_in`, and there only over TLS, to this machine, or where that was accepted; the
settings see to it. Nothing that a home could take for news is published.
"""

import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from ipaddress import ip_address
from queue import Empty
from secrets import token_hex
from typing import TYPE_CHECKING

from kneemon.mqtt import faults, tls
from kneemon.mqtt.complaints import user_named
from kneemon.mqtt.faults import Fault
from kneemon.mqtt.news import Answered, Heard, Subscribed, Version
from kneemon.mqtt.settings import BrokerSettings
from kneemon.mqtt.shapes import AckDocument, Status, encoded
from kneemon.mqtt.tls import Certificate
from kneemon.mqtt.topics import ACK, COMMAND

if TYPE_CHECKING:
    from kneemon.mqtt.link import Link

DIAL_S = 10.0
CONNACK_S = 5.0
ANSWER_S = 5.0
MOST_NEWS = 200  # before an answer
ANONYMOUS = "a broker that wants a user name and a password"


class How(StrEnum):
    """How a step went."""

    GOOD = "ok"
    NOTE = "note"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Step:
    """One line for the reader. remedy: what to do, of all but a good step. certificate: one that is not trusted."""

    part: str
    how: How
    text: str
    remedy: str | None = None
    certificate: Certificate | None = None


def reach(settings: BrokerSettings) -> Iterator[Step]:
    """As far as MQTT, without user or password. The last step is the fault, where there is one."""
    try:
        addresses = _addresses(settings)
    except (OSError, UnicodeError) as error:
        yield _of("name", faults.of_error(error, settings))
        return
    if addresses != [settings.host]:
        yield Step("name", How.GOOD, f"{settings.host} is {', '.join(addresses[:3])}")
    try:
        _dial(settings).close()
    except OSError as error:
        yield _of("port", faults.of_error(error, settings))
        return
    yield Step("port", How.GOOD, f"{settings.port} answers")
    if settings.tls:
        step = _tls(settings)
        yield step
        if step.how is How.FAULT:
            return
    yield _mqtt(replace(settings, username=None, password=None))


def log_in(settings: BrokerSettings, device: str | None, discovery: str | None, at: datetime) -> Iterator[Step]:
    """In, with what the settings say, and whether the topics of this device may be used.

    device: None where it has no id yet. discovery: a topic of Home Assistant's discovery, None where that is off. at:
    now (aware).
    """
    link = _open(settings)
    if isinstance(link, Fault):
        yield _of("log in", link)
        return
    try:
        who = f"as {settings.username}" if settings.username else "without a user name"
        yield Step("log in", How.GOOD, f"{link.version.value}, {who}")
        if device is None:
            text = "not tried: this device has no id yet, it gets one when kneemon runs for the first time."
            yield Step("topics", How.NOTE, text, "Start kneemon once, then run this again.")
        else:
            yield from _topics(link, settings, device, discovery, at)
    finally:
        link.hang_up()


def _addresses(settings: BrokerSettings) -> list[str]:
    with suppress(ValueError):
        ip_address(settings.host)
        return [settings.host]
    found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _dial(settings: BrokerSettings) -> socket.socket:
    return socket.create_connection((settings.host, settings.port), DIAL_S)


def _tls(settings: BrokerSettings) -> Step:
    context = tls.context(settings)
    if isinstance(context, Fault):
        return _of("TLS", context)
    try:
        with closing(_dial(settings)) as wire, context.wrap_socket(wire, server_hostname=settings.host) as talk:
            certificate, version = tls.shown(talk), talk.version()
    except ssl.SSLCertVerificationError as error:
        return _untrusted(faults.of_error(error, settings), settings)
    except OSError as error:
        return _of("TLS", faults.of_error(error, settings))
    until = f" until {certificate.until:%Y-%m-%d}" if certificate.until else ""
    signer = "itself" if certificate.signer == certificate.owner else certificate.signer
    text = f"{version}; the certificate of {certificate.owner}, signed by {signer}, is good{until}"
    return Step("TLS", How.GOOD, text)


def _untrusted(fault: Fault, settings: BrokerSettings) -> Step:
    certificate = tls.peek(lambda: _dial(settings), settings)
    if certificate is None:
        return _of("TLS", fault)
    remedy = fault.remedy
    if certificate.fits:
        remedy = (
            "Compare its fingerprint with that of the broker's own, then trust it (--trust FINGERPRINT); or name the "
            "certificate of the authority that signed it (--ca-file)."
        )
    elif certificate.names:
        remedy = f"It is valid for {', '.join(certificate.names[:5])}: name the broker so, or give it a new one."
    return Step("TLS", How.FAULT, f"{fault.seen}.", remedy, certificate)


def _mqtt(settings: BrokerSettings) -> Step:
    link = _open(settings)
    if not isinstance(link, Fault):
        link.hang_up()
        return Step("MQTT", How.GOOD, f"{link.version.value}; it lets in who gives no name")
    if link.seen == ANONYMOUS:
        return Step("MQTT", How.GOOD, "a broker, which wants a user name and a password")
    return _of("MQTT", link)


def _open(settings: BrokerSettings) -> "Link | Fault":
    from kneemon.mqtt.dialler import Dialler

    name = f"kneemon-setup-{token_hex(4)}"  # one of its own, so that a kneemon that is running is not thrown out
    return Dialler(settings, name, dial_s=DIAL_S, connack_s=CONNACK_S).dial()


def _topics(link: "Link", settings: BrokerSettings, device: str, discovery: str | None, at: datetime) -> Iterator[Step]:
    ack, command = ACK.path(device), COMMAND.path(device)
    refusals = _Refusals(link)
    link.subscribe(command)
    unread = refusals.subscribed()
    link.subscribe(ack)
    refusals.subscribed()
    mid = link.publish(ack, _answer(at), qos=1, expiry_s=1)
    unwritten, came_back = refusals.answered(mid, awaiting=ack)
    user = settings.username or "everybody"
    allow = f"Let the broker's access list admit {user} to kneemon/v1/{device}/#; {user_named(device)}."
    if unwritten is not None:
        yield Step("write", How.FAULT, f"the broker refuses kneemon/v1/{device}/# ({unwritten}).", allow)
    elif link.version is Version.V311:
        yield Step("write", How.NOTE, "taken, but MQTT 3.1.1 would not tell of a refusal.", allow)
    else:
        yield Step("write", How.GOOD, f"kneemon/v1/{device}/#")
    if unread is not None:
        yield Step("read", How.FAULT, f"the broker does not let kneemon read {command} ({unread}).", allow)
    elif not came_back and unwritten is None:
        yield Step("read", How.NOTE, f"what was written to {ack} did not come back: commands may not, either.", allow)
    elif unwritten is None:
        yield Step("read", How.GOOD, command)
    if discovery is None:
        return
    refusal, _ = refusals.answered(link.publish(discovery, b"", qos=1), awaiting=None)
    if refusal is None:
        yield Step("discovery", How.GOOD, discovery)
    else:
        prefix, _, own, _, end = discovery.rsplit("/", 4)
        remedy = f"Let the broker's access list admit {user} to {prefix}/+/{own}/+/{end}, or set `discovery` to off."
        yield Step("discovery", How.FAULT, f"the broker refuses {discovery} ({refusal}).", remedy)


class _Refusals:
    """What the broker answers on a link, told as its words of refusal; None when it agrees."""

    def __init__(self, link: "Link") -> None:
        self._link = link

    def subscribed(self) -> str | None:
        for news in self._heard():
            if isinstance(news, Subscribed):
                return news.refusal
        return "no answer"

    def answered(self, mid: int, awaiting: str | None) -> tuple[str | None, bool]:
        """The answer to our message, and whether it came back on the topic awaited."""
        refusal: str | None = "no answer"
        seen = False
        for news in self._heard():
            if isinstance(news, Heard):
                seen = seen or news.topic == awaiting
            elif isinstance(news, Answered) and news.mid == mid:
                refusal = news.refusal
                if refusal is not None or awaiting is None:
                    break
            if seen and refusal is None:
                break
        return refusal, seen

    def _heard(self) -> Iterator[object]:
        """Until it is silent, or has talked of so much else that no answer is to be hoped for."""
        with suppress(Empty):
            for _ in range(MOST_NEWS):
                yield self._link.news.get(timeout=ANSWER_S)


def _answer(at: datetime) -> bytes:
    """The answer to a command that nobody gave: the only news that nobody waits for."""
    ts = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"
    return encoded(AckDocument(id=None, cmd=None, status=Status.DONE, code=None, message="kneemon mqtt setup", ts=ts))


def _of(part: str, fault: Fault) -> Step:
    return Step(part, How.FAULT, f"{fault.seen}.", fault.remedy)
