# SPDX-License-Identifier: MIT
"""The service behind a chip: who took what, what a bus is asked, what is told of it; and one short life of it."""

import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kneemon.config.options import SensorOptions
from kneemon.drivers.chips import CHIPS
from kneemon.virtual.adxl345 import VirtualAdxl345
from kneemon.virtual.bus import BUS_HZ, READ_ADDRESSING_BITS, EmulatedBus
from tests.bench import drained, drained_tables, metered
from tests.bench.cost import TOP
from tests.bench.drained import Drained, walked
from tests.bench.made import Made
from tests.bench.served import ENDED, OURS, UNNAMED, Life, Snapshot, Taken, between, voluntary
from tests.bench.telling import BenchError
from tests.bench.traffic import FAST_HZ, Traffic, longest, traffic

MADE = Made(date(2026, 11, 22), "0.1.0", "3.11.7", "2.4.6", "x86_64", 2, 0.25)
LIFE = Life(
    seconds=60.0,
    threads={"main": Taken(0.15, 417), "acquire": Taken(0.3, 372), "store writer": Taken(0.006, 39)},
    emulation_s=0.27,
    metering_s=0.006,
    transfers=6780,
    taken_off=30,
    steps=103,
)
LINKED = replace(LIFE, threads={**LIFE.threads, "kneemon-mqtt": Taken(1.5, 180)})
CHIP = Traffic("adxl345", 100.0, 0.178, 112.1, 812.0, 0.1056, 0.149)


def test_what_threads_took_between_two_snapshots() -> None:
    first = Snapshot(10.0, Taken(1.0, 100), {1: Taken(0.5, 40), 2: Taken(0.3, 30), 9: Taken(0.1, 5)}, 0.1, 50, 7)
    last = Snapshot(
        30.0,
        Taken(2.0, 190),
        {1: Taken(0.9, 60), 2: Taken(0.7, 55), 3: Taken(0.05, 20), 4: Taken(0.01, 1), 9: Taken(0.15, 7)},
        0.3,
        250,
        11,
    )
    names = {1: "main", 2: "acquire", 3: "main", 9: OURS}
    life = between(first, last, names, reader="acquire", metering_s=0.00001, steps=35)
    assert life.seconds == 20.0
    assert {name: taken.switches for name, taken in life.threads.items()} == {
        "main": 20 + 20,
        "acquire": 25,
        UNNAMED: 1,
        ENDED: 90 - 20 - 20 - 25 - 1 - 2,
    }
    assert life.threads["main"].cpu_s == pytest.approx(0.4 + 0.05)
    assert life.threads["acquire"].cpu_s == pytest.approx(0.4 - 0.2)
    assert life.threads[ENDED].cpu_s == pytest.approx(1.0 - 0.4 - 0.4 - 0.05 - 0.01 - 0.05)
    assert life.whole.switches == 90 - 2
    assert life.whole.cpu_s == pytest.approx(1.0 - 0.2 - 0.05)
    assert (life.transfers, life.taken_off, life.steps) == (200, 4, 35)
    assert life.metering_s == pytest.approx(0.002)


def test_a_life_survives_being_written_down() -> None:
    assert Life.of_json(LIFE.as_json()) == LIFE


def test_only_voluntary_switches_are_read() -> None:
    assert voluntary("Name:\tpython\nvoluntary_ctxt_switches:\t1234\nnonvoluntary_ctxt_switches:\t77\n") == 1234


def test_a_life_without_steps_is_no_measurement() -> None:
    assert LIFE.true_steps == 104.0
    assert walked(LIFE) is LIFE
    with pytest.raises(BenchError, match=r"^the service behind the emulated chip counted 93 of 104 steps$"):
        walked(replace(LIFE, steps=93))


def test_the_meter_counts_what_goes_over_the_bus_and_changes_nothing() -> None:
    silicon = VirtualAdxl345(lambda t_s: t_s, lambda: 0.0)
    bus = metered.MeteredBus(EmulatedBus({0x53: silicon})).open()
    bus.write_byte_data(0x53, 0x38, 0x90)
    assert bus.read_byte_data(0x53, 0x00) == 0xE5
    assert bus.read_i2c_block_data(0x53, 0x32, 8) == [0, 0, 0, 0, 0, 0, 0x90, 0]
    assert (bus.transfers, bus.data_bytes) == (3, 1 + 1 + 8)
    with pytest.raises(OSError, match="Remote I/O error"):
        bus.read_byte_data(0x54, 0x00)
    assert bus.transfers == 4
    bus.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        bus.read_byte_data(0x53, 0x00)


def test_the_longest_stall_is_found_by_halving() -> None:
    assert longest(lambda stall: stall <= 0.3, 0.0, 8.0, 0.01) == pytest.approx(0.3, abs=0.01)
    for low, high in ((0.0, 0.2), (0.4, 1.0)):
        with pytest.raises(ValueError, match="is survived and"):
            longest(lambda stall: stall <= 0.3, low, high, 0.01)


@pytest.mark.parametrize("kind", CHIPS)
def test_a_chips_traffic_adds_up(kind: str) -> None:
    found = traffic(kind)
    least = 6 * found.nominal_hz  # bytes of three axes, and no sample may be left behind
    assert least <= found.data_bytes_a_s < 1.5 * least
    bits = found.transfers_a_s * READ_ADDRESSING_BITS + 9 * found.data_bytes_a_s  # nothing is written but at the start
    assert found.bus_s == pytest.approx(bits / BUS_HZ)
    assert found.fast_bus_s == found.bus_s * BUS_HZ / FAST_HZ
    assert found.drain_s <= SensorOptions().drain_s + 0.05
    assert found.stall_s + found.drain_s <= 700 / found.nominal_hz  # no chip here holds more


def test_an_adxl345_is_popped_entry_by_entry() -> None:
    """A pop each sample, two looks at the level each drain, one at the settings each second."""
    found = traffic("adxl345")
    assert found.transfers_a_s == pytest.approx(100 + 2 / found.drain_s + 1, rel=0.01)
    assert found.stall_s + found.drain_s == pytest.approx(32 / 100, abs=0.02)


def test_the_device_part() -> None:
    part = drained_tables.drained(Drained(LIFE, LINKED, [CHIP]), MADE)
    assert "| without a broker | 0.76 | 13.8 | 0.5 | 113 | 103 of 104 |\n" in part
    assert "| with a broker | 3.26 | 16.8 | 0.5 | 113 | 103 of 104 |" in part
    assert "took another 0.45 and 0.45 % of a core" in part
    assert "at most 0.010 and 0.010 %" in part
    assert "| service behind an ADXL345: CPU, % of one core | at most 3 | 0.76 | met | 3.26 | **not met** |\n" in part
    assert "voluntary context switches a second, all threads | at most 15 | 13.80 | met | 16.80 | **not met** |" in part
    assert "\n| main | 0.250 | 6.95 | 0.250 | 6.95 |\n| acquire | 0.500 | 6.20 | 0.500 | 6.20 |\n" in part
    assert "| kneemon-mqtt | – | – | 2.500 | 3.00 |\n" in part
    assert "14 + 112 = 126 voluntary switches a second are to be expected, not measured" in part
    assert "| adxl345 | 100 | 0.178 | 112 | 812 | 10.6 % | 2.6 % | 0.15 |" in part


def test_without_a_mosquitto_the_part_says_so() -> None:
    part = drained_tables.drained(Drained(LIFE, None, [CHIP]), MADE)
    assert drained_tables.WITHOUT_MOSQUITTO in part
    assert "| service behind an ADXL345: CPU, % of one core | at most 3 | 0.76 | met | not measured | – |\n" in part
    assert "\n| main | 0.250 | 6.95 |\n" in part


def test_a_short_life_of_the_real_service(tmp_path: Path) -> None:
    config = tmp_path / "kneemon.toml"
    config.write_text(drained.CONFIG, encoding="utf-8")
    command = [sys.executable, "-m", "tests.bench.served", str(config), "0.5", "1"]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    life = Life.of_json(done.stdout)
    assert {"main", "acquire", "store writer"} <= set(life.threads)
    assert OURS not in life.threads
    assert life.threads["acquire"].switches > 0
    assert life.transfers > 0
    assert life.emulation_s > 0.0
    assert (tmp_path / "walks.db").exists()


def test_a_service_that_does_not_start_is_told(tmp_path: Path) -> None:
    config = tmp_path / "kneemon.toml"
    config.write_text('[sensor]\nchip = "none"\n', encoding="utf-8")
    command = [sys.executable, "-m", "tests.bench.served", str(config), "0", "0"]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert done.stdout == ""
