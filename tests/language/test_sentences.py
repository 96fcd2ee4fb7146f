# SPDX-License-Identifier: MIT
"""Sentences that were made in English, taken apart by their patterns and made anew."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.language.sentences import Sentences

CATALOGUE = {
    "Noted.": "Notiert.",
    "the knee gave way": "das Knie gab nach",
    "Pain {score} of 10 is noted.": "Schmerz {score} von 10 ist notiert.",
    "It replaces the answer before.": "Das ersetzt die Antwort davor.",
    "Back one step: {why}, {minutes} minutes.": "Ein Schritt zurück: {why}, {minutes} Minuten.",
    "{what}.": "{what}!",
    "From {day} to {day}.": "Am {day}.",
    "Corrected{by} to {figures}{why}.": "Berichtigt{by} auf {figures}{why}.",
    " by the {author}": " von {author}",
    "physio": "Physio",
    "{steps} steps": "{steps} Schritte",
    "{one} and {two}": "{one} und {two}",
}


@pytest.fixture
def sentences() -> Sentences:
    return Sentences(CATALOGUE, lambda number: number.replace(".", ","))


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("Noted.", "Notiert."),
        ("Pain 3 of 10 is noted.", "Schmerz 3 von 10 ist notiert."),
        (
            "Pain 3 of 10 is noted. It replaces the answer before.",
            "Schmerz 3 von 10 ist notiert. Das ersetzt die Antwort davor.",
        ),
        ("Back one step: the knee gave way, 12.5 minutes.", "Ein Schritt zurück: das Knie gab nach, 12,5 Minuten."),
        ("From Monday to Monday.", "Am Monday."),
        ("From Monday to Tuesday.", "From Monday to Tuesday."),
        ("Corrected to 900 steps.", "Berichtigt auf 900 Schritte."),
        ("Corrected by the physio to 900 steps: a bus.", "Berichtigt von Physio auf 900 Schritte: a bus."),
        ("bread and butter", "bread and butter"),
        ("a word that nobody knows", "a word that nobody knows"),
        ("", ""),
    ],
)
def test_it_is_said_in_the_other_language(sentences: Sentences, english: str, german: str) -> None:
    assert sentences.said(english) == german


@given(st.text(max_size=80))
def test_nothing_that_a_person_wrote_breaks_it(text: str) -> None:
    Sentences(CATALOGUE, str).said(text)
    said = Sentences({"Note: {text}": "Notiz: {text}"}, str).said(f"Note: {text}")
    assert said.startswith("Not")


def test_what_was_written_to_cost_time_costs_none() -> None:
    hostile = "Back one step: " + ", ".join("x minutes" for _ in range(20_000)) + "!"
    pattern = "Back{a} one{b} step: {c}, {d}, {e}, {f}, {g} minutes{h}."
    assert Sentences({pattern: "-"}, str).said(hostile) == hostile


def test_braces_in_a_value_are_no_places(sentences: Sentences) -> None:
    assert sentences.said("Back one step: {minutes}, 3 minutes.") == "Ein Schritt zurück: {minutes}, 3 Minuten."
