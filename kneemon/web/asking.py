# SPDX-License-Identifier: MIT
"""What a page asks of the running kneemon, and what a form sent, as the pages that change something need it."""

import re
from dataclasses import dataclass

from kneemon.errors import ControlError
from kneemon.web.visit import Moved, Visit

_NUMBER = re.compile(r"-?[0-9]{1,9}")
_OWN_PATH = re.compile(r"/(?:[A-Za-z0-9._~-]+/?)*")
MOST_TEXT = 2000  # characters of a note or a reason


@dataclass(frozen=True, slots=True)
class Outcome:
    """said: in the visitor's language. code: why not, for programs; "" when nobody answered, too."""

    done: bool
    said: str
    code: str = ""


def asked(visit: Visit, cmd: str, /, **args: object) -> Outcome:
    """One request; that nobody answers is an outcome as well."""
    try:
        reply = visit.ask(cmd, args)
    except ControlError as error:
        return Outcome(False, f"{not_running(visit)} {error}")
    done = reply.get("ok") is True
    said = visit.language.sentence(str(reply.get("done" if done else "error", "")))
    return Outcome(done, said, str(reply.get("code", "")))


def moved(visit: Visit, to: str, cmd: str, /, **args: object) -> Moved:
    """Asked, and then to another page, with what was said."""
    outcome = asked(visit, cmd, **args)
    return Moved(to, outcome.said, bad=not outcome.done)


def status(visit: Visit) -> dict[str, object] | None:
    """What the running kneemon says of itself; None when none runs."""
    try:
        return dict(visit.ask("status", {}))
    except ControlError:
        return None


def not_running(visit: Visit) -> str:
    return visit.language.say("kneemon is not running, so nothing can be kept now.")


def whole(text: str) -> int | str | None:
    """A whole number; what is none as it was typed, for the running kneemon to refuse in words; None for nothing."""
    return int(text) if _NUMBER.fullmatch(text) else text or None


def decimal(text: str) -> float | str | None:
    """The same of a number with a point or a comma."""
    plain = text.replace(",", ".")
    return float(plain) if re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,9})?", plain) else text or None


def cut(text: str) -> str:
    return text[:MOST_TEXT]


def back(visit: Visit, otherwise: str) -> str:
    """The page that the form wants to return to, when it is one of this site."""
    wanted = visit.form.one("back")
    return wanted if _OWN_PATH.fullmatch(wanted) else otherwise
