# SPDX-License-Identifier: MIT
"""The thresholds of the gait engine, with their reasons. One configuration for all wearing positions.

Periods are step periods: the time from one initial contact to the next one of the other foot.
"""

from dataclasses import dataclass, field

from kneemon.dsp.calm import CalmerParams
from kneemon.dsp.resample import ResamplerParams
from kneemon.gait.gate_weights import SHIPPED, GateWeights


@dataclass(frozen=True, slots=True)
class StepParams:
    """What a maximum of the step channel must be to count as an initial contact."""

    floor_g: float = 0.012  # least prominence; 25 mg loses slow gait, 6 mg counts quiet standing
    relative: float = 0.25  # least prominence, of the median of recent steps
    weak: float = 0.10  # … of one step that comes when due: the foot brought alongside at a bout's end
    due: tuple[float, float] = (0.7, 1.4)  # when a weak step is due, in periods
    resumed: float = 0.7  # soon after walking recent steps are taken for no less than so much of those just walked
    nearest: float = 0.68  # the shortest interval, in periods: below it is the same step's second bump
    farthest: float = 1.75  # the longest interval within a run, in periods
    retuned: float = 0.2  # so far back the channel is looked at again when its period changes, in periods
    look_back: float = 0.9  # prominence is taken over the lowest point of so many periods before
    remembered: int = 9  # steps whose median prominence is the measure; two strides more than a turn takes
    lag: float = 0.12  # by how much an initial contact precedes its maximum, of what the period exceeds …
    lag_from_s: float = 0.55  # … this one: the body answers a slow step later


@dataclass(frozen=True, slots=True)
class GateParams:
    """When walking is believed, and when no longer."""

    weights: GateWeights = SHIPPED
    limit: float = 6.0  # one look can say no more than 400 : 1 for walking …
    against: float = 4.0  # … and 55 : 1 against: a first step out of stillness looks like anything
    weight: float = 0.35  # of one look: most of its window was in the look before
    ends: float = 0.02  # chance, from look to look, that walking ends: a belief is soon given up …
    begins: float = 0.0005  # … or begins: what was long no walking must be seen to walk for some looks
    one_push: float = 2.0  # more is a machine: 1.2 refuses a limp at the thigh, 2.4 is as good on rowing
    open_log_odds: float = 2.0  # 7 : 1 for walking
    lasting: float = 0.5  # by so much less for each even step beyond the fourth: a rhythm that lasts is not refused …
    lasting_most: float = 2.0  # … as long as the looks are not against it; more counts machines and vehicles
    reopen_log_odds: float = 0.0  # even, soon after walking
    close_log_odds: float = -1.5
    comb: float = 1.1  # least score of the rhythm (0 noise … 4 pure)
    recomb: float = 0.77
    soon_s: float = 4.0  # "soon after walking": a turn, a door
    run: int = 4  # steps that open; 6 and 8 lose slow bouts, 3 count a door's shuffle
    stride_tolerance: float = 0.15  # newest strides against their median: strides, so that a limp passes
    silence: float = 1.8  # periods without a step that close, and 0.6 more
    silence_s: float = 1.5  # … but at least this
    still_g: float = 0.006  # rms of the step band below which nobody walks


@dataclass(frozen=True, slots=True)
class CadenceParams:
    """Cadence from strides: step intervals of a pocket or a limp alternate, strides do not."""

    steps: int = 8  # the newest intervals used: four strides, about 4 s
    first: int = 5  # contacts needed for a reading
    odd: tuple[float, float] = (0.75, 1.3)  # strides outside these multiples of the median are left out
    least: int = 3  # even strides: two may be alike by chance
    most_odd: float = 0.4  # with more of them than this share there is no rhythm to speak of
    pause: float = 1.8  # an interval of more usual steps than this is a pause: what was before it is forgotten
    sure_spm: float = 3.0  # standard uncertainty of a reading that is given at once …
    unsure_spm: float = 8.0  # … and of one that is given rather than none
    wait_s: float = 1.4  # … when the last is so old


@dataclass(frozen=True, slots=True)
class BoutParams:
    """A walking bout goes on through breaks of up to break_s (Mobilise-D's definition of a walking bout)."""

    break_s: float = 3.0


@dataclass(frozen=True, slots=True)
class GaitParams:
    """The whole gait engine."""

    calmer: CalmerParams = field(default_factory=CalmerParams)
    resampler: ResamplerParams = field(default_factory=ResamplerParams)
    step: StepParams = field(default_factory=StepParams)
    gate: GateParams = field(default_factory=GateParams)
    cadence: CadenceParams = field(default_factory=CadenceParams)
    bout: BoutParams = field(default_factory=BoutParams)
    memory_s: float = 8.0  # how far back a run of held-back steps may reach
    look_s: float = 0.4  # a look of the gate while closed …
    look_open_s: float = 0.8  # … and while open
