# SPDX-License-Identifier: MIT
"""`kneemon simulate traffic`: many made-up devices at one broker, to see what it and what reads from it can carry.

It sends to a broker on this machine only, unless told that made-up devices are welcome elsewhere.
"""

import argparse
import secrets
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from types import FrameType

from kneemon.app.crowd import MOST_DEVICES, CrowdOptions, allow_files, device_id, scripts
from kneemon.cli.words import several
from kneemon.clock import SystemClock
from kneemon.errors import BrokerError, ConfigError, ExitCode
from kneemon.mqtt.crowd import ARRIVALS_PER_S, Crowd
from kneemon.mqtt.crowd_tally import Tally
from kneemon.mqtt.settings import BrokerSettings, is_loopback

YES = "--yes-made-up-devices"
EVERY_S = 10  # between two lines of progress that no terminal overwrites


def run(args: argparse.Namespace) -> int:
    """Raises ConfigError for what makes no sense, BrokerError for a broker that lets nobody in."""
    options = _options(args)
    settings = _settings(args)
    _ask(settings, options, yes=args.yes_made_up_devices)
    allow_files(options.devices)
    print(
        f"Made-up traffic: {several(options.devices, 'device')}, {device_id(1)} to {device_id(options.devices)}, "
        f"{several(options.walks, 'walk')} each of up to {options.minutes:g} min, {options.speed:g} times real time, "
        f"to {settings.where}. Nobody walks.",
        flush=True,
    )
    stop = Event()
    clock = SystemClock()
    said = scripts(options, settings, clock.anchor().utc, secrets.randbits(32))
    crowd = Crowd(settings, said, clock, stop=stop, told=_progress(sys.stderr.isatty()))
    with _stopped_by_signals(stop):
        tally = crowd.run()
    print(_table(tally, stopped=stop.is_set()))
    if stop.is_set():
        return ExitCode.INTERRUPTED
    if tally.lost or tally.refusals:
        raise BrokerError(
            f"The MQTT broker {settings.where}",
            expected="a broker that takes all that the made-up devices send",
            seen=_refused(tally) or f"{several(tally.lost, 'document')} without an answer",
            remedy="Look at its log and at what it allows these devices to write: kneemon/v1/<device id>/#.",
        )
    return ExitCode.OK


def _options(args: argparse.Namespace) -> CrowdOptions:
    for name, value, least, most in (
        ("--devices", args.devices, 1, MOST_DEVICES),
        ("--walks", args.walks, 1, 1000),
        ("--minutes", args.minutes, 0.1, 600),
        ("--speed", args.speed, 0.1, 1000),
    ):
        if not least <= value <= most:
            raise ConfigError(
                name,
                expected=f"a number from {least:g} to {most:g}",
                seen=f"{value:g}",
                remedy="Try 100, 1, 10 and 10.",
            )
    return CrowdOptions(args.devices, args.walks, args.minutes, args.speed)


def _settings(args: argparse.Namespace) -> BrokerSettings:
    host, port = _address(args.broker)
    tls = args.tls or args.ca_file is not None
    password = None if args.password_file is None else _password(args.password_file)
    if password is not None and args.username is None:
        raise ConfigError("--password-file", expected="also a user name", seen="none", remedy="Add --username NAME.")
    if password is not None and not tls and not is_loopback(host):
        raise ConfigError(
            "--password-file",
            expected="TLS, or a broker on this machine",
            seen="a connection that everybody in the network can read",
            remedy="Add --tls, or --ca-file FILE, and name the broker's TLS port, usually 8883.",
        )
    return BrokerSettings(
        host,
        port if port is not None else 8883 if tls else 1883,
        username=args.username,
        password=password,
        tls=tls,
        ca_file=None if args.ca_file is None else str(args.ca_file),
    )


def _address(text: str) -> tuple[str, int | None]:
    """HOST, HOST:PORT or [IPV6]:PORT."""
    host, colon, port = text.rpartition(":")
    if not colon or (":" in host and not host.endswith("]")):
        host, port = text, ""
    host = host.removeprefix("[").removesuffix("]")
    if port and not (port.isascii() and port.isdigit()):
        raise ConfigError("--broker", expected="HOST or HOST:PORT", seen=repr(text), remedy="Try localhost:1883.")
    return host, int(port) if port else None


def _password(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeError) as error:
        raise ConfigError(
            f"--password-file {path}",
            expected="a file with the password in it",
            seen=getattr(error, "strerror", None) or "no text",
            remedy="Name a file that you may read.",
        ) from error


def _ask(settings: BrokerSettings, options: CrowdOptions, *, yes: bool) -> None:
    """Made-up walks at a broker that others read would be believed."""
    if yes or is_loopback(settings.host):
        return
    if sys.stdin.isatty():
        print(
            f"{settings.where} is not on this machine. {several(options.devices, 'made-up device')} would appear "
            "there, and whatever reads from it will take their walks for real ones."
        )
        if input("Send made-up traffic there? Type yes: ").strip().lower() == "yes":
            return
    raise BrokerError(
        f"Made-up traffic to {settings.where}",
        expected="a broker on this machine, or your word that made-up devices are welcome there",
        seen="neither",
        remedy=f"Whatever reads from it takes these walks for real ones. If that is wanted, add {YES}.",
    )


@contextmanager
def _stopped_by_signals(stop: Event) -> Iterator[None]:
    """The first Ctrl-C lets the devices take back what the broker keeps of them; the second does not wait."""

    def heard(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, heard) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _progress(terminal: bool) -> Callable[[Tally], None]:
    rounds = 0

    def told(tally: Tally) -> None:
        nonlocal rounds
        rounds += 1
        if not terminal and rounds % EVERY_S:
            return
        line = (
            f"{tally.online} of {tally.devices} connected, {tally.sent} messages sent, "
            f"{tally.acknowledged} of {tally.made} documents acknowledged, {several(tally.reconnects, 'reconnect')}"
        )
        if tally.online < tally.devices and tally.faults:
            line += f"; {tally.faults.most_common(1)[0][0]}"
        print(f"\r\033[K{line}" if terminal else line, end="" if terminal else "\n", file=sys.stderr, flush=True)

    return told


def _table(tally: Tally, *, stopped: bool) -> str:
    lasted_s = tally.ended_s - tally.began_s
    rows = [
        ("Made up", f"{several(tally.devices, 'device')} for {lasted_s:.0f} s"),
        (
            "Messages",
            f"{tally.sent}, {tally.sent / max(lasted_s, 1e-9):.0f} a second, {tally.peak_messages} at the peak",
        ),
        ("Documents", f"{tally.made} made, {tally.acknowledged} acknowledged, {tally.refused} refused"),
        ("Unanswered" if stopped else "Lost", f"{tally.lost}"),
        ("Sent again", f"{several(tally.again, 'document')}, for the link broke before the answer came"),
        ("Live news", f"{tally.states}, {tally.states_refused} refused; {tally.states_dropped} dropped while away"),
        (
            "Connections",
            f"{tally.links}, {several(tally.reconnects, 'reconnect')}, {tally.peak_connections} a second at the peak",
        ),
    ]
    if tally.all_online_s is not None:
        rows.append(
            (
                "All were in",
                f"after {tally.all_online_s - tally.began_s:.1f} s (they come {ARRIVALS_PER_S:.0f} a second)",
            )
        )
    if (storm := tally.longest_storm) is not None:
        lost, back = several(storm.devices, "link"), f"all back after {storm.lasted_s:.1f} s"
        rows.append(("Storm", f"{lost} lost, {back}, {storm.peak} connections a second at the peak"))
    if tally.behind_s > 1.0:
        rows.append(("Too fast", f"this machine was late by up to {tally.behind_s:.1f} s: take a lower --speed"))
    if tally.left_behind:
        said = "did not take back what the broker keeps of them: `kneemon mqtt forget --device ID`"
        rows.append(("Left behind", f"{several(tally.left_behind, 'device')} {said}"))
    rows.extend(("Refused", f"{count} × {topic}: {words}") for (topic, words), count in tally.refusals.most_common(5))
    rows.extend(("Seen", f"{count} × {words}") for words, count in tally.faults.most_common(5))
    return "\n".join(f"{name:<13} {text}" for name, text in rows)


def _refused(tally: Tally) -> str:
    if not tally.refusals:
        return ""
    (topic, words), count = tally.refusals.most_common(1)[0]
    return f"{count} refusals of {topic} ({words})"
