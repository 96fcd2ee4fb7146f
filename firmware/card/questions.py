# SPDX-License-Identifier: MIT
"""What is asked, in plain words, and the options that answer instead.

A secret is typed unseen, twice, or is the first line of a file: as an option it would stand in the shell's history.
"""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable
from pathlib import Path

from card import crypt, here, wishes
from card.faults import CardError
from card.wishes import Wifi, Wishes

Rule = Callable[[str], str]


def options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="prepare-card",
        description="Put kneemon and your answers onto a Raspberry Pi's card. What is not given as an option is asked.",
        epilog="What it writes, and how to undo it: firmware/README.md.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("mountpoint", type=Path, metavar="MOUNTPOINT", help="where the PC shows the card's small partition (bootfs)")
    add("--undo", action="store_true", help="put everything back as it was")
    add("--dry-run", action="store_true", help="say what would be written; write nothing")
    add("--yes", action="store_true", help="ask nothing: what is not given is as proposed, or left out")
    add("--user", metavar="NAME", help="who may log in")
    add("--password-file", type=Path, metavar="FILE", help="the login's password, first line of FILE")
    add("--ssh-key", type=Path, action="append", metavar="FILE", help="public key of who may log in (may be repeated)")
    add("--host-name", metavar="NAME", help="the Pi's name in the network (default: kneemon)")
    add("--time-zone", metavar="ZONE", help="such as Europe/Berlin (default: this PC's)")
    add("--wifi", metavar="NAME", help="the Wi-Fi's name")
    add("--wifi-password-file", type=Path, metavar="FILE", help="the Wi-Fi's password, first line of FILE")
    add("--wifi-hidden", action="store_true", help="the Wi-Fi does not tell its name")
    add("--country", metavar="XX", help="whose rules the Wi-Fi keeps, such as DE (default: this PC's)")
    add("--no-wifi", action="store_true", help="join none; a cable, or no network at all")
    add("--passphrase-file", type=Path, metavar="FILE", help="the page's pass phrase, first line of FILE")
    add("--no-passphrase", action="store_true", help="none yet: the page shows nothing")
    add("--page", choices=("local", "network"), help="who reaches the page: this Pi alone, or all in the network")
    add("--hdmi", choices=("on", "off"), help="off: no picture at the HDMI socket (default: on)")
    add("--wifi-off", action="store_true", help="Wi-Fi off for good: no login and no broker by it")
    add("--bundle", type=Path, metavar="FOLDER", help="what `make bundle` made (default: the one of this release)")
    return parser


class Questions:
    """silent: nothing is asked. Raises CardError for an answer that cannot be, or that is missing."""

    def __init__(self, args: argparse.Namespace) -> None:
        self._args = args
        self._silent = args.yes or not sys.stdin.isatty()

    def answered(self) -> Wishes:
        args = self._args
        user = self._asked("Who may log in? A user's name", args.user, "--user", "", wishes.user_name)
        keys = self._keys()
        hashed = self._password(bool(keys))
        if hashed is None and not keys:
            raise self._missing("--password-file or --ssh-key")
        host = self._asked("The Pi's name in the network", args.host_name, "--host-name", "kneemon", wishes.host_name)
        zone = self._asked(
            "Your time zone",
            args.time_zone,
            "--time-zone",
            here.time_zone(),
            lambda text: wishes.time_zone(text, here.zones()),
        )
        wifi, country, wifi_off = self._wifi(zone)
        passphrase = self._passphrase()
        return Wishes(
            user=user,
            host_name=host,
            time_zone=zone,
            password_hash=hashed,
            ssh_keys=keys,
            wifi=wifi,
            country=country,
            passphrase=passphrase,
            page_for_network=self._page(passphrase is not None),
            hdmi_off=self._hdmi_off(),
            wifi_off=wifi_off,
        )

    def _keys(self) -> tuple[str, ...]:
        files, args = self._args.ssh_key, self._args
        if files is None and args.password_file is None and not self._silent:
            for path in here.key_files():
                if self._yes(f"Log in with your ssh key {path}?"):
                    files = [path]
                    break
        lines = (line for path in files or () for line in _text(path).splitlines())
        return tuple(wishes.ssh_key(line) for line in lines if line.strip() and not line.startswith("#"))

    def _password(self, has_key: bool) -> str | None:
        what = "the login's password" + (" (empty: none, the key alone)" if has_key else "")
        text = self._secret(what, self._args.password_file, wishes.password, may_be_empty=has_key)
        return crypt.login_hash(text) if text else None

    def _wifi(self, zone: str) -> tuple[Wifi | None, str, bool]:
        """The network, whose rules it keeps, and whether Wi-Fi is off for good."""
        args = self._args
        if args.wifi_off or args.no_wifi:
            if args.wifi is not None:
                raise _both("--wifi", "--wifi-off" if args.wifi_off else "--no-wifi")
            return None, "", args.wifi_off
        name = self._asked("Your Wi-Fi's name (empty: none)", args.wifi, "--wifi", None, _or_empty(wishes.ssid))
        if not name:
            return (
                None,
                "",
                not self._silent
                and self._yes(
                    "Switch Wi-Fi off for good? It saves power; no login by it, no broker, no time.", default=False
                ),
            )
        password = self._secret("the Wi-Fi's password", args.wifi_password_file, wishes.wifi_password)
        if not password:
            raise self._missing("--wifi-password-file")
        country = self._asked(
            "Your country, in two letters",
            args.country,
            "--country",
            here.country(zone),
            lambda text: wishes.country(text, here.countries()),
        )
        return Wifi(name, crypt.wifi_key(name, password), args.wifi_hidden), country, False

    def _passphrase(self) -> str | None:
        args = self._args
        if args.no_passphrase:
            if args.passphrase_file is not None:
                raise _both("--passphrase-file", "--no-passphrase")
            return None
        what = "a pass phrase for kneemon's page, at least 10 characters (empty: none yet)"
        return self._secret(what, args.passphrase_file, wishes.passphrase, may_be_empty=True) or None

    def _page(self, has_passphrase: bool) -> bool:
        wanted = self._args.page
        if wanted is None and has_passphrase and not self._silent:
            print("The page is for the Pi itself and for ssh's tunnels, unless you open it to your network. It is not")
            print("encrypted then: who is in the network could read along.")
            return self._yes("Open the page to every device in your network?", default=False)
        if wanted == "network" and not has_passphrase:
            raise CardError(
                "The page",
                expected="a pass phrase, before the network may see it",
                seen="none",
                remedy="Give one with --passphrase-file. Nothing was written.",
            )
        return wanted == "network"

    def _hdmi_off(self) -> bool:
        if self._args.hdmi is not None or self._silent:
            return bool(self._args.hdmi == "off")
        return self._yes("Switch the HDMI socket off? It saves a little power; no screen works then.", default=False)

    def _asked(self, question: str, given: str | None, option: str, default: str | None, rule: Rule) -> str:
        """default: None is an empty answer, "" none at all."""
        if given is not None:
            return rule(given)
        if self._silent:
            if default == "":
                raise self._missing(option)
            return rule(default or "")
        proposed = f" [{default}]" if default else ""
        return _until_right(lambda: rule(input(f"{question}{proposed}: ").strip() or default or ""))

    def _secret(self, what: str, file: Path | None, rule: Rule, *, may_be_empty: bool = False) -> str:
        """ "" when none is given."""
        if file is not None:
            return rule(_text(file).partition("\n")[0].rstrip("\r"))
        if self._silent:
            return ""
        return _until_right(lambda: _typed(what, _or_empty(rule) if may_be_empty else rule))

    def _yes(self, question: str, *, default: bool = True) -> bool:
        answer = input(f"{question} {'[Y/n]' if default else '[y/N]'} ").strip().lower()
        return answer in ("y", "yes") if answer else default

    def _missing(self, option: str) -> CardError:
        return CardError(
            "The options", expected=option, seen="nothing", remedy="Give it, or let it be asked. Nothing was written."
        )


def _typed(what: str, rule: Rule) -> str:
    text = rule(getpass.getpass(f"Type {what}: "))
    if text and getpass.getpass("The same once more: ") != text:
        raise CardError("The second time", expected="the same", seen="something else", remedy="Once more, please.")
    return text


def _until_right(ask: Callable[[], str]) -> str:
    answer = None
    while answer is None:
        answer = _tried(ask)
    return answer


def _tried(ask: Callable[[], str]) -> str | None:
    """None when it was wrong, and why was told."""
    try:
        return ask()
    except CardError as fault:
        print(str(fault).replace(" Nothing was written.", ""))
        return None


def _or_empty(rule: Rule) -> Rule:
    return lambda text: rule(text) if text else ""


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise CardError(
            str(path), expected="a text file that can be read", seen=str(fault), remedy="Nothing was written."
        ) from fault


def _both(one: str, other: str) -> CardError:
    return CardError(
        "The options", expected=f"{one} or {other}", seen="both", remedy="Leave one out. Nothing was written."
    )
