# SPDX-License-Identifier: MIT
"""What is wanted of the card, and the rules for each answer. Pure: it reads and writes nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from card.faults import CardError

PHRASE_SHORTEST, PHRASE_LONGEST, PHRASE_DIFFERENT = 10, 200, 4  # as kneemon.web.access has them
PASSWORD_SHORTEST = 8
TAKEN = re.compile(
    "root|daemon|bin|sys|sync|games|man|lp|mail|news|uucp|proxy|www-data|backup|list|irc|nobody|sshd|messagebus|"
    "systemd-.*|avahi|polkitd|kneemon|sudo|adm|users|i2c|gpio|netdev|rpi-first-boot-wizard"
)
KEY_KINDS = ("ssh-ed25519", "ssh-rsa", "ecdsa-sha2-", "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-")


@dataclass(frozen=True)
class Wifi:
    """key: 64 hexadecimal digits."""

    ssid: str
    key: str
    hidden: bool = False


@dataclass(frozen=True)
class Wishes:
    """All that is put on the card. password_hash: None for a login by key alone; country: "" without Wi-Fi."""

    user: str
    host_name: str
    time_zone: str
    password_hash: str | None = None
    ssh_keys: tuple[str, ...] = ()
    wifi: Wifi | None = None
    country: str = ""
    passphrase: str | None = None
    page_for_network: bool = False
    hdmi_off: bool = False
    wifi_off: bool = False


def user_name(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,31}", text):
        raise _no("The user's name", "a small letter, then small letters, digits, - or _, 32 at most", text)
    if TAKEN.fullmatch(text):
        raise _no("The user's name", "one that the system does not use itself", text)
    return text


def host_name(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", text):
        raise _no("The Pi's name", "small letters, digits and - inside, 63 at most", text)
    return text


def time_zone(text: str, known: frozenset[str]) -> str:
    """known: empty where the PC has no list."""
    if (known and text not in known) or not re.fullmatch(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*", text):
        raise _no("The time zone", "one like Europe/Berlin", text)
    return text


def country(text: str, known: frozenset[str]) -> str:
    """known: empty where the PC has no list."""
    code = text.upper()
    if (known and code not in known) or not re.fullmatch(r"[A-Z]{2}", code):
        raise _no("The country", "its two letters, such as DE, AT or CH", text)
    return code


def ssid(text: str) -> str:
    if not 1 <= len(text.encode()) <= 32 or not text.isprintable():
        raise _no("The Wi-Fi's name", "1 to 32 bytes without control characters", text)
    return text


def wifi_password(text: str) -> str:
    if re.fullmatch(r"[0-9A-Fa-f]{64}", text) or (8 <= len(text) <= 63 and text.isascii() and text.isprintable()):
        return text
    expected = "8 to 63 letters, digits and signs of a plain keyboard (no umlauts), or a key of 64 hexadecimal digits"
    raise _hidden("The Wi-Fi's password", expected, text)


def password(text: str) -> str:
    if len(text) < PASSWORD_SHORTEST or not text.isprintable():
        raise _hidden("The login's password", f"at least {PASSWORD_SHORTEST} printable characters", text)
    return text


def passphrase(text: str) -> str:
    if not PHRASE_SHORTEST <= len(text) <= PHRASE_LONGEST or not text.isprintable():
        expected = f"{PHRASE_SHORTEST} to {PHRASE_LONGEST} printable characters"
        raise _hidden("The page's pass phrase", expected, text)
    if len(set(text.casefold())) < PHRASE_DIFFERENT:
        raise _hidden("The page's pass phrase", f"at least {PHRASE_DIFFERENT} different characters", text)
    return text


def ssh_key(line: str) -> str:
    words = line.split()
    if len(words) < 2 or not words[0].startswith(KEY_KINDS) or not words[1].startswith("AAAA"):
        seen = "a private key" if "PRIVATE KEY" in line else repr(line[:20])
        raise CardError(
            "The ssh key",
            expected="a public key, one line that begins with ssh-ed25519, ssh-rsa or ecdsa-sha2-",
            seen=seen,
            remedy="It is in the file that ends in .pub. Nothing was written.",
        )
    return line.strip()


def _no(what: str, expected: str, seen: str) -> CardError:
    return CardError(what, expected=expected, seen=repr(seen), remedy="Nothing was written.")


def _hidden(what: str, expected: str, seen: str) -> CardError:
    """Of a secret only its length is told."""
    seen = f"{len(seen)} characters" + ("" if seen.isprintable() else ", some that cannot be printed")
    return CardError(what, expected=expected, seen=seen, remedy="Nothing was written.")
