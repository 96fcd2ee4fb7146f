# SPDX-License-Identifier: MIT
"""`kneemon export`: the physio's three files."""

import argparse

from kneemon.cli.settings import configuration
from kneemon.errors import ExitCode
from kneemon.export.csv_files import write_session
from kneemon.store.reader import StoreReader


def run(args: argparse.Namespace) -> int:
    path = args.store or configuration(args)[1].store
    with StoreReader(path) as reader:
        records = reader.sessions() if args.session == "all" else [reader.session(args.session)]
        for record in records:
            name = record.session_id
            for written in write_session(args.out, record, reader.seconds(name), reader.events(name)):
                print(written)
    if not records:
        print(f"No walk has been stored yet in {path}.")
    return ExitCode.OK
