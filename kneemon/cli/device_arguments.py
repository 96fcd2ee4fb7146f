# SPDX-License-Identifier: MIT
"""The arguments of the verbs that run, try out, check and ask the running kneemon; `cli.parser` knows the verbs."""

import argparse
from pathlib import Path

from kneemon.cli import arguments
from kneemon.cli.arguments import configured, stored

WORN = ("waist", "pocket", "thigh", "shank", "other")


def demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--speed", type=arguments.speed, metavar="N", help="N times real time; 1 is real time (default: 8)"
    )
    parser.add_argument("--chip", choices=("adxl345", "mpu6050"), default="adxl345", help="which chip is emulated")
    parser.add_argument("--worn", choices=WORN[:4], default="waist", help="where the simulated walker wears it")
    parser.add_argument("--broker", metavar="HOST[:PORT]", help="publish to this MQTT broker, not to one of the demo's")
    parser.add_argument(
        "--store",
        type=Path,
        metavar="FILE",
        help="keep the demo's walk in this new file (default: the demo's own, made anew)",
    )
    parser.add_argument("--seed", type=arguments.seed, default=7, metavar="N", help="another walker (default: 7)")
    parser.add_argument("--picture", type=Path, metavar="FILE.svg", help="also save the live view at its fullest")


def replay(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="t,ax,ay,az[,gx,gy,gz] in s and g, CSV or gzip")
    parser.add_argument("--json", action="store_true", help="one JSON object a line and a file, for programs")
    parser.add_argument("--plan", type=Path, metavar="PLAN", help="hold the walk against this plan and give its cues")
    parser.add_argument("--day", type=arguments.day, metavar="YYYY-MM-DD", help="the plan's day (default: its first)")
    parser.add_argument(
        "--worn", choices=WORN, default="waist", help="where it was worn (the engine is the same for all)"
    )
    parser.add_argument(
        "--plot", type=arguments.picture, metavar="PICTURE", help="draw one recording into this .svg, .png or .pdf"
    )
    parser.add_argument(
        "--truth", type=Path, metavar="STEPS", help="true steps for the picture (default: NAME.steps.csv beside FILE)"
    )
    parser.add_argument(
        "--from", dest="from_s", type=arguments.second, metavar="S", help="the picture begins at this second"
    )
    parser.add_argument("--to", dest="to_s", type=arguments.second, metavar="S", help="the picture ends at this second")


def check(parser: argparse.ArgumentParser) -> None:
    configured(parser)
    parser.add_argument("--cues", action="store_true", help="also play every cue, which takes over a minute")
    parser.add_argument("--json", action="store_true", help="one JSON object a line and a finding, for programs")
    parser.add_argument(
        "--seconds",
        type=arguments.seconds,
        default=5.0,
        metavar="N",
        help="how long to listen to the sensor, 2 to 600 (default: 5)",
    )


def cues(parser: argparse.ArgumentParser) -> None:
    configured(parser)
    parser.add_argument("names", nargs="*", metavar="CUE", help="which (default: all, one after another)")
    parser.add_argument("--list", action="store_true", help="name them and draw their rhythms; play nothing")


def calibrate(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="six|rest|show|undo", required=True)
    for name, about in (
        ("six", "on each of the box's six sides: offset and gain of every axis"),
        ("rest", "lying still, as it is: the scale alone"),
        ("show", "what is applied now"),
        ("undo", "go back to the calibration before"),
    ):
        action = actions.add_parser(name, help=about)
        configured(action)


def start(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pain", type=int, choices=range(11), metavar="0-10", help="how much it hurts before the walk")
    parser.add_argument(
        "--signs",
        choices=("nothing", "something"),
        help="anything new: swelling, redness, warmth, giving way, locking, calf pain, fever?",
    )
    configured(parser)


def pain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("score", type=int, choices=range(11), metavar="0-10", help="0 none … 10 worst imaginable")
    configured(parser)


def status(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")
    configured(parser)


def sessions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--last", type=arguments.many, default=20, metavar="N", help="how many (default: 20)")
    parser.add_argument("--deleted", action="store_true", help="those that were deleted, too")
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")
    stored(parser)


def config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--example", action="store_true", help="print the default file, which is the manual, instead")
    configured(parser)
