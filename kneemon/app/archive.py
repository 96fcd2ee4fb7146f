# SPDX-License-Identifier: MIT
"""Keeps the stored walks as right as is known: a new revision when the time or an answer came after the walk."""

import logging

from kneemon.app.edges import Store
from kneemon.app.programme import Programme
from kneemon.app.revisions import dated, revised
from kneemon.model.records import SessionRecord
from kneemon.plan.history import History
from kneemon.ports import Clock

log = logging.getLogger(__name__)

AT_ONCE = 10  # the store writes a walk that is on meanwhile; the others come at the next look


class Archive:
    """pain: answers about pain are part of what goes out; else they stay in the diary alone."""

    def __init__(self, programme: Programme, store: Store, clock: Clock, *, pain: bool) -> None:
        self._programme = programme
        self._store = store
        self._clock = clock
        self._pain = pain
        self._judged: History | None = None

    def look(self) -> bool:
        """Correct what has become known better; True when something was."""
        programme = self._programme
        if programme.history is self._judged:
            return False
        walks = programme.walks
        dates = dated(walks, programme.anchors, self._store.boots, self._clock.anchor().boot_id)
        better = revised(walks, dates, programme.told(dates) if self._pain else {})
        for record in better[:AT_ONCE]:
            self._store.revise(record)
            programme.corrected(record)
            log.info("session %s: revision %d, time %s", record.session_id, record.revision, record.time_quality)
        self._judged = programme.history if len(better) <= AT_ONCE else None
        return bool(better)

    @property
    def newest(self) -> SessionRecord | None:
        """The newest walk that is over and was not struck."""
        counts = {walk.session_id for walk in self._programme.history.walks}
        over = (record for record in reversed(self._programme.walks) if record.final)
        return next((record for record in over if record.session_id in counts), None)
