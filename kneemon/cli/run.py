# SPDX-License-Identifier: MIT
"""`kneemon run`: the service."""

import argparse
import gc
import logging
import signal
from types import FrameType

from kneemon.app.compose import composed
from kneemon.cli.journal import log_to_stderr
from kneemon.cli.settings import configuration
from kneemon.clock import SystemClock
from kneemon.errors import ExitCode
from kneemon.service import ServiceNotifier


def run(args: argparse.Namespace) -> int:
    config, places = configuration(args)
    log_to_stderr(config.log.level)
    log = logging.getLogger(__name__)
    log.info("configuration: %s; walks: %s", config.file or "defaults", places.store)
    if places.plan is None:
        log.info(
            "no plan's file: one that was saved on the page holds; without that, kneemon counts and gives no limit cues"
        )
    with composed(config, places, SystemClock(), ServiceNotifier()) as app:

        def stop(_number: int, _frame: FrameType | None) -> None:
            app.stop()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        gc.collect()
        gc.freeze()  # what is alive now stays: later collections are short beside the FIFO's patience
        app.run()
    return ExitCode.OK
