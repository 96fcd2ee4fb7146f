# SPDX-License-Identifier: MIT
"""Facts for the system's log: that a walk began and ended, not how it went; that is the store's."""

import logging

from kneemon.app.edges import Notifier
from kneemon.engine import Event
from kneemon.model.cues import LIMIT_CUES, Cue
from kneemon.model.sessions import SessionEnded, SessionStarted

log = logging.getLogger(__name__)


def journal(event: Event, session_id: str | None, notifier: Notifier, *, stopping: bool) -> None:
    """An event, once the store has it; the service manager's line follows."""
    if isinstance(event, SessionStarted):
        log.info("session %s started%s", session_id, " by walking" if event.by_walking else "")
        notifier.status("walking")
    elif isinstance(event, SessionEnded):
        log.info("session ended (%s)", event.summary.end_reason)
        if not stopping:
            notifier.status("ready for a walk")
    elif isinstance(event, Cue) and event.kind in LIMIT_CUES:
        log.info("cue: %s", event.kind)
