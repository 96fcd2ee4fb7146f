# SPDX-License-Identifier: MIT
"""`kneemon mqtt setup`: which broker, the way to it step by step, and the configuration that comes of it.

At a terminal it asks; elsewhere the options answer. A password is asked for once the broker is chosen and known to
speak MQTT, and goes nowhere else. Nothing is written before a yes.
"""

import argparse
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from kneemon.app.mqtt_device import device_id
from kneemon.app.mqtt_secrets import password_of, read_password
from kneemon.app.mqtt_setup import CA, PASSWORD, Change, changed, check_libraries, configuration_file, write
from kneemon.cli.mqtt_words import agreed, asked, at_terminal, hidden, in_options, tell
from kneemon.cli.settings import configuration
from kneemon.clock import SystemClock
from kneemon.config.options import Config, Origin
from kneemon.config.places import Places
from kneemon.errors import BrokerError, ConfigError, ControlError, ExitCode
from kneemon.mqtt.finding import LISTEN_S, PLAIN_PORT, SECURE_PORT, Offer, find_brokers, knock
from kneemon.mqtt.settings import BrokerSettings, is_loopback
from kneemon.mqtt.steps import How, Step, log_in, reach

TRIES = 3  # of a user name and a password
_NOTHING = "Nothing was written."

ABOUT = """\
This sets up the way to your MQTT broker, such as the Mosquitto add-on of Home Assistant. What is sent there is health
data: your walks, and pain unless you keep it here. It goes to that broker and to nobody else."""

INSECURE = """\
{where} is asked without TLS: everybody in your network could read your walks and the password, and change them. In a
home network that you trust it may do; TLS is better (`kneemon mqtt files` writes a configuration for Mosquitto)."""

UNTRUSTED = """\
The broker shows a certificate that no authority vouches for: that is usual at home, and what an intruder would do, too.
  owner        {owner}
  signed by    {signer}
  good until   {until}
  fingerprint  {fingerprint}
Compare the fingerprint at the broker: openssl x509 -noout -fingerprint -sha256 -in ITS-CERTIFICATE"""

NEXT = """\
What happens next
  1. Restart the service, but not during a walk: sudo systemctl restart kneemon
  2. See that it is connected: kneemon mqtt status
  3. In Home Assistant: Settings, Devices & services, MQTT. Without MQTT there: Add integration, MQTT, this broker.
     The device "Kneemon" appears by itself.
  4. A dashboard and reminders for it: kneemon mqtt files"""


@dataclass(frozen=True, slots=True)
class _Chosen:
    """settings: as tried. ca: the broker's own certificate, to be kept beside the configuration.

    stranger: it was found in the network, not named by the user.
    """

    settings: BrokerSettings
    ca: str | None = None
    stranger: bool = False


def run(args: argparse.Namespace) -> int:
    config, places = configuration(args)
    file = configuration_file(config, os.environ)
    check_libraries()
    asking = at_terminal()
    print(ABOUT, end="\n\n")
    with TemporaryDirectory() as scratch:
        chosen = _chosen(args, config, places, asking=asking)
        chosen = _reached(chosen, args, Path(scratch), asking=asking)
        chosen, whole = _logged_in(chosen, args, config, places, asking=asking)
    change = changed(file, _values(chosen, file), os.environ)
    if not _agreed(change, args, whole=whole, asking=asking):
        print("Then nothing was written.")
        return ExitCode.OK if whole else ExitCode.BROKER
    backup = write(change, chosen.settings.password, chosen.ca)
    print(f"Written to {file}{f'; as it was before: {backup}' if backup else ''}.")
    for name in ("host", "port", "username", "tls"):
        if config.origins.get(f"mqtt.{name}") in (Origin.ENVIRONMENT, Origin.OPTION):
            print(f"Beware: mqtt.{name} is set elsewhere, too, and that goes before what is in the file.")
    if config.mqtt.publish == "off":
        print('Beware: publish is "off" under [mqtt], so nothing goes out as yet.')
    print(f"\n{NEXT}")
    return ExitCode.OK


def _chosen(args: argparse.Namespace, config: Config, places: Places, *, asking: bool) -> _Chosen:
    """By the option, or by the user out of what is found. Raises ConfigError."""
    if args.host is not None:
        return _named(args.host, args, config, places)
    offers = _found()
    usual = config.mqtt.host
    if not asking:
        seen = ", ".join(f"{offer.host}:{offer.port}" for offer in offers) or "none found"
        raise ConfigError(
            "--host",
            expected="the broker's name or address",
            seen=f"none (near by: {seen})",
            remedy=f"{_NOTHING} Name it, or run `kneemon mqtt setup` at a terminal.",
        )
    for number, offer in enumerate(offers, start=1):
        print(f"  {number}  {offer.host}:{offer.port}, {'with' if offer.tls else 'without'} TLS ({offer.told})")
    if not offers:
        print("  None was found that tells of itself; that says little, most do not.")
    while True:
        question = "Which? Its number, or the name or address of another one" if offers else "Its name or address?"
        word = asked(question, usual)
        if word.isdecimal() and 1 <= int(word) <= len(offers):
            return _offered(offers[int(word) - 1], args, config, places)
        if word and not word.isdecimal():
            return _named(word, args, config, places)
        numbers = f"a number from 1 to {len(offers)}, " if offers else ""
        print(f"  Expected {numbers}a name or an address, saw {word!r}.")


def _found() -> list[Offer]:
    print(f"Looking for brokers near by, for {LISTEN_S:.0f} s …", flush=True)
    try:
        return find_brokers(SystemClock())
    except ConfigError as missing:
        print(f"  {missing.expected} is missing for that: {missing.remedy}")
        return []


def _offered(offer: Offer, args: argparse.Namespace, config: Config, places: Places) -> _Chosen:
    """As it tells of itself; but with TLS, at the port for it, where the options want that."""
    if _secured(args) and not offer.tls:
        chosen = _named(offer.host, args, config, places)
    else:
        chosen = _Chosen(_settings(args, config, places, offer.host, offer.port, tls=offer.tls))
    return replace(chosen, stranger=not is_loopback(offer.host))


def _secured(args: argparse.Namespace) -> bool:
    """TLS is asked for, or something that only TLS has a use for."""
    return args.tls == "on" or (args.tls is None and any((args.ca_file, args.trust, args.cert_file)))


def _named(host: str, args: argparse.Namespace, config: Config, places: Places) -> _Chosen:
    """TLS where it is spoken, unless told otherwise."""
    tls = _secured(args)
    port = args.port
    if not tls and args.tls is None:
        if port is None:
            tls = knock(host, SECURE_PORT) or not (is_loopback(host) or knock(host, PLAIN_PORT))
        else:
            tls = port != PLAIN_PORT and not is_loopback(host)
    port = port or (SECURE_PORT if tls else PLAIN_PORT)
    return _Chosen(_settings(args, config, places, host, port, tls=tls))


def _settings(
    args: argparse.Namespace, config: Config, places: Places, host: str, port: int, *, tls: bool
) -> BrokerSettings:
    """Without user and password as yet; the certificates of the same broker stay. Raises ConfigError."""

    def certificate(name: str) -> str | None:
        path = getattr(args, name) or (getattr(places, name) if tls and host == config.mqtt.host else None)
        return None if path is None else str(path.resolve())

    files = {name: certificate(name) for name in ("ca_file", "cert_file", "key_file")}
    return BrokerSettings(host=host, port=port, tls=tls, **files)  # type: ignore[arg-type]


def _reached(chosen: _Chosen, args: argparse.Namespace, scratch: Path, *, asking: bool) -> _Chosen:
    """As far as MQTT, with a yes to what needs one. Raises BrokerError, ConfigError."""
    settings = chosen.settings
    if not settings.tls and not is_loopback(settings.host):
        _accept_plain(settings, args, asking=asking)
        settings = replace(settings, insecure=True)
    print()
    fault = _tried(reach(settings))
    if fault is None:
        return replace(chosen, settings=settings)
    certificate = fault.certificate
    if certificate is None or not certificate.fits:
        raise _broken(settings, fault)
    until = f"{certificate.until:%Y-%m-%d}" if certificate.until else "not known"
    shown = UNTRUSTED.format(
        owner=certificate.owner, signer=certificate.signer, until=until, fingerprint=certificate.fingerprint
    )
    print(f"\n{shown}")
    given = args.trust is not None and _bare(args.trust) == _bare(certificate.fingerprint)
    if not given and not (asking and args.trust is None and agreed("Trust this very certificate from now on?")):
        raise _broken(settings, fault)
    kept = scratch / CA
    kept.write_text(certificate.pem, encoding="ascii")
    settings = replace(settings, ca_file=str(kept))
    print()
    fault = _tried(reach(settings))
    if fault is not None:
        raise _broken(settings, fault)
    return replace(chosen, settings=settings, ca=certificate.pem)


def _accept_plain(settings: BrokerSettings, args: argparse.Namespace, *, asking: bool) -> None:
    """Raises ConfigError without the yes."""
    if args.insecure:
        return
    print(INSECURE.format(where=settings.where))
    if not (asking and agreed("Do it all the same?")):
        raise ConfigError(
            f"The MQTT broker {settings.where}",
            expected="TLS, or your yes to a connection that everybody in the network can read",
            seen="neither",
            remedy=f"{_NOTHING} Give the broker TLS, or say yes with --insecure.",
        )


def _logged_in(
    chosen: _Chosen, args: argparse.Namespace, config: Config, places: Places, *, asking: bool
) -> tuple[_Chosen, bool]:
    """In, and whether everything there is allowed. Raises BrokerError."""
    device = device_id(places.store)
    if device is not None:
        print(f"This device's id is {device}: a good name for its user at the broker, and the one its files want.")
    if asking and chosen.stranger and not agreed(f"Is {chosen.settings.where} yours, and may it have your password?"):
        raise ControlError(
            f"The MQTT broker {chosen.settings.where}",
            expected="your yes",
            seen="a no",
            remedy=f"{_NOTHING} Name the right one with --host.",
        )
    mqtt = config.mqtt
    prefix = mqtt.discovery_prefix
    topic = {"device": f"{prefix}/device/{device}/setup/config", "component": f"{prefix}/sensor/{device}/setup/config"}
    for _ in range(TRIES):
        settings = _with_login(chosen.settings, device, args, config, places, asking=asking)
        at = SystemClock().anchor().utc
        faults = []
        for step in log_in(settings, device, topic.get(mqtt.discovery), at):
            tell(step)
            faults += [step] if step.how is How.FAULT else []
        if not any(step.part == "log in" for step in faults):
            return replace(chosen, settings=settings), not faults
        if not asking or args.password_file is not None:
            break
    raise _broken(settings, faults[0])


def _with_login(
    settings: BrokerSettings,
    device: str | None,
    args: argparse.Namespace,
    config: Config,
    places: Places,
    *,
    asking: bool,
) -> BrokerSettings:
    """User and password, asked for where they are not given. What is known is for the same broker only."""
    same = (config.mqtt.host, config.mqtt.broker_port) == (settings.host, settings.port)
    usual = config.mqtt.username if same else ""
    name = args.username
    if name is None:
        offered = usual or ("" if same else device) or "none"
        name = asked("User name at the broker, or none", offered) if asking else usual
        name = "" if name == "none" else name
    if not name and args.password_file is not None:
        raise ConfigError(
            "--username", expected="the name that goes with the password", seen="none", remedy=f"{_NOTHING} Name it."
        )
    if not name:
        return settings
    if args.password_file is not None:
        return replace(settings, username=name, password=read_password(args.password_file, "--password-file"))
    known = password_of(places, os.environ) if same and name == usual else None
    password = known
    if asking:
        keeps = "; Enter keeps the one that is there" if known else "; Enter for none"
        password = hidden(f"Password of {name} at {settings.where} (nothing is shown{keeps}): ") or known
    return replace(settings, username=name, password=password)


def _tried(steps: Iterator[Step]) -> Step | None:
    """Tell them all; the one that failed."""
    fault = None
    for step in steps:
        tell(step)
        if step.how is How.FAULT:
            fault = step
    return fault


def _values(chosen: _Chosen, file: Path) -> dict[str, object]:
    """What [mqtt] shall say; a path within the folder of the file as its name alone."""
    settings = chosen.settings
    loopback = is_loopback(settings.host)
    usual = SECURE_PORT if settings.tls else PLAIN_PORT
    return {
        "host": settings.host,
        "port": 0 if settings.port == usual else settings.port,
        "username": settings.username or "",
        "password_file": PASSWORD if settings.password is not None else "",
        "tls": "auto" if settings.tls != loopback else "on" if settings.tls else "off",
        "ca_file": CA if chosen.ca is not None else _written(settings.ca_file, file),
        "insecure": settings.insecure,
        "cert_file": _written(settings.cert_file, file),
        "key_file": _written(settings.key_file, file),
    }


def _agreed(change: Change, args: argparse.Namespace, *, whole: bool, asking: bool) -> bool:
    print(f"\nThis would change in {change.file}:")
    print("\n".join(f"  {line}" for line in change.difference) or "  nothing")
    if not whole:
        print("Not everything is allowed at the broker yet; see above. You can mend that afterwards.")
    if args.yes:
        return True
    if not asking:
        raise ControlError(
            "The new configuration",
            expected="your yes",
            seen="no terminal to ask at, and no --yes",
            remedy=f"{_NOTHING} With --yes it is.",
        )
    return agreed("Write it?")


def _broken(settings: BrokerSettings, step: Step) -> BrokerError:
    return BrokerError(
        f"The MQTT broker {settings.where}",
        expected="a broker that lets kneemon in",
        seen=step.text.rstrip("."),
        remedy=f"{in_options(step.remedy or '')} {_NOTHING}",
    )


def _written(path: str | None, file: Path) -> str:
    if path is None:
        return ""
    return Path(path).name if Path(path).parent == file.parent else path


def _bare(fingerprint: str) -> str:
    return fingerprint.replace(":", "").replace(" ", "").upper()
