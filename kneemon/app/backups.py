# SPDX-License-Identifier: MIT
"""When the newest backup was made, as the store remembers it, and whether it is time for another.

The running kneemon keeps the note, for it alone writes; what a backup is, others know.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from kneemon.ports import Clock, Notes
from kneemon.store.reader import StoreReader

NOTE = "backup"


@dataclass(frozen=True, slots=True)
class BackupAge:
    """newest: when the newest was made (the label's time, aware), None when there never was one. days: its age, whole
    days. due: it is time for another."""

    newest: datetime | None
    days: int | None
    due: bool

    @property
    def sentence(self) -> str:
        """What is said of it, due or not."""
        then = " `kneemon backup` makes one." if self.due else ""
        if self.days is None:
            return f"No backup of the diary has been made yet.{then}"
        if self.days < 1:
            return f"The newest backup is less than a day old.{then}"
        return f"The newest backup is {self.days} {'day' if self.days == 1 else 'days'} old.{then}"


def backup_age(reader: StoreReader | None, now: datetime, backup_days: int) -> BackupAge:
    """backup_days: how old the newest may become, 0: nobody wants to be reminded. reader: None for no store yet.

    A clock that was wrong when the backup was made, or is now, makes it young rather than old.
    """
    if reader is None:
        return BackupAge(None, None, due=False)
    return age_of(reader.note(NOTE), reader.session_count() > 0, now, backup_days)


def age_of(note: object, walked: bool, now: datetime, backup_days: int) -> BackupAge:
    """The same of what was noted. walked: there is something to lose."""
    newest = _instant(note)
    if newest is None:
        return BackupAge(None, None, due=backup_days > 0 and walked)
    days = max(0, (now - newest) // timedelta(days=1))
    return BackupAge(newest, days, due=0 < backup_days <= days)


def asked_backup(notes: Notes, clock: Clock) -> Mapping[str, object]:
    """The control socket's `backed-up`: a backup has just been made."""
    notes.keep(NOTE, noted(clock))
    return {"ok": True, "done": "The backup is noted."}


def noted(clock: Clock) -> str:
    """What is remembered of a backup made now."""
    return clock.anchor().utc.isoformat(timespec="seconds")


def _instant(text: object) -> datetime | None:
    """None, too, for what is no time of a clock with a zone."""
    try:
        instant = datetime.fromisoformat(str(text or ""))
    except ValueError:
        return None
    return instant if instant.tzinfo is not None else None
