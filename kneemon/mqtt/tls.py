# SPDX-License-Identifier: MIT
"""The TLS of a connection: whom we trust, what we show of ourselves, and what a broker shows of itself.

A broker's certificate is always verified. A certificate that the user chose to keep is trusted as it stands, also when
it is not an authority's own; home authorities that leave out what strict readers want are trusted, too.
"""

import hashlib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kneemon.mqtt import faults
from kneemon.mqtt.faults import Fault, Kind
from kneemon.mqtt.settings import BrokerSettings

Dial = Callable[[], socket.socket]


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a broker showed. pem: itself.

    fits: kept as ca_file, this certificate would let us connect to that host. names: what it is valid for. until:
    aware; None, as the names are empty, where it cannot even be read on its own word, for one that has run out.
    """

    pem: str
    fits: bool = False
    owner: str = "somebody unnamed"
    signer: str = "somebody unnamed"
    names: tuple[str, ...] = ()
    until: datetime | None = None

    @property
    def fingerprint(self) -> str:
        """SHA-256, as `openssl x509 -noout -fingerprint -sha256` prints it."""
        digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(self.pem)).hexdigest().upper()
        return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))


def context(settings: BrokerSettings) -> ssl.SSLContext | Fault:
    """How to connect by TLS, or why that cannot be: a certificate or a key that cannot be used."""
    try:
        made = ssl.create_default_context(cafile=settings.ca_file)
    except OSError as error:
        return faults.of_ca_file(error, settings)
    if settings.ca_file is not None:
        _trust_as_it_stands(made)
    return _show_ourselves(made, settings) or made


def shown(talk: ssl.SSLSocket) -> Certificate:
    """The certificate of a broker that was verified."""
    der = talk.getpeercert(binary_form=True) or b""
    return _read(ssl.DER_cert_to_PEM_cert(der), talk.getpeercert() or {}, fits=True)


def peek(dial: Dial, settings: BrokerSettings) -> Certificate | None:
    """What a broker shows that is not trusted; nothing is sent to it. None where it shows nothing that can be read."""
    try:
        with _talk(dial, settings, None, named=False) as talk:
            der = talk.getpeercert(binary_form=True)
    except OSError:
        return None
    if not der:
        return None
    pem = ssl.DER_cert_to_PEM_cert(der)
    for named in (True, False):  # its own word for itself is enough to read what it says
        try:
            with _talk(dial, settings, pem, named=named) as talk:
                return _read(pem, talk.getpeercert() or {}, fits=named)
        except OSError:
            continue
    return Certificate(pem)


def _talk(dial: Dial, settings: BrokerSettings, pem: str | None, *, named: bool) -> ssl.SSLSocket:
    """A handshake that trusts this certificate, or with None any; never more than a handshake is done with it."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = named
    if pem is None:
        made.verify_mode = ssl.CERT_NONE
    else:
        made.load_verify_locations(cadata=pem)
        _trust_as_it_stands(made)
    _show_ourselves(made, settings)
    wire = dial()
    try:
        return made.wrap_socket(wire, server_hostname=settings.host)
    except BaseException:
        wire.close()
        raise


def _trust_as_it_stands(made: ssl.SSLContext) -> None:
    made.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    made.verify_flags &= ~ssl.VERIFY_X509_STRICT


def _show_ourselves(made: ssl.SSLContext, settings: BrokerSettings) -> Fault | None:
    if settings.cert_file is None:
        return None
    try:
        made.load_cert_chain(settings.cert_file, settings.key_file, password=_no_password)
    except (OSError, ValueError) as error:
        return _of_own_certificate(error, settings)
    return None


def _no_password() -> str:
    """OpenSSL wants one when the key is encrypted; it would ask at the terminal otherwise, and wait for ever."""
    return ""


def _of_own_certificate(error: OSError | ValueError, settings: BrokerSettings) -> Fault:
    files = f"{settings.cert_file} and {settings.key_file}"
    if isinstance(error, OSError) and not isinstance(error, ssl.SSLError):
        why, remedy = error.strerror, f"Let kneemon read {files}."
    elif isinstance(error, ssl.SSLError) and error.reason == "KEY_VALUES_MISMATCH":
        why, remedy = "the key belongs to another certificate", f"Give a certificate and its own key, not {files}."
    else:
        why, remedy = "not in PEM form, or the key is encrypted", f"Look at {files}: both as PEM, the key unencrypted."
    return Fault(Kind.REFUSED, f"a cert_file and key_file that cannot be used ({why})", remedy)


def _read(pem: str, facts: dict[str, Any], *, fits: bool) -> Certificate:
    until = facts.get("notAfter")
    return Certificate(
        pem,
        fits,
        _name(facts.get("subject", ())),
        _name(facts.get("issuer", ())),
        tuple(name for _, name in facts.get("subjectAltName", ())),
        datetime.fromtimestamp(ssl.cert_time_to_seconds(until), UTC) if until else None,
    )


def _name(parts: tuple[tuple[tuple[str, str], ...], ...]) -> str:
    """The common name, else the organisation's."""
    said = dict(pair for part in parts for pair in part)
    return said.get("commonName") or said.get("organizationName") or "somebody unnamed"
