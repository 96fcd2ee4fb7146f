# SPDX-License-Identifier: MIT
"""`kneemon run`: the service."""

import argparse
import gc
import logging
import os
import signal
import sys
from types import FrameType

from kneemon.app.compose import composed
from kneemon.cli.settings import configuration
from kneemon.clock import SystemClock
from kneemon.errors import ExitCode
from kneemon.service import ServiceNotifier


def run(args: argparse.Namespace) -> int:
    config, places = configuration(args)
    _log_to_stderr(config.log.level)
    log = logging.getLogger(__name__)
    log.info("configuration: %s; walks: %s", config.file or "defaults", places.store)
    if places.plan is None:
        log.info("no plan: kneemon counts and stores, and gives no limit cues")
    with composed(config, places, SystemClock(), ServiceNotifier()) as app:

        def stop(_number: int, _frame: FrameType | None) -> None:
            app.stop()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        gc.collect()
        gc.freeze()  # what is alive now stays: later collections are short beside the FIFO's patience
        app.run()
    return ExitCode.OK


def _log_to_stderr(level: str) -> None:
    """Under systemd with its level prefixes, which the journal reads; in a terminal with the time."""
    handler = logging.StreamHandler(sys.stderr)
    if "JOURNAL_STREAM" in os.environ:
        handler.setFormatter(_JournalFormatter("%(name)s: %(message)s"))
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler])


class _JournalFormatter(logging.Formatter):
    """sd-daemon(3) levels: <3> error … <7> debug."""

    def format(self, record: logging.LogRecord) -> str:
        level = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4}.get(record.levelno, 3)
        return f"<{level}>{super().format(record)}"
