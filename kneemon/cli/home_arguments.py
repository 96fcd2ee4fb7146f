# SPDX-License-Identifier: MIT
"""The arguments of the verbs about the home; `cli.parser` knows the verbs."""

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path

Configured = Callable[[argparse.ArgumentParser], None]
Day = Callable[[str], date]


def ha_import(parser: argparse.ArgumentParser, stored: Configured, day: Day) -> None:
    parser.add_argument("url", metavar="URL", help="where Home Assistant is, such as https://homeassistant.local:8123")
    parser.add_argument(
        "--token-file", type=Path, metavar="FILE", help="its long-lived access token, mode 600 (default: asked for)"
    )
    parser.add_argument("--since", type=day, metavar="YYYY-MM-DD", help="leave the hours before this day as they are")
    parser.add_argument("--pain", action="store_true", help="pain, too, as far as publish_pain allows it")
    parser.add_argument("--estimated", action="store_true", help="also walks whose time is only estimated")
    parser.add_argument("--dry-run", action="store_true", help="ask Home Assistant what it has, print what is missing")
    parser.add_argument("--ca-file", type=Path, metavar="FILE", help="certificates to trust instead of the system's")
    parser.add_argument(
        "--insecure", action="store_true", help="send the token by http, where everybody in the network can read it"
    )
    stored(parser)
