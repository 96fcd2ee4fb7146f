# SPDX-License-Identifier: MIT
"""`kneemon raw`: whether the sensor's own samples are kept, how much there is, and how to be rid of it."""

import argparse
import sys

from kneemon.app.recorder import Recorder
from kneemon.app.store_at_rest import store_at_rest
from kneemon.cli.settings import configuration
from kneemon.cli.words import local, several
from kneemon.clock import SystemClock
from kneemon.config.options import Config
from kneemon.config.places import Places
from kneemon.controls.socket import alive, ask
from kneemon.errors import ExitCode
from kneemon.store.raw_rows import CHOSEN
from kneemon.store.reader import StoreReader


def run(args: argparse.Namespace) -> int:
    if (args.what == "forget") != (args.walk is not None):
        print("kneemon: `kneemon raw forget` needs a walk's name, or all; the others need none.", file=sys.stderr)
        return ExitCode.USAGE
    config, places = configuration(args)
    if args.what == "list":
        _list(config, places)
        return ExitCode.OK
    reply = _asked(args, places) if alive(places.socket) else _done(args, config, places)
    if reply is None:
        return ExitCode.OK
    print(f"kneemon: {reply}", file=sys.stderr)
    return ExitCode.CONTROL


def _list(config: Config, places: Places) -> None:
    with StoreReader(places.store) as reader:
        chosen, sizes = reader.note(CHOSEN), reader.raw_sizes()
        walks = [record for record in reader.walks() if record.session_id in sizes]
    on = config.raw.record if chosen is None else chosen == "on"
    by = "as configured" if chosen is None else "as chosen by `kneemon raw` or on the page"
    print(f"Samples are {'kept' if on else 'not kept'}, {by}.")
    for record in walks:
        print(f"{record.session_id}  {local(record):%Y-%m-%d %H:%M}  {sizes[record.session_id] / 1e6:.2f} MB")
    room = f"of {config.raw.most_mb} MB (raw.most_mb)"
    print(f"{several(len(walks), 'walk')} with samples, {sum(sizes.values()) / 1e6:.2f} {room}.")


def _asked(args: argparse.Namespace, places: Places) -> str | None:
    """By the running kneemon; None when it is done, else why not."""
    if args.what == "forget":
        reply = ask(places.socket, "forget-raw", {"all": True} if args.walk == "all" else {"session_id": args.walk})
    else:
        reply = ask(places.socket, "raw", {"record": args.what == "on"})
    if not reply.get("ok"):
        return str(reply.get("error", "It was refused without a reason."))
    print(reply["done"])
    return None


def _done(args: argparse.Namespace, config: Config, places: Places) -> str | None:
    """In the store at rest; as `_asked`."""
    with store_at_rest(config, places, places.store, SystemClock()) as store:
        recorder = Recorder(store, record=config.raw.record)
        if args.what != "forget":
            done: str | None = recorder.choose(record=args.what == "on", walking=False)
        else:
            done = recorder.forget(None if args.walk == "all" else args.walk)
    if done is None:
        return "There are no raw samples of that name; nothing was deleted."
    print(done)
    return None
