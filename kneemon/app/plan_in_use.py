# SPDX-License-Identifier: MIT
"""Which plan holds: the one in the plan's file, or one that was saved on the page. Who wrote last wins.

The file is never written here. A text of the page holds until the file's text is another than it was when that was
saved, which is noted then; without such a note, another than it was when it was read last. Versions without an author
are the file's.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from kneemon.config.plan_file import load_plan, parse_plan, plan_text
from kneemon.errors import PlanError
from kneemon.model.diary import PlanVersion
from kneemon.model.plans import Plan
from kneemon.ports import ControlHandler, DiaryStore, Notes

log = logging.getLogger(__name__)

SAVED = Path("the plan that was saved")  # what an error calls a text that is in no file

SEEN = "file"  # what `seeing` adds to a request: a mark of the file's text
NOTE = "plan-file"
NO_FILE = "none"


class Kept(DiaryStore, Notes, Protocol):
    """What is needed of the store."""


def planned(path: Path | None, store: Kept) -> Plan | None:
    """The plan that holds, as the version that the store keeps of it. Raises PlanError; None without any."""
    text = None if path is None else plan_text(path)
    saved = saved_plan(text, store.plan_versions(), store.recall(NOTE) or "")
    if saved is not None or path is None:
        return saved
    plan = load_plan(path)
    return replace(plan, rev=store.keep_plan(plan.name, plan_text(path)))


def seeing(control: ControlHandler, path: Path | None) -> ControlHandler:
    """The same, but that a plan is saved with a mark of what is in the file just then; on the asker's thread."""

    def asked(name: str, args: Mapping[str, object]) -> Mapping[str, object]:
        return control(name, {**args, SEEN: file_mark(path)} if name == "save-plan" else args)

    return asked


def file_mark(path: Path | None) -> str:
    """Of the file's text as it is now."""
    try:
        return NO_FILE if path is None else _mark(plan_text(path))
    except PlanError:
        return NO_FILE


def seen_note(rev: int, mark: str) -> tuple[str, str]:
    """The name and text of the note that this was in the file when the version was saved."""
    return NOTE, f"{rev} {mark}"


def seen_with(versions: Sequence[PlanVersion], seen: str) -> str:
    """The file's mark when the newest version was saved, by the note; "" when that was not noted."""
    rev, _, mark = seen.partition(" ")
    return mark if versions and rev == str(versions[-1].rev) else ""


def saved_plan(text: str | None, versions: Sequence[PlanVersion], seen: str = "") -> Plan | None:
    """The newest plan, when it was saved on the page and no file was written since; None: the file's holds.

    text: the file's, None where there is none. seen: what was noted when a version was saved. A version that this
    kneemon cannot read any more does not hold.
    """
    newest = versions[-1] if versions else None
    if newest is None or not newest.author:
        return None
    if text is not None and _is_new(text, versions, seen):
        return None
    try:
        return replace(parse_plan(newest.text, SAVED), rev=newest.rev)
    except PlanError as error:
        log.warning("the plan saved by the %s does not hold: %s", newest.author, error)
        return None


def _is_new(text: str, versions: Sequence[PlanVersion], seen: str) -> bool:
    """The file was written after the newest version was saved."""
    if mark := seen_with(versions, seen):
        return mark != _mark(text)
    read = [version.text for version in versions if not version.author]
    return text != next(reversed(read), None)


def _mark(text: str) -> str:
    return sha256(text.encode()).hexdigest()
