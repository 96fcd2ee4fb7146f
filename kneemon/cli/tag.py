# SPDX-License-Identifier: MIT
"""`kneemon tag`: what a walk was walked with and on."""

import argparse

from kneemon.app.desk import desk
from kneemon.cli.settings import configuration
from kneemon.clock import SystemClock
from kneemon.errors import ControlError, ExitCode
from kneemon.model.diary import Aid, Surface, Tags
from kneemon.store.reader import StoreReader


def run(args: argparse.Namespace) -> int:
    config, places = configuration(args)
    if args.aid is None and args.brace is None and args.surface is None and args.shoes is None:
        raise ControlError(
            "The tag",
            expected="at least one of --aid, --brace, --surface and --shoes",
            seen="none",
            remedy="For example: kneemon tag --surface grass",
        )
    with StoreReader(places.store) as reader:
        walk = reader.session(args.walk or "latest").session_id
    tags = Tags(
        walk,
        None if args.aid is None else Aid(args.aid),
        args.brace,
        None if args.surface is None else Surface(args.surface),
        args.shoes,
    )
    with desk(config, places, SystemClock()) as told:
        print(f"{walk}: {told.tell(tags)}")
    return ExitCode.OK
