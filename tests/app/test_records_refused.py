# SPDX-License-Identifier: MIT
"""What may not be amended: each refusal in its words, and that nothing is kept of it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from app_bench import Bench
from records_bench import Kept, at_rest, lived_once

from kneemon.app.asked import RECORDS
from kneemon.errors import RefusalError
from kneemon.model.diary import AdviceSaid, Profile
from kneemon.model.plans import Decision
from kneemon.mqtt.commands import COMMANDS


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lived_once(tmp_path_factory.mktemp("lived"))


@pytest.fixture
def kept(lived: Path, tmp_path: Path) -> Iterator[Kept]:
    with at_rest(lived, tmp_path) as opened:
        yield opened


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(RefusalError) as caught:
        call()
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "args", "sentence"),
    [
        (
            "strike",
            {"session_id": "b99-9-ffff"},
            (
                "the walk 'b99-9-ffff': expected a walk's name, such as NAMES, saw 'b99-9-ffff'. "
                "`kneemon sessions` lists them all."
            ),
        ),
        (
            "strike",
            {"seq": 999},
            (
                "the entry: expected the number of an entry in the diary, saw 999. "
                "`kneemon diary --json` tells each entry's number."
            ),
        ),
        (
            "strike",
            {"seq": 2, "session_id": "b1-1-aaaa"},
            (
                "the session_id or seq: expected one of them: a walk's name, or an entry's number, saw 'b1-1-aaaa'. "
                "Ask for it anew."
            ),
        ),
        (
            "erase",
            {},
            (
                "the session_id or seq: expected one of them: a walk's name, or an entry's number, saw None. "
                "Ask for it anew."
            ),
        ),
        (
            "restore",
            {"session_id": "latest"},
            "the walk: expected one that is deleted, saw one that is not. It is as it was.",
        ),
        ("restore", {"seq": 1}, "the entry: expected one that is deleted, saw one that is not. It is as it was."),
        (
            "correct-walk",
            {"session_id": "latest", "steps": 200_001},
            "the steps: expected 0 to 200000, saw 200001. Tell them anew.",
        ),
        (
            "correct-walk",
            {"session_id": "latest", "steps": -1},
            "the steps: expected 0 to 200000, saw -1. Tell them anew.",
        ),
        (
            "correct-walk",
            {"session_id": "latest", "steps": 7.5},
            "the steps: expected a whole number, saw 7.5. Ask for it anew.",
        ),
        (
            "correct-walk",
            {"session_id": "latest", "walking_min": 15.2},
            "the minutes of walking: expected 0 to 15.0, which is how long the walk lasted, saw 15.2. Tell them anew.",
        ),
        (
            "correct-walk",
            {"session_id": "latest", "walking_min": float("nan")},
            "the minutes of walking: expected 0 to 15.0, which is how long the walk lasted, saw nan. Tell them anew.",
        ),
        (
            "correct-walk",
            {"session_id": "latest", "walking_min": True},
            "the walking_min: expected a number, saw True. Ask for it anew.",
        ),
        (
            "correct-walk",
            {"session_id": "latest"},
            "the correction: expected other figures than the walk has, saw none. There is nothing to correct.",
        ),
        (
            "correct-walk",
            {"session_id": "latest", "steps": 1500, "walking_min": 15},
            (
                "the correction: expected other figures than the walk has, saw 1500 steps, 15.0 min of walking. "
                "There is nothing to correct."
            ),
        ),
        (
            "note-walk",
            {"session_id": "latest", "text": "x" * 2001},
            "the text: expected at most 2000 characters, saw 2001. Ask for it anew.",
        ),
        (
            "note-walk",
            {"session_id": "latest", "text": "x", "author": "reader"},
            "the author: expected walker, physio or none, saw 'reader'. Ask for it anew.",
        ),
        (
            "note-walk",
            {"text": "x"},
            "the session_id: expected a walk's name, such as b17-3-9f2c, or latest, saw None. Ask for it anew.",
        ),
        (
            "save-plan",
            {"text": "x" * 40_001, "author": "physio"},
            "the text: expected a plan of at most 40000 characters, saw 40001. Ask for it anew.",
        ),
        (
            "dance",
            {},
            (
                "the request: expected one of note-walk, correct-walk, strike, restore, erase, erase-all, save-plan, "
                "saw 'dance'. Ask for it anew."
            ),
        ),
    ],
)
def test_a_refusal_says_what_was_wrong_and_nothing_is_kept(
    kept: Kept, name: str, args: dict[str, object], sentence: str
) -> None:
    before = kept.programme.entries
    said = refusal(lambda: kept.amend(name, **args))
    assert said == sentence.replace("NAMES", said.split("such as ")[-1].split(", saw")[0])
    assert kept.programme.entries == before
    assert kept.store.diary() == before


def test_the_home_cannot_ask_for_any_of_it() -> None:
    assert not {meaning.request for meaning in COMMANDS.values()} & set(RECORDS)


def test_what_is_struck_is_not_struck_again(kept: Kept) -> None:
    seq = kept.seq_of(Profile)
    kept.amend("strike", session_id="latest")
    kept.amend("strike", seq=seq)
    already = "expected one that counts, saw one that is deleted. It is so."
    assert refusal(lambda: kept.amend("strike", session_id="latest")) == f"the walk: {already}"
    assert refusal(lambda: kept.amend("strike", seq=seq)) == f"the entry: {already}"


@pytest.mark.parametrize("name", ["strike", "erase"])
def test_decisions_and_what_kneemon_did_can_not_be_taken_out(kept: Kept, name: str) -> None:
    kept.programme.tell(AdviceSaid("shoes"))
    decision, tip = kept.seq_of(Decision), kept.seq_of(AdviceSaid)
    assert refusal(lambda: kept.amend(name, seq=decision)) == (
        "the entry: expected something that was told, saw a decision. "
        "A decision stays with what it was made from; delete the answer instead."
    )
    assert refusal(lambda: kept.amend(name, seq=tip)) == (
        "the entry: expected something that was told, saw a note of what was done. "
        "It stays, so that the diary can be followed."
    )


def test_nothing_can_be_asked_of_an_empty_store(tmp_path: Path, bench: Callable[..., Bench]) -> None:
    kneemon = bench()
    kneemon.walk([], {})
    with ExitStack() as opened:
        app = opened.enter_context(kneemon.running_on(_Nothing()))
        kept = Kept(kneemon.path, app._edges.store, app._programme)
        assert refusal(lambda: kept.amend("strike", session_id="latest")) == (
            "the walk 'latest': expected a walk in the store, saw none. `kneemon sessions` lists them all."
        )
        assert kept.amend("erase-all").startswith("Every walk and the whole diary are erased. Backups")


class _Nothing:
    describe = "nothing"

    def read(self) -> None:
        return None

    def close(self) -> None:
        pass
