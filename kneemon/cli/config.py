# SPDX-License-Identifier: MIT
"""`kneemon config`: what is in force, and the file to start from."""

import argparse
from importlib.resources import files

from kneemon.cli.settings import configuration
from kneemon.config.effective import describe
from kneemon.errors import ExitCode


def run(args: argparse.Namespace) -> int:
    if args.example:
        print(files("kneemon.config").joinpath("default.toml").read_text(encoding="utf-8"), end="")
        return ExitCode.OK
    config, places = configuration(args)
    print(describe(config), end="")
    print(f"\n# walks are kept in {places.store}")
    print(f"# the running kneemon listens at {places.socket}")
    print(f"# plan: {places.plan or 'none'}")
    return ExitCode.OK
