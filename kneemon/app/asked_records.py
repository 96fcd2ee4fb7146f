# SPDX-License-Identifier: MIT
"""What may be asked about walks and entries that are kept already, and about the plan: read, checked, and done.

A request is plain data, the same over the control socket and at the desk of a store at rest. A walk is named by its
session id or as "latest", an entry by its place in the diary.
"""

from collections.abc import Mapping
from dataclasses import replace

from kneemon.app import records_desk
from kneemon.app.asked import RECORDS, Answer, Asked, refused
from kneemon.app.edges import Store
from kneemon.app.plan_in_use import SAVED, SEEN, seen_note
from kneemon.app.programme import Programme
from kneemon.config.plan_file import parse_plan
from kneemon.errors import KneemonError, RefusalError
from kneemon.mqtt.commands import Code

AUTHORS = ("", "walker", "physio")  # "": a command line
MOST_NOTE, MOST_PLAN, MOST_NAME = 2000, 40_000, 64
CHANGED = "changed"  # the code of a refusal: somebody else has saved meanwhile

Args = Mapping[str, object]


def answer_records(asked: Asked, programme: Programme, store: Store) -> Answer | None:
    """Do what is asked and say so, or say why not; None when it is about something else."""
    if asked.name not in RECORDS:
        return None
    try:
        return {"ok": True, "done": amend(asked.name, asked.args, programme, store)}
    except KneemonError as error:
        return refused(error)


def amend(name: str, args: Args, programme: Programme, store: Store) -> str:
    """name: one of `asked.RECORDS`. What came of it, in a sentence; raises RefusalError, PlanError, StoreError."""
    author, why = _author(args), _text(args, "why")
    match name:
        case "note-walk":
            return records_desk.note(programme, _session_id(args), _text(args, "text"), author)
        case "correct-walk":
            steps, minutes = _whole(args, "steps"), _number(args, "walking_min")
            return records_desk.correct(programme, store, _session_id(args), steps, minutes, why, author)
        case "strike":
            return records_desk.strike(programme, *_which(args), why, author)
        case "restore":
            return records_desk.restore(programme, *_which(args), author)
        case "save-plan":
            _refuse_newer(store, _whole(args, "base"))
            return _save_plan(_plan_text(args), args, author, programme, store)
        case "erase-all" if args:
            raise _wrong("request", "erase-all alone; one walk or entry is erased by erase", dict(args))
        case "erase-all":
            return records_desk.erase_all(programme, store)
        case "erase":
            return records_desk.erase(programme, store, *_which(args))
    raise _wrong("request", f"one of {', '.join(RECORDS)}", name)


def _save_plan(text: str, args: Args, author: str, programme: Programme, store: Store) -> str:
    """Followed at once; no more is asked of it than that it can be read."""
    if not author:
        raise _wrong("author", "walker or physio: a plan without one is the plan's file", author)
    plan = parse_plan(text, SAVED)
    newest = next(reversed(store.plan_versions()), None)
    if programme.plan is not None and newest is not None and newest.text == text and newest.rev == programme.plan.rev:
        raise RefusalError(
            "the plan",
            code=Code.NOT_ALLOWED,
            expected="another text than the plan that is followed",
            seen="the same",
            remedy="There is nothing to save.",
        )
    before = programme.rules
    plan = replace(plan, rev=store.keep_plan(plan.name, text, author, _text(args, "note")))
    if isinstance(seen := args.get(SEEN), str):
        store.keep(*seen_note(plan.rev, seen))
    decisions = programme.follow(plan)
    words = [f"The plan is saved as version {plan.rev}, and followed from now on."]
    if not programme.certain:
        words.append("What follows from it is decided once the date is known.")
    if (before.moderate_spm, before.vigorous_spm) != (plan.rules.moderate_spm, plan.rules.vigorous_spm):
        words.append("What counts as moderate and vigorous pace changes when kneemon starts next.")
    return " ".join((*words, *(decision.reason for decision in decisions)))


def _refuse_newer(store: Store, base: int | None) -> None:
    """base: the newest version that its author saw, None when they do not say."""
    newest = next(reversed(store.plan_versions()), None)
    if base is None or newest is None or newest.rev <= base:
        return
    who = f"saved by the {newest.author}" if newest.author else "from the plan's file"
    raise RefusalError(
        "the plan",
        code=CHANGED,
        expected=f"version {base} to be the newest",
        seen=f"version {newest.rev}, {who} on {newest.kept_at:%Y-%m-%d at %H:%M} UTC",
        remedy="Look at that one first, then save yours again.",
    )


def _which(args: Args) -> tuple[str, int]:
    """A walk's name, or an entry's place; not both."""
    session_id, seq = args.get("session_id"), args.get("seq")
    if seq in (None, 0) and isinstance(session_id, str) and session_id:
        return _session_id(args), 0
    if not session_id and isinstance(seq, int) and not isinstance(seq, bool) and seq > 0:
        return "", seq
    raise _wrong("session_id or seq", "one of them: a walk's name, or an entry's number", session_id or seq)


def _session_id(args: Args) -> str:
    given = args.get("session_id")
    if not isinstance(given, str) or not 0 < len(given) <= MOST_NAME:
        raise _wrong("session_id", "a walk's name, such as b17-3-9f2c, or latest", given)
    return given


def _text(args: Args, name: str) -> str:
    """Without spaces around it; "" where it is left out. Lines and tabs stay, other controls do not."""
    given = args.get(name)
    if given is None:
        return ""
    if not isinstance(given, str) or len(given) > MOST_NOTE:
        raise _wrong(name, f"at most {MOST_NOTE} characters", len(given) if isinstance(given, str) else given)
    kept = given.replace("\r\n", "\n")
    return "".join(each for each in kept if each in "\n\t" or each.isprintable()).strip()


def _plan_text(args: Args) -> str:
    given = args.get("text")
    if not isinstance(given, str) or len(given) > MOST_PLAN:
        seen = len(given) if isinstance(given, str) else given
        raise _wrong("text", f"a plan of at most {MOST_PLAN} characters", seen)
    return given.replace("\r\n", "\n").encode(errors="replace").decode()  # half a character has no place in a file


def _author(args: Args) -> str:
    given = args.get("author", "")
    if not isinstance(given, str) or given not in AUTHORS:
        raise _wrong("author", "walker, physio or none", given)
    return given


def _whole(args: Args, name: str) -> int | None:
    given = args.get(name)
    if given is not None and (isinstance(given, bool) or not isinstance(given, int)):
        raise _wrong(name, "a whole number", given)
    return given


def _number(args: Args, name: str) -> float | None:
    given = args.get(name)
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise _wrong(name, "a number", given)
    return float(min(max(given, -1.0), 1e9))  # what is too large for a float is too large anyhow


def _wrong(name: str, expected: str, seen: object) -> RefusalError:
    return RefusalError(
        f"the {name}", code=Code.BAD_ARGS, expected=expected, seen=repr(seen)[:80], remedy="Ask for it anew."
    )
