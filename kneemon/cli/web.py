# SPDX-License-Identifier: MIT
"""`kneemon web`: the page for walker and physio. `kneemon web passphrase`: who may see it."""

import argparse
import getpass
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from kneemon.cli.journal import log_to_stderr
from kneemon.cli.settings import configuration
from kneemon.config.places import Places
from kneemon.errors import ExitCode, WebError
from kneemon.web.access import Access
from kneemon.web.visit import Role

CREDENTIAL = "web-passphrase"
PARTS = ("itsdangerous", "jinja2", "starlette", "uvicorn")


def run(args: argparse.Namespace) -> int:
    config, places = configuration(args)
    if args.action == "passphrase":
        return _passphrase(args, places)
    log_to_stderr(config.log.level)
    _from_credential(places, os.environ)
    from kneemon.clock import SystemClock
    from kneemon.web.server import Server, handed_over, listening

    handed = handed_over(os.environ)
    server = Server(config, places, SystemClock(), handed or listening(config), rests=handed is not None)
    print(f"The page is at {server.address}", flush=True)
    if not Access(places.web_access).roles:
        print("Nobody can see it yet. Set a pass phrase first: kneemon web passphrase", flush=True)
    if server.open_to_all:
        print(
            "Everybody in the same network can read along what is sent, pass phrases too: there is no certificate. "
            "Only do this in a network that is yours alone, or set web.cert_file and web.key_file.",
            file=sys.stderr,
            flush=True,
        )
    server.run()
    return ExitCode.OK


def _passphrase(args: argparse.Namespace, places: Places) -> int:
    access, role = Access(places.web_access), Role(args.role)
    if args.remove:
        access.remove(role)
        print(f"Nobody can sign in as {role} any more.")
        return ExitCode.OK
    if args.from_file is not None:
        phrase = _first_line(args.from_file)
    elif args.stdin:
        phrase = sys.stdin.readline().strip()
    else:
        phrase = _asked(role)
    access.set(role, phrase)
    print(f"It is set. Who was signed in as {role} has to sign in again.")
    if args.from_file is not None:
        print(f"Delete {args.from_file} now: whoever reads it can sign in.")
    return ExitCode.OK


def _asked(role: Role) -> str:
    try:
        phrase = getpass.getpass(f"Pass phrase for the {role}, at least 10 characters: ").strip()
        again = getpass.getpass("The same once more: ").strip()
    except EOFError:
        raise WebError(
            "The pass phrase", expected="one to be typed", seen="no terminal", remedy="Use --stdin or --from-file."
        ) from None
    if phrase != again:
        raise WebError(
            "The pass phrase",
            expected="the same twice",
            seen="two that differ",
            remedy="Nothing was changed: try again.",
        )
    return phrase


def _first_line(path: Path) -> str:
    try:
        return path.read_text().partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as fault:
        raise WebError(
            f"The pass phrase in {path}",
            expected="a file with the pass phrase in its first line",
            seen=str(fault),
            remedy="Name another one.",
        ) from fault


def _from_credential(places: Places, environ: Mapping[str, str]) -> None:
    """The walker's first one, where systemd hands one over: from a prepared card."""
    folder = environ.get("CREDENTIALS_DIRECTORY")
    access = Access(places.web_access)
    if folder and (Path(folder) / CREDENTIAL).exists() and not access.roles:
        access.set(Role.WALKER, _first_line(Path(folder) / CREDENTIAL))
