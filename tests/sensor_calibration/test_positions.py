# SPDX-License-Identifier: MIT
"""From samples of a box that lies, moves or leans to offset and gain: the accuracy, its bounds, what is refused."""

from collections.abc import Iterable
from datetime import date
from math import cos, radians

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.errors import CalibrationError
from kneemon.model.samples import Array, SampleBlock
from kneemon.sensor.calibration import Calibration
from kneemon.sensor.positions import Lying, Moved, Position, Side, at_rest, six_positions

CHIP = "ADXL345 at 0x53"
DAY = date(2026, 11, 24)
RATE_HZ = 100.0
BLOCK = 20  # samples: what a drain brings

axis_offsets = st.floats(-0.2, 0.2)
axis_gains = st.floats(0.9, 1.1)
offsets = st.tuples(axis_offsets, axis_offsets, axis_offsets)
gains = st.tuples(axis_gains, axis_gains, axis_gains)


def up(side: Side) -> Array:
    """What a perfect chip reads with that side up."""
    return np.eye(3)[side.axis] * side.sign


def leaning(side: Side, lean_deg: float, towards_deg: float) -> Array:
    """… and leaning by an angle, in a direction."""
    across = np.roll(np.eye(3), -side.axis - 1, axis=0)
    lean, towards = radians(lean_deg), radians(towards_deg)
    return cos(lean) * up(side) + np.sin(lean) * (cos(towards) * across[0] + np.sin(towards) * across[1])


class Bench:
    """A chip that reads gain times the truth plus offset plus noise, and hands it out block by block."""

    def __init__(
        self,
        offset: Iterable[float] = (0.0, 0.0, 0.0),
        gain: Iterable[float] = (1.0, 1.0, 1.0),
        noise_g: float = 0.004,
        rate_hz: float = RATE_HZ,
    ) -> None:
        self._offset, self._gain, self._noise_g, self._rate_hz = np.array(offset), np.array(gain), noise_g, rate_hz
        self._chance = np.random.default_rng(1)
        self._taken = 0

    def reads(self, true_g: Array, seconds: float, *, shake_g: float = 0.0, block: int = BLOCK) -> list[SampleBlock]:
        """shake_g: how much more noise a hand makes."""
        left, blocks = round(seconds * self._rate_hz), []
        while left > 0:
            count = min(block, left)
            noise_g = self._chance.normal(0.0, np.hypot(self._noise_g, shake_g), (count, 3))
            t_s = 50.0 + np.arange(self._taken, self._taken + count) / self._rate_hz
            blocks.append(SampleBlock(t_s, true_g * self._gain + self._offset + noise_g))
            self._taken += count
            left -= count
        return blocks


def fed(lying: Lying, blocks: Iterable[SampleBlock]) -> list[Position | Moved]:
    return [found for block in blocks for found in lying.feed(block)]


def calibrated(bench: Bench, laid: Iterable[tuple[Side, Array]]) -> Calibration:
    """The box laid so, one after another, carried in between."""
    lying, positions = Lying(), {}
    for side, true_g in laid:
        found = [
            *fed(lying, bench.reads(true_g, 0.7, shake_g=0.3)),
            *fed(lying, bench.reads(true_g, 2.8)),
        ]
        (position,) = found
        assert isinstance(position, Position)
        assert position.side is side
        positions[side] = position
    return six_positions(positions, CHIP, DAY)


def worst_mg(calibration: Calibration, bench_offset: Iterable[float], bench_gain: Iterable[float]) -> float:
    """How far |a| of a noiseless reading is from one g, in the worst of many orientations."""
    chance = np.random.default_rng(2)
    true_g = chance.normal(size=(500, 3))
    true_g /= np.linalg.norm(true_g, axis=1)[:, None]
    corrected_g = calibration.correct(true_g * np.array(bench_gain) + np.array(bench_offset))
    return float(1000 * np.abs(np.linalg.norm(corrected_g, axis=1) - 1.0).max())


class TestSixPositions:
    @given(offsets, gains, st.floats(0.0, 0.012), st.permutations(list(Side)))
    def test_any_sound_chip_ends_within_5_mg_in_any_orientation(
        self, offset: tuple[float, ...], gain: tuple[float, ...], noise_g: float, order: list[Side]
    ) -> None:
        calibration = calibrated(Bench(offset, gain, noise_g), [(side, up(side)) for side in order])
        assert worst_mg(calibration, offset, gain) < 5.0
        assert calibration.offset_g == pytest.approx(offset, abs=0.003)
        assert calibration.gain == pytest.approx(gain, abs=0.003)

    @given(offsets, gains, st.permutations(list(Side)))
    def test_the_order_is_all_the_same(
        self, offset: tuple[float, ...], gain: tuple[float, ...], order: list[Side]
    ) -> None:
        """Without noise the very same comes out."""
        bench = Bench(offset, gain, noise_g=0.0)
        positions = {}
        for side in Side:
            mean_g = up(side) * np.array(gain) + np.array(offset)
            positions[side] = Position(side, tuple(mean_g.tolist()), (0.0, 0.0, 0.0))
        one = six_positions(positions, CHIP, DAY)
        assert six_positions({side: positions[side] for side in order}, CHIP, DAY) == one
        assert worst_mg(one, offset, gain) < 1e-6
        assert bench.reads(up(order[0]), 0.1)[0].acc_g[0] == pytest.approx(positions[order[0]].mean_g)

    @given(offsets, gains, st.lists(st.tuples(st.floats(0.0, 5.0), st.floats(0.0, 360.0)), min_size=6, max_size=6))
    def test_leaning_by_5_degrees_costs_5_3_mg_at_most(
        self, offset: tuple[float, ...], gain: tuple[float, ...], leans: list[tuple[float, float]]
    ) -> None:
        laid = [(side, leaning(side, *lean)) for side, lean in zip(Side, leans, strict=True)]
        assert worst_mg(calibrated(Bench(offset, gain, noise_g=0.0), laid), offset, gain) < 5.3

    def test_and_the_bound_is_about_reached(self) -> None:
        laid = [(side, leaning(side, 5.0 if side.sign < 0 else 0.0, 45.0)) for side in Side]
        assert worst_mg(calibrated(Bench(noise_g=0.0), laid), (0, 0, 0), (1, 1, 1)) > 4.5

    def test_the_noise_is_kept(self) -> None:
        calibration = calibrated(Bench(noise_g=0.006), [(side, up(side)) for side in Side])
        assert calibration.noise_g == pytest.approx((0.006, 0.006, 0.006), rel=0.25)

    def test_one_that_leans_too_much(self) -> None:
        laid = [(side, leaning(side, 12.0 if side is Side.Y_DOWN else 0.0, 30.0)) for side in Side]
        with pytest.raises(CalibrationError) as told:
            calibrated(Bench(noise_g=0.0), laid)
        assert str(told.value) == (
            "ADXL345 at 0x53, y down: expected a box within 10 degrees of upright, saw it leaning by 12 degrees. "
            "Lean it against a wall or a book, and begin again. If the chip sits askew in its box, `kneemon calibrate "
            "rest` is the one for you. Nothing was changed."
        )

    @pytest.mark.parametrize(
        ("offset", "gain", "seen"),
        [
            (
                (0.0, 0.0, 0.0),
                (0.5, 0.5, 0.5),
                "offsets x 0.000, y 0.000, z 0.000 g and gains x 0.500, y 0.500, z 0.500",
            ),
            ((0.0, 0.0, 0.0), (1.0, 1.0, 1.2), "offsets x 0.000, y 0.000, z 0.000 g and gains x 1.000, y 1.000, z 1.2"),
            ((0.0, 0.35, 0.0), (1.0, 1.0, 1.0), "offsets x 0.000, y 0.350, z 0.000 g and gains x 1.000"),
        ],
    )
    def test_what_no_sound_chip_reads(self, offset: tuple[float, ...], gain: tuple[float, ...], seen: str) -> None:
        with pytest.raises(CalibrationError) as told:
            calibrated(Bench(offset, gain, noise_g=0.0), [(side, up(side)) for side in Side])
        assert str(told.value).startswith(
            "ADXL345 at 0x53: expected offsets of at most 0.3 g and gains from 0.85 to 1.15, saw " + seen
        )
        assert str(told.value).endswith(
            ". It is another chip than it says (an LSM6DSO32 reads half), a copy with another scale, or broken: "
            "run `kneemon check`, and try another board. Nothing was changed."
        )


class TestAtRest:
    @given(st.floats(0.86, 1.14), st.floats(0.0, 90.0), st.floats(0.0, 360.0))
    def test_one_scale_in_any_orientation(self, gain: float, lean_deg: float, towards_deg: float) -> None:
        bench = Bench(gain=(gain, gain, gain), noise_g=0.004)
        (position,) = fed(Lying(any_side=True), bench.reads(leaning(Side.Z_UP, lean_deg, towards_deg), 2.5))
        assert isinstance(position, Position)
        assert position.side is None
        calibration = at_rest(position, CHIP, DAY)
        assert calibration.offset_g == (0.0, 0.0, 0.0)
        assert calibration.gain == pytest.approx((gain, gain, gain), abs=0.002)
        assert worst_mg(calibration, (0, 0, 0), (gain, gain, gain)) < 2.5

    def test_half_a_g_is_another_chip(self) -> None:
        with pytest.raises(
            CalibrationError, match=r"expected offsets of at most .* gains x 0\.500, y 0\.500, z 0\.500"
        ):
            at_rest(Position(None, (0.0, 0.3, 0.4), (0.0, 0.0, 0.0)), CHIP, DAY)


class TestLying:
    @pytest.mark.parametrize("rate_hz", [50.0, 97.3, 104.0, 200.0])
    @pytest.mark.parametrize("block", [1, 7, 20, 1000])
    def test_two_seconds_whatever_the_rate_and_the_blocks(self, rate_hz: float, block: int) -> None:
        bench, lying = Bench(rate_hz=rate_hz), Lying()
        assert fed(lying, bench.reads(up(Side.X_UP), 1.9, block=block)) == []
        assert lying.progress < 1.0
        (position,) = fed(lying, bench.reads(up(Side.X_UP), 20.0, block=block))
        assert isinstance(position, Position)
        assert position.side is Side.X_UP
        assert lying.progress == 1.0

    def test_a_box_that_moved_has_a_word_and_begins_again(self) -> None:
        bench, lying = Bench(), Lying()
        assert fed(lying, bench.reads(up(Side.Z_UP), 1.5)) == []
        (moved,) = fed(lying, bench.reads(up(Side.Z_UP), 1.0, shake_g=0.1))
        assert isinstance(moved, Moved)
        assert moved.deviation_g == pytest.approx(0.1, rel=0.4)
        assert (lying.side, lying.progress) == (None, 0.0)
        assert fed(lying, bench.reads(up(Side.Z_UP), 1.7)) == []
        assert [type(found) for found in fed(lying, bench.reads(up(Side.Z_UP), 1.0))] == [Position]

    def test_one_that_creeps_is_refused_at_the_end(self) -> None:
        """Each quarter of a second looks still: 17 degrees in two seconds."""
        lying, t_s = Lying(), np.arange(220) / RATE_HZ
        angle = 0.15 * t_s
        acc_g = np.column_stack([np.sin(angle), np.zeros_like(angle), np.cos(angle)])
        (moved,) = fed(lying, [SampleBlock(t_s[i : i + 26], acc_g[i : i + 26]) for i in range(0, 220, 26)])
        assert isinstance(moved, Moved)
        assert 0.02 < moved.deviation_g < 0.1

    @pytest.mark.parametrize(("noise_g", "still"), [(0.017, True), (0.024, False)])
    def test_twenty_mg_on_any_axis(self, noise_g: float, still: bool) -> None:
        found = fed(Lying(), Bench(noise_g=noise_g).reads(up(Side.Y_UP), 2.2))
        assert [isinstance(each, Position) for each in found] == [still]

    def test_a_hand_before_and_after_says_nothing(self) -> None:
        bench, lying = Bench(), Lying()
        assert fed(lying, bench.reads(up(Side.Z_UP), 5.0, shake_g=0.2)) == []
        assert lying.restless_s == pytest.approx(5.0, abs=0.3)
        assert [type(found) for found in fed(lying, bench.reads(up(Side.Z_UP), 3.0))] == [Position]
        assert lying.restless_s == 0.0
        assert fed(lying, bench.reads(up(Side.Z_UP), 5.0, shake_g=0.2)) == [], "it was done"

    def test_a_box_on_its_edge_is_on_no_side(self) -> None:
        lying = Lying()
        assert fed(lying, Bench().reads(np.array([0.7, 0.0, 0.714]), 5.0)) == []
        assert (lying.side, lying.progress, lying.restless_s) == (None, 0.0, 0.0)

    def test_a_chip_that_reads_nothing_at_all(self) -> None:
        lying = Lying()
        assert fed(lying, Bench(noise_g=0.0).reads(np.zeros(3), 3.0)) == []
        assert lying.side is None

    def test_a_loss_begins_it_again(self) -> None:
        bench, lying = Bench(), Lying()
        blocks = bench.reads(up(Side.Z_UP), 3.0)
        gap = [SampleBlock(block.t_s, block.acc_g, lost_before=int(i == 8)) for i, block in enumerate(blocks)]
        assert fed(lying, gap) == []
        assert 0.5 < lying.progress < 1.0

    def test_from_side_to_side_without_a_glance_between(self) -> None:
        bench, lying = Bench(), Lying()
        found = [*fed(lying, bench.reads(up(Side.Z_UP), 1.0)), *fed(lying, bench.reads(up(Side.Z_DOWN), 2.6))]
        assert [type(each) for each in found][-1:] == [Position]
        assert isinstance(found[-1], Position)
        assert found[-1].side is Side.Z_DOWN
        assert found[-1].mean_g[2] == pytest.approx(-1.0, abs=0.002)

    def test_the_same_side_twice_gives_two(self) -> None:
        bench, lying = Bench(), Lying()
        found: list[Position | Moved] = []
        for _ in range(2):
            found += fed(lying, bench.reads(up(Side.X_DOWN), 3.0))
            found += fed(lying, bench.reads(up(Side.X_DOWN), 1.0, shake_g=0.3))
        assert [type(each) for each in found] == [Position, Position]

    def test_what_it_is_given_is_not_written(self) -> None:
        (block,) = Bench().reads(up(Side.Z_UP), 3.0, block=300)
        before_g, before_s = block.acc_g.copy(), block.t_s.copy()
        Lying().feed(block)
        np.testing.assert_array_equal(block.acc_g, before_g)
        np.testing.assert_array_equal(block.t_s, before_s)
