# SPDX-License-Identifier: MIT
"""What is said in German: each kind of the diary's entries, the day's dose, answers and refusals, each in full."""

from dataclasses import replace
from datetime import date

import pytest

from kneemon.app.diary_words import sentence
from kneemon.app.dose_words import in_words
from kneemon.errors import ControlError
from kneemon.language import Language
from kneemon.model.diary import (
    Aid,
    Choice,
    ChoiceKind,
    Corrected,
    ExerciseKind,
    ExerciseSet,
    Fact,
    Knee,
    Leg,
    LimitWish,
    Override,
    PainAnswer,
    Profile,
    Restored,
    Struck,
    Surface,
    Tags,
    WalkNote,
)
from kneemon.model.plans import Decision, Dose, Plan, PlanState, PlanWeek, StateName
from kneemon.model.questions import Ask

GERMAN = Language("de")
DAY = date(2026, 11, 23)
STATE = PlanState(StateName.HOLD, DAY, DAY, 0, Dose(10.0, 3, None, 30.0), DAY)
PLAN = Plan(
    name="six weeks",
    start=DAY,
    weeks=(PlanWeek(10), PlanWeek(15)),
    walk_days=(0, 2, 4),
    warm_up_s=180,
    cool_down_s=180,
    cadence_ceiling_spm=110,
)


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        (PainAnswer(Ask.PAIN_MORNING, 2, "", DAY), "Schmerz am Morgen, 23. Nov. 2026: 2 von 10."),
        (
            Profile(Knee.RIGHT, Aid.WALKER, brace=True, usual_pain=3),
            "Eingerichtet: rechtes Knie, Rollator oder Gehgestell, mit Bandage, üblicher Schmerz 3.",
        ),
        (
            Tags("b1", Aid.NONE, brace=False, surface=Surface.GRASS, shoes="the brown and red"),
            "Gegangen: ohne Gehhilfe, auf Gras, ohne Bandage, Schuhe: the brown and red.",
        ),
        (Choice(ChoiceKind.STAY), "Gewählt: diese Woche nicht steigern."),
        (Override(StateName.HOLD, 2, "agreed"), "Von der Physio gesetzt: halten, Woche 3. agreed"),
        (
            ExerciseSet(ExerciseKind.BALANCE, Leg.LEFT, 1, 1, held_s=6.6, goal_s=10.0, touched=True),
            "Balance, links, Satz 1: 7 von 10 s gehalten, dann aufgesetzt.",
        ),
        (LimitWish(8.0, 90.0), "Neben dem Plan gewünscht: höchstens 8 Minuten pro Tag, höchstens 90 Schritte/min."),
        (WalkNote("b1", "the knee gave way", "walker"), "Notiz (Eigentümer/in): the knee gave way"),
        (
            Corrected("b1", 900, 12.5, "a bus", "physio"),
            "Berichtigt (Physio) auf 900 Schritte und 12,5 min Gehen: a bus.",
        ),
        (Struck(seq=7), "Eintrag 7 wurde gelöscht."),
        (Restored("b1", author="physio"), "Der Spaziergang wurde wiederhergestellt (Physio)."),
        (
            Decision("12.4-HOLD-pain", DAY, DAY, StateName.PROGRESS, STATE, "2 walks were AMBER, answers missing."),
            "Entschieden (12.4-HOLD-pain): GELB, weil Antworten fehlen, Zahl der Spaziergänge: 2.",
        ),
    ],
)
def test_an_entry_of_the_diary(fact: Fact, words: str) -> None:
    assert sentence(fact, GERMAN) == words


@pytest.mark.parametrize("kind", ChoiceKind)
def test_each_choice(kind: ChoiceKind) -> None:
    assert sentence(Choice(kind), GERMAN) != sentence(Choice(kind))


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (
            STATE,
            (
                "Heute, Montag, 23. November (Stufe 1 von 2): 10 Minuten Gehen, nicht über 110 Schritte/min; "
                "vorher und nachher je 3 Minuten langsam."
            ),
        ),
        (
            replace(STATE, name=StateName.DELOAD, dose=Dose(0.0, 3, None, 30.0)),
            (
                "Heute, Montag, 23. November (Stufe 1 von 2), ist ein Tag der Ruhe; "
                "kein Spaziergang ist geplant, bis der Plan weitergeht."
            ),
        ),
        (
            replace(STATE, name=StateName.STOP_MEDICAL),
            (
                "Der Plan ist gestoppt: kein Spaziergang des Plans, bis eine Fachperson Sie beraten hat und Sie es "
                "bestätigt haben."
            ),
        ),
    ],
)
def test_the_dose_of_a_day(state: PlanState, words: str) -> None:
    assert in_words(
        PLAN, DAY, 0.0, replace(state, dose=replace(state.dose, cadence_ceiling_spm=110)), language=GERMAN
    ) == (words)


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("The knee gave way.", "Das Knie hat nachgegeben."),
        ("1 to 7", "1 bis 7"),
        (
            (
                "Pain 8 of 10 is noted. You reported pain 8 before the walk; your plan starts no walk from 6 on. Do "
                "what you agreed on with your physio for such a day."
            ),
            (
                "Schmerz 8 von 10 ist notiert. Sie haben vor dem Spaziergang Schmerz 8 gemeldet; Ihr Plan beginnt "
                "keinen Spaziergang ab 6. Tun Sie, was Sie mit Ihrer Physio für einen solchen Tag vereinbart haben."
            ),
        ),
        (
            str(ControlError("the week", expected="1 to 2", seen="-99", remedy="Tell it anew.")),
            "Woche – erwartet: 1 bis 2; gefunden: -99. Geben Sie es neu an.",
        ),
        (
            (
                "plan: expected no mistake, saw 1:\n  - plan:5: start: expected a date such as 2026-11-23, saw 3\n"
                "That is all of them."
            ),
            (
                "plan – erwartet: kein Fehler; gefunden: 1:\n  - plan:5: start – erwartet: ein Datum wie 2026-11-23; "
                "gefunden: 3\nDas sind alle."
            ),
        ),
    ],
)
def test_an_answer_or_a_refusal(english: str, german: str) -> None:
    assert GERMAN.sentence(english) == german
