# SPDX-License-Identifier: MIT
"""What can go wrong between kneemon and a broker, in words: what is seen, and what to do about it."""

import errno
import re
import socket
import ssl
from dataclasses import dataclass
from enum import Enum, auto

from kneemon.errors import BrokerError
from kneemon.mqtt.settings import BrokerSettings

# Reason codes of MQTT 5, section 2.4; paho translates the return codes of 3.1.1 into them.
UNSUPPORTED_VERSION = 0x84
BAD_USER_NAME_OR_PASSWORD = 0x86
NOT_AUTHORISED = 0x87
SESSION_TAKEN_OVER = 0x8E
BUSY = (0x88, 0x89, 0x9F)  # server unavailable, server busy, connection rate exceeded

_NETWORK_DOWN = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN)
_ONE_ID = "Two devices must not share a device id: give one of them a new one."


class Kind(Enum):
    """What a fault means for the next attempt."""

    AWAY = auto()  # the broker may come back at any moment
    REFUSED = auto()  # somebody has to change something first
    CUT = auto()  # the broker, or something before it, broke the link; now and then that happens
    TAKEN_OVER = auto()  # it happens again and again
    OWN = auto()  # kneemon stumbled over itself


@dataclass(frozen=True, slots=True)
class Fault:
    """seen: a phrase for one line. remedy: whole sentences. older: an older version of MQTT may be understood."""

    kind: Kind
    seen: str
    remedy: str
    older: bool = False

    def error(self, settings: BrokerSettings) -> BrokerError:
        return BrokerError(
            f"The MQTT broker {settings.where}",
            expected="a broker that lets kneemon in",
            seen=self.seen,
            remedy=self.remedy,
        )


TIMED_OUT = Fault(
    Kind.AWAY,
    "no answer in time",
    "Check that the broker's machine is on and in the same network, and that no firewall drops the port.",
)
MUTE = Fault(
    Kind.AWAY,
    "a port that accepts connections and then says nothing",
    "The broker hangs, or the port belongs to something else: look at its log, check the port.",
    older=True,
)
SILENT = Fault(Kind.AWAY, "no sign of life any more", "Check the network, and that the broker does not hang.")
CUT = Fault(Kind.CUT, "a link that broke", "Look at the broker's log.")
CLOSING = Fault(Kind.AWAY, "kneemon closing", "Start kneemon again.")


def of_error(error: OSError | UnicodeError, settings: BrokerSettings) -> Fault:
    """Why no connection came about."""
    if isinstance(error, socket.gaierror | UnicodeError):  # a name that IDNA cannot encode
        return Fault(
            Kind.AWAY,
            "a host name that does not resolve",
            "Check its spelling, or use the IP address; a name ending in .local needs avahi-daemon on both machines.",
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        return Fault(
            Kind.REFUSED,
            f"a certificate that cannot be trusted ({error.verify_message.rstrip('.')})",
            "Set ca_file to the certificate of the authority that signed it, and host to a name that stands in it.",
        )
    if isinstance(error, TimeoutError):
        return TIMED_OUT
    if isinstance(error, ConnectionRefusedError):
        return Fault(
            Kind.AWAY,
            "nobody listening at that port",
            "Start the broker, or correct host and port; Mosquitto serves other machines only if its configuration "
            "has a listener for them.",
        )
    if isinstance(error, ssl.SSLError) and "ALERT" in (error.reason or ""):
        return of_alert(str(error), settings)
    if settings.tls and isinstance(error, ssl.SSLError | ConnectionError):
        return Fault(
            Kind.REFUSED,
            "a TLS handshake that fails",
            'The port may not speak TLS: the usual one that does is 8883. Or set `tls = "off"`, with `insecure = true` '
            "when the broker is on another machine.",
        )
    if error.errno in _NETWORK_DOWN:
        return Fault(Kind.AWAY, "no way to that network", "Check this machine's Wi-Fi or cable, and the address.")
    return Fault(Kind.AWAY, error.strerror or str(error), "Check host and port, and the network.")


def of_ca_file(error: OSError, settings: BrokerSettings) -> Fault:
    """Why the certificates to trust cannot be loaded; ssl's complaint about their content is an OSError too."""
    why = "not a certificate in PEM form" if isinstance(error, ssl.SSLError) else error.strerror
    return Fault(
        Kind.REFUSED,
        f"a ca_file {settings.ca_file} that cannot be used ({why})",
        "Give the path of a PEM file that kneemon may read.",
    )


def of_connack(code: int, words: str, settings: BrokerSettings) -> Fault:
    """Why the broker answered with a refusal; `words` is the protocol's own name of the code."""
    if code == UNSUPPORTED_VERSION:
        seen = "a broker that speaks neither MQTT 5 nor 3.1.1"
        return Fault(Kind.AWAY, seen, "Use a broker that does, Mosquitto for one.", older=True)
    if code == BAD_USER_NAME_OR_PASSWORD:
        return Fault(Kind.REFUSED, "wrong user name or password", "Correct username and password.")
    if code == NOT_AUTHORISED and settings.username is None:
        return Fault(
            Kind.REFUSED,
            "a broker that wants a user name and a password",
            "Set username and password to those of a user of the broker.",
        )
    if code == NOT_AUTHORISED:
        return Fault(
            Kind.REFUSED,
            "wrong user name or password, or a user who is not authorised",
            "Correct username and password, or let the broker admit this user.",
        )
    kind = Kind.AWAY if code in BUSY else Kind.REFUSED
    return Fault(kind, f"a refusal: {words}", "Look at the broker's log.")


def of_disconnect(code: int, words: str, client_id: str) -> Fault:
    """Why the broker said good-bye."""
    if code == SESSION_TAKEN_OVER:
        return Fault(Kind.CUT, f"another client with the id {client_id}", _ONE_ID)
    return Fault(Kind.CUT, f"a broker that hangs up: {words}", "Look at the broker's log.")


def dropped(settings: BrokerSettings) -> Fault:
    """The connection was closed before the broker had answered."""
    if settings.tls and settings.cert_file is None:
        return Fault(
            Kind.REFUSED,
            "a broker that hangs up right after the TLS handshake",
            "It may want a certificate of yours: set cert_file and key_file. Or use a listener of the broker that asks "
            "for a password.",
            older=True,
        )
    if settings.tls:
        return Fault(
            Kind.REFUSED,
            "a broker that hangs up right after the TLS handshake",
            "It may not know the authority that signed your cert_file, or its time may be over: look at the broker's "
            "log, and ask who keeps the broker for a new cert_file and key_file.",
            older=True,
        )
    return Fault(
        Kind.AWAY,
        "a connection closed without a word",
        'The port may not speak MQTT, or only with TLS (usually 8883): then set `tls = "on"`.',
        older=True,
    )


def of_alert(alert: str, settings: BrokerSettings) -> Fault:
    """The broker ended TLS with an alert; in TLS 1.3 it judges our certificate only after the handshake."""
    words = re.sub(r"^\[.*?\] | \(_ssl.*$", "", alert).lower()
    if "certificate required" in words or (settings.cert_file is None and "handshake failure" in words):
        return Fault(
            Kind.REFUSED,
            "a broker that wants a certificate of yours",
            "Set cert_file and key_file. Or use a listener of the broker that asks for a password.",
        )
    if settings.cert_file is not None:
        return Fault(
            Kind.REFUSED,
            f"a broker that does not accept your certificate ({words})",
            "It may not know the authority that signed your cert_file, or its time may be over: ask who keeps the "
            "broker for a new cert_file and key_file.",
        )
    return Fault(Kind.REFUSED, f"a broker that ends TLS ({words})", "Look at the broker's log.")


def taken_over(cut: Fault, client_id: str) -> Fault:
    """The link is cut again and again soon after it came about, `cut` the last time."""
    seen = f"every link cut short, perhaps by another client with the id {client_id} (last seen: {cut.seen})"
    return Fault(Kind.TAKEN_OVER, seen, _ONE_ID)


def stumbled(error: Exception) -> Fault:
    """A mistake of kneemon's own."""
    return Fault(
        Kind.OWN,
        f"a mistake of kneemon's own ({type(error).__name__}: {error})",
        "Its log says more: please tell those who make kneemon.",
    )


def broken(error: Exception) -> Fault:
    """The MQTT library stumbled over what it got."""
    seen = f"an answer that makes no sense ({type(error).__name__}: {error})"
    return Fault(Kind.CUT, seen, "Check that it is an MQTT broker that listens there.")
