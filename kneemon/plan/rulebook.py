# SPDX-License-Identifier: MIT
"""The rules of the plan, each with its number: when it is used and what follows, in words that a physio can sign.

Every decision names one of them. The physio's manual prints this table; `plan.decide` does what it says. Sources:
evidence sections 12.1 to 12.4; rows are those of the defaults table (docs/defaults.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kneemon.model.plans import StateName


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. state: what it enters; None: the plan stays where it is, or the rule's words tell."""

    number: str
    state: StateName | None
    when: str
    then: str
    rows: tuple[int, ...] = ()


_S = StateName
_AWAY = "12.4-PAUSED-"
_ALL = (
    Rule(
        "12.4-BEGIN",
        _S.BASELINE,
        "The plan's first day has come, and the date is known to be right.",
        "The first step's dose holds for seven days; a lower one, that a stop before left, goes on. Nothing grows "
        "inside the week. A plan that was stopped, or sent to review, stays so.",
        (3, 5),
    ),
    Rule(
        "12.4-PROGRESS",
        _S.PROGRESS,
        "A week is over. Walks were made on at least two thirds of the planned days, with at least two thirds of the "
        "planned minutes, and so many of them under the dose that is judged. All walks are GREEN; one AMBER is "
        "forgiven beside a GREEN one. The mean morning pain after walks is at most 0.5 above that of the week before "
        "(after a beginning: above the usual pain). No sign, no knee that gave way, at most one walk without its "
        "morning score.",
        "One variable grows towards the next step: minutes, else days, else pace. The week grows by no more than the "
        "larger of row 8's two limits, in minutes and in load units; where walks were made on more days than planned, "
        "the limit is shared among all of them. The plan's weekly cap and its longest walk hold. Where row 8 leaves no "
        "room for one variable, the next is taken; where the load leaves none, the dose stays. After a step back, pace "
        "and stretches are given back first, before any minute is added: the minutes are known to be tolerated, and "
        "the next ones are to be judged under the step's own terms.",
        (8, 9, 10),
    ),
    Rule(
        "12.4-HOLD-adherence",
        _S.HOLD,
        "A week is over with walks on fewer than two thirds of the planned days, or with fewer than two thirds of the "
        "planned minutes, and without more pain.",
        "The same dose goes on. Too few walks never lead to a step back; the walker is asked why.",
        (3, 13),
    ),
    Rule(
        "12.4-HOLD-pain",
        _S.HOLD,
        "A week is over with two or more walks AMBER because of pain, or one and none GREEN, or with mean morning pain "
        "up by more than 0.5 but less than a meaningful rise.",
        "The same dose goes on. Twice running, it becomes a step back.",
        (28, 29, 31, 32),
    ),
    Rule(
        "12.4-HOLD-buckling",
        _S.HOLD,
        "A week is over in which the knee gave way, without a fall and less often than asks for a review.",
        "The same dose goes on.",
        (39,),
    ),
    Rule(
        "12.4-HOLD-little-data",
        _S.HOLD,
        "A week is over with more than one walk lacking its morning score, two or more walks AMBER because answers are "
        "missing, or one and none GREEN, too few walks under the present dose, or no pain to compare with.",
        "The same dose goes on. What is not known never counts as no pain.",
        (33,),
    ),
    Rule(
        "12.4-REGRESS-red",
        _S.REGRESS,
        "A week is over with a walk that was RED because of pain, or an earlier walk has become RED by an answer told "
        "late, or was RED in a week that was never judged.",
        "Back one step, at least 20 % fewer minutes but not below 3; no faster than the own baseline; stretches of at "
        "most row 12's split bout; the days are kept. What the plan locks stays as it is: minutes, or pace and "
        "stretches.",
        (12, 29, 31),
    ),
    Rule(
        "12.4-REGRESS-mean",
        _S.REGRESS,
        "A week is over with mean morning pain up by at least a meaningful rise on the week before.",
        "As 12.4-REGRESS-red.",
        (12, 31),
    ),
    Rule(
        "12.4-REGRESS-two-holds",
        _S.REGRESS,
        "A week would be held because of pain, as was the one before.",
        "As 12.4-REGRESS-red.",
        (12, 31),
    ),
    Rule(
        "12.4-DELOAD",
        _S.DELOAD,
        "Morning pain is at least a meaningful rise above the usual pain on as many mornings in a row as row 35 says.",
        "A share of the minutes (row 37) for at least the days of row 36, no faster than the own baseline; or rest, "
        "if the walker prefers. No week is judged. Locked minutes and a locked pace stay; rest is open all the same.",
        (31, 35, 36, 37),
    ),
    Rule(
        "12.4-DELOAD-settled",
        _S.HOLD,
        "The days of row 36 are over, and the two newest mornings were at most row 32 above the usual pain from "
        "before the flare.",
        "One step lower, at least 20 % fewer minutes than before the flare, if these are not locked. A fresh week "
        "begins.",
        (32, 36),
    ),
    Rule(
        "12.4-DELOAD-review",
        _S.REVIEW,
        "The flare has not settled within the days of row 38.",
        "The walker is told to have a physio or doctor look at it. Walking at the flare's reduced dose is allowed. "
        "Nothing grows.",
        (38,),
    ),
    Rule(
        "12.4-REVIEW-regress",
        _S.REVIEW,
        "The third step back within six weeks.",
        "The step back is made. The walker is told to have a physio or doctor look at it. Nothing grows.",
    ),
    Rule(
        "12.4-REVIEW-bucklings",
        _S.REVIEW,
        "The knee gave way as often within seven days as row 39 says.",
        "The walker is told to have a physio or doctor look at it. Walking at the last tolerated dose is allowed.",
        (39,),
    ),
    Rule(
        "12.4-REVIEW-flag",
        _S.REVIEW,
        "The walker reported a sign of the SOON list.",
        "The walker is told to have a physio or doctor look at it. Walking at the last tolerated dose is allowed.",
    ),
    Rule(
        "12.4-STOP-flag",
        _S.STOP_MEDICAL,
        "The walker reported a sign of the SAME-DAY or the EMERGENCY list. Also when the date is not known.",
        "The plan is locked until the walker confirms that a professional has advised.",
    ),
    Rule(
        "12.4-STOP-fall",
        _S.STOP_MEDICAL,
        "The walker fell when the knee gave way. Also when the date is not known.",
        "The plan is locked until the walker confirms that a professional has advised.",
        (40,),
    ),
    Rule(
        "12.4-STOP-bucklings",
        _S.STOP_MEDICAL,
        "The knee gave way twice or more on one day. Also when the date is not known.",
        "The plan is locked until the walker confirms that a professional has advised.",
        (40,),
    ),
    Rule(
        f"{_AWAY}choice",
        _S.PAUSED,
        "The walker chose to pause.",
        "No week is judged. The dose is kept; chosen in a flare, it is that of the flare, which goes on afterwards.",
    ),
    Rule(
        f"{_AWAY}7",
        _S.PAUSED,
        "Seven whole days have passed without a walk. Resting in a flare or waiting for a review is no gap.",
        "No week is judged. The dose is kept.",
    ),
    Rule(
        f"{_AWAY}14",
        _S.PAUSED,
        "Fourteen whole days have passed without a walk, whatever was chosen in them. Those of a flare, a review or a "
        "stop count once it is left.",
        "One step back; never more than the dose that held. The days are kept, and what is locked.",
    ),
    Rule(
        f"{_AWAY}28",
        _S.PAUSED,
        "Twenty-eight whole days have passed without a walk, whatever was chosen in them. Those of a flare, a review "
        "or a stop count once it is left.",
        "Back to the first step; never more than the dose that held. What is locked stays.",
    ),
    Rule(
        "12.4-RESUMED-walk",
        None,
        "A walk was made while the plan was paused.",
        "HOLD at the dose that the gap left, BASELINE after 28 days or when paused in BASELINE, the flare's DELOAD "
        "when paused in one. A fresh week begins.",
    ),
    Rule(
        "12.4-RESUMED-choice",
        None,
        "The walker chose to go on while the plan was paused.",
        "As 12.4-RESUMED-walk.",
    ),
    Rule(
        "P-edited",
        None,
        "The plan was changed and has the same first day.",
        "The same step of the new file. What it asks for less holds at once; what it asks for more is grown towards, "
        "one variable at a time. What is locked follows the file at once, and so does a plan that began with its whole "
        "first step and in which no walk was made yet.",
    ),
    Rule(
        "P-new",
        _S.BASELINE,
        "A plan with another first day is used.",
        "The first step of the new plan. A plan that is stopped, in review or in a flare stays so, with no more than "
        "the dose that held.",
    ),
    Rule(
        "C-stay",
        _S.HOLD,
        "The walker chose not to grow this week.",
        "The dose from before this week's growth goes on.",
    ),
    Rule("C-rest", _S.DELOAD, "In a flare the walker chose rest.", "No minutes until the flare has settled."),
    Rule(
        "C-advised",
        None,
        "The walker confirmed that a professional has advised, after the plan was stopped or sent to review.",
        "After a stop: BASELINE with half of the last minutes, with all of them where minutes are locked; also when "
        "the date is not known. After a review: HOLD at the dose that held. A fresh week begins.",
    ),
    Rule("C-none", None, "The walker chose what has no place in this state.", "Nothing changes; it is noted."),
    Rule(
        "O-override",
        None,
        "The physio set a state, and perhaps a step.",
        "That state with that step's dose. A fresh week begins.",
    ),
    Rule(
        "O-refused",
        None,
        "The physio set a state while the plan is stopped.",
        "Nothing changes: only the walker's word that a professional has advised opens it.",
        (40,),
    ),
)

RULES: Mapping[str, Rule] = MappingProxyType({rule.number: rule for rule in _ALL})
