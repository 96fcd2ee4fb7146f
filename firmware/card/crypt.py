# SPDX-License-Identifier: MIT
"""A password as the card may hold it: hashed for the login, derived for Wi-Fi.

The login's hash is SHA-512-crypt (Drepper 2007, "Unix crypt using SHA-256 and SHA-512"): from 3.13 on Python has no
crypt module, and macOS has none that knows it. The Wi-Fi key is that of WPA2 (IEEE 802.11, annex J.4).
"""

from __future__ import annotations

import hashlib
import secrets

ROUNDS = 100_000  # 0.3 s on a Zero 2 W, estimated; whoever finds the card shall have to try hard
LETTERS = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def login_hash(password: str) -> str:
    salt = "".join(secrets.choice(LETTERS) for _ in range(16))
    return sha512_crypt(password.encode(), salt, ROUNDS)


def wifi_key(ssid: str, password: str) -> str:
    """64 hexadecimal digits; a password that is such a key already is left as it is."""
    if len(password) == 64:
        return password.lower()
    return hashlib.pbkdf2_hmac("sha1", password.encode(), ssid.encode(), 4096, 32).hex()


def sha512_crypt(password: bytes, salt: str, rounds: int) -> str:
    """rounds: 1000 to 999999999; salt: up to 16 of LETTERS."""
    salted, size = salt.encode(), len(password)
    other = _sha(password + salted + password)
    chosen = b"".join(other if size >> bit & 1 else password for bit in range(size.bit_length()))
    digest = _sha(password + salted + _repeated(other, size) + chosen)
    phrase = _repeated(_sha(password * size), size)
    spice = _repeated(_sha(salted * (16 + digest[0])), len(salted))
    for turn in range(rounds):
        odd = turn & 1
        digest = _sha(
            (phrase if odd else digest)
            + (spice if turn % 3 else b"")
            + (phrase if turn % 7 else b"")
            + (digest if odd else phrase)
        )
    return f"$6$rounds={rounds}${salt}${_written(digest)}"


def _sha(data: bytes) -> bytes:
    return hashlib.sha512(data).digest()


def _repeated(data: bytes, size: int) -> bytes:
    return (data * (size // len(data) + 1))[:size]


def _written(digest: bytes) -> str:
    first, second, third = 0, 21, 42
    text = ""
    for _ in range(21):
        text += _letters(digest[first] << 16 | digest[second] << 8 | digest[third], 4)
        first, second, third = second + 1, third + 1, first + 1
    return text + _letters(digest[63], 2)


def _letters(value: int, count: int) -> str:
    return "".join(LETTERS[value >> 6 * place & 63] for place in range(count))
