# SPDX-License-Identifier: MIT
"""Answers given late, and what is noted, corrected, deleted or erased of a walk or an entry of the diary.

Nothing is written here: the running kneemon is asked, and its words are shown. What cannot be taken back is asked once
more on a page of its own.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from kneemon.app.diary_words import sentence
from kneemon.app.reading import WalkRead, zone_of
from kneemon.errors import StoreError
from kneemon.language import _
from kneemon.model.diary import Aid, DiaryEntry, Surface
from kneemon.model.questions import PAIN_ASKS, Ask, Grade, Signs, Steady
from kneemon.plan.gate import RED_FLAG_LISTS, SIGNS_CHECK
from kneemon.web.asking import asked, back, cut, decimal, moved, status, whole
from kneemon.web.visit import BOTH, OWNER, Answer, Door, Missing, Moved, Shown, Visit

MORNINGS = 14  # days back that a morning can be told for here
WALKS = 12
NO_WALKS = ("all", "latest")  # as a request's words they mean more than the one walk that is looked at

PAIN_WHEN: Mapping[Ask, str] = {
    Ask.PAIN_BEFORE: _("How much did it hurt before the walk?"),
    Ask.PAIN_NOW: _("How much does it hurt now?"),
    Ask.PAIN_MARK: _("How much does it hurt now?"),
    Ask.PAIN_END: _("How much did it hurt at the end of the walk?"),
    Ask.PAIN_LATER: _("How much did it hurt two hours after the walk?"),
    Ask.PAIN_MORNING: _("How much did it hurt in the morning?"),
}
ABOUT_A_WALK = (
    (Ask.PAIN_END, _("At the end of the walk")),
    (Ask.PAIN_LATER, _("Two hours after the walk")),
    (Ask.PAIN_BEFORE, _("Before the walk")),
)
GRADES: Mapping[Grade, str] = {
    Grade.NONE_OF_THESE: _("1 · On none of the lists"),
    Grade.SOON: _("2 · See somebody soon"),
    Grade.SAME_DAY: _("3 · Advice today"),
    Grade.EMERGENCY: _("4 · Emergency: call your emergency number now"),
}
STEADY: Mapping[Steady, str] = {
    Steady.STEADY: _("I was steady afterwards"),
    Steady.NOT_STEADY: _("I was not steady afterwards"),
    Steady.FELL: _("I fell"),
}
AIDS: Mapping[Aid, str] = {
    Aid.NONE: _("Nothing"),
    Aid.STICK_OPPOSITE: _("A stick, in the hand opposite the painful knee"),
    Aid.STICK_OTHER: _("A stick, in the hand of the painful side"),
    Aid.TWO_STICKS: _("Two sticks"),
    Aid.WALKER: _("A walking frame"),
}
SURFACES: Mapping[Surface, str] = {
    Surface.PAVED: _("Pavement or road"),
    Surface.GRASS: _("Grass"),
    Surface.TRACK: _("Running track"),
    Surface.TREADMILL: _("Treadmill"),
    Surface.TRAIL: _("Path or trail"),
    Surface.INDOOR: _("Indoors"),
}


def answer(visit: Visit) -> Answer:
    """What is open first; then any other answer, of a walk, a morning, a sign, a knee that gave way."""
    say, today = visit.language.say, visit.reading.today
    running = status(visit)
    mornings = visit.reading.past(today - timedelta(days=MORNINGS), today).mornings
    days = [today - timedelta(days=back) for back in range(MORNINGS)]
    return Shown(
        "answer.html",
        say("Answer"),
        {
            "running": running is not None,
            "questions": _open(visit, running or {}),
            "when": [(ask.value, say(words)) for ask, words in ABOUT_A_WALK],
            "walks": [(walk.record.session_id, _named(visit, walk)) for walk in _recent(visit)],
            "mornings": [(day.isoformat(), _morning(visit, day, mornings.get(day))) for day in days],
            "signs_check": SIGNS_CHECK,
            "signs": Signs,
            "lists": [(grade.value, say(words), RED_FLAG_LISTS[grade]) for grade, words in GRADES.items()],
            "steady": [(steady.value, say(words)) for steady, words in STEADY.items()],
            "which": visit.query.one("which") == "1",
            "about": visit.query.one("walk"),
        },
    )


def answered(visit: Visit) -> Answer:
    """ask, value, and perhaps session_id or morning."""
    form = visit.form
    ask, to = form.one("ask"), back(visit, "/answer")
    args: dict[str, object] = {"ask": ask, "value": whole(form.one("value"))}
    if form.one("session_id"):
        args["session_id"] = form.one("session_id")
    if form.one("morning") and ask == Ask.PAIN_MORNING:
        args["morning"] = form.one("morning")
    outcome = asked(visit, "answer", **args)
    if outcome.done and ask == Ask.SIGNS and args["value"] == Signs.SOMETHING:
        said = visit.language.say("Noted. Which list is it on? No walk starts until that is told.")
        return Moved("/answer?which=1", said)
    return Moved(to, outcome.said, bad=not outcome.done)


def noted(visit: Visit) -> Answer:
    return _walk_asked(visit, "note-walk", text=cut(visit.form.one("text")), author=visit.role.value)


def tagged(visit: Visit) -> Answer:
    """What is left as it is is not told."""
    walk, form = _walk(visit), visit.form
    if isinstance(walk, Missing):
        return walk
    name = walk.record.session_id
    fields: dict[str, object] = {"session_id": name}
    fields |= {key: form.one(key) for key in ("aid", "surface") if form.one(key)}
    if form.one("brace"):
        fields["brace"] = form.one("brace") == "yes"
    if form.one("shoes"):
        fields["shoes"] = form.one("shoes")[:100]
    if len(fields) == 1:
        return Moved(f"/walk/{name}", visit.language.say("Nothing was told."), bad=True)
    return moved(visit, f"/walk/{name}", "tell", kind="tags", fields=fields)


def corrected(visit: Visit) -> Answer:
    form = visit.form
    return _walk_asked(
        visit,
        "correct-walk",
        steps=whole(form.one("steps")),
        walking_min=decimal(form.one("walking_min")),
        why=cut(form.one("why")),
        author=visit.role.value,
    )


def delete_walk(visit: Visit) -> Answer:
    return _about_walk(
        visit,
        "delete",
        visit.language.say("Delete this walk?"),
        _("The walk no longer counts: not for the plan, not in the weeks, not in the report or the downloads."),
        _("It is kept, shown as deleted, and can be brought back. Decisions that were taken already stay."),
        button=_("Delete the walk"),
        why=True,
    )


def walk_deleted(visit: Visit) -> Answer:
    return _walk_asked(visit, "strike", why=cut(visit.form.one("why")), author=visit.role.value)


def walk_restored(visit: Visit) -> Answer:
    return _walk_asked(visit, "restore", author=visit.role.value)


def erase_walk(visit: Visit) -> Answer:
    return _about_walk(
        visit,
        "erase",
        visit.language.say("Erase this walk for good?"),
        _("The walk, its seconds, its raw samples, its answers and its notes are taken out of the store."),
        _("It cannot be brought back. Decisions of the plan that were taken already stay, with their reasons."),
        _("Backups, downloads and what the home was told keep what they have."),
        button=_("Erase for good"),
        sure=_("Yes, erase it for good. I know that it cannot be brought back."),
    )


def walk_erased(visit: Visit) -> Answer:
    walk = _walk(visit)
    if isinstance(walk, Missing):
        return walk
    name = walk.record.session_id
    return _if_sure(visit, f"/walk/{name}/erase", "/walks", "erase", session_id=name)


def forget_raw(visit: Visit) -> Answer:
    return _about_walk(
        visit,
        "forget-raw",
        visit.language.say("Delete the raw samples of this walk?"),
        _("The sensor's own samples are taken out of the store; steps, pace, answers and notes stay."),
        _("They cannot be brought back. The walk can then no longer be counted anew by a better engine."),
        button=_("Delete the raw samples"),
        sure=_("Yes, delete the raw samples."),
    )


def raw_forgotten(visit: Visit) -> Answer:
    walk = _walk(visit)
    if isinstance(walk, Missing):
        return walk
    name = walk.record.session_id
    return _if_sure(visit, f"/walk/{name}/forget-raw", f"/walk/{name}", "forget-raw", session_id=name)


def delete_entry(visit: Visit) -> Answer:
    return _about_entry(
        visit,
        "delete",
        visit.language.say("Delete this entry?"),
        _("The entry no longer counts. It is kept, shown as deleted, and can be brought back."),
        button=_("Delete the entry"),
        why=True,
    )


def entry_deleted(visit: Visit) -> Answer:
    return _entry_asked(visit, "strike", why=cut(visit.form.one("why")), author=visit.role.value)


def entry_restored(visit: Visit) -> Answer:
    return _entry_asked(visit, "restore", author=visit.role.value)


def erase_entry(visit: Visit) -> Answer:
    return _about_entry(
        visit,
        "erase",
        visit.language.say("Erase this entry for good?"),
        _("The entry is taken out of the store. It cannot be brought back."),
        _("Backups, downloads and what the home was told keep what they have."),
        button=_("Erase for good"),
        sure=_("Yes, erase it for good. I know that it cannot be brought back."),
    )


def entry_erased(visit: Visit) -> Answer:
    if not visit.form.one("sure"):
        return Moved(f"/entry/{visit.path['seq']}/erase", _unticked(visit), bad=True)
    return _entry_asked(visit, "erase")


DOORS = (
    Door("/answer", answer, OWNER),
    Door("/answer", answered, OWNER, post=True),
    Door("/walk/{session_id}/note", noted, BOTH, post=True),
    Door("/walk/{session_id}/tags", tagged, OWNER, post=True),
    Door("/walk/{session_id}/correct", corrected, BOTH, post=True),
    Door("/walk/{session_id}/delete", delete_walk, BOTH),
    Door("/walk/{session_id}/delete", walk_deleted, BOTH, post=True),
    Door("/walk/{session_id}/restore", walk_restored, BOTH, post=True),
    Door("/walk/{session_id}/erase", erase_walk, OWNER),
    Door("/walk/{session_id}/erase", walk_erased, OWNER, post=True),
    Door("/walk/{session_id}/forget-raw", forget_raw, OWNER),
    Door("/walk/{session_id}/forget-raw", raw_forgotten, OWNER, post=True),
    Door("/entry/{seq}/delete", delete_entry, BOTH),
    Door("/entry/{seq}/delete", entry_deleted, BOTH, post=True),
    Door("/entry/{seq}/restore", entry_restored, BOTH, post=True),
    Door("/entry/{seq}/erase", erase_entry, OWNER),
    Door("/entry/{seq}/erase", entry_erased, OWNER, post=True),
)


def _open(visit: Visit, running: Mapping[str, object]) -> list[dict[str, object]]:
    """What waits for an answer; the one that was asked for by name on top, though it be answered already."""
    say, query = visit.language.say, visit.query
    questions = running.get("questions")
    waiting = [question for question in questions if isinstance(question, dict)] if isinstance(questions, list) else []
    if query.one("ask") in PAIN_ASKS:
        wanted = {"ask": query.one("ask"), "session_id": query.one("session_id"), "day": query.one("morning")}
        waiting = [
            wanted,
            *(each for each in waiting if (each["ask"], each["session_id"]) != tuple(wanted.values())[:2]),
        ]
    found: list[dict[str, object]] = []
    for each in waiting:
        ask = Ask(str(each["ask"]))
        if ask not in PAIN_ASKS:
            continue
        day = _day(str(each.get("day", "")))
        words = say(PAIN_WHEN[ask])
        named = f"{visit.language.weekday(day)}, {visit.language.day(day)}" if day else ""
        morning = day.isoformat() if day and ask is Ask.PAIN_MORNING else ""
        hidden = {"ask": ask.value, "session_id": str(each.get("session_id", "")), "morning": morning}
        found.append({"words": f"{words} ({named})" if named else words, "hidden": hidden})
    return found


def _recent(visit: Visit) -> list[WalkRead]:
    return [walk for walk in visit.reading.walks(WALKS) if walk.struck is None]


def _named(visit: Visit, walk: WalkRead) -> str:
    """ "Mon 23 Nov 2026, 08:05 · before 2, end 3"; what was not told is left out."""
    say, start, told = visit.language.say, walk.local_start, walk.outcome
    scores = ((say("before"), told.p0), (say("end"), told.p1), (say("later"), told.p2))
    known = ", ".join(f"{word} {score}" for word, score in scores if score is not None)
    when = f"{visit.language.weekday(start.date())}, {visit.language.day(start.date())}, {visit.language.time(start)}"
    return f"{when} · {known}" if known else when


def _morning(visit: Visit, day: date, told: int | None) -> str:
    named = f"{visit.language.weekday(day)}, {visit.language.day(day)}"
    return named if told is None else visit.language.say("{day} · told: {score}", day=named, score=told)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _walk(visit: Visit) -> WalkRead | Missing:
    """The one that the address names; a word for several or for another one names none here."""
    named = visit.path["session_id"]
    if named in NO_WALKS:
        return Missing(visit.language.say("There is no such walk."))
    try:
        return visit.reading.walk(named)
    except StoreError as error:
        return Missing(visit.language.sentence(str(error)))


def _walk_asked(visit: Visit, cmd: str, **args: object) -> Answer:
    walk = _walk(visit)
    if isinstance(walk, Missing):
        return walk
    name = walk.record.session_id
    return moved(visit, f"/walk/{name}", cmd, session_id=name, **args)


def _about_walk(visit: Visit, what: str, title: str, *lines: str, **asking: object) -> Answer:
    walk = _walk(visit)
    if isinstance(walk, Missing):
        return walk
    name = walk.record.session_id
    subject = _named(visit, walk)
    return _confirm(f"/walk/{name}/{what}", f"/walk/{name}", title, subject, lines, asking)


def _about_entry(visit: Visit, what: str, title: str, *lines: str, **asking: object) -> Answer:
    entry = _entry(visit)
    if entry is None:
        return Missing(visit.language.say("There is no such entry in the diary."))
    day = entry.stamp.utc.astimezone(zone_of(entry.stamp.tz)).date()
    subject = f"{visit.language.day(day)}: {sentence(entry.fact, visit.language)}"
    return _confirm(f"/entry/{entry.seq}/{what}", "/diary", title, subject, lines, asking)


def _confirm(
    action: str,
    cancel: str,
    title: str,
    subject: str,
    lines: tuple[str, ...],
    asking: Mapping[str, object],
) -> Shown:
    values = {"action": action, "cancel": cancel, "subject": subject, "lines": lines, "why": False, "sure": ""}
    return Shown("confirm.html", title, {**values, **asking})


def _entry(visit: Visit) -> DiaryEntry | None:
    seq = whole(visit.path["seq"])
    if not isinstance(seq, int) or seq < 1:
        return None
    newest = visit.reading.diary(1, before=seq + 1)
    return newest[0] if newest and newest[0].seq == seq else None


def _entry_asked(visit: Visit, cmd: str, **args: object) -> Answer:
    entry = _entry(visit)
    if entry is None:
        return Missing(visit.language.say("There is no such entry in the diary."))
    return moved(visit, "/diary", cmd, seq=entry.seq, **args)


def _if_sure(visit: Visit, again: str, to: str, cmd: str, **args: object) -> Moved:
    """Only with the box ticked; else asked again. Where it fails, back to where it was asked."""
    if not visit.form.one("sure"):
        return Moved(again, _unticked(visit), bad=True)
    outcome = asked(visit, cmd, **args)
    return Moved(to if outcome.done else again, outcome.said, bad=not outcome.done)


def _unticked(visit: Visit) -> str:
    return visit.language.say("Nothing was erased: tick the box if you mean it.")
