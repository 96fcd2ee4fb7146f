# SPDX-License-Identifier: MIT
"""The plan's file, as the version that the store keeps of it."""

from dataclasses import replace
from pathlib import Path

from kneemon.config.plan_file import load_plan, plan_text
from kneemon.model.plans import Plan
from kneemon.ports import DiaryStore


def planned(path: Path | None, store: DiaryStore) -> Plan | None:
    """The plan in the file, as the version that the store keeps of it. Raises PlanError; None without a file."""
    if path is None:
        return None
    plan = load_plan(path)
    return replace(plan, rev=store.keep_plan(plan.name, plan_text(path)))
