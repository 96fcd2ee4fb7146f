# SPDX-License-Identifier: MIT
"""What the home may ask for beside the walker: silence for a while, documents once more, settings.

Here it is read, and checked to be what it should be; what it brings about is `Home`'s. It knows no topics.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Annotated, Protocol

import msgspec

from kneemon.app.asked import Answer, Asked, refused
from kneemon.errors import ControlError, KneemonError, RefusalError
from kneemon.mqtt.commands import Code
from kneemon.mqtt.topics import Desired
from kneemon.mqtt.wishes import VALUES

LEAST_SNOOZE_S, MOST_SNOOZE_S = 30, 1800
MOST_WALKS = 100  # named in one request
MOST_NAME = 64
EARLIEST_ZONE = timezone(timedelta(hours=14))  # where a day begins first

Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class Home(Protocol):
    """Does it, and says so in a sentence. Each may raise KneemonError, best a RefusalError with its code."""

    def snooze(self, seconds: float) -> str: ...

    def send_again(self, session_ids: Sequence[str] | None, since: datetime | None, *, detail: bool) -> str:
        """These walks, or all that began at `since` (aware) or later."""
        ...

    def wish(self, key: str, value: str) -> str:
        """key: one of `Desired`; value: one of its values, in its plainest form."""
        ...


def answer_home(asked: Asked, *, home: Home) -> Answer | None:
    """Do what is asked and say so, or say why not; None when it is about something else."""
    args = asked.args
    try:
        if asked.name == "snooze":
            return {"ok": True, "done": home.snooze(_seconds(args.get("seconds")))}
        if asked.name == "send-again":
            session_ids, since = _which(args.get("session_ids"), args.get("since"))
            return {"ok": True, "done": home.send_again(session_ids, since, detail=_yes(args.get("detail")))}
        if asked.name == "wish":
            return {"ok": True, "done": home.wish(*_wish(args.get("key"), args.get("value")))}
    except KneemonError as error:
        return refused(error)
    return None


def _seconds(given: object) -> float:
    if not isinstance(given, int | float) or not LEAST_SNOOZE_S <= given <= MOST_SNOOZE_S:
        raise ControlError(
            "the time without reminders",
            expected=f"{LEAST_SNOOZE_S} to {MOST_SNOOZE_S} seconds",
            seen=repr(given),
            remedy="Ask for so long.",
        )
    return float(given)


def _which(session_ids: object, since: object) -> tuple[Sequence[str] | None, datetime | None]:
    """Walks by name or by time, not both."""
    if since is not None and session_ids is None:
        return None, _since(since)
    if since is None and isinstance(session_ids, list | tuple) and 0 < len(session_ids) <= MOST_WALKS:
        return [_session_id(each) for each in session_ids], None
    raise ControlError(
        "the walks to be sent again",
        expected=f"since when, or the names of 1 to {MOST_WALKS} walks",
        seen="both" if session_ids is not None and since is not None else repr(session_ids),
        remedy="Name one of them.",
    )


def _session_id(given: object) -> str:
    if not isinstance(given, str) or not 0 < len(given) <= MOST_NAME:
        raise ControlError(
            "the walk", expected="a walk's name, such as b17-3-9f2c", seen=repr(given), remedy="Name one walk."
        )
    return given


def _since(given: object) -> datetime:
    """A day begins where it begins first on Earth: a walk too many does no harm, for its document is the same."""
    try:
        return datetime.combine(msgspec.convert(given, date), time(), EARLIEST_ZONE).astimezone(UTC)
    except (msgspec.ValidationError, OverflowError):
        pass
    try:
        return msgspec.convert(given, Instant).astimezone(UTC)
    except (msgspec.ValidationError, OverflowError):
        raise ControlError(
            "since when",
            expected="a time such as 2026-11-01T00:00:00Z, or a day such as 2026-11-01",
            seen=repr(given),
            remedy="Name one of them.",
        ) from None


def _yes(given: object) -> bool:
    if given is not None and not isinstance(given, bool):
        raise ControlError("detail", expected="true or false", seen=repr(given), remedy="Name one, or none.")
    return bool(given)


def _wish(key: object, value: object) -> tuple[str, str]:
    if not isinstance(key, str) or key not in tuple(Desired):
        raise RefusalError(
            "the setting",
            code=Code.UNKNOWN_SETTING,
            expected=f"one of {', '.join(Desired)}",
            seen=repr(key),
            remedy="Wish for one of them.",
        )
    values = VALUES[Desired(key)]
    plain = values.understood(value) if isinstance(value, str) else None
    if plain is None:
        raise ControlError(
            f"the setting {key}", expected=values.in_words, seen=repr(value), remedy="Wish for one of these."
        )
    return key, plain
