# SPDX-License-Identifier: MIT
"""The tables of the manuals for walker and physio, made from the rules that the device goes by.

`python -m kneemon.app.manuals docs` renews what stands between the marks in walker.md and physio.md of the folder docs
(or the one named); a test holds the pages to the rules. The words around the tables are written by hand.
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from kneemon.config.plan_fields import PLAN_FIELDS, SEVERE_CAP_MIN
from kneemon.model.plans import Rules
from kneemon.model.questions import Grade
from kneemon.plan.advice import TIPS
from kneemon.plan.gate import RED_FLAG_LISTS, SIGNS_CHECK
from kneemon.plan.growth import AFTER_STOP, LESS, SHORTEST_WALK_MIN
from kneemon.plan.rulebook import RULES

PAGES = ("walker.md", "physio.md")

HEADINGS: Mapping[Grade, tuple[str, str]] = MappingProxyType(
    {
        Grade.EMERGENCY: ("4 EMERGENCY", "Stop, and call your emergency number."),
        Grade.SAME_DAY: ("3 SAME DAY", "Stop walking, and get medical advice today."),
        Grade.SOON: ("2 SOON", "Arrange a review with your physio or doctor; until then the plan does not grow."),
        Grade.NONE_OF_THESE: ("1 None of these", "Get advice if it stays or gets worse."),
    }
)
_PART = re.compile(r"(<!-- generated: (?P<name>[a-z ]+) -->\n).*?(<!-- end -->)", re.DOTALL)
_RULES = Rules()


def rules_table() -> str:
    """Every rule of the rulebook, with room to agree or to change."""
    return _table(
        ("Rule", "When", "Then", "Rows", "Agreed, or changed to"),
        *(
            (f"`{rule.number}`", rule.when, rule.then, ", ".join(map(str, rule.rows)) or "–", "")
            for rule in RULES.values()
        ),
    )


def gate_table() -> str:
    """What happens before and during a walk."""
    rules = _RULES
    return _table(
        ("What the walker reports", "What kneemon does"),
        (
            f"Before: pain {rules.pain_no_start} or more",
            "No walk of the plan today; it is noted. The plan is not locked.",
        ),
        ("Before: something new", "Asks which list. No walk starts until that is answered."),
        ("A sign of the lists SAME DAY or EMERGENCY, at any time", "The plan is stopped."),
        ("A sign of the list SOON", "The walk may start; nothing grows until a review."),
        ("Before: no answer about pain or signs", "The walk starts, its pain unknown: it can be amber at best."),
        (
            f"During: pain {rules.pain_rise + 1} or more above the pain before, up to {rules.pain_acceptable_max}",
            "Suggests to go slower, shorter, or to rest. Amber.",
        ),
        (f"During: pain {rules.pain_acceptable_max + 1} or more", "Tells the walker to stop for today. Red."),
        ("During: the knee gave way, the first time", "Asks: steady, not steady, or a fall? Not steady ends the walk."),
        ("The knee gave way twice on one day, or with a fall", "Ends the walk; the plan is stopped."),
        (
            f"Walked for {rules.bout_cap_min:g} minutes without a rest of {rules.rest_min:g}",
            "Tells the walker to rest.",
        ),
    )


def colours_table() -> str:
    """When a walk is green, amber or red; B is the usual pain."""
    rules = _RULES
    red = (
        f"pain at any time of the walk above {rules.pain_acceptable_max}",
        f"next morning {rules.pain_rise + 1} or more above B",
        "the knee gave way twice",
        "a fall when it gave way",
        "a sign of the list SAME DAY or EMERGENCY",
    )
    amber = (
        f"pain rose by more than {rules.pain_rise} during the walk (the physio may switch this off)",
        f"two hours later more than {rules.pain_noise} above the pain before",
        f"next morning more than {rules.pain_noise} above B",
        "the knee gave way once",
        "a sign of the list SOON",
        "pain before, during or next morning, or B, not known",
        "something new whose list was not told",
    )
    return _table(
        ("Colour", "Any of these", "Agreed, or changed to"),
        ("RED", "; ".join(red), ""),
        ("AMBER", "; ".join(amber), ""),
        ("GREEN", "none of these; pain two hours later may be unknown", ""),
    )


def caps_table() -> str:
    """What no growth passes, and how the plan gives way."""
    rules = _RULES
    return _table(
        ("Limit", "Default", "Agreed, or changed to"),
        ("one variable at a time", "minutes, else days, else pace", ""),
        (
            "minutes a week, more than now",
            f"the larger of {rules.growth_min:g} min and {rules.growth_percent:g} % of the last two weeks' mean",
            "",
        ),
        ("load units a week, more than now", "the same limit, as the second guard", ""),
        ("minutes a week", f"the plan's `weekly_cap_min`; {SEVERE_CAP_MIN:g} with the preset severe, else none", ""),
        (
            "minutes of a walk",
            f"the plan's `session_top_min`, {PLAN_FIELDS['session_top_min'].default:g} when it names none",
            "",
        ),
        ("a step back", f"{100 * (1 - LESS):.0f} % fewer minutes at least, to {SHORTEST_WALK_MIN:g} at the lowest", ""),
        ("a flare", f"{rules.deload_percent:g} % of the minutes for {rules.deload_days} days at least", ""),
        ("after a stop", f"{100 * AFTER_STOP:.0f} % of the last minutes", ""),
    )


def signs() -> str:
    """The one question, and the lists, the most urgent first, each with what to do."""
    lists = (
        f"**{heading}** – {'; '.join(RED_FLAG_LISTS[grade])}. **{deed}**\n"
        for grade, (heading, deed) in HEADINGS.items()
    )
    return "\n".join((f"**{SIGNS_CHECK}**\n", *lists))


def advice_table() -> str:
    """Every tip with its strength of evidence and its source."""
    return _table(
        ("Switch under `[advice]`", "What is said", "Evidence", "Source"),
        *(
            (
                f"`{tip.key}`, {'on' if tip.on else 'off'}",
                tip.text,
                tip.grade,
                tip.source,
            )
            for tip in TIPS
        ),
    )


def renewed(page: str) -> str:
    """The page, every generated part of it made anew."""
    return _PART.sub(lambda part: f"{part[1]}\n{_PARTS[part['name']]()}\n{part[3]}", page)


def main(folder: Path) -> None:
    """Renew the pages in `folder`."""
    for name in PAGES:
        page = folder / name
        page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")


_PARTS = {
    "rules": rules_table,
    "gate": gate_table,
    "colours": colours_table,
    "caps": caps_table,
    "signs": signs,
    "advice": advice_table,
}


def _table(heading: tuple[str, ...], *rows: tuple[str, ...]) -> str:
    lines = [heading, ("---",) * len(heading), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    main(Path(*sys.argv[1:] or ["docs"]))
