# SPDX-License-Identifier: MIT
"""Walks and entries noted, corrected, struck, restored and erased: what may be, what it brings about, and the answer.

The same for the kneemon that runs and for a store at rest. What was decided already stays decided; what is decided from
now on goes by what counts now. Who may do what is the page's affair: here the author is only kept.
"""

from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches

from kneemon.app.edges import Store
from kneemon.app.plan_in_use import NOTE as SEEN_NOTE
from kneemon.app.plan_in_use import seen_note, seen_with
from kneemon.app.programme import Programme
from kneemon.errors import RefusalError
from kneemon.model.diary import (
    Choice,
    Corrected,
    DiaryEntry,
    ExerciseSet,
    GradeAnswer,
    LimitWish,
    Override,
    PainAnswer,
    Profile,
    Restored,
    SignsAnswer,
    SteadyAnswer,
    Struck,
    Tags,
    WalkNote,
)
from kneemon.model.plans import Decision
from kneemon.model.records import Former, SessionRecord
from kneemon.mqtt.commands import Code
from kneemon.plan.amended import Strikes, strikes

# What was told, and may be taken back; what kneemon did stays.
TOLD = (
    PainAnswer
    | SignsAnswer
    | GradeAnswer
    | SteadyAnswer
    | Profile
    | Tags
    | Choice
    | Override
    | ExerciseSet
    | LimitWish
    | WalkNote
)
MOST_STEPS = 200_000
ELSEWHERE = "Backups, exports and what your home was sent before stay where they are."
PHYSIO = "physio"
KEPT = "What was decided already stays; from now on it does not count. It is kept until you erase it."


def note(programme: Programme, session_id: str, text: str, author: str) -> str:
    """The newest of an author holds."""
    record = _walk(programme, session_id)
    programme.tell(WalkNote(record.session_id, text, author))
    return "Noted." if text else "The note is taken back."


def correct(
    programme: Programme,
    store: Store,
    session_id: str,
    steps: int | None,
    walking_min: float | None,
    why: str,
    author: str,
) -> str:
    """Figures as somebody knows them better; the walk as it was is kept."""
    record = _over(programme, session_id)
    better = replace(corrected(record, steps, walking_min), revision=record.revision + 1)
    if better.summary == record.summary:
        raise _refusal(
            "the correction",
            expected="other figures than the walk has",
            seen=_figures(record) if steps is not None or walking_min is not None else "none",
            remedy="There is nothing to correct.",
        )
    store.revise(better, Former(record, why, author, programme.stamp().utc))
    programme.corrected(better)
    decisions = programme.tell(Corrected(record.session_id, steps, walking_min, why, author))
    words = f"Corrected to {_figures(better)}. As it was before, it is kept: {_figures(record)}."
    return _and(words, decisions)


def corrected(record: SessionRecord, steps: int | None, walking_min: float | None) -> SessionRecord:
    """With these figures, None as it is; the parts of the walking keep their shares. RefusalError when they cannot be.

    Cadence stays as it was measured.
    """
    summary = record.summary
    if steps is not None:
        if not 0 <= steps <= MOST_STEPS:
            raise _refusal("the steps", expected=f"0 to {MOST_STEPS}", seen=str(steps), remedy="Tell them anew.")
        summary = replace(summary, steps=steps)
    if walking_min is not None:
        longest = summary.duration_s / 60.0
        if not 0.0 <= walking_min <= longest:
            raise _refusal(
                "the minutes of walking",
                expected=f"0 to {longest:.1f}, which is how long the walk lasted",
                seen=f"{walking_min:g}",
                remedy="Tell them anew.",
            )
        walking_s = 60.0 * walking_min
        share = walking_s / summary.walking_s if summary.walking_s else 0.0
        summary = replace(
            summary,
            walking_s=walking_s,
            main_s=min(summary.main_s * share, walking_s) if share else walking_s,
            over_pace_s=min(summary.over_pace_s * share, walking_s),
            over_limit_s=min(summary.over_limit_s * share, walking_s),
            moderate_s=min(summary.moderate_s * share, walking_s),
            vigorous_s=min(summary.vigorous_s * share, walking_s),
        )
    return replace(record, summary=summary)


def strike(programme: Programme, session_id: str, seq: int, why: str, author: str) -> str:
    """From now on the walk, or the entry, does not count."""
    if session_id:
        record = _over(programme, session_id)
        if record.session_id in _struck(programme).walks:
            raise _refusal("the walk", expected="one that counts", seen="one that is deleted", remedy="It is so.")
        decisions = programme.tell(Struck(record.session_id, why=why, author=author))
        return _and(f"The walk is deleted. {KEPT}", decisions)
    entry = _entry(programme, seq)
    _refuse_physios(entry, author)
    if entry.seq in _struck(programme).entries:
        raise _refusal("the entry", expected="one that counts", seen="one that is deleted", remedy="It is so.")
    decisions = programme.tell(Struck(seq=entry.seq, why=why, author=author))
    return _and(f"The entry is deleted. {KEPT}", decisions)


def restore(programme: Programme, session_id: str, seq: int, author: str) -> str:
    """It counts again."""
    struck = _struck(programme)
    if session_id:
        name = _walk(programme, session_id).session_id
        there, what, fact = name in struck.walks, "walk", Restored(name, author=author)
    else:
        there, what, fact = seq in struck.entries, "entry", Restored(seq=seq, author=author)
        if there:
            _refuse_physios(_entry(programme, seq), author)
    if not there:
        raise _refusal(f"the {what}", expected="one that is deleted", seen="one that is not", remedy="It is as it was.")
    return _and(f"The {what} counts again.", programme.tell(fact))


def erase(programme: Programme, store: Store, session_id: str, seq: int) -> str:
    """Gone for good: a walk with all about it but decisions, or an entry with what struck it."""
    if session_id:
        store.erase([_over(programme, session_id).session_id])
        words = "The walk is erased, with all that was told about it. Decisions that were made by it stay."
    else:
        entry = _entry(programme, seq)
        _refuse_physios(entry)
        store.erase(seqs=[entry.seq])
        words = "The entry is erased. Decisions that were made by it stay."
    programme.erased()
    return _and(f"{words} {ELSEWHERE}", programme.look())


def erase_all(programme: Programme, store: Store) -> str:
    """Every walk, the whole diary, the plan's versions; the plan that is followed goes on, as its first version."""
    if any(record.summary.end_reason is None for record in programme.walks):
        raise _refusal("the store", expected="no walk that is on", seen="one", remedy="`kneemon stop` ends it.")
    versions = store.plan_versions()
    held = {each.rev: each for each in (*[each for each in versions if not each.author][-1:], *versions[-1:])}
    seen = seen_with(versions, store.recall(SEEN_NOTE) or "")
    store.erase_all()
    programme.erased()
    for version in held.values():  # the file's, too, or it would be taken for a new one
        rev = store.keep_plan(version.name, version.text, version.author)
    if seen:
        store.keep(*seen_note(rev, seen))
    if programme.plan is not None and held:
        programme.follow(replace(programme.plan, rev=rev))
    plan = "" if programme.plan is None else " The plan itself stays, and begins anew."
    return f"Every walk and the whole diary are erased.{plan} {ELSEWHERE}"


def _walk(programme: Programme, session_id: str) -> SessionRecord:
    """By name, or "latest"; struck ones, too."""
    walks = {record.session_id: record for record in programme.walks}
    if session_id == "latest" and walks:
        return list(walks.values())[-1]
    if session_id in walks:
        return walks[session_id]
    near = get_close_matches(session_id, walks, n=3, cutoff=0.4) or list(walks)[-3:]
    raise _refusal(
        f"the walk {session_id!r}",
        code=Code.NO_SESSION,
        expected=f"a walk's name, such as {', '.join(near)}" if near else "a walk in the store",
        seen=repr(session_id) if near else "none",
        remedy="`kneemon sessions` lists them all.",
    )


def _over(programme: Programme, session_id: str) -> SessionRecord:
    record = _walk(programme, session_id)
    if record.summary.end_reason is None:
        raise _refusal(
            "the walk",
            code=Code.ALREADY_WALKING,
            expected="one that is over",
            seen="one that is on",
            remedy="End it first.",
        )
    return record


def _entry(programme: Programme, seq: int) -> DiaryEntry:
    """Something that was told, by its place in the diary."""
    found = [entry for entry in programme.entries if entry.seq == seq]
    if not found:
        raise _refusal(
            "the entry",
            code=Code.NO_SESSION,
            expected="the number of an entry in the diary",
            seen=str(seq),
            remedy="`kneemon diary --json` tells each entry's number.",
        )
    if not isinstance(found[0].fact, TOLD):
        decided = isinstance(found[0].fact, Decision)
        raise _refusal(
            "the entry",
            code=Code.NOT_ALLOWED,
            expected="something that was told",
            seen="a decision" if decided else "a note of what was done",
            remedy="A decision stays with what it was made from; delete the answer instead."
            if decided
            else "It stays, so that the diary can be followed.",
        )
    return found[0]


def _refuse_physios(entry: DiaryEntry, author: str | None = None) -> None:
    """What the physio set or noted is the physio's to delete, and nobody erases it alone.

    author: who wants it deleted; None: it is to be erased.
    """
    fact = entry.fact
    if author == PHYSIO or not (isinstance(fact, Override) or (isinstance(fact, WalkNote) and fact.author == PHYSIO)):
        return
    raise _refusal(
        "the entry",
        code=Code.NOT_ALLOWED,
        expected="one of your own",
        seen="what the physio set" if isinstance(fact, Override) else "a note by the physio",
        remedy="It goes only when everything is erased." if author is None else "Only the physio can delete it.",
    )


def _struck(programme: Programme) -> Strikes:
    return strikes(programme.entries)


def _figures(record: SessionRecord) -> str:
    return f"{record.summary.steps} steps, {record.summary.walking_s / 60.0:.1f} min of walking"


def _and(words: str, decisions: Sequence[Decision]) -> str:
    return " ".join((words, *(decision.reason for decision in decisions)))


def _refusal(what: str, *, code: str = Code.BAD_ARGS, expected: str, seen: str, remedy: str) -> RefusalError:
    return RefusalError(what, code=code, expected=expected, seen=seen, remedy=remedy)
