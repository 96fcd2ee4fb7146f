# SPDX-License-Identifier: MIT
"""How each stored walk went, as the rules see it: for the verbs that list and export walks."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from kneemon.config.plan_file import parse_plan
from kneemon.errors import PlanError
from kneemon.model.diary import PlanVersion
from kneemon.model.plans import Rules
from kneemon.model.records import SessionRecord, TimeAnchor, TimeQuality
from kneemon.plan.baseline import overshoot
from kneemon.plan.colours import Judged, judge
from kneemon.plan.history import Outcome, history, place
from kneemon.plan.load import Load, load_of
from kneemon.store.reader import StoreReader

G_M_S2 = 9.81  # as the evidence has it


@dataclass(frozen=True, slots=True)
class Seen:
    """A walk and its colour; judged None where nothing was ever told, or the walk is too short for the plan.

    overshoot_percent: of the planned minutes, when that is a reason to look; else None. load_kns: the load on each knee
    with the weight that was told by the day of the walk, kN·s; None without a weight (evidence, section 5.2).
    """

    outcome: Outcome
    judged: Judged | None
    overshoot_percent: float | None
    load: Load
    load_kns: float | None


def outcomes(reader: StoreReader, today: date) -> dict[str, Seen]:
    """By session_id, judged by the rules of the newest plan in the store; StoreError when it cannot be read."""
    entries, rules = reader.diary(), rules_of(reader.plan_versions())
    past = history(reader.walks(), entries, reader.anchors(), rules)

    def judged(walk: Outcome) -> Judged | None:
        if not (entries and walk.counts):
            return None
        return judge(walk, past.usual_pain(walk.day), rules, settled=today > walk.day + timedelta(days=1))

    def seen(walk: Outcome) -> Seen:
        load = load_of(walk.steps, walk.aid, rules)
        told = [profile.weight_kg for day, profile in past.profiles if day <= walk.day]
        kg = told[-1] if told else None
        kns = None if kg is None else load.units * kg * G_M_S2 / 1000.0
        return Seen(walk, judged(walk), overshoot(walk, rules), load, kns)

    return {walk.session_id: seen(walk) for walk in past.walks}


def on_calendar(record: SessionRecord, anchors: Mapping[str, TimeAnchor]) -> SessionRecord:
    """The walk at the time it really began, where its boot learned the time later; else as it is."""
    if record.time_quality is TimeQuality.NTP:
        return record
    began_s = record.summary.started_s
    began = place(record.boot_id, began_s, record.started_at, record.tz, certain=False, anchors=anchors)
    if not began.certain:
        return record
    lasted = timedelta(seconds=record.summary.duration_s)
    return replace(record, started_at=began.at, ended_at=began.at + lasted, time_quality=TimeQuality.NTP)


def rules_of(versions: Sequence[PlanVersion]) -> Rules:
    """The defaults where there is no plan, or its file is of a form that is no longer read."""
    with suppress(PlanError):
        return parse_plan(versions[-1].text, Path(versions[-1].name)).rules if versions else Rules()
    return Rules()
