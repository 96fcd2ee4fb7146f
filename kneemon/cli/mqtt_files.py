# SPDX-License-Identifier: MIT
"""`kneemon mqtt files`: what a home needs beside kneemon, written into a folder."""

import argparse

from kneemon.app.home_files import home_files, write_files
from kneemon.app.mqtt_device import wanted_device
from kneemon.cli.settings import configuration
from kneemon.errors import ExitCode

USUAL_HOST = "homeassistant.local"


def run(args: argparse.Namespace) -> int:
    config, places = configuration(args)
    device = wanted_device(args.device, places.store)
    host = args.host or config.mqtt.host or USUAL_HOST
    found = home_files(device, host)
    write_files(args.folder, found, replace=args.replace)
    width = max(len(str(each.path)) for each in found)
    print(f"Written into {args.folder}, for the device {device} and the broker {host}:")
    for each in found:
        print(f"  {each.path!s:<{width}}  {each.meaning}")
    if not (args.host or config.mqtt.host):
        print("No broker is configured yet. Has it another name: the same command with --host NAME --replace.")
    print("Each tells in its first lines where it goes; docs/home.md goes through them.")
    return ExitCode.OK
