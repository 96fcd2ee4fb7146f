# SPDX-License-Identifier: MIT
"""What is kept beside the walks: answers, choices, exercises, decisions, in one order that is never changed.

Every entry is stamped with the boot's own clock, so that it finds its day later when the civil clock was wrong. A later
answer to the same question replaces the earlier one; both are kept. None is not known, never 0.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from kneemon.model.plans import Decision, StateName
from kneemon.model.questions import Ask, Grade, Signs, Steady


@dataclass(frozen=True, slots=True)
class Stamp:
    """When, on the clocks of one boot: t_s (CLOCK_BOOTTIME, seconds), utc the civil label (aware), certain: the civil
    clock was known to be right, tz the IANA zone of the wearer."""

    boot_id: str
    t_s: float
    utc: datetime
    certain: bool
    tz: str


@dataclass(frozen=True, slots=True)
class PainAnswer:
    """Pain 0-10 at one of the moments that PAIN_ASKS name; score None: asked and not answered.

    session_id: of the walk that it belongs to, "" when there is none (a walk that was not begun, a morning). morning:
    the day whose morning it was, when told later; else None, the stamp's day.
    """

    ask: Ask
    score: int | None
    session_id: str = ""
    morning: date | None = None


@dataclass(frozen=True, slots=True)
class SignsAnswer:
    """The one-tap check for warning signs; None: not answered."""

    signs: Signs | None
    session_id: str = ""


@dataclass(frozen=True, slots=True)
class GradeAnswer:
    """Which list holds what the walker notices; None: asked and not yet answered, which keeps walks from starting."""

    grade: Grade | None
    session_id: str = ""


@dataclass(frozen=True, slots=True)
class SteadyAnswer:
    """After the knee gave way."""

    steady: Steady | None
    session_id: str


class Knee(StrEnum):
    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"


class Aid(StrEnum):
    """What helps to walk. A stick belongs in the hand opposite the painful knee."""

    NONE = "none"
    STICK_OPPOSITE = "stick_opposite"
    STICK_OTHER = "stick_other"  # in the hand of the painful side
    TWO_STICKS = "two_sticks"
    WALKER = "walker"


class Surface(StrEnum):
    PAVED = "paved"
    GRASS = "grass"
    TRACK = "track"
    TREADMILL = "treadmill"
    TRAIL = "trail"
    INDOOR = "indoor"


@dataclass(frozen=True, slots=True)
class Profile:
    """What `kneemon setup` asked. usual_pain: 0-10, "pain as usual". consent: to keep this diary on the device."""

    knee: Knee
    aid: Aid = Aid.NONE
    brace: bool = False
    usual_pain: int | None = None
    weight_kg: float | None = None
    tz: str = ""
    consent: bool = False


@dataclass(frozen=True, slots=True)
class Tags:
    """What a walk was walked with and on; None leaves what was known before."""

    session_id: str
    aid: Aid | None = None
    brace: bool | None = None
    surface: Surface | None = None
    shoes: str | None = None


class ChoiceKind(StrEnum):
    """What the walker chooses."""

    PAUSE = "pause"  # the plan, for a holiday or an illness
    RESUME = "resume"
    STAY = "stay"  # not to grow this week: the dose before it goes on
    REST = "rest"  # rest days rather than short walks in a flare
    ADVISED = "advised"  # a professional has advised: out of STOP_MEDICAL or REVIEW


@dataclass(frozen=True, slots=True)
class Choice:
    kind: ChoiceKind


@dataclass(frozen=True, slots=True)
class Override:
    """The physio sets a state, and perhaps the step of the plan, from 0; never out of STOP_MEDICAL."""

    state: StateName
    step: int | None = None
    note: str = ""


class ExerciseKind(StrEnum):
    PUSH_OFF = "push_off"
    CALF_STRETCH = "calf_stretch"
    BALANCE = "balance"
    COLD = "cold"  # the timer for cold or heat


class Leg(StrEnum):
    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class ExerciseSet:
    """One set of an exercise. counted: repetitions that the sensor saw; reps: as corrected by the walker, else counted.

    held_s: time held, of goal_s. touched: the foot came down, or the hold was broken, before the goal. tempo_s: mean
    seconds of a repetition, None when too few were seen.
    """

    exercise: ExerciseKind
    leg: Leg
    level: int
    number: int
    counted: int | None = None
    reps: int | None = None
    goal: int | None = None
    held_s: float | None = None
    goal_s: float | None = None
    touched: bool = False
    tempo_s: float | None = None


@dataclass(frozen=True, slots=True)
class AdviceSaid:
    """A tip was given; not to be given again soon."""

    tip: str


@dataclass(frozen=True, slots=True)
class PlanUsed:
    """From here on the plan of this revision is followed."""

    rev: int


@dataclass(frozen=True, slots=True)
class LimitWish:
    """Limits wished for beside the plan's, from now on: walking minutes of a day, steps/min; None: the plan's own."""

    minutes: float | None = None
    pace_spm: float | None = None


@dataclass(frozen=True, slots=True)
class WalkNote:
    """A word about a walk, by walker or physio; the newest of an author holds, "" takes it back."""

    session_id: str
    text: str
    author: str = ""


@dataclass(frozen=True, slots=True)
class Corrected:
    """A walk's figures as somebody knows them better; None: as counted. The record before is kept as `former`."""

    session_id: str
    steps: int | None = None
    walking_min: float | None = None
    why: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True)
class Struck:
    """A walk, or the diary's entry `seq`, no longer counts: deleted, but kept until the owner erases it, too."""

    session_id: str = ""
    seq: int = 0
    why: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was struck counts again."""

    session_id: str = ""
    seq: int = 0
    author: str = ""


Fact = (
    PainAnswer
    | SignsAnswer
    | GradeAnswer
    | SteadyAnswer
    | Profile
    | Tags
    | Choice
    | Override
    | ExerciseSet
    | AdviceSaid
    | PlanUsed
    | LimitWish
    | WalkNote
    | Corrected
    | Struck
    | Restored
    | Decision
)


@dataclass(frozen=True, slots=True)
class DiaryEntry:
    """One fact in the diary; seq is its place, 0 before it is stored."""

    stamp: Stamp
    fact: Fact
    seq: int = 0


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """A plan's text as it was; rev counts from 1 in the order of use. author: who saved it on the page, "" for the
    plan's file; note: what they said about it."""

    rev: int
    name: str
    text: str
    kept_at: datetime  # aware, UTC
    author: str = ""
    note: str = ""
