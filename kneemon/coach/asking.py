# SPDX-License-Identifier: MIT
"""When to ask during a walk how much it hurts: every so often, and after a cue about a limit (evidence, 2.4).

Asked is who can answer: walking, and not just told something else. Who has just said how much it hurts is not asked
again at once, and near the end of the main part nobody is: the end has its own question. Stream time, seconds.
"""

from math import inf

from kneemon.model.cues import LIMIT_CUES, Cue, CueKind
from kneemon.model.plans import Part
from kneemon.model.sessions import Activity, Progress

OWN_NUMBER = (CueKind.PAIN_ROSE, CueKind.PAIN_STOP)  # a number led to these: nothing is left to ask


class Asking:
    """One session's questions. every_s: walking between two of them, 0 never asks, not even after a cue.

    near_end_s: before the end of the main part nobody is asked. apart_s: between any other cue and a question.
    spacing_s: at least so long since pain was told or asked, for a question after a cue.
    """

    def __init__(self, every_s: float, near_end_s: float, apart_s: float, spacing_s: float, began_s: float) -> None:
        self._every_s = every_s
        self._near_end_s = near_end_s
        self._apart_s = apart_s
        self._spacing_s = spacing_s
        self._known_s = began_s  # when pain was told or asked last; before the walk it was
        self._known_walking_s = 0.0
        self._walking_s = 0.0
        self._cue_s = -inf
        self._after_cue = False  # a limit cue was said since

    def said(self, cue: Cue) -> None:
        """Something else was said to the walker."""
        self._cue_s = cue.t_s
        if cue.kind in LIMIT_CUES and cue.kind not in OWN_NUMBER:
            self._after_cue = True

    def known(self, t_s: float) -> None:
        """The walker has told, or marked, that it hurts."""
        self._known_s, self._known_walking_s, self._after_cue = t_s, self._walking_s, False

    def due(self, now: Progress) -> bool:
        """Ask now? When it is true, it counts as asked."""
        self._walking_s = now.so_far.walking_s
        if not self._every_s or now.activity is not Activity.WALKING or now.t_s - self._cue_s < self._apart_s:
            return False
        if now.part is Part.MAIN and now.remaining_s is not None and now.remaining_s <= self._near_end_s:
            return False
        long_walked = self._walking_s - self._known_walking_s >= self._every_s
        if not (long_walked or (self._after_cue and now.t_s - self._known_s >= self._spacing_s)):
            return False
        self.known(now.t_s)
        return True
