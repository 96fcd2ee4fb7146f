# SPDX-License-Identifier: MIT
"""`kneemon start`, `stop`, `pause`, `resume`, `pain`, `gave-way` and `status`: asked of the kneemon that runs here."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence

from kneemon.app.backups import age_of
from kneemon.cli.settings import configuration
from kneemon.cli.words import minutes, several
from kneemon.clock import SystemClock
from kneemon.controls.socket import ask
from kneemon.errors import ExitCode
from kneemon.model.questions import Signs
from kneemon.ports import Clock


def run(args: argparse.Namespace) -> int:
    config, places = configuration(args)
    answer = ask(places.socket, args.verb, _wanted(args))
    if not answer.get("ok"):
        print(f"kneemon: {answer.get('error', 'It was refused without a reason.')}", file=sys.stderr)
        return ExitCode.CONTROL
    if args.verb != "status":
        print(answer["done"])
    elif args.json:
        print(json.dumps({key: value for key, value in answer.items() if key != "ok"}))
    else:
        print("\n".join(_lines(answer, _backup(answer, config.store.backup_days, SystemClock()))))
    return ExitCode.OK


def _wanted(args: argparse.Namespace) -> dict[str, object]:
    if args.verb == "pain":
        return {"score": args.score}
    if args.verb == "start":
        signs = {"nothing": Signs.NOTHING_NEW, "something": Signs.SOMETHING}.get(args.signs)
        given = {"pain": args.pain, "signs": signs}
        return {name: int(value) for name, value in given.items() if value is not None}
    return {}


def _plan(status: Mapping[str, object]) -> str:
    if status["plan"] is None:
        return "none: kneemon counts and stores, and gives no limit cues"
    return f"{status['plan']}, from {status['plan_begins']}"


def _questions(questions: object) -> list[str]:
    """What waits for an answer, as it can be given here."""
    asks = {"pain_end": "end 0-10", "pain_later": "later 0-10", "pain_morning": "morning 0-10", "grade": "grade 1-4"}
    wait = [each["ask"] for each in questions if isinstance(each, dict)] if isinstance(questions, list) else []
    return [f"  asks     kneemon answer {asks.get(ask, ask)}" for ask in wait]


def _backup(status: Mapping[str, object], backup_days: int, clock: Clock) -> list[str]:
    """A reminder, when it is time."""
    age = age_of(status.get("backed_up"), bool(status.get("walked")), clock.anchor().utc, backup_days)
    return [f"backup   {age.sentence}"] if age.due else []


def _lines(status: Mapping[str, object], backup: Sequence[str]) -> list[str]:
    lines = [f"session  {status['session']}"]
    if status["session_id"] is not None:
        cadence, remaining = status["cadence_spm"], status["remaining_s"]
        lines += [
            f"  name     {status['session_id']}",
            f"  steps    {status['steps'] if status['steps'] is not None else 0}",
            f"  cadence  {f'{cadence:.0f} steps/min' if isinstance(cadence, int | float) else 'not known now'}",
        ]
        if isinstance(remaining, int | float):
            lines.append(f"  to walk  {minutes(remaining)} of the plan's main part")
        paused_s, gave_way = status.get("paused_s"), status.get("gave_way")
        if isinstance(paused_s, int | float) and paused_s:
            lines.append(f"  paused   {minutes(paused_s)}")
        if isinstance(gave_way, int) and gave_way:
            lines.append(f"  gave way {several(gave_way, 'time')}")
    lines += [
        f"plan     {_plan(status)}",
        *([f"  stands   {status['plan_state']}: {status['plan_reason']}"] if status.get("plan_state") else []),
        *_questions(status.get("questions")),
        *([f"clock    {status['clock']}"] if status.get("clock") not in (None, "known") else []),
        f"sensor   {status['sensor']}",
        *([f"battery  {status['battery']}"] if status.get("battery") else []),
        f"store    {status['store']}",
        *backup,
        f"MQTT     {status['mqtt']}",
        f"version  {status['version']}",
    ]
    return lines
