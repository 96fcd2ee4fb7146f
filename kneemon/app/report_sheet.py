# SPDX-License-Identifier: MIT
"""The report in the reader's language, ready for paper and page: every word and every chart, nothing left to decide.

Nobody's name is on it: there is a line to write one by hand. What is missing is said to be missing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date

from kneemon.app.charts import cadence_chart, load_chart, pain_chart, walk_chart, weeks_chart
from kneemon.app.diary_words import sentence
from kneemon.app.dose_read import left_min, own_pace
from kneemon.app.reading import Reading
from kneemon.app.report import Figures, Flag, Report
from kneemon.chart import Chart
from kneemon.chart.pain import colour_word, sign_of
from kneemon.chart.weeks import state_word
from kneemon.chart.words import PAPER, PAPER_WIDE, Look, short_day
from kneemon.language import Language, _
from kneemon.model.plans import Colour, Decision

LONGEST = 150  # characters of one flag on paper
MOST_FLAGS = 40
OFTEN = 3  # as often, and the same flag stands but once


@dataclass(frozen=True, slots=True)
class Told:
    """One of the five figures. more: what it was counted from."""

    value: str
    label: str
    more: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page. more_flags: what to say when only so many of the flags, the index, had room. last_line: about the walk
    whose chart `last` is; the reason why there is none, without one."""

    language: str
    title: str
    period: str
    plan: str
    made: str
    name: str
    figures: tuple[Told, ...]
    charts: tuple[Chart, ...]
    last_title: str
    last: Chart | None
    last_line: str
    flags_title: str
    flags: tuple[tuple[str, str], ...]
    no_flags: str
    more_flags: tuple[str, ...]
    why_title: str
    why: tuple[str, ...]
    missing_title: str
    missing: tuple[str, ...]
    notes_title: str
    footer: str


def sheet(
    reading: Reading,
    made: Report,
    language: Language,
    small: Look = PAPER,
    wide: Look = PAPER_WIDE,
    printed: date | None = None,
) -> Sheet:
    """small, wide: how the trend charts and that of the last walk are drawn. printed: where the report ends earlier."""
    say = language.say
    flags = _flags(made.flags, language)
    plan = reading.plan
    version = reading.versions[-1].rev if reading.versions else None
    walks = list(made.walks)
    stop = None if plan is None else plan.rules.pain_no_start
    charts = (
        weeks_chart(reading, len(made.weeks), language, small),
        pain_chart(walks, language, small, no_start=stop),
        cadence_chart(walks, language, small),
        load_chart(reading, len(made.weeks), language, small),
    )
    return Sheet(
        language=language.code,
        title=say("Walking report"),
        period=say(
            "{first} to {last}: {weeks} whole weeks and the running one",
            first=language.day(made.first), last=language.day(made.today), weeks=made.figures.weeks_over,
        ) if made.figures.weeks_over != 1 else say(
            "{first} to {last}: one whole week and the running one",
            first=language.day(made.first), last=language.day(made.today),
        ),
        plan=say("No plan has been followed.") if version is None else say(
            "Plan: {name}, version {version}", name=plan.name if plan else reading.versions[-1].name, version=version
        ),
        made=_made(made, printed or made.today, language),
        name=say("Name, by hand:"),
        figures=tuple(_figures(made.figures, language)),
        charts=charts,
        last_title=say("The last walk"),
        last=None if made.last is None else walk_chart(reading, made.last, language, wide),
        last_line=_last(made, language),
        flags_title=say("To look at together"),
        flags=tuple(flags[:MOST_FLAGS]),
        no_flags=say("Nothing in this time calls for a look. That does not say that the knee is well."),
        more_flags=tuple(_more(len(flags) - shown, language) for shown in range(min(len(flags), MOST_FLAGS) + 1)),
        why_title=say("Why the plan stands where it does"),
        why=tuple(_why(reading, made, language, now=printed in (None, made.today))),
        missing_title=say("What is missing"),
        missing=tuple(_missing(reading, made, language)),
        notes_title=say("Notes"),
        footer=say(
            "A diary kept by the walker's own device, with limits that walker and physio set. It makes no diagnosis "
            "and never says that a knee is safe. Steps and cadence were not tried on people with knee osteoarthritis."
        ),
    )  # fmt: skip


def on_paper(made: Sheet) -> dict[str, object]:
    """The sheet as `export.paper` takes it: its own words, and charts with a text for who cannot see them."""
    data = {field.name: getattr(made, field.name) for field in fields(made)}
    return data | {
        "figures": [{"value": each.value, "label": each.label, "more": each.more} for each in made.figures],
        "charts": [_drawn(chart) for chart in made.charts],
        "last": None if made.last is None else _drawn(made.last),
    }


def _drawn(chart: Chart) -> dict[str, str]:
    return {"title": chart.title, "alt": chart.description, "svg": chart.svg}


def _made(made: Report, printed: date, language: Language) -> str:
    device = made.walks[-1].record.device if made.walks else ""
    day = language.day(printed)
    return (
        language.say("Device {device}, printed {day}", device=device, day=day)
        if device
        else language.say("Printed {day}", day=day)
    )


def _figures(figures: Figures, language: Language) -> Iterator[Told]:
    say, number = language.say, language.number
    if figures.planned is None:
        since = say("no plan held in a whole week")
        yield Told(number(figures.all_walks), say("walks made"), since)
        yield Told(number(figures.all_minutes), say("minutes walked"), since)
    else:
        weeks = language.several(
            "in {number} whole week with a plan", "in {number} whole weeks with a plan", figures.weeks_planned
        )
        walks = say("{made} of {planned}", made=figures.made, planned=figures.planned)
        minutes = say("{made} of {planned}", made=number(figures.minutes), planned=number(figures.planned_min))
        yield Told(walks, say("walking days, of those planned"), weeks)
        yield Told(minutes, say("minutes walked, of those planned"), weeks)
    share = None if figures.over_share is None else 100 * figures.over_share
    yield Told(
        say("not known") if share is None else say("{percent} %", percent=number(share, 1 if share < 10 else 0)),
        say("of the walking above the ceiling"),
        say("no walk had a ceiling") if share is None else say("of all walks that had one"),
    )
    yield Told(
        f"{number(figures.before, 1)} → {number(figures.morning, 1)}",
        say("pain, 0 to 10: before → next morning"),
        say(
            "means of {before} and {morning} of {walks} walks",
            before=figures.before_known, morning=figures.morning_known, walks=figures.all_walks,
        ),
    )  # fmt: skip
    counts = [
        f"{figures.colours.get(colour, 0)} {sign_of(colour, language)[2]}"
        for colour in (Colour.GREEN, Colour.AMBER, Colour.RED)
    ]
    yield Told(
        " · ".join(counts),
        say("walks green, amber, red"),
        language.several("{number} answer is missing", "{number} answers are missing", figures.missing),
    )


def _flags(flags: Sequence[Flag], language: Language) -> list[tuple[str, str]]:
    """Days and words; what comes again and again stands once, at its newest day."""
    found: dict[str, list[date]] = {}
    for flag in flags:
        found.setdefault(_flag(flag, language), []).append(flag.day)
    told = []
    for text, days in found.items():
        if len(days) < OFTEN:
            told += [(day, text) for day in days]
        else:
            first = short_day(language, min(days))
            often = language.say("{times} times since {day}", times=len(days), day=first)
            told.append((max(days), f"{text} ({often})"))
    return [(short_day(language, day), _cut(text)) for day, text in told]


def _flag(flag: Flag, language: Language) -> str:
    say = language.say
    because = "; ".join(language.sentence(each) for each in flag.why)
    match flag.kind:
        case "red":
            return say("A red walk: {because}", because=because)
        case "fell":
            return say("The knee gave way, with a fall.")
        case "gave_way":
            return language.several("The knee gave way.", "The knee gave way {number} times.", round(flag.number or 0))
        case "overshoot":
            return say("{percent} % of the planned minutes were walked.", percent=language.number(flag.number))
        case "over_ceiling":
            return say("{percent} % of the walk was above the ceiling.", percent=language.number(flag.number))
        case "gaps":
            return say("{time} minutes of the walk are without signal.", time=language.minutes(flag.number))
        case "unsynced":
            return say("The device's clock was not set: the day of this walk is a guess.")
        case "note":
            author, text = flag.why
            return _note(author, text, language)
        case "decision":
            state = flag.fact.state.name if isinstance(flag.fact, Decision) else None
            return say("{state}: {reason}", state=_capital(state_word(state, language)), reason=because)
        case _:
            return sentence(flag.fact, language) if flag.fact is not None else ""


def _note(author: str, text: str, language: Language) -> str:
    match author:
        case "walker":
            return language.say("Note by the walker: {text}", text=text)
        case "physio":
            return language.say("Note by the physio: {text}", text=text)
        case _:
            return language.say("Note: {text}", text=text)


def _more(left: int, language: Language) -> str:
    return language.several("and {number} more", "and {number} more", left) if left else ""


def _last(made: Report, language: Language) -> str:
    say = language.say
    if made.last is None:
        return say("No walk in this time.")
    walk, left = made.last.outcome, left_min(made.last)
    said = (
        _("{day}: {minutes} minutes walked, {planned} planned, {steps} steps. Pain before {before}, worst {worst}, "
          "next morning {morning}. {colour}.")
        if left is None
        else _("{day}: {minutes} minutes walked of {left} left that day (day's dose {planned}), {steps} steps. "
               "Pain before {before}, worst {worst}, next morning {morning}. {colour}.")
    )  # fmt: skip
    return say(
        said,
        left=language.number(left, 1),
        day=language.day(walk.day),
        minutes=language.number(walk.walked_min),
        planned=language.number(walk.planned_min),
        steps=walk.steps,
        before=language.number(walk.p0),
        worst=language.number(walk.pk),
        morning=language.number(walk.pm),
        colour=say(
            "Colour: {colour}", colour=colour_word(made.last.judged.colour if made.last.judged else None, language)
        ),
    )


def _why(reading: Reading, made: Report, language: Language, *, now: bool) -> Iterator[str]:
    say, decision = language.say, made.decision
    if decision is None:
        yield say("No decision has been taken yet.")
        return
    state = decision.state
    yield say(
        "{state}, since {day}, by rule {rule}.",
        state=_capital(state_word(state.name, language)), day=language.day(state.since), rule=decision.rule,
    )  # fmt: skip
    yield language.sentence(decision.reason)
    dose = state.dose
    ceiling = dose.cadence_ceiling_spm
    yield say(
        "Step {step}: {minutes} minutes, {walks} walks a week; {ceiling}.",
        step=state.step + 1,
        minutes=language.number(dose.minutes, 0 if dose.minutes == round(dose.minutes) else 1),
        walks=dose.sessions,
        ceiling=say("no ceiling")
        if ceiling is None
        else say("at most {spm} steps per minute", spm=language.number(ceiling)),
    )
    if now and (slower := own_pace(reading, language)):
        yield say("Ceiling: {ceiling}.", ceiling=slower)


def _missing(reading: Reading, made: Report, language: Language) -> Iterator[str]:
    say, figures = language.say, made.figures
    walks = figures.all_walks
    told = 0
    if reading.plan is None:
        told += 1
        yield say("There is no plan to hold the walks against.")
    if walks > figures.before_known:
        told += 1
        yield say(
            "Pain before: not known on {number} of {walks} walks.", number=walks - figures.before_known, walks=walks
        )
    unknown = sum(walk.outcome.pk is None for walk in made.walks if walk.struck is None and walk.outcome.counts)
    if unknown:
        told += 1
        yield say("Pain during the walk: not known on {number} of {walks} walks.", number=unknown, walks=walks)
    if walks > figures.morning_known:
        told += 1
        yield say(
            "Pain next morning: not known after {number} of {walks} walks.", number=walks - figures.morning_known,
            walks=walks,
        )  # fmt: skip
    idle = sum(week.walks == 0 for week in made.weeks[:-1])
    if idle:
        told += 1
        yield language.several("{number} week has no walk.", "{number} weeks have no walk.", idle)
    lost = sum(walk.record.summary.gaps_s for walk in made.walks if walk.struck is None)
    if lost >= 1:
        told += 1
        yield say("{time} minutes of all walks are without signal.", time=language.minutes(lost))
    short = sum(walk.struck is None and not walk.outcome.counts for walk in made.walks)
    if short:
        told += 1
        yield language.several(
            "{number} walk was too short to count.", "{number} walks were too short to count.", short
        )  # fmt: skip
    if not told:
        yield say("Nothing that was asked for.") if walks else say("There is nothing to report on yet.")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= LONGEST else f"{flat[: LONGEST - 1]}…"
