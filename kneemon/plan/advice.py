# SPDX-License-Identifier: MIT
"""Tips for walking with a painful knee: what they say, what stands behind them, and when one may be said.

Sources and grades are those of the project's evidence collection; what its sections 0, 5.4 and 9 do not carry is not
said here. A tip is said seldom: at most one on a day, the same one not again for two weeks. Each has a switch of its
own name under [advice] of the configuration.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kneemon.model.diary import Aid, Knee, Profile

APART_DAYS = 14  # expert choice: a tip that comes more often is nagging


class Moment(StrEnum):
    """When a tip fits; at ANY moment every one does."""

    SETUP = "setup"
    BEFORE = "before"
    AFTER = "after"
    PAIN = "pain"
    WEEKLY = "weekly"
    ANY = "any"


class Strength(StrEnum):
    """How good the evidence is, by its grade."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"


IN_WORDS = {
    Strength.A: "strong: a guideline, a review, or several trials that agree",
    Strength.B: "fair: one trial, a large cohort, or a good measurement study",
    Strength.C: "weak: small or uncontrolled studies",
    Strength.D: "expert practice, not tested by itself",
    Strength.E: "our choice: no study found",
}


@dataclass(frozen=True, slots=True)
class Tip:
    """key: its switch under [advice]. on: the switch's default. source: what was read, and what was not found. shows:
    what the evidence shows, where the words of its grade alone would promise more than it does."""

    key: str
    text: str
    strength: Strength
    source: str
    moments: tuple[Moment, ...]
    on: bool = True
    shows: str = ""

    @property
    def grade(self) -> str:
        """The strength of its evidence, by letter and in words."""
        return f"{self.strength.value}, {self.shows or IN_WORDS[self.strength]}"


TIPS: tuple[Tip, ...] = (
    Tip(
        "shoes",
        "Stable, supportive shoes: in one trial they hurt less to walk in than flat, flexible ones.",
        Strength.B,
        "Paterson 2021, doi:10.7326/M20-6321: 164 people, six months, 1.1 points of 10 less pain on walking",
        (Moment.SETUP, Moment.WEEKLY),
    ),
    Tip(
        "stick",
        "A stick belongs in the hand opposite the painful knee.",
        Strength.A,
        "recommended strongly by ACR/AF 2019, doi:10.1002/acr.24131; less pain in one trial of 64 people, Jones 2012",
        (Moment.SETUP, Moment.BEFORE, Moment.PAIN),
    ),
    Tip(
        "brace",
        "A knee brace helps some people to walk: ask your physio whether one would suit you.",
        Strength.A,
        "tibiofemoral brace recommended strongly by ACR/AF 2019, doi:10.1002/acr.24131; for the kneecap conditionally",
        (Moment.SETUP, Moment.PAIN),
    ),
    Tip(
        "surface",
        "Uneven ground needs more balance.",
        Strength.C,
        "doi:10.3390/jfmk8040145; that grass or a track spares the knee when walking: not found, so nothing is claimed",
        (Moment.BEFORE, Moment.WEEKLY),
    ),
    Tip(
        "warm_up",
        "Walk slowly for the first few minutes and for the last few; they come on top of the plan's minutes.",
        Strength.D,
        "the structure of Walk With Ease; not tested by itself",
        (Moment.SETUP, Moment.BEFORE),
    ),
    Tip(
        "weight",
        "Where people lost weight, the load on the knee went down by about four times as much, per step.",
        Strength.B,
        "Messier 2005, doi:10.1002/art.21139: 142 people, a slope across people, not a force on your knee",
        (Moment.WEEKLY,),
    ),
    Tip(
        "load",
        "Load units compare a week with your own usual: a jump says that you did much more than you are used to.",
        Strength.C,
        "impulse of a step, Miller 2014, doi:10.1249/MSS.0000000000000135; uncertain by a quarter at least; no force",
        (Moment.WEEKLY,),
    ),
    Tip(
        "posture",
        "Walk upright, as far as it is comfortable.",
        Strength.E,
        "that it helps knees: no source found; leaning to the side lowered the load on the inner knee, Simic 2012",
        (Moment.BEFORE,),
        on=False,
    ),
    Tip(
        "shorter_steps",
        "Shorter steps may ask less of the knee; do not reach far forward with the foot.",
        Strength.C,
        "14 healthy adults, J Biomech Eng 2020;142:074505; on quicker steps the studies disagree: ask your physio",
        (Moment.BEFORE,),
        on=False,
    ),
    Tip(
        "cold",
        "A cold pack for 15 minutes may ease swelling: a cloth between, 20 minutes at most, never on numb skin.",
        Strength.A,
        "Cochrane CD004522, Brosseau 2003: three small trials; less swelling, which heat did not do; pain unclear",
        (Moment.AFTER, Moment.PAIN),
        on=False,
        shows="that the evidence is weak",
    ),
)


def due_tips(
    moment: Moment, said: Sequence[tuple[str, date]], day: date, enabled: Collection[str], profile: Profile | None
) -> tuple[Tip, ...]:
    """At most one tip for this moment: the one that was not said for longest, in the order of TIPS.

    said: each tip that was given, by its key, with its day. enabled: the keys that are switched on.
    """
    last: dict[str, date] = {}
    for key, when in said:
        last[key] = max(when, last.get(key, when))
    if day in last.values():
        return ()
    fitting = [
        tip
        for tip in TIPS
        if tip.key in enabled
        and (moment is Moment.ANY or moment in tip.moments)
        and (tip.key not in last or abs((day - last[tip.key]).days) >= APART_DAYS)
        and _concerns(tip.key, profile)
    ]
    return tuple(sorted(fitting, key=lambda tip: last.get(tip.key, date.min))[:1])


def _concerns(key: str, profile: Profile | None) -> bool:
    """Nobody is told what they do already, and nobody of weight who kept theirs to themselves."""
    match key:
        case "stick":  # with two painful knees there is no opposite hand
            return profile is None or (profile.knee is not Knee.BOTH and profile.aid in (Aid.NONE, Aid.STICK_OTHER))
        case "brace":
            return profile is None or not profile.brace
        case "weight":
            return profile is not None and profile.weight_kg is not None
        case _:
            return True
