# SPDX-License-Identifier: MIT
"""The catalogues: complete, as the code has the texts now, and able to say what kneemon says of whole lives."""

import io
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from renew_catalogue import sentences, texts

sys.path.append(str(Path(__file__).parent.parent / "life"))  # who makes lives there
from lived import lived, no_exercises

from kneemon.app.diary_words import sentence
from kneemon.language import FOLDER, LANGUAGES, Language
from kneemon.model.plans import Decision
from kneemon.store.reader import StoreReader

OTHERS = [code for code in LANGUAGES if code != "en"]
PLACE = re.compile(r"\{\w+\}")
ENGLISH = re.compile(r"\b(the|and|with|were|is|are|not|of|walks?|weeks?|pain)\b")


def po(code: str) -> Path:
    return FOLDER / code / "LC_MESSAGES" / "kneemon.po"


def catalogue(code: str) -> Catalog:
    return read_po(io.BytesIO(po(code).read_bytes()), locale=code)


def messages(of: Catalog) -> Iterator[Message]:
    return (message for message in of if message.id)


def forms(text: object) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)  # type: ignore[arg-type]


@pytest.mark.parametrize("code", OTHERS)
def test_every_text_of_the_code_is_translated_and_no_other(code: str) -> None:
    known = {message.id: message for message in messages(catalogue(code))}
    assert set(known) == {message.id for message in messages(texts())}, "run `make words`"
    missing = [message.id for message in known.values() if not all(forms(message.string)) or message.fuzzy]
    assert missing == []


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_has_no_place_that_the_text_has_not(code: str) -> None:
    wrong = [
        message.id
        for message in messages(catalogue(code))
        for said in forms(message.string)
        if not set(PLACE.findall(said)) <= {place for text in forms(message.id) for place in PLACE.findall(text)}
    ]
    assert wrong == []


@pytest.mark.parametrize("code", OTHERS)
def test_the_compiled_catalogue_is_that_of_the_texts(code: str) -> None:
    made = io.BytesIO()
    write_mo(made, catalogue(code))
    assert po(code).with_suffix(".mo").read_bytes() == made.getvalue(), "run `make words`"


def half_said(told: Mapping[str, str]) -> dict[str, str]:
    """What is English still, but for commands, names of rules and the plan's name."""
    bare = {text: re.sub(r"`.*?`|Six weeks of walking|12\.4-[\w-]+", "", said) for text, said in told.items()}
    return {text: said for text, said in bare.items() if said == text or ENGLISH.search(said)}


@pytest.mark.parametrize("seed", [3, 7, 11])
def test_what_is_said_of_a_life_is_said_in_german(seed: int, tmp_path: Path) -> None:
    store = tmp_path / "kneemon.db"
    lived(store, seed, 12, no_exercises(seed, 12))
    german = Language("de")
    with StoreReader(store) as reader:
        facts = [entry.fact for entry in reader.diary()]
    reasons = {fact.reason for fact in facts if isinstance(fact, Decision)}
    assert reasons
    told = {text: german.sentence(text) for text in reasons} | {
        sentence(fact): sentence(fact, german) for fact in facts
    }
    assert half_said(told) == {}


def test_english_is_as_it_is() -> None:
    english = Language("en")
    assert english.sentence("Pain 3 of 10 is noted.") == "Pain 3 of 10 is noted."
    assert english.say("From {first}", first=3) == "From 3"


def test_an_unknown_language_is_english() -> None:
    assert Language("xx").code == "en"


def test_a_number_is_written_as_the_language_has_it() -> None:
    assert (Language("de").number(1.5, 1), Language("en").number(1.5, 1), Language("de").number(None)) == (
        "1,5",
        "1.5",
        "–",
    )


def test_sentences_are_found_in_code() -> None:
    code = """
def told(score):
    \"\"\"Not this docstring, which nobody reads on a page.\"\"\"
    log.info("Nor what is logged.")
    return f"Pain {score} of 10 is {'not ' if score is None else ''}noted."
"""
    assert [text for _, text in sentences(code)] == ["Pain {score} of 10 is {else}noted."]
