# SPDX-License-Identifier: MIT
"""The arguments of `kneemon mqtt`; `cli.parser` knows the verbs."""

import argparse
from collections.abc import Callable
from pathlib import Path

Configured = Callable[[argparse.ArgumentParser], None]


def mqtt(parser: argparse.ArgumentParser, configured: Configured) -> None:
    actions = parser.add_subparsers(dest="action", metavar="setup|status|forget|files", required=True)

    def action(name: str, about: str) -> argparse.ArgumentParser:
        return actions.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.")

    _setup(action("setup", "find the broker, try the way to it step by step, write the configuration"), configured)
    configured(action("status", "broker, link, what waits to be sent, what was refused"))
    forget = action("forget", "take back all that the broker keeps of this device")
    forget.add_argument("--device", metavar="ID", help="of another device, one that is gone")
    forget.add_argument("--yes", action="store_true", help="ask nothing")
    configured(forget)
    files = action("files", "write what a home needs: dashboard, blueprints, the broker's configuration")
    files.add_argument("folder", nargs="?", type=Path, default=Path("kneemon-home"), help="default: kneemon-home")
    files.add_argument("--device", metavar="ID", help="for another device than this one")
    files.add_argument(
        "--host", metavar="NAME", help="the broker's name; default: the one configured, else homeassistant.local"
    )
    files.add_argument("--replace", action="store_true", help="files that are there already, too")
    configured(files)


def traffic(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--devices", type=int, default=100, metavar="N", help="how many (default: 100)")
    parser.add_argument("--broker", required=True, metavar="HOST[:PORT]", help="where they send to")
    parser.add_argument("--walks", type=int, default=1, metavar="N", help="of each device (default: 1)")
    parser.add_argument("--minutes", type=float, default=10.0, metavar="N", help="the longest walk (default: 10)")
    parser.add_argument("--speed", type=float, default=10.0, metavar="N", help="times real time (default: 10)")
    parser.add_argument("--username", metavar="NAME", help="one user for all of them")
    parser.add_argument("--password-file", type=Path, metavar="FILE", help="a file with the password")
    parser.add_argument("--tls", action="store_true", help="speak TLS")
    parser.add_argument("--ca-file", type=Path, metavar="FILE", help="certificates to trust instead of the system's")
    parser.add_argument(
        "--yes-made-up-devices", action="store_true", help="yes to made-up devices at a broker on another machine"
    )


def _setup(parser: argparse.ArgumentParser, configured: Configured) -> None:
    parser.add_argument("--host", metavar="HOST", help="the broker's name or address; else it is looked for")
    parser.add_argument("--port", type=_port, metavar="N", help="default: 8883 with TLS, 1883 without")
    parser.add_argument("--tls", choices=("on", "off"), help="default: on where it is spoken")
    parser.add_argument(
        "--insecure", action="store_true", help="yes to a connection that everybody in the network can read"
    )
    parser.add_argument("--ca-file", type=Path, metavar="FILE", help="certificates to trust instead of the system's")
    parser.add_argument(
        "--trust", metavar="FINGERPRINT", help="yes to the broker's own certificate, by its SHA-256 fingerprint"
    )
    parser.add_argument("--cert-file", type=Path, metavar="FILE", help="this device's own certificate")
    parser.add_argument("--key-file", type=Path, metavar="FILE", help="its private key")
    parser.add_argument("--username", metavar="NAME", help='the user to log in as; "" for none')
    parser.add_argument("--password-file", type=Path, metavar="FILE", help="a file with the password; else it is asked")
    parser.add_argument("--yes", action="store_true", help="write the configuration without a question")
    configured(parser)


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"expected a number from 1 to 65535, saw {text!r}")
    return int(text)
