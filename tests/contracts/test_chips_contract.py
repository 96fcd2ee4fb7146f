# SPDX-License-Identifier: MIT
"""The one examination that every chip of CHIPS passes on its emulated self."""

import json
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from chip_bench import KINDS, REST, Answering, Bench, Stuck, marked, still
from hypothesis import given, settings
from hypothesis import strategies as st

from kneemon.clock import PacedClock
from kneemon.drivers.chip import RATES_HZ, ChipOptions
from kneemon.drivers.chips import CHIPS
from kneemon.errors import ChipAbsentError, ForeignChipError, ReadbackError, SensorError
from kneemon.virtual.bus import EmulatedBus, Trouble
from kneemon.virtual.chips import VIRTUAL_CHIPS

VECTORS = json.loads((Path(__file__).parents[1] / "drivers" / "vectors.json").read_text())["accel"]
IN_VECTORS = {"lsm6ds3trc": "lsm6ds3tr-c"}
NO_THERMOMETER = {"adxl345", "lis3dh"}
NO_WATERMARK = {"mpu6050", "mpu6500"}
WIDEST = {"adxl345": (-(2**12), 2**12 - 1)}  # what its check lets through; the others': their rails
PUSH_BITS = {  # where the self-test is switched on, by the data sheets
    "adxl345": (0x31, 0x80),
    "mpu6050": (0x1C, 0xE0),
    "mpu6500": (0x1C, 0xE0),
    "lsm6dso": (0x14, 0x03),
    "lsm6ds3trc": (0x14, 0x03),
    "lis3dh": (0x23, 0x06),
    "lis2dw12": (0x22, 0xC0),
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_chip_has_an_emulated_self_and_the_other_way_round() -> None:
    assert tuple(VIRTUAL_CHIPS) == KINDS


def golden() -> Iterator[Any]:
    for kind in KINDS:
        rows = [row for row in VECTORS if IN_VECTORS.get(kind, kind) in row["sensor"] and "+-8 g" in row["mode"]]
        for row in rows:
            yield pytest.param(kind, row, id=f"{kind} {row['bytes']}")


@pytest.mark.parametrize(("kind", "row"), [*golden()])
def test_golden_bytes_leave_the_fifo_and_are_understood(kind: str, row: dict[str, Any]) -> None:
    scale = CHIPS[kind].make(EmulatedBus({}), CHIPS[kind].addresses[0], ChipOptions()).scale_g_per_count
    bench = Bench(kind).begin().settled()
    bench.signal = lambda t_s: np.tile(np.array(row["raw"]) * scale, (len(t_s), 1))
    bench.settled().bus.blocks.clear()
    bench.wait_samples(5)
    counts = bench.driver.drain().counts
    assert bytes.fromhex(row["bytes"]) in b"".join(bench.bus.blocks)
    assert len(counts) >= 4
    assert (counts == row["raw"]).all()
    assert counts[0] * scale == pytest.approx(row["g"], abs=5e-7)


def test_there_are_golden_bytes_for_every_chip() -> None:
    assert {parameters.values[0] for parameters in golden()} == set(KINDS)


def test_it_is_known_at_each_of_its_addresses(kind: str) -> None:
    for address in CHIPS[kind].addresses:
        silicon = VIRTUAL_CHIPS[kind](still, PacedClock().leader.now_s)
        driver = CHIPS[kind].make(EmulatedBus({address: silicon}).open(), address, ChipOptions())
        driver.identify()
        assert driver.name.endswith(f"at 0x{address:02x}")


@pytest.mark.parametrize(
    ("byte", "meaning"),
    [(0x5A, "which kneemon does not know"), (0xFF, "which no chip says"), (0, "which no chip says")],
)
def test_a_stranger_is_named_and_not_written_to(kind: str, byte: int, meaning: str) -> None:
    stranger, address = Answering(byte), CHIPS[kind].addresses[0]
    bus = EmulatedBus({address: stranger}).open()
    driver = CHIPS[kind].make(bus, address, ChipOptions())
    with pytest.raises(ForeignChipError) as caught:
        driver.identify()
    known = " or ".join(f"0x{value:02x}" for value in CHIPS[kind].identity.parts)
    register = CHIPS[kind].identity.register.name
    text = f"{driver.name}: expected {known} in {register}, saw 0x{byte:02x}, {meaning}. Check "
    assert str(caught.value).startswith(text)
    assert stranger.written == []
    if meaning == "which kneemon does not know":
        assert "two devices at one address answer both at once" in str(caught.value)
        CHIPS[kind].make(bus, address, ChipOptions(accept_identity=byte)).identify()


def test_nothing_at_the_address_names_the_wires(kind: str) -> None:
    address = CHIPS[kind].addresses[0]
    driver = CHIPS[kind].make(EmulatedBus({}).open(), address, ChipOptions())
    with pytest.raises(ChipAbsentError) as caught:
        driver.identify()
    text = f"{driver.name}: expected an answer, saw none, errno 121 (Remote I/O error). Check 3V3, GND, SDA (pin 3) and"
    assert str(caught.value).startswith(text)
    assert f"0x{address:02x}" in caught.value.remedy


@pytest.mark.parametrize("interrupt", [False, True])
def test_every_register_that_is_written_is_read_back(kind: str, interrupt: bool) -> None:
    options = ChipOptions(interrupt=interrupt)
    good = Bench(kind, options=options).begin()
    registers = {register for register, _ in good.bus.written}
    assert registers <= good.bus.read_singly
    for register in registers:
        bench = Bench(kind, options=options)
        bench.bus.replace(bench.address, Stuck(bench.silicon, register))
        with pytest.raises(ReadbackError, match=r"register \w+: expected .* saw .*\. Look for a loose wire"):
            bench.begin()


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_every_rate(kind: str, rate_hz: int) -> None:
    bench = Bench(kind, options=ChipOptions(rate_hz=rate_hz)).begin().settled()
    assert bench.driver.nominal_hz == pytest.approx(rate_hz, rel=0.05)
    assert bench.silicon.sampler.rate_hz == bench.driver.nominal_hz
    before_s = bench.clock.now_s()
    counted = 0
    for _ in range(20):
        bench.clock.wait(0.1)
        counted += len(bench.driver.drain().counts)
    assert counted / (bench.clock.now_s() - before_s) == pytest.approx(bench.driver.nominal_hz, rel=0.04)


@settings(max_examples=25)
@given(
    rate_hz=st.sampled_from(RATES_HZ),
    rate_error=st.floats(-0.1, 0.1),
    waits_s=st.lists(st.floats(0.0, 0.12), min_size=1, max_size=25),
    seed=st.integers(0, 2**16),
)
@pytest.mark.parametrize("kind", KINDS)
def test_no_drain_pattern_loses_or_changes_a_sample(
    kind: str, rate_hz: int, rate_error: float, waits_s: list[float], seed: int
) -> None:
    marks, bench = marked(kind, seed, options=ChipOptions(rate_hz=rate_hz), rate_error=rate_error)
    bench.begin()
    sampler = bench.silicon.sampler
    taken = (bench.clock.now_s() - (sampler.started_s or 0.0)) * sampler.rate_hz
    drained: list[int] = []
    for wait_s in (10.5 / rate_hz, *waits_s):
        bench.clock.wait(wait_s)
        drain = bench.driver.drain()
        assert not drain.overrun
        assert not drain.misaligned
        drained += marks.indices(drain.counts)
    assert drained[0] < taken + 8  # a few may be dropped after a start
    assert all(later == earlier + 1 for earlier, later in pairwise(drained))
    assert max(map(len, bench.bus.blocks)) <= 32


@settings(max_examples=15)
@given(samples=st.integers(0, 28))
@pytest.mark.parametrize("kind", KINDS)
def test_level_and_drain_agree(kind: str, samples: int) -> None:
    bench = Bench(kind).begin().settled()
    bench.wait_samples(samples)
    level = bench.driver.level()
    assert level in range(samples - 1, samples + 3)
    assert len(bench.driver.drain().counts) in (level, level + 1)


def test_a_full_fifo_is_told_and_only_that(kind: str) -> None:
    marks, bench = marked(kind)
    bench.begin().settled()
    bench.wait_samples(0.85 * bench.driver.fifo_samples)
    assert not bench.driver.drain().overrun
    bench.driver.drain()  # what came in meanwhile
    for _ in range(2):
        bench.wait_samples(bench.driver.fifo_samples + 40)
        drain = bench.driver.drain()
        assert drain.overrun
        assert len(drain.counts) <= bench.driver.fifo_samples
        indices = marks.indices(drain.counts)
        assert indices == sorted(set(indices))
        bench.settled().settled().wait_samples(5)
        again = bench.driver.drain()
        assert not again.overrun
        assert len(again.counts) in range(4, 8)


def test_beyond_the_range_it_is_clipped_to_the_rails(kind: str) -> None:
    bench = Bench(kind).begin().settled()
    bench.signal = lambda t_s: np.tile([30.0, -30.0, 0.0], (len(t_s), 1))
    bench.settled().wait_samples(5)
    low, high = bench.driver.rails
    counts = bench.driver.drain().counts
    assert len(counts) > 0
    assert (counts == [high, low, 0]).all()
    assert 7.9 < high * bench.driver.scale_g_per_count < 8.2


def test_a_reset_behind_our_back_is_seen_and_mended(kind: str) -> None:
    marks, bench = marked(kind)
    bench.begin().settled()
    assert bench.driver.alive()
    bench.silicon.reset()
    bench.clock.wait(0.1)
    assert not bench.driver.alive()
    bench.begin().settled()
    assert bench.driver.alive()
    bench.wait_samples(10)
    indices = marks.indices(bench.driver.drain().counts)
    assert len(indices) in range(9, 13)
    assert all(later == earlier + 1 for earlier, later in pairwise(indices))


@pytest.mark.parametrize("trouble", [Trouble.BROKEN_OFF, Trouble.TIMED_OUT, Trouble.SHORT])
@pytest.mark.parametrize("after", range(4))
def test_a_transfer_broken_off_in_the_middle_of_a_drain_is_an_oserror(kind: str, trouble: Trouble, after: int) -> None:
    marks, bench = marked(kind)
    bench.begin().settled()
    bench.wait_samples(20)
    bench.bus.misbehave(trouble, after=after)
    with pytest.raises(OSError):  # noqa: PT011 - whatever its errno, the caller's policy is the same
        bench.driver.drain()
    bench.driver.start()
    bench.settled()
    bench.wait_samples(10)
    indices = marks.indices(bench.driver.drain().counts)
    assert len(indices) in range(9, 13)
    assert all(later == earlier + 1 for earlier, later in pairwise(indices))


@pytest.mark.parametrize("trouble", [Trouble.GARBAGE, Trouble.FLOATING, Trouble.STUCK_LOW])
def test_garbage_is_no_sample_beyond_the_range_and_does_not_last(kind: str, trouble: Trouble) -> None:
    marks, bench = marked(kind)
    bench.begin().settled()
    low, high = WIDEST.get(kind, bench.driver.rails)
    bench.bus.misbehave(trouble, times=None)
    for _ in range(40):
        bench.wait_samples(20)
        try:
            counts = bench.driver.drain().counts
        except (OSError, SensorError):
            continue
        assert counts.size == 0 or low <= counts.min() <= counts.max() <= high
        if trouble is not Trouble.GARBAGE:
            assert len(counts) == 0
    bench.bus.behave()
    bench.begin().settled()
    bench.wait_samples(10)
    assert len(marks.indices(bench.driver.drain().counts)) in range(9, 13)


def test_the_self_test_passes_and_the_chip_measures_again(kind: str) -> None:
    bench = Bench(kind, noise_g=0.003, rate_error=-0.08).begin()
    result = bench.driver.self_test(bench.clock.wait)
    assert result.passed, result
    assert result.unit in ("g", "% of the factory's")
    register, bits = PUSH_BITS[kind]
    assert any(where == register and value & bits for where, value in bench.bus.written)
    assert bench.silicon.read(register, 1)[0] & bits == 0
    bench.begin().settled()
    bench.wait_samples(10)
    acc_g = bench.driver.drain().counts * bench.driver.scale_g_per_count
    assert acc_g.mean(axis=0) == pytest.approx(REST, abs=0.01)


@pytest.mark.parametrize("axis", range(3))
def test_an_axis_that_does_not_move_fails_the_self_test(kind: str, axis: int) -> None:
    bench = Bench(kind, noise_g=0.003).begin()
    bench.silicon.stuck_axes.add(axis)
    result = bench.driver.self_test(bench.clock.wait)
    assert not result.passed
    inside = [low <= shift <= high for shift, (low, high) in zip(result.shifts, result.limits, strict=True)]
    assert inside == [number != axis for number in range(3)]


def test_a_self_test_that_is_broken_off_leaves_no_axis_pushed(kind: str) -> None:
    """Wherever a transfer goes wrong, the one that ends the test included."""
    whole = Bench(kind).begin()
    before = whole.bus.transfers
    whole.driver.self_test(whole.clock.wait)
    register, bits = PUSH_BITS[kind]
    for after in range(whole.bus.transfers - before):
        bench = Bench(kind).begin()
        bench.bus.misbehave(Trouble.BROKEN_OFF, after=after)
        with suppress(OSError, SensorError):
            bench.driver.self_test(bench.clock.wait)
        assert bench.silicon.read(register, 1)[0] & bits == 0, f"after {after} transfers"


def test_a_self_test_that_is_interrupted_leaves_no_axis_pushed(kind: str) -> None:
    waits: list[float] = []
    whole = Bench(kind).begin()
    whole.driver.self_test(lambda seconds: (waits.append(seconds), whole.clock.wait(seconds)))
    register, bits = PUSH_BITS[kind]
    for number in range(len(waits)):
        bench = Bench(kind).begin()
        left = iter(range(number))

        def wait(seconds: float, bench: Bench = bench, left: Iterator[int] = left) -> None:
            if next(left, None) is None:
                raise KeyboardInterrupt
            bench.clock.wait(seconds)

        with pytest.raises(KeyboardInterrupt):
            bench.driver.self_test(wait)
        bench.clock.wait(0.2)
        assert bench.silicon.read(register, 1)[0] & bits == 0, f"in wait {number}"


@pytest.mark.parametrize("temperature_c", [-5.0, 22.5, 41.0])
def test_the_thermometer(kind: str, temperature_c: float) -> None:
    bench = Bench(kind).begin()
    bench.silicon.temperature_c = temperature_c
    bench.clock.wait(0.1)
    told_c = bench.driver.temperature_c()
    assert (told_c is None) is (kind in NO_THERMOMETER)
    assert told_c is None or told_c == pytest.approx(temperature_c, abs=1.0)


def test_int1_rises_at_the_watermark_and_falls_with_the_drain(kind: str) -> None:
    bench = Bench(kind, options=ChipOptions(interrupt=True)).begin().settled()
    watermark = bench.driver.watermark
    assert watermark == (None if kind in NO_WATERMARK else 16)
    for _ in range(3):
        assert not bench.silicon.int1
        passed = 0
        while not bench.silicon.int1 and passed < 300:
            bench.wait_samples(0.1)
            passed += 1
        if watermark is None:
            assert passed == 300
            return
        assert bench.driver.level() in (watermark, watermark + 1)
        bench.driver.drain()


def test_int1_stays_low_when_it_was_not_asked_for(kind: str) -> None:
    bench = Bench(kind).begin()
    assert bench.driver.watermark is None
    for _ in range(60):
        bench.wait_samples(0.5)
        assert not bench.silicon.int1


def test_after_stop_nothing_comes(kind: str) -> None:
    bench = Bench(kind).begin().settled()
    bench.driver.stop()
    bench.driver.drain()
    bench.clock.wait(1.0)
    assert bench.driver.level() == 0
