# SPDX-License-Identifier: MIT
"""LIS3DH and LIS2DW12, what they do alike: planned bytes out, and what is believed of those that come in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from kneemon.drivers import lis2dw12, lis3dh
from kneemon.drivers.chip import ChipOptions
from kneemon.drivers.lis import Lis, Plans, decode_samples
from kneemon.drivers.registers import Write
from kneemon.errors import ChipAbsentError, ConfigError, ForeignChipError

Bus = Callable[..., Any]


@dataclass(frozen=True)
class Part:
    """A chip in the words of its data sheet. format: register and byte of ±8 g. push: register, off, positive."""

    driver: type[Lis]
    name: str
    address: int
    identity: int
    output: int  # where a burst begins
    shift: int  # of a count in its 16 bits
    empty: int  # the level of an empty FIFO
    start: tuple[tuple[int, int], ...]
    format: tuple[int, int]
    push: tuple[int, int, int]
    address_pin: str
    configuration: tuple[Write, ...]
    plans: Plans

    def sample(self, z: int) -> bytes:
        return bytes(4) + (z << self.shift).to_bytes(2, "little", signed=True)


LIS3DH = Part(
    lis3dh.Lis3dh,
    name="LIS3DH",
    address=0x18,
    identity=0x33,
    output=0xA8,
    shift=4,
    empty=0x20,
    start=((0x2E, 0x00), (0x20, 0x57), (0x2E, 0x8F)),
    format=(0x23, 0xA8),
    push=(0x23, 0x80, 0x82),
    address_pin="with SDO at GND the address is 0x18, at 3V3 0x19",
    configuration=lis3dh.plan_configuration(100, interrupt=True),
    plans=lis3dh.PLANS,
)
LIS2DW12 = Part(
    lis2dw12.Lis2dw12,
    name="LIS2DW12",
    address=0x19,
    identity=0x44,
    output=0x28,
    shift=2,
    empty=0x00,
    start=((0x2E, 0x00), (0x20, 0x54), (0x2E, 0xD0)),
    format=(0x25, 0x20),
    push=(0x22, 0x00, 0x40),
    address_pin="with SA0 (SDO) at 3V3 or open the address is 0x19, at GND 0x18",
    configuration=(lis2dw12.RESET, *lis2dw12.plan_configuration(interrupt=True)),
    plans=lis2dw12.PLANS,
)


@pytest.fixture(params=[LIS3DH, LIS2DW12], ids=lambda part: part.name)
def part(request: pytest.FixtureRequest) -> Part:
    chosen: Part = request.param
    return chosen


@pytest.fixture
def chip(part: Part, registers: type) -> Any:
    return registers({0x0F: part.identity, 0x2F: part.empty})


@pytest.fixture
def driver(part: Part, chip: Any, bus_with: Bus) -> Lis:
    return part.driver(bus_with({part.address: chip}))


@pytest.mark.parametrize("at", range(0, 6, 2))
def test_a_lower_bit_that_is_set_spoils_the_block(at: int, part: Part) -> None:
    for bit in range(part.shift):
        data = bytearray(part.sample(250) * 2)
        data[6 + at] |= 1 << bit
        assert decode_samples(bytes(data), part.shift) is None


def test_every_write_is_read_back_but_the_one_that_clears_itself(part: Part) -> None:
    resetting, *others = part.configuration
    assert not resetting.reads_back
    plans, test = part.plans, part.plans.self_test
    others += [plans.bypass, plans.measuring(100), plans.stream, *test.prepare, test.pushed, test.released]
    assert all(write.reads_back for write in others)


@pytest.mark.parametrize("rate_hz", [25, 400])
def test_other_rates_are_refused(rate_hz: int, part: Part, bus_with: Bus) -> None:
    with pytest.raises(ConfigError) as caught:
        part.driver(bus_with({}), options=ChipOptions(rate_hz=rate_hz))
    assert str(caught.value) == (
        f"The output data rate of the {part.name}: expected 50, 100 or 200 Hz, saw {rate_hz} Hz. "
        "100 Hz is right for walking."
    )


@pytest.mark.parametrize(
    ("part", "seen", "relative"),
    [(LIS3DH, 0x44, "an LIS2DW12"), (LIS2DW12, 0x33, "an LIS3DH or LIS2DH12")]
    + [(part, 0x32, "an LIS331 or H3LIS331") for part in (LIS3DH, LIS2DW12)]
    + [(part, 0x3F, "an LIS3DSH") for part in (LIS3DH, LIS2DW12)]
    + [(part, 0x41, "an LIS2HH12") for part in (LIS3DH, LIS2DW12)]
    + [(part, 0x43, "an LIS2DS12") for part in (LIS3DH, LIS2DW12)],
)
def test_a_relative_is_named_and_refused(part: Part, seen: int, relative: str, registers: type, bus_with: Bus) -> None:
    chip = registers({0x0F: seen})
    with pytest.raises(ForeignChipError) as caught:
        part.driver(bus_with({part.address: chip})).identify()
    assert str(caught.value) == (
        f"{part.name} at 0x{part.address:02x}: expected 0x{part.identity:02x} in WHO_AM_I, saw 0x{seen:02x}, "
        f"{relative}. Name the chip that is on the board in the configuration, or use a board with an {part.name}."
    )
    assert chip.written == []


def test_nothing_at_the_address(part: Part, bus_with: Bus) -> None:
    with pytest.raises(ChipAbsentError) as caught:
        part.driver(bus_with({})).identify()
    assert str(caught.value) == (
        f"{part.name} at 0x{part.address:02x}: expected an answer, saw none, errno 121 (Remote I/O error). "
        f"Check 3V3, GND, SDA (pin 3) and SCL (pin 5). CS must be at 3V3; {part.address_pin}."
    )


def test_a_drain_reads_blocks_of_five(part: Part, chip: Any, driver: Lis) -> None:
    chip.memory[0x2F] = 0x02
    chip.answers[0x2F] = [bytes([0x0C])]
    samples = [part.sample(z) for z in range(1, 13)]
    chip.answers[part.output] = [b"".join(samples[:5]), b"".join(samples[5:10]), b"".join(samples[10:])]
    drain = driver.drain()
    assert drain.counts[:, 2].tolist() == list(range(1, 13))
    assert not drain.overrun
    assert not drain.misaligned
    assert chip.answers[part.output] == []


def test_an_empty_fifo_is_not_read(part: Part, chip: Any, driver: Lis) -> None:
    chip.answers[part.output] = [part.sample(1)]
    assert driver.drain().counts.shape == (0, 3)
    assert len(chip.answers[part.output]) == 1


@pytest.mark.parametrize(("left", "overrun"), [(0x9B, True), (0x9A, False)])
@pytest.mark.parametrize("full_before", [1, 2])
def test_a_fifo_that_was_full_before_a_block_is_an_overrun(
    left: int, overrun: bool, full_before: int, chip: Any, driver: Lis
) -> None:
    levels = [0x0A, 0x05, 0x01]
    levels[full_before] = left
    chip.answers[0x2F] = [bytes([level]) for level in levels]
    drain = driver.drain()
    assert drain.overrun is overrun
    assert len(drain.counts) == 10


def test_a_glitch_throws_the_drain_away_and_starts_the_fifo_afresh(part: Part, chip: Any, driver: Lis) -> None:
    chip.memory[0x2F] = 0x06
    chip.answers[part.output] = [part.sample(1) * 5, b"\xff" * 6]
    drain = driver.drain()
    assert drain.misaligned
    assert drain.counts.shape == (0, 3)
    assert chip.written == [*part.start]


def test_alive_is_the_full_scale_it_was_given(part: Part, chip: Any, driver: Lis) -> None:
    register, value = part.format
    chip.memory[register] = value
    assert driver.alive()
    chip.memory[register] = value ^ 0x10
    assert not driver.alive()


@pytest.mark.parametrize("way", [1, -1])
def test_a_mass_pushed_either_way_has_moved(way: int, part: Part, chip: Any, driver: Lis) -> None:
    """The limits are of the absolute shift, as in ST's examples."""
    chip.answers[0x2F] = [b"\x05", b"\x00", b"\x05", b"\x00"]
    chip.answers[part.output] = [part.sample(500) * 5, part.sample(500 + 400 * way) * 5]
    result = driver.self_test(lambda _s: None)
    assert result.shifts == pytest.approx((0.0, 0.0, 400 * part.plans.self_test.g_per_count))
    low, high = result.limits[2]
    assert low < result.shifts[2] < high


def test_a_self_test_without_samples_leaves_the_mass_alone(part: Part, chip: Any, driver: Lis) -> None:
    chip.answers[0x2F] = [b"\x05", b"\x00", bytes([part.empty])]
    with pytest.raises(OSError, match="0 samples came where 5 were due"):
        driver.self_test(lambda _s: None)
    register, off, pushed = part.push
    assert (register, pushed) in chip.written
    assert chip.written[-1] == (register, off)
