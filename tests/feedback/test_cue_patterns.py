# SPDX-License-Identifier: MIT
"""The cue patterns can be told apart by a person who walks."""

from itertools import combinations

import pytest

from kneemon.feedback.patterns import EXAMPLE, MEANINGS, PATTERNS, Pattern, pattern_of, read_back
from kneemon.model.cues import LIMIT_CUES, Cue, CueKind

SPIN_UP_S = 0.1  # a motor's; shorter pulses are not felt
NUMBERS = range(16)

# What asks for the same thing feels the same. A read-back is a number, and follows presses that were counted; a beat
# down is a tick in an exercise, where nothing else ticks.
FAMILIES = (
    {CueKind.TICK, CueKind.STARTED, CueKind.RESUMED, CueKind.NOTED, CueKind.MAIN_PART, CueKind.BEAT_DOWN},
    {CueKind.STOPPED, CueKind.PAUSED, CueKind.SET_DONE, CueKind.EXERCISE_DONE},
    {CueKind.ASK_PAIN, CueKind.ASK_REPS},
    {CueKind.ASK_SIGNS},
    {CueKind.ASK_GRADE},
    {CueKind.REFUSED, CueKind.TOUCHED},
    {CueKind.PACE_HIGH},
    {CueKind.REST_DUE, CueKind.PAIN_ROSE},
    {CueKind.LIMIT_NEAR},
    {CueKind.LIMIT_REACHED, CueKind.OVER_LIMIT, CueKind.PAIN_STOP, CueKind.GAVE_WAY, CueKind.NOT_TODAY},
    {CueKind.GET_ADVICE},
    {CueKind.FAULT, CueKind.BATTERY_LOW, CueKind.POWER_OFF},
    {CueKind.BEAT_UP, CueKind.HOLD_BEGIN},
    {CueKind.SET_BEGIN},
    {CueKind.READY},
)
SHORT = FAMILIES[:2]  # ticks, as the numbers are


def rhythm(pattern: Pattern) -> tuple[float, ...]:
    return tuple(pulse.on_s for pulse in pattern.pulses)


def told_apart(one: Pattern, other: Pattern) -> bool:
    """By their count, or by a pulse that is clearly longer in one of them."""
    first, second = rhythm(one), rhythm(other)
    if len(first) != len(second):
        return True
    return any(max(pair) / min(pair) > 1.8 for pair in zip(first, second, strict=True))


def test_every_cue_has_a_pattern_and_a_meaning() -> None:
    assert set(PATTERNS) == set(MEANINGS) == set(CueKind) == set.union({CueKind.READ_BACK}, *FAMILIES)
    assert len(set(MEANINGS.values())) == len(CueKind)
    for meaning in MEANINGS.values():
        assert meaning == meaning.strip().rstrip(".")
        assert "\n" not in meaning


@pytest.mark.parametrize("family", FAMILIES)
def test_one_family_one_rhythm(family: set[CueKind]) -> None:
    assert len({(rhythm(PATTERNS[kind]), PATTERNS[kind].times) for kind in family}) == 1


@pytest.mark.parametrize(("one", "other"), list(combinations(FAMILIES, 2)))
def test_families_are_told_apart(one: set[CueKind], other: set[CueKind]) -> None:
    assert told_apart(PATTERNS[min(one)], PATTERNS[min(other)])


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_is_no_other_word(number: int) -> None:
    """0 is as long as a reminder that nothing hangs on; ticks answer presses, and so do numbers."""
    for family in FAMILIES:
        if family not in SHORT and family != {CueKind.LIMIT_NEAR}:
            assert told_apart(read_back(number), PATTERNS[min(family)])


@pytest.mark.parametrize(("one", "other"), list(combinations(NUMBERS, 2)))
def test_numbers_are_told_apart(one: int, other: int) -> None:
    assert told_apart(read_back(one), read_back(other))


@pytest.mark.parametrize("number", NUMBERS[1:])
def test_a_number_is_counted_in_fives(number: int) -> None:
    pulses = read_back(number).pulses
    assert len(pulses) == number
    assert {pulse.on_s for pulse in pulses} == {0.15}
    assert [at for at, pulse in enumerate(pulses[:-1], start=1) if pulse.off_s >= 3 * 0.3] == [
        at for at in (5, 10) if at < number
    ]


def test_nothing_is_one_long_pulse() -> None:
    assert rhythm(read_back(0)) == (0.8,)


@pytest.mark.parametrize("number", [-1, 16])
def test_what_is_no_number_is_not_read_back(number: int) -> None:
    with pytest.raises(ValueError, match=f"^a read-back counts from 0 to 15, not to {number}$"):
        pattern_of(Cue(0.0, CueKind.READ_BACK, value=number))


def test_a_read_back_is_its_number_and_an_example_without() -> None:
    assert pattern_of(Cue(0.0, CueKind.READ_BACK, value=7.0)) == read_back(7)
    assert pattern_of(Cue(0.0, CueKind.READ_BACK, value=0.0)) == read_back(0)
    assert pattern_of(Cue(0.0, CueKind.READ_BACK)) == read_back(EXAMPLE)


@pytest.mark.parametrize("kind", [kind for kind in CueKind if kind is not CueKind.READ_BACK])
def test_another_cue_is_the_same_whatever_its_value(kind: CueKind) -> None:
    assert pattern_of(Cue(0.0, kind, value=104.0)) == PATTERNS[kind]


def test_three_presses_a_second_each_have_their_tick() -> None:
    assert PATTERNS[CueKind.TICK].lasts_s == pytest.approx(0.35)  # ten of them lag by 0.2 s at the end


@pytest.mark.parametrize("pattern", [*PATTERNS.values(), *map(read_back, NUMBERS)])
def test_pulses_are_felt_apart_and_soon_over(pattern: Pattern) -> None:
    assert all(pulse.on_s >= 0.15 > SPIN_UP_S for pulse in pattern.pulses)
    assert all(pulse.off_s >= 0.2 for pulse in pattern.pulses)
    assert 2.0 <= pattern.again_after_s <= 3.0
    assert pattern.times in (1, 2)
    assert pattern.apart_s >= 0.3
    assert pattern.on_s <= 4.0


@pytest.mark.parametrize("kind", [*LIMIT_CUES, CueKind.GAVE_WAY, CueKind.NOT_TODAY])
def test_limit_cues_are_long_enough_to_be_felt_while_walking(kind: CueKind) -> None:
    assert all(pulse.on_s >= 0.4 for pulse in PATTERNS[kind].pulses)


def test_get_advice_says_stop_even_to_somebody_who_misses_its_short_pulses() -> None:
    advice, enough = PATTERNS[CueKind.GET_ADVICE], PATTERNS[CueKind.LIMIT_REACHED]
    assert [on_s for on_s in rhythm(advice) if on_s >= 0.4] == pytest.approx(rhythm(enough), rel=0.2)
    assert advice.times == enough.times == 2


@pytest.mark.parametrize(
    ("kind", "place"), [(CueKind.ASK_PAIN, 1), (CueKind.ASK_SIGNS, 2), (CueKind.ASK_GRADE, 3), (CueKind.ASK_REPS, 1)]
)
def test_a_question_is_a_short_pulse_and_as_many_long_ones_as_its_place(kind: CueKind, place: int) -> None:
    assert rhythm(PATTERNS[kind]) == (0.15, *(0.6,) * place)


@pytest.mark.parametrize("kind", [CueKind.BEAT_UP, CueKind.BEAT_DOWN, CueKind.HOLD_BEGIN])
def test_a_beat_is_over_before_the_next_one_at_the_quickest_tempo(kind: CueKind) -> None:
    assert PATTERNS[kind].lasts_s + PATTERNS[kind].apart_s < 1.0  # one second up and one down


def test_on_time_counts_the_repeats() -> None:
    assert PATTERNS[CueKind.LIMIT_REACHED].on_s == pytest.approx(2 * 3 * 0.6)
    assert PATTERNS[CueKind.STARTED].on_s == pytest.approx(0.15)


def test_the_tables_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        PATTERNS[CueKind.FAULT] = PATTERNS[CueKind.STARTED]  # type: ignore[index]
