# SPDX-License-Identifier: MIT
"""The words of the command line, and help that teaches. What a verb does stands in the module it names."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kneemon import __version__
from kneemon.cli import diary_arguments, home_arguments, mqtt_arguments
from kneemon.errors import ExitCode
from kneemon.plot.library import SUFFIXES

WORN = ("waist", "pocket", "thigh", "shank", "other")

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


def _configured(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, metavar="FILE", help="the configuration file to read")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="SECTION.OPTION=VALUE",
        help="set one option for this time, e.g. --set sensor.chip=mpu6050; `kneemon config` lists them",
    )


def _demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--speed", type=_speed, metavar="N", help="N times real time; 1 is real time (default: 8)")
    parser.add_argument("--chip", choices=("adxl345", "mpu6050"), default="adxl345", help="which chip is emulated")
    parser.add_argument("--worn", choices=WORN[:4], default="waist", help="where the simulated walker wears it")
    parser.add_argument("--broker", metavar="HOST[:PORT]", help="publish to this MQTT broker, not to one of the demo's")
    parser.add_argument(
        "--store",
        type=Path,
        metavar="FILE",
        help="keep the demo's walk in this new file (default: the demo's own, made anew)",
    )
    parser.add_argument("--seed", type=_seed, default=7, metavar="N", help="another walker (default: 7)")
    parser.add_argument("--picture", type=Path, metavar="FILE.svg", help="also save the live view at its fullest")


def _replay(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="t,ax,ay,az[,gx,gy,gz] in s and g, CSV or gzip")
    parser.add_argument("--json", action="store_true", help="one JSON object a line and a file, for programs")
    parser.add_argument("--plan", type=Path, metavar="PLAN", help="hold the walk against this plan and give its cues")
    parser.add_argument("--day", type=_day, metavar="YYYY-MM-DD", help="the plan's day (default: its first)")
    parser.add_argument(
        "--worn", choices=WORN, default="waist", help="where it was worn (the engine is the same for all)"
    )
    parser.add_argument(
        "--plot", type=_picture, metavar="PICTURE", help="draw one recording into this .svg, .png or .pdf"
    )
    parser.add_argument(
        "--truth", type=Path, metavar="STEPS", help="true steps for the picture (default: NAME.steps.csv beside FILE)"
    )
    parser.add_argument("--from", dest="from_s", type=_second, metavar="S", help="the picture begins at this second")
    parser.add_argument("--to", dest="to_s", type=_second, metavar="S", help="the picture ends at this second")


def _check(parser: argparse.ArgumentParser) -> None:
    _configured(parser)
    parser.add_argument("--cues", action="store_true", help="also play every cue, which takes over a minute")
    parser.add_argument("--json", action="store_true", help="one JSON object a line and a finding, for programs")
    parser.add_argument(
        "--seconds",
        type=_seconds,
        default=5.0,
        metavar="N",
        help="how long to listen to the sensor, 2 to 600 (default: 5)",
    )


def _cues(parser: argparse.ArgumentParser) -> None:
    _configured(parser)
    parser.add_argument("names", nargs="*", metavar="CUE", help="which (default: all, one after another)")
    parser.add_argument("--list", action="store_true", help="name them and draw their rhythms; play nothing")


def _calibrate(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="six|rest|show|undo", required=True)
    for name, about in (
        ("six", "on each of the box's six sides: offset and gain of every axis"),
        ("rest", "lying still, as it is: the scale alone"),
        ("show", "what is applied now"),
        ("undo", "go back to the calibration before"),
    ):
        action = actions.add_parser(name, help=about)
        _configured(action)


def _start(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pain", type=int, choices=range(11), metavar="0-10", help="how much it hurts before the walk")
    parser.add_argument(
        "--signs",
        choices=("nothing", "something"),
        help="anything new: swelling, redness, warmth, giving way, locking, calf pain, fever?",
    )
    _configured(parser)


def _pain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("score", type=int, choices=range(11), metavar="0-10", help="0 none … 10 worst imaginable")
    _configured(parser)


def _status(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")
    _configured(parser)


def _stored(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--store", type=Path, metavar="FILE", help="the database to read (default: as configured)")
    _configured(parser)


def _sessions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--last", type=_many, default=20, metavar="N", help="how many (default: 20)")
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")
    _stored(parser)


def _export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("session", nargs="?", default="latest", help="a session's name, latest, all, or diary")
    parser.add_argument("--out", type=Path, default=Path(), metavar="FOLDER", help="where to put them (default: here)")
    _stored(parser)


def _setup(parser: argparse.ArgumentParser) -> None:
    diary_arguments.setup(parser, _configured, _day)


def _answer(parser: argparse.ArgumentParser) -> None:
    diary_arguments.answer(parser, _configured, _day)


def _tag(parser: argparse.ArgumentParser) -> None:
    diary_arguments.tag(parser, _configured)


def _diary(parser: argparse.ArgumentParser) -> None:
    diary_arguments.diary(parser, _stored)


def _exercise(parser: argparse.ArgumentParser) -> None:
    diary_arguments.exercise(parser, _configured)


def _plan(parser: argparse.ArgumentParser) -> None:
    diary_arguments.plan(parser, _configured, _stored, _day)


def _mqtt(parser: argparse.ArgumentParser) -> None:
    mqtt_arguments.mqtt(parser, _configured)


def _ha_import(parser: argparse.ArgumentParser) -> None:
    home_arguments.ha_import(parser, _stored, _day)


def _simulate(parser: argparse.ArgumentParser) -> None:
    diary_arguments.simulate(parser, mqtt_arguments.traffic)


def _config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--example", action="store_true", help="print the default file, which is the manual, instead")
    _configured(parser)


def _speed(text: str) -> float:
    return _number(text, 0.1, 1000, "a speed from 0.1 to 1000")


def _seconds(text: str) -> float:
    return _number(text, 2, 600, "from 2 to 600 seconds")


def _seed(text: str) -> int:
    return _whole_number(text, 0)


def _second(text: str) -> float:
    return _number(text, -1e12, 1e12, "seconds of the recording")


def _picture(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower() not in SUFFIXES:
        raise argparse.ArgumentTypeError(f"expected a name that ends in .svg, .png or .pdf, saw {text!r}")
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"expected a folder that is there, saw {str(path.parent)!r}")
    if path.is_dir():
        raise argparse.ArgumentTypeError(f"expected a file, saw the folder {text!r}")
    return path


def _many(text: str) -> int:
    return _whole_number(text, 1)


def _whole_number(text: str, least: int) -> int:
    if not text.isdecimal() or int(text) < least:
        raise argparse.ArgumentTypeError(f"expected a whole number from {least}, saw {text!r}")
    return int(text)


def _number(text: str, low: float, high: float, expected: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise argparse.ArgumentTypeError(f"expected {expected}, saw {text!r}")
    return value


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a day such as 2026-11-23, saw {text!r}") from None


VERBS = {
    "run": Verb(
        "run",
        "count, coach, store and publish until stopped",
        "This is the service.",
        _configured,
        (ExitCode.PLAN, ExitCode.RECORDING, ExitCode.PINS, ExitCode.STORE, *ASKING),
    ),
    "demo": Verb(
        "demo",
        "a simulated walk through the whole of kneemon, in about a minute",
        "",
        _demo,
        (ExitCode.STORE, ExitCode.BROKER, ExitCode.EXPORT),
    ),
    "replay": Verb(
        "replay",
        "run recordings through the same engine",
        "Bad ones are told, the others go on.",
        _replay,
        (ExitCode.PLAN, ExitCode.RECORDING, ExitCode.EXPORT),
    ),
    "check": Verb(
        "check",
        "find bus, chip, pins and broker, and say what to do about each fault",
        "",
        _check,
        (ExitCode.CONFIG, ExitCode.CHECK),
    ),
    "cues": Verb(
        "cues",
        "play every cue and say what it means",
        "The running kneemon plays them when there is one.",
        _cues,
        (ExitCode.CONFIG, ExitCode.PINS, ExitCode.CONTROL),
    ),
    "calibrate": Verb(
        "calibrate",
        "teach kneemon its sensor's offset and scale, step by step",
        "Stop the running kneemon first.",
        _calibrate,
        (ExitCode.CONFIG, ExitCode.SENSOR, ExitCode.CALIBRATION, ExitCode.CONTROL),
    ),
    "start": Verb("ask_running", "begin a walk", "Like the button, with your answers.", _start, ASKING),
    "stop": Verb("ask_running", "end the walk", "Like holding the button.", _configured, ASKING),
    "pain": Verb("ask_running", "note how much the knee hurts now", "During a walk.", _pain, ASKING),
    "pause": Verb("ask_running", "take time out of the walk", "A shop, a ride: nothing counts.", _configured, ASKING),
    "resume": Verb("ask_running", "go on after a pause", "", _configured, ASKING),
    "gave-way": Verb("ask_running", "note that the knee gave way", "During a walk.", _configured, ASKING),
    "status": Verb("ask_running", "what the running kneemon does", "", _status, ASKING),
    "sessions": Verb(
        "sessions", "list the stored walks, newest first", "", _sessions, (ExitCode.CONFIG, ExitCode.STORE)
    ),
    "export": Verb(
        "export",
        "a walk's log as four CSV files for a spreadsheet, or the whole diary",
        "",
        _export,
        (ExitCode.CONFIG, ExitCode.STORE, ExitCode.EXPORT),
    ),
    "setup": Verb(
        "setup",
        "tell kneemon about the knee, and make a first plan",
        "Asks in plain words; every question can be left out.",
        _setup,
        DIARY,
    ),
    "plan": Verb("plan", "make, read, check and steer the walking plan", "", _plan, DIARY),
    "answer": Verb("answer", "answer what kneemon asks, also late", "", _answer, DIARY),
    "tag": Verb("tag", "note stick, brace, shoes and surface of a walk", "", _tag, DIARY),
    "diary": Verb("diary", "answers, choices, exercises and decisions, newest first", "", _diary, DIARY),
    "exercise": Verb(
        "exercise",
        "do an exercise, led by the buzzer",
        "The running kneemon counts and keeps time.",
        _exercise,
        (*DIARY, ExitCode.SENSOR),
    ),
    "advice": Verb(
        "advice", "tips for walking with a painful knee, and what stands behind them", "", _configured, DIARY
    ),
    "mqtt": Verb(
        "mqtt",
        "set up the way to the broker, look at it, or take back what the broker keeps",
        "",
        _mqtt,
        (ExitCode.CONFIG, ExitCode.STORE, ExitCode.BROKER, ExitCode.CONTROL, ExitCode.EXPORT),
    ),
    "ha-import": Verb(
        "ha_import",
        "put walks into the past hours of Home Assistant's statistics",
        "Repeating it does no harm. What the store no longer has, or this call leaves out, is taken out there, too.",
        _ha_import,
        (ExitCode.CONFIG, ExitCode.STORE, ExitCode.EXPORT),
    ),
    "simulate": Verb(
        "simulate",
        "made-up walks: one walker's weeks, or many devices' traffic",
        "",
        _simulate,
        (ExitCode.CONFIG, ExitCode.PLAN, ExitCode.STORE, ExitCode.BROKER),
    ),
    "config": Verb(
        "config", "the configuration in force, and where each value comes from", "", _config, (ExitCode.CONFIG,)
    ),
}
