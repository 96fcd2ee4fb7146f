# SPDX-License-Identifier: MIT
"""The configuration as the command line asks for it."""

import argparse
import os

from kneemon.config.loader import load_config
from kneemon.config.options import Config
from kneemon.config.places import Places, places
from kneemon.errors import ConfigError


def configuration(args: argparse.Namespace) -> tuple[Config, Places]:
    """What --config and --set, the environment and the files make of it, and the paths that follow."""
    overrides = {}
    for given in args.set:
        name, equals, value = given.partition("=")
        if not equals:
            raise ConfigError(
                "--set",
                expected="SECTION.OPTION=VALUE",
                seen=repr(given),
                remedy="For example: --set sensor.chip=mpu6050",
            )
        overrides[name] = value
    config = load_config(args.config, overrides=overrides, environ=os.environ)
    return config, places(config, os.environ)
