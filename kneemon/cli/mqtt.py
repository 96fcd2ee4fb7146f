# SPDX-License-Identifier: MIT
"""`kneemon mqtt`: set up the broker, see how it does, forget what it keeps, write the files a home needs."""

import argparse
import importlib


def run(args: argparse.Namespace) -> int:
    module = importlib.import_module(f"kneemon.cli.mqtt_{args.action}")
    code: int = module.run(args)
    return code
