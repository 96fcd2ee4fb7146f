# SPDX-License-Identifier: MIT
"""The words of the command line, and help that teaches. What a verb does stands in the module it names."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from kneemon import __version__
from kneemon.cli import (
    backup_arguments,
    device_arguments,
    diary_arguments,
    export_arguments,
    home_arguments,
    migrate_arguments,
    mqtt_arguments,
    report_arguments,
    reprocess_arguments,
    walk_arguments,
    web_arguments,
)
from kneemon.cli.arguments import configured, day, stored
from kneemon.errors import ExitCode

ALWAYS = (ExitCode.OK, ExitCode.FAILURE, ExitCode.USAGE, ExitCode.INTERRUPTED)
ASKING = (ExitCode.CONFIG, ExitCode.CONTROL)
DIARY = (ExitCode.CONFIG, ExitCode.CONTROL, ExitCode.PLAN, ExitCode.STORE)

Arguments = Callable[[argparse.ArgumentParser], None]


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb: the module of kneemon.cli that does it, its help, its arguments, and the errors it may end with."""

    module: str
    help: str
    about: str
    arguments: Arguments
    errors: tuple[ExitCode, ...]


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    codes = "\n".join(f"  {code.value:>3}  {code.name.lower()}" for code in ExitCode)
    parser = argparse.ArgumentParser(
        prog="kneemon",
        description="A walking monitor: counts steps live, keeps to the plan, loses nothing.",
        epilog=f"Try `kneemon demo` first: it needs no hardware.\n\nexit codes:\n{codes}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"kneemon {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name, verb in VERBS.items():
        each = verbs.add_parser(
            name,
            help=verb.help,
            description=f"{verb.help[0].upper()}{verb.help[1:]}. {verb.about}".strip(),
            epilog="exit codes: "
            + ", ".join(f"{code.value} {code.name.lower()}" for code in sorted(ALWAYS + verb.errors)),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        verb.arguments(each)
    return parser


VERBS = {
    "run": Verb(
        "run",
        "count, coach, store and publish until stopped",
        "This is the service.",
        configured,
        (ExitCode.PLAN, ExitCode.RECORDING, ExitCode.PINS, ExitCode.STORE, *ASKING),
    ),
    "demo": Verb(
        "demo",
        "a simulated walk through the whole of kneemon, in about a minute",
        "",
        device_arguments.demo,
        (ExitCode.STORE, ExitCode.BROKER, ExitCode.EXPORT),
    ),
    "replay": Verb(
        "replay",
        "run recordings through the same engine",
        "Bad ones are told, the others go on.",
        device_arguments.replay,
        (ExitCode.PLAN, ExitCode.RECORDING, ExitCode.EXPORT),
    ),
    "check": Verb(
        "check",
        "find bus, chip, pins and broker, and say what to do about each fault",
        "",
        device_arguments.check,
        (ExitCode.CONFIG, ExitCode.CHECK),
    ),
    "cues": Verb(
        "cues",
        "play every cue and say what it means",
        "The running kneemon plays them when there is one.",
        device_arguments.cues,
        (ExitCode.CONFIG, ExitCode.PINS, ExitCode.CONTROL),
    ),
    "calibrate": Verb(
        "calibrate",
        "teach kneemon its sensor's offset and scale, step by step",
        "Stop the running kneemon first.",
        device_arguments.calibrate,
        (ExitCode.CONFIG, ExitCode.SENSOR, ExitCode.CALIBRATION, ExitCode.CONTROL),
    ),
    "start": Verb("ask_running", "begin a walk", "Like the button, with your answers.", device_arguments.start, ASKING),
    "stop": Verb("ask_running", "end the walk", "Like holding the button.", configured, ASKING),
    "pain": Verb("ask_running", "note how much the knee hurts now", "During a walk.", device_arguments.pain, ASKING),
    "pause": Verb("ask_running", "take time out of the walk", "A shop, a ride: nothing counts.", configured, ASKING),
    "resume": Verb("ask_running", "go on after a pause", "", configured, ASKING),
    "gave-way": Verb("ask_running", "note that the knee gave way", "During a walk.", configured, ASKING),
    "status": Verb("ask_running", "what the running kneemon does", "", device_arguments.status, ASKING),
    "sessions": Verb(
        "sessions",
        "list the stored walks, newest first",
        "",
        device_arguments.sessions,
        (ExitCode.CONFIG, ExitCode.STORE),
    ),
    "export": Verb(
        "export",
        "walks and diary as files: CSV, XLSX, FIT, FHIR, BIDS, JSON, a report",
        "",
        partial(export_arguments.export, stored=stored, day=day),
        (ExitCode.CONFIG, ExitCode.STORE, ExitCode.EXPORT),
    ),
    "bundle": Verb(
        "export",
        "report, spreadsheet, FIT and FHIR in one encrypted file, for a physio who is not in the house",
        "",
        partial(export_arguments.bundle, stored=stored, day=day),
        (ExitCode.CONFIG, ExitCode.STORE, ExitCode.EXPORT),
    ),
    "report": Verb(
        "report",
        "one page of paper about the last weeks, as PDF",
        "For the next appointment.",
        partial(report_arguments.report, stored=stored),
        (ExitCode.CONFIG, ExitCode.STORE, ExitCode.EXPORT),
    ),
    "web": Verb(
        "web",
        "the page for walker and physio, until stopped",
        "Nothing is served before `kneemon web passphrase` has set a first pass phrase.",
        web_arguments.web,
        (ExitCode.CONFIG, ExitCode.STORE, ExitCode.WEB),
    ),
    "backup": Verb(
        "backup",
        "everything into one checked file, on a stick or in a folder",
        "Also while kneemon runs.",
        partial(backup_arguments.backup, stored=stored),
        (ExitCode.CONFIG, ExitCode.STORE, ExitCode.BACKUP),
    ),
    "restore": Verb(
        "restore",
        "put a backup in the place of the store",
        "The store that is there is kept beside it.",
        partial(backup_arguments.restore, stored=stored),
        (ExitCode.CONFIG, ExitCode.STORE, ExitCode.BACKUP),
    ),
    "migrate": Verb(
        "migrate",
        "lead the store of an older kneemon to this one's schema, and keep a copy",
        "`kneemon run` does it, too, when it starts. A newer kneemon's store is refused and not touched.",
        partial(migrate_arguments.migrate, stored=stored),
        (ExitCode.CONFIG, ExitCode.STORE),
    ),
    "import": Verb(
        "import_whole",
        "everything of another kneemon, from `kneemon export all --as json`, into an empty store",
        "",
        partial(backup_arguments.import_, stored=stored),
        (ExitCode.CONFIG, ExitCode.STORE, ExitCode.BACKUP),
    ),
    "walk": Verb(
        "walk",
        "note, correct, delete, bring back or erase a walk, and see what it was",
        "What is deleted no longer counts, and is kept until you erase it.",
        partial(walk_arguments.walk, configured=configured, stored=stored),
        DIARY,
    ),
    "raw": Verb(
        "raw",
        "the sensor's own samples beside the walks: keep them, list them, forget them",
        "Off unless you want it; about 1.6 MB an hour.",
        partial(reprocess_arguments.raw, configured=configured),
        (ExitCode.CONFIG, ExitCode.STORE, ExitCode.CONTROL),
    ),
    "reprocess": Verb(
        "reprocess",
        "count old walks once more, from their raw samples",
        "Each becomes a new revision; what was counted before is kept.",
        partial(reprocess_arguments.reprocess, configured=configured),
        (ExitCode.CONFIG, ExitCode.STORE, ExitCode.CONTROL),
    ),
    "setup": Verb(
        "setup",
        "tell kneemon about the knee, and make a first plan",
        "Asks in plain words; every question can be left out.",
        partial(diary_arguments.setup, configured=configured, day=day),
        DIARY,
    ),
    "plan": Verb(
        "plan",
        "make, read, check and steer the walking plan",
        "",
        partial(diary_arguments.plan, configured=configured, stored=stored, day=day),
        DIARY,
    ),
    "answer": Verb(
        "answer",
        "answer what kneemon asks, also late",
        "",
        partial(diary_arguments.answer, configured=configured, day=day),
        DIARY,
    ),
    "tag": Verb(
        "tag",
        "note stick, brace, shoes and surface of a walk",
        "",
        partial(diary_arguments.tag, configured=configured),
        DIARY,
    ),
    "diary": Verb(
        "diary",
        "answers, choices, exercises and decisions, newest first",
        "",
        partial(diary_arguments.diary, stored=stored),
        DIARY,
    ),
    "exercise": Verb(
        "exercise",
        "do an exercise, led by the buzzer",
        "The running kneemon counts and keeps time.",
        partial(diary_arguments.exercise, configured=configured),
        (*DIARY, ExitCode.SENSOR),
    ),
    "advice": Verb(
        "advice", "tips for walking with a painful knee, and what stands behind them", "", configured, DIARY
    ),
    "mqtt": Verb(
        "mqtt",
        "set up the way to the broker, look at it, or take back what the broker keeps",
        "",
        partial(mqtt_arguments.mqtt, configured=configured),
        (ExitCode.CONFIG, ExitCode.STORE, ExitCode.BROKER, ExitCode.CONTROL, ExitCode.EXPORT),
    ),
    "ha-import": Verb(
        "ha_import",
        "put walks into the past hours of Home Assistant's statistics",
        "Repeating it does no harm. What the store no longer has, or this call leaves out, is taken out there, too.",
        partial(home_arguments.ha_import, stored=stored, day=day),
        (ExitCode.CONFIG, ExitCode.STORE, ExitCode.EXPORT),
    ),
    "simulate": Verb(
        "simulate",
        "made-up walks: one walker's weeks, or many devices' traffic",
        "",
        partial(diary_arguments.simulate, traffic=mqtt_arguments.traffic),
        (ExitCode.CONFIG, ExitCode.PLAN, ExitCode.STORE, ExitCode.BROKER),
    ),
    "config": Verb(
        "config",
        "the configuration in force, and where each value comes from",
        "",
        device_arguments.config,
        (ExitCode.CONFIG,),
    ),
}
