# SPDX-License-Identifier: MIT
"""What the running kneemon says of itself, to `kneemon status` and the home."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from kneemon import __version__
from kneemon.app.backups import NOTE
from kneemon.app.edges import Edges
from kneemon.app.logbook import Logbook
from kneemon.app.programme import Programme
from kneemon.app.supply import Supply
from kneemon.model.samples import SensorReport, Wire

TROUBLES = (Wire.FAULT, Wire.DOUBT)
LEVELS = {
    Wire.FAULT: logging.WARNING,
    Wire.DOUBT: logging.WARNING,
    Wire.RECOVERY: logging.DEBUG,
    Wire.BACK: logging.INFO,
}


@dataclass(slots=True)
class Status:
    """sensor: how it does, in words. trouble: no samples come, or none to be trusted."""

    sensor: str
    trouble: bool = False
    _doubted: bool = False

    def samples(self) -> None:
        """Samples came."""
        if not self._doubted:
            self.sensor, self.trouble = "samples flow", False

    def report(self, report: SensorReport) -> None:
        self.sensor = report.text
        self._doubted = report.kind is Wire.DOUBT
        self.trouble = report.kind in TROUBLES or (self.trouble and report.kind is Wire.RECOVERY)

    def facts(self, edges: Edges, logbook: Logbook, programme: Programme, supply: Supply) -> Mapping[str, object]:
        """Plain data; None where it is not known."""
        latest, plan, state = logbook.latest, programme.plan, programme.state
        so_far = latest.so_far if latest else None
        return {
            "session": logbook.live().session,
            "session_id": logbook.session_id,
            "steps": so_far.steps if so_far else None,
            "cadence_spm": latest.cadence_spm if latest else None,
            "elapsed_s": latest.elapsed_s if latest else None,
            "part": latest.part if latest else None,
            "remaining_s": latest.remaining_s if latest else None,
            "paused_s": so_far.paused_s if so_far else None,
            "gave_way": len(so_far.gave_way_s) if so_far else None,
            "plan": plan.name if plan else None,
            "plan_begins": str(plan.start) if plan else None,
            "plan_state": state.name if state else None,
            "plan_reason": programme.reason if state else None,
            "clock": "known" if programme.certain else "not known: no week ends and nothing grows until it is",
            "questions": [
                {"ask": question.ask, "session_id": question.session_id, "day": question.day.isoformat()}
                for question in programme.open_questions()
            ],
            "sensor": f"{edges.source.describe}: {self.sensor}",
            "battery": supply.in_words(),
            "mqtt": edges.publisher.status() if edges.publisher else "off: no broker configured",
            "store": edges.store.problem() or "writing",
            "backed_up": edges.store.recall(NOTE),
            "walked": bool(edges.store.walks()),
            "version": __version__,
        }
