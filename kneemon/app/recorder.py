# SPDX-License-Identifier: MIT
"""Keeps the samples of a walk beside its count, when the walker wants that: every block exactly as the engine gets it.

What came before a walk belongs to it as far as the engine needs it to count the same again; so the newest minutes are
held ready, coded. While nothing is to be recorded nothing is held. It knows nothing of what is in the samples.
"""

import logging
from collections import deque
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kneemon.app.asked import Answer, Asked, no, refused
from kneemon.app.edges import Store
from kneemon.dsp.resample import ResamplerParams
from kneemon.engine import Event
from kneemon.errors import StoreError
from kneemon.model.samples import SampleBlock
from kneemon.model.sessions import SessionEnded, SessionStarted
from kneemon.mqtt.commands import Code
from kneemon.store.raw import Coded, coded, end_row, rounded
from kneemon.store.raw_rows import CHOSEN

log = logging.getLogger(__name__)

BLOCK_S = 10.0
HELD = 30  # blocks: a walk that begins by walking is known a minute or more after its first step
LEAD_S = 30.0  # before a walk: three times what the step engine remembers
TAIL_S = 30.0  # after one that ended by stillness, told a quarter of an hour later
MAX_GAP_S = ResamplerParams().max_gap_s  # a longer one is a break for the engine, too


class Recorder:
    """record: as configured; what was chosen since by `raw` goes before it."""

    def __init__(self, store: Store, *, record: bool) -> None:
        self._raw, self._notes = store.raw, store
        self.on = {"on": True, "off": False}.get(store.recall(CHOSEN) or "", record)
        self._fresh: list[SampleBlock] = []  # not coded yet
        self._fresh_since_s = 0.0  # since when the signal had come without a break, as of the first of them
        self._since_s = 0.0
        self._newest_s: float | None = None
        self._held: deque[Coded] = deque(maxlen=HELD)
        self._session_id: str | None = None  # of the walk that is being recorded
        self._by_walking = False
        self._begun_s: list[float] = []  # when each of its blocks began

    def take(self, block: SampleBlock, shaken: NDArray[np.bool_] | None) -> SampleBlock:
        """A block, with what shook the sensor, as the engine shall get it."""
        if shaken is not None:
            block = replace(block, shaken=shaken)
        if self.on:
            block = rounded(block)
        if not len(block):
            return block
        self._follow_signal(block)
        if self.on:
            if not self._fresh:
                self._fresh_since_s = self._since_s
            self._fresh.append(block)
            if float(block.t_s[-1]) - float(self._fresh[0].t_s[0]) >= BLOCK_S:
                self._code()
        return block

    def follow(self, event: Event, session_id: str | None) -> None:
        """session_id: of the walk that is on, as of the event."""
        if isinstance(event, SessionStarted) and self.on and session_id is not None:
            self._code()
            self._session_id, self._by_walking, self._begun_s = session_id, event.by_walking, []
            for block in self._held:
                if block.until_s >= event.t_s - LEAD_S:
                    self._keep(block)
        elif isinstance(event, SessionEnded) and self._session_id is not None:
            self._code()
            self._end(self._session_id, event)

    def choose(self, *, record: bool, walking: bool) -> str:
        """From now on so, over restarts, too; said in a sentence."""
        self._notes.keep(CHOSEN, "on" if record else "off")
        if record and not self.on and walking:
            self.on = True
            return "The samples of your walks are kept from the next walk on."
        self.on = record
        if record:
            return "The samples of your walks are kept from now on."
        self._stop()
        return "No more samples are kept. Those that were kept stay until they are deleted."

    def forget(self, session_id: str | None) -> str | None:
        """Delete those of one walk, None: of all; said in a sentence, None when there are none. Raises StoreError."""
        if session_id in (None, self._session_id):
            self._stop_walk()
        if not self._raw.forget(session_id):
            return None
        return "All raw samples are deleted." if session_id is None else f"The raw samples of {session_id} are deleted."

    def _follow_signal(self, block: SampleBlock) -> None:
        before_s = np.concatenate(([-np.inf if self._newest_s is None else self._newest_s], block.t_s[:-1]))
        step_s = block.t_s - before_s
        (breaks,) = np.nonzero((step_s > MAX_GAP_S) | (step_s <= 0.0))
        if len(breaks):
            self._since_s = float(block.t_s[breaks[-1]])
        self._newest_s = float(block.t_s[-1])

    def _code(self) -> None:
        if self._fresh:
            block = coded(self._fresh, self._fresh_since_s)
            self._fresh = []
            self._held.append(block)
            if self._session_id is not None:
                self._keep(block)

    def _keep(self, block: Coded) -> None:
        if self._session_id is not None:
            self._raw.keep(block.row(self._session_id, len(self._begun_s)))
            self._begun_s.append(block.at_s)

    def _end(self, session_id: str, event: SessionEnded) -> None:
        after_s = event.t_s + TAIL_S
        kept = sum(begun_s <= after_s for begun_s in self._begun_s)
        if kept < len(self._begun_s):
            self._raw.trim(session_id, after_s)
        at_s = max(event.told_at_s, self._newest_s or event.t_s) + BLOCK_S
        self._raw.keep(end_row(session_id, at_s, kept, by_walking=self._by_walking))
        self._stop_walk()

    def _stop_walk(self) -> None:
        """No more of this walk; without its end it stays in part."""
        self._session_id, self._begun_s = None, []

    def _stop(self) -> None:
        self._stop_walk()
        self._fresh = []
        self._held.clear()


def answer_raw(asked: Asked, recorder: Recorder, *, walking: bool) -> Answer | None:
    """Do what is asked about raw samples and say so, or say why not; None when it is about something else."""
    if asked.name == "raw":
        record = asked.args.get("record")
        if not isinstance(record, bool):
            return no(Code.BAD_ARGS, f"Whether samples are kept is true or false, not {record!r}.")
        return {"ok": True, "done": recorder.choose(record=record, walking=walking)}
    if asked.name == "forget-raw":
        every, session_id = asked.args.get("all", False), asked.args.get("session_id")
        if every is True and session_id is None:
            named = None
        elif every is False and isinstance(session_id, str) and session_id:
            named = session_id
        else:
            return no(Code.BAD_ARGS, f"Samples are deleted of one walk, by its name, or of all, not {session_id!r}.")
        try:
            done = recorder.forget(named)
        except StoreError as error:
            return refused(error)
        if done is None:
            return no(Code.NO_SESSION, "There are no raw samples of that name; nothing was deleted.")
        return {"ok": True, "done": done}
    return None
