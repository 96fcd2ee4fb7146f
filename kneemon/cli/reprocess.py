# SPDX-License-Identifier: MIT
"""`kneemon reprocess`: old walks counted again by the present engine, from their raw samples.

On a store at rest: while a kneemon runs on it only a dry run is possible.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kneemon.app.compose import engine_params
from kneemon.app.reading import plan_of
from kneemon.app.reprocess import ENGINE, Outcome, Recounted, because, recount
from kneemon.app.store_at_rest import store_at_rest
from kneemon.cli.settings import configuration
from kneemon.cli.words import minutes, several, spm
from kneemon.clock import SystemClock
from kneemon.config.options import Config
from kneemon.config.places import Places
from kneemon.errors import ExitCode
from kneemon.model.records import Former, SessionRecord
from kneemon.ports import Clock
from kneemon.store.raw_rows import raw_walks
from kneemon.store.reader import StoreReader

Told = Callable[[float], None]


def run(args: argparse.Namespace) -> int:
    config, places = configuration(args)
    path, clock = args.store or places.store, SystemClock()
    with StoreReader(path) as reader:
        records = _wanted(reader, path, args.walk)
        params = engine_params(config, plan_of(reader.plan_versions()))
        with _writing(config, places, path, clock, dry=args.dry_run) as keep:
            done = []
            for number, record in enumerate(records, start=1):
                with _progress(f"{record.session_id}, {number} of {len(records)}") as told:
                    done.append(recount(path, reader, record, params, told))
                keep(done[-1])
                print(_line(done[-1]), flush=True)
    print(_summary(done, dry=args.dry_run))
    left_alone = args.walk != "all" and done[0].outcome is Outcome.LEFT
    return ExitCode.STORE if left_alone else ExitCode.OK


def _wanted(reader: StoreReader, path: Path, walk: str) -> list[SessionRecord]:
    if walk != "all":
        return [reader.session(walk)]
    recorded = raw_walks(path)
    return [record for record in reader.walks() if record.session_id in recorded]


@contextmanager
def _writing(
    config: Config, places: Places, path: Path, clock: Clock, *, dry: bool
) -> Iterator[Callable[[Recounted], None]]:
    """What keeps a better count, beside the one before. StoreError while a kneemon runs, or when it is not written."""
    if dry:
        yield lambda _done: None
        return
    with store_at_rest(config, places, path, clock) as store:

        def keep(done: Recounted) -> None:
            if done.outcome is Outcome.BETTER:
                store.revise(done.after, Former(done.before, because(done.before), ENGINE, clock.anchor().utc))

        yield keep


@contextmanager
def _progress(what: str) -> Iterator[Told]:
    """A bar on standard error, where that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _share: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"counting {what}", total=1.0)
        yield lambda share: bar.update(task, completed=share)


def _line(done: Recounted) -> str:
    name, before, after = done.before.session_id, done.before.summary, done.after.summary
    if done.outcome is Outcome.LEFT:
        return f"{name}  left as it is: {done.why}"
    if done.outcome is Outcome.SAME:
        return f"{name}  the same: {before.steps} steps, {minutes(before.walking_s)} walked"
    changes = (
        ("steps", str(before.steps), str(after.steps)),
        ("walked", minutes(before.walking_s), minutes(after.walking_s)),
        ("main part", minutes(before.main_s), minutes(after.main_s)),
        ("steps/min", spm(before.cadence_mean_spm), spm(after.cadence_mean_spm)),
        ("too brisk", minutes(before.over_pace_s), minutes(after.over_pace_s)),
        ("over", minutes(before.over_limit_s), minutes(after.over_limit_s)),
    )
    told = [f"{what} {was} -> {now}" for what, was, now in changes if was != now]
    return f"{name}  revision {done.after.revision}: {', '.join(told) or 'bouts and bands of cadence alone'}"


def _summary(done: list[Recounted], *, dry: bool) -> str:
    if not done:
        return "No walk has raw samples. `raw.record = true` in the configuration keeps those of walks to come."
    better = sum(each.outcome is Outcome.BETTER for each in done)
    if dry:
        return f"Of {several(len(done), 'walk')} {better} would be counted anew. Nothing was changed."
    return f"Of {several(len(done), 'walk')} {better} counted anew; the count before is kept beside each."
