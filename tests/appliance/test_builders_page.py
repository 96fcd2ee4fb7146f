# SPDX-License-Identifier: MIT
"""Header, code, defaults, boot settings, wiring plans and builder's page agree on every pin and every address."""

import re
from itertools import chain
from pathlib import Path
from typing import get_args

import pytest
from gpiozero.pins.pi import PiBoardInfo

from kneemon.config.loader import load_config
from kneemon.config.options import Config, Output
from kneemon.config.pins import PINS, HeaderPin
from kneemon.drivers import drv2605l
from kneemon.drivers.chip import ChipOptions
from kneemon.drivers.chips import CHIPS
from kneemon.drivers.gauge import GAUGES
from kneemon.virtual.bus import EmulatedBus
from tests.appliance.plans import HARDWARE, NAMES, Pin, Plan, read_plan

ROOT = HARDWARE.parent
PAGE = (HARDWARE / "README.md").read_text()
BOOT = (ROOT / "firmware/boot/kneemon-config.txt").read_text()
PLANS = {name: read_plan(name) for name in NAMES}
OPTIONAL = {"minimal": {"motor", "sensor_int"}, "comfortable": set[str]()}  # drawn, and not in the configuration

ZERO_2_W = PiBoardInfo.from_revision(0x902120)
SUPPLIES = ("3V3", "5V", "GND")
BUS = {"SDA": ("GPIO2", 3), "SCL": ("GPIO3", 5)}


def table(heading: str) -> list[list[str]]:
    """The rows of the table whose first heading it is, cell by cell."""
    rows = PAGE.partition(f"\n| {heading} |")[2].split("\n\n")[0].splitlines()[2:]
    assert rows, heading
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def addresses(text: str) -> list[int]:
    return [int(each, 16) for each in re.findall(r"0x[0-9A-F]{2}\b", text)]


def signals(plan: Plan) -> dict[str, tuple[int, int]]:
    """Name -> (BCM number, physical pin) of every wired GPIO but the bus."""
    named = {
        label.split()[1]: (label.split()[0], pin) for pin, label in plan.parts["PI"].labels.items() if " " in label
    }
    return {name: (int(gpio.removeprefix("GPIO")), pin) for name, (gpio, pin) in named.items() if name not in BUS}


def comfortable(folder: Path) -> Config:
    """As the page tells it."""
    file = folder / "kneemon.toml"
    (told,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    file.write_text(re.sub("^   ", "", told, flags=re.MULTILINE))
    return load_config(file, environ={})


def used(config: Config) -> dict[str, int]:
    """Name -> BCM number of each pin that a configuration uses."""
    feedback = config.feedback
    pins = {output: getattr(feedback, f"{output}_pin") for output in feedback.outputs if output != "haptic"}
    if config.button.enabled:
        pins["button"] = config.button.pin
    if config.sensor.interrupt:
        pins["sensor_int"] = config.sensor.interrupt_pin
    return pins


@pytest.mark.parametrize("pin", PINS.values(), ids=PINS.keys())
def test_the_code_is_right_about_the_header(pin: HeaderPin) -> None:
    ((_, on_board),) = ZERO_2_W.find_pin(pin.bcm)
    assert on_board.number == pin.physical


@pytest.mark.parametrize("name", ["buzzer", "piezo", "motor", "led"])
def test_outputs_are_low_at_reset(name: str) -> None:
    assert PINS[name].bcm > 8


def test_names_and_pins_are_each_used_once() -> None:
    assert all(name == pin.name for name, pin in PINS.items())
    assert len({pin.bcm for pin in PINS.values()}) == len({pin.physical for pin in PINS.values()}) == len(PINS)


def test_the_page_has_the_pins_of_the_code_and_of_the_plans() -> None:
    rows = {row[0].strip("`"): (row[1], [int(pin) for pin in row[2].split(",")]) for row in table("signal")}
    signal_rows = {name: (str(pin.bcm), [pin.physical]) for name, pin in PINS.items()}
    bus_rows = {name: (gpio.removeprefix("GPIO"), [pin]) for name, (gpio, pin) in BUS.items()}
    supply_rows = {
        supply: (
            "",
            sorted({n for plan in PLANS.values() for n, told in plan.parts["PI"].labels.items() if told == supply}),
        )
        for supply in SUPPLIES
    }
    assert rows == signal_rows | bus_rows | supply_rows


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS.keys())
def test_a_plan_has_the_pins_of_the_code_and_of_the_header(plan: Plan) -> None:
    for name, place in signals(plan).items():
        assert place == (PINS[name].bcm, PINS[name].physical)
    for physical, label in plan.parts["PI"].labels.items():
        assert label.split()[0] == ZERO_2_W.headers["J8"].pins[physical].name
    for name, (gpio, physical) in BUS.items():
        assert plan.parts["PI"].labels[physical] == f"{gpio} {name}"


@pytest.mark.parametrize("name", NAMES)
def test_a_configuration_has_the_pins_of_its_plan(name: str, tmp_path: Path) -> None:
    config = Config() if name == "minimal" else comfortable(tmp_path)
    planned = {signal: bcm for signal, (bcm, _) in signals(PLANS[name]).items()}
    assert planned.keys() - used(config).keys() == OPTIONAL[name]
    assert used(config) == {signal: bcm for signal, bcm in planned.items() if signal not in OPTIONAL[name]}
    assert config.sensor.bus == 1  # pins 3 and 5
    assert ("haptic" in config.feedback.outputs) == ("HAP" in PLANS[name].parts)


def test_every_pin_the_code_could_use_is_the_standard_one() -> None:
    defaults = Config()
    options = {output: getattr(defaults.feedback, f"{output}_pin") for output in get_args(Output) if output != "haptic"}
    options |= {"button": defaults.button.pin, "sensor_int": defaults.sensor.interrupt_pin}
    assert options == {name: pin.bcm for name, pin in PINS.items()}


def test_the_comfortable_configuration_is_what_its_parts_need(tmp_path: Path) -> None:
    config = comfortable(tmp_path)
    assert (config.sensor.chip, config.sensor.interrupt) == ("auto", True)
    assert config.feedback.outputs == ("haptic", "led")
    assert config.power.gauge == "pisugar3"
    assert "PiSugar 3" in PLANS["comfortable"].parts["PI"].words
    assert "LSM6DSOX" in PLANS["comfortable"].parts["ACC"].words


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS.keys())
def test_boot_holds_low_what_sounds_and_opens_the_bus(plan: Plan) -> None:
    (low,) = re.findall(r"^gpio=([\d,]+)=op,dl$", BOOT, re.MULTILINE)
    sounding = {bcm for name, (bcm, _) in signals(plan).items() if name in ("buzzer", "piezo", "motor")}
    assert sounding <= {int(bcm) for bcm in low.split(",")}
    assert "\ndtparam=i2c_arm=on\n" in BOOT


def test_the_page_has_the_lines_of_the_boot_settings() -> None:
    (line,) = re.findall(r"^gpio=.*$", BOOT, re.MULTILINE)
    told = re.findall(r"`(gpio=[^`]*)`", PAGE)
    assert told[0] == line
    buzzer = PINS["buzzer"].bcm
    assert told[1] == f"gpio={buzzer}=op,dh"
    assert told[2] == line.replace(f"{buzzer},", "")
    assert "\ndtparam=i2c_arm_baudrate=400000\n" in BOOT
    assert "20 cm at 400 kHz" in PAGE


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS.keys())
def test_every_pin_of_the_pi_has_one_wire(plan: Plan) -> None:
    ends = [pin for pin in chain.from_iterable(plan.wires) if pin[0] == "PI"]
    assert sorted(ends) == sorted(("PI", number) for number in plan.parts["PI"].labels)


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS.keys())
def test_every_wire_goes_where_its_signal_belongs(plan: Plan) -> None:
    """5 V for the motor board alone, and no supply on a signal."""
    inputs = {"BUZ": "GPIO17 buzzer", "MOT": "GPIO23 motor"}
    for near, far in plan.wires:
        assert plan.label(near) in fitting(plan, far, inputs), (near, far)


def fitting(plan: Plan, far: Pin, inputs: dict[str, str]) -> set[str]:
    """What the other end of its wire may be."""
    part, label = far[0], plan.label(far)
    return {
        "VCC": {"5V"} if part == "MOT" else {"3V3"},
        "VIN": {"3V3", "VIN"},
        "GND": {"GND"},
        "SDA": {"GPIO2 SDA", "SDA"},
        "SCL": {"GPIO3 SCL", "SCL"},
        "INT1": {"GPIO22 sensor_int"},
        "IN": {inputs.get(part, "")},
        "Anode": {"GPIO24 led"},
        "Cathode": {"GND"},
        "A": {"GPIO27 button"} if part == "BTN" else {"OUT+"},
        "B": {"GND"} if part == "BTN" else {"OUT-"},
    }[label]


def test_the_table_of_chips_is_that_of_the_drivers() -> None:
    rows = {row[1].strip("`"): row for row in table("chip")}
    assert rows.keys() == CHIPS.keys()
    for name, (named, _, where, says, memory, _) in rows.items():
        kind = CHIPS[name]
        chip = kind.make(EmulatedBus({}), kind.addresses[0], ChipOptions())
        assert kind.identity.part in named
        assert re.fullmatch(r"0x\w\w \(0x\w\w\)", where)
        assert tuple(addresses(where)) == kind.addresses
        assert set(addresses(says)) == kind.identity.parts.keys()
        assert float(memory.removesuffix(" s")) == pytest.approx(chip.fifo_samples / chip.nominal_hz, abs=0.051)


def test_the_plan_for_any_sensor_has_the_addresses_of_the_drivers() -> None:
    told = re.findall(r"((?:[A-Z0-9-]+(?:, )?)+) - [^(]*\((0x\w\w)\)", PLANS["minimal"].parts["ACC"].words)
    places = {part: int(address, 16) for parts, address in told for part in parts.split(", ")}
    assert places == {kind.identity.part: kind.addresses[0] for kind in CHIPS.values()}


def test_nothing_collides_in_the_comfortable_build() -> None:
    parts = PLANS["comfortable"].parts
    assert addresses(parts["ACC"].words) == [CHIPS["lsm6dso"].addresses[0]]
    assert addresses(parts["HAP"].words) == [drv2605l.ADDRESS]
    assert addresses(parts["PI"].words)[0] == GAUGES["pisugar3"].addresses[0]
    on_the_bus = [address for part in parts.values() for address in addresses(part.words)]
    assert len(on_the_bus) == len(set(on_the_bus)) == 4


def test_the_table_of_the_bus_is_that_of_the_drivers() -> None:
    rows = {row[0]: (addresses(row[1]), row[2]) for row in table("device")}
    assert rows["DRV2605L"] == ([drv2605l.ADDRESS], '`outputs` has `"haptic"`')
    for device, name in (("MAX17048", "max17048"), ("INA219", "ina219"), ("PiSugar 3", "pisugar3")):
        places, when = rows[device]
        assert when == f'`gauge = "{name}"`'
        assert places[0] == GAUGES[name].addresses[0]
    first, low, high = rows["INA219"][0]
    assert (first, *range(low, high + 1)) == GAUGES["ina219"].addresses
