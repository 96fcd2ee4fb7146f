# SPDX-License-Identifier: MIT
"""Gauges: golden bytes, who they are, numbers that no battery has, and every chip on its emulated self."""

import errno
from collections.abc import Callable
from typing import get_args, get_type_hints

import pytest

from kneemon.config.options import PowerOptions
from kneemon.drivers import ina219, max17048
from kneemon.drivers.gauge import GAUGES, make_gauge
from kneemon.errors import ChipAbsentError, ForeignChipError, SensorError
from kneemon.model.power import BatteryReading
from kneemon.virtual.bus import EmulatedBus, EmulatedChip, Trouble
from kneemon.virtual.gauges import VirtualIna219, VirtualMax17048, VirtualPiSugar3

BusWith = Callable[..., EmulatedBus]
EMULATED = {"max17048": VirtualMax17048, "ina219": VirtualIna219, "pisugar3": VirtualPiSugar3}
A_CELL = "expected 2.5 to 4.5 V of a cell, saw "


def word(text: str) -> int:
    return int.from_bytes(bytes.fromhex(text), "big")


@pytest.mark.parametrize(
    ("decoded", "value"),
    [
        (max17048.decode_volts(word("b9 00")), 3.7),
        (max17048.decode_percent(word("32 80")), 50.5),
        (max17048.decode_percent(word("64 40")), 100.0),
        (ina219.decode_volts(word("27 12")), 5.0),
        (ina219.decode_volts(word("27 10")), 5.0),
        (ina219.decode_volts(word("27 13")), 5.0),
        (ina219.decode_volts(word("ff f8")), 32.764),
    ],
)
def test_golden_words(decoded: float, value: float) -> None:
    assert decoded == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize(
    ("chip", "register", "golden"),
    [
        (VirtualMax17048(3.7, 50.5), 0x02, "b9 00 32 80"),
        (VirtualMax17048(3.7, 50.5), 0x03, "00 32"),
        (VirtualMax17048(), 0x08, "00 12"),
        (VirtualIna219(5.0), 0x02, "27 12"),
        (VirtualIna219(5.0), 0x00, "39 9f 39"),
        (VirtualPiSugar3(3.9, 75, 0.3, plugged=True), 0x02, "a0"),
        (VirtualPiSugar3(3.9, 75, 0.3), 0x22, "0f 3c 00 00 01 2c 00 00 4b"),
    ],
)
def test_the_emulated_ones_say_the_golden_bytes(chip: EmulatedChip, register: int, golden: str) -> None:
    data = bytes.fromhex(golden)
    assert chip.read(register, len(data)) == data


def test_the_makers_registers_of_a_pisugar(bus_with: BusWith, registers: type) -> None:
    chip = registers({0x22: 0x0F, 0x23: 0x3C, 0x2A: 0x4B, 0x02: 0x80, 0x26: 0x01, 0x27: 0x2C})
    reading = make_gauge("pisugar3", bus_with({0x57: chip})).read()
    assert reading == BatteryReading(volts=3.9, percent=75.0, current_a=0.3, plugged=True)


@pytest.mark.parametrize(
    ("name", "chip", "reading"),
    [
        ("max17048", VirtualMax17048(3.7, 50.5), BatteryReading(volts=3.7, percent=50.5)),
        ("ina219", VirtualIna219(3.7), BatteryReading(volts=3.7)),
        ("pisugar3", VirtualPiSugar3(3.7, 50, 0.25), BatteryReading(3.7, 50.0, 0.25, plugged=False)),
    ],
)
def test_a_look_at_each(bus_with: BusWith, name: str, chip: object, reading: BatteryReading) -> None:
    gauge = make_gauge(name, bus_with({GAUGES[name].addresses[0]: chip}))
    gauge.identify()
    seen = gauge.read()
    assert seen.volts == pytest.approx(reading.volts, abs=1e-3)
    assert (seen.percent, seen.current_a, seen.plugged) == (reading.percent, reading.current_a, reading.plugged)


def test_the_configuration_names_every_gauge() -> None:
    (names, *_) = get_args(get_type_hints(PowerOptions, include_extras=True)["gauge"])
    assert set(get_args(names)) == {"none", *GAUGES} == {"none", *EMULATED}


def test_another_address_and_cells_in_a_row(bus_with: BusWith) -> None:
    chip = VirtualIna219(11.1)
    chip.overflow, chip.conversion_ready = True, False
    gauge = make_gauge("ina219", bus_with({0x43: chip}), address=0x43, cells=3)
    assert gauge.name == "INA219 at 0x43"
    assert gauge.read().volts == pytest.approx(3.7)


@pytest.mark.parametrize(
    ("name", "volts", "said"),
    [
        (
            "max17048",
            0.0,
            f"MAX17048 at 0x36: {A_CELL}0.00 V. Check the cell and its plug.",
        ),
        (
            "ina219",
            7.4,
            f"INA219 at 0x40: {A_CELL}7.40 V. Check the battery, and power.cells, which is 1.",
        ),
        (
            "pisugar3",
            1.2,
            f"PiSugar 3 at 0x57: {A_CELL}1.20 V. Check the cell and its plug.",
        ),
    ],
)
def test_volts_that_no_cell_has_are_no_reading(bus_with: BusWith, name: str, volts: float, said: str) -> None:
    gauge = make_gauge(name, bus_with({GAUGES[name].addresses[0]: EMULATED[name](volts)}))
    with pytest.raises(SensorError) as error:
        gauge.read()
    assert str(error.value) == said


def test_a_percent_that_no_cell_has_is_no_reading(bus_with: BusWith) -> None:
    with pytest.raises(SensorError) as error:
        make_gauge("pisugar3", bus_with({0x57: VirtualPiSugar3(percent=101)})).read()
    assert str(error.value) == "PiSugar 3 at 0x57: expected 0 to 100 %, saw 101 %. Check the cell and its plug."


@pytest.mark.parametrize("version", [0x0000, 0x0003, 0xFFFF, 0x1012])
def test_another_gauge_at_the_address_of_the_max17048(bus_with: BusWith, version: int) -> None:
    with pytest.raises(ForeignChipError) as error:
        make_gauge("max17048", bus_with({0x36: VirtualMax17048(version=version)})).identify()
    assert str(error.value) == (
        f"MAX17048 at 0x36: expected 0x0010 to 0x001f in VERSION, saw 0x{version:04x}. "
        "Name the gauge that is on the board in power.gauge, and check what else is at that address."
    )


@pytest.mark.parametrize("configuration", [0x3998, 0x399C, 0xFFFF, 0x799F])
def test_an_ina219_that_does_not_measure(bus_with: BusWith, configuration: int) -> None:
    chip = VirtualIna219()
    chip.configuration = configuration
    with pytest.raises(ForeignChipError) as error:
        make_gauge("ina219", bus_with({0x40: chip})).identify()
    assert str(error.value) == (
        "INA219 at 0x40: expected a configuration that measures all the time, 0x399f after power-on, "
        f"saw 0x{configuration:04x}. Check what is at that address; when it is the gauge, take its power away for a "
        "moment."
    )


def test_the_memory_of_a_clock_module_is_no_pisugar(bus_with: BusWith, registers: type) -> None:
    with pytest.raises(ForeignChipError) as error:
        make_gauge("pisugar3", bus_with({0x57: registers(dict.fromkeys(range(256), 0xFF))})).identify()
    assert str(error.value) == (
        "PiSugar 3 at 0x57: expected 2.5 to 4.5 V of a cell, saw 65.53 V, which may be the memory of a clock module. "
        "Take a clock module (DS3231) off the bus: it cannot share it with a PiSugar 3."
    )


@pytest.mark.parametrize("name", GAUGES)
def test_nothing_there(bus_with: BusWith, name: str) -> None:
    gauge = make_gauge(name, bus_with({}))
    with pytest.raises(ChipAbsentError) as error:
        gauge.identify()
    assert str(error.value).startswith(f"{gauge.name}: expected an answer, saw none, errno 121 (Remote I/O error). ")


@pytest.mark.parametrize("name", GAUGES)
def test_wires_that_nobody_drives_are_no_battery(bus_with: BusWith, name: str) -> None:
    bus = bus_with({GAUGES[name].addresses[0]: EMULATED[name]()})
    bus.misbehave(Trouble.FLOATING, times=None)
    gauge = make_gauge(name, bus)
    with pytest.raises(ForeignChipError):
        gauge.identify()
    with pytest.raises(SensorError):
        gauge.read()


@pytest.mark.parametrize("name", GAUGES)
@pytest.mark.parametrize(
    ("trouble", "said"), [(Trouble.BROKEN_OFF, r"\[Errno 5\]"), (Trouble.TIMED_OUT, r"\[Errno 110\]")]
)
def test_a_transfer_that_was_broken_off_is_for_the_caller(
    bus_with: BusWith, name: str, trouble: Trouble, said: str
) -> None:
    bus = bus_with({GAUGES[name].addresses[0]: EMULATED[name]()})
    bus.misbehave(trouble)
    with pytest.raises(OSError, match=said):
        make_gauge(name, bus).read()


def test_half_a_word_is_no_word(bus_with: BusWith) -> None:
    bus = bus_with({0x36: VirtualMax17048()})
    bus.misbehave(Trouble.SHORT)
    with pytest.raises(OSError, match="1 of 2 bytes came"):
        make_gauge("max17048", bus).read()


def test_a_number_that_changes_between_its_bytes_is_read_again(bus_with: BusWith) -> None:
    chip = VirtualPiSugar3(volts=3.840)  # 0x0F00
    chip.torn = 3.839  # 0x0EFF
    assert make_gauge("pisugar3", bus_with({0x57: chip})).read().volts == 3.839


def test_a_number_that_never_holds_still_is_broken(bus_with: BusWith, registers: type) -> None:
    chip = registers({})
    chip.answers[0x22] = [bytes([high]) for high in range(10)]
    with pytest.raises(OSError, match="VH is never twice the same") as error:
        make_gauge("pisugar3", bus_with({0x57: chip})).read()
    assert error.value.errno == errno.EIO
    assert len(chip.answers[0x22]) == 6


@pytest.mark.parametrize("name", GAUGES)
def test_a_gauge_is_only_read(bus_with: BusWith, registers: type, name: str) -> None:
    address = GAUGES[name].addresses[0]
    memory = {0x00: 0x39, 0x01: 0x9F, 0x02: 0x1C, 0x03: 0xE8, 0x09: 0x10, 0x22: 0x0E, 0x23: 0x74, 0x2A: 50}
    if name == "max17048":
        memory |= {0x02: 0xB9, 0x03: 0x00}
    chip = registers(memory)
    gauge = make_gauge(name, bus_with({address: chip}))
    gauge.identify()
    assert gauge.read().volts == pytest.approx(3.7)
    assert chip.written == []
