# SPDX-License-Identifier: MIT
"""The cue patterns can be told apart by a person who walks."""

from itertools import combinations

import pytest

from kneemon.feedback.patterns import MEANINGS, PATTERNS
from kneemon.model.cues import LIMIT_CUES, CueKind

SPIN_UP_S = 0.1  # a motor's; shorter pulses are not felt

# What asks for the same thing feels the same.
FAMILIES = (
    {CueKind.STARTED, CueKind.NOTED, CueKind.MAIN_PART},
    {CueKind.STOPPED},
    {CueKind.PACE_HIGH},
    {CueKind.LIMIT_NEAR},
    {CueKind.LIMIT_REACHED, CueKind.OVER_LIMIT, CueKind.PAIN_STOP},
    {CueKind.FAULT},
)


def test_every_cue_has_a_pattern_and_a_meaning() -> None:
    assert set(PATTERNS) == set(MEANINGS) == set(CueKind) == set.union(*FAMILIES)
    assert len(set(MEANINGS.values())) == len(CueKind)
    for meaning in MEANINGS.values():
        assert meaning == meaning.strip().rstrip(".")
        assert "\n" not in meaning


@pytest.mark.parametrize("family", FAMILIES)
def test_one_family_one_pattern(family: set[CueKind]) -> None:
    assert len({PATTERNS[kind] for kind in family}) == 1


@pytest.mark.parametrize(("one", "other"), list(combinations(FAMILIES, 2)))
def test_families_differ_in_count_or_clearly_in_length(one: set[CueKind], other: set[CueKind]) -> None:
    first, second = PATTERNS[min(one)].pulses, PATTERNS[min(other)].pulses
    longer, shorter = max(first[0].on_s, second[0].on_s), min(first[0].on_s, second[0].on_s)
    assert len(first) != len(second) or longer / shorter > 1.8


@pytest.mark.parametrize("kind", CueKind)
def test_pulses_are_felt_apart_and_soon_over(kind: CueKind) -> None:
    pattern = PATTERNS[kind]
    assert all(pulse.on_s > SPIN_UP_S for pulse in pattern.pulses)
    assert all(pulse.off_s >= 0.2 for pulse in pattern.pulses)
    assert 2.0 <= pattern.again_after_s <= 3.0
    assert pattern.times in (1, 2)
    assert pattern.on_s <= 4.0


@pytest.mark.parametrize("kind", LIMIT_CUES)
def test_limit_cues_are_long_enough_to_be_felt_while_walking(kind: CueKind) -> None:
    assert all(pulse.on_s >= 0.4 for pulse in PATTERNS[kind].pulses)


def test_on_time_counts_the_repeats() -> None:
    assert PATTERNS[CueKind.LIMIT_REACHED].on_s == pytest.approx(2 * 3 * 0.6)
    assert PATTERNS[CueKind.STARTED].on_s == pytest.approx(0.15)


def test_the_tables_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        PATTERNS[CueKind.FAULT] = PATTERNS[CueKind.STARTED]  # type: ignore[index]
