# SPDX-License-Identifier: MIT
"""Who is walking: the traits of one made-up person, drawn once. They are guesses, and nobody was measured.

Where evidence tells of a size (the length of a flare, how often a knee gives way) the guess is laid around it.
"""

from dataclasses import dataclass, field
from typing import TypeVar

from numpy.random import Generator

from kneemon.model.diary import Aid, Knee, Profile

T = TypeVar("T")

WEEKDAYS = ((0, 2, 4), (1, 3, 5), (0, 3, 6), (1, 3, 6), (0, 2, 5, 6), (1, 4, 6))  # 0 = Monday
SHOES = ("walking shoes", "old trainers", "sturdy lace-ups", "hiking shoes")


@dataclass(frozen=True, slots=True)
class Person:
    """Shares and chances are fractions of 1; chances are per day, of `buckles` and `warns` per walk.

    weekdays, hour: when they like to walk. capacity_min: walking that the knee bears without a grudge, at first.
    grudge: pain for as much again. learns: growth of the capacity by a walk. keen: share of their walks that are made.
    eager: share that go on past the dose. prompt: share of questions answered when asked; late: of the others, by the
    next day. away: first day and length of a holiday, in days of the life; announces: they pause the plan for it.
    """

    knee: Knee = Knee.RIGHT
    aid: Aid = Aid.NONE
    brace: bool = False
    weight_kg: float | None = 78.0
    shoes: str = SHOES[0]
    usual_pain: float = 2.6
    capacity_min: float = 22.0
    grudge: float = 1.6
    learns: float = 0.03
    cadence_spm: float = 102.0
    weekdays: tuple[int, ...] = WEEKDAYS[0]
    hour: float = 10.0
    keen: float = 0.88
    eager: float = 0.15
    prompt: float = 0.85
    late: float = 0.6
    flares: float = 0.006
    buckles: float = 0.01
    warns: float = 0.008
    away: tuple[int, int] | None = None
    announces: bool = True
    exercises: float = 0.5
    offline: float = 0.05
    zone: str = "Europe/Berlin"
    profile: Profile = field(init=False)

    def __post_init__(self) -> None:
        told = Profile(
            self.knee,
            aid=self.aid,
            brace=self.brace,
            usual_pain=round(self.usual_pain),
            weight_kg=self.weight_kg,
            tz=self.zone,
            consent=True,
        )
        object.__setattr__(self, "profile", told)


def somebody(rng: Generator, days: int) -> Person:
    """One of many people, for a life of so many days."""
    frail = rng.random() < 0.35  # a knee that flares and gives way more than others
    holiday = None
    if days >= 35 and rng.random() < 0.6:
        holiday = int(rng.integers(21, days - 7)), int(rng.choice((5, 7, 8, 10, 14, 16)))
    aid = Aid.NONE
    if rng.random() < 0.3:
        aid = Aid.STICK_OPPOSITE if rng.random() < 0.8 else Aid.STICK_OTHER
    return Person(
        knee=_one_of(rng, (Knee.LEFT, Knee.RIGHT, Knee.RIGHT, Knee.BOTH)),
        aid=aid,
        brace=bool(rng.random() < 0.2),
        weight_kg=None if rng.random() < 0.4 else round(float(rng.normal(80.0, 11.0)), 0),
        shoes=_one_of(rng, SHOES),
        usual_pain=float(rng.uniform(1.7, 4.2 if frail else 3.4)),
        capacity_min=float(rng.uniform(13.0, 20.0) if frail else rng.uniform(18.0, 32.0)),
        grudge=float(rng.uniform(1.5, 3.2) if frail else rng.uniform(0.8, 2.0)),
        learns=float(rng.uniform(0.015, 0.045)),
        cadence_spm=float(rng.normal(96.0 if frail else 104.0, 6.0)),
        weekdays=_one_of(rng, WEEKDAYS),
        hour=float(rng.choice((9.2, 10.3, 11.0, 14.5, 16.2, 17.4))),
        keen=float(rng.uniform(0.75, 0.98)),
        eager=float(rng.uniform(0.04, 0.3)),
        prompt=float(rng.uniform(0.65, 0.97)),
        late=float(rng.uniform(0.3, 0.9)),
        flares=float(rng.uniform(0.012, 0.03) if frail else rng.uniform(0.0, 0.01)),
        buckles=float(rng.uniform(0.02, 0.07) if frail else rng.uniform(0.0, 0.015)),
        warns=float(rng.uniform(0.004, 0.04)),
        away=holiday,
        announces=bool(rng.random() < 0.55),
        exercises=float(rng.uniform(0.0, 0.9)),
        offline=float(rng.uniform(0.02, 0.1)),
    )


def _one_of(rng: Generator, choices: tuple[T, ...]) -> T:
    return choices[int(rng.integers(len(choices)))]
