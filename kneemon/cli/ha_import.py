# SPDX-License-Identifier: MIT
"""`kneemon ha-import`: walks into the past hours of Home Assistant's long-term statistics, however late they arrive."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from getpass import getpass
from zoneinfo import ZoneInfo

from kneemon.app.as_known import on_calendar
from kneemon.cli.settings import configuration
from kneemon.cli.words import several
from kneemon.clock import SystemClock
from kneemon.errors import ConfigError, ExitCode
from kneemon.home.access import Access, check_url, read_token, usable_token
from kneemon.home.client import HomeAssistant
from kneemon.home.statistics import (
    Chosen,
    Felt,
    HourRow,
    Statistic,
    choose,
    felt_during,
    hour_of,
    pain_of,
    pain_rows,
    steps_of,
    sum_rows,
    walked,
    walking_of,
)
from kneemon.model.diary import DiaryEntry, PainAnswer
from kneemon.model.questions import Ask
from kneemon.model.records import TimeAnchor
from kneemon.plan.amended import counted
from kneemon.plan.history import place
from kneemon.store.reader import StoreReader

AFTER_WALKS = (Ask.PAIN_END, Ask.PAIN_LATER, Ask.PAIN_MORNING)  # those before and during a walk stand in its record


@dataclass(frozen=True, slots=True)
class Change:
    """The rows of one statistic that are to be written; held: those that Home Assistant had."""

    statistic: Statistic
    held: Sequence[HourRow]
    rows: Sequence[HourRow]


def run(args: argparse.Namespace) -> int:
    config, places = configuration(args)
    if args.pain and not config.mqtt.publish_pain:
        raise ConfigError(
            "--pain",
            expected="publish_pain = true under [mqtt]",
            seen="false: pain stays on this device",
            remedy="Leave --pain out, or change the configuration if you want pain to be told.",
        )
    check_url(args.url, insecure=args.insecure)
    path = args.store or places.store
    clock = SystemClock()
    since = None if args.since is None else _beginning(args.since, clock.zone())
    with StoreReader(path) as reader:
        anchors = reader.anchors()
        kept, told = counted(reader.walks(), reader.diary())
        records = [on_calendar(record, anchors) for record in kept]
        if not records:
            print(f"No walk has been stored yet in {path}.")
            return ExitCode.OK
        chosen = choose(records, estimated=args.estimated)
        print(f"Reading {several(len(chosen.walks), 'walk')} …", flush=True)
        steps, walking_min = walked(chosen.walks, reader.seconds)
        felt = felt_during(chosen.walks) + _told_after(told, anchors) if args.pain else []
    device = records[-1].device
    with HomeAssistant(Access(args.url, _token(args), args.ca_file, args.insecure), clock) as home:
        print(f"Home Assistant {home.version} answers at {args.url}.", flush=True)
        changes = [
            _summed(home, steps_of(device), steps, since),
            _summed(home, walking_of(device), walking_min, since),
        ]
        if args.pain:
            held = home.rows(pain_of(device).statistic_id)
            changes.append(Change(pain_of(device), held, pain_rows(felt, held, since)))
        if args.dry_run:
            _show(changes)
        else:
            for change in changes:
                _write(home, change)
    _summary(changes, chosen, args)
    return ExitCode.OK


def _summed(
    home: HomeAssistant, statistic: Statistic, per_hour: Mapping[datetime, float], since: datetime | None
) -> Change:
    held = home.rows(statistic.statistic_id)
    return Change(statistic, held, sum_rows(per_hour, held, since))


def _write(home: HomeAssistant, change: Change) -> None:
    if change.rows:
        print(f"Writing {several(len(change.rows), 'hour')} of {change.statistic.statistic_id} …", flush=True)
        home.write(change.statistic, change.rows)


def _show(changes: Sequence[Change]) -> None:
    """Every row that would be sent."""
    for change in changes:
        for row in change.rows:
            print(f"{change.statistic.statistic_id}  {row.start:%Y-%m-%d %H:%M} UTC  {_numbers(row, change)}")


def _numbers(row: HourRow, change: Change) -> str:
    if change.statistic.summed:
        return f"sum {row.sum:g} {change.statistic.unit}"
    return "nothing" if row.mean is None else f"mean {row.mean:g}, {row.min:g} to {row.max:g}"


def _summary(changes: Sequence[Change], chosen: Chosen, args: argparse.Namespace) -> None:
    wide = max(len(change.statistic.statistic_id) for change in changes)
    print(f"\n{'statistic':<{wide}}  {'hours':>6}  {'to write' if args.dry_run else 'written':>8}")
    for change in changes:
        hours = len({row.start for row in (*change.held, *change.rows)})
        print(f"{change.statistic.statistic_id:<{wide}}  {hours:>6}  {len(change.rows):>8}")
    print(f"\nwalks     {len(chosen.walks)}")
    for number, why in (
        (chosen.unsynced, "the time of the walk is not known"),
        (chosen.estimated, "the time of the walk is only estimated; --estimated takes it"),
        (chosen.going_on, "the walk goes on; it is taken when it is over"),
    ):
        if number:
            print(f"left out  {number}: {why}")
    if args.since is not None:
        print(f"Hours before {args.since} are left as they are.")
    if not any(change.rows for change in changes):
        print("Home Assistant has it all already.")
    elif args.dry_run:
        print("Nothing was sent.")


def _told_after(entries: Sequence[DiaryEntry], anchors: Mapping[str, TimeAnchor]) -> list[Felt]:
    """Pain as answered after walks, at the time it was told; the newest answer to each question counts."""
    told: dict[tuple[object, ...], Felt | None] = {}
    for entry in entries:
        stamp, fact = entry.stamp, entry.fact
        if not isinstance(fact, PainAnswer) or fact.ask not in AFTER_WALKS:
            continue
        placed = place(stamp.boot_id, stamp.t_s, stamp.utc, stamp.tz, certain=stamp.certain, anchors=anchors)
        known = fact.score is not None and placed.certain
        about = fact.session_id or fact.morning or placed.day
        told[fact.ask, about] = Felt(placed.at, fact.score) if known and fact.score is not None else None
    return [felt for felt in told.values() if felt is not None]


def _beginning(day: date, zone: str) -> datetime:
    """The whole hour in which the day begins."""
    return hour_of(datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC))


def _token(args: argparse.Namespace) -> str:
    if args.token_file is not None:
        return read_token(args.token_file)
    if not sys.stdin.isatty():
        raise ConfigError(
            "The token for Home Assistant",
            expected="--token-file, or somebody at the keyboard",
            seen="neither",
            remedy="Write the token into a file of mode 600 and name it with --token-file.",
        )
    return usable_token(getpass("Home Assistant's long-lived access token (it is not shown): "), "what was typed")
