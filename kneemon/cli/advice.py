# SPDX-License-Identifier: MIT
"""`kneemon advice`: every tip, how good the evidence for it is, and which ones are switched on."""

import argparse
from textwrap import wrap

import msgspec

from kneemon.cli.settings import configuration
from kneemon.errors import ExitCode
from kneemon.plan.advice import APART_DAYS, IN_WORDS, TIPS

WIDTH = 100


def run(args: argparse.Namespace) -> int:
    config, _ = configuration(args)
    switches = msgspec.structs.asdict(config.advice)
    for tip in TIPS:
        on = "on" if switches[tip.key] else "off"
        print(f"{tip.key} ({on})")
        _print(tip.text)
        _print(f"Evidence {tip.strength.value}, {IN_WORDS[tip.strength]}.")
        _print(f"Source: {tip.source}.")
        print()
    print(f"One at most is said on a day, the same one not again for {APART_DAYS} days. Each can be switched under")
    print("[advice] of the configuration. They are tips, not treatment; your physio knows your knee, kneemon does not.")
    return ExitCode.OK


def _print(text: str) -> None:
    print("\n".join(wrap(text, WIDTH, initial_indent="  ", subsequent_indent="  ")))
