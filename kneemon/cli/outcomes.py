# SPDX-License-Identifier: MIT
"""How each stored walk went, as the rules see it: for the verbs that list and export walks."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from kneemon.config.plan_file import parse_plan
from kneemon.errors import PlanError
from kneemon.model.plans import Rules
from kneemon.plan.colours import Judged, judge
from kneemon.plan.history import Outcome, history
from kneemon.store.reader import StoreReader


@dataclass(frozen=True, slots=True)
class Seen:
    """A walk and its colour; judged None where nothing was ever told, or the walk is too short for the plan."""

    outcome: Outcome
    judged: Judged | None


def outcomes(reader: StoreReader, today: date) -> dict[str, Seen]:
    """By session_id, judged by the rules of the newest plan in the store; StoreError when it cannot be read."""
    entries, rules = reader.diary(), _rules(reader)
    past = history(reader.walks(), entries, reader.anchors(), rules)

    def judged(walk: Outcome) -> Judged | None:
        if not (entries and walk.counts):
            return None
        return judge(walk, past.usual_pain(walk.day), rules, settled=today > walk.day + timedelta(days=1))

    return {walk.session_id: Seen(walk, judged(walk)) for walk in past.walks}


def _rules(reader: StoreReader) -> Rules:
    """The defaults where there is no plan, or its file is of a form that is no longer read."""
    versions = reader.plan_versions()
    with suppress(PlanError):
        return parse_plan(versions[-1].text, Path(versions[-1].name)).rules if versions else Rules()
    return Rules()
