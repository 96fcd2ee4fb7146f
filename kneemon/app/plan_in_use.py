# SPDX-License-Identifier: MIT
"""Which plan holds: the one in the plan's file, or one that was saved on the page. Who wrote last wins.

The file is never written here. A text of the page holds until the file's text is another than it was when it was read
last. Versions without an author are the file's.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from kneemon.config.plan_file import load_plan, parse_plan, plan_text
from kneemon.errors import PlanError
from kneemon.model.diary import PlanVersion
from kneemon.model.plans import Plan
from kneemon.ports import DiaryStore

log = logging.getLogger(__name__)

SAVED = Path("the plan that was saved")  # what an error calls a text that is in no file


def planned(path: Path | None, store: DiaryStore) -> Plan | None:
    """The plan that holds, as the version that the store keeps of it. Raises PlanError; None without any."""
    text = None if path is None else plan_text(path)
    saved = saved_plan(text, store.plan_versions())
    if saved is not None or path is None:
        return saved
    plan = load_plan(path)
    return replace(plan, rev=store.keep_plan(plan.name, plan_text(path)))


def saved_plan(text: str | None, versions: Sequence[PlanVersion]) -> Plan | None:
    """The newest plan, when it was saved on the page and no file was written since; None: the file's holds.

    text: the file's, None where there is none. A version that this kneemon cannot read any more does not hold.
    """
    newest = versions[-1] if versions else None
    if newest is None or not newest.author:
        return None
    read = [version.text for version in versions if not version.author]
    if text is not None and text != next(reversed(read), None):
        return None
    try:
        return replace(parse_plan(newest.text, SAVED), rev=newest.rev)
    except PlanError as error:
        log.warning("the plan saved by the %s does not hold: %s", newest.author, error)
        return None
